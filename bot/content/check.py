"""The check of the lessons: every rule in one table, every finding at once.

`python -m bot.content.check lessons/` prints the findings of a course, `... lessons/stress` or one file's alone;
the exit code is 0 for none, 1 for some, 2 for wrong usage. docs/lesson-rules.md has a heading for each rule.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.content import likeness, shape, sourcing, structure, wording
from bot.content.draft import Draft
from bot.content.finding import Finding, Level, Rule, Spot, WideSpot, as_json
from bot.content.read import COURSE_FILE, Reading, read_course


@dataclass(frozen=True, slots=True)
class _LessonRule:
    rule: Rule
    finds: Callable[[Draft], Iterable[Spot]]


@dataclass(frozen=True, slots=True)
class _CourseRule:
    rule: Rule
    finds: Callable[[Reading], Iterable[WideSpot]]


def _lesson(name: str, level: Level, finds: Callable[[Draft], Iterable[Spot]], fix: str) -> _LessonRule:
    return _LessonRule(Rule(name, level, " ".join((finds.__doc__ or "").split()), fix), finds)


def _course(name: str, level: Level, finds: Callable[[Reading], Iterable[WideSpot]], fix: str) -> _CourseRule:
    return _CourseRule(Rule(name, level, " ".join((finds.__doc__ or "").split()), fix), finds)


# fmt: off
_EACH_LESSON: Sequence[_LessonRule] = (
    _lesson("message-length", "error", shape.message_length, "Cut, or say more, until every form fits."),
    _lesson("part-length", "error", shape.part_length, "Cut, or say more."),
    _lesson("one-paragraph", "error", shape.one_paragraph, "Say it in one line."),
    _lesson("reading-grade", "error", shape.grade, "Use shorter sentences and shorter words."),
    _lesson("long-sentence", "error", shape.long_sentence, "Make two sentences of it."),
    _lesson("practice-minutes", "error", shape.practice_minutes, "Offer a smaller practice."),
    _lesson("reflect-one-question", "error", shape.reflect_one_question, "Ask one open question and end with it."),
    _lesson("note-needed", "error", shape.note_needed, 'Write a line like "This is about touch. You can skip it."'),
    _lesson("telegram-limit", "error", shape.telegram_limit, "Make it shorter."),
    _lesson("plain-text", "error", shape.plain_text, "Use plain sentences, **bold** and *italic*."),
    _lesson("stars-balanced", "error", shape.stars_balanced, "Close every star, or take it out."),
    _lesson("odd-character", "error", shape.odd_character, "Delete the character and type the line anew."),
    _lesson("unfinished", "error", shape.unfinished, "Write the line, or take it out."),
    _lesson("no-touch-needed", "error", shape.no_touch_needed, "Write a form without touch or body focus."),
    _lesson("no-touch-kept", "warning", shape.no_touch_kept, "Offer sound, color or objects instead."),
    _lesson("sentence-unmarked", "error", sourcing.sentence_unmarked, "Put its source or [advice] behind it."),
    _lesson("mark-idle", "error", sourcing.mark_idle, "Put the mark behind its sentence, in the same paragraph."),
    _lesson("no-source", "warning", sourcing.no_source, "Cite what the idea rests on."),
    _lesson("percent-forbidden", "error", wording.percent_forbidden, 'Say "about 1 in 3", or leave the number out.'),
    _lesson("number-misread", "error", wording.number_misread, "Leave the number out."),
    _lesson("exclamation", "error", wording.exclamation, "End with a full stop."),
    _lesson("emoji", "error", wording.emoji, "Take the emoji out."),
)
_WHOLE_COURSE: Sequence[_CourseRule] = (
    _course("source-unknown", "error", sourcing.source_unknown, "Correct the id, or add it to references.yaml."),
    _course("source-kind-missing", "error", sourcing.source_kind_missing, "Write its kind into references.yaml."),
    _course("proof-too-weak", "error", sourcing.proof_too_weak,
            "Say what was found and in whom, such as: in one small study."),
    _course("memory-only", "warning", sourcing.memory_only,
            "Look a source up, or put check_sources_before_release: true into the front matter."),
    _course("similar-lessons", "warning", likeness.similar_lessons, "Write one of them anew, in other words."),
    _course("repeated-sentence", "warning", likeness.repeated_sentence, "Say it differently here."),
    _course("hook-openings", "warning", likeness.hook_openings, "Open with another moment."),
    _course("common-opening", "warning", likeness.common_opening, "Begin some of them differently."),
    _course("prerequisite-unknown", "error", likeness.prerequisite_unknown, "Correct the id, or take it out."),
    _course("prerequisite-cycle", "error", likeness.prerequisite_cycle, "Take one prerequisite of the circle out."),
    _course("sensitivity-below-track", "error", likeness.sensitivity_below_track, "Raise the lesson's sensitivity."),
    _course("closeness-form-needed", "warning", likeness.closeness_form_needed,
            "Write the part Idea: without closeness, or say it without a word on sex or desire."),
    _course("translation-behind", "warning", likeness.translation_behind, "Bring the translation up to date."),
)
_DATE_TO_COME = Rule("date-to-come", "error", "A lesson is not dated later than today.", "Write the day of the change.")
# fmt: on

# Every rule by its id: the reader's, then the check's, then those about English words.
RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        *structure.RULES.values(),
        *(entry.rule for entry in _EACH_LESSON),
        *(entry.rule for entry in _WHOLE_COURSE),
        _DATE_TO_COME,
        *(entry.rule for entry in wording.wording_rules("en")),
    )
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, in the order of files and lines, and how much it looked at: tracks, and lessons that load
    (a translation counts as one more)."""

    findings: tuple[Finding, ...]
    tracks: int
    lessons: int

    def within(self, place: str) -> Report:
        """The same with only the findings in a folder or file of the course, such as "stress"; "." is everything."""
        inside = (f for f in self.findings if place == "." or f.file == place or f.file.startswith(f"{place}/"))
        return Report(tuple(inside), self.tracks, self.lessons)

    def as_json(self) -> dict[str, object]:
        """Plain data: tracks, lessons, findings (see finding.as_json)."""
        return {"tracks": self.tracks, "lessons": self.lessons, "findings": as_json(self.findings)}


