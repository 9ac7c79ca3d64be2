"""Lesson files -> Course. The bot and the check use this one reader, so what passes the check is what runs.

Nothing here raises on bad content: every fault becomes a Finding, and the lessons that are whole still load. A lesson
that loads has every part of REQUIRED_PARTS, and its texts hold no marks. docs/lesson-format.md describes the files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.content.draft import Draft, read_draft
from bot.content.finding import CourseError, Finding
from bot.content.marks import SOURCE_ID
from bot.content.structure import (
    COURSE_KEYS,
    FORMAT_VERSION,
    LANGUAGE,
    LARGEST_LESSON,
    LARGEST_LIST,
    LESSON_ID,
    OPTIONAL_COURSE_KEYS,
    OPTIONAL_SOURCE_KEYS,
    SOURCE_KEYS,
    SUGGESTION_KEYS,
    TRACK_ID,
    TRACK_KEYS,
    Notes,
)
from bot.content.themes import words_of_themes
from bot.content.yamlfile import Table, read_table, short, typed
from bot.course.boundaries import about
from bot.course.lesson import Course, Lesson, Proof, Source, Suggestion, Theme, Track

COURSE_FILE, SOURCES_FILE, TRACK_FILE = "course.yaml", "references.yaml", "track.yaml"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at a lessons folder gives. `course` holds every lesson that loads of the tracks in course.yaml;
    `drafts` and `tracks` also those that it does not list yet."""

    course: Course
    findings: tuple[Finding, ...]
    drafts: tuple[Draft, ...]
    tracks: Mapping[str, Track]


def lessons_dir(override: Path | None = None) -> Path:
    """Where the lessons live: the override, else the copy packed with the program, else the repository's folder."""
    if override is not None:
        return override
    program = Path(__file__).resolve().parents[1]
    packed = program / "lessons"
    return packed if packed.is_dir() else program.parent / "lessons"


def version_of(folder: Path) -> str:
    """A mark of the folder's files as they are now."""
    mark = hashlib.sha256()
    for path in sorted((*folder.rglob("*.md"), *folder.rglob("*.yaml"))):
        try:
            about = path.stat()
        except OSError:
            continue  # gone in this moment; the next look sees what came of it
        mark.update(f"{path.relative_to(folder)} {about.st_mtime_ns} {about.st_size}\n".encode())
    return mark.hexdigest()[:16]


def load_course(folder: Path) -> Course:
    """The course for the bot: every lesson that loads. Raises CourseError only when there is none.

    Files that stand as they stood are not read again: who asks a second time gets the same course."""
    return _loaded(folder, version_of(folder))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _version: str) -> Course:
    reading = read_course(folder)
    if not any(track.order for track in reading.course.tracks.values()):
        raise CourseError(reading.findings)
    return reading.course


def read_course(folder: Path) -> Reading:
    """Everything in a lessons folder, and every fault in it. Never raises on content."""
    notes = Notes()
    listed, language, suggestions, themes = _read_course_file(folder, notes)
    sources = _read_sources(folder, notes)
    drafts: list[Draft] = []
    tracks = {}
    for track_id in (*listed, *_unlisted(folder, listed, notes)):
        track = _read_track(folder, track_id, language, drafts, notes)
        if track is not None:
            tracks[track_id] = _about_as_a_whole(track, themes.get(track_id))
    course = Course(
        {name: tracks[name] for name in listed if name in tracks},
        sources,
        language,
        tuple(one for one in suggestions if {one.before, one.first} <= set(listed) & set(tracks)),
        words_of_themes(),
    )
    if not any(track.order for track in course.tracks.values()):
        notes.add("course-empty", COURSE_FILE, 1, "There is no lesson here that loads.")
    return Reading(course, tuple(sorted(set(notes))), tuple(drafts), tracks)


def _about_as_a_whole(track: Track, theme: Theme | None) -> Track:
    if theme is None:
        return track
    whole = {
        lesson_id: {language: replace(lesson, about=lesson.about | {theme}) for language, lesson in forms.items()}
        for lesson_id, forms in track.lessons.items()
    }
    return replace(track, lessons=whole)


