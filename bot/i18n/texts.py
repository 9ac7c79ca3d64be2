"""Texts by key, with plurals (Project Fluent), and dates and times as each language writes them (CLDR, through Babel)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_location
from babel.lists import format_list
from fluent.runtime import FluentBundle, FluentResource

from bot.messages import plain

HERE = Path(__file__).parent
DEFAULT = "en"
_BOLD_LINE = re.compile(r"^([ ]+)(?=\*[^\[])", re.MULTILINE)


class MissingTextError(KeyError):
    """A key that no language file holds, or a text that lacks an argument: our bug."""


class Texts:
    """The texts of one language, with the default language behind it."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language, sep="-")
        self._bundles = [_bundle(name) for name in dict.fromkeys((language, DEFAULT))]

    def __call__(self, key: str, **words: object) -> str:
        """The text of `key`. Words given as str are escaped: they show exactly as they are."""
        arguments = {name: plain(word) if isinstance(word, str) else word for name, word in words.items()}
        return self._format(key, arguments)

    def raw(self, key: str, **words: object) -> str:
        """The same with words in our own markup left as they are, for texts made of other texts."""
        return self._format(key, words)

    def has(self, key: str) -> bool:
        """True when some language file holds the key."""
        return any(bundle.has_message(key) for bundle in self._bundles)

    def _format(self, key: str, words: dict[str, object]) -> str:
        for bundle in self._bundles:
            if bundle.has_message(key):
                pattern = bundle.get_message(key).value
                if pattern is None:
                    break
                text, errors = bundle.format_pattern(pattern, words)
                if errors:
                    raise MissingTextError(f"{key}: {type(errors[0]).__name__}")
                return str(text)
        raise MissingTextError(key)

    def day(self, day: date) -> str:
        """A date with its weekday, such as "Tuesday, November 24"."""
        pattern = "EEEE, MMMM d" if self.language == "en" else "EEEE, d MMMM"
        return format_date(day, pattern, locale=self.locale)

    def short_day(self, day: date) -> str:
        """A date in few letters, such as "Nov 24"."""
        return format_skeleton("MMMd", datetime(day.year, day.month, day.day, tzinfo=UTC), locale=self.locale)

    def clock(self, wall: time | datetime) -> str:
        """A time of day, such as "8:30 AM"."""
        bare = wall.time() if isinstance(wall, datetime) else wall
        return format_time(bare, "short", locale=self.locale).replace("\u202f", " ")

    def weekday(self, number: int, *, width: str = "wide") -> str:
        """The name of a weekday; Monday is 0. `width` is "wide" or "abbreviated"."""
        name: str = self.locale.days["stand-alone"][width][number]
        return name

    def several(self, names: list[str]) -> str:
        """ "a, b and c"."""
        return format_list(names, locale=self.locale)

    def span(self, shift: timedelta) -> str:
        """A length of time, such as "1 hour"."""
        return format_timedelta(abs(shift), locale=self.locale)

    def country(self, iso: str) -> str:
        """The name of a country."""
        name: str = self.locale.territories.get(iso, iso)
        return name

    def zone(self, zone: str) -> str:
        """The city that stands for a zone, such as "Berlin"."""
        return get_timezone_location(ZoneInfo(zone), return_city=True, locale=self.locale)


@cache
def texts_for(language: str) -> Texts:
    """The texts of the nearest language that exists: "de-AT" falls back to "de", then to the default."""
    return Texts(nearest(language))


def nearest(language: str | None) -> str:
    """The language file that serves a language code best."""
    wanted = (language or DEFAULT).replace("_", "-").lower()
    known = languages()
    return next((name for name in (wanted, wanted.partition("-")[0]) if name in known), DEFAULT)


@cache
def languages() -> tuple[str, ...]:
    """The languages whose files exist, the default first."""
    found = sorted(path.stem for path in HERE.glob("*.ftl"))
    return (DEFAULT, *(name for name in found if name != DEFAULT))


@cache
def _bundle(language: str) -> FluentBundle:
    # Isolation marks around words would show up in searches and copies; our languages do not need them.
    bundle = FluentBundle([language], use_isolating=False)
    source = (HERE / f"{language}.ftl").read_text(encoding="utf-8")
    # Fluent keeps a star at the start of a line for itself; our translators may begin a line in bold all the same.
    bundle.add_resource(FluentResource(_BOLD_LINE.sub(r'\1{""}', source)))
    return bundle
