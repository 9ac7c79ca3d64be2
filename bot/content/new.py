"""A blank for a new lesson, with a prompt in every part; the check reports each prompt that is left in."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from pathlib import Path

from bot.content.read import TRACK_FILE
from bot.content.structure import LANGUAGE, TRACK_ID

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class NewLessonError(Exception):
    """The blank cannot be made; the text says what to change. The author's to repair."""


def new_lesson(folder: Path, track: str, number: int, slug: str, language: str, *, today: date) -> Path:
    """Write <track>/<language>/NN-<slug>.md into the lessons folder and return its path. `number` (1 to 99) is the
    lesson's place and the number of its id. Never overwrites. Raises NewLessonError, or OSError if the disk refuses."""
    _refuse_unless(TRACK_ID.fullmatch(track) and (folder / track / TRACK_FILE).is_file(), f"There is no track {track}.")
    _refuse_unless(1 <= number <= 99, "The number of a lesson lies between 1 and 99.")
    _refuse_unless(_SLUG.fullmatch(slug), "The short name is lower-case words with dashes, such as a-time-for-worry.")
    _refuse_unless(LANGUAGE.fullmatch(language), "The language is a code such as en or pt-BR.")
    path = folder / track / language / f"{number:02}-{slug}.md"
    path.parent.mkdir(exist_ok=True)
    _refuse_unless(
        not list(path.parent.glob(f"{number:02}-*.md")), f"There is a lesson {number:02} in {track} already."
    )
    blank = resources.files("bot.content").joinpath("blank_lesson.md").read_text(encoding="utf-8")
    title = slug.replace("-", " ").capitalize()
    path.write_text(
        blank.format(id=f"{track}-{number}", title=f'"{title}"', updated=today.isoformat()), encoding="utf-8"
    )
    return path


def _refuse_unless(fine: object, says: str) -> None:
    if not fine:
        raise NewLessonError(says)
