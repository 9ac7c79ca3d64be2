"""The chat that a learner sees in a lesson or a track, as Markdown."""

from __future__ import annotations

from datetime import datetime

from bot.cli.rehearsal import ZONE, Book, Reader, rehearse
from bot.course.lesson import Course
from bot.course.pace import local
from bot.i18n.texts import Texts, texts_for
from bot.messages import Edit, Rows, Say, Toast


class Notebook(Book):
    """Writes down what would be sent."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._texts = texts
        self._day_begins_at = 0

    def day(self, moment: datetime) -> None:
        """A heading for a day."""
        here = local(moment, ZONE)
        self._day_begins_at = len(self.lines)
        self.lines += [f"## {self._texts.day(here.date())}, {self._texts.clock(here)}", ""]

    def tapped(self, label: str) -> None:
        """What the reader does."""
        self.lines += [f"**You** tap `{label}`", ""]

    def wrote(self, text: str) -> None:
        """What the reader writes."""
        self.lines += [f"**You** write “{text}”", ""]

    def keep(self, outgoing: Say | Edit | Toast) -> None:
        """A quotation."""
        match outgoing:
            case Say():
                self._write(outgoing.text, outgoing.rows)
            case Edit():
                self._write(outgoing.text, outgoing.rows, "the message becomes")
            case Toast():
                self._write(outgoing.text, (), "shown for a moment")

    def written(self) -> list[str]:
        """The lines, without a last day on which nothing came."""
        return self.lines[: self._day_begins_at] if self.last is None else self.lines

    def _write(self, text: str, rows: Rows, note: str = "") -> None:
        self.lines += [f"**Kindling**{f' ({note})' if note else ''}", "", *quoted(text)]
        for row in rows:
            self.lines += [">", "> " + " ".join(f"`{button.label}`" for button in row)]
        self.lines.append("")


def quoted(text: str) -> list[str]:
    """A text in our markup as a Markdown quotation; the two markups agree but for line breaks."""
    lines = text.split("\n")
    broken = [line + "  " if line and after else line for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return [f"> {line}" if line else ">" for line in broken]


async def transcript(course: Course, name: str, reader: Reader, *, buttons: bool) -> str:
    """The chat of a lesson, or of a whole track with what comes before it. Raises UnknownLessonError."""
    notebook = Notebook(texts_for(reader.language))
    await rehearse(course, name, reader, notebook, buttons=buttons)
    return "\n".join([f"# {name}", "", *notebook.written()]).rstrip() + "\n"
