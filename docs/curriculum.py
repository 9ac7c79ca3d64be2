"""Writes docs/curriculum.md from docs/curriculum.tsv and the lessons: every claim the course began with, and where it went.

Run it after changing either: `python docs/curriculum.py`. A test says when the page is out of step.
"""

from __future__ import annotations

from pathlib import Path

from bot.content.read import lessons_dir, load_course

HERE = Path(__file__).parent
TABLE, PAGE = HERE / "curriculum.tsv", HERE / "curriculum.md"
HEAD = """# Where every point went

The project began with four articles. Each claim, tip and risk in them was checked against studies and guidelines, and each has a
place below: the lessons that cover it, or the reason why it is left out. A lesson may say less than a claim, never more; what it
rests on stands under *Sources* in the lesson itself. Numbers are points of the articles, letters are topics added in the review.

This page is written by `python docs/curriculum.py` from `docs/curriculum.tsv`.

| | claim or topic | lessons, or why it is left out |
| --- | --- | --- |
"""


def rows() -> list[tuple[str, str, tuple[str, ...], str]]:
    """(number, claim, lesson ids, reason it is left out): either lessons or a reason."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        number, claim, names, *reason = line.split("\t")
        found.append((number, claim, () if names == "-" else tuple(names.split()), reason[0] if reason else ""))
    return found


def page() -> str:
    """The whole page, in Markdown. Raises KeyError for a lesson that does not exist."""
    files = {path.parts[-3]: path.parent for path in lessons_dir().glob("*/en/*.md")}
    course = load_course(lessons_dir())
    titles = {lesson.id: (lesson.title, lesson.track, lesson.number) for lesson in course}
    lines = []
    for number, claim, names, reason in rows():
        links = []
        for name in names:
            title, track, place = titles[name]
            file = next(path.name for path in sorted(files[track].glob("*.md")) if path.name.startswith(f"{place:02}-"))
            links.append(f"[{title}](../lessons/{track}/en/{file}) (`{name}`)")
        lines.append(f"| {number} | {claim} | {'; '.join(links) or f'*Left out:* {reason}'} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
