"""The reader gives every lesson that is whole and a finding for everything else, whatever the files hold."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest
from course_folder import TEA, TEA_LESSON, TRACK, WINDOW, CourseFolder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.check import check_course
from bot.content.finding import CourseError
from bot.content.read import lessons_dir, load_course, read_course
from bot.course.lesson import Part

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def ids(course: CourseFolder) -> list[str]:
    return [lesson.id for lesson in read_course(course.root).course]


def rules(course: CourseFolder, file: str) -> set[str]:
    return {finding.rule for finding in read_course(course.root).findings if finding.file == file}


def test_a_lesson_as_the_bot_gets_it(course: CourseFolder) -> None:
    reading = read_course(course.root)
    assert reading.findings == ()
    lesson = reading.course.lesson("stress-2", "en")
    assert lesson is not None
    assert (lesson.track, lesson.number, lesson.language, lesson.version) == ("stress", 2, "en", 2)
    assert (lesson.title, lesson.minutes, lesson.sensitivity) == ("An open window", 2, 1)
    assert lesson.updated == date(2026, 11, 2)
    assert lesson.prerequisites == ("stress-1",)
    assert lesson.cites == ("S01", "S02")
    assert lesson.parts[Part.SHORT] == "Look far, once."
    assert lesson.idea(closeness=False).startswith("Stale rooms and stale talks go together for some people. Air")
    assert "[" not in "".join(lesson.parts.values())


def test_broken_lines_are_joined_and_paragraphs_kept(course: CourseFolder) -> None:
    lesson = load_course(course.root).lesson("stress-1", "en")
    assert lesson is not None
    first, second = lesson.parts[Part.IDEA].split("\n\n")
    assert first.endswith("you put it down.")
    assert second.endswith("Others felt no change, and that is worth saying too.")


def test_track_and_sources(course: CourseFolder) -> None:
    loaded = load_course(course.root)
    track = loaded.tracks["stress"]
    assert (track.title["en"], track.about["en"]) == ("Calm in small steps", "Short skills for tense days")
    assert track.order == ("stress-1", "stress-2")
    assert loaded.sources["S01"].link == "https://doi.org/10.1000/tea"
    assert (loaded.sources["S02"].verified, loaded.sources["S02"].link, loaded.sources["S02"].note) == (
        "memory",
        None,
        "",
    )
    assert loaded.sources["S02"].year == "1999"


def test_a_translation_is_read_beside_its_original(course: CourseFolder) -> None:
    course.write("stress/pt-BR/01-uma-xicara.md", TEA_LESSON.replace("A cup of tea", "Uma xícara"))
    loaded = load_course(course.root)
    in_portuguese, in_french = loaded.lesson("stress-1", "pt-BR"), loaded.lesson("stress-1", "fr")
    assert in_portuguese is not None
    assert in_french is not None
    assert (in_portuguese.title, in_french.title) == ("Uma xícara", "A cup of tea")


def test_a_lesson_with_a_fault_is_left_out_and_the_others_load(course: CourseFolder) -> None:
    course.swap("## Reflect", "## Reflections")
    assert ids(course) == ["stress-2"]
    assert load_course(course.root).tracks["stress"].order == ("stress-2",)
    assert "lesson-missing" not in rules(course, "stress/track.yaml")


@pytest.mark.parametrize(
    "key", ["id: stress-1\n", "title: A cup of tea\n", "version: 1\n", "updated: 2026-11-01\n", "minutes: 3\n"]
)
def test_a_lesson_without_a_key_that_it_needs_is_left_out(course: CourseFolder, key: str) -> None:
    course.swap(key, "")
    assert ids(course) == ["stress-2"]


def test_a_lesson_that_is_still_a_blank_is_left_out(course: CourseFolder) -> None:
    course.swap("One sip, one breath", "✎ A line. One sip, one breath")
    assert ids(course) == ["stress-2"]


def test_small_faults_do_not_take_a_lesson_away(course: CourseFolder) -> None:
    course.swap("minutes: 3\n", "minutes: 3\nmood: calm\n")
    course.swap("you put it down. [advice]", "you put it down. [@s1]")
    assert ids(course) == ["stress-1", "stress-2"]


def test_a_lesson_of_the_second_language_alone_is_not_offered(course: CourseFolder) -> None:
    course.write(TEA.replace("/en/", "/de/"), TEA_LESSON)
    (course.root / TEA).unlink()
    assert ids(course) == ["stress-2"]
    assert "lesson-missing" in rules(course, "stress/track.yaml")


def test_of_two_lessons_with_one_id_the_first_file_counts(course: CourseFolder) -> None:
    course.write("stress/en/03-tea-too.md", TEA_LESSON.replace("A cup of tea", "Another cup"))
    lesson = load_course(course.root).lesson("stress-1", "en")
    assert lesson is not None
    assert lesson.title == "A cup of tea"


def test_an_unlisted_track_is_read_but_not_offered(course: CourseFolder) -> None:
    course.write("sleep/track.yaml", TRACK.replace("stress", "sleep"))
    course.write("sleep/en/01-a-cup-of-tea.md", TEA_LESSON.replace("stress-1", "sleep-1"))
    reading = read_course(course.root)
    assert set(reading.course.tracks) == {"stress"}
    assert set(reading.tracks) == {"stress", "sleep"}
    assert "sleep/en/01-a-cup-of-tea.md" in {draft.file for draft in reading.drafts}


def test_windows_line_ends_and_a_byte_order_mark_are_fine(course: CourseFolder) -> None:
    course.write(TEA, b"\xef\xbb\xbf" + TEA_LESSON.replace("\n", "\r\n").encode())
    assert read_course(course.root).findings == ()
    assert ids(course) == ["stress-1", "stress-2"]


HOSTILE = {
    "nothing": b"",
    "only dashes": b"---\n---\n",
    "zeros": b"\0" * 5000,
    "binary": bytes(range(256)) * 20,
    "huge": b"x" * 10_000_000,
    "a tag": TEA_LESSON.replace("minutes: 3", "minutes: !!python/object/apply:os.system ['true']").encode(),
    "brackets": TEA_LESSON.replace("minutes: 3", "minutes: " + "[" * 30_000).encode(),
    "braces": TEA_LESSON.replace("minutes: 3", "minutes: " + "{a: " * 10_000).encode(),
    "dashes": TEA_LESSON.replace("minutes: 3", "minutes:\n  " + "- " * 20_000).encode(),
    "indents": TEA_LESSON.replace("minutes: 3", "minutes:\n" + "".join(" " * n + "a:\n" for n in range(1, 300))).encode(),
    "questions": TEA_LESSON.replace("minutes: 3", "? " * 20_000).encode(),
    "itself": TEA_LESSON.replace("prerequisites: []", "prerequisites: &a [*a]").encode(),
    "laughs": TEA_LESSON.replace(
        "prerequisites: []",
        "k0: &b0 [x]\n"
        + "".join(f"k{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12))
        + "prerequisites: *b11",
    ).encode(),
    "no such day": TEA_LESSON.replace("2026-11-01", "2026-13-45").encode(),
    "a long number": TEA_LESSON.replace("version: 1", "version: " + "9" * 6000).encode(),
    "odd keys": TEA_LESSON.replace("minutes: 3", "[1, 2]: x\n1: y\n~: z").encode(),
    "a list": TEA_LESSON.replace("title: A cup of tea", "title: [a, b]").encode(),
    "two documents": TEA_LESSON.replace("minutes: 3", "minutes: 3\n--- \n").encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_lesson_file_is_a_finding_and_nothing_more(course: CourseFolder, name: str) -> None:
    course.write(TEA, HOSTILE[name])
    assert any(finding.file == TEA for finding in check_course(course.root).findings)
    assert ids(course) == ["stress-2"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("file", ["course.yaml", "references.yaml", "stress/track.yaml"])
def test_a_hostile_list_is_a_finding_and_nothing_more(course: CourseFolder, file: str, name: str) -> None:
    course.write(file, HOSTILE[name])
    assert any(finding.file == file for finding in check_course(course.root).findings)


def test_a_folder_in_place_of_a_file(course: CourseFolder) -> None:
    (course.root / TEA).unlink()
    (course.root / TEA).mkdir()
    assert rules(course, TEA) == {"file-unreadable"}
    assert ids(course) == ["stress-2"]


def test_a_link_to_nowhere_and_a_pipe_do_not_hang_the_reader(course: CourseFolder) -> None:
    (course.root / "stress/en/03-nowhere.md").symlink_to(course.root / "nowhere.md")
    os.mkfifo(course.root / "stress/en/04-pipe.md")
    assert rules(course, "stress/en/03-nowhere.md") == {"file-unreadable"}
    assert rules(course, "stress/en/04-pipe.md") == {"file-unreadable"}


@pytest.mark.parametrize("name", ["../stress", "/etc", "stress/en", "Stress", "", "a b"])
def test_a_track_name_cannot_leave_the_folder(course: CourseFolder, name: str) -> None:
    course.swap("  - stress\n", f'  - stress\n  - "{name}"\n', "course.yaml")
    assert rules(course, "course.yaml") == {"id-pattern"}


@same_folder
@given(data=st.binary(max_size=400), file=st.sampled_from([TEA, "course.yaml", "references.yaml", "stress/track.yaml"]))
def test_any_bytes_in_any_file_are_survived(course: CourseFolder, data: bytes, file: str) -> None:
    CourseFolder(course.root).write(file, data)
    check_course(course.root)


@same_folder
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(TEA_LESSON)), st.integers(0, 200), st.text(max_size=8)), min_size=1, max_size=5
    )
)
def test_any_damage_to_a_lesson_is_survived(course: CourseFolder, cuts: list[tuple[int, int, str]]) -> None:
    text = TEA_LESSON
    for start, length, instead in cuts:
        text = text[:start] + instead + text[start + length :]
    course.write(TEA, text.encode("utf-8", "surrogatepass"))
    report = check_course(course.root)
    assert all(finding.line >= 1 for finding in report.findings)
    assert "stress-2" in ids(course)


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as raised:
        load_course(tmp_path / "nowhere")
    assert {finding.rule for finding in raised.value.findings} >= {"course-empty", "file-unreadable"}
    assert "course.yaml:1: error [course-empty]" in str(raised.value)


def test_a_course_without_one_whole_lesson_cannot_be_used(course: CourseFolder) -> None:
    for file in (TEA, WINDOW):
        course.write(file, "")
    with pytest.raises(CourseError):
        load_course(course.root)


def test_the_override_is_where_the_lessons_live(tmp_path: Path) -> None:
    assert lessons_dir(tmp_path) == tmp_path


def test_without_override_the_shipped_lessons_are_found() -> None:
    assert (lessons_dir() / "course.yaml").is_file()


def test_a_course_of_a_hundred_lessons_is_read_in_a_moment(course: CourseFolder) -> None:
    names = ", ".join(f"stress-{n}" for n in range(1, 99))
    course.swap("[stress-1, stress-2]", f"[{names}]", "stress/track.yaml")
    (course.root / WINDOW).unlink()
    for number in range(2, 99):
        text = TEA_LESSON.replace("id: stress-1", f"id: stress-{number}")
        course.write(f"stress/en/{number:02}-tea.md", text)
    read_course(course.root)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        assert len(list(read_course(course.root).course)) == 98
        took.append(time.perf_counter() - start)
    assert min(took) < 1.0  # 0.1 s on a quiet machine; this only catches a wrong order of growth
