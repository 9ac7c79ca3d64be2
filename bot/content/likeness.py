"""Rules about the course as a whole: that lessons do not repeat one another, and that they fit together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from bot.content.draft import Draft
from bot.content.finding import WideSpot
from bot.content.prose import words
from bot.content.read import Reading
from bot.content.shape import PRACTICES
from bot.course.lesson import Part

SHINGLE = 4  # words
MOST_ALIKE = 0.05  # Jaccard index of two lessons' shingles; lessons written one by one stay under 0.02
REPEATED_WORDS = 6  # shorter sentences may recur
STOCK_PARTS = (Part.NOTE, Part.WAY_OUT)  # safety lines that are meant to sound alike
STOCK_TIMES = 3  # lessons that may share one of them
HOOK_WORDS = 3
_SEXUAL = re.compile(r"\b(?:(?:bi|a)?sex\w*|desire\w*|orgasm\w*|arous\w*|libido|intimacy)\b", re.IGNORECASE)
_SHOWN_TO_ALL = (Part.HOOK, *PRACTICES, Part.REFLECT, Part.WAY_OUT, Part.SHORT, Part.GENTLER)


def similar_lessons(reading: Reading) -> Iterable[WideSpot]:
    """No two lessons share more than a few strings of four words: each is written for itself."""
    for drafts in _by_language(reading).values():
        shingles = [(draft, _shingles(draft)) for draft in drafts]
        for (one, first), (other, second) in combinations(shingles, 2):
            shared = len(first & second)
            if shared and shared / (len(first) + len(second) - shared) > MOST_ALIKE:
                yield other.file, 1, f"This lesson and {one.file} share {shared} strings of {SHINGLE} words."


def _shingles(draft: Draft) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for part, text in draft.parts.items():
        if part not in (*STOCK_PARTS, Part.IDEA_WITHOUT_CLOSENESS):
            spoken = [word.lower() for word in words(text.text)]
            found.update(zip(*(spoken[i:] for i in range(SHINGLE)), strict=False))
    return found


def repeated_sentence(reading: Reading) -> Iterable[WideSpot]:
    """No sentence of six words or more stands in two lessons; note and way out may share theirs with two others."""
    for drafts in _by_language(reading).values():
        places: dict[tuple[str, ...], list[tuple[Draft, Part, int]]] = defaultdict(list)
        for draft in drafts:
            for part, text in draft.parts.items():
                for sentence in text.sentences():
                    spoken = tuple(word.lower() for word in words(sentence.text))
                    if len(spoken) >= REPEATED_WORDS:
                        places[spoken].append((draft, part, sentence.line))
        for spoken, where in places.items():
            yield from _repeats(" ".join(spoken), where)


def _repeats(text: str, where: Sequence[tuple[Draft, Part, int]]) -> Iterator[WideSpot]:
    most = STOCK_TIMES if all(part in STOCK_PARTS for _, part, _ in where) else 1
    files = list(dict.fromkeys(draft.file for draft, _, _ in where))
    if len(files) > most:
        for draft, _, line in where[1:]:
            if draft.file != files[0]:
                yield draft.file, line, f'"{text}" is in {files[0]} too, of {len(files)} lessons in all.'


def hook_openings(reading: Reading) -> Iterable[WideSpot]:
    """No two hooks open with the same three words."""
    for drafts in _by_language(reading).values():
        first: dict[tuple[str, ...], Draft] = {}
        for draft in drafts:
            hook = draft.parts.get(Part.HOOK)
            opening = tuple(word.lower() for word in words(hook.text)[:HOOK_WORDS]) if hook else ()
            if hook and len(opening) == HOOK_WORDS and first.setdefault(opening, draft) is not draft:
                yield draft.file, hook.line, f'"{" ".join(opening)}" opens the hook of {first[opening].file} too.'


def _by_language(reading: Reading) -> Mapping[str, list[Draft]]:
    drafts: dict[str, list[Draft]] = defaultdict(list)
    for draft in reading.drafts:
        drafts[draft.language].append(draft)
    return drafts


def prerequisite_unknown(reading: Reading) -> Iterable[WideSpot]:
    """Every prerequisite, of a lesson or a track, is a lesson of the course."""
    known = _lesson_ids(reading)
    for draft in reading.drafts:
        for name in draft.head.get("prerequisites", []):
            if name not in known:
                yield draft.file, draft.key_line("prerequisites"), f"There is no lesson {name}."
    for track in reading.tracks.values():
        for name in track.prerequisites:
            if name not in known:
                yield f"{track.id}/track.yaml", 1, f"There is no lesson {name}."


def _lesson_ids(reading: Reading) -> set[str]:
    read = {draft.id for draft in reading.drafts if draft.id}
    return read | {name for track in reading.tracks.values() for name in track.order}


def prerequisite_cycle(reading: Reading) -> Iterable[WideSpot]:
    """No lesson waits, by way of prerequisites, for itself: nobody could ever open it."""
    needs = _needs(reading)
    files = {draft.id: draft for draft in reading.drafts}
    for name in sorted(needs):
        if name in _reached(name, needs) and name in files:
            draft = files[name]
            yield draft.file, draft.key_line("prerequisites"), f"{name} comes, in the end, before itself."


def _needs(reading: Reading) -> dict[str, set[str]]:
    """lesson id -> the lessons to have been through before it, its track's included."""
    needs: dict[str, set[str]] = defaultdict(set)
    for draft in reading.drafts:
        track = reading.tracks.get(draft.track)
        own = draft.head.get("prerequisites", [])
        needs[draft.id] |= {*own, *(track.prerequisites if track else ())}
    return needs


