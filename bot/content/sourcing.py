"""Rules about where a lesson's claims come from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.content.draft import Draft
from bot.content.finding import Spot, WideSpot
from bot.content.marks import ADVICE
from bot.content.read import Reading
from bot.course.lesson import Part, Proof

STRONG = (Proof.REVIEW, Proof.GUIDELINE, None)
"""Kinds of proof that speak of more than one study. A source without a kind is a finding of its own."""
SEVERAL = re.compile(
    r"\b(?:trials|reviews?|meta-analys[ei]s|pooled|help(?:s|ed)? (?:many|most) people|eas(?:es|ed) \w+ (?:for|in) many)\b",
    re.IGNORECASE,
)
MARKED_PARTS = (Part.IDEA, Part.IDEA_WITHOUT_CLOSENESS, Part.DEEPER)


def sentence_unmarked(draft: Draft) -> Iterable[Spot]:
    """Every sentence of Idea and Deeper is closed by a mark of its own paragraph: a source, or [advice]."""
    for part in MARKED_PARTS:
        for sentence in draft.parts[part].sentences() if part in draft.parts else ():
            if not sentence.marks:
                yield sentence.line, f'No mark closes "{_start(sentence.text)}" in {part.value.capitalize()}.'


def mark_idle(draft: Draft) -> Iterable[Spot]:
    """A mark stands behind the sentences it closes, in the same paragraph."""
    for text in draft.parts.values():
        for paragraph in text.paragraphs:
            yield from ((line, "This mark stands behind no sentence.") for line in paragraph.idle)


def no_source(draft: Draft) -> Iterable[Spot]:
    """A lesson rests on at least one source, not on advice alone."""
    if Part.IDEA in draft.parts and not draft.cites:
        yield draft.parts[Part.IDEA].line, "The lesson cites no source."


def source_unknown(reading: Reading) -> Iterable[WideSpot]:
    """Every source that a lesson cites is in references.yaml."""
    for draft in reading.drafts:
        for text in draft.parts.values():
            for sentence in text.sentences():
                for name in sentence.marks:
                    if name != ADVICE and name not in reading.course.sources:
                        yield draft.file, sentence.line, f"references.yaml has no source {name}."


def memory_only(reading: Reading) -> Iterable[WideSpot]:
    """A lesson that rests only on sources nobody has checked says so, until someone has."""
    sources = reading.course.sources
    for draft in reading.drafts:
        known = [sources[name] for name in draft.cites if name in sources]
        marked = draft.head.get("check_sources_before_release", False)
        if known and all(source.verified == "memory" for source in known) and not marked:
            names = ", ".join(source.id for source in known)
            line = draft.parts[Part.IDEA].line if Part.IDEA in draft.parts else 1
            yield draft.file, line, f"Only unchecked sources: {names}."


def source_kind_missing(reading: Reading) -> Iterable[WideSpot]:
    """Every source that a lesson cites says what kind of proof it is: learners are told, and words are held against it."""
    sources = reading.course.sources
    for draft in reading.drafts:
        for name in dict.fromkeys(draft.cites):
            if name in sources and sources[name].kind is None:
                yield draft.file, draft.parts[Part.IDEA].line if Part.IDEA in draft.parts else 1, f"{name} has no kind."


def proof_too_weak(reading: Reading) -> Iterable[WideSpot]:
    """A sentence that speaks of trials or a review, or of help for many people, rests on a review, a guideline, or on two studies
    at least."""
    sources = reading.course.sources
    for draft in reading.drafts:
        if draft.language != "en":
            continue
        for text in draft.parts.values():
            for sentence in text.sentences():
                known = [sources[name] for name in sentence.marks if name in sources]
                alone = len(known) == 1 and known[0].kind not in STRONG
                if alone and (found := SEVERAL.search(sentence.text)):
                    yield draft.file, sentence.line, f'"{found.group()}" rests on {known[0].id} alone.'


def _start(text: str) -> str:
    return text if len(text) <= 50 else text[:49].rstrip() + "…"
