"""Rules about the shape of a lesson: how long its parts are, how easy it reads, and that Telegram can show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.content.draft import Draft
from bot.content.finding import Spot
from bot.content.prose import reading_grade, utf16_units, words, words_in
from bot.content.structure import PROMPT
from bot.course.compose import compose
from bot.course.lesson import Lesson, Part, PracticeForm

SHORTEST, LONGEST = 60, 150  # words of the message a learner sees
HIGHEST_GRADE = 7.0
LONGEST_SENTENCE = 22  # words
LONGEST_PRACTICE = 5  # minutes
TELEGRAM_LIMIT = 4096  # UTF-16 units of one message, https://core.telegram.org/bots/api#sendmessage
TITLE_LIMIT = 64
LABELS = {"if_you_like": "If you like:", "think_about": "Think about:"}
PRACTICES = (Part.SOLO, Part.TOGETHER, Part.NO_TOUCH)
UNSPACED = {"zh", "ja", "th", "lo", "km", "my"}  # languages that do not part words by blanks: words are not counted
PART_WORDS = {
    Part.NOTE: (1, 30), Part.HOOK: (1, 14), Part.SOLO: (15, 50), Part.TOGETHER: (15, 50), Part.NO_TOUCH: (15, 50),
    Part.REFLECT: (1, 20), Part.WAY_OUT: (1, 45), Part.SHORT: (1, 40), Part.GENTLER: (10, 50), Part.DEEPER: (55, 130),
}  # fmt: skip
SHOWN_KEYS = ("title", "not_when", "who_should_skip")  # of the front matter, to learners
ONE_LINE = (Part.NOTE, Part.HOOK, Part.REFLECT)


@dataclass(frozen=True, slots=True)
class Message:
    """What a learner may see of a lesson: which form it is, the line of its practice or idea, and its paragraphs."""

    form: str
    line: int
    paragraphs: tuple[str, ...]


def messages(draft: Draft) -> Iterator[Message]:
    """Every form of the standard message, for one practice at a time; none while the lesson does not load."""
    lesson = draft.lesson
    if lesson is None:
        return
    for part in PRACTICES:
        if part in lesson.parts:
            yield Message(part.value, draft.parts[part].line, _composed(lesson, part, closeness=True))
            if Part.IDEA_WITHOUT_CLOSENESS in lesson.parts:
                line = draft.parts[Part.IDEA_WITHOUT_CLOSENESS].line
                yield Message(f"{part.value}, without closeness", line, _composed(lesson, part, closeness=False))


def _composed(lesson: Lesson, part: Part, *, closeness: bool) -> tuple[str, ...]:
    form = PracticeForm.TOGETHER if part is Part.TOGETHER else PracticeForm.SOLO
    return compose(lesson, form, closeness=closeness, touch=part is not Part.NO_TOUCH, **LABELS)


def texts(draft: Draft) -> Iterator[tuple[str, int, str]]:
    """(name, line, text) of everything in a file that a learner may read, a paragraph at a time."""
    for key in SHOWN_KEYS:
        if draft.head.get(key):
            yield key, draft.key_line(key), draft.head[key]
    for part, text in draft.parts.items():
        for paragraph in text.paragraphs:
            yield part.value, paragraph.line_at(0), paragraph.text


def message_length(draft: Draft) -> Iterable[Spot]:
    """The message a learner sees has 60 to 150 words in each of its practice forms: two minutes of reading, no more."""
    if draft.language in UNSPACED:
        return
    for message in messages(draft):
        count = words_in(message.paragraphs)
        if not SHORTEST <= count <= LONGEST:
            yield message.line, f"The message with {message.form} has {count} words, not {SHORTEST} to {LONGEST}."


def part_length(draft: Draft) -> Iterable[Spot]:
    """Each part has its own length: a hook is a line, a practice a few sentences, the deeper text one more message."""
    if draft.language in UNSPACED:
        return
    for part, text in draft.parts.items():
        low, high = PART_WORDS.get(part, (0, LONGEST))
        count = len(words(text.text))
        if text.text and not low <= count <= high:
            yield text.line, f"{part.value.capitalize()} has {count} words, not {low} to {high}."


def one_paragraph(draft: Draft) -> Iterable[Spot]:
    """Note, hook and reflect are one line each."""
    for part in ONE_LINE:
        if part in draft.parts and len(draft.parts[part].paragraphs) > 1:
            yield draft.parts[part].paragraphs[1].line_at(0), f"{part.value.capitalize()} has more than one paragraph."


def grade(draft: Draft) -> Iterable[Spot]:
    """Every form of the message, and Gentler and Deeper, reads at US grade 7 or below (Flesch-Kincaid). The title is
    left out: as a very short sentence it would flatter the result."""
    if draft.language != "en":
        return
    for message in messages(draft):
        spoken = [p for p in message.paragraphs if p != f"**{draft.head['title']}**"]
        yield from _too_hard(spoken, message.line, f"The message with {message.form}")
    for part in (Part.DEEPER, Part.GENTLER):
        if part in draft.parts:
            text = draft.parts[part]
            yield from _too_hard([p.text for p in text.paragraphs], text.line, part.value.capitalize())


def _too_hard(paragraphs: Iterable[str], line: int, name: str) -> Iterable[Spot]:
    found = reading_grade(list(paragraphs))
    if found > HIGHEST_GRADE:
        yield line, f"{name} reads at grade {found:.1f}, not {HIGHEST_GRADE:.0f} or below."


def long_sentence(draft: Draft) -> Iterable[Spot]:
    """No sentence has more than 22 words: a tired reader loses the start of it."""
    if draft.language in UNSPACED:
        return
    for part, text in draft.parts.items():
        for sentence in text.sentences():
            count = len(words(sentence.text))
            if count > LONGEST_SENTENCE:
                yield sentence.line, f"A sentence in {part.value.capitalize()} has {count} words."


def practice_minutes(draft: Draft) -> Iterable[Spot]:
    """A practice takes five minutes or less."""
    minutes = draft.head.get("minutes", 1)
    if minutes > LONGEST_PRACTICE:
        yield draft.key_line("minutes"), f"The practice takes {minutes} minutes, more than {LONGEST_PRACTICE}."


def reflect_one_question(draft: Draft) -> Iterable[Spot]:
    """The prompt is exactly one question and ends with it, so a learner knows what is asked."""
    if Part.REFLECT in draft.parts:
        text = draft.parts[Part.REFLECT]
        plain = text.text.replace("*", "").rstrip("\"'”’")
        marks = sum(map(text.text.count, "?？؟"))
        if marks != 1 or not plain.endswith(("?", "？", "؟")):
            yield text.line, f"Reflect has {marks} question marks or does not end with one."


_SKIPPED = re.compile(
    r"\bskip|\bpass(?:ing)? (?:on|it)\b|\bleav(?:e|ing) (?:it|this|out)\b|\bclos(?:e|ing) (?:it|this)\b"
    r"|\bsit(?:ting)? (?:it |this )?out\b",
    re.IGNORECASE,
)


def note_needed(draft: Draft) -> Iterable[Spot]:
    """A lesson of sensitivity 1 or 2 begins with a note that says what it is about and that it can be skipped."""
    note = draft.parts.get(Part.NOTE)
    if note is None:
        if draft.sensitivity >= 1:
            yield draft.key_line("sensitivity"), f"Sensitivity is {draft.sensitivity} and there is no Note."
    elif draft.language == "en" and not _SKIPPED.search(note.text):
        yield note.line, "The Note does not say that the lesson can be skipped."


def telegram_limit(draft: Draft) -> Iterable[Spot]:
    """Every message stays within Telegram's 4096 UTF-16 units, and a title within 64."""
    for message in messages(draft):
        if utf16_units("\n\n".join(message.paragraphs)) > TELEGRAM_LIMIT:
            yield message.line, f"The message with {message.form} is longer than Telegram allows."
    if Part.DEEPER in draft.parts and utf16_units(draft.parts[Part.DEEPER].text) > TELEGRAM_LIMIT:
        yield draft.parts[Part.DEEPER].line, "Deeper is longer than Telegram allows."
    if utf16_units(draft.head.get("title", "")) > TITLE_LIMIT:
        yield draft.key_line("title"), f"The title is longer than {TITLE_LIMIT} characters."


