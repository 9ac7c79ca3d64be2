"""Reading what people write, on this machine only: which kind of trouble, how near, and how sure to act on it.

Two things speak. Plain statements that must never be missed (`data/words/phrases.txt`), softened where the sentence denies them,
jokes, tells of long ago, of a film or of somebody else. And a few small linear models (`data/weights.json`) for the many ways in
which people do not say it plainly. `strong` shows help at once; `soft` adds one line. Reading never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.crisis.dictionary import Dictionary
from bot.crisis.features import Seen, features, language_of, marked, see
from bot.crisis.helplines import DATA
from bot.crisis.model import CATEGORIES, Model
from bot.crisis.phrases import Found
from bot.crisis.words import SENTENCE_ENDS

Tier = Literal["strong", "soft", "none"]
WINDOW, OVERLAP, LONGEST = 320, 100, 4096
FEWEST = 3
"""Words from which the model speaks without a plain statement: "every day" is an answer to a question."""
REASONS = 8
BARE = 7
"""Words of a sentence that holds little but its plain statement: then nothing around it weighs against it."""
MEANINGS_ONLY = "cposbt"
"""Kinds of features whose names hold meanings alone, so that a reason never repeats what somebody wrote."""
_CANCELS_SENTENCE = frozenset({"FICTION", "LAUGH", "METAPHOR", "FRIENDASKED"})
_CANCELS_MESSAGE = frozenset({"RECOVERED"})
_OTHERS = frozenset({"FATHER", "MOTHER", "SIBLING", "RELATIVE", "FRIEND", "NEIGHBOR", "PARTNER", "CHILD", "GRIEF"})
_OWN = frozenset({"I", "ME", "MY", "MYSELF"})
_DENIALS = frozenset({"NOT", "NEVER"})
_DENIAL_REACH = 2
_OTHERS_REACH = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says. category: none or the kind of trouble; severity: none, concern or imminent;
    tier: how to act; why: what spoke, strongest first (words of the lists and names of features, never the message)."""

    category: str = "none"
    severity: str = "none"
    tier: Tier = "none"
    why: tuple[str, ...] = ()
    under_18: bool = False
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Detector:
    """Word lists and weights together. `DEFAULT` is the one the product uses."""

    dictionary: Dictionary
    model: Model

    @classmethod
    def load(cls, folder: Path = DATA) -> Detector:
        """Raises OSError, KeyError or ValueError when a file is missing or broken."""
        return cls(Dictionary.load(folder / "ready"), Model.load(folder / "weights.json"))

    def read(self, text: str, language: str | None = None, *, explain: bool = False) -> Reading:
        """Read one message. A long one is read in overlapping parts, and the gravest part counts."""
        parts = [self.read_part(part, language, explain=explain) for part in windows(text)]
        worst = max(parts, key=lambda reading: (_TIERS[reading.tier], reading.score))
        if any(reading.under_18 for reading in parts) and not worst.under_18:
            return Reading(worst.category, worst.severity, worst.tier, worst.why, under_18=True, score=worst.score)
        return worst

    def at_hand(self, text: str, language: str | None = None) -> bool:
        """Whether the words that reading this takes are there."""
        common, hint = self.model.common, _first(language)
        return all(self.dictionary.at_hand(language_of(part, common, hint)) for part in windows(text))

    def read_part(self, text: str, language: str | None, *, explain: bool = False) -> Reading:
        seen = see(text, self.dictionary, self.model.common, _first(language))
        spoken = marked(seen)
        score, kinds = self.model.score(spoken)
        plain = [found for found in seen.statements if found.phrase.name not in self.model.weak_statements]
        sure = [found for found in plain if not cancelled(seen, found)]
        tier = "strong" if any(is_bare(seen, found) for found in sure) else self._tier(score, sure, seen)
        young = says_under_18(seen.normal)
        why = tuple(self._why(seen, kinds)) if explain else ()
        if tier == "none":
            return Reading(under_18=young, score=score, why=why)
        said = {found.phrase.category for found in sure or seen.statements}
        category = max(said or CATEGORIES, key=lambda name: kinds[name])
        severity = "imminent" if self.model.imminent.score(spoken) > 0 else "concern"
        return Reading(category, severity, tier, why, young, score)

    def _tier(self, score: float, sure: list[Found], seen: Seen) -> Tier:
        tells = sum(word[0].isalnum() for word in seen.words) >= FEWEST
        if (sure and score > self.model.doubtful) or (tells and score >= self.model.strong):
            return "strong"
        return "soft" if seen.statements or (tells and score >= self.model.soft) else "none"

    def _why(self, seen: Seen, kinds: dict[str, float]) -> Iterator[str]:
        for found in seen.statements:
            note = " (softened)" if cancelled(seen, found) or found.phrase.name in self.model.weak_statements else ""
            yield f"statement: {found.phrase.category}, {found.phrase.language}{note}"
        spoken = sorted(
            ((self.model.speaks(n, v, kinds), n) for n, v in features(seen).items()), key=lambda pair: -abs(pair[0])
        )
        for weight, name in [pair for pair in spoken if pair[1][0] in MEANINGS_ONLY][:REASONS]:
            yield f"{weight:+.2f} {name}"
        rest = sum(weight for weight, name in spoken if name[0] not in MEANINGS_ONLY)
        yield f"{rest:+.2f} words and pieces of words"


_TIERS = {"none": 0, "soft": 1, "strong": 2}