def _read_course_file(folder: Path, notes: Notes) -> tuple[list[str], str, list[Suggestion], dict[str, Theme]]:
    """The listed tracks, the first language, what is suggested before what, and what whole tracks are about."""
    table = read_table(folder, COURSE_FILE, LARGEST_LESSON, notes)
    if table is None:
        return [], "en", [], {}
    head = typed(table.values, COURSE_KEYS, table, notes, optional=OPTIONAL_COURSE_KEYS)
    if head.get("format_version", FORMAT_VERSION) != FORMAT_VERSION:
        says = f"format_version is not {FORMAT_VERSION}, the only one this program reads."
        notes.add("key-wrong", COURSE_FILE, table.line("format_version"), says)
    language = head.get("default_language", "en")
    if not LANGUAGE.fullmatch(language):
        notes.add("key-wrong", COURSE_FILE, table.line("default_language"), "default_language is no language code.")
    themes = {}
    for track, theme in head.get("themes", {}).items():
        if track not in head.get("tracks", []) or theme not in tuple(Theme):
            notes.add(
                "key-wrong",
                COURSE_FILE,
                table.line("themes"),
                f"{short(track)}: {short(theme)} is no track and its theme.",
            )
        else:
            themes[track] = Theme(theme)
    suggestions = [_suggestion(entry, language, table, notes) for entry in head.get("suggestions", [])]
    names = _names(head.get("tracks", []), TRACK_ID, "tracks", table, notes)
    return names, language, [one for one in suggestions if one], themes


def _suggestion(entry: object, language: str, table: Table, notes: Notes) -> Suggestion | None:
    line, before = table.line("suggestions"), len(notes)
    if not isinstance(entry, dict):
        notes.add("key-wrong", table.file, line, "A suggestion is not a table of keys.")
        return None
    head = typed(entry, SUGGESTION_KEYS, table, notes, line=line)
    names = _names([head.get("before"), head.get("first")], TRACK_ID, "suggestions", table, notes)
    why = _texts(head, "why", language, table, notes)
    return Suggestion(names[0], names[1], why) if len(notes) == before else None


def _names(names: Sequence[object], pattern: re.Pattern[str], key: str, table: Table, notes: Notes) -> list[str]:
    """The ids in a list, without those that are none or come twice."""
    good: list[str] = []
    for name in names:
        if not (isinstance(name, str) and pattern.fullmatch(name)):
            notes.add("id-pattern", table.file, table.line(key), f"{short(name)} in {key} is no id of one.")
        elif name in good:
            notes.add("id-unique", table.file, table.line(key), f"{name} is listed twice.")
        else:
            good.append(name)
    return good


def _unlisted(folder: Path, listed: Sequence[str], notes: Notes) -> Iterator[str]:
    for entry in _entries(folder, "", notes):
        name = entry.name
        if name not in listed and TRACK_ID.fullmatch(name) and _is_folder(entry):
            notes.add("track-unlisted", f"{name}/{TRACK_FILE}", 1, f"{COURSE_FILE} does not list {name}.")
            yield name


def _entries(path: Path, file: str, notes: Notes) -> list[Path]:
    try:
        return sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError:
        notes.add("file-unreadable", file or COURSE_FILE, 1, "The folder cannot be opened.")
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _read_sources(folder: Path, notes: Notes) -> dict[str, Source]:
    table = read_table(folder, SOURCES_FILE, LARGEST_LIST, notes)
    if table is None:
        return {}
    sources: dict[str, Source] = {}
    for place, entry in enumerate(typed(table.values, {"references": list}, table, notes).get("references", []), 1):
        if isinstance(entry, dict):
            _add_source(entry, table, sources, notes)
        else:
            notes.add("key-wrong", SOURCES_FILE, 1, f"Entry {place} is not a table of keys.")
    return sources


def _add_source(entry: Mapping[Any, Any], table: Table, sources: dict[str, Source], notes: Notes) -> None:
    name = short(entry.get("id"))
    line, before = table.id_lines.get(name, 1), len(notes)
    head = typed(entry, SOURCE_KEYS, table, notes, optional=OPTIONAL_SOURCE_KEYS, line=line)
    if not re.fullmatch(SOURCE_ID, name):
        notes.add("id-pattern", SOURCES_FILE, line, f"{name} is no source id, a letter and two or three digits.")
    if name in sources:
        notes.add("id-unique", SOURCES_FILE, line, f"There are two sources {name}.")
    if head.get("verified", "record") not in ("record", "memory"):
        notes.add("key-wrong", SOURCES_FILE, line, f"verified of {name} is neither record nor memory.")
    if head.get("kind", Proof.STUDY) not in tuple(Proof):
        notes.add("key-wrong", SOURCES_FILE, line, f"kind of {name} is none of {', '.join(Proof)}.")
    if len(notes) == before:
        kind = Proof(head["kind"]) if "kind" in head else None
        texts = {key: str(head[key]) for key in ("id", "authors", "year", "title", "venue", "verified")}
        sources[name] = Source(**texts, link=head.get("link"), note=head.get("note", ""), kind=kind)


