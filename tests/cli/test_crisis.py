"""`kindling crisis`: helplines to check and review, and how messages are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.crisis import check as checking
from bot.crisis import detect
from tests.cli.conftest import Shell, json_of


def test_crisis_check_prints_all_there_is_to_know(sqlite_shell: Shell) -> None:
    expected = checking.as_json(checking.check(datetime.now(UTC).date()))
    told = sqlite_shell.run("crisis", "check", "--json", code=1 if expected else 0)
    assert json_of(told) == expected
    assert f"{len(expected)} findings" in sqlite_shell.run("crisis", "check", code=1 if expected else 0).stdout


@pytest.mark.parametrize("text", ["I want to die", "The bus was late again", "ich will nicht mehr leben", ""])
def test_crisis_try_says_how_a_message_would_be_read_and_why(sqlite_shell: Shell, text: str) -> None:
    expected = detect.read(text)
    assert json_of(sqlite_shell.run("crisis", "try", "--json", said=text))["tier"] == expected.tier
    told = sqlite_shell.run("crisis", "try", text).stdout
    assert told.startswith(f"{expected.tier}: ")
    assert all(reason in told for reason in expected.why)


def test_crisis_try_answers_lines_with_lines_in_their_order(sqlite_shell: Shell) -> None:
    texts = ("I want to die", "The bus was late again")
    told = sqlite_shell.run("crisis", "try", "--jsonl", said="".join(json.dumps({"text": one}) + "\n" for one in texts))
    assert [json.loads(line)["category"] for line in told.stdout.splitlines()] == [
        detect.read(one).category for one in texts
    ]
    told = sqlite_shell.run("crisis", "try", "--jsonl", said='rubbish\n{"text": "I want to die"}\n', code=1)
    assert len(told.stdout.splitlines()) == 2


def test_crisis_evaluate_counts_what_was_found_and_shows_no_message(sqlite_shell: Shell, tmp_path: Path) -> None:
    rows = [("I want to die", "self_harm", "concern"), ("The bus was late again", "none", "none")]
    lines = [
        json.dumps({"text": text, "lang": "en", "label": label, "severity": how, "kind": "plain"})
        for text, label, how in rows
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    told = sqlite_shell.run("crisis", "evaluate", tmp_path / "rows.jsonl", "--json")
    labels = json_of(told)["labels"]
    assert labels["self_harm"]["rows"] == labels["none"]["rows"] == 1
    assert labels["self_harm"]["strong"] == float(detect.read(rows[0][0]).tier == "strong")
    assert "self_harm" in sqlite_shell.run("crisis", "evaluate", tmp_path / "rows.jsonl").stdout
    assert not [text for text, _, _ in rows if text in told.output]


@pytest.mark.parametrize("content", [b"rubbish", b'{"text": "marker-words"}', b"\xff\xfe"])
def test_crisis_evaluate_refuses_other_files_without_showing_them(
    sqlite_shell: Shell, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "rows.jsonl").write_bytes(content)
    told = sqlite_shell.run("crisis", "evaluate", tmp_path / "rows.jsonl", code=2)
    assert "marker-words" not in told.output
    sqlite_shell.run("crisis", "evaluate", tmp_path / "nowhere", code=2)


def test_crisis_review_makes_a_page(sqlite_shell: Shell, tmp_path: Path) -> None:
    sqlite_shell.run("crisis", "review", "--html", tmp_path / "review.html")
    assert "<table>" in (tmp_path / "review.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"checked": ["no-such-line"], "checked_on": "2026-03-02", "by": "A"}']
)
def test_crisis_review_refuses_a_file_it_did_not_save(sqlite_shell: Shell, tmp_path: Path, content: str) -> None:
    (tmp_path / "saved.json").write_text(content, encoding="utf-8")
    sqlite_shell.run("crisis", "review", "--stamp", tmp_path / "saved.json", code=2)


def test_crisis_review_without_a_wish_says_what_it_can_do(sqlite_shell: Shell) -> None:
    assert "--html" in sqlite_shell.run("crisis", "review", code=2).stderr
