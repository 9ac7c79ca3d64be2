"""Reading a time of day that a person typed: "8", "8:15", "8.15 pm", "20h30", "noon", "half past seven in the evening"."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905  reads better than a list
    )
}
_CLOCK = re.compile(
    r"""(?:at|around|about|um|a\s+las|as|à|kl)?\s*
        (?P<hour>\d{1,2})
        (?:\s*(?:[:.,]|h|u|uhr|:|h\s)\s*(?P<minute>\d{2})?)?
        \s*(?:o\s*clock|uhr|h|hrs?|hours)?\s*(?P<half>am|pm|a|p)?\s*""",
    re.VERBOSE,
)
_FOUR_DIGITS = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})")
_PAST = re.compile(
    r"(?:(?P<how>half|quarter|\d{1,2})\s+(?P<side>past|to|after|before)\s+)(?P<hour>\d{1,2})\s*(?P<half>am|pm)?"
)
_MORNING = re.compile(r"\s*\b(in the morning|mornings?|early)\b\s*")
_EVENING = re.compile(r"\s*\b(in the (?:afternoon|evening)|at night|tonight|evenings?|afternoons?)\b\s*")


def read_time(text: str) -> time | None:
    """The time of day in `text`, or None when there is none or more than one could be meant.

    A bare hour is read on the 24-hour clock: "8" is in the morning, "20" in the evening.
    """
    said = _simplify(text)
    said, half = _part_of_day(said)
    if said in _NAMED:
        return _NAMED[said]
    if match := _PAST.fullmatch(said):
        return _past(match, half)
    match = _FOUR_DIGITS.fullmatch(said) or _CLOCK.fullmatch(said)
    if match is None:
        return None
    groups = match.groupdict()
    return _time(int(groups["hour"]), int(groups["minute"] or 0), groups.get("half") or half)


def _simplify(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".!?,")
    text = re.sub(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069'’]", " ", text)
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", text)
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    text = re.sub(r"[a-z]+", lambda word: str(_NUMBERS.get(word[0], word[0])), text)
    return re.sub(r"\s+", " ", text).strip()


def _part_of_day(said: str) -> tuple[str, str | None]:
    for pattern, half in ((_MORNING, "am"), (_EVENING, "pm")):
        rest, found = pattern.subn(" ", said)
        if found:
            return rest.strip(), half
    return said, None


def _past(match: re.Match[str], half: str | None) -> time | None:
    how = {"half": 30, "quarter": 15}.get(match["how"]) or int(match["how"])
    hour = int(match["hour"])
    if how > 59:
        return None
    if match["side"] in ("to", "before"):
        hour, how = hour - 1, 60 - how
        if hour < 1:
            hour += 12 if hour == 0 and (match["half"] or half) else 24
    return _time(hour % 24, how % 60, match["half"] or half)


def _time(hour: int, minute: int, half: str | None) -> time | None:
    if half and hour > 12:
        half = None if half.startswith("p") else "wrong"
    if half == "wrong" or (half and hour == 0) or hour > 24 or minute > 59:
        return None
    if half and half.startswith("a"):
        hour = hour % 12
    elif half and half.startswith("p"):
        hour = hour % 12 + 12
    if hour == 24:
        hour = 0
    return time(hour, minute)