def _read_track(folder: Path, track_id: str, language: str, drafts: list[Draft], notes: Notes) -> Track | None:
    file = f"{track_id}/{TRACK_FILE}"
    if not _is_folder(folder / track_id):
        notes.add("track-missing", COURSE_FILE, 1, f"There is no folder for the track {track_id}.")
        return None
    table = read_table(folder, file, LARGEST_LESSON, notes)
    if table is None:
        return None
    head = typed(table.values, TRACK_KEYS, table, notes)
    if head.get("id", track_id) != track_id:
        notes.add("id-in-track", file, table.line("id"), f"The id is not {track_id}, the folder's name.")
    if head.get("sensitivity", 0) not in (0, 1, 2):
        notes.add("key-wrong", file, table.line("sensitivity"), "sensitivity is not 0, 1 or 2.")
        head["sensitivity"] = 2  # the careful guess: opened by choice only
    order = _order(head.get("lessons", []), track_id, table, notes)
    lessons = _read_lessons(folder, track_id, order, drafts, notes)
    here = {draft.id for draft in drafts if draft.language == language}
    for lesson_id in order:
        if lesson_id not in here:
            notes.add("lesson-missing", file, table.line("lessons"), f"There is no {language} file for {lesson_id}.")
    ready = tuple(lesson_id for lesson_id in order if language in lessons.get(lesson_id, {}))
    return Track(
        id=track_id,
        title=_texts(head, "title", language, table, notes),
        about=_texts(head, "about", language, table, notes),
        sensitivity=head.get("sensitivity", 2),
        prerequisites=tuple(_names(head.get("prerequisites", []), LESSON_ID, "prerequisites", table, notes)),
        who_should_skip=_texts(head, "who_should_skip", "", table, notes),
        order=ready,
        lessons={lesson_id: lessons[lesson_id] for lesson_id in ready},
    )


def _order(names: Sequence[object], track_id: str, table: Table, notes: Notes) -> list[str]:
    order = []
    for name in _names(names, LESSON_ID, "lessons", table, notes):
        if name.rpartition("-")[0] == track_id:
            order.append(name)
        else:
            notes.add("id-in-track", table.file, table.line("lessons"), f"{name} is not a lesson of {track_id}.")
    return order


def _texts(head: Mapping[str, Any], key: str, language: str, table: Table, notes: Notes) -> dict[str, str]:
    """language -> text. `language`, if given, is the one that has to be there."""
    texts = head.get(key, {})
    good = {name: text for name, text in texts.items() if isinstance(name, str) and isinstance(text, str)}
    if len(good) < len(texts):
        notes.add("key-wrong", table.file, table.line(key), f"{key} holds something that is not language: text.")
    if language and not good.get(language, "").strip():
        notes.add("key-missing", table.file, table.line(key), f"{key} has no text for {language}.")
    return good


def _read_lessons(
    folder: Path, track_id: str, order: Sequence[str], drafts: list[Draft], notes: Notes
) -> dict[str, dict[str, Lesson]]:
    """lesson id -> language -> lesson, of the lessons that load. Every file read is added to the drafts."""
    lessons: dict[str, dict[str, Lesson]] = {}
    words = words_of_themes()
    seen: dict[tuple[str, str], str] = {}
    for language, file in _lesson_files(folder, track_id, notes):
        draft = read_draft(folder, file, track_id, language, order, notes)
        if draft is None:
            continue
        drafts.append(draft)
        twin = seen.setdefault((draft.id, language), file)
        if draft.id and twin != file:
            notes.add("id-unique", file, draft.key_line("id"), f"{twin} has the same id.")
        elif draft.lesson is not None:
            lesson = replace(draft.lesson, about=about(draft.lesson, words.get(language, {})))
            lessons.setdefault(draft.id, {})[language] = lesson
    return lessons


def _lesson_files(folder: Path, track_id: str, notes: Notes) -> Iterator[tuple[str, str]]:
    """(language, file) of every Markdown file in the track's language folders, in order."""
    for entry in _entries(folder / track_id, track_id, notes):
        here = f"{track_id}/{entry.name}"
        if _is_folder(entry) and LANGUAGE.fullmatch(entry.name):
            for path in _entries(entry, here, notes):
                if path.suffix == ".md":
                    yield entry.name, f"{here}/{path.name}"
                else:
                    notes.add("file-stray", f"{here}/{path.name}", 1, "This is not a lesson file.")
        elif entry.name != TRACK_FILE:
            notes.add("file-stray", here, 1, "This is neither track.yaml nor a language's folder.")