def check_course(folder: Path, today: date | None = None) -> Report:
    """Read and check a whole lessons folder. Dates are held against today only where it is given."""
    return check_reading(read_course(folder), today)


def check_reading(reading: Reading, today: date | None = None) -> Report:
    """Check a course that has been read: the reader's findings and those of every rule."""
    found = {*reading.findings, *_dates_to_come(reading, today)}
    for draft in reading.drafts:
        found.update(_check_draft(draft))
    for entry in _WHOLE_COURSE:
        found.update(entry.rule.at(*spot) for spot in entry.finds(reading))
    lessons = sum(len(forms) for track in reading.tracks.values() for forms in track.lessons.values())
    return Report(tuple(sorted(found)), len(reading.tracks), lessons)


def _check_draft(draft: Draft) -> Iterator[Finding]:
    for entry in _EACH_LESSON:
        yield from (entry.rule.at(draft.file, line, says) for line, says in entry.finds(draft))
    for words in wording.wording_rules(draft.language.partition("-")[0]):
        yield from (words.rule.at(draft.file, line, says) for line, says in words.finds(draft))


def _dates_to_come(reading: Reading, today: date | None) -> Iterator[Finding]:
    for draft in reading.drafts:
        updated = draft.head.get("updated")
        if today and updated and updated > today:
            yield _DATE_TO_COME.at(draft.file, draft.key_line("updated"), "updated lies in the future.")


def course_folder(path: Path) -> Path | None:
    """The nearest folder, from this path upwards, that holds a course.yaml."""
    return next((place for place in (path, *path.parents) if (place / COURSE_FILE).is_file()), None)


def main(arguments: Sequence[str]) -> int:
    """The command line: one path of a course, a track or a lesson file. Returns the exit code."""
    path = Path(arguments[0]).resolve() if len(arguments) == 1 else None
    folder = course_folder(path) if path else None
    if path is None or folder is None:
        sys.stderr.write("usage: python -m bot.content.check PATH (a folder with a course.yaml, or something in it)\n")
        return 2
    report = check_course(folder, datetime.now(UTC).date()).within(path.relative_to(folder).as_posix())
    sys.stdout.writelines(f"{finding}\n" for finding in report.findings)
    sys.stdout.write(f"{report.tracks} tracks, {report.lessons} lessons, {len(report.findings)} findings\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
