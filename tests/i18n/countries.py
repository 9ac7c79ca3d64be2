"""`python -m tests.i18n.countries`: writes down what countries are called in the languages that people may type them in."""

from __future__ import annotations

from collections import defaultdict

from babel import Locale

from bot.service.places import COUNTRIES, fold

LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "ru", "uk", "tr", "hi", "ar")
NO_COUNTRIES = ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")
HEAD = """\
# Countries by their ISO 3166 code, and what they are called, as names are compared; where two share a name, it is the first one's.
# Made by tests/i18n/countries.py from Unicode CLDR (cldr.unicode.org), Unicode License v3.
"""


def as_file() -> str:
    """What the file has to be."""
    taken: dict[str, str] = {}
    for language in LANGUAGES:
        for iso, name in Locale(language).territories.items():
            if len(iso) == 2 and iso.isalpha() and iso not in NO_COUNTRIES:
                taken.setdefault(fold(name), iso)
                taken.setdefault(iso.lower(), iso)
    called: dict[str, list[str]] = defaultdict(list)
    for name, iso in taken.items():
        if name != iso.lower():
            called[iso].append(name)
    return HEAD + "".join(f"{iso}\t{','.join(names)}\n" for iso, names in sorted(called.items()))


if __name__ == "__main__":
    COUNTRIES.write_text(as_file(), "utf-8")
