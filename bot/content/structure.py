"""What the format of the lesson files asks for: keys, names, parts, and the rules the reader itself holds files to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from bot.content.finding import Finding, Rule
from bot.course.lesson import Part

FORMAT_VERSION = 1
REQUIRED_PARTS = (
    Part.HOOK, Part.IDEA, Part.SOLO, Part.TOGETHER, Part.REFLECT, Part.WAY_OUT, Part.SHORT, Part.GENTLER, Part.DEEPER,
)  # fmt: skip
LARGEST_LESSON = 64 * 1024  # bytes; the longest lesson is a tenth of it
LARGEST_LIST = 2 * 1024 * 1024  # bytes, for references.yaml

PROMPT = "✎"  # begins what an author still has to write, in the blank of a new lesson; such a lesson does not load

TRACK_ID = re.compile(r"[a-z]+(?:-[a-z]+)*")
LESSON_ID = re.compile(rf"({TRACK_ID.pattern})-([1-9]\d*)")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
FILE_NAME = re.compile(r"(\d\d)-[a-z0-9]+(?:-[a-z0-9]+)*\.md")

LESSON_KEYS = {
    "id": str, "title": str, "version": int, "updated": date, "sensitivity": int, "minutes": int, "not_when": str,
    "who_should_skip": str, "prerequisites": list, "check_sources_before_release": bool, "myth": bool,
}  # fmt: skip
OPTIONAL_LESSON_KEYS = {"check_sources_before_release", "myth"}
TRACK_KEYS = {
    "id": str, "title": dict, "about": dict, "sensitivity": int, "prerequisites": list, "who_should_skip": dict,
    "lessons": list,
}  # fmt: skip
COURSE_KEYS = {"format_version": int, "default_language": str, "tracks": list, "suggestions": list, "themes": dict}
OPTIONAL_COURSE_KEYS = {"suggestions", "themes"}
SUGGESTION_KEYS = {"before": str, "first": str, "why": dict}
SOURCE_KEYS = {
    "id": str, "authors": str, "year": int, "title": str, "venue": str, "verified": str, "link": str, "pmid": str,
    "isbn": str, "note": str, "kind": str,
}  # fmt: skip
OPTIONAL_SOURCE_KEYS = {"link", "pmid", "isbn", "note", "kind"}

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("file-unreadable", "error", "Every file of the course can be opened and read as UTF-8 text.",
             "Save the file as UTF-8 text and make sure it may be read."),
        Rule("file-too-large", "error", "A lesson is a short text; a very large file is something else.",
             "Take out what does not belong in the file."),
        Rule("yaml-broken", "error", "The YAML of a file can be understood.",
             "Look for a missing quote, a colon inside a text, or a wrong indent."),
        Rule("front-matter-missing", "error", "A lesson file begins with its keys between two lines of three dashes.",
             "Begin the file with a line ---, then the keys, then a line ---."),
        Rule("key-missing", "error", "Every key that the format asks for is there.",
             "Add the key; docs/lesson-format.md shows them all."),
        Rule("key-unknown", "error", "No key is misspelt or made up, so nothing is silently ignored.",
             "Correct the spelling of the key or take it out."),
        Rule("key-twice", "error", "A key is written once: of two, one would be silently ignored.",
             "Keep one of the two."),
        Rule("key-wrong", "error", "The value of a key has the right kind and lies in its range.",
             "Write a value of the right kind."),
        Rule("course-empty", "error", "There is a course at all: a course.yaml and at least one lesson that loads.",
             "Point to a lessons folder with a course.yaml and a track with lessons."),
        Rule("track-missing", "error", "Every track named in course.yaml has its folder with a track.yaml.",
             "Add the track's folder, or take its name out of course.yaml."),
        Rule("track-unlisted", "error", "Every track folder is named in course.yaml, or nobody would ever see it.",
             "Add the track to the list in course.yaml."),
        Rule("id-pattern", "error", "Ids are short and stable: lower-case letters, for a lesson with its number.",
             "Write ids as in stress or stress-5."),
        Rule("id-unique", "error", "No two lessons share an id: a learner's place points at it.",
             "Give one of them its own id."),
        Rule("id-in-track", "error", "A lesson's id begins with its track and is listed in the track's track.yaml.",
             "Make the id, the folder and the list in track.yaml agree."),
        Rule("lesson-missing", "error", "Every lesson listed in track.yaml has a file in the course's first language.",
             "Write the lesson, or take it out of the list."),
        Rule("file-name", "error", "A lesson file is named NN-slug.md, and NN is its place in the track's list.",
             "Rename the file so that its number is the lesson's place in the list."),
        Rule("file-stray", "warning", "A track folder holds track.yaml and one folder for each language.",
             "Move or remove it."),
        Rule("part-missing", "error", "Every part that a learner may be shown is there and has text.",
             "Write the part under its heading."),
        Rule("part-unknown", "error", "Every heading is one that the format knows.",
             "Use the headings of docs/lesson-format.md, spelt as there."),
        Rule("part-twice", "error", "Each part is written once.", "Keep one of the two."),
        Rule("part-outside", "error", "No text stands before the first heading, where nobody would see it.",
             "Move the text under a heading."),
        Rule("mark-malformed", "error", "A mark is [@S07], [@D05; @D18] or [advice], and what looks like one is one.",
             "Write the mark like [@S07], [@D05; @D18] or [advice]."),
    )
}  # fmt: skip


class Notes(list[Finding]):
    """The findings of one look at a course, in the order in which they were made."""

    def add(self, rule: str, file: str, line: int, says: str) -> None:
        """One of the reader's own RULES is broken here."""
        self.append(RULES[rule].at(file, line, says))
