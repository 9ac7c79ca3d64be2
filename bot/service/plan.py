"""The safety plan: written calmly beforehand, in their own words, for hard moments. Six parts, each optional.

The parts follow the safety planning intervention of Stanley and Brown (2012, Cognitive and Behavioral Practice 19:256-264), without
any talk of methods.
"""

from __future__ import annotations

from bot.messages import Rows
from bot.service.journal import beginning, quoted
from bot.service.talk import LEAVING, Talk, in_columns, rows_of

PARTS = ("signs", "alone", "places", "people", "lines", "safer")
PREFIX = "plan."
ONLY = "plan.only."
"""Begins the step of a part that is written anew by itself: after it comes the plan, not the next part."""
OFFERED_AFTER = 3
"""Lessons that went out before a plan is offered."""
LONGEST = 600
"""Of one part, in UTF-16 units as messengers count: all six fit into one message, which is what a hard moment needs."""


async def plan(talk: Talk, _words: str = "") -> None:
    """The plan, or what a plan is and how to begin one."""
    parts = await talk.turn.plan()
    if parts:
        await _show(talk, parts)
        return
    rows = rows_of([talk.button("button-begin", "pl:begin"), talk.button("button-not-now", "pl:later")])
    talk.say("plan-intro", rows)


async def offer(talk: Talk) -> None:
    """Offers a plan once, with what they did about their third lesson: on a calm day, not on the first."""
    learner = talk.learner
    if learner.profile.plan_offered or learner.step or len(await talk.passages()) < OFFERED_AFTER:
        return
    await talk.turn.save(talk.learner.with_profile(plan_offered=True))
    if not await talk.turn.plan():
        rows = rows_of([talk.button("button-begin", "pl:begin"), talk.button("button-not-now", "pl:later")])
        talk.say("plan-offer", rows)


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the plan."""
    match verb:
        case "begin":
            talk.unbutton()
            await _ask(talk, PARTS[0])
        case "skip" if _open_part(talk) == what:
            talk.unbutton()
            await _go_on(talk, what)
        case "later":
            talk.unbutton()
            await _leave(talk)
        case "show":
            await _show(talk, await talk.turn.plan())
        case "part" if what in PARTS:
            talk.unbutton()
            await _ask(talk, what, only=True)
        case "change":
            talk.edit(talk.text("plan-which"), _part_rows(talk))
        case "drop":
            rows = rows_of([talk.button("button-delete-yes", "pl:dropped"), talk.button("button-keep", "pl:show")])
            talk.edit(talk.text("plan-delete"), rows)
        case "dropped":
            await talk.turn.keep_plan({})
            talk.edit(talk.text("plan-deleted"))
        case _:
            talk.toast("old-question")


async def answered(talk: Talk, text: str) -> None:
    """What they wrote for the part that is open."""
    part = _open_part(talk)
    parts = await talk.turn.plan()
    said = text.strip().casefold()
    if said in LEAVING:
        await _leave(talk)
        return
    if said != "skip":
        await talk.turn.keep_plan(
            {name: words for name in PARTS if (words := {**parts, part: beginning(text, LONGEST)}.get(name))}
        )
    await _go_on(talk, part)


def _open_part(talk: Talk) -> str:
    return (talk.learner.step or "").removeprefix(ONLY).removeprefix(PREFIX)


async def _go_on(talk: Talk, part: str) -> None:
    filled = await talk.turn.plan()
    only = (talk.learner.step or "").startswith(ONLY)
    rest = [] if only else [name for name in PARTS[PARTS.index(part) + 1 :] if name not in filled]
    if rest:
        await _ask(talk, rest[0])
        return
    await talk.change(step=None)
    await _show(talk, filled)


async def _ask(talk: Talk, part: str, *, only: bool = False) -> None:
    await talk.change(step=(ONLY if only else PREFIX) + part)
    rows = rows_of([talk.button("button-skip", f"pl:skip:{part}"), talk.button("button-later", "pl:later")])
    talk.say(f"plan-ask-{part}", rows, number=PARTS.index(part) + 1, of=len(PARTS))


async def _leave(talk: Talk) -> None:
    if (talk.learner.step or "").startswith(PREFIX):
        await talk.change(step=None)
    talk.say("plan-later")


async def _show(talk: Talk, parts: dict[str, str]) -> None:
    if not parts:
        talk.say_or_edit(talk.text("plan-empty"), rows_of([talk.button("button-begin", "pl:begin")]))
        return
    lines = [f"{talk.text(f'plan-part-{name}')}\n{quoted(parts[name])}" for name in PARTS if name in parts]
    talk.say_or_edit("\n\n".join([talk.text("plan-title"), *lines, talk.text("plan-foot")]), _plan_rows(talk))


def _plan_rows(talk: Talk) -> Rows:
    return rows_of([talk.button("button-plan-change", "pl:change"), talk.button("button-delete", "pl:drop")])


def _part_rows(talk: Talk) -> Rows:
    buttons = [talk.button(f"plan-button-{name}", f"pl:part:{name}") for name in PARTS]
    return rows_of(*in_columns(buttons, 2), [talk.button("button-back", "pl:show")])
