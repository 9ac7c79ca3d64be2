"""The key and the database: do they answer, do they fit each other, and does what is due go out?"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.doctor.look import Look, Patient
from bot.service.figures import Backlog, span
from bot.service.hiding import shown
from bot.service.learners import DeliveryStatus
from bot.service.ports import StoreUnavailable
from bot.service.upkeep import AUDIT, audit_of
from bot.storage import tables as t
from bot.storage.diagnosis import Trouble, trouble_with
from bot.storage.figures import backlog
from bot.storage.looking import noted_in
from bot.storage.migrate import is_known, newest_revision, revision_of, up_to_date
from bot.storage.opening import KEY_FILE, PATIENCE, NotReady, given_keys, opened, sqlite_file
from bot.storage.rotation import key_uses, try_keys
from bot.storage.sealing import BadKey, KeyMissing, Keyring

LATE = timedelta(minutes=2)
"""After so long a lesson counts as late; a tick comes every ten seconds."""
HURRIED = 4.0
"""Seconds that the database has for a look by the page."""
NIGHTS = timedelta(days=2)
LATELY = timedelta(days=1)
RUNNING = "Is the bot running? Start it: kindling run. If it is, its log says why nothing goes out."


async def look(patient: Patient) -> list[Look]:
    """Key, database, tables, whether the key fits, and what waits to be sent."""
    settings = patient.settings
    keys = _key(patient)
    trouble = await trouble_with(settings.database, search=not patient.hurried)
    if trouble is not None:
        return [keys[0], _unusable(trouble)]
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        return [_fresh(keys[0]), Look("database", "ok", "is not there yet; the bot makes it")]
    try:
        waits = HURRIED if patient.hurried else PATIENCE
        async with opened(settings, up_to_date=False, patience=waits) as database, database.read() as db:
            return [*await _tables(db, *keys, patient)]
    except (NotReady, StoreUnavailable) as error:
        return [
            keys[0],
            Look("database", "error", f"cannot be used just now: {error}", "Look again; then at its server's log."),
        ]


def _unusable(trouble: Trouble) -> Look:
    return Look("database", "error", trouble.says, f"{trouble.do} /help works meanwhile, lessons wait.")


def _key(patient: Patient) -> tuple[Look, Keyring | None]:
    try:
        keyring = given_keys(patient.settings)
    except BadKey as error:
        return Look("key", "error", str(error), "Put the right key back; without it nothing stored can be read."), None
    except KeyMissing as error:
        return Look(
            "key", "error", str(error), f"Put the right key back, or the file {KEY_FILE}; a backup of it may exist."
        ), None
    more = f", and {len(keyring.ids) - 1} older" if len(keyring.ids) > 1 else ""
    return Look("key", "ok", f"is given ({keyring.newest}{more})"), keyring


def _fresh(key: Look) -> Look:
    missing = not key.fine and key.says.startswith("there is no key")
    return Look("key", "ok", "is not there yet; the bot makes it") if missing else key


async def _tables(db: AsyncConnection, key: Look, keyring: Keyring | None, patient: Patient) -> list[Look]:
    revision = await revision_of(db)
    answers = Look("database", "ok", f"answers ({db.dialect.name})")
    if revision is None:
        return [_fresh(key), answers, Look("tables", "ok", "are not there yet; the bot makes them")]
    if not await up_to_date(db):
        return [key, answers, _other_revision(revision)]
    newer = "" if revision == newest_revision() else "newer, and "
    tables = Look("tables", "ok", f"are {newer}up to date (revision {revision})")
    return [await _fitting(db, key, keyring), answers, tables, *await _sending(db, patient)]


def _other_revision(revision: str) -> Look:
    if not is_known(revision):
        do = "Install the newer version again, or restore a backup made by this one."
        return Look("tables", "error", f"were made by a newer version of Kindling (revision {revision})", do)
    return Look(
        "tables",
        "warning",
        f"are of an older version (revision {revision})",
        "Start the bot, or run: kindling db upgrade",
    )


async def _fitting(db: AsyncConnection, key: Look, keyring: Keyring | None) -> Look:
    if keyring is None:
        empty = (await db.execute(select(t.learners.c.id).limit(1))).one_or_none() is None
        return _fresh(key) if empty else key
    try:
        await try_keys(db, keyring)
    except KeyMissing:
        do = "Give the right SECRET_KEY, or list it after the newer one. `kindling keys check` names the keys."
        return Look("key", "error", "does not open what is in the database", do)
    if sum(one.learners > 0 for one in await key_uses(db, keyring)) > 1:
        return Look("key", "warning", "not everyone is sealed with the newest key", "Run: kindling keys rotate")
    return Look("key", "ok", f"opens what is in the database ({keyring.newest})")


async def _sending(db: AsyncConnection, patient: Patient) -> list[Look]:
    found = await backlog(db, patient.now)
    return [_waiting(found, patient), *await _refused(db, patient), await _audited(db, patient)]


def _waiting(found: Backlog, patient: Patient) -> Look:
    late = found.late(patient.now)
    if late < LATE:
        return Look("sending", "ok", "nothing is late")
    number = shown(found.size)
    says = f"{'some' if number is None else number} lessons are late, the oldest by {span(late)}"
    return Look("sending", "error", says, RUNNING)


async def _audited(db: AsyncConnection, patient: Patient) -> Look:
    """Whether the bot has looked, in the nights, who is behind; and whether it found what only a fault of ours explains."""
    oldest = await db.scalar(select(func.min(t.learners.c.created_at)))
    noted = await noted_in(db, AUDIT)
    found = audit_of(noted) if noted else None
    since = found.moment if found is not None else oldest
    if since is not None and patient.now - since > NIGHTS:
        says = f"nobody has looked for {span(patient.now - since)} who is behind"
        return Look(
            "audit",
            "warning",
            says,
            "The bot does it every night at about three (UTC): let it run, or look at its log.",
        )
    if found is not None and found.unexplained:
        says = "lessons were due, and nothing was decided about them"
        return Look(
            "audit",
            "error",
            says,
            "This is a fault of Kindling. `kindling learners show` tells whom it met. Please report it.",
        )
    return Look(
        "audit",
        "ok",
        f"was made {span(patient.now - since)} ago" if found is not None and since else "comes with the first night",
    )


async def _refused(db: AsyncConnection, patient: Patient) -> list[Look]:
    one = t.deliveries.c
    ours = (
        (one.status == DeliveryStatus.REFUSED.value)
        & (one.reason == "our_bug")
        & (one.updated_at > patient.now - LATELY)
    )
    if not int((await db.execute(select(func.count()).select_from(t.deliveries).where(ours))).scalar_one()):
        return []
    do = "Its log names the lesson and Telegram's words. `kindling lessons check` may show the fault; otherwise please report it."
    return [Look("refusals", "error", "Telegram refused lessons of ours in the last 24 hours", do)]
