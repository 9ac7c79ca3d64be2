"""Trains the reader's weights from the bodies in `tests/crisis/body` and measures it on authors and kinds left out.

    python -m tests.crisis.train measure     figures with whole authors, and whole kinds, left out
    python -m tests.crisis.train write       trains on everything and writes bot/crisis/data/weights.json

Plain Python, the same result every time. The held-back bodies (`tests/crisis/held`) are never read here.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.crisis.features import BITS, features, place_of, see
from bot.crisis.helplines import DATA
from bot.crisis.model import CATEGORIES, Model, Table
from bot.crisis.words import LANGUAGES, Dictionary, normalize, tokens

HERE = Path(__file__).parent
EPOCHS, RATE, SHRINK = 14, 0.25, 0.00003
LENGTHS = (4, 7, 9, 11, 13, 15, 17, 19, 21, 23, 26, 30, 35, 45)
FALSE_ALARMS_STRONG, FALSE_ALARMS_SOFT = 0.025, 0.15
CATEGORY_BITS, IMMINENT_BITS = 14, 15
EVERYDAY_WORDS = 250


@dataclass(frozen=True)
class Row:
    text: str
    lang: str
    label: str
    severity: str
    kind: str
    author: str

    @property
    def risk(self) -> bool:
        return self.label != "none"


def read_body(folder: Path) -> list[Row]:
    """Every row of every part; the author is the part's name."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        if path.name.startswith("held"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            rows.append(Row(raw["text"], raw["lang"], raw["label"], raw["severity"], raw["kind"], path.stem))
    return rows


def everyday(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """The words that tell a language apart, with how much each says for it."""
    counts: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for row in rows:
        if row.lang in counts:
            counts[row.lang].update(word for word in tokens(normalize(row.text), row.lang) if word[0].isalpha())
    totals = {language: sum(counter.values()) or 1 for language, counter in counts.items()}
    found: dict[str, dict[str, float]] = {}
    for language, counter in counts.items():
        scored = {}
        for word, count in counter.items():
            elsewhere = max(counts[other][word] / totals[other] for other in LANGUAGES if other != language)
            gain = math.log((count / totals[language] + 1e-4) / (elsewhere + 1e-4))
            if count >= 3 and gain > 0.7:
                scored[word] = (count, round(gain, 2))
        common = sorted(scored, key=lambda word: (-scored[word][0], word))[:EVERYDAY_WORDS]
        found[language] = {word: scored[word][1] for word in sorted(common)}
    return found


Vector = tuple[list[int], list[float]]


def vectors(rows: Sequence[Row], dictionary: Dictionary, common: dict[str, dict[str, float]]) -> list[dict[str, float]]:
    return [features(see(row.text, dictionary, common, row.lang)) for row in rows]


def hashed(named: dict[str, float], bits: int, kinds: str = "gcpos") -> Vector:
    kept = [(place_of(name, bits), value) for name, value in named.items() if name[0] in kinds]
    return [place for place, _ in kept], [value for _, value in kept]


def length_weights(rows: Sequence[Row]) -> list[float]:
    """Weights that make short and long messages equally likely to mean trouble, so that length itself says nothing."""
    bins = [sum(len(row.text.split()) > limit for limit in LENGTHS) for row in rows]
    risky = Counter(b for b, row in zip(bins, rows, strict=True) if row.risk)
    calm = Counter(b for b, row in zip(bins, rows, strict=True) if not row.risk)
    return [0.05 + (1.0 if row.risk else risky[b] / calm[b]) for b, row in zip(bins, rows, strict=True)]


def fit(data: Sequence[Vector], answers: Sequence[bool], weights: Sequence[float], bits: int, seed: int = 7) -> Table:
    """Logistic regression by stochastic gradient with a step per feature, averaged over the last half."""
    w = [0.0] * (1 << bits)
    steps = [1e-3] * (1 << bits)
    total = [0.0] * (1 << bits)
    constant = constant_total = 0.0
    averaged = 0
    order = list(range(len(data)))
    shuffle = random.Random(seed).shuffle
    for epoch in range(EPOCHS):
        shuffle(order)
        for index in order:
            places, values = data[index]
            z = constant
            for place, value in zip(places, values, strict=True):
                z += w[place] * value
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, z)))) - answers[index]) * weights[index]
            constant -= 0.01 * error
            for place, value in zip(places, values, strict=True):
                gradient = error * value + SHRINK * w[place]
                steps[place] += gradient * gradient
                w[place] -= RATE * gradient / math.sqrt(steps[place])
        if epoch >= EPOCHS // 2:
            averaged += 1
            constant_total += constant
            total = [t + x for t, x in zip(total, w, strict=True)]
    return Table.of([t / averaged for t in total], constant_total / averaged, bits)


