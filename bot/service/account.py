"""Settings, pauses, stopping, and the pages that explain."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.course.journey import next_lesson
from bot.course.pace import clock_change, local, occurrence
from bot.i18n.texts import texts_for
from bot.messages import Rows
from bot.service import lessons, steps, topics
from bot.service.learners import State
from bot.service.talk import Talk, in_columns, rows_of

SETTINGS = ("hour", "weekdays", "zone", "country", "form", "closeness")
"""Settings that are a question each. Discretion has a page of its own."""
NUDGES = {"nudge-on": True, "nudge-off": False}
LONGEST_PAUSE = 366


# -- start and stop ----------------------------------------------------------------------------------------------------


async def start(talk: Talk, words: str = "") -> None:
    """Onboarding, or "welcome back" with where they are. A deep link's track is ticked beforehand."""
    track = talk.course.tracks.get(words.strip().casefold())
    if talk.turn.learner is None:
        await talk.turn.meet(texts_for(talk.incoming.language or "").language)
    learner = talk.learner
    if track is not None and learner.state is State.NEW and track.id not in learner.profile.topics:
        learner = await talk.change_profile(topics=(*learner.profile.topics, track.id))
    if learner.state is State.NEW and learner.step in steps.STEPS:
        await steps.open_step(talk, learner.step)
    elif learner.state is State.NEW:
        await steps.go_on(talk, None)
    elif learner.state is State.ACTIVE and track is not None:
        await topics.show(talk, track)
    elif learner.state is State.ACTIVE:
        talk.say_text(f"{talk.text('welcome-back')}\n\n{steps.first_send(talk)}", _start_rows(talk))
    else:
        await resume(talk)


def _start_rows(talk: Talk) -> Rows:
    return rows_of(
        [talk.button("button-today", "cmd:today"), talk.button("button-progress", "cmd:progress")],
        [talk.button("button-topics", "tr:list"), talk.button("button-settings", "set:show")],
    )


async def stop(talk: Talk, _words: str = "") -> None:
    """Opts out: nothing more is sent. The place is kept, in onboarding too."""
    if talk.learner.state is not State.NEW:
        await talk.change(state=State.STOPPED, due_at=None, owed_since=None, paused_until=None, step=None)
    talk.say("stopped", rows_of([talk.button("button-begin-again", "go:resume")]))


# -- pause and resume --------------------------------------------------------------------------------------------------


async def pause(talk: Talk, words: str = "") -> None:
    """Pauses for some days, until a date, or until they say so."""
    if not _can_pause(talk):
        return
    said = words.strip().casefold()
    if (away := read_holiday(said, local(talk.now, talk.learner.profile.zone or "UTC").date())) is not None:
        await _go_away(talk, *away)
        return
    days = read_pause(said, local(talk.now, talk.learner.profile.zone or "UTC").date())
    if days is not None:
        await pause_for(talk, days)
        return
    if said:
        talk.say("pause-unclear")
        return
    spans = [("pause-3", "3"), ("pause-7", "7"), ("pause-30", "30"), ("pause-open", "0")]
    talk.say("pause", rows_of(*in_columns([talk.button(key, f"go:pause:{days}") for key, days in spans], 2)))


async def _go_away(talk: Talk, first: date, back: date) -> None:
    """Notes a holiday: until it begins, lessons go on."""
    await talk.change_profile(away_from=first, away_until=back)
    rows = rows_of([talk.button("button-resume", "go:resume")])
    talk.say("holiday-noted", rows, first=talk.texts.day(first), back=talk.texts.day(back))


def read_holiday(words: str, today: date) -> tuple[date, date] | None:
    """The first day away and the first day back, from "from 2026-12-20 until 2027-01-06"; None when it is not understood or does
    not lie ahead."""
    found = re.fullmatch(r"(?:from\s+)?(\d{4}-\d{2}-\d{2})\s*(?:until|to|till|-|–)\s*(\d{4}-\d{2}-\d{2})", words)
    try:
        first, back = (date.fromisoformat(day) for day in found.groups()) if found else (today, today)
    except ValueError:
        return None
    return (first, back) if today < first < back <= today + timedelta(days=LONGEST_PAUSE) else None


def _can_pause(talk: Talk) -> bool:
    not_now = {State.NEW: "finish-setting-up", State.STOPPED: "when-stopped"}.get(talk.learner.state)
    if not_now:
        talk.say(not_now)
    return not_now is None


