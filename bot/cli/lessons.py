"""`kindling lessons`: for authors."""

from __future__ import annotations

import asyncio
import shutil
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer
from rich.markdown import Markdown
from rich.prompt import Prompt

from bot.cli.preview import LessonPreview
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.cli.rehearsal import Reader, UnknownLessonError
from bot.cli.run import stop_on_signals
from bot.cli.transcript import transcript
from bot.content.check import check_course, course_folder
from bot.content.finding import CourseError
from bot.content.new import NewLessonError, new_lesson
from bot.content.read import COURSE_FILE, lessons_dir, load_course
from bot.course.compose import compose
from bot.course.lesson import Course, Lesson, Part, PracticeForm
from bot.demo import BotApiServer, Panel
from bot.i18n.texts import texts_for
from bot.logs import set_up_logging

group = typer.Typer(help="Lessons: check, play, write.", no_args_is_help=True)
PORT = 8091
FOLDER = typer.Option(None, "--lessons-dir", envvar="LESSONS_DIR", help="Another lessons folder.")


@group.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="One track or one lesson; everything by default.")] = None,
    folder: Path = FOLDER,
    json: bool = JSON,
) -> None:
    """Reports every finding at once: rule, file, line, and how to fix it."""
    place = (path or lessons_dir(folder)).resolve()
    course = course_folder(place)
    if course is None:
        stop_with([f"{place} is not a lessons folder: no course.yaml here or above"])
    report = check_course(course, datetime.now(UTC).date()).within(place.relative_to(course).as_posix())
    if json:
        as_json(report.as_json())
    else:
        for finding in report.findings:
            typer.echo(str(finding))
        typer.echo(f"{report.tracks} tracks, {report.lessons} lessons, {len(report.findings)} findings")
    raise typer.Exit(1 if report.findings else 0)


@group.command()
def play(
    lesson: Annotated[str, typer.Argument(help="A lesson id such as stress-3, or a track.")],
    form: Annotated[PracticeForm, typer.Option(help="For whom the practice is shown.")] = PracticeForm.EITHER,
    folder: Path = FOLDER,
) -> None:
    """Plays a lesson, or a whole track, in the terminal."""
    course = _course(folder)
    found = list(course.tracks[lesson].order) if lesson in course.tracks else [lesson]
    for lesson_id in found:
        one = course.lesson(lesson_id, "en")
        if one is None:
            stop_with([f"there is no lesson or track {lesson}; tracks are {', '.join(course.tracks)}"])
        _play_one(one, form)
        if lesson_id != found[-1]:
            Prompt.ask("[dim]Enter for the next lesson[/dim]", default="", show_default=False)


def _play_one(lesson: Lesson, form: PracticeForm) -> None:
    texts = texts_for("en")
    paragraphs = compose(
        lesson,
        form,
        closeness=True,
        if_you_like=texts("if-you-like"),
        think_about=texts("think-about"),
        or_together=texts("together-label"),
    )
    console.rule(lesson.id)
    console.print(Markdown("\n\n".join(paragraphs)))
    for part in (Part.SHORT, Part.GENTLER, Part.DEEPER):
        if part in lesson.parts:
            console.print(f"\n[bold]{part.value.capitalize()}[/bold]")
            console.print(Markdown(lesson.parts[part]))


@group.command()
def copy(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must not be there yet.")],
    json: bool = JSON,
) -> None:
    """Copies the lessons that come with Kindling to a folder of your own, for LESSONS_DIR."""
    if folder.exists():
        stop_with([f"{folder} is there already; nothing was copied"])
    try:
        shutil.copytree(lessons_dir(), folder)
    except OSError as error:
        stop_with([f"{folder} cannot be made ({error.strerror or type(error).__name__})"], 1)
    if json:
        as_json({"folder": str(folder)})
    else:
        console.print(f"Made {folder}. Now: export LESSONS_DIR={folder}", soft_wrap=True, markup=False)