def windows(text: str) -> list[str]:
    """A message in parts that are quick to read; what lies beyond the longest message a messenger carries is left out."""
    text = text[:LONGEST]
    if len(text) <= WINDOW:
        return [text]
    return [text[start : start + WINDOW] for start in range(0, len(text) - OVERLAP, WINDOW - OVERLAP)]


def cancelled(seen: Seen, found: Found) -> bool:
    """Whether the words around a plain statement take its edge off: then it is read as soft, never as nothing."""
    start, end = _sentence(seen.words, found)
    sentence = {meaning for place, meaning in seen.meanings if start <= place < end}
    everywhere = {meaning for _, meaning in seen.meanings}
    before = {meaning for place, meaning in seen.meanings if found.start - _DENIAL_REACH <= place < found.start}
    denied = bool(before & _DENIALS) and found.phrase.category == "self_harm"
    about_others = found.phrase.category == "self_harm" and (
        (bool(sentence & _OTHERS) and not sentence & _OWN) or _somebody_elses(seen, found)
    )
    long_ago = "AGO" in sentence and bool(everywhere & (_CANCELS_MESSAGE | {"GOOD"}))
    lighter = bool(sentence & _CANCELS_SENTENCE) or bool(everywhere & _CANCELS_MESSAGE)
    return denied or about_others or long_ago or lighter


def _sentence(words: list[str], found: Found) -> tuple[int, int]:
    start = max((i + 1 for i in range(found.start) if words[i] in SENTENCE_ENDS), default=0)
    return start, next((i for i in range(found.end, len(words)) if words[i] in SENTENCE_ENDS), len(words))


def is_bare(seen: Seen, found: Found) -> bool:
    """Whether a plain statement stands in a sentence that holds little else."""
    start, end = _sentence(seen.words, found)
    return end - start <= BARE


def _somebody_elses(seen: Seen, found: Found) -> bool:
    """Whether somebody else is named shortly before a statement, and the writer is not named in between."""
    before = [
        (place, meaning) for place, meaning in seen.meanings if found.start - _OTHERS_REACH <= place < found.start
    ]
    named = max((place for place, meaning in before if meaning in _OTHERS), default=None)
    return named is not None and not any(place > named and meaning in _OWN | {"|"} for place, meaning in before)


def _first(language: str | None) -> str | None:
    return re.split(r"[-_]", language)[0].lower() if language else None


_AGE = r"(?:8|9|1[0-7])"
_AGE_WORDS = "(?:twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
_UNDER_18 = re.compile(
    "|".join((
        rf"\b(?:i am|im|i'm) (?:only |just |still )?(?:{_AGE}|{_AGE_WORDS})"
        r"(?: years? old| yrs? old| yo\b| y/o|(?= ?(?:[.,;!?)]|$| and | but | so )))",
        r"\b(?:i am|im|i'm) (?:under ?-?(?:18|eighteen)|underage|a minor|not 18|not even 18)\b",
        rf"\btengo (?:solo )?{_AGE} anos\b|\bsoy menor de edad\b",
        rf"\b(?:eu )?tenho (?:so )?{_AGE} anos\b|\bsou menor de idade\b",
        rf"\bj'ai (?:que |seulement )?{_AGE} ans\b|\bje suis mineure?\b",
        rf"\bho (?:solo )?{_AGE} anni\b|\bsono minorenne\b",
        rf"\bich bin (?:erst )?{_AGE}(?: jahre| und|[.,;!?]|$)|\bbin minderjahrig\b",
        rf"\bмне (?:всего |только )?{_AGE}(?: лет| год|[.,;!?]|$)|\bя несовершеннолетн",
        rf"\bмені (?:лише |тільки )?{_AGE}(?: рок| рік|[.,;!?]|$)|\bя неповнолітн",
        rf"\b(?:ben )?(?:daha )?{_AGE} yas(?:indayim|imdayim)\b|\bresit degilim\b",
        rf"\b(?:main|mai) {_AGE} saal\b|मैं {_AGE} साल|मेरी उम्र {_AGE}|\bmeri umar {_AGE}\b",
        rf"عمري {_AGE}\b|انا قاصر",
    ))
)  # fmt: skip
_NOT_AN_AGE = re.compile(
    rf"{_AGE} (?:min|hour|day|week|month|km|kilo|percent|steps|weeks|years (?:in|into|sober|clean|married))"
)


def says_under_18(normal: str) -> bool:
    """Whether a normalized message says that its writer is under eighteen."""
    found = _UNDER_18.search(normal)
    return bool(found) and not _NOT_AN_AGE.search(normal)


def read(text: str, language: str | None = None, *, explain: bool = False) -> Reading:
    """Read one message: category, severity, tier, whether the writer says to be under 18, and with `explain` also why.

    language: the person's setting, only a tie-breaker; the message's own language is found from its words.
    Without its data files the reader still hears outright calls for help, through `answer`, and reads nothing else.
    """
    try:
        return _detector().read(text, language, explain=explain)
    except Exception:
        return Reading()


def at_hand(text: str, language: str | None = None) -> bool:
    """Whether `read` has all it takes; otherwise it opens the words of a language first, for which the event loop should not wait."""
    try:
        return _detector().at_hand(text, language)
    except Exception:
        return True


_LOADED: list[Detector] = []


def _detector() -> Detector:
    if not _LOADED:
        _LOADED.append(Detector.load())
    return _LOADED[0]


def problem() -> str | None:
    """Why messages are not being read, for the operator; None when all is well."""
    try:
        _detector()
    except Exception as error:
        return f"what people write is not being read: {type(error).__name__} in data/ready or data/weights.json"
    return None
