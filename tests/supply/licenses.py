"""Which licences come with the bot: every locked package, with the licence that it names itself. `python -m tests.supply.licenses`."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
FREE = re.compile(
    r"\b(MIT|MIT-0|BSD|BSD-[23]-Clause|Apache|APL|ISC|PSF|PSF-2\.0|Python Software Foundation|Unlicense|0BSD)\b",
    re.IGNORECASE,
)
"""Licences that ask for a notice and nothing more."""
SHARED = re.compile(r"\b(LGPL|Lesser General Public|MPL|Mozilla Public)", re.IGNORECASE)
"""Licences that also ask that changes to the package itself be shared. We change none, and install each as it is."""
ELSEWHERE = frozenset({"colorama"})
"""Locked for other systems than ours, so not installed here."""


def locked(text: str) -> list[str]:
    """The packages in a lock file."""
    return re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)


def license_of(package: str) -> str:
    """What a package says of its licence, in one line; empty where it says nothing."""
    found = metadata.metadata(package)
    classifiers = [one.rpartition(" :: ")[2] for one in found.get_all("Classifier") or [] if one.startswith("License")]
    said = found.get("License-Expression") or (found.get("License") or "").partition("\n")[0]
    return "; ".join(dict.fromkeys(filter(None, [said, *classifiers])))


def listed() -> dict[str, str]:
    """Package → licence, for everything the bot needs to run."""
    return {name: license_of(name) for name in locked(LOCK.read_text("utf-8")) if name not in ELSEWHERE}


def doubtful(found: dict[str, str]) -> dict[str, str]:
    """Packages whose licence nobody has looked at yet."""
    return {name: said for name, said in found.items() if not FREE.search(said) and not SHARED.search(said)}


def main() -> int:
    """Prints the list. Answers 1 when there is a licence that nobody has looked at."""
    found = listed()
    for name, said in found.items():
        print(f"{name}\t{said}")
    for name in doubtful(found):
        print(f"look at the licence of {name}", file=sys.stderr)
    return 1 if doubtful(found) else 0


if __name__ == "__main__":
    sys.exit(main())