async def pause_for(talk: Talk, days: int) -> None:
    """Pauses for that many days; 0 means until they say so."""
    talk.unbutton()
    if not _can_pause(talk):
        return
    if 0 < days <= LONGEST_PAUSE:
        await _pause_until(talk, _morning_after(talk, days))
        return
    await talk.change(state=State.PAUSED, paused_until=None, due_at=None, owed_since=None, step=None)
    talk.say("paused-open", rows_of([talk.button("button-resume", "go:resume")]))


def _morning_after(talk: Talk, days: int) -> datetime:
    rule = talk.learner.rule
    if rule is None:
        return talk.now + timedelta(days=days)
    day = local(talk.now, rule.zone).date() + timedelta(days=days)
    return occurrence(rule, day) or talk.now + timedelta(days=days)


async def _pause_until(talk: Talk, until: datetime) -> None:
    await talk.change(state=State.PAUSED, paused_until=until, due_at=until, owed_since=None, step=None)
    day = talk.texts.day(local(until, talk.learner.profile.zone or "UTC").date())
    talk.say("paused-until", rows_of([talk.button("button-resume", "go:resume")]), day=day)


def read_pause(words: str, today: date) -> int | None:
    """For how many days, from "5", "2 weeks" or "until 2026-12-24"; 0 for an open end, None when it is not understood or does
    not lie ahead."""
    if words in ("until i say", "until i say so", "open", "forever"):
        return 0
    if found := re.search(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
        try:
            day = date(*map(int, found.groups()))
        except ValueError:
            return None
    elif found := re.fullmatch(r"\s*(?:for\s+)?(\d{1,3})\s*(days?|d|weeks?|w|months?|m)?\s*", words, re.IGNORECASE):
        scale = {"w": 7, "m": 30}.get((found[2] or "d")[0].lower(), 1)
        day = today + timedelta(days=int(found[1]) * scale)
    else:
        return None
    days = (day - today).days
    return days if 0 < days <= LONGEST_PAUSE else None


async def resume(talk: Talk, _words: str = "") -> None:
    """Lessons again, from the same place: one message with a choice."""
    learner = talk.learner
    if learner.consent_version is None and learner.state is State.STOPPED:
        await talk.change(state=State.NEW)  # stopped as too young: it begins with the question whether they are
        await steps.go_on(talk, None)
        return
    if learner.state is State.NEW:
        talk.say("finish-setting-up")
        return
    if learner.state is State.ACTIVE:
        if learner.profile.away_until is not None:
            await talk.change_profile(away_from=None, away_until=None)
        talk.say_text(f"{talk.text('not-paused')}\n\n{steps.first_send(talk)}")
        return
    await go_active(talk)
    say_welcome(talk, "resumed")


def say_welcome(talk: Talk, key: str) -> None:
    """Welcomes somebody back: what holds, when the next lesson comes, and the choice how to go on."""
    parts = (talk.text(key), steps.first_send(talk), talk.text("how-to-go-on"))
    talk.say_text("\n\n".join(parts), lessons.choice_rows(talk.texts))


async def go_active(talk: Talk) -> None:
    """Makes them active again, with the next slot due."""
    learner = talk.learner.with_profile(away_from=None, away_until=None)
    await talk.change(profile=learner.profile, state=State.ACTIVE, paused_until=None, gentle=True)
    await talk.reschedule()


async def go(talk: Talk, verb: str, what: str) -> None:
    """A button that chooses how to go on."""
    match verb:
        case "on":
            talk.unbutton()
            await _carry_on(talk)
        case "tomorrow":
            talk.edit(steps.first_send(talk))
        case "back":
            await _go_back(talk)
            talk.edit(steps.first_send(talk))
        case "now":
            await _go_back(talk)
            await lessons.read_now(talk)
        case "not-yet":
            talk.edit(talk.text("when-paused"))
        case "over":
            talk.unbutton()
            await _start_over(talk)
        case "resume":
            talk.unbutton()
            await (start if talk.learner.state is State.NEW else resume)(talk)
        case "withdraw":
            talk.unbutton()
            await _withdraw(talk)
        case "steady":
            await talk.change(profile=talk.learner.with_profile(steady=True).profile)
            talk.toast("keep-coming", alert=True)
        case "pause":
            await pause_for(talk, int(what) if what.isdecimal() else 0)
        case _:
            talk.toast("old-question")


async def _go_back(talk: Talk) -> None:
    if talk.learner.state is State.PAUSED:
        await go_active(talk)


async def _carry_on(talk: Talk) -> None:
    step = talk.learner.step
    if step in steps.STEPS:
        await steps.STEPS[step].ask(talk)
    else:
        talk.say_text(steps.first_send(talk))


async def _start_over(talk: Talk) -> None:
    standing = await talk.standing()
    lesson = next_lesson(talk.course, standing)
    track = lesson.track if lesson else next(iter(standing.tracks), None)
    if track is None:
        talk.say("nothing-left", rows_of([talk.button("button-topics", "tr:list")]))
        return
    await talk.turn.start_over(talk.course.tracks[track].order)
    await talk.reschedule()
    # Its notification shows on a locked screen: a topic about closeness is not named.
    key = "started-over-hidden" if steps.track_hidden(talk, track) else "started-over"
    title = steps.track_title(talk, track)
    talk.say_text(f"{talk.text(key, title=title)}\n\n{steps.first_send(talk)}")


# -- settings ----------------------------------------------------------------------------------------------------------


async def settings(talk: Talk, _words: str = "") -> None:
    """What they chose, and a button to change each."""
    buttons = [talk.button(f"button-set-{name}", f"set:{name}") for name in SETTINGS]
    rows = rows_of(
        *in_columns(buttons, 2),
        [talk.button("button-topics", "tr:list"), talk.button("button-pause", "cmd:pause")],
        [talk.button("button-set-discreet", "di:show"), talk.button("button-mirror", "my:mirror")],
    )
    rows += rows_of([talk.button("button-boundaries", "bo:show"), talk.button("button-check-ins", "ci:show")])
    nudge = "off" if talk.learner.profile.nudge else "on"
    rows = (*rows, (talk.button(f"button-nudge-{nudge}", f"set:nudge-{nudge}"),))
    closeness = talk.text(f"closeness-is-{'on' if talk.learner.closeness else 'off'}")
    talk.say_or_edit(f"{talk.text('settings-title')}\n\n{steps.summary(talk)}\n{closeness}", rows)


async def set_one(talk: Talk, name: str, _what: str) -> None:
    """Opens the question for one setting."""
    if name == "show":
        await settings(talk)
    elif name not in (*SETTINGS, *NUDGES):
        talk.toast("old-question")
    elif talk.learner.state is State.NEW:
        talk.say("finish-setting-up")
    elif name in NUDGES:
        await talk.change_profile(nudge=NUDGES[name])
        talk.toast(f"nudge-is-{'on' if NUDGES[name] else 'off'}", alert=True)
        talk.unbutton()
    else:
        await steps.open_step(talk, name)


async def when(talk: Talk, _words: str = "") -> None:
    """The next send, in their time and zone, and why."""
    learner = talk.learner
    if learner.state is not State.ACTIVE or learner.due_at is None or learner.profile.zone is None:
        talk.say_text(steps.first_send(talk))
        return
    parts = [
        steps.first_send(talk),
        talk.text("when-why", days=steps.weekdays_in_words(talk, learner.profile.weekdays)),
    ]
    if learner.holiday_on(local(learner.due_at, learner.profile.zone).date()) and learner.profile.away_until:
        parts = [talk.text("when-holiday", back=talk.texts.day(learner.profile.away_until))]
    change = clock_change(learner.profile.zone, talk.now)
    if change is not None:
        moment, shift = change
        day = talk.texts.day(local(moment, learner.profile.zone).date())
        key = "when-clocks-forward" if shift > timedelta() else "when-clocks-back"
        here = local(learner.due_at, learner.profile.zone)
        parts.append(talk.text(key, day=day, span=talk.texts.span(shift), time=talk.texts.clock(here)))
    talk.say_text("\n\n".join(parts), rows_of([talk.button("button-settings", "set:show")]))


# -- pages that explain ------------------------------------------------------------------------------------------------


async def privacy(talk: Talk, _words: str = "") -> None:
    """The privacy notice, and the way to take one's consent back."""
    known = talk.turn.learner is not None
    consented = known and talk.learner.consent_version is not None
    mine = [talk.button("button-mirror", "my:mirror"), talk.button("button-export", "my:export")]
    talk.say(
        "privacy",
        rows_of(mine if known else [], [talk.button("button-withdraw", "go:withdraw")] if consented else []),
    )


async def _withdraw(talk: Talk) -> None:
    await talk.turn.withdraw_consent()
    state = State.NEW if talk.learner.state is State.NEW else State.STOPPED
    await talk.change(consent_version=None, state=state, due_at=None, owed_since=None, paused_until=None, step=None)
    talk.say("withdrawn")


async def about(talk: Talk, _words: str = "") -> None:
    """What this is, and what it is not."""
    talk.say("about")


async def cancel(talk: Talk, _words: str = "") -> None:
    """Closes an open question."""
    if talk.learner.step:
        await steps.later(talk)
    else:
        talk.say("nothing-open")
