"""Reading a typed time of day: in any usual form, never a wrong guess, never an error."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.course.hours import read_time

READ = {
    # The 24-hour clock.
    "8": "08:00",
    "08": "08:00",
    "0": "00:00",
    "20": "20:00",
    "24": "00:00",
    "24:00": "00:00",
    "8:15": "08:15",
    "08:15": "08:15",
    "8.15": "08:15",
    "8,15": "08:15",
    "8 : 15": "08:15",
    "8 15": "08:15",
    "0815": "08:15",
    "2030": "20:30",
    "20h30": "20:30",
    "20h": "20:00",
    "20 h": "20:00",
    "20 h 30": "20:30",
    "20 Uhr": "20:00",
    "20 Uhr 30": "20:30",
    "um 7 Uhr": "07:00",
    "à 20h30": "20:30",
    "a las 9": "09:00",
    "kl 8": "08:00",
    # The 12-hour clock.
    "8am": "08:00",
    "8 AM": "08:00",
    "8 a.m.": "08:00",
    "8 p. m.": "20:00",
    "8:15pm": "20:15",
    "8.15 p.m.": "20:15",
    "8 15 pm": "20:15",
    "12 am": "00:00",
    "12:30 am": "00:30",
    "0:30 am": "00:30",
    "12 pm": "12:00",
    "12:30 pm": "12:30",
    "20:30 pm": "20:30",
    # In words.
    "noon": "12:00",
    "at noon": "12:00",
    "Midday": "12:00",
    "midnight": "00:00",
    "at midnight": "00:00",
    "eight": "08:00",
    "eight pm": "20:00",
    "seven thirty": "07:30",
    "six fifteen pm": "18:15",
    "at 8": "08:00",
    "At around 8": "08:00",
    "about 7.30": "07:30",
    "8 o'clock": "08:00",
    "8 o’clock": "08:00",
    "eight o'clock in the evening": "20:00",
    "half past seven": "07:30",
    "half past seven in the evening": "19:30",
    "quarter past 8 pm": "20:15",
    "quarter to 8": "07:45",
    "a quarter to 8": "07:45",
    "ten to nine": "08:50",
    "twenty to nine": "08:40",
    "10 before 9": "08:50",
    "five past 12": "12:05",
    "5 after midnight": "00:05",
    "quarter to 1": "00:45",
    "quarter to 1 pm": "12:45",
    "quarter to 1 am": "00:45",
    "quarter to 0": "23:45",
    "10 minutes past 8": "08:10",
    # Parts of the day.
    "8 in the morning": "08:00",
    "in the morning at 8": "08:00",
    "3 in the afternoon": "15:00",
    "12:30 in the afternoon": "12:30",
    "8 in the evening": "20:00",
    "20 in the evening": "20:00",
    "11 at night": "23:00",
    "12 at night": "00:00",
    "1 at night": "01:00",
    "22:30 at night": "22:30",
    "9 tonight": "21:00",
    # As people write on phones, and in other scripts.
    "  8:15  ": "08:15",
    "8:15.": "08:15",
    "8!": "08:00",
    "８：１５": "08:15",
    "٨:٣٠": "08:30",
    "८:१५": "08:15",
    "\u200f8:15\u200e": "08:15",
    "８ＰＭ": "20:00",
}

NOT_READ = [
    "",
    " ",
    "soon",
    "in the evening",
    "at",
    ":",
    "25",
    "99",
    "8:60",
    "8:5",
    "24:30",
    "13 am",
    "20 in the morning",
    "0 pm",
    "half past 25",
    "half past 99",
    "99 past 8",
    "half eight",
    "8 or 9",
    "8-9",
    "between 8 and 9",
    "8 am pm",
    "8 in the morning in the evening",
    "20:30:15",
    "-8",
    "8.5",
    "2560",
    "12345",
    "8:15 8:20",
    "1/2",
    "🙂",
    "8🙂",
    "Berlin",
    "stop",
    "I'm 8",
]


@pytest.mark.parametrize(("text", "meant"), READ.items())
def test_usual_ways_to_write_a_time(text: str, meant: str) -> None:
    assert read_time(text) == time.fromisoformat(meant)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_no_time_or_more_than_one_is_not_guessed_at(text: str) -> None:
    assert read_time(text) is None


EVERY_MINUTE = [time(hour, minute) for hour in range(24) for minute in range(60)]
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905  reads better than a list


def in_12(wall: time) -> tuple[int, str]:
    return (wall.hour % 12 or 12, "pm" if wall.hour >= 12 else "am")


def spellings(wall: time) -> list[str]:
    """Many ways to write the same minute."""
    h, m = wall.hour, f"{wall.minute:02}"
    twelve, half = in_12(wall)
    upper, dotted = half.upper(), f"{half[0]}.{half[1]}."
    plain = f"{h}:{m}"
    every = [
        plain, f"{h:02}:{m}", f"{h}.{m}", f"{h},{m}", f"{h}h{m}", f"{h} h {m}", f"{h:02}{m}", f"{h} {m}", f"{h} Uhr {m}",
        f"{twelve}:{m} {half}", f"{twelve}:{m}{half}", f"{twelve}.{m} {upper}", f"{twelve}:{m} {dotted}",
        f"at {plain}", f"{plain}.", f" {plain} ", f"{twelve:02}:{m} {upper}",
        plain.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)}),
        plain.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)} | {ord(":"): "："}),
    ]  # fmt: skip
    if wall.minute:
        every += [f"{wall.minute} past {h}", f"{60 - wall.minute} to {(h + 1) % 24}"]
        every += [f"{wall.minute} minutes past {twelve} {half}"]
    else:
        every += [f"{h}", f"{h}h", f"{twelve}{half}", f"{twelve} {dotted}", f"{h} o'clock", f"{h} Uhr"]
    if wall.minute == 30:
        every += [f"half past {h}", f"half past {twelve} {half}", f"Half past {WORDS[twelve]} {upper}"]
    return every


def test_every_minute_of_the_day_comes_back_from_every_spelling() -> None:
    wrong = [(text, wall) for wall in EVERY_MINUTE for text in spellings(wall) if read_time(text) != wall]
    assert wrong == []


PIECES = """8 12 24 25 99 0 00 : . , h uhr am pm a.m. half quarter past to before noon midnight at um in the morning evening
night o'clock ten 🙂 - ٣ ² Ⅷ ½ ١٢ 八 \u202e ª"""
pieces = st.sampled_from(PIECES.split())


@given(st.text(max_size=200) | st.lists(pieces, max_size=8).map(" ".join) | st.lists(pieces, max_size=8).map("".join))
@example("²")
@example("8²")
@example("Ⅷ")
@example("½ past 8")
@example("\x00")
@example("9" * 5000)
@example("፩")
@example("௧௦")
@example("\ud800")
def test_no_text_at_all_makes_it_fail(text: str) -> None:
    said = read_time(text)
    assert said is None or (said.second, said.microsecond, said.tzinfo) == (0, 0, None)


def test_a_long_text_is_refused_quickly() -> None:
    for text in ("8 " * 2048, "at " * 1300, "half past " * 400, " " * 4095 + "8x"):
        assert read_time(text) is None
