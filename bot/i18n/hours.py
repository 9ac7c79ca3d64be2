"""Reading a time of day that a person typed: "8", "8.15 pm", "20h30", "half past seven", "eight in the evening", "halb acht abends".

What a language says is data in `times/<language>.toml`. People write in their own language whatever the bot's is, so each of them
is tried.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "times"
LONGEST = 100
"""Characters of the longest text that is looked at: a time needs fewer."""
NIGHT, AM, PM = "night", ("a", "am", "morning"), ("p", "pm", "afternoon", "evening")
PARTS = ("morning", "afternoon", "evening", NIGHT)
EITHER = "|"

_LETTERS = str.maketrans({"ß": "ss", "ı": "i", "~": " ", "≈": " "})
_HIDDEN_OR_QUOTE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069'’`´]")
_HALF_A_DAY = re.compile(r"(?<![^\W\d])([ap])\.?\s?m\b\.?")
_DIGIT_AT_LETTER = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
_WORDS_IN_ONE = re.compile(r"(?<=[^\W\d])-|-(?=[^\W\d])")
_FROM_TO = re.compile(r"(?<=\d) ?- ?(?=\d)| - ")
_ENDS_IN_HALF = re.compile(r"(?P<rest>.*\d.*?) ?\b(?P<half>am|pm|a|p)")
_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?::00)?(?![\d:])")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?: ?(?:[:.,]|h|u|hours) ?(?P<minute>\d\d)(?: minutes)?| (?P<bare>\d\d)(?: minutes)?)?(?: (?:hours|h|hrs?|u))?"
    r"|(?P<hour4>\d\d)(?P<minute4>\d\d)(?: (?:hours|h|hrs?))?"
)


def read_time(text: str) -> time | None:
    """The time of day in `text`, or None when there is none or more than one could be meant."""
    found = read_times(text)
    return found[0] if len(found) == 1 else None


def read_times(text: str) -> tuple[time, ...]:
    """Every time of day that `text` could mean, the earliest first: none for "soon", two for "8 or 9" and for "half eight".

    A bare hour is read on the 24-hour clock: "8" is in the morning, "20" in the evening.
    """
    if len(text) > LONGEST:
        return ()
    said = _simple(text).split()
    every = time_words()
    speaks = [language for language in every if language.knows_any(said)] or every[:1]
    return tuple(sorted({wall for language in speaks for wall in language.read(said)}))


@dataclass(frozen=True, slots=True)
class TimeWords:
    """How one language says times of day; all of it as `_simple` leaves it."""

    phrases: Mapping[tuple[str, ...], str]
    """What is said → what it stands for: digits, a part of the day, EITHER, "hours" and "minutes"; nothing for what changes nothing."""
    reach: Mapping[str, int]
    """A word that begins a phrase → the words of the longest."""
    endings: tuple[str, ...]
    lead: frozenset[tuple[str, ...]]
    shapes: Mapping[str, tuple[int, tuple[int, ...]]]
    """Such as "half past #" → which of the numbers is the hour, and the minutes to add to it. What is added where another number
    stands, is added as often as that says: 1 for "# past #", -1 for "# to #"."""

    def knows_any(self, said: list[str]) -> bool:
        """Whether any of the words is one of this language's."""
        return any(word in self.reach or word.endswith(self.endings) for word in said)

    def read(self, said: list[str]) -> Iterator[time]:
        """The times of day that some words can mean in this language."""
        words = list(self._understood(said))
        parts = {word for word in words if word in PARTS}
        if len(parts) > 1:
            return
        words = [word for word in words if word not in PARTS]
        whole = list(self._one(words, *parts))
        yield from whole or self._either(" ".join(words).split(EITHER), *parts)

    def _either(self, said: list[str], part: str | None = None) -> Iterator[time]:
        ends = _ENDS_IN_HALF.fullmatch(said[-1].strip())
        part = part or (ends["half"] if ends else None)  # "7 or 8 pm"
        found = [list(self._one(one.split(), part)) for one in said]
        if all(found):
            yield from (wall for one in found for wall in one)

    def _understood(self, said: list[str]) -> Iterator[str]:
        start = 0
        while start < len(said):
            for end in range(min(len(said), start + self.reach.get(said[start], 0)), start, -1):
                found = self.phrases.get(tuple(said[start:end]))
                if found is not None:
                    yield from found.split()
                    start = end
                    break
            else:
                yield self._number_with_ending(said[start])
                start += 1

    def _number_with_ending(self, word: str) -> str:
        stems = (word.removesuffix(ending) for ending in self.endings if word.endswith(ending))
        found = (self.phrases.get((stem,), "") for stem in stems)
        return next((digits for digits in found if digits[:1].isdigit()), word)

    def _one(self, words: list[str], part: str | None = None) -> Iterator[time]:
        while words and (lead := next(filter(self._leads(words), range(self.reach.get(words[0], 0), 0, -1)), 0)):
            words = words[lead:]
        said, half = " ".join(words), part
        if ends := _ENDS_IN_HALF.fullmatch(said):
            if part in PARTS:
                return
            said, half = ends["rest"], ends["half"]
        if shape := self.shapes.get(_NUMBER.sub("#", said)):
            walls = _shifted([int(number) for number in _NUMBER.findall(said)], *shape, half)
        else:
            walls = _on_the_clock(said, half)
        yield from (wall for wall in walls if wall is not None)

    def _leads(self, words: list[str]) -> Callable[[int], bool]:
        return lambda size: tuple(words[:size]) in self.lead


