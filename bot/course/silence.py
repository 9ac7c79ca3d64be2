"""What silence means: nothing bad. After a while lessons come less often, then they wait, and any sign of life brings them back.

Lessons alone are counted, those that came since they last wrote or tapped. None of the numbers is shown to anybody as a score.
A messenger does not tell whether something was read, and many read and never tap. So before anything changes they are asked, under
a lesson; whoever says that lessons are welcome as they are is `steady`, and gets them for long without a sign.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.course.pace import QUIET_FROM, Rule, occurrence

THIN_AFTER = 5
"""Lessons in a row without a sign of life after which they come less often: a week of silence happens to everybody."""
THIN_DAYS = 3
"""Days between two lessons from then on."""
PAUSE_AFTER = 8
"""Lessons in a row without a sign of life after which they wait: some two weeks, by then."""
STEADY_PAUSE_AFTER = 60
"""The same for those who said that lessons are welcome without an answer: some two months. Phones are lost, and chats forgotten."""
NUDGE_STOPS = 3
"""Lessons in a row without a sign of life after which the note in the evening stays away: it was asked for as a help, not as a
bell that goes on ringing."""
EVENING = time(19, 30)
"""When the note in the evening comes, by their clock."""
BREATHER = timedelta(hours=3)
"""A lesson that came less than this before gets no note."""


def days_apart(unanswered: int, *, steady: bool = False) -> int:
    """How many days lie between two lessons, at the least."""
    return THIN_DAYS if unanswered >= THIN_AFTER and not steady else 1


def asks(unanswered: int, *, steady: bool = False) -> bool:
    """True when the lesson that comes now, after so many without a sign of life, is the one that asks: the last at the usual pace."""
    return unanswered + 1 == THIN_AFTER and not steady


def rests(unanswered: int, *, steady: bool = False) -> bool:
    """True when lessons are to wait until they show up."""
    return unanswered >= (STEADY_PAUSE_AFTER if steady else PAUSE_AFTER)


def nudge_at(rule: Rule, slot: date, sent: datetime, unanswered: int) -> datetime | None:
    """When the note in the evening of that date is due (UTC), after a lesson sent at `sent`; None when there is to be none."""
    evening = occurrence(Rule(EVENING.hour, EVENING.minute, rule.zone), slot)
    if evening is None or unanswered >= NUDGE_STOPS or evening - sent < BREATHER:
        return None
    return evening


def nudge_is_over(rule: Rule, slot: date, now: datetime) -> bool:
    """True when it is too late for that evening's note."""
    here = now.astimezone(ZoneInfo(rule.zone))
    return here.date() != slot or here.time() >= QUIET_FROM
