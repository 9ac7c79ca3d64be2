"""The trained weights, as data: small whole numbers per hashed feature, read from `data/weights.json`.

Tables: how much a feature speaks for trouble of any kind, for each kind of trouble against harmless life, and for something
happening right now. Whoever writes of one kind is heard even where the others say nothing: the kinds are added up as chances.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.features import BITS, Marked, place_of
from bot.crisis.helplines import DATA

CATEGORIES = ("self_harm", "abuse", "sexual_assault", "danger_other")


@dataclass(frozen=True, slots=True)
class Table:
    """A linear model: weights between -127 and 127 times a scale, and a constant."""

    weights: array[int]
    scale: float
    constant: float
    bits: int

    def score(self, features: Marked) -> float:
        weight, mask = self.weights.__getitem__, (1 << self.bits) - 1
        if self.bits < BITS:
            features = [(value, [place & mask for place in places]) for value, places in features]
        return self.constant + self.scale * sum([value * sum(map(weight, places)) for value, places in features])

    def speaks(self, name: str, value: float) -> float:
        """What one feature adds to the score."""
        return self.scale * self.weights[place_of(name, self.bits)] * value

    @classmethod
    def of(cls, weights: list[float], constant: float, bits: int) -> Table:
        largest = max((abs(weight) for weight in weights), default=0.0) or 1.0
        scale = largest / 127
        return cls(array("b", (round(weight / scale) for weight in weights)), scale, constant, bits)

    def as_json(self) -> dict[str, object]:
        packed = b64encode(zlib.compress(self.weights.tobytes(), 9)).decode("ascii")
        return {"bits": self.bits, "scale": self.scale, "constant": self.constant, "weights": packed}

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> Table:
        weights = array("b")
        weights.frombytes(zlib.decompress(b64decode(str(raw["weights"]))))
        bits = int(str(raw["bits"]))
        if len(weights) != 1 << bits:
            raise ValueError("a table of weights has the wrong length")
        return cls(weights, float(str(raw["scale"])), float(str(raw["constant"])), bits)


def any_of(scores: Iterable[float]) -> float:
    """The score of "one of these", as chances add up."""
    known = list(scores)
    highest = max(known)
    return highest + math.log(sum(math.exp(score - highest) for score in known))


@dataclass(frozen=True, slots=True)
class Model:
    """The tables and what goes with them.

    strong, soft: from which score on a message gets the card or the line. doubtful: at or below it a plain statement among
    other words only softens. weak_statements: those that proved too common to decide. common: everyday words per language.
    """

    risk: Table
    categories: Mapping[str, Table]
    imminent: Table
    strong: float
    soft: float
    doubtful: float
    weak_statements: frozenset[str]
    common: Mapping[str, Mapping[str, float]]

    def score(self, features: Marked) -> tuple[float, dict[str, float]]:
        """How much speaks for trouble, and for each kind of it."""
        kinds = {name: table.score(features) for name, table in self.categories.items()}
        return self.risk.score(features) + any_of(kinds.values()), kinds

    def speaks(self, name: str, value: float, kinds: Mapping[str, float]) -> float:
        """What one feature adds to the score of a message for whose kinds of trouble so much speaks."""
        together = any_of(kinds.values())
        told = (math.exp(kinds[kind] - together) * table.speaks(name, value) for kind, table in self.categories.items())
        return self.risk.speaks(name, value) + sum(told)

    @classmethod
    def load(cls, path: Path = DATA / "weights.json") -> Model:
        """Raises OSError, KeyError, ValueError or zlib.error when the file is missing or broken."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            risk=Table.from_json(raw["risk"]),
            categories={name: Table.from_json(raw["categories"][name]) for name in CATEGORIES},
            imminent=Table.from_json(raw["imminent"]),
            strong=float(raw["strong"]),
            soft=float(raw["soft"]),
            doubtful=float(raw["doubtful"]),
            weak_statements=frozenset(raw["weak_statements"]),
            common=raw["common"],
        )

    def save(self, path: Path) -> None:
        raw = {
            "strong": self.strong,
            "soft": self.soft,
            "doubtful": self.doubtful,
            "weak_statements": sorted(self.weak_statements),
            "risk": self.risk.as_json(),
            "imminent": self.imminent.as_json(),
            "categories": {name: table.as_json() for name, table in self.categories.items()},
            "common": self.common,
        }
        path.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
