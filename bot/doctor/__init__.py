"""What the bot needs, looked at part by part: `kindling doctor` prints what is found, and the operator's page shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.doctor import database, machine, messenger, people
from bot.doctor.look import Look, Patient

Check = Callable[[Patient], Awaitable[Sequence[Look]]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("bot-api", messenger.look),
    ("time-zones", machine.look_at_time_zones),
    ("files", machine.look_at_files),
    ("database", database.look),
    ("lessons", people.look_at_lessons),
    ("helplines", people.look_at_helplines),
)
"""Every part, under the name that stands for it when the look itself fails."""


async def looked(name: str, check: Check, patient: Patient) -> Sequence[Look]:
    """What the check finds; when the look itself fails, that."""
    try:
        return await check(patient)
    except Exception as error:
        says = f"could not be looked at: {type(error).__name__}"
        return [Look(name, "error", says, "This is a fault of Kindling. Please report it, with this line.")]


async def look_around(patient: Patient) -> tuple[Look, ...]:
    """Every part, one after the other."""
    return tuple([look for name, check in CHECKS for look in await looked(name, check, patient)])
