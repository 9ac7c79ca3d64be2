"""Lessons in the chat: sending one now, its buttons, and what they write in answer to it."""

from __future__ import annotations

from datetime import timedelta

from bot.course.boundaries import OF_TALK, themes_in
from bot.course.compose import compose
from bot.course.journey import next_lesson
from bot.course.lesson import Lesson, Part, PracticeForm, Theme
from bot.course.pace import next_due, slot_of
from bot.i18n.texts import Texts
from bot.messages import Button, Rows, Say
from bot.service import milestones, steps
from bot.service.discretion import veiled
from bot.service.fitting import fit, left_out_line, shown_parts
from bot.service.learners import DRAFT, LESSON_KINDS, Delivery, DeliveryKind, Learner, Passage, State
from bot.service.talk import Talk, rows_of

# -- words and buttons, also for lessons that the clock sends ----------------------------------------------------------


def lesson_message(lesson: Lesson, learner: Learner, texts: Texts, delivery: str | None) -> Say:
    """The lesson as it is sent: the standard message, or a neutral envelope where nothing outside may tell what it is about."""
    if learner.closed(lesson):
        return envelope(lesson, learner, texts, delivery)
    return Say(lesson_text(lesson, learner, texts), lesson_rows(lesson, learner, texts), delivery=delivery)


def envelope(lesson: Lesson, learner: Learner, texts: Texts, delivery: str | None) -> Say:
    """The neutral message: neither it nor its preview shows the topic. It can be opened only by choice."""
    rows = rows_of(
        [Button(texts("button-open"), f"ls:open:{delivery}"), Button(texts("button-not-today"), f"ls:shut:{delivery}")]
    )
    quietly = learner.quietly(lesson)
    key = "envelope-plain" if learner.profile.discreet else "envelope"
    return Say(texts(key), rows, silent=quietly, protected=quietly, delivery=delivery)


def lesson_text(lesson: Lesson, learner: Learner, texts: Texts) -> str:
    """The standard message of a lesson, in the form that the learner chose. For "either" it shows the form for one; the other
    is a tap away, as both would make it too long to read in two minutes."""
    form = learner.profile.form
    paragraphs = compose(
        lesson,
        PracticeForm.SOLO if form is PracticeForm.EITHER else form,
        closeness=learner.closeness,
        if_you_like=texts("if-you-like"),
        think_about=texts("think-about"),
    )
    left_out = left_out_line(lesson, learner, texts, *shown_parts(lesson, learner))
    text = "\n\n".join((*paragraphs, left_out) if left_out else paragraphs)
    return veiled(text) if learner.quietly(lesson) else text


def lesson_rows(lesson: Lesson, learner: Learner, texts: Texts, *, did: bool = False) -> Rows:
    """The buttons under a lesson. They carry its stable id, so they go on working for as long as the message is there. Once they
    did it, how it was may be said in a tap."""

    def button(key: str, verb: str) -> Button:
        return Button(texts(key), f"ls:{verb}:{lesson.id}")

    either = learner.profile.form is PracticeForm.EITHER and Part.TOGETHER in lesson.parts
    return rows_of(
        [button("button-together", "both")] if either else [],
        _how_it_was(lesson, texts) if did else [button("button-did-it", "did"), button("button-not-today", "not")],
        [button("button-shorter", "short"), button("button-more", "deeper")],
        [button("button-gentler", "gentle"), button("button-sources", "why")],
        [Button(texts("button-save"), f"tb:save:{lesson.id}")],
    )


def _how_it_was(lesson: Lesson, texts: Texts) -> list[Button]:
    return [Button(texts(f"button-helped-{value}"), f"tb:r{value}:{lesson.id}") for value in (2, 1, 0)]


def choice_rows(texts: Texts, *, start_over: bool = True) -> Rows:
    """Read now, carry on at the next slot, or start the track over: after an outage, a pause or a block."""
    rows = [[Button(texts("button-read-now"), "ls:now")], [Button(texts("button-carry-on-tomorrow"), "go:tomorrow")]]
    if start_over:
        rows.append([Button(texts("button-start-over"), "go:over")])
    return rows_of(*rows)


def return_rows(texts: Texts) -> Rows:
    """After a pause: read one now, go on at the usual time, or not yet."""
    return rows_of(
        [Button(texts("button-read-now"), "go:now")],
        [Button(texts("button-carry-on-tomorrow"), "go:back")],
        [Button(texts("button-not-yet"), "go:not-yet")],
    )


# -- commands ----------------------------------------------------------------------------------------------------------


