"""The guide for authors, followed to the letter: from an idea to a lesson that shows in the preview, and is merged."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.content.read import lessons_dir
from tests.cli.conftest import Shell
from tests.cli.serving import served
from tests.docs.pages import section, shell_lines, text_of

GUIDE = text_of("docs/lesson-guide.md")
FILE = "my-lessons/stress/en/08-a-slow-walk.md"


def steps(title: str) -> list[list[str]]:
    """The commands under a heading of the guide, as words."""
    return [shlex.split(line) for line in shell_lines(section(GUIDE, title))]


def the_lesson() -> str:
    found = re.search(r"```markdown\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def author(sqlite_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in a folder of its own, after the second step of the guide."""
    monkeypatch.chdir(tmp_path)
    copy, export, new = steps("2. A folder of your own")
    assert copy[0] == new[0] == "kindling"
    sqlite_shell.run(*copy[1:])
    assert export == ["export", "LESSONS_DIR=my-lessons"]
    sqlite_shell.environment["LESSONS_DIR"] = "my-lessons"
    assert FILE in sqlite_shell.run(*new[1:]).stdout.replace("\n", "")
    track = tmp_path / "my-lessons" / "stress" / "track.yaml"
    track.write_text(track.read_text("utf-8").replace("stress-7]", "stress-7, stress-8]"), encoding="utf-8")
    return sqlite_shell


async def test_from_the_second_step_to_a_lesson_that_shows(author: Shell, tmp_path: Path) -> None:
    ((_, *preview),) = steps("3. See it")
    async with (
        served(tmp_path, *preview, "--port", "0", says=r"are at http", LESSONS_DIR="my-lessons") as (root, printed),
        aiohttp.ClientSession() as session,
    ):
        assert f"{root}/preview?piece=stress-8" in printed

        async def look() -> Any:
            async with session.get(f"{root}/preview/look", params={"piece": "stress-8"}) as answer:
                return await answer.json()

        assert "✎" in str((await look())["steps"]), "what was begun shows at once"
        async with session.get(f"{root}/preview/versions") as versions:
            first = await _version(versions)
            Path(FILE).write_text(the_lesson(), encoding="utf-8")
            assert await _version(versions) != first, "the page is told of the save"
        found = await look()
    assert found["findings"] == []
    assert found["steps"][0]["messages"][0]["text"].startswith("A slow walk\n\nThe walls have been close all day.")


async def _version(stream: aiohttp.ClientResponse) -> Any:
    async with asyncio.timeout(120):
        while not (line := (await stream.content.readline()).decode()).startswith("data: "):
            continue
    return json.loads(line.removeprefix("data: "))


def test_the_check_and_the_reading_aloud(author: Shell) -> None:
    (_, *check), (_, *play) = steps("5. Check, and read it aloud")
    Path(FILE).write_text(the_lesson(), encoding="utf-8")
    assert author.run(*check).stdout.splitlines()[-1].endswith(" 0 findings")
    assert "The walls have been close all day." in author.run(*play).stdout


def test_the_merge(author: Shell, tmp_path: Path) -> None:
    """All but `make test`, which is what runs this test."""
    for command in (
        ["git", "init", "-q"],
        ["git", "config", "user.email", "a@b.c"],
        ["git", "config", "user.name", "A"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True)
    shutil.copytree(lessons_dir(), tmp_path / "lessons")
    *merge, last = steps("7. Merge")
    assert last == ["make", "test"]
    Path(FILE).write_text(the_lesson(), encoding="utf-8")
    for command in merge:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    merged = subprocess.run(
        ["git", "show", "--stat", "--format=%s"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "Add a lesson: a slow walk" in merged.stdout
    assert (tmp_path / "lessons/stress/en/08-a-slow-walk.md").read_text("utf-8") == the_lesson()


def test_every_step_with_commands_is_followed_here() -> None:
    titles = re.findall(r"^## (\d\. .+)$", GUIDE, re.MULTILINE)
    followed = {"2. A folder of your own", "3. See it", "5. Check, and read it aloud", "7. Merge"}
    assert {title for title in titles if shell_lines(section(GUIDE, title))} == followed
    assert len(GUIDE.splitlines()) < 200, "one page"


def test_a_folder_that_is_there_is_not_written_over(sqlite_shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    told = sqlite_shell.run("lessons", "copy", tmp_path / "mine", code=2)
    assert "nothing was copied" in told.stderr
