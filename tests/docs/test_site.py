"""The documentation as a site: every page is in it, and links that would lead nowhere there name their file."""

from __future__ import annotations

import importlib.util
from types import ModuleType, SimpleNamespace

import pytest

from tests.docs.pages import ROOT, text_of


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    found = importlib.util.spec_from_file_location("site_hook", ROOT / "docs" / "site.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_every_page_has_its_place_in_the_site() -> None:
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    named = text_of("mkdocs.yml")
    assert [page for page in sorted(pages) if f": {page}\n" not in named] == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[the changelog](../CHANGELOG.md)", "the changelog (`CHANGELOG.md`)"),
        ("[test_kill.py](../tests/crash/test_kill.py)", "`tests/crash/test_kill.py`"),
        ("[privacy](privacy.md#what-is-kept)", "[privacy](privacy.md#what-is-kept)"),
        ("![a picture](pictures/demo.png)", "![a picture](pictures/demo.png)"),
        ("[there](https://example.org/a.md)", "[there](https://example.org/a.md)"),
    ],
)
def test_a_link_out_of_the_documentation_becomes_a_name(hook: ModuleType, written: str, shown: str) -> None:
    page = SimpleNamespace(file=SimpleNamespace(src_uri="architecture.md"))
    assert hook.on_page_markdown(written, page) == shown
