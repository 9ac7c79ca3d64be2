"""Which words speak of which theme, a file for each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from bot.course.lesson import Theme


@cache
def words_of_themes() -> dict[str, Mapping[Theme, re.Pattern[str]]]:
    """language -> theme -> the expression that finds it, for every language that has its list."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml"))
    return {
        file.name.removesuffix(".toml"): {
            Theme(theme): re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
            for theme, words in tomllib.loads(file.read_text("utf-8")).items()
        }
        for file in files
    }
