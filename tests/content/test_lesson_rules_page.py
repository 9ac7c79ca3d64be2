"""docs/lesson-rules.md and the table of rules say the same."""

from __future__ import annotations

import re
from pathlib import Path

from bot.content.check import RULES
from bot.content.shape import HIGHEST_GRADE, LONGEST, LONGEST_SENTENCE, PART_WORDS, SHORTEST
from bot.content.wording import ALLOWED_PERCENT

PAGE = (Path(__file__).parents[2] / "docs" / "lesson-rules.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `([a-z-]+)`(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_every_rule_has_its_heading_and_every_heading_its_rule() -> None:
    assert set(SECTIONS) == set(RULES)
    assert len(re.findall(r"^### ", PAGE, re.MULTILINE)) == len(RULES)


def test_every_rule_is_told_with_its_level_its_meaning_and_its_fix() -> None:
    for rule in RULES.values():
        told = " ".join(SECTIONS[rule.id].split())
        assert told.startswith(f"({rule.level})"), rule.id
        assert rule.about in told, rule.id
        assert rule.fix in told, rule.id


def test_the_numbers_on_the_page_are_those_of_the_check() -> None:
    assert f"{SHORTEST} to {LONGEST} words" in SECTIONS["message-length"]
    assert f"grade {HIGHEST_GRADE:.0f} or below" in SECTIONS["reading-grade"]
    assert f"more than {LONGEST_SENTENCE} words" in SECTIONS["long-sentence"]
    for part, (low, high) in PART_WORDS.items():
        assert f"| {part.value.capitalize()} | {low} to {high} |" in SECTIONS["part-length"]
    for number in ALLOWED_PERCENT:
        assert f"{number} %" in SECTIONS["percent-forbidden"]
