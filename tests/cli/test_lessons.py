"""`kindling lessons`: for authors."""

from __future__ import annotations

from pathlib import Path

from bot.cli.rehearsal import Reader, lessons_before
from bot.course.compose import compose
from bot.course.lesson import Course, Part, PracticeForm
from bot.i18n.texts import texts_for
from tests.breaking import misspell_a_lesson
from tests.cli.conftest import Shell, json_of
from tests.content.course_folder import TEA, CourseFolder


def test_a_transcript_shows_a_lesson_as_it_is_sent_and_what_every_button_gives(
    sqlite_shell: Shell, course: Course
) -> None:
    text = sqlite_shell.run("lessons", "transcript", "stress-3").stdout
    lesson, texts = course.lesson("stress-3", "en"), texts_for("en")
    assert lesson is not None
    paragraphs = compose(
        lesson, PracticeForm.SOLO, closeness=True, if_you_like=texts("if-you-like"), think_about=texts("think-about")
    )
    for paragraph in paragraphs:
        assert "\n> ".join(paragraph.splitlines()) in text
    for part in (Part.SHORT, Part.GENTLER, Part.DEEPER):
        assert lesson.parts[part].split("\n\n")[0] in text
    assert text.count("**You** tap") == 6
    assert "Kept, next to" in text


def test_a_transcript_is_the_same_each_time(sqlite_shell: Shell) -> None:
    first, second = (sqlite_shell.run("lessons", "transcript", "sleep-2").stdout for _ in range(2))
    assert first == second


def test_a_transcript_of_a_track_goes_from_what_comes_before_to_the_end(sqlite_shell: Shell, course: Course) -> None:
    text = sqlite_shell.run("lessons", "transcript", "intimacy").stdout
    titles = [course.lesson(name, "en") for name in ("consent-1", *course.tracks["intimacy"].order)]
    places = [text.index(f"> **{one.title}**") for one in titles if one is not None]
    assert places == sorted(places)
    assert len(places) == len(titles)
    assert "**You** tap `Open`" in text
    assert "You have been through every lesson you chose" in text
    assert text.count("## ") == len(titles) + 1


def test_the_notification_of_a_closed_lesson_tells_no_topic(sqlite_shell: Shell, course: Course) -> None:
    text = sqlite_shell.run("lessons", "transcript", "intimacy-2", "--no-buttons").stdout
    lesson = course.lesson("intimacy-2", "en")
    assert lesson is not None
    before, _, after = text.partition("**You** tap `Open`")
    assert lesson.title not in before
    assert lesson.title in after


def test_the_form_of_the_reader_is_kept(sqlite_shell: Shell, course: Course) -> None:
    lesson = course.lesson("communication-1", "en")
    assert lesson is not None
    together = lesson.parts[Part.TOGETHER].split("\n\n")[0]
    assert (
        together
        in sqlite_shell.run("lessons", "transcript", "communication-1", "--form", "together", "--no-buttons").stdout
    )
    assert together not in sqlite_shell.run("lessons", "transcript", "communication-1", "--no-buttons").stdout


def test_every_lesson_of_the_course_can_be_reached(course: Course) -> None:
    for lesson in course:
        before = lessons_before(course, lesson.id, Reader())
        assert lesson.id not in before


def test_an_unknown_lesson_is_told_with_the_tracks(sqlite_shell: Shell) -> None:
    told = sqlite_shell.run("lessons", "transcript", "nothing-1", code=2)
    assert "stress" in told.stderr


def test_check_is_content_with_the_shipped_lessons(sqlite_shell: Shell) -> None:
    assert json_of(sqlite_shell.run("lessons", "check", "--json"))["findings"] == []


def test_check_names_file_line_and_rule_of_a_fault(sqlite_shell: Shell, tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "mine").root
    misspell_a_lesson(folder)
    told = sqlite_shell.run("lessons", "check", "--lessons-dir", folder, code=1)
    assert f"{TEA}:" in told.stdout


def test_a_folder_without_lessons_is_told(sqlite_shell: Shell, tmp_path: Path) -> None:
    assert "not a lessons folder" in sqlite_shell.run("lessons", "check", tmp_path, code=2).stderr
    assert sqlite_shell.run("lessons", "play", "stress-1", "--lessons-dir", tmp_path, code=1).stderr


def test_play_shows_a_lesson_in_the_terminal(sqlite_shell: Shell, course: Course) -> None:
    lesson = course.lesson("stress-1", "en")
    assert lesson is not None
    assert lesson.title in sqlite_shell.run("lessons", "play", "stress-1").stdout


def test_new_starts_a_lesson_that_check_then_finds_unfinished(sqlite_shell: Shell, tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "mine").root
    made = json_of(sqlite_shell.run("lessons", "new", "stress", "3", "a-slow-walk", "--lessons-dir", folder, "--json"))
    assert Path(made["file"]).name == "03-a-slow-walk.md"
    assert "a-slow-walk" in sqlite_shell.run("lessons", "check", "--lessons-dir", folder, code=1).stdout
    assert (
        "already" in sqlite_shell.run("lessons", "new", "stress", "3", "again", "--lessons-dir", folder, code=2).stderr
    )
