"""`kindling announce` and `kindling sunset`: shown, counted, asked about, and stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Shell, json_of
from tests.cli.people import Cast

WORDS = "We move to a new house <soon> & you need do nothing."


def test_the_words_are_shown_counted_and_asked_about(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    said = sqlite_shell.run("announce", "send", WORDS, said="n\n", code=1)
    assert "new house" in said.stdout
    assert "fewer than ten people" in said.stdout
    assert "Nothing was changed" in said.stderr
    assert json_of(sqlite_shell.run("announce", "status", "--json")) == []


def test_an_announcement_is_begun_looked_at_and_stopped(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    sqlite_shell.run("announce", "send", WORDS, "--yes")
    (one,) = json_of(sqlite_shell.run("announce", "status", "--json"))
    assert (one["number"], one["state"]) == (1, "going on")
    assert set(one["people"].values()) == {None}, "two people are not to be seen"
    sqlite_shell.run("announce", "stop", "1")
    assert "called off" in sqlite_shell.run("announce", "status").stdout
    assert "no announcement 1" in sqlite_shell.run("announce", "stop", "1", code=1).stderr


@pytest.mark.parametrize("day", ["tomorrow", "2020-01-01", str((datetime.now(UTC) + timedelta(days=2)).date())])
def test_a_last_day_that_leaves_no_time_is_refused(sqlite_shell: Shell, sqlite_cast: Cast, day: str) -> None:
    sqlite_shell.run("sunset", "--last-day", day, "--yes", code=2)


def test_a_sunset_shows_what_people_will_read(sqlite_shell: Shell, sqlite_cast: Cast) -> None:
    day = datetime.now(UTC) + timedelta(days=90)
    said = sqlite_shell.run("sunset", "--last-day", f"{day:%Y-%m-%d}", "--yes").stdout
    assert "this bot closes" in said
    assert "[ The rest of my course ]" in said


def test_words_from_a_file_and_words_that_are_too_many(sqlite_shell: Shell, sqlite_cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(WORDS)
    assert "new house" in sqlite_shell.run("announce", "send", "--file", tmp_path / "words.txt", "--yes").stdout
    sqlite_shell.run("announce", "send", "x" * 3001, "--yes", code=2)
    sqlite_shell.run("announce", "send", code=2)