def left_out(rows: Sequence[Row], named: Sequence[dict[str, float]], groups: Sequence[object]) -> list[float]:
    """The risk score of every row from a model that never saw its group."""
    data = [hashed(one, BITS) for one in named]
    scores = [0.0] * len(rows)
    for group in sorted(set(groups), key=str):
        train = [i for i, g in enumerate(groups) if g != group]
        weights = length_weights([rows[i] for i in train])
        table = fit([data[i] for i in train], [rows[i].risk for i in train], weights, BITS)
        for i, g in enumerate(groups):
            if g == group:
                scores[i] = table.score(named[i])
    return scores


def limit(scores: Iterable[float], share: float) -> float:
    ordered = sorted(scores, reverse=True)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def weak_statements(rows: Sequence[Row], dictionary: Dictionary, common: dict[str, dict[str, float]]) -> frozenset[str]:
    """Plain statements that mean trouble in less than six of ten rows of the body: they may soften, not decide."""
    from bot.crisis.detect import cancelled

    counts: dict[str, list[int]] = {}
    for row in rows:
        seen = see(row.text, dictionary, common, row.lang)
        for found in seen.statements:
            if not cancelled(seen, found):
                counts.setdefault(found.phrase.name, [0, 0])[row.risk] += 1
    return frozenset(name for name, (calm, risky) in counts.items() if calm >= 2 and risky < 1.5 * calm)


def folds(rows: Sequence[Row], count: int = 5) -> list[int]:
    kinds = sorted({f"{row.label} {row.kind}" for row in rows})
    random.Random(3).shuffle(kinds)
    place = {kind: index % count for index, kind in enumerate(kinds)}
    return [place[f"{row.label} {row.kind}"] for row in rows]


def report(rows: Sequence[Row], scores: Sequence[float], title: str) -> None:
    calm = [s for row, s in zip(rows, scores, strict=True) if not row.risk]
    print(f"{title}: {len(rows)} rows")
    for share in (0.01, 0.03, 0.1, 0.15, 0.2, 0.3):
        edge = limit(calm, share)
        recall = {
            label: sum(s > edge for row, s in zip(rows, scores, strict=True) if row.label == label)
            / max(1, sum(row.label == label for row in rows))
            for label in CATEGORIES
        }
        everything = sum(s > edge for row, s in zip(rows, scores, strict=True) if row.risk) / sum(r.risk for r in rows)
        print(f"  {share:.0%} of calm rows flagged: found {everything:.1%}", {k: f"{v:.0%}" for k, v in recall.items()})


def train(rows: Sequence[Row]) -> tuple[Model, list[float]]:
    """The model on everything, with limits from scores of authors left out."""
    dictionary, common = Dictionary.load(), everyday(rows)
    named = vectors(rows, dictionary, common)
    scores = left_out(rows, named, [row.author for row in rows])
    calm = [score for row, score in zip(rows, scores, strict=True) if not row.risk]
    risk = fit([hashed(n, BITS) for n in named], [r.risk for r in rows], length_weights(rows), BITS)
    risky = [i for i, row in enumerate(rows) if row.risk]
    data = [hashed(named[i], CATEGORY_BITS) for i in risky]
    counts = Counter(rows[i].label for i in risky)
    even = [len(risky) / (4 * counts[rows[i].label]) for i in risky]
    categories = {name: fit(data, [rows[i].label == name for i in risky], even, CATEGORY_BITS) for name in CATEGORIES}
    now = [hashed(named[i], IMMINENT_BITS) for i in risky]
    imminent = fit(now, [rows[i].severity == "imminent" for i in risky], [1.0] * len(risky), IMMINENT_BITS)
    strong, soft = limit(calm, FALSE_ALARMS_STRONG), limit(calm, FALSE_ALARMS_SOFT)
    weak = weak_statements(rows, dictionary, common)
    return Model(risk, categories, imminent, strong, soft, weak, common), scores


def main(action: str) -> None:
    rows = read_body(HERE / "body")
    if action == "measure":
        dictionary, common = Dictionary.load(), everyday(rows)
        named = vectors(rows, dictionary, common)
        report(rows, left_out(rows, named, [row.author for row in rows]), "authors left out")
        report(rows, left_out(rows, named, folds(rows)), "kinds left out")
    else:
        model, scores = train(rows)
        report(rows, scores, "authors left out")
        print("statements that only soften:", sorted(model.weak_statements))
        model.save(DATA / "weights.json")


if __name__ == "__main__":
    main(sys.argv[1])
