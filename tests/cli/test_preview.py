"""The live preview: what an author sees of a lesson, before anything of it is sent to anybody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.cli.preview import LessonPreview
from bot.content.new import new_lesson
from bot.course.lesson import Course
from bot.demo import BotApiServer, Panel
from tests.cli.conftest import Shell
from tests.content.course_folder import TEA, TODAY, CourseFolder


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    return CourseFolder(tmp_path / "mine")


@pytest.fixture
async def root(folder: CourseFolder) -> AsyncIterator[str]:
    server = BotApiServer(panel=Panel(preview=LessonPreview(folder.root)))
    yield await server.start()
    await server.stop()


async def read(root: str, path: str, **wishes: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{root}/preview/{path}", params=wishes) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def bubbles(found: Any, by: str = "") -> list[str]:
    """The texts that came of what the reader did."""
    return [message["text"] for step in found["steps"] if step["by"] == by for message in step["messages"]]


async def test_a_lesson_is_shown_as_it_is_sent_with_what_each_button_gives(root: str) -> None:
    found = await read(root, "look", piece="stress-1")
    (text,) = bubbles(found)
    assert text.startswith("A cup of tea\n\nThe kettle clicks")
    assert "[@S01]" not in text
    (message,) = found["steps"][0]["messages"]
    assert message["entities"][0] == {"type": "bold", "offset": 0, "length": 12}
    assert [button["label"] for button in message["rows"][0]] == ["Did it", "Not today"]
    assert "One sip, one breath" in bubbles(found, "Shorter")[0]
    assert "forty adults" in bubbles(found, "More")[0]
    assert "No kettle today" in bubbles(found, "Gentler")[0]
    assert "Warm drinks and slow minutes" in bubbles(found, "Sources")[0]


async def test_form_closeness_and_discretion_are_the_readers(root: str) -> None:
    together = bubbles(await read(root, "look", piece="stress-1", form="together"))[0]
    assert "If you both like" in together
    assert "desire may drop" in bubbles(await read(root, "look", piece="stress-2"))[0]
    assert "desire" not in bubbles(await read(root, "look", piece="stress-2", closeness="no"))[0]
    closed = await read(root, "look", piece="stress-1", discreet="yes")
    assert "tea" not in bubbles(closed)[0]
    assert closed["steps"][0]["messages"][0]["silent"]
    assert closed["steps"][1]["by"] == "Open"


async def test_a_language_without_a_translation_shows_the_courses_own(root: str, folder: CourseFolder) -> None:
    folder.write(TEA.replace("/en/", "/de/"), folder.text(TEA).replace("A cup of tea", "Eine Tasse Tee"))
    wishes = (await read(root, "pieces"))["wishes"]
    assert set(wishes["language"]) >= {"en", "de"}
    assert bubbles(await read(root, "look", piece="stress-1", language="de"))[0].startswith("Eine Tasse Tee")
    assert bubbles(await read(root, "look", piece="stress-2", language="de"))[0].startswith("This one is about")


async def test_findings_stand_beside_it_with_line_and_remedy(root: str, folder: CourseFolder) -> None:
    assert (await read(root, "look", piece="stress-1"))["findings"] == []
    folder.swap("You lift it, you sip, you put it down.", "You must lift it!")
    found = (await read(root, "look", piece="stress-1"))["findings"]
    assert {one["rule"] for one in found} >= {"exclamation"}
    assert all(one["line"] == folder.line("You must lift it") and one["fix"] for one in found)
    assert (await read(root, "look", piece="stress-2"))["findings"] == []


async def test_what_cannot_be_shown_is_said(root: str, folder: CourseFolder) -> None:
    folder.swap("## Reflect", "## Reflekt")
    found = await read(root, "look", piece="stress-1")
    assert "cannot be shown before its errors are mended" in found["trouble"]
    assert found["findings"]
    assert "no lesson stress-9" in (await read(root, "look", piece="stress-9"))["trouble"]


async def test_a_lesson_that_nobody_lists_yet_is_shown_all_the_same(root: str, folder: CourseFolder) -> None:
    folder.write("stress/en/03-a-slow-walk.md", folder.text(TEA).replace("id: stress-1", "id: stress-3"))
    (group,) = (await read(root, "pieces"))["groups"]
    assert [(one["id"], one["note"]) for one in group["pieces"]][-1] == ("stress-3", "not listed yet")
    assert bubbles(await read(root, "look", piece="stress-3"))[0].startswith("A cup of tea")


async def test_a_lesson_just_begun_is_shown_with_its_prompts(root: str, folder: CourseFolder) -> None:
    new_lesson(folder.root, "stress", 3, "a-slow-walk", "en", today=TODAY)
    found = await read(root, "look", piece="stress-3")
    assert bubbles(found)[0].startswith("✎ Only where sensitivity")
    assert "unfinished" in {one["rule"] for one in found["findings"]}


async def test_a_save_is_told_within_moments(root: str, folder: CourseFolder) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{root}/preview/versions") as stream:
        assert stream.content_type == "text/event-stream"

        async def next_version() -> str:
            async with asyncio.timeout(60):
                while not (line := (await stream.content.readline()).decode()).startswith("data: "):
                    continue
            version: str = json.loads(line.removeprefix("data: "))
            return version

        first = await next_version()
        folder.swap("The kettle clicks", "The kettle sings")
        assert await next_version() != first
    assert "The kettle sings" in bubbles(await read(root, "look", piece="stress-1"))[0]


async def test_a_demos_bot_learns_what_was_saved_and_never_an_empty_course(folder: CourseFolder) -> None:
    learned: list[Course] = []
    preview = LessonPreview(folder.root, learned.append)
    await preview.pieces()
    folder.swap("The kettle clicks", "The kettle sings")
    await preview.version()
    lesson = learned[-1].lesson("stress-1", "en")
    assert lesson is not None
    assert any("The kettle sings" in text for text in lesson.parts.values())
    before = len(learned)
    folder.write("course.yaml", "nothing of use")
    await preview.version()
    assert len(learned) == before


async def test_without_a_preview_the_demo_has_no_such_page() -> None:
    async with (
        BotApiServer() as server,
        aiohttp.ClientSession() as session,
        session.get(f"{server.root}/preview") as answer,
    ):
        assert answer.status == 404


def test_a_folder_that_holds_no_lessons_is_named(sqlite_shell: Shell, tmp_path: Path) -> None:
    told = sqlite_shell.run("lessons", "preview", "--no-open", "--lessons-dir", tmp_path, code=2)
    assert "not a lessons folder" in told.stderr