@group.command()
def preview(
    lesson: Annotated[str, typer.Argument(help="A lesson id such as stress-3, to begin with.")] = "",
    port: int = typer.Option(PORT, help="Port of the page; 0 takes any."),
    open_page: bool = typer.Option(True, "--open/--no-open", help="Open the page in your browser."),
    folder: Path = FOLDER,
) -> None:
    """Shows lessons in the browser as learners will see them, on any width, with what the check finds. It follows every save."""
    place = lessons_dir(folder)
    if not (place / COURSE_FILE).is_file():
        stop_with([f"{place} is not a lessons folder: no {COURSE_FILE} here"])
    set_up_logging("text", "warning")
    asyncio.run(_serve(place, lesson, port, open_page))


async def _serve(place: Path, lesson: str, port: int, open_page: bool) -> None:
    server = BotApiServer(panel=Panel(preview=LessonPreview(place)))
    try:
        root = await server.start(port=port)
    except OSError as error:
        stop_with([f"port {port} cannot be used ({error.strerror}). Another one: kindling lessons preview --port 0"], 1)
    ended = asyncio.Event()
    stop_on_signals(ended.set)
    where = f"{root}/preview?{urlencode({'piece': lesson})}" if lesson else f"{root}/preview"
    console.print(f"The lessons of {place} are at [bold]{where}[/bold]   (Ctrl+C ends it)", soft_wrap=True)
    if open_page:
        webbrowser.open(where)
    try:
        await ended.wait()
    finally:
        await server.stop()


@group.command()
def new(
    track: Annotated[str, typer.Argument(help="The track it belongs to, such as sleep.")],
    number: Annotated[int, typer.Argument(help="Its place in the track; the id is made of both: sleep-8.")],
    slug: Annotated[str, typer.Argument(help="A short name for the file, such as a-slow-evening.")],
    language: Annotated[str, typer.Option(help="The language it is written in.")] = "en",
    folder: Path = FOLDER,
    json: bool = JSON,
) -> None:
    """Starts a lesson file with prompts in every part."""
    try:
        path = new_lesson(lessons_dir(folder), track, number, slug, language, today=datetime.now(UTC).date())
    except NewLessonError as error:
        stop_with([str(error)])
    except OSError as error:
        stop_with([f"{lessons_dir(folder)} cannot be written to ({error.strerror})"], 1)
    if json:
        as_json({"file": str(path)})
    else:
        console.print(f"Made {path}. Write, then run: kindling lessons check", soft_wrap=True, markup=False)


@group.command("transcript")
def transcript_(
    name: Annotated[str, typer.Argument(help="A lesson id such as stress-3, or a track.")],
    form: Annotated[PracticeForm, typer.Option(help="For whom the reader wants practices.")] = PracticeForm.SOLO,
    closeness: Annotated[bool, typer.Option(help="Whether the reader chose topics of closeness.")] = True,
    language: Annotated[str, typer.Option(help="The reader's language.")] = "en",
    buttons: Annotated[
        bool | None,
        typer.Option("--buttons/--no-buttons", help="Try every button. Without either: for one lesson only."),
    ] = None,
    folder: Path = FOLDER,
    json: bool = JSON,
) -> None:
    """Prints the chat that a learner would see, as Markdown: made by the bot's own flows, at eight in the morning, day by day."""
    course = _course(folder)
    wanted = name not in course.tracks if buttons is None else buttons
    try:
        text = asyncio.run(transcript(course, name, Reader(language, form, closeness), buttons=wanted))
    except UnknownLessonError:
        stop_with([f"there is no lesson or track {name}; tracks are {', '.join(course.tracks)}"])
    if json:
        as_json({"name": name, "markdown": text})
    else:
        typer.echo(text, nl=False)


def _course(folder: Path | None) -> Course:
    try:
        return load_course(lessons_dir(folder))
    except CourseError as error:
        stop_with(str(error).splitlines(), 1)