_LINE_MARKUP = (
    (re.compile(r"#{1,6}(?: |$)"), "a heading"),
    (re.compile(r"[-*+•–—] "), "a list"),
    (re.compile(r"\d+[.)] "), "a list"),
    (re.compile(r"> ?"), "a quotation"),
    (re.compile(r"(?:```|~~~|---|===)"), "a block"),
)
_MARKUP = (
    (re.compile(r"</?[A-Za-z!][^>\n]*>|&(?:[a-z]+|#\d+);"), "HTML"),
    (re.compile(r"https?:|www\.|\bt\.me\b|\]\(|\b[\w-]+\.(?:com|org|net|io|gov|edu|info)\b|(?<!\S)@\w+"), "a link"),
    (re.compile(r"[\[\]{}]"), "a bracket that is no mark"),
    (re.compile(r"`|(?<!\w)_\w[^_]*\w_(?!\w)|~~|\|\|"), "markup other than stars"),
)


def plain_text(draft: Draft) -> Iterable[Spot]:
    """Parts are plain text: no HTML, links, headings or lists; they would show as odd signs in a messenger."""
    lines = [at for part in draft.parts.values() for p in part.paragraphs for at in dict.fromkeys(p.lines)]
    for number in lines:
        start = draft.raw[number - 1].strip()
        yield from ((number, f"This line holds {what}.") for pattern, what in _LINE_MARKUP if pattern.match(start))
    for name, line, text in texts(draft):
        yield from ((line, f"{name} holds {what}.") for pattern, what in _MARKUP if pattern.search(text))
        if name in SHOWN_KEYS and "*" in text:
            yield line, f"{name} holds stars, and is shown without markup."


