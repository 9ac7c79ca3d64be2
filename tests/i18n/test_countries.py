"""What countries are called is data; here it is held against where it comes from."""

from __future__ import annotations

from bot.service.places import COUNTRIES, find_country
from tests.i18n.countries import as_file


def test_the_names_are_those_of_the_library_as_it_is_locked() -> None:
    assert COUNTRIES.read_text("utf-8") == as_file()


def test_names_in_any_language_and_codes_find_their_country() -> None:
    said = {
        "Deutschland": "DE",
        "de": "DE",
        "Côte d’Ivoire": "CI",
        "Україна": "UA",
        "भारत": "IN",
        "uk": "GB",
        "مصر": "EG",
    }
    assert {name: find_country(name) for name in said} == said
