"""Trains the reader's weights from the bodies in `tests/crisis/body` and measures it on authors and kinds left out.

    python -m tests.crisis.train measure     figures with whole authors, and whole kinds, left out
    python -m tests.crisis.train write       trains on everything and writes bot/crisis/data/weights.json

Needs scikit-learn beside the development packages (`pip install scikit-learn`). The same rows give the same weights.
The held-back bodies (`tests/crisis/held`) are never read here.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.crisis.detect import cancelled, is_bare
from bot.crisis.dictionary import Dictionary
from bot.crisis.features import BITS, Seen, marked, see
from bot.crisis.helplines import DATA
from bot.crisis.model import CATEGORIES, Model, Table
from bot.crisis.words import LANGUAGES, normalize, tokens

HERE = Path(__file__).parent
LENGTHS = (4, 7, 9, 11, 13, 15, 17, 19, 21, 23, 26, 30, 35, 45)
FALSE_ALARMS_STRONG, FALSE_ALARMS_SOFT, STATEMENT_SHARE = 0.03, 0.25, 0.05
IMMINENT_BITS = 15
WORKERS = 2
ALARMING, THEIR_WEIGHT_THEN = 0.3, 4.0
ORDINARY = re.compile("ordinary|everyday|plain|one_word|emoji|^(short|mid|medium|long)")
EVERYDAY_WORDS = 250
MOST_TELLING = 3.0
LATER_AUTHORS, THEIR_WEIGHT = ("three", "four"), 0.4
"""Authors of the later rounds were asked for more oblique rows than most people write: theirs count for less."""


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


def joined_rows(rows: Sequence[Row], calm_share: float = 0.35, risk_share: float = 0.15) -> list[Row]:
    """Longer rows made of two of one author's: calm ones stay calm, a cry for help within an ordinary answer stays one.

    The bodies hold few long calm rows, and people do write long ordinary answers.
    """
    chance = random.Random(5)
    made = []
    for author in sorted({row.author for row in rows}):
        for language in LANGUAGES:
            calm = [row for row in rows if row.author == author and row.lang == language and not row.risk]
            risky = [row for row in rows if row.author == author and row.lang == language and row.risk]
            if len(calm) < 2:
                continue
            longer = chance.sample(calm, int(calm_share * len(calm)))
            made += [_joined(first, chance.choice(calm), first) for first in longer]
            for risk in chance.sample(risky, int(risk_share * len(risky))):
                other = chance.choice(calm)
                made.append(_joined(other, risk, risk) if chance.random() < 0.5 else _joined(risk, other, risk))
    return made


def _joined(first: Row, second: Row, like: Row) -> Row:
    return Row(f"{first.text} {second.text}", like.lang, like.label, like.severity, like.kind, like.author)


@dataclass(frozen=True)
class Hashed:
    """Features of many rows by the hash of their names, as the model will see them."""

    places: np.ndarray
    values: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, messages: Iterable[Seen]) -> Hashed:
        places, values, ends = array("I"), array("f"), [0]
        for seen in messages:
            for value, names in marked(seen):
                places.extend(names)
                values.extend([value] * len(names))
            ends.append(len(places))
        return cls(np.array(places, np.uint32), np.array(values, np.float32), np.array(ends))

    def matrix(self, bits: int) -> csr_matrix:
        cut = (self.places & np.uint32((1 << bits) - 1)).astype(np.int32)
        return csr_matrix((self.values, cut, self.ends), shape=(len(self.ends) - 1, 1 << bits))


def length_weights(rows: Sequence[Row]) -> list[float]:
    """Weights that make short and long messages equally likely to mean trouble, so that length itself says nothing."""
    bins = [sum(len(row.text.split()) > limit for limit in LENGTHS) for row in rows]
    risky = Counter(b for b, row in zip(bins, rows, strict=True) if row.risk)
    calm = Counter(b for b, row in zip(bins, rows, strict=True) if not row.risk)
    even = [0.05 + (1.0 if row.risk else risky[b] / calm[b]) for b, row in zip(bins, rows, strict=True)]
    return [
        weight * (THEIR_WEIGHT if row.author.endswith(LATER_AUTHORS) else 1.0)
        for weight, row in zip(even, rows, strict=True)
    ]


def fit(rows: csr_matrix, answers: Sequence[bool], weights: Sequence[float], freedom: float = 6.0) -> Table:
    """Logistic regression on features scaled by how much they tell by themselves (Wang and Manning 2012, "Baselines and
    bigrams"), rounded to the small whole numbers that ship."""
    yes = np.array(answers)
    telling = tells(rows, yes)
    model = LogisticRegression(C=freedom, solver="liblinear", dual=True, tol=0.01, random_state=1)
    model.fit(rows.multiply(telling[np.newaxis, :]).tocsr(), yes, sample_weight=weights)
    bits = rows.shape[1].bit_length() - 1
    return Table.of([float(weight) for weight in model.coef_[0] * telling], float(model.intercept_[0]), bits)


@dataclass(frozen=True)
class Risk:
    """The tables that together say how much speaks for trouble."""

    any: Table
    kinds: dict[str, Table]

    @classmethod
    def of(cls, there: csr_matrix, rows: Sequence[Row]) -> Risk:
        """Trained twice: what looked most like trouble at first, and is none, weighs more the second time."""
        risky, weights = np.array([row.risk for row in rows]), np.array(length_weights(rows))
        first = scored(fit(there, risky, weights), there)
        alarming = ~risky & (first > limit(first[~risky], ALARMING))
        weights[alarming] *= THEIR_WEIGHT_THEN
        kinds = {}
        for name in CATEGORIES:
            chosen = ~risky | np.array([row.label == name for row in rows])
            kinds[name] = fit(there[chosen], risky[chosen], weights[chosen])
        return cls(fit(there, risky, weights), kinds)

    def scores(self, there: csr_matrix) -> np.ndarray:
        return scored(self.any, there) + np.logaddexp.reduce([scored(table, there) for table in self.kinds.values()])


def tells(rows: csr_matrix, yes: np.ndarray) -> np.ndarray:
    """For every place of the table the root of its log-count ratio between the two kinds of rows, without a sign."""
    there = rows.copy()
    there.data[:] = 1
    risky = 1 + np.asarray(there[yes].sum(0)).ravel()
    calm = 1 + np.asarray(there[~yes].sum(0)).ravel()
    ratio = np.log((risky / risky.sum()) / (calm / calm.sum()))
    return np.sqrt(np.minimum(np.abs(ratio), MOST_TELLING))


def left_out(rows: Sequence[Row], there: csr_matrix, groups: Sequence[int]) -> list[float]:
    """The risk score of every row from a model that never saw its group."""
    group = np.array(groups)
    found = Parallel(n_jobs=WORKERS)(delayed(_without)(rows, there, group != one) for one in sorted(set(groups)))
    scores = np.zeros(len(rows))
    for one, some in zip(sorted(set(groups)), found, strict=True):
        scores[group == one] = some
    return [float(score) for score in scores]


def _without(rows: Sequence[Row], there: csr_matrix, learned: np.ndarray) -> np.ndarray:
    return Risk.of(there[learned], [rows[i] for i in np.flatnonzero(learned)]).scores(there[~learned])


def scored(table: Table, there: csr_matrix) -> np.ndarray:
    """What a table says of rows of features."""
    return table.constant + table.scale * (there @ np.array(table.weights, np.float32))


def authors(rows: Sequence[Row], count: int = 4) -> list[int]:
    """A group for every row, so that whole authors are left out together."""
    names = sorted({row.author for row in rows})
    random.Random(3).shuffle(names)
    return [names.index(row.author) % count for row in rows]


def limit(scores: Iterable[float], share: float) -> float:
    ordered = sorted(scores, reverse=True)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Said(NamedTuple):
    """The names of the plain statements of a row that nothing around them softens, of those among them that fill their sentence,
    and whether it holds any at all."""

    sure: set[str]
    bare: set[str]
    any: bool


def statements(messages: Iterable[Seen]) -> list[Said]:
    said = []
    for seen in messages:
        sure = [one for one in seen.statements if not cancelled(seen, one)]
        bare = {one.phrase.name for one in sure if is_bare(seen, one)}
        said.append(Said({one.phrase.name for one in sure}, bare, bool(seen.statements)))
    return said


def weak_statements(rows: Sequence[Row], said: Sequence[set[str]]) -> frozenset[str]:
    """Plain statements that seldom mean trouble: they may soften, not decide. Half of the calm rows were made to look like the
    others, so a statement that stands in as many of them as of the risky ones still speaks."""
    counts: dict[str, list[int]] = {}
    for row, names in zip(rows, said, strict=True):
        for name in names:
            counts.setdefault(name, [0, 0])[row.risk] += 1
    return frozenset(name for name, (calm, risky) in counts.items() if calm >= 3 and risky < 0.7 * calm)


def plainly_said(rows: Sequence[Row], said: Sequence[set[str]]) -> list[bool]:
    """Whether a row holds a statement that decides, judged without the rows of the same author."""
    weak = {}
    for author in {row.author for row in rows}:
        kept = [i for i, row in enumerate(rows) if row.author != author]
        weak[author] = weak_statements([rows[i] for i in kept], [said[i] for i in kept])
    return [bool(names - weak[row.author]) for row, names in zip(rows, said, strict=True)]


def limit_beside(scores: Sequence[float], decided: Sequence[bool], share: float) -> float:
    """The score from which on rows are flagged, so that together with the decided ones `share` of all are."""
    left = share * len(scores) - sum(decided)
    undecided = [score for score, sure in zip(scores, decided, strict=True) if not sure]
    return limit(undecided, max(left, 0.0) / max(1, len(undecided)))


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


def messages(rows: Sequence[Row]) -> tuple[list[Row], list[Seen], dict[str, dict[str, float]]]:
    """The rows and those joined from them, each taken apart, and the everyday words of each language."""
    dictionary, common = Dictionary.load(), everyday(rows)
    body = [*rows, *joined_rows(rows)]
    return body, [see(row.text, dictionary, common, row.lang) for row in body], common


def train(rows: Sequence[Row]) -> Model:
    """The model on everything, with limits from scores of authors left out."""
    body, seen, common = messages(rows)
    hashed = Hashed.of(seen)
    there = hashed.matrix(BITS)
    scores = left_out(body, there, authors(body))[: len(rows)]
    report(rows, scores, "authors left out, the model alone")
    risk = Risk.of(there, body)
    risky = [i for i, row in enumerate(rows) if row.risk]
    imminent = fit(
        hashed.matrix(IMMINENT_BITS)[risky], [rows[i].severity == "imminent" for i in risky], [1.0] * len(risky)
    )
    said = statements(seen[: len(rows)])
    limits = limits_of(rows, scores, said)
    return Model(risk.any, risk.kinds, imminent, *limits, weak_statements(rows, [one.sure for one in said]), common)


def limits_of(rows: Sequence[Row], scores: Sequence[float], said: Sequence[Said]) -> tuple[float, float, float]:
    """From which score on a row gets the strong card, the soft line, and below which a plain statement only softens."""
    calm = [i for i, row in enumerate(rows) if not row.risk]
    calm_scores = [scores[i] for i in calm]
    doubtful = limit(calm_scores, STATEMENT_SHARE)
    sure, bare = plainly_said(rows, [one.sure for one in said]), plainly_said(rows, [one.bare for one in said])
    decided = [bare[i] or (sure[i] and scores[i] > doubtful) for i in range(len(rows))]
    strong = limit_beside(calm_scores, [decided[i] for i in calm], FALSE_ALARMS_STRONG)
    named = [one.any for one in said]
    soft = limit_beside(calm_scores, [named[i] for i in calm], FALSE_ALARMS_SOFT)
    together(rows, [d or s > strong for d, s in zip(decided, scores, strict=True)], "strong, authors left out")
    for share in (0.1, 0.15, FALSE_ALARMS_SOFT, 0.25, 0.3):
        edge = limit_beside(calm_scores, [named[i] for i in calm], share)
        flagged = [n or s > edge for n, s in zip(named, scores, strict=True)]
        together(rows, flagged, f"strong or soft at {share:.0%}, authors left out")
    return strong, soft, doubtful


def together(rows: Sequence[Row], flagged: Sequence[bool], title: str) -> None:
    """How many of each label are flagged, and of the calm rows how many ordinary ones and how many made to look alike."""
    counts: dict[str, list[int]] = {}
    for row, one in zip(rows, flagged, strict=True):
        for group in (
            ("found", row.label) if row.risk else ("calm", "ordinary" if ORDINARY.search(row.kind) else "look-alike")
        ):
            counts.setdefault(group, []).append(one)
    print(title, {group: f"{sum(one) / len(one):.1%}" for group, one in sorted(counts.items())})


def main(action: str) -> None:
    rows = read_body(HERE / "body")
    if action == "measure":
        body, seen, _ = messages(rows)
        there = Hashed.of(seen).matrix(BITS)
        report(rows, left_out(body, there, authors(body))[: len(rows)], "authors left out")
        report(rows, left_out(body, there, folds(body))[: len(rows)], "kinds left out")
    else:
        model = train(rows)
        print("statements that only soften:", sorted(model.weak_statements))
        model.save(DATA / "weights.json")


if __name__ == "__main__":
    main(sys.argv[1])