def stars_balanced(draft: Draft) -> Iterable[Spot]:
    """Stars come in pairs within a paragraph: **bold**, *italic*; a lone one would show as a star."""
    for name, line, text in texts(draft):
        left = re.sub(r"\*([^\s*](?:[^*]*[^\s*])?)\*", r"\1", re.sub(r"\*\*([^\s*](?:[^*]*[^\s*])?)\*\*", r"\1", text))
        if "*" in left:
            yield line, f"{name} has a star without its pair."


def odd_character(draft: Draft) -> Iterable[Spot]:
    """No invisible or control characters, which break searching and screen readers."""
    for number, line in enumerate(draft.raw, start=1):
        odd = re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\t\u00ad\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffd]", line)
        if odd:
            yield number, f"There is an invisible character, U+{ord(odd.group()):04X}."


def unfinished(draft: Draft) -> Iterable[Spot]:
    """No prompt of the blank lesson and no reminder to oneself is left in."""
    for number, line in enumerate(draft.raw, start=1):
        if re.search(rf"{PROMPT}|\b(?:TODO|TBD|FIXME|XXX)\b|[Ll]orem ipsum", line):
            yield number, "This line still has to be written."


_TOUCH = re.compile(
    r"\b(?:touch\w*|(?<!the other )(?<!one )(?<!by )(?<!at )(?<!to )hands?\b(?! it\b| over\b)|hug\w*|skin|palms?"
    r"|cuddl\w*|kiss\w*|massag\w*|strok(?:e|es|ing)|embrac\w*|hold(?:s|ing)? (?:each|one another|someone|them|your)"
    r"|lean on|body|bodies|chest|belly|stomach|jaw|shoulders?|muscles?|heartbeat)\b",
    re.IGNORECASE,
)
_CLOSE_TOUCH = re.compile(r"\b(?:hug|cuddl|kiss|massag|strok(?:e|ing)|hold (?:hands|each other))\w*", re.IGNORECASE)


def no_touch_needed(draft: Draft) -> Iterable[Spot]:
    """A lesson whose practice speaks of touch or of the body also offers a form without."""
    if draft.language != "en" or Part.NO_TOUCH in draft.parts:
        return
    for part in (Part.SOLO, Part.TOGETHER):
        found = _TOUCH.search(draft.parts[part].text) if part in draft.parts else None
        if found:
            says = f'{part.value.capitalize()} says "{found.group()}" and there is no Try: no touch.'
            yield draft.parts[part].line, says


def no_touch_kept(draft: Draft) -> Iterable[Spot]:
    """The form without touch asks for none."""
    part = draft.parts.get(Part.NO_TOUCH)
    found = _CLOSE_TOUCH.search(part.text) if part and draft.language == "en" else None
    if part and found:
        yield part.line, f'Try: no touch says "{found.group()}".'
