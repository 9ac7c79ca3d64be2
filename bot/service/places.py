"""From what a person types or taps to a country and a time zone: never guessed from language, never from a location."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

CITIES = Path(__file__).parent / "cities.tsv"
COUNTRIES = Path(__file__).parent / "countries.tsv"
"""Made by `python -m tests.i18n.countries`: Babel would keep all it knows of eleven languages in memory for it, 18 MB."""
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_ALSO_CALLED = {"usa": "US", "us": "US", "america": "US", "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
                "great britain": "GB", "britain": "GB", "northern ireland": "GB", "holland": "NL", "uae": "AE", "czechia": "CZ",
                "korea": "KR", "brasil": "BR", "turkey": "TR", "burma": "MM", "ivory coast": "CI", "republic of ireland": "IE"}  # fmt: skip
ROUGHLY = timedelta(minutes=8)
"""How far off the time that someone read from their clock may be from the quarter of an hour that zones keep."""
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class City:
    """A city that was found: its name, country (ISO 3166) and zone (IANA)."""

    name: str
    country: str
    zone: str


def fold(text: str) -> str:
    """Text as it is compared: no case, accents or punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^\w]+", " ", bare.translate(_LETTERS)).strip()


def load_names() -> None:
    """Reads the names of countries and cities, which takes a moment that nobody should wait for later."""
    _country_names()
    _ranks()


def find_country(text: str) -> str | None:
    """The ISO code of the country that was typed, by name in any language we know, or by its code; None if none is near."""
    said = fold(text)
    if not said:
        return None
    names = _country_names()
    if said in names:
        return names[said]
    close = difflib.get_close_matches(said, names, n=1, cutoff=0.8) if len(said) > 4 else []
    return names[close[0]] if close else None


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in COUNTRIES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            iso, called = line.split("\t")
            names |= dict.fromkeys((*called.split(","), iso.lower()), iso)
    return names | _ALSO_CALLED


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    zones: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return {country: tuple(names) for country, names in zones.items()}


def zones_in(country: str | None) -> tuple[str, ...]:
    """The zones of a country (tz database, zone.tab), or of the whole world for None or an unknown country."""
    every = _zones_by_country()
    everywhere = (zone for zones in every.values() for zone in zones if not zone.startswith("Antarctica/"))
    return every.get(country or "") or tuple(everywhere)


def distinct_zones(country: str | None, now: datetime) -> tuple[str, ...]:
    """One zone for each set of clock rules that is kept in that country in the year from `now`, the most peopled first."""
    return _distinct_zones(country, now.replace(hour=0, minute=0, second=0, microsecond=0))


@lru_cache(maxsize=64)
def _distinct_zones(country: str | None, now: datetime) -> tuple[str, ...]:
    kept: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(zones_in(country), key=_rank):
        kept.setdefault(_rules(zone, now), zone)
    return tuple(kept.values())


def _rules(zone: str, now: datetime) -> tuple[timedelta | None, ...]:
    tz = ZoneInfo(zone)
    return tuple((now + timedelta(days=days)).astimezone(tz).utcoffset() for days in range(0, 365, 13))


@cache
def _ranks() -> dict[str, int]:
    ranks: dict[str, int] = {}
    with CITIES.open(encoding="utf-8") as lines:  # a line at a time: all of it takes 7 MB
        for number, line in enumerate(lines):
            ranks.setdefault(line.rpartition("\t")[2].rstrip("\n"), number)
    return ranks


def _rank(zone: str) -> int:
    return _ranks().get(zone, 10**6)


def zones_showing(wall: time, now: datetime, country: str | None, off: timedelta = ROUGHLY) -> tuple[str, ...]:
    """The zones whose clocks show about `wall` at `now`, at most `off` from it, the nearest and then the most peopled first;
    within the country if it is known."""
    found = [zone for zone in distinct_zones(country, now) if _gap(zone, wall, now) <= off]
    found.sort(key=lambda zone: _gap(zone, wall, now) > ROUGHLY)
    return tuple(found) or (zones_showing(wall, now, None, off) if country else ())


def _gap(zone: str, wall: time, now: datetime) -> timedelta:
    here = now.astimezone(ZoneInfo(zone))
    gap = abs(timedelta(hours=here.hour - wall.hour, minutes=here.minute - wall.minute))
    return min(gap, timedelta(days=1) - gap)


def find_zone(text: str) -> str | None:
    """The IANA zone named exactly, such as "Europe/Berlin" or "UTC", in any case; None if there is none."""
    wanted = text.strip().replace(" ", "_").casefold()
    if "/" not in wanted and wanted not in ("utc", "gmt"):
        return None
    return next((zone for zone in available_timezones() if zone.casefold() == wanted), None)


def find_cities(text: str, country: str | None = None) -> tuple[City, ...]:
    """The cities of that name, those of the country first, then the largest; one for each zone."""
    name = fold(re.split(r"[,;(]", text, maxsplit=1)[0])
    if len(name) < 2:
        return ()
    found = list(_lines_with(name))
    here = [city for city in found if city.country == country]
    by_zone: dict[str, City] = {}
    for city in here or found:
        by_zone.setdefault(city.zone, city)
    return tuple(by_zone.values())


def _lines_with(name: str) -> Iterable[City]:
    text = CITIES.read_text("utf-8")
    start, seen = text.find(name), -1
    while start != -1:
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        keys, *rest = text[begin:end].split("\t")
        if begin != seen and len(rest) == 3 and name in keys.split(","):
            yield City(*rest)
        seen = begin
        start = text.find(name, end)
