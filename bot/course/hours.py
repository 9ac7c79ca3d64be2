"""Reading a time of day that a person typed: "8", "8:15", "8.15 pm", "20h30", "noon", "half past seven in the evening"."""

from __future__ import annotations

import re
import unicodedata
from datetime import time

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905  reads better than a list
    )
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "noon": 12, "midday": 12, "midnight": 0}
_LEAD = re.compile(r"(?:(?:at|around|about|um|a las|as|à|kl|a(?= ))\s*)+")
_CLOCK = re.compile(
    r"""(?P<hour>\d{1,2})
        (?:(?:\s*(?:[:.,]|h|u|uhr)\s*|\s)(?P<minute>\d{2}))?
        \s*(?:o\s*clock|uhr|u|h|hrs?|hours)?\s*(?P<half>am|pm|a|p)?""",
    re.VERBOSE,
)
_FOUR_DIGITS = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})")
_PAST = re.compile(
    r"(?P<how>half|quarter|\d{1,2})(?: minutes?)? (?P<side>past|to|after|before) "
    r"(?P<hour>\d{1,2})(?: o clock)?\s*(?P<half>am|pm)?"
)
_PARTS_OF_DAY = (
    (re.compile(r"\s*\b(?:in the morning|mornings?|early)\b\s*"), "am"),
    (re.compile(r"\s*\b(?:in the (?:afternoon|evening)|evenings?|afternoons?)\b\s*"), "pm"),
    (re.compile(r"\s*\b(?:at night|tonight)\b\s*"), "night"),
)


def read_time(text: str) -> time | None:
    """The time of day in `text`, or None when there is none or more than one could be meant.

    A bare hour is read on the 24-hour clock: "8" is in the morning, "20" in the evening.
    """
    said, half = _part_of_day(_simplify(text))
    said = _LEAD.sub("", said, count=1) if _LEAD.match(said) else said
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
    text = re.sub(r"\b(?:12|twelve) (?=noon|midday|midnight)", "", text)
    text = re.sub(r"[a-z]+", lambda word: str(_NUMBERS.get(word[0], word[0])), text)
    return re.sub(r"\s+", " ", text).strip()


def _part_of_day(said: str) -> tuple[str, str | None]:
    for pattern, half in _PARTS_OF_DAY:
        rest, found = pattern.subn(" ", said)
        if found:
            return rest.strip(), half
    return said, None


def _past(match: re.Match[str], half: str | None) -> time | None:
    how = {"half": 30, "quarter": 15}.get(match["how"]) or int(match["how"])
    hour, half = int(match["hour"]), match["half"] or half
    if not 0 < how < 60 or hour > 24:
        return None
    if match["side"] in ("to", "before"):
        hour, how = hour - 1, 60 - how
        if hour < 1:
            hour += 12 if hour == 0 and half else 24
    return _time(hour % 24, how, half)


def _time(hour: int, minute: int, half: str | None) -> time | None:
    if hour > 24 or minute > 59 or (hour == 24 and (minute or half)):
        return None
    if half is None:
        return time(hour % 24, minute)
    if half == "night":
        return _at_night(hour, minute)
    early = half.startswith("a")
    if hour > 12 or hour == 0:
        return time(hour, minute) if early == (hour == 0) else None
    return time(hour % 12 if early else hour % 12 + 12, minute)


def _at_night(hour: int, minute: int) -> time | None:
    if 12 < hour < 18:
        return None
    if 6 <= hour < 12:
        hour += 12
    return time(0 if hour == 12 else hour, minute)