def _reached(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(needs.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += needs.get(name, ())
    return seen


def sensitivity_below_track(reading: Reading) -> Iterable[WideSpot]:
    """A lesson is at least as sensitive as its track says, so that it never comes unasked."""
    for draft in reading.drafts:
        track = reading.tracks.get(draft.track)
        if track and draft.sensitivity < track.sensitivity:
            says = f"Sensitivity is {draft.sensitivity}, and the track's is {track.sensitivity}."
            yield draft.file, draft.key_line("sensitivity"), says


def closeness_form_needed(reading: Reading) -> Iterable[WideSpot]:
    """A lesson of sensitivity 0 or 1 keeps sex and desire out of what people see who left closeness out: out of the
    idea, or of its form without closeness where there is one, and of the parts around it. Note and Deeper may name
    them."""
    for draft in reading.drafts:
        if draft.language != "en" or draft.sensitivity >= 2:
            continue
        idea = Part.IDEA_WITHOUT_CLOSENESS if Part.IDEA_WITHOUT_CLOSENESS in draft.parts else Part.IDEA
        for part in (idea, *_SHOWN_TO_ALL):
            found = _SEXUAL.search(draft.parts[part].text) if part in draft.parts else None
            if found:
                says = f'"{found.group()}" in {part.value.capitalize()} is shown to people who left closeness out.'
                yield draft.file, draft.parts[part].line, says


def translation_behind(reading: Reading) -> Iterable[WideSpot]:
    """A translated lesson has the version, sensitivity, minutes and prerequisites of the first language's."""
    language = reading.course.default_language
    first = {draft.id: draft for draft in reading.drafts if draft.language == language}
    for draft in reading.drafts:
        origin = first.get(draft.id)
        if origin is None or origin is draft or not draft.id:
            continue
        for key in ("version", "sensitivity", "minutes", "prerequisites"):
            if draft.head.get(key) != origin.head.get(key):
                yield draft.file, draft.key_line(key), f"{key} is not that of {origin.file}."


def common_opening(reading: Reading) -> Iterable[WideSpot]:
    """Within a track, no more than two practices, gentler forms or questions open with the same three words."""
    for part in (Part.SOLO, Part.TOGETHER, Part.NO_TOUCH, Part.GENTLER, Part.REFLECT):
        for drafts in _by_language(reading).values():
            openings = Counter((draft.track, _opening(draft, part)) for draft in drafts if part in draft.parts)
            for draft in drafts:
                if part in draft.parts and openings[draft.track, _opening(draft, part)] > 2:
                    says = f'{part.value.capitalize()} opens with "{_opening(draft, part)}" once more in this track.'
                    yield draft.file, draft.parts[part].line, says


def _opening(draft: Draft, part: Part) -> str:
    return " ".join(words(draft.parts[part].text)[:3]).lower()
