"""The parts of a profile, each with its two written forms: the one that is sealed, and the one that goes out in an export.

Reading, writing and exporting all go by this one table. A key that is missing leaves the default in its place: versions run side
by side during an upgrade, and passports of older ones are brought in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.course.lesson import PracticeForm, Theme
from bot.service.learners import CheckIns, Closeness, Profile, Wishes

Plain: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Codec:
    """Between a value and what JSON can hold of it."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of a part. `write` gives keys and values from a profile, `read` the fields of a profile from keys and values.
    `field` says the same as `read` where one key stands for one field: key, name, and how the value is read, None for as it is."""

    write: Callable[[Profile], Plain]
    read: Callable[[Plain], Plain]
    field: tuple[str, str, Callable[[Any], Any] | None] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a profile. `accepts` are the keys of its exported form, each with what may stand there and what does where it is
    missing. A part that is about this chat alone has no exported form."""

    sealed: Form
    exported: Form | None = None
    accepts: Mapping[str, tuple[Any, Any]] | None = None


def _same(value: Any) -> Any:
    return value


SAME = Codec(_same, _same)


def _one_of(kind: type[StrEnum]) -> Codec:
    known = {one.value: one for one in kind}
    return Codec(lambda value: value.value, known.__getitem__)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


DAY = Codec(_day, _read_day)
IN_ORDER = Codec(list, tuple)
LEAVE = Codec(bool, lambda _told: False)
"""A leave given to those who run one bot. It is told in an export, and not taken over by another."""
ANY_ORDER = Codec(sorted, frozenset)
THEMES = Codec(sorted, lambda names: frozenset(map(Theme, names)))
PAIRS = Codec(
    lambda pairs: [list(pair) for pair in pairs],
    lambda pairs: tuple((str(word), str(instead)) for word, instead in pairs),
)
NAMED_PAIRS = Codec(
    lambda pairs: [{"word": word, "instead": instead} for word, instead in pairs],
    lambda pairs: tuple((one["word"], one["instead"]) for one in pairs),
)


def _form(key: str, name: str, codec: Codec) -> Form:
    return Form(
        lambda profile: {key: codec.write(getattr(profile, name))},
        lambda plain: {name: codec.read(plain[key])} if key in plain else {},
        (key, name, None if codec is SAME else codec.read),
    )


def _part(
    name: str, accepts: Any, default: Any = ..., codec: Codec = SAME, told: str = "", telling: Codec | None = None
) -> Part:
    """A part of one field. Its exported form has the key `told`, and is written as `telling` says, where these differ."""
    told = told or name
    return Part(_form(name, name, codec), _form(told, name, telling or codec), {told: (accepts, default)})


# -- parts of two fields -----------------------------------------------------------------------------------------------


def _clock(profile: Profile) -> Plain:
    return {"hour": None if profile.hour is None else f"{profile.hour:02}:{profile.minute:02}"}


def _read_clock(plain: Plain) -> Plain:
    hour, _, minute = (plain["hour"] or "").partition(":")
    return {"hour": int(hour) if hour else None, "minute": int(minute or 0)}


def _hours(profile: Profile) -> Plain:
    return {"hour": profile.hour, "minute": profile.minute}


def _read_hours(plain: Plain) -> Plain:
    return {name: plain[name] for name in ("hour", "minute") if name in plain}


def _away(profile: Profile) -> Plain:
    return {"away": [str(day) for day in (profile.away_from, profile.away_until) if day is not None]}


def _read_away(plain: Plain) -> Plain:
    if not plain.get("away"):
        return {}
    days = [date.fromisoformat(day) for day in plain["away"]]
    return {"away_from": days[0], "away_until": days[-1]}


def _holiday(profile: Profile) -> Plain:
    return {"away_from": _day(profile.away_from), "away_until": _day(profile.away_until)}


def _read_holiday(plain: Plain) -> Plain:
    return {name: _read_day(plain.get(name)) for name in ("away_from", "away_until")}


# -- what may stand in an export ---------------------------------------------------------------------------------------


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone") from None
    return value