def _simple(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    text = _HIDDEN_OR_QUOTE.sub(" ", text)
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    text = _WORDS_IN_ONE.sub(" ", re.sub("[\u2010-\u2015]", "-", text))
    text = _DIGIT_AT_LETTER.sub(" ", _HALF_A_DAY.sub(r"\1m", text))
    text = " ".join(word.rstrip(".,!?") or word for word in text.split()).rstrip(" .,!?")
    return _FROM_TO.sub(f" {EITHER} ", text)


def _shifted(numbers: list[int], hour_at: int, shifts: tuple[int, ...], half: str | None) -> Iterator[time | None]:
    hour = numbers.pop(hour_at)
    for shift in shifts:
        minutes = shift * (numbers[0] if numbers else 1)
        if 0 < abs(minutes) < 60 and hour <= 24:
            yield _past(hour, minutes, half)


def _past(hour: int, minutes: int, half: str | None) -> time | None:
    if minutes < 0:
        hour, minutes = hour - 1, 60 + minutes
        if hour < 1:
            hour += 12 if hour == 0 and half else 24
    return _time(hour % 24, minutes, half)


def _on_the_clock(said: str, half: str | None) -> Iterator[time | None]:
    if match := _CLOCK.fullmatch(said):
        hour = match["hour"] or match["hour4"]
        minute = match["minute"] or match["bare"] or match["minute4"] or 0
        yield _time(int(hour), int(minute), half)


def _time(hour: int, minute: int, half: str | None) -> time | None:
    if hour > 24 or minute > 59 or (hour == 24 and (minute or half)):
        return None
    if half is None:
        return time(hour % 24, minute)
    if half == NIGHT:
        return _at_night(hour, minute)
    if hour > 12 or hour == 0:
        return time(hour, minute) if (half in AM) == (hour == 0) else None
    if half == "evening" and hour == 12:
        return None
    return time(hour % 12 if half in AM else hour % 12 + 12, minute)


def _at_night(hour: int, minute: int) -> time | None:
    if 12 < hour < 18:
        return None
    if 6 <= hour < 12:
        hour += 12
    return time(0 if hour == 12 else hour, minute)


# -- the words of a language -------------------------------------------------------------------------------------------


@cache
def time_words() -> tuple[TimeWords, ...]:
    """How each language says times of day; read once."""
    return tuple(_time_words(tomllib.loads(file.read_text("utf-8"))) for file in sorted(HERE.glob("*.toml")))


def _time_words(data: Mapping[str, Any]) -> TimeWords:
    said = {"": ""} | _meanings(data)
    for shape in data["shapes"]:
        # What belongs to a shape keeps its words, numbers or not: "e tre quarti".
        said |= {run: run for run in map(_simple, re.split(r"\{.\}", shape))}
    phrases = {tuple(phrase.split()): meaning for phrase, meaning in said.items() if phrase}
    lead = frozenset(tuple(_simple(phrase).split()) for phrase in (*data["lead"], "hours"))  # "ore 20"
    endings = tuple(_simple(ending) for ending in data.get("endings", ()))
    reach: dict[str, int] = {}
    for phrase in (*phrases, *lead):
        reach[phrase[0]] = max(len(phrase), reach.get(phrase[0], 0))
    return TimeWords(phrases, reach, endings, lead, dict(_shapes(data["shapes"])))


def _meanings(data: Mapping[str, Any]) -> dict[str, str]:
    # In the order in which they go before each other: what comes later wins.
    means = {"hours": "hours", "minutes": "minutes", "unsaid": "", "either": EITHER} | {part: part for part in PARTS}
    said = {_simple(phrase): meaning for name, meaning in means.items() for phrase in data.get(name, ())}
    said |= _numbers(data)
    # "12 o'clock noon" is noon. As 12:00 it is never taken for somebody's minutes.
    noon = {_simple(word): wall for name, wall in (("noon", "12:00"), ("midnight", "0:00")) for word in data[name]}
    twelve = ["12", *(word for word, digits in said.items() if digits == "12")]
    hours = ["", *(f" {_simple(word)}" for word in data["hours"])]
    return said | noon | {f"{one}{hour} {word}": noon[word] for one, hour, word in product(twelve, hours, noon)}


def _numbers(data: Mapping[str, Any]) -> dict[str, str]:
    ones, tens = ([_forms(word) for word in data[name].split()] for name in ("numbers", "tens"))
    units = [(ones[number][0], number) for number in range(1, 10)]
    tens_said = [(ten, 10 * place) for place, forms in enumerate(tens, start=2) for ten in forms]
    joins = (" ", *(f" {_simple(word)} " for word in data.get("joins", ())))
    # "twenty five" is one number, "seven twenty five" are two; "oh five" are the minutes of "eight oh five".
    said = {
        f"{ten}{join}{one}": str(full + number) for (ten, full), join, (one, number) in product(tens_said, joins, units)
    }
    said |= {f"{zero} {one}": f"0{number}" for zero, (one, number) in product(ones[0], units)}
    said |= {form: str(number) for number, forms in enumerate(ones) for form in forms}
    said |= {ten: str(full) for ten, full in tens_said}
    return said | {_simple(word): digits for digits, words in data.get("also", {}).items() for word in words}


def _forms(word: str) -> list[str]:
    return [_simple(form) for form in word.replace("_", " ").split("/")]


def _shapes(data: Mapping[str, int | list[int]]) -> Iterator[tuple[str, tuple[int, tuple[int, ...]]]]:
    for shape, shifts in data.items():
        hour_at = int("{m}" in shape and shape.index("{m}") < shape.index("{h}"))
        every: Iterable[int] = shifts if isinstance(shifts, list) else (shifts,)
        for hour, minute in product(("#", "# hours"), ("#", "# minutes")):
            words = (hour if word == "{h}" else minute if word == "{m}" else _simple(word) for word in shape.split())
            yield " ".join(words), (hour_at, tuple(every))
