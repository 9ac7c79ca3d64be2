"""The parts of the pages that come from the code are as the code has them."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    found = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_every_page_is_up_to_date(tables: ModuleType) -> None:
    old = [
        page.name for page in tables.pages() if tables.written_anew(page.read_text("utf-8")) != page.read_text("utf-8")
    ]
    assert old == [], "run: python docs/tables.py"


@pytest.mark.parametrize(
    ("part", "page"),
    [
        ("settings", "README.md"),
        ("settings", "docs/configuration.md"),
        ("secret-files", "docs/configuration.md"),
        ("chat-commands", "docs/commands.md"),
        ("program-commands", "docs/commands.md"),
        ("metrics", "docs/monitoring.md"),
        ("lesson-limits", "docs/lesson-format.md"),
        ("lesson-numbers", "docs/lesson-format.md"),
        ("check-in-questions", "docs/safety/check-ins.md"),
        ("check-in-scores", "docs/safety/check-ins.md"),
        ("check-in-rules", "docs/safety/check-ins.md"),
        ("check-in-licences", "docs/safety/check-ins.md"),
    ],
)
def test_each_part_stands_where_people_look_for_it(tables: ModuleType, part: str, page: str) -> None:
    assert tables.PARTS[part]() in (ROOT / page).read_text("utf-8")


def test_every_part_is_listed_here(tables: ModuleType) -> None:
    mark = next(
        mark for mark in test_each_part_stands_where_people_look_for_it.pytestmark if mark.name == "parametrize"
    )
    assert {part for part, _ in mark.args[1]} == set(tables.PARTS)


def test_an_old_table_is_noticed(tables: ModuleType) -> None:
    page = "before\n<!-- from the code: settings -->\n| old |\n<!-- end -->\nafter\n"
    written = tables.written_anew(page)
    assert "| `BOT_TOKEN` |" in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "| old |" not in written


def test_a_part_that_nobody_can_write_is_noticed(tables: ModuleType) -> None:
    with pytest.raises(KeyError, match="weather"):
        tables.written_anew("<!-- from the code: weather -->\n<!-- end -->")
