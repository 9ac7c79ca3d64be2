"""The helplines and texts as data: their rules, their checks, the review."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.crisis import answer, helplines
from bot.crisis.answer import Room
from bot.crisis.check import all_lines, as_json, check, placeholders, shown_numbers, unproven_numbers
from bot.crisis.lint import Lint
from bot.crisis.review import UnknownEntryError, review_sheet, stamp, ticked
from tests.crisis.everything import BOOK, LANGUAGES, LONG_OVERDUE, TODAY, all_text, digits, runs

SHELF = answer.DEFAULT.shelf


def test_every_recommended_line_of_the_research_is_there() -> None:
    assert len(BOOK.countries) == 48
    assert sum(len(country.lines) for country in BOOK.countries.values()) == 161
    assert {line.id for line in BOOK.international} == {"intl-findahelpline", "intl-befrienders", "intl-chayn"}


def test_the_shipped_data_has_no_mistake_of_ours() -> None:
    assert BOOK.problems == ()
    assert SHELF.problems == ()
    assert [finding for finding in check(TODAY) if finding.is_error] == []


def test_no_recommended_line_has_low_confidence_or_no_source() -> None:
    for line in all_lines(BOOK):
        assert line.confidence in ("high", "medium")
        assert line.sources
        assert all(key in BOOK.sources for key in line.sources)
        assert line.hours


def test_no_known_wrong_or_unproven_number_is_among_the_shown() -> None:
    unproven = unproven_numbers()
    for iso, country in BOOK.countries.items():
        wrong = {digits(number) for number, _ in country.do_not_use} | unproven[iso]
        for line in country.lines:
            assert not shown_numbers(line) & wrong, line.id


def test_a_short_code_never_gets_a_country_prefix() -> None:
    for line in all_lines(BOOK):
        if line.short_code:
            assert not any(number.startswith(("+", "00")) and len(number) > 4 for number in line.dial), line.id
            assert not (line.phone or "").startswith("+")


def test_needs_with_no_line_are_called_gaps() -> None:
    for iso, country in BOOK.countries.items():
        offered = {need for line in country.lines for need in line.needs}
        for need in ("suicide_crisis", "domestic_violence", "sexual_violence", "lgbtq"):
            assert (need in offered) != (need in country.gaps), f"{iso} {need}"


def test_unchecked_lines_and_unreviewed_texts_are_told_to_the_operator_with_a_source() -> None:
    findings = check(TODAY)
    unchecked = {finding.where: finding for finding in findings if finding.rule == "unchecked"}
    assert unchecked.keys() == {line.id for line in all_lines(BOOK)}
    assert unchecked["gb-samaritans"].source == "https://www.samaritans.org"
    assert {finding.where for finding in findings if finding.rule == "texts-unreviewed"} == set(LANGUAGES)
    assert {row["rule"] for row in as_json(findings)} >= {"unchecked", "gap", "texts-unreviewed"}


def test_overdue_data_is_a_finding_and_fresh_data_is_not() -> None:
    assert not any(finding.rule == "review-due" for finding in check(BOOK.generated))
    overdue = check(BOOK.review_by.replace(day=21))
    assert {"review-due"} <= {finding.rule for finding in overdue}
    assert "gave-way" in {finding.rule for finding in check(LONG_OVERDUE)}


def test_checks_find_planted_mistakes(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(helplines.DATA, tmp_path / "data"))
    raw = json.loads((folder / "helplines.json").read_text())
    raw["countries"]["GB"]["lines"][0]["dial"] = ["999999"]
    raw["countries"]["NZ"]["lines"][3] |= {"phone": "0800 044 334", "dial": ["0800044334"]}
    raw["countries"]["AU"]["lines"][0]["sources"] = ["nowhere"]
    raw["countries"]["AU"]["gaps"] = ["suicide_crisis"]
    raw["countries"]["AU"]["lines"][1]["notes"] = [{"key": "unheard_of", "numbers": []}]
    (folder / "helplines.json").write_text(json.dumps(raw))
    words = json.loads((folder / "texts" / "de.json").read_text())
    words["cards"]["opener"] = "Super! Ruf 112 an."
    words["cards"]["directory"] = "Weltweit"
    (folder / "texts" / "de.json").write_text(json.dumps(words))
    rules = {(finding.rule, finding.where) for finding in check(TODAY, folder) if finding.is_error}
    assert rules >= {
        ("dial-differs", "gb-samaritans"),
        ("number-unproven", "nz-women-s-refuge"),
        ("source-unknown", "au-lifeline"),
        ("gap-contradicted", "AU"),
        ("note-unknown", "en notes.unheard_of"),
        ("word-forbidden", "de cards.opener"),
        ("digit-in-text", "de cards.opener"),
        ("keys-differ", "de cards.directory"),
    }


def test_a_stamp_writes_the_date_and_gives_a_line_its_age_back(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(helplines.DATA, tmp_path / "data"))
    path = folder / "helplines.json"
    assert "Text About It" not in all_text(Room.load(folder).open("en", "IE", LONG_OVERDUE))
    assert stamp(["ie-text-about-it", "ie-samaritans-ireland"], LONG_OVERDUE, "N. N.", path) == 2
    room = Room.load(folder)
    text = all_text(room.open("en", "IE", LONG_OVERDUE))
    assert "Text About It" in text
    assert "last checked" not in text
    assert not any(f.rule == "unchecked" and f.where == "ie-text-about-it" for f in check(LONG_OVERDUE, folder, room))
    with pytest.raises(UnknownEntryError):
        stamp(["ie-text-about-it", "no-such-line"], TODAY, "N. N.", path)
    assert Room.load(folder).book.countries["IE"].lines[1].last_checked == LONG_OVERDUE


def test_stamping_nothing_changes_not_a_byte(tmp_path: Path) -> None:
    path = Path(shutil.copy(helplines.DATA / "helplines.json", tmp_path))
    before = path.read_bytes()
    assert stamp([], TODAY, "N. N.", path) == 0
    assert path.read_bytes() == before


def test_the_review_page_lists_every_line_with_what_to_compare_and_open() -> None:
    page = review_sheet(TODAY)
    for line in all_lines(BOOK):
        assert f'value="{line.id}"' in page
    assert "0800 567 567" in page
    assert "Never use: 1-800-273-8255" in page
    assert "http" not in page.split("<script>")[1]
    assert "<link" not in page
    assert "src=" not in page


def test_what_the_page_saves_can_be_stamped_and_other_files_are_refused() -> None:
    saved = json.dumps({"checked": ["gb-shout"], "checked_on": "2027-01-05", "by": "N. N."})
    assert ticked(saved) == (["gb-shout"], date(2027, 1, 5), "N. N.")
    for wrong in ("", "[]", "{}", '{"checked": 1}', "not json"):
        with pytest.raises(ValueError, match=r".+"):
            ticked(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    english, words = SHELF.languages["en"], SHELF.languages[language]
    for section in ("cards", "ways", "notes", "buttons"):
        mine, model = getattr(words, section), getattr(english, section)
        assert list(mine) == list(model)
        for key in model:
            assert placeholders(mine[key]) == placeholders(model[key]), f"{section}.{key}"
            assert mine[key].strip() == mine[key]
            assert language == "en" or len(mine[key]) < 25 or mine[key] != model[key], (
                f"{section}.{key} is not translated"
            )


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_hours_audiences_and_places_are_known_in_every_language(language: str) -> None:
    phrases = SHELF.languages[language].phrases
    for line in all_lines(BOOK):
        for given in (line.hours, line.audience, line.scope):
            if given and re.search(r"[A-Za-z]{3}", given) and (line.phone or line.writes) and not given[0].isupper():
                assert given in phrases, f"{line.id}: {given}"
    for given, said in phrases.items():
        assert runs(said) == runs(given), f"{given} → {said}"


def test_the_word_lint_passes_in_every_language_and_covers_each() -> None:
    assert Lint.load().shelf(SHELF) == []


@pytest.mark.parametrize(
    ("language", "sentence", "rule"),
    [
        ("en", "He committed suicide", "stigma"),
        ("en", "We are watching over you", "promise"),
        ("en", "This is confidential", "promise"),
        ("en", "You should leave him", "pressure"),
        ("en", "Well done", "cheer"),
        ("en", "You made it \U0001f389", "cheer"),
        ("en", "Low risk", "verdict"),
        ("en", "Your therapist", "claim"),
        ("es", "No estás sola", "promise"),
        ("de", "Selbstmord begehen", "stigma"),
        ("fr", "Pourquoi restez-vous", "pressure"),
        ("pt", "Parabéns", "cheer"),
        ("it", "Andrà meglio", "promise"),
        ("ru", "Вы не одни", "promise"),
        ("uk", "Стане краще", "promise"),
        ("tr", "Neden gitmediniz", "pressure"),
        ("hi", "आप अकेले नहीं हैं", "promise"),
        ("ar", "لست وحدك", "promise"),
    ],
)
def test_the_word_lint_catches_what_it_should(language: str, sentence: str, rule: str) -> None:
    assert rule in {offence.rule for offence in Lint.load().text(language, "x", sentence)}


def test_country_names_are_known_in_every_language() -> None:
    for language in LANGUAGES:
        names = {answer.country_name(iso, language) for iso in BOOK.countries}
        assert len(names) == len(BOOK.countries)
    assert answer.country_name("DE", "fr") == "Allemagne"
    assert answer.country_name("BD", "en") == "Bangladesh"
    assert answer.country_name("QQ", "en") == "QQ"
