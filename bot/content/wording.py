"""Rules about words. Which words, is data: words/<language>.toml, described at the head of words/en.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import zip_longest
from typing import Any

from bot.content.draft import Draft
from bot.content.finding import Rule, Spot
from bot.content.prose import sentences
from bot.content.shape import SHOWN_KEYS, messages
from bot.course.lesson import Part

_NEGATED = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nothing|nobody|cannot|without|\w+n['’]t|less|rather than|instead of)\b"
    r"[^.?!;:]{0,45}$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|\*+[^*]+\*+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a-\u23ff](?![\ufe0e])")
_NUMBER = r"\d+(?:[.,]\d+)?"
_PERCENT = re.compile(
    rf"({_NUMBER})(?:\s*(?:-|–|to)\s*({_NUMBER}))?\s*(?:%|percent\b|per cent\b|(?:in|out of) (?:a )?(?:100|hundred)\b)",
    re.IGNORECASE,
)
_PERCENT_WORD = re.compile(r"(?<!\d)(?<!\d )(?:percent(?:age)?s?|per cent)\b", re.I)
# The numbers that lessons may print, with the sources that carry them.
ALLOWED_PERCENT = {"7.5": {"I10"}, "33": {"K01", "K02"}, "46": {"K01", "K02"}, "41": {"K03"}}
_DIVORCE = re.compile(r"\bdivorc\w*", re.I)
_PREDICTS = re.compile(r"\bpredict\w*|\bchance|\blikel\w*|\brisk|\d|\bforecast\w*", re.I)
_SET_ASIDE = re.compile(r"\bnot\b|\bno\b|\w+n['’]t\b", re.IGNORECASE)
_ONE_IN_TWENTY = re.compile(r"\b1 in 20\b|\bone in twenty\b", re.I)


@dataclass(frozen=True, slots=True)
class Words:
    """One group of expressions of a rule and where they are fine. `below`: only lessons of a lower sensitivity."""

    pattern: re.Pattern[str]
    use: str
    unless: re.Pattern[str] | None
    negated: bool
    quoted: bool
    only_in: frozenset[str]
    not_in: frozenset[str]
    below: int


@dataclass(frozen=True, slots=True)
class WordingRule:
    """One rule of a wording file. The last three say which lessons it leaves alone: those with a front matter key, of a
    track, or citing a source whose id begins so."""

    rule: Rule
    words: tuple[Words, ...]
    unless_key: str
    unless_track: frozenset[str]
    unless_source: str

    def finds(self, draft: Draft) -> Iterable[Spot]:
        """Every place where the lesson uses one of the words."""
        if draft.head.get(self.unless_key) or draft.track in self.unless_track or self._cited(draft):
            return
        said = statements(draft)
        everything = "\n".join(text for _, _, text in said)
        for words in self.words:
            if draft.sensitivity < words.below and words.pattern.search(everything):
                for name, line, text in said:
                    yield from ((line, says) for says in _found(words, name, text))

    def _cited(self, draft: Draft) -> bool:
        cites = draft.lesson.cites if draft.lesson else ()
        return bool(self.unless_source) and any(name.startswith(self.unless_source) for name in cites)


def statements(draft: Draft) -> list[tuple[str, int, str]]:
    """(part or key, line, sentence) of everything a learner may read."""
    said = [(key, draft.key_line(key), text) for key in SHOWN_KEYS for text in sentences(draft.head.get(key, ""))]
    said += [(part.value, found.line, found.text) for part, text in draft.parts.items() for found in text.sentences()]
    return said


def _found(words: Words, name: str, text: str) -> Iterator[str]:
    if name in words.not_in or (words.only_in and name not in words.only_in):
        return
    for match in words.pattern.finditer(text):
        if words.unless and words.unless.search(text):
            return
        if words.negated and _NEGATED.search(text[: match.start()]):
            continue
        if words.quoted and any(q.start() <= match.start() < q.end() for q in _QUOTED.finditer(text)):
            continue
        yield f'"{match.group().strip()}" in {name.capitalize()}; say {words.use}.'


@lru_cache
def wording_rules(language: str) -> tuple[WordingRule, ...]:
    """The wording rules for a language; none where it has no file. A broken file is ours to repair and raises."""
    file = resources.files("bot.content") / "words" / f"{language}.toml"
    if not file.is_file():
        return ()
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    safe = data.pop("safe")["words"]
    return tuple(_rule(name, entry, safe) for name, entry in data.items())


def _rule(name: str, entry: Mapping[str, Any], safe: list[str]) -> WordingRule:
    return WordingRule(
        Rule(name, entry["level"], entry["about"], entry["fix"]),
        tuple(_words(entry, group, safe) for group in entry["words"]),
        entry.get("unless_key", ""),
        frozenset(entry.get("unless_track", ())),
        entry.get("unless_source", ""),
    )


def _words(rule: Mapping[str, Any], group: Mapping[str, Any], safe: list[str]) -> Words:
    unless = [*rule.get("unless", ()), *group.get("unless", ())] + (safe if group.get("safe") else [])
    flags = re.NOFLAG if group.get("case") else re.IGNORECASE
    return Words(
        pattern=_any_of(group["avoid"], flags),
        use=group["use"],
        unless=_any_of(unless, re.IGNORECASE) if unless else None,
        negated=group.get("negated", rule.get("negated", False)),
        quoted=group.get("quoted", rule.get("quoted", False)),
        only_in=frozenset(group.get("only_in", rule.get("only_in", ()))),
        not_in=frozenset(group.get("not_in", rule.get("not_in", ()))),
        below=group.get("below", 3),
    )


def _any_of(expressions: Iterable[str], flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(expressions)})(?!\w)", flags)


def percent_forbidden(draft: Draft) -> Iterable[Spot]:
    """No percentages, but for the few whose sources carry them (see below); "1 in 3" reads better."""
    for text in draft.parts.values():
        for sentence in text.sentences():
            for match in _PERCENT.finditer(sentence.text):
                numbers = [number.replace(",", ".") for number in match.groups() if number]
                if not all(ALLOWED_PERCENT.get(number, set()) & set(sentence.marks) for number in numbers):
                    yield sentence.line, f'"{match.group()}" is not a number that lessons may print.'
            if not _PERCENT.search(sentence.text) and _PERCENT_WORD.search(sentence.text):
                yield sentence.line, "Percentages are spoken of."


def number_misread(draft: Draft) -> Iterable[Spot]:
    """No prediction of divorce, unless without a number and set aside at once; and a survey score is never told as a
    diagnosis."""
    for text in draft.parts.values():
        found = list(text.sentences())
        for sentence, after in zip_longest(found, found[1:]):
            predicted = _DIVORCE.search(sentence.text) and _PREDICTS.search(sentence.text)
            set_aside = _SET_ASIDE.search(sentence.text) or (after and _SET_ASIDE.search(after.text))
            if predicted and (not set_aside or re.search(r"\d", sentence.text)):
                yield sentence.line, "Divorce is predicted here."
            if _ONE_IN_TWENTY.search(sentence.text) and "not a diagnosis" not in text.text:
                yield sentence.line, 'The survey figure stands here without "this is not a diagnosis".'


def exclamation(draft: Draft) -> Iterable[Spot]:
    """No exclamation marks: the voice is calm."""
    for name, line, text in statements(draft):
        if "!" in text or "！" in text:
            yield line, f"There is an exclamation mark in {name.capitalize()}."


def emoji(draft: Draft) -> Iterable[Spot]:
    """At most one emoji in a message, and none where a lesson is about getting help."""
    most = 0 if draft.track == "help" else 1
    bodies = [(message.line, "\n".join(message.paragraphs)) for message in messages(draft)]
    alone = (Part.DEEPER, Part.SHORT, Part.GENTLER)
    bodies += [(draft.parts[part].line, draft.parts[part].text) for part in alone if part in draft.parts]
    for line, body in bodies:
        count = len(_EMOJI.findall(body))
        if count > most:
            yield line, f"The message has {count} emoji, more than {most}."