async def today(talk: Talk, _words: str = "") -> None:
    """Today's lesson again; the next one, if none came yet."""
    if not await _ready(talk):
        return
    delivery = await _todays(talk)
    lesson = talk.lesson(delivery.lesson) if delivery else None
    if delivery is None or lesson is None or kept_from(talk, lesson):
        await send_next(talk)
        return
    talk.out.append(lesson_message(lesson, talk.learner, talk.texts, delivery.id))


async def _todays(talk: Talk) -> Delivery | None:
    """The latest lesson that went out today, in their time."""
    rule = talk.learner.rule
    today = slot_of(rule, talk.now) if rule else None
    told = [row for row in await talk.turn.decisions(10) if row.kind in LESSON_KINDS and row.lesson]
    rows = [row for row in told if row.slot == today and row.reason is None]
    return next((row for row in rows if row.id == talk.learner.delivery), rows[0] if rows else None)


async def why(talk: Talk, _words: str = "") -> None:
    """Where today's lesson comes from, and what kind of proof that is; of the one they read last, if none came today."""
    if not await _ready(talk):
        return
    delivery = await _todays(talk)
    lesson = talk.lesson(delivery.lesson if delivery else talk.learner.lesson)
    if lesson is None or kept_from(talk, lesson):
        talk.say("why-none")
    elif talk.learner.closed(lesson) and lesson.id not in await talk.passages():
        talk.say("why-closed")
    else:
        _say_sources(talk, lesson)


async def next_now(talk: Talk, _words: str = "") -> None:
    """The next lesson now instead of tomorrow."""
    await send_next(talk)


async def low_battery(talk: Talk, _words: str = "") -> None:
    """A day with little in it: today's lesson, or the next easy one, in its short form. It counts as done."""
    if not await _ready(talk):
        return
    came = await _todays(talk)
    lesson, delivery = talk.lesson(came.lesson) if came else None, None
    if lesson is None or lesson.sensitive or kept_from(talk, lesson):
        coming = next_lesson(talk.course, (await talk.standing())._replace(closeness=False, gentle=False))
        lesson = talk.lesson(coming.id) if coming else None
        delivery = await _intend(talk, lesson) if lesson else None
        if lesson is None or delivery is None:
            talk.say("nothing-left", rows_of([talk.button("button-topics", "tr:list")]))
            return
    await _pass(talk, lesson, Passage.DID)
    short = lesson.parts.get(Part.SHORT, "")
    head = talk.texts.raw("low-battery", text=f"**{lesson.title}**\n\n{short}")
    talk.say_text(head, delivery=delivery.id if delivery else None)


async def _coming(talk: Talk) -> Lesson | None:
    """The lesson that is next; says so when none is left."""
    lesson = next_lesson(talk.course, await talk.standing())
    if lesson is None:
        talk.say("nothing-left", rows_of([talk.button("button-topics", "tr:list")]))
    return lesson


async def skip(talk: Talk, _words: str = "") -> None:
    """Moves on without the lesson that is next. Nothing is sent for it, and nothing is said against it."""
    if not await _ready(talk):
        return
    lesson = await _coming(talk)
    if lesson is None:
        return
    await _pass(talk, lesson, Passage.SKIPPED)
    talk.say("skipped-sensitive" if talk.learner.closed(lesson) else "skipped", title=lesson.title)


async def send_next(talk: Talk) -> None:
    """Sends the next lesson in answer to a wish. It is today's lesson if today has had none, otherwise one more."""
    if not await _ready(talk):
        return
    lesson = await _coming(talk)
    if lesson is None:
        return
    delivery = await _intend(talk, lesson)
    if delivery is None:
        talk.toast("old-question")
        return
    talk.out.append(lesson_message(fit(lesson, talk.learner, talk.course), talk.learner, talk.texts, delivery.id))


async def _ready(talk: Talk) -> bool:
    """False, with a word about it, for those who have not set things up yet, or whose consent does not hold any more."""
    if talk.learner.state is State.NEW or talk.learner.rule is None:
        talk.say("finish-setting-up")
    elif not talk.learner.consented:
        await steps.open_step(talk, "consent")
    else:
        return True
    return False


async def _intend(talk: Talk, lesson: Lesson) -> Delivery | None:
    learner, rule = talk.learner, talk.learner.rule
    if rule is None:
        return None
    slot = slot_of(rule, talk.now)
    fresh = learner.last_slot is None or slot > learner.last_slot
    kind = DeliveryKind.LESSON if fresh else DeliveryKind.EXTRA
    delivery = await talk.turn.intend(kind, slot, lesson.id)
    if delivery is None:
        kind, delivery = DeliveryKind.EXTRA, await talk.turn.intend(DeliveryKind.EXTRA, slot, lesson.id)
    if delivery is None:
        return None
    last_slot = slot if fresh else learner.last_slot
    due_at = next_due(rule, talk.now, last_slot) if learner.state is State.ACTIVE else learner.due_at
    await talk.change(
        lesson=lesson.id, delivery=delivery.id, last_slot=last_slot, due_at=due_at, owed_since=None, gentle=False
    )
    if not learner.closed(lesson):
        await _pass(talk, lesson, Passage.SENT)
    return delivery


