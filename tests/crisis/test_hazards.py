"""The safety files say only what a living test can show."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SAFETY = ROOT / "docs" / "safety"
HAZARDS: list[dict[str, Any]] = yaml.safe_load((SAFETY / "hazards.yaml").read_text(encoding="utf-8"))["hazards"]
FIELDS = {"id", "hazard", "cause", "effect", "severity", "controls", "residual"}


def names_of_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions) and node.name.startswith("test_")}


def missing(hazard: dict[str, Any]) -> list[str]:
    """Tests that a hazard names and that do not exist."""
    named = [test for control in hazard["controls"] for test in control["tests"]]
    gone = []
    for test in named:
        path, _, name = test.partition("::")
        if not (ROOT / path).is_file() or name not in names_of_tests(ROOT / path):
            gone.append(test)
    return gone


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: str(hazard["id"]))
def test_every_control_names_a_living_test(hazard: dict[str, Any]) -> None:
    assert hazard.keys() == FIELDS
    assert hazard["controls"]
    assert all(control["does"] and control["tests"] for control in hazard["controls"])
    assert missing(hazard) == []


def test_a_control_without_its_test_would_be_noticed() -> None:
    gone = {
        "controls": [{"does": "x", "tests": ["tests/crisis/test_hazards.py::test_no_such", "tests/none.py::test_x"]}]
    }
    assert len(missing(gone)) == 2


def test_hazards_have_ids_of_their_own() -> None:
    assert len({hazard["id"] for hazard in HAZARDS}) == len(HAZARDS)


def test_every_test_that_the_safety_pages_name_exists() -> None:
    living = {name for path in (ROOT / "tests").rglob("test_*.py") for name in names_of_tests(path)}
    for page in SAFETY.glob("*.md"):
        for name in re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")):
            assert name in living, f"{page.name}: {name}"


def test_files_that_the_safety_pages_link_exist() -> None:
    for page in SAFETY.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (SAFETY / link).exists(), f"{page.name}: {link}"
