"""The acceptance tests that the safety rules ask of this room, by name, over every country, need and language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pytest

from bot.crisis import answer
from bot.crisis.check import unproven_numbers
from bot.crisis.desk import DATA_NEED
from tests.crisis.everything import (
    BOOK,
    COUNTRIES,
    LANGUAGES,
    LONG_OVERDUE,
    OVERDUE,
    TODAY,
    all_text,
    buttons,
    digits,
    known_numbers,
    plain,
    replies,
    runs,
    text_of,
)

HELP_KINDS = {"main", "suicide", "assault", "compulsion", "worried", "danger", "lgbtq", "addiction", "more", "write"}
HELP_KINDS |= {"abuse", "young", "group"}
AUTOMATED = {
    "ar": "دورة آلية", "de": "automatischer Kurs", "en": "automated course", "es": "curso automático",
    "fr": "cours automatique", "hi": "अपने-आप चलने वाला कोर्स", "it": "corso automatico", "pt": "curso automático",
    "ru": "автоматический курс", "tr": "otomatik bir kurs", "uk": "автоматичний курс",
}  # fmt: skip


@dataclass(frozen=True)
class Country:
    """Everything that can be answered in one country today, by language."""

    iso: str | None
    replies: dict[str, list[tuple[str, answer.Reply]]]


@pytest.fixture(scope="module", params=(*BOOK.countries, *(iso for iso in COUNTRIES if iso not in BOOK.countries)))
def country(request: pytest.FixtureRequest) -> Country:
    """Each country in turn: all that is asked of it comes one after the other, so that its cards are written once."""
    return Country(request.param, {language: list(replies(language, request.param)) for language in LANGUAGES})


def test_2_each_reply_is_kind_honest_and_refers_to_help(country: Country) -> None:
    for language, said in country.replies.items():
        for name, reply in said:
            for card in reply.cards:
                text = plain(text_of(card))
                if card.kind in HELP_KINDS:
                    assert AUTOMATED[language] in text, f"{language} {name}: it must say that it is an automated course"
                    assert "findahelpline.com" in text, f"{language} {name}: the directory is missing"
                    shown = "IE" if name.endswith(":IE") else None if name.endswith(":-") else country.iso
                    assert any(n in text for n in _emergency(shown, card.kind)), (
                        f"{language} {name}: no emergency number"
                    )


def _emergency(country: str | None, kind: str) -> list[str]:
    known = BOOK.countries.get(country or "")
    return [n.number for n in known.emergency] if known and kind != "group" else list(BOOK.anywhere)


def test_3_every_digit_in_every_reply_is_in_the_data_for_that_country(country: Country) -> None:
    for language, said in country.replies.items():
        assert _unknown_numbers(country.iso, said) == [], language


@pytest.mark.parametrize("today", [OVERDUE, LONG_OVERDUE], ids=["overdue", "long overdue"])
@pytest.mark.parametrize("iso", COUNTRIES)
def test_3_nor_does_overdue_data_bring_a_digit_from_elsewhere(iso: str | None, today: date) -> None:
    for language in ("en", "ar"):
        assert _unknown_numbers(iso, replies(language, iso, today)) == [], language


def _unknown_numbers(iso: str | None, said: Iterable[tuple[str, answer.Reply]]) -> list[tuple[str, set[str]]]:
    found = [
        (name, runs(all_text(reply)) - known_numbers("IE" if name.endswith(":IE") else iso)) for name, reply in said
    ]
    return [(name, unknown) for name, unknown in found if unknown]


@pytest.mark.parametrize("iso", [iso for iso in COUNTRIES if iso])
def test_3_numbers_are_printed_exactly_as_the_data_writes_them(iso: str) -> None:
    known = BOOK.countries.get(iso)
    if known is None:
        assert answer.DEFAULT.book.lines(iso, "suicide_crisis", TODAY) == answer.DEFAULT.book.lines(
            None, "suicide_crisis", TODAY
        )
        return
    for need, data_need in answer_needs().items():
        text = all_text(answer.press(f"sos:m:{need}", "en", iso, TODAY))
        for line in BOOK.lines(iso, data_need, TODAY):
            ways = (line.phone, line.sms_number, line.whatsapp)
            assert all(way in text for way in ways if way), f"{line.id} is not printed as written"
            assert line.hours in text
            assert not line.short_code or f"+{digits(line.phone or '')}" not in text


def answer_needs() -> dict[str, str]:
    return {need: data for need, data in DATA_NEED.items() if need not in ("young", "worried", "danger", "main")}


@pytest.mark.parametrize("country", list(BOOK.countries), indirect=True)
def test_3_no_unverified_or_known_wrong_number_ever_appears(country: Country) -> None:
    known = BOOK.countries[country.iso or ""]
    forbidden = unproven_numbers()[country.iso or ""] | {digits(number) for number, _ in known.do_not_use}
    forbidden -= {n.number for n in known.emergency}
    for name, reply in country.replies["en"]:
        if name.endswith(":IE"):
            continue
        for candidate in re.findall(r"[+*#]?\d[\d ()-]*", plain(all_text(reply))):
            assert digits(candidate) not in forbidden, f"{name}: {candidate.strip()}"


def test_3_long_stale_data_leaves_only_sure_lines_with_their_date_and_the_directory() -> None:
    for country in BOOK.countries:
        for need in answer_needs():
            text = all_text(answer.press(f"sos:m:{need}", "en", country, LONG_OVERDUE))
            shown = [line for line in BOOK.countries[country].lines if f"{line.name}: " in text]
            assert all(line.confidence == "high" for line in shown)
            assert not shown or "Numbers last checked: 2026-11-22" in text
            assert "findahelpline.com" in text


def test_3_overdue_data_prints_the_date_of_the_last_check_and_fresh_data_does_not() -> None:
    assert "Numbers last checked: 2026-11-22" in all_text(answer.open("en", "IE", OVERDUE))
    assert "last checked" not in all_text(answer.open("en", "IE", TODAY))


def test_3_ukraine_is_due_every_month() -> None:
    month_later = BOOK.generated.replace(month=12, day=30)
    assert "2026-11-22" in plain(all_text(answer.open("en", "UA", month_later)))
    assert "2026-11-22" not in plain(all_text(answer.open("en", "IE", month_later)))


@pytest.mark.parametrize("language", [*LANGUAGES, None, "xx", "pt-BR", "zh_hans", "", "\U0001f642"])
def test_4_the_same_screen_for_anyone_whatever_is_known_about_them(language: str | None) -> None:
    for country in (None, "", "IE", "ZZ", "\N{EM DASH}"):
        for today in (TODAY, BOOK.generated.replace(year=1970), BOOK.generated.replace(year=9999)):
            card = answer.open(language, country, today).cards[0]
            assert card.kind == "main"
            assert "findahelpline.com" in text_of(card)


def test_7_no_card_asks_more_than_one_question() -> None:
    marks = re.compile(r"[?\u061f\uff1f]")
    for language in LANGUAGES:
        for country in (None, "IE", "US", "FR", "TR", "KE"):
            for name, reply in replies(language, country):
                asked = [
                    line
                    for line in all_text(reply).split("\n")
                    if marks.search(line) and not _is_remark(line, language)
                ]
                assert len(asked) <= 1, f"{language} {country} {name}: {asked}"


def _is_remark(line: str, language: str) -> bool:
    """ "Can't speak? Text …" tells what to do and waits for no answer; so does a service whose name is a question."""
    notes = answer.DEFAULT.shelf.languages[language].notes
    openers = [notes[key].split("?")[0].split("\u061f")[0].split("{")[0] for key in ("em_sms", "em_silent")]
    return any(opener and plain(line).startswith(opener) for opener in openers) or "need to talk?" in line


def test_7_silence_and_every_button_lead_to_help() -> None:
    for country in (None, "IE", "GH", "AE"):
        for name, reply in replies("en", country):
            text = all_text(reply)
            assert reply.cards
            back = any(button.action or button.url for button in buttons(reply))
            assert back or "/help" in text or "findahelpline.com" in text, name


def test_8_language_alone_never_changes_the_numbers() -> None:
    for country in COUNTRIES:
        for need in (None, *answer.NEEDS):
            numbers = {
                frozenset(runs(all_text(answer.open(tag, country, TODAY, first_line=need))))
                for tag in (*LANGUAGES, "de-AT", "pt-BR")
            }
            assert len(numbers) == 1, f"{country} {need}: {numbers}"


@pytest.mark.parametrize("country", list(BOOK.countries), indirect=True)
def test_8_the_name_of_the_country_stands_above_any_number(country: Country) -> None:
    for language, said in country.replies.items():
        for name, reply in said:
            shown_country = "IE" if name.endswith(":IE") else country.iso
            assert shown_country is not None
            for card in reply.cards:
                text = plain(text_of(card))
                digit = re.search(r"\d", text)
                if digit and card.kind not in ("group", "minimum") and not name.endswith(":-"):
                    title = answer.country_name(shown_country, language)
                    assert title in text[: digit.start()], f"{language} {name}"


def test_9_nothing_on_the_path_is_a_celebration_an_emoji_or_a_picture() -> None:
    for language in LANGUAGES:
        for name, reply in replies(language, "IE"):
            text = all_text(reply) + " ".join(button.label for button in buttons(reply))
            for character in text:
                category = unicodedata.category(character)
                assert category != "So", f"{language} {name}: {character!r}"
                assert character not in "!\uff01\u00a1", f"{language} {name}"


def test_10_someone_under_eighteen_is_stopped_without_scolding() -> None:
    for language in LANGUAGES:
        reply = answer.press("sos:n:young", language, "GB", TODAY)
        assert reply.effects.underage
        assert reply.effects.pause
        assert "findahelpline.com" in all_text(reply)
    assert "Papyrus" in all_text(answer.press("sos:n:young", "en", "GB", TODAY))