async def _pass(talk: Talk, lesson: Lesson, how: Passage) -> None:
    first = lesson.id not in await talk.passages()
    await talk.turn.pass_through(lesson.id, how)
    if first:
        await milestones.passed(talk, lesson)


# -- buttons -----------------------------------------------------------------------------------------------------------


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of a lesson or of an envelope."""
    if verb == "now":
        await read_now(talk)
    elif verb in ("open", "shut", "again"):
        await _pressed_envelope(talk, verb, what)
    elif (lesson := talk.lesson(what)) is None:
        talk.toast("lesson-gone")
    else:
        await _pressed_lesson(talk, verb, lesson)


async def read_now(talk: Talk) -> None:
    """The button for "the next one now". Pressed once more, it does not send one more."""
    talk.unbutton()
    if await _came_since(talk):
        talk.toast("old-button")
        return
    await send_next(talk)


async def _came_since(talk: Talk) -> bool:
    """True when a lesson has come since the pressed button was shown."""
    rows = await talk.turn.decisions(10)
    came = [row.message for row in rows if row.kind in LESSON_KINDS and row.lesson and row.message]
    return any(message > (talk.incoming.message or message) for message in came)


async def _show_again(talk: Talk, delivery: Delivery, lesson: Lesson) -> None:
    """The lesson that may not have arrived, in answer to "Show it"."""
    talk.unbutton()
    if await _came_since(talk):
        talk.toast("old-button")
        return
    if not talk.learner.closed(lesson):
        await talk.change(lesson=lesson.id, delivery=delivery.id)
    talk.out.append(lesson_message(lesson, talk.learner, talk.texts, delivery.id))


async def _pressed_envelope(talk: Talk, verb: str, what: str) -> None:
    delivery = await talk.turn.delivery(what)
    lesson = talk.lesson(delivery.lesson) if delivery else None
    if delivery is None or lesson is None:
        talk.toast("lesson-gone")
    elif verb == "shut":
        talk.edit(talk.text("envelope-shut"), rows_of([talk.button("button-open", f"ls:open:{what}")]))
    elif verb == "again":
        await _show_again(talk, delivery, lesson)
    elif lesson.sensitive and not talk.learner.closeness:
        talk.toast("closeness-off", alert=True)
    else:
        await talk.turn.open_delivery(delivery.id)
        await _pass(talk, lesson, Passage.SENT)
        await talk.change(lesson=lesson.id, delivery=delivery.id)
        talk.edit(lesson_text(lesson, talk.learner, talk.texts), lesson_rows(lesson, talk.learner, talk.texts))


async def _pressed_lesson(talk: Talk, verb: str, lesson: Lesson) -> None:
    if lesson.sensitive and not talk.learner.closeness:
        talk.toast("closeness-off", alert=True)
        return
    match verb:
        case "did":
            await talk.turn.pass_through(lesson.id, Passage.DID)
            talk.toast("did-it")
            talk.unbutton(lesson_rows(lesson, talk.learner, talk.texts, did=True))
        case "not":
            await talk.turn.pass_through(lesson.id, Passage.NOT_TODAY)
            talk.toast("not-today")
        case "short":
            _say_part(talk, lesson, Part.SHORT, "low-battery")
        case "both":
            _say_part(talk, lesson, Part.TOGETHER, "together")
        case "gentle":
            _say_part(talk, lesson, Part.GENTLER, "gentler")
        case "deeper":
            _say_part(talk, lesson, Part.DEEPER, "deeper")
        case "why":
            _say_sources(talk, lesson)
        case _:
            talk.toast("old-question")
    if verb == "short":
        await talk.turn.pass_through(lesson.id, Passage.DID)


def _say_part(talk: Talk, lesson: Lesson, part: Part, key: str) -> None:
    left_out = left_out_line(lesson, talk.learner, talk.texts, part)
    text = "\n\n".join(piece for piece in (lesson.parts.get(part), left_out) if piece)
    if not text:
        talk.toast("no-such-part")
        return
    hidden = talk.learner.closed(lesson)
    talk.out.append(Say(talk.texts.raw(key, text=veiled(text) if hidden else text), silent=hidden))


def _say_sources(talk: Talk, lesson: Lesson) -> None:
    hidden, text = talk.learner.closed(lesson), sources_text(talk, lesson)
    talk.out.append(Say(veiled(text) if hidden else text, silent=hidden))


def sources_text(talk: Talk, lesson: Lesson) -> str:
    """Where a lesson comes from, when not to do it, and who should skip it."""
    texts, words = talk.texts, talk.course.words_in(lesson.language)
    lines: list[str] = []
    left_out: set[Theme] = set()
    for source_id in lesson.cites:
        source = talk.course.sources.get(source_id)
        if source is None:
            continue
        if found := themes_in(source.title, words, talk.learner.avoids & OF_TALK):
            left_out |= found
        else:
            line = texts(
                "source-line",
                authors=_short_authors(source.authors),
                year=source.year,
                title=source.title,
                venue=source.venue,
            )
            proof = texts(f"proof-{source.kind.value}") if source.kind else ""
            lines.append("\n".join(part for part in (line, proof, source.link) if part))
    parts = [texts("sources-title", title=lesson.title), "\n".join(lines) or texts("sources-none")]
    if left_out:
        parts[1:] = [
            "\n".join(lines),
            texts("left-out", what=texts.several([texts(f"theme-{t}") for t in sorted(left_out)])),
        ]
    if lesson.not_when:
        parts.append(texts("not-when", text=lesson.not_when))
    if lesson.who_should_skip:
        parts.append(texts("who-should-skip", text=lesson.who_should_skip))
    parts.append(texts("sources-honest"))
    return "\n\n".join(parts)


def _short_authors(authors: str) -> str:
    names = [name.strip() for name in authors.split(",") if name.strip()]
    return authors if len(names) <= 2 else f"{names[0]} et al."


# -- what they write ---------------------------------------------------------------------------------------------------

ANSWERABLE = timedelta(days=3)
"""How long plain words are taken for the answer to the last lesson. A direct reply to a lesson always is."""


async def words(talk: Talk, text: str) -> bool:
    """Words that are no command and answer no open question: a reflection (then True), or something to keep as a note."""
    lesson = await lesson_replied_to(talk) or await _lesson_answered(talk)
    if lesson is not None:
        await talk.turn.keep_reflection(lesson.id, text, talk.incoming.message)
        if talk.learner.lesson == lesson.id:
            await talk.change(lesson=None)
        number = await talk.turn.count_reflections()
        # Its notification shows on a locked screen: the title of a sensitive lesson is left out.
        title = talk.text("this-lesson") if talk.learner.closed(lesson) else lesson.title
        talk.say(f"reflection-kept-{number % 3}", title=title)
        return True
    note = await talk.turn.keep_reflection(DRAFT, text, talk.incoming.message)
    rows = rows_of(
        [talk.button("button-keep-note", f"jo:keep:{note.id}"), talk.button("button-forget", f"jo:leave:{note.id}")]
    )
    talk.say("stray-text", rows)
    return False


async def lesson_replied_to(talk: Talk) -> Lesson | None:
    """The lesson whose message they replied to, if it was one."""
    reply_to = talk.incoming.reply_to
    delivery = await talk.turn.delivery_in(reply_to) if reply_to is not None else None
    return talk.lesson(delivery.lesson) if delivery is not None else None


async def _lesson_answered(talk: Talk) -> Lesson | None:
    lesson = talk.lesson(talk.learner.lesson)
    if lesson is None or talk.incoming.forwarded or not await _still_open(talk):
        return None
    return lesson if lesson.id in await talk.passages() else None


async def _still_open(talk: Talk) -> bool:
    delivery, rule = await talk.turn.delivery(talk.learner.delivery or ""), talk.learner.rule
    return delivery is not None and rule is not None and slot_of(rule, talk.now) - delivery.slot <= ANSWERABLE


async def edited(talk: Talk, text: str) -> None:
    """An edited message edits the reflection that was kept from it. Any other edit is left alone, on purpose."""
    message = talk.incoming.message
    kept = await talk.turn.reflection_in(message) if message is not None else None
    if kept is None:
        return
    await talk.turn.rewrite(kept.id, text)
    if kept.lesson != DRAFT:  # a text that still waits for "keep it?" is not in the journal yet
        talk.say("reflection-edited")


def kept_from(talk: Talk, lesson: Lesson) -> bool:
    """True for a lesson about closeness where that is off, and for one about what they asked to be left out."""
    return (lesson.sensitive and not talk.learner.closeness) or bool(lesson.about & talk.learner.profile.boundaries)
