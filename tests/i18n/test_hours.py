"""Reading a typed time of day: in any usual form, never a wrong guess, never an error."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.i18n.hours import HERE, LONGEST, PARTS, read_time, read_times

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
    "quarter to nine pm": "20:45",
    "twenty-five to eight": "07:35",
    "eight forty five": "08:45",
    "eight oh five": "08:05",
    "eight-thirty": "08:30",
    "half after six": "06:30",
    "12 noon": "12:00",
    "twelve o'clock midnight": "00:00",
    # As one says it to a friend.
    "8ish": "08:00",
    "8-ish pm": "20:00",
    "around eightish": "08:00",
    "noonish": "12:00",
    "at seven tomorrow morning": "07:00",
    "tomorrow at 7": "07:00",
    "every day at half past 7": "07:30",
    "8 pm, please": "20:00",
    "I'd like eight in the evening": "20:00",
    "nine this evening": "21:00",
    "it's 5:45 pm": "17:45",
    "8 o'clock sharp": "08:00",
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
    "12 in the evening",
    "after 8",
    "before work",
    "between seven and later",
    "8 at 9 or so, tonight or in the morning",
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


SAID = {
    "ar": {"الثامنة مساءً": "20:00", "السابعة والنصف": "07:30", "التاسعة إلا ربع مساء": "20:45", "الساعة ٨ صباحا": "08:00",
           "منتصف الليل": "00:00", "غدا في الساعة السابعة": "07:00"},
    "de": {"acht Uhr abends": "20:00", "halb acht": "07:30", "viertel vor neun abends": "20:45", "morgen früh um sieben": "07:00",
           "morgen um 7": "07:00", "mittags um zwölf": "12:00", "20 Uhr fünfzehn": "20:15", "gegen 8": "08:00",
           "halb eins nachts": "00:30", "Mitternacht": "00:00", "12 Uhr mittag": "12:00", "fuenf nach acht": "08:05"},
    "es": {"ocho y media de la tarde": "20:30", "a las siete de la mañana": "07:00", "nueve menos cuarto": "08:45",
           "mañana por la mañana a las 7": "07:00", "mediodia": "12:00", "11 de la noche": "23:00", "cuarto para las nueve": "08:45",
           "ocho y veinticinco": "08:25", "12 del mediodía": "12:00", "a la una": "01:00"},
    "fr": {"huit heures du soir": "20:00", "sept heures et demie": "07:30", "neuf heures moins le quart": "08:45", "midi et demi": "12:30",
           "demain à 7 h du matin": "07:00", "vingt et une heures": "21:00", "cinq heures de l'après-midi": "17:00",
           "vers 20h": "20:00", "huit heures vingt-cinq": "08:25", "minuit": "00:00"},
    "hi": {"शाम आठ बजे": "20:00", "साढ़े सात बजे": "07:30", "पौने नौ": "08:45", "सुबह सात बजे": "07:00", "आधी रात": "00:00",
           "रात को ग्यारह बजे": "23:00", "डेढ़ बजे": "01:30"},
    "it": {"otto e mezza di sera": "20:30", "alle sette di mattina": "07:00", "le nove meno un quarto": "08:45",
           "domani mattina alle 7": "07:00", "mezzogiorno": "12:00", "alle ore 20": "20:00", "otto e tre quarti": "08:45",
           "le otto e dieci": "08:10"},
    "pt": {"oito e meia da noite": "20:30", "quinze para as nove": "08:45", "às sete da manhã": "07:00", "meio-dia": "12:00",
           "amanhã às 7": "07:00", "oito e vinte e cinco": "08:25", "meia-noite": "00:00"},
    "ru": {"восемь вечера": "20:00", "половина восьмого": "07:30", "полвосьмого вечера": "19:30", "без четверти девять": "08:45",
           "без двадцати девять": "08:40",
           "часов в 8 вечера": "20:00", "завтра в 7 утра": "07:00", "2 часа дня": "14:00", "полдень": "12:00", "8 часов 15 минут": "08:15"},
    "tr": {"akşam sekizde": "20:00", "yedi buçuk": "07:30", "dokuza çeyrek var": "08:45",
           "yarın sabah 7'de": "07:00", "saat 20:30'da": "20:30",
           "öğleden sonra üçte": "15:00", "gece yarısı": "00:00"},
    "uk": {"о восьмій вечора": "20:00", "пів на восьму": "07:30", "за чверть дев'ята": "08:45", "завтра о 7 ранку": "07:00",
           "двадцять перша година": "21:00", "опівдні": "12:00", "за двадцять дев’ята": "08:40"},
}  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), [pair for said in SAID.values() for pair in said.items()])
def test_people_write_in_their_own_language(text: str, meant: str) -> None:
    assert read_times(text) == (time.fromisoformat(meant),)


MORE_THAN_ONE = {
    "half eight": ["07:30", "08:30"],
    "half 8 in the evening": ["19:30", "20:30"],
    "8 or 9": ["08:00", "09:00"],
    "between 8 and 9": ["08:00", "09:00"],
    "8-9": ["08:00", "09:00"],
    "8-10": ["08:00", "10:00"],
    "7 or 8 pm": ["19:00", "20:00"],
    "8 or 9 in the evening": ["20:00", "21:00"],
    "8 am or 8 pm": ["08:00", "20:00"],
    "acht oder neun": ["08:00", "09:00"],
    "entre 8 et 9 heures": ["08:00", "09:00"],
}


@pytest.mark.parametrize(("text", "meant"), MORE_THAN_ONE.items())
def test_what_could_be_more_than_one_time_is_all_of_them_and_none_by_itself(text: str, meant: list[str]) -> None:
    assert read_times(text) == tuple(map(time.fromisoformat, meant))
    assert read_time(text) is None


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


# -- each language, as its file has it ---------------------------------------------------------------------------------

FILES = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(HERE.glob("*.toml"))}
EVERY_KEY = {"numbers", "tens", "noon", "midnight", "hours", "lead", "unsaid", "either", *PARTS, "shapes"}
SOME_KEYS = {"also", "joins", "minutes", "endings"}
each_language = pytest.mark.parametrize("language", FILES)


def hour_words(data: dict[str, Any]) -> list[tuple[str, int]]:
    """How each hour of a clock face is said."""
    forms = [word.replace("_", " ").split("/") for word in data["numbers"].split()]
    return [(form, hour) for hour in range(1, 13) for form in forms[hour]]


def at_part(hour: int, minute: int, part: str) -> time | None:
    """What a clock face means in a part of the day, reckoned apart from the code: the moment of the two that is in it."""
    within = {
        "morning": range(12),
        "afternoon": range(12, 24),
        "evening": range(13, 24),
        "night": (*range(18, 24), *range(6)),
    }
    found = [time(one, minute) for one in (hour % 12, hour % 12 + 12) if one in within[part]]
    return found[0] if found else None


@each_language
def test_a_language_file_has_every_list(language: str) -> None:
    assert EVERY_KEY <= set(FILES[language]) <= EVERY_KEY | SOME_KEYS


@each_language
def test_each_hour_in_words_is_read_in_each_part_of_the_day(language: str) -> None:
    data = FILES[language]
    for (word, hour), part in product(hour_words(data), PARTS):
        for phrase, said in product(data[part], ("{word} {phrase}", "{phrase} {word}")):
            text, meant = said.format(word=word, phrase=phrase), at_part(hour, 0, part)
            assert read_times(text) == ((meant,) if meant else ()), text


@each_language
def test_each_shape_is_read_with_each_hour_and_minute(language: str) -> None:
    data = FILES[language]
    for shape, shifts in data["shapes"].items():
        for (word, hour), minute in product(hour_words(data), (5, 10, 20) if "{m}" in shape else (1,)):
            text = shape.format(h=word, m=minute)
            base = datetime(2026, 3, 2, hour, tzinfo=UTC)
            shifted = {
                base + timedelta(minutes=shift * minute) for shift in (shifts if isinstance(shifts, list) else [shifts])
            }
            assert read_times(text) == tuple(sorted(one.time() for one in shifted)), text


@each_language
def test_words_that_change_nothing_change_nothing(language: str) -> None:
    data = FILES[language]
    for phrase in data["lead"]:
        assert read_times(f"{phrase} 8:15") == (time(8, 15),), phrase
    for phrase in data["unsaid"]:
        for text in (f"{phrase} 8:15", f"8:15 {phrase}", f"{phrase}, 8:15"):
            assert read_times(text) == (time(8, 15),), text
        assert read_times(phrase) == (), phrase


@each_language
def test_the_hours_that_have_names_of_their_own(language: str) -> None:
    for name, wall in (("noon", time(12)), ("midnight", time(0))):
        for word in FILES[language][name]:
            assert read_times(word) == (wall,), word
            assert read_times(f"12 {word}") == (wall,), word


WORDS_OF_ALL = sorted(
    {word for data in FILES.values() for name in ("numbers", "lead", "unsaid", "shapes", "either", *PARTS)
     for word in " ".join(data[name].split("/") if isinstance(data[name], str) else data[name]).split()}
)  # fmt: skip

PIECES = """8 12 24 25 99 0 00 : . , h uhr am pm a.m. half quarter past to before noon midnight at um in the morning evening
night o'clock ten 🙂 - ٣ ² Ⅷ ½ ١٢ 八 \u202e ª"""
pieces = st.sampled_from([*PIECES.split(), *WORDS_OF_ALL])


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
    for said in read_times(text):
        assert (said.second, said.microsecond, said.tzinfo) == (0, 0, None)


def test_a_long_text_is_refused_quickly() -> None:
    for text in ("8 " * 2048, "at " * 1300, "half past " * 400, " " * 4095 + "8x"):
        assert read_times(text) == ()
    assert read_times("8" + " " * (LONGEST - 1)) == (time(8),)