class Checked(BaseModel):
    """A part of a passport. Keys that are not known are passed over, as the format asks of its readers."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class _Words(Checked):
    word: Annotated[str, Field(min_length=1, max_length=200)]
    instead: Annotated[str, Field(min_length=1, max_length=200)]


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
_Names = Annotated[list[Name], Field(max_length=200)]
_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None
_Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)] | None
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None
_Weekdays = Annotated[list[Annotated[int, Field(ge=0, le=6, strict=True)]], Field(min_length=1, max_length=7)]
_Themes = Annotated[list[Theme], Field(max_length=len(Theme))]
_WordPairs = Annotated[list[_Words], Field(max_length=200)]
_Days = Annotated[int, Field(ge=1, le=3660, strict=True)]
_Day = date | None

# -- the table ---------------------------------------------------------------------------------------------------------

PARTS: tuple[Part, ...] = (
    _part("country", _Country),
    _part("zone", _Zone, told="time_zone"),
    Part(Form(_hours, _read_hours), Form(_clock, _read_clock), {"hour": (_Clock, ...)}),
    _part("weekdays", _Weekdays, codec=ANY_ORDER),
    _part("form", PracticeForm, codec=_one_of(PracticeForm), told="practice_form"),
    _part("closeness", Closeness, codec=_one_of(Closeness)),
    _part("topics", _Names, codec=IN_ORDER),
    Part(_form("pinned", "pinned", SAME)),
    Part(_form("pinned_mark", "pinned_mark", SAME)),
    _part("plan_offered", bool, default=False),
    _part("boundaries", _Themes, [], THEMES),
    _part("words", _WordPairs, [], PAIRS, telling=NAMED_PAIRS),
    _part("discreet", bool, default=False),
    _part("veiled", _Names, [], ANY_ORDER, told="discreet_topics"),
    _part("tidy", bool, default=False, told="tidied"),
    _part("check_ins", CheckIns, CheckIns.OFF, _one_of(CheckIns)),
    _part("check_in_due", _Day, None, DAY),
    _part("keep_ratings", _Days, 90, told="check_ins_kept_days"),
    _part("counted", bool, default=False, told="check_ins_counted", telling=LEAVE),
    _part("dark", bool, default=False, told="dark_pictures"),
    _part("nudge", bool, default=False, told="evening_note"),
    _part("notes_from", _Day, None, DAY),
    _part("steady", bool, default=False, told="steady_pace"),
    Part(
        Form(_away, _read_away), Form(_holiday, _read_holiday), {"away_from": (_Day, None), "away_until": (_Day, None)}
    ),
)


_BLANK = Profile()
_FIELDS = tuple(
    (key, name, read, not getattr(_BLANK, name))
    for key, name, read in (part.sealed.field for part in PARTS if part.sealed.field is not None)
)
"""Key of the sealed form, name of the field, how it is read, and whether nothing there means what a new profile has."""
_OTHERS = tuple(part.sealed for part in PARTS if part.sealed.field is None)


def sealed_form(profile: Profile) -> dict[str, Any]:
    """The profile as it is sealed, as plain values for JSON."""
    return {key: value for part in PARTS for key, value in part.sealed.write(profile).items()}


def from_sealed_form(plain: Any) -> Profile:
    """The profile that `sealed_form` wrote, in this version or another."""
    fields: dict[str, Any] = {}
    # Thousands are read in a minute: a part of one field needs no dictionary of its own.
    for key, name, read, may_be_blank in _FIELDS:
        value = plain.get(key, _BLANK)
        if value is not _BLANK and (value or not may_be_blank):
            fields[name] = value if read is None else read(value)
    for form in _OTHERS:
        fields.update(form.read(plain))
    return Profile(**fields)


WISHES = frozenset({"zone", "hour", "minute", "weekdays", "closeness", "boundaries", "away", "steady"})
"""The keys of a sealed profile that planning looks at."""


def wishes_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """The part of what `sealed_form` made that planning looks at, as it is sealed beside it."""
    return {key: value for key, value in form.items() if key in WISHES}


@lru_cache(maxsize=8192)
def from_wishes_form(text: bytes) -> Wishes | None:
    """The wishes that `wishes_form` wrote, as JSON; None where another version wrote, which looked at less. Thousands have the same,
    and those that are the same are one and the same."""
    plain = json.loads(text)
    return from_sealed_form(plain).wishes if plain.keys() >= WISHES else None


def exported_form(profile: Profile) -> dict[str, Any]:
    """The profile as it stands in an export, as plain values for JSON."""
    return {key: value for part in PARTS if part.exported for key, value in part.exported.write(profile).items()}


def from_exported_form(plain: Plain) -> Profile:
    """The profile that `exported_form` wrote. Everything in it has been checked with `ACCEPTED`, and what was missing is filled in."""
    return Profile(
        **{name: value for part in PARTS if part.exported for name, value in part.exported.read(plain).items()}
    )


ACCEPTED: Mapping[str, tuple[Any, Any]] = {
    key: accepted for part in PARTS for key, accepted in (part.accepts or {}).items()
}
"""Key of the exported form -> what may stand there, and what does where it is missing."""
