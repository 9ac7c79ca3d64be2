"""No file names a place that only one machine or one network knows."""

from __future__ import annotations

import pytest

from tests.docs.pages import files_in_repository, named

HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org")
PLACES = ("/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/tm" + "p/", "file:" + "//" + "/")


def traces(text: str) -> list[str]:
    """Package registries and local paths in a text."""
    return [trace for trace in (*HOSTS, *PLACES) if trace in text]


def test_no_file_names_a_registry_or_a_local_path() -> None:
    found = {named(file): traces(file.read_text("utf-8", errors="ignore")) for file in files_in_repository()}
    assert len(found) > 100
    assert {name: here for name, here in found.items() if here} == {}


@pytest.mark.parametrize("trace", [*HOSTS, *PLACES])
def test_a_trace_is_noticed(trace: str) -> None:
    assert traces(f"see https://{trace}somewhere") == [trace]
