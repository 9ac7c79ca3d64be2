"""What people read: lessons and helplines, and who has yet to look at them before anyone relies on them."""

from __future__ import annotations

import asyncio
import tomllib
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

from bot.content.check import Report, check_course
from bot.content.read import lessons_dir, read_course, version_of
from bot.crisis import answer, detect
from bot.crisis import check as crisis
from bot.doctor.look import Look, Patient

REVIEW = "Make the page for it: kindling crisis review --html review.html. docs/safety says who signs what."
RECORD = "reviews.toml"
REVIEWERS = {
    "clinician": "a mental-health clinician",
    "domestic_violence": "a domestic-violence worker",
    "sexual_violence": "a sexual-violence worker",
    "native_speakers": "a native speaker for each language",
    "telephone": "a person with a telephone",
    "lawyer": "a lawyer",
    "lived_experience": "people who have lived through it",
}
"""Who must look before people rely on it, by the word under which the operator records it in DATA_DIR (docs/safety/who-must-review.md)."""
OLD = frozenset({"review-due", "gave-way"})


async def look_at_lessons(patient: Patient) -> list[Look]:
    """Whether the lessons load, and what the check finds."""
    folder = lessons_dir(patient.settings.lessons_dir)
    if patient.hurried:
        report = await asyncio.to_thread(_as_read, folder, version_of(folder))
    else:
        report = check_course(folder, patient.now.date())
    levels = Counter(one.level for one in report.findings)
    do = "Every finding with its place: kindling lessons check"
    if not report.lessons or any(one.rule == "course-empty" for one in report.findings):
        return [Look("lessons", "error", "there is no lesson that can be used", f"Check LESSONS_DIR. {do}")]
    size = f"{report.tracks} tracks, {report.lessons} lessons"
    if levels["error"]:
        return [Look("lessons", "error", f"{size}, {levels['error']} faults", do)]
    if levels["warning"]:
        return [Look("lessons", "warning", f"{size}, {levels['warning']} warnings", do)]
    return [Look("lessons", "ok", size)]


@lru_cache(maxsize=1)
def _as_read(folder: Path, _version: str) -> Report:
    """What the bot's own reader finds: enough to tell whether a lesson is left out. Read again only when a file has changed."""
    reading = read_course(folder)
    lessons = sum(len(track.order) for track in reading.course.tracks.values())
    return Report(tuple(one for one in reading.findings if one.level == "error"), len(reading.tracks), lessons)


@lru_cache(maxsize=2)
def checked_on(day: date) -> tuple[crisis.Finding, ...]:
    """What the check of the crisis data finds on that day. It reads all of it, which takes a tenth of a second."""
    return tuple(crisis.check(day))


async def look_at_helplines(patient: Patient) -> list[Look]:
    """Whether the crisis data is sound, how old it is, and who has to look at it."""
    today = patient.now.date()
    found = checked_on(today)
    rules = Counter(one.rule for one in found)
    faults, old = sum(one.is_error for one in found), sum(rules[rule] for rule in OLD)
    return [
        _sound(faults),
        _reading(),
        _age(old),
        _reviewers(patient.settings.data_dir / RECORD),
        *_signed(rules, [one.where for one in found if one.rule == "texts-unreviewed"]),
    ]


def _reviewers(record: Path) -> Look:
    """Reminds of everyone who has yet to review the crisis texts, unless the operator wrote down a day and a name for them."""
    do = f"docs/safety/who-must-review.md says who reads what. Then note it in {RECORD} in DATA_DIR, a day and a name for each."
    try:
        noted = tomllib.loads(record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        noted = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Look("reviewers", "warning", f"{RECORD} cannot be read", do)
    waiting = [who for word, who in REVIEWERS.items() if not _noted(noted.get(word))]
    if waiting:
        return Look("reviewers", "warning", f"nobody is noted yet as having reviewed: {'; '.join(waiting)}", do)
    return Look("reviewers", "ok", "all who must review the crisis texts are noted")


def _noted(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("on"), date) and bool(entry.get("by"))


def _sound(faults: int) -> Look:
    if faults:
        return Look(
            "crisis-data",
            "error",
            f"{faults} faults in helplines or crisis texts",
            "See them all: kindling crisis check",
        )
    return Look(
        "crisis-data", "ok", f"helplines of {len(answer.DEFAULT.book.countries)} countries, and their texts, are sound"
    )


def _reading() -> Look:
    trouble = detect.problem()
    if trouble is not None:
        return Look(
            "crisis-reading", "error", trouble, "Restore bot/crisis/data from the release. /help works all the same."
        )
    return Look("crisis-reading", "ok", "what people write is read for signs of a crisis")


def _age(old: int) -> Look:
    by = answer.DEFAULT.book.review_by.isoformat()
    if old:
        return Look("helplines", "warning", f"{old} reviews are overdue (the data was to be reviewed by {by})", REVIEW)
    return Look("helplines", "ok", f"the next review is due on {by}")


def _signed(rules: Counter[str], languages: list[str]) -> list[Look]:
    waiting = []
    if rules["unchecked"]:
        says = f"no person has confirmed {rules['unchecked']} helplines yet"
        waiting.append(
            Look("helplines-unconfirmed", "warning", says, f"Before people rely on it: call or open each. {REVIEW}")
        )
    if languages:
        says = f"no professional has signed the crisis texts in: {', '.join(languages)}"
        waiting.append(
            Look("texts-unsigned", "warning", says, "Have a clinician and a native speaker read them: docs/safety.")
        )
    return waiting or [Look("sign-offs", "ok", "people have confirmed every helpline and signed every crisis text")]
