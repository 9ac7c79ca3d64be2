"""What a course is made of: tracks of lessons, and the sources they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Theme(StrEnum):
    """What a learner may ask to be left out. CLOSENESS (sex and desire) goes by the answer to the closeness question."""

    CLOSENESS = "closeness"
    TOUCH = "touch"
    PARTNER = "partner"
    BODY = "body"
    MEDICATION = "medication"


class PracticeForm(StrEnum):
    """For whom a practice is written. A learner who chose EITHER sees both the solo and the together form."""

    SOLO = "solo"
    TOGETHER = "together"
    EITHER = "either"


class Part(StrEnum):
    """The parts of a lesson file, by their heading in lower case (docs/lesson-format.md)."""

    NOTE = "note"
    HOOK = "hook"
    IDEA = "idea"
    IDEA_WITHOUT_CLOSENESS = "idea: without closeness"
    SOLO = "try: solo"
    TOGETHER = "try: together"
    NO_TOUCH = "try: no touch"
    REFLECT = "reflect"
    WAY_OUT = "way out"
    SHORT = "short"
    GENTLER = "gentler"
    DEEPER = "deeper"


class Proof(StrEnum):
    """What kind of proof a source is: several studies put together, a trial, another study, a guideline, a view or model, or a
    public record."""

    REVIEW = "review"
    TRIAL = "trial"
    STUDY = "study"
    GUIDELINE = "guideline"
    VIEW = "view"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of lessons/references.yaml. `verified` is "record" or "memory" (then it needs a check before release)."""

    id: str
    authors: str
    year: str
    title: str
    venue: str
    verified: str
    link: str | None = None
    note: str = ""
    kind: Proof | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson in one language. `parts` hold plain text with **bold** and *italic*, paragraphs parted by a blank line,
    marks already taken out; `cites` are the source ids in the order in which the text cites them. `about` are the themes of the
    lesson as a whole; `left_out` those that were in the way of a part when the lesson was fitted to a learner."""

    id: str
    track: str
    number: int
    language: str
    title: str
    version: int
    updated: date
    sensitivity: int
    minutes: int
    not_when: str
    who_should_skip: str
    prerequisites: tuple[str, ...]
    parts: Mapping[Part, str]
    cites: tuple[str, ...]
    about: frozenset[Theme] = frozenset()
    left_out: Mapping[Part, frozenset[Theme]] = field(default_factory=dict)

    @property
    def sensitive(self) -> bool:
        """True when the lesson is about sexuality or closeness: it comes in an envelope, opened by choice."""
        return self.sensitivity >= 2

    def idea(self, *, closeness: bool) -> str:
        """The idea, in the form that leaves closeness out for those who did not choose it, where there is one."""
        if not closeness and Part.IDEA_WITHOUT_CLOSENESS in self.parts:
            return self.parts[Part.IDEA_WITHOUT_CLOSENESS]
        return self.parts[Part.IDEA]

    @property
    def shown_idea(self) -> Part:
        """The part that those read who left closeness out."""
        return Part.IDEA_WITHOUT_CLOSENESS if Part.IDEA_WITHOUT_CLOSENESS in self.parts else Part.IDEA


@dataclass(frozen=True, slots=True)
class Track:
    """Seven or so lessons on one topic, in order. Texts are language -> text; lessons are lesson id -> language -> Lesson."""

    id: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    sensitivity: int
    prerequisites: tuple[str, ...]
    who_should_skip: Mapping[str, str]
    order: tuple[str, ...]
    lessons: Mapping[str, Mapping[str, Lesson]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A track that goes well before another. Offered, never enforced. `why` is language -> a sentence."""

    before: str
    first: str
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Every track in the order in which it is offered, and the sources by id. Equal to itself alone, as
    it is too large to compare. `words` is language -> theme -> what speaks of it."""

    tracks: Mapping[str, Track]
    sources: Mapping[str, Source] = field(default_factory=dict)
    default_language: str = "en"
    suggestions: tuple[Suggestion, ...] = ()
    words: Mapping[str, Mapping[Theme, re.Pattern[str]]] = field(default_factory=dict)

    def words_in(self, language: str) -> Mapping[Theme, re.Pattern[str]]:
        """The expressions that speak of each theme in that language; none for a language without its list."""
        return self.words.get(language, {})

    def lesson(self, lesson_id: str, language: str) -> Lesson | None:
        """The lesson in that language, else in the default language, else None."""
        track = self.tracks.get(lesson_id.rpartition("-")[0])
        forms = track.lessons.get(lesson_id, {}) if track else {}
        return forms.get(language) or forms.get(self.default_language)

    @property
    def sensitive(self) -> frozenset[str]:
        """The ids of the lessons that come in an envelope."""
        return frozenset(lesson.id for lesson in self if lesson.sensitive)

    def __iter__(self) -> Iterator[Lesson]:
        for track in self.tracks.values():
            for lesson_id in track.order:
                yield from track.lessons[lesson_id].values()
