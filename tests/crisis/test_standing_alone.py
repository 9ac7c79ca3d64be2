"""The room stands alone: only the standard library, its own data, and an answer even when that data is broken."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.crisis import answer, helplines
from bot.crisis.answer import Room
from bot.crisis.check import check
from bot.crisis.minimum import minimum_text
from tests.crisis.everything import LANGUAGES, TODAY, all_text

_FRESH = """
import sys
before = set(sys.modules)
import bot.crisis, pkgutil, importlib
for module in pkgutil.iter_modules(bot.crisis.__path__):
    importlib.import_module(f"bot.crisis.{module.name}")
loaded = {name.split(".")[0] for name in set(sys.modules) - before}
ours = {name for name in sys.modules if name.split(".")[0] == "bot"}
print(sorted(loaded - set(sys.stdlib_module_names) - {"bot"}))
print(sorted(name for name in ours if name not in ("bot", "bot.crisis") and not name.startswith("bot.crisis.")))
"""


def test_importing_the_room_loads_nothing_but_the_standard_library() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {_root()!r})\n{_FRESH}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.splitlines() == ["[]", "[]"]


def _root() -> str:
    return str(Path(helplines.__file__).parents[2])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(helplines.DATA, tmp_path / "data"))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _binary(path: Path) -> None:
    path.write_bytes(b"\xff\x00\xfe" * 100)


def _empty(path: Path) -> None:
    path.write_text("")


def _wrong_shape(path: Path) -> None:
    path.write_text('["not", "this"]')


@pytest.mark.parametrize(
    "harm", [_truncate, _binary, _empty, _wrong_shape, Path.unlink], ids=lambda harm: harm.__name__
)
def test_a_broken_or_missing_helpline_file_leaves_the_minimum_with_every_button_alive(
    data: Path, harm: Callable[[Path], None]
) -> None:
    harm(data / "helplines.json")
    room = Room.load(data)
    for country in (None, "IE"):
        for reply in (room.open("en", country, TODAY), room.press("sos:n:suicide", "en", country, TODAY)):
            assert "findahelpline.com" in all_text(reply)
            assert "112" in all_text(reply)
    assert room.press("sos:cp:main:0", "en", None, TODAY).cards
    assert any(finding.is_error for finding in check(TODAY, data, room))


@pytest.mark.parametrize(
    "harm", [_truncate, _binary, _empty, _wrong_shape, Path.unlink], ids=lambda harm: harm.__name__
)
def test_a_broken_language_falls_back_to_english_and_broken_english_to_the_minimum(
    data: Path, harm: Callable[[Path], None]
) -> None:
    harm(data / "texts" / "uk.json")
    assert "automated course" in all_text(Room.load(data).open("uk", "UA", TODAY))
    for path in (data / "texts").glob("*.json"):
        if path.exists() and path.stem != "uk":
            harm(path)
    room = Room.load(data)
    assert all_text(room.open("uk", "UA", TODAY)) == minimum_text("uk")
    assert room.press("sos:ok:abuse", "de", "DE", TODAY).cards[0].paragraphs == (minimum_text("de"),)
    assert any(finding.rule == "texts-broken" for finding in check(TODAY, data, room))


def test_no_data_at_all_still_answers(tmp_path: Path) -> None:
    room = Room.load(tmp_path)
    assert "findahelpline.com" in all_text(room.open(None, None, TODAY))
    assert room.calls.heard_in("/help")
    assert room.calls.heard_in("help")


def test_a_missing_list_of_countries_costs_only_their_names(data: Path) -> None:
    (data / "countries.json").unlink()
    room = Room.load(data)
    assert "116 123" in all_text(room.open("en", "IE", TODAY))
    assert room.country_name("IE", "en") == "IE"


def test_one_broken_country_or_line_does_not_take_the_others_with_it(data: Path) -> None:
    path = data / "helplines.json"
    raw = json.loads(path.read_text())
    raw["countries"]["IE"]["lines"][0].pop("name")
    raw["countries"]["FR"] = "?"
    path.write_text(json.dumps(raw))
    room = Room.load(data)
    assert "Text About It" in all_text(room.open("en", "IE", TODAY))
    assert "findahelpline.com" in all_text(room.open("en", "FR", TODAY))
    assert len(room.book.problems) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"confidence": "low"}, "confidence is low"),
        ({"display": "hide"}, "marked as hidden"),
        ({"sources": []}, "no source"),
        ({"phone": "1850 60 90 90", "dial": ["1850609090"]}, "do-not-use"),
        ({"dial": ["+353116123"]}, "country code stands before a short code"),
    ],
)
def test_a_line_that_may_never_be_shown_is_not_shown_whatever_the_file_says(
    data: Path, change: dict[str, object], reason: str
) -> None:
    path = data / "helplines.json"
    raw = json.loads(path.read_text())
    raw["countries"]["IE"]["lines"][0] |= change
    path.write_text(json.dumps(raw))
    room = Room.load(data)
    assert "Samaritans Ireland" not in all_text(room.open("en", "IE", TODAY))
    assert any(reason in problem for problem in room.book.problems)


def test_nonsense_never_raises() -> None:
    odd = (
        "",
        "sos:",
        "sos:c::",
        "sos:cp:abuse:-1",
        "sos:cp:\u0661:\u0661",
        "\x00",
        "sos:" + "x" * 5000,
        "sos:n:suicide:extra",
    )
    for action in odd:
        for language in (None, "", "\x00", "en-" * 500):
            for country in (None, "", "IE", "\x00", "ie"):
                assert answer.press(action, language, country, date.min).cards
                assert answer.open(language, country, date.max).cards


def test_the_minimum_speaks_every_language() -> None:
    english = minimum_text("en")
    for language in LANGUAGES:
        assert "findahelpline.com" in minimum_text(language)
        assert language == "en" or minimum_text(language) != english


_WATCHED = """
import sys
touched = []
def watch(event, args):
    if event.startswith("socket.") or (event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")):
        touched.append(event)
from datetime import date
from bot.crisis import answer, detect, evaluate
detect.read("warm")
sys.addaudithook(watch)
for text in ("I want to die", "he hit me again", "ok", "/help", "im 15"):
    detect.read(text), answer.is_call_for_help(text), evaluate.why(text)
    answer.open("en", "IE", date(2027, 1, 1), first_line="abuse")
    answer.press("sos:no:abuse", "en", "IE", date(2027, 1, 1))
print(touched)
"""


def test_the_room_writes_nothing_and_calls_nobody() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {_root()!r})\n{_WATCHED}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
