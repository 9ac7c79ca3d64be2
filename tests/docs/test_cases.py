"""Each of the cases that others got wrong names tests of ours that live."""

from __future__ import annotations

import ast

import pytest

from tests.docs.pages import ROOT, rows, spans, text_of

CASES = {row[0]: row[2] for row in list(rows(text_of("docs/cases.md")))[1:]}


def alive(test: str) -> bool:
    """Whether there is such a test, as "file::name"."""
    file, _, name = test.partition("::")
    if not (ROOT / file).is_file():
        return False
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name for node in tree.body)


def test_all_twenty_five_are_there() -> None:
    assert list(CASES) == [str(number) for number in range(1, 26)]


@pytest.mark.parametrize("number", CASES)
def test_the_tests_of_a_case_live(number: str) -> None:
    named = spans(CASES[number])
    assert named
    assert [test for test in named if not alive(test)] == []


def test_a_test_that_is_gone_would_be_noticed() -> None:
    assert not alive("tests/docs/test_cases.py::test_that_never_was")
    assert not alive("tests/docs/no_file.py::test_all_twenty_five_are_there")
