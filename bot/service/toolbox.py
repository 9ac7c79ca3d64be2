"""The toolbox: practices they kept, their own among them, and one for the minutes they have. What helped before floats up."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.course.lesson import Lesson, Part
from bot.course.measures import Kind, Rating, what_helped
from bot.course.toolbox import MINUTES, Candidate, Tool, in_order, mostly_about_closeness, offer
from bot.messages import Button, plain
from bot.service import lessons
from bot.service.fitting import left_out_line
from bot.service.journal import beginning
from bot.service.learners import State
from bot.service.talk import Talk, rows_of

STEP = "tool"
SHOWN, MOST = 10, 60
LONGEST, LABEL = 600, 30
"""Of a practice in their own words, and of its name on a button, in UTF-16 units as messengers count."""
HELPED = ("0", "1", "2")


async def toolbox(talk: Talk, _words: str = "") -> None:
    """What they kept, best first, and "one for 1, 3 or 5 minutes"."""
    if talk.learner.state is State.NEW:
        talk.say("finish-setting-up")
        return
    await _page(talk, fresh=True)


async def _page(talk: Talk, *, fresh: bool = False) -> None:
    tools = await _mine(talk)
    text = [talk.text("toolbox" if tools else "toolbox-empty")]
    if mostly_about_closeness([one for one, _ in tools]):
        text.append(talk.text("toolbox-others"))
    kept = [[Button(_label(talk, tool), f"tb:show:{tool.id}")] for _, tool in tools[:SHOWN]]
    minutes = [talk.button("button-minutes", f"tb:min:{number}", count=number) for number in MINUTES]
    rows = rows_of(minutes, *kept, [talk.button("button-own-practice", "tb:own")])
    (talk.say_text if fresh else talk.edit)("\n\n".join(text), rows)


async def _mine(talk: Talk) -> list[tuple[Candidate, Tool]]:
    """What they kept and may see now, with how it did: what helped first."""
    by_name = {tool.id: tool for tool in await talk.turn.shelf.tools() if _may_see(talk, tool)}
    helped = {one.about: one.mean for one in what_helped(await talk.turn.shelf.ratings())}
    candidates = [
        Candidate(name, tool.minutes, _sensitive(talk, tool), helped.get(tool.lesson or name), saved=True)
        for name, tool in by_name.items()
    ]
    return [(one, by_name[one.about]) for one in in_order(candidates)]


def _may_see(talk: Talk, tool: Tool) -> bool:
    if tool.lesson is None:
        return True
    lesson = talk.lesson(tool.lesson)
    return lesson is not None and not lessons.kept_from(talk, lesson) and bool(_practice(talk, lesson))


def _sensitive(talk: Talk, tool: Tool) -> bool:
    lesson = talk.lesson(tool.lesson)
    return lesson is not None and lesson.sensitive


def _label(talk: Talk, tool: Tool) -> str:
    lesson = talk.lesson(tool.lesson)
    if lesson is None:
        return beginning(tool.text.splitlines()[0], LABEL)
    # A bystander reads labels too: what is about closeness is not named on the outside.
    return talk.texts.raw("a-closed-practice") if lesson.sensitive else lesson.title


def _practice(talk: Talk, lesson: Lesson) -> str:
    form = Part.TOGETHER if talk.learner.profile.form.value == "together" else Part.SOLO
    return lesson.parts.get(form) or lesson.parts.get(Part.SOLO, "")


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the toolbox."""
    match verb:
        case "list":
            await _page(talk)
        case "show":
            await _show(talk, what)
        case "min" if what in map(str, MINUTES):
            await _for_minutes(talk, int(what))
        case "own":
            await talk.change(step=STEP)
            talk.say("own-practice", rows_of([talk.button("button-later", "tb:later")]))
        case "later":
            await talk.change(step=None)
            await _page(talk)
        case "save":
            await save(talk, what)
        case "drop":
            await talk.turn.shelf.drop_tool(what)
            await _page(talk)
        case "took":
            await _took(talk, *what.split(":"))
        case "try":
            await _try(talk, what)
        case "h0" | "h1" | "h2":
            await rate(talk, what, int(verb[1]))
            talk.unbutton(rows_of([talk.button("button-to-toolbox", "tb:list")]))
        case "r0" | "r1" | "r2":
            await _rate_lesson(talk, what, int(verb[1]))
        case _:
            talk.toast("old-question")


async def answered(talk: Talk, text: str) -> None:
    """A practice in their own words."""
    if await talk.left_open(text):
        return
    await talk.change(step=None)
    tool = Tool(secrets.token_hex(16), talk.now, MINUTES[1], None, beginning(text.strip(), LONGEST))
    if await _room_for(talk):
        await talk.turn.shelf.keep_tool(tool)
        buttons = [talk.button("button-minutes", f"tb:took:{tool.id}:{number}", count=number) for number in MINUTES]
        talk.say("own-practice-kept", rows_of(buttons))


async def _took(talk: Talk, tool_id: str, minutes: str = "") -> None:
    tool = next((one for one in await talk.turn.shelf.tools() if one.id == tool_id), None)
    if tool is None or minutes not in map(str, MINUTES):
        talk.toast("old-question")
        return
    await talk.turn.shelf.keep_tool(Tool(tool.id, tool.saved_at, int(minutes), tool.lesson, tool.text))
    await _page(talk)


async def save(talk: Talk, lesson_id: str) -> None:
    """Keeps the practice of a lesson. Kept already, it stays as it is."""
    lesson = talk.lesson(lesson_id)
    if lesson is None or lessons.kept_from(talk, lesson):
        talk.toast("lesson-gone")
    elif any(one.lesson == lesson_id for one in await talk.turn.shelf.tools()):
        talk.toast("saved-already")
    elif await _room_for(talk):
        await talk.turn.shelf.keep_tool(
            Tool(secrets.token_hex(16), talk.now, max(1, min(5, lesson.minutes)), lesson.id)
        )
        talk.toast("saved-practice")


async def _room_for(talk: Talk) -> bool:
    if len(await talk.turn.shelf.tools()) < MOST:
        return True
    talk.say("toolbox-full")
    return False


async def rate(talk: Talk, about: str, value: int) -> None:
    """How a practice was for them: 0 not this time, 1 a bit, 2 a lot."""
    until = talk.now + timedelta(days=talk.learner.profile.keep_ratings)
    rating = Rating(secrets.token_hex(16), Kind.PRACTICE, talk.now, {"helped": value}, True, about)
    await talk.turn.shelf.keep_rating(rating, until)
    talk.toast("practice-rated")


async def _rate_lesson(talk: Talk, lesson_id: str, value: int) -> None:
    """The same, under the lesson itself: its other buttons stay."""
    lesson = talk.lesson(lesson_id)
    if lesson is None:
        talk.toast("lesson-gone")
        return
    await rate(talk, lesson_id, value)
    rows = lessons.lesson_rows(lesson, talk.learner, talk.texts, did=True)
    rated = {button.action for button in _helped_buttons(talk, "r", lesson_id)}
    talk.unbutton(tuple(row for row in rows if not {button.action for button in row} & rated))


def _helped_buttons(talk: Talk, verb: str, about: str) -> list[Button]:
    return [talk.button(f"button-helped-{value}", f"tb:{verb}{value}:{about}") for value in reversed(HELPED)]


async def _show(talk: Talk, tool_id: str) -> None:
    tool = next((one for one in await talk.turn.shelf.tools() if one.id == tool_id), None)
    if tool is None or not _may_see(talk, tool):
        talk.toast("tool-gone")
        return
    end = [talk.button("button-remove", f"tb:drop:{tool.id}"), talk.button("button-to-toolbox", "tb:list")]
    talk.edit(_text(talk, tool), rows_of(_helped_buttons(talk, "h", tool.lesson or tool.id), end))


def _text(talk: Talk, tool: Tool) -> str:
    lesson = talk.lesson(tool.lesson)
    if lesson is None:
        return plain(tool.text)
    return _of_lesson(talk, lesson)


def _of_lesson(talk: Talk, lesson: Lesson, part: str | None = None) -> str:
    left_out = left_out_line(lesson, talk.learner, talk.texts, Part.SOLO)
    pieces = (f"**{lesson.title}**", part or _practice(talk, lesson), lesson.parts.get(Part.WAY_OUT, ""), left_out)
    return "\n\n".join(piece for piece in pieces if piece)


# -- "one for 1, 3 or 5 minutes" ---------------------------------------------------------------------------------------


async def _for_minutes(talk: Talk, minutes: int) -> None:
    """Up to three, most of them not about closeness: what they kept first, then what lessons they know have shown."""
    mine = await _mine(talk)
    tools = {one.about: tool for one, tool in mine}
    found = offer([*(one for one, _ in mine), *await _from_lessons(talk, {tool.lesson for _, tool in mine})], minutes)
    if not found:
        talk.toast("no-tool-so-short", alert=True)
        return
    rows = [[_offered(talk, one, tools)] for one in found]
    talk.say("toolbox-offer", rows_of(*rows, [talk.button("button-to-toolbox", "tb:list")]), count=minutes)


def _offered(talk: Talk, one: Candidate, tools: dict[str, Tool]) -> Button:
    if one.about in tools:
        return Button(_label(talk, tools[one.about]), f"tb:show:{one.about}")
    lesson = talk.lesson(one.about)
    return Button(lesson.title if lesson else one.about, f"tb:try:{one.about}")


async def _from_lessons(talk: Talk, kept: set[str | None]) -> list[Candidate]:
    helped = {one.about: one.mean for one in what_helped(await talk.turn.shelf.ratings())}
    known = [talk.lesson(name) for name in await talk.passages() if name not in kept]
    plain_ones = [lesson for lesson in known if lesson and not lesson.sensitive and not lessons.kept_from(talk, lesson)]
    if len(plain_ones) < 3:
        calm = next(iter(talk.course.tracks.values()))
        plain_ones += [
            lesson
            for name in calm.order
            if (lesson := talk.lesson(name)) and name not in kept and lesson not in plain_ones and not lesson.sensitive
        ]
    # Every lesson has its short form: a breath or one line fits into any minute.
    return [Candidate(one.id, 1, False, helped.get(one.id)) for one in plain_ones if one.parts.get(Part.SHORT)]


async def _try(talk: Talk, lesson_id: str) -> None:
    lesson = talk.lesson(lesson_id)
    if lesson is None or lesson.sensitive or lessons.kept_from(talk, lesson):
        talk.toast("tool-gone")
        return
    short = lesson.parts.get(Part.SHORT) or _practice(talk, lesson)
    rows = rows_of(
        _helped_buttons(talk, "h", lesson.id),
        [talk.button("button-save", f"tb:save:{lesson.id}"), talk.button("button-to-toolbox", "tb:list")],
    )
    talk.say_text(_of_lesson(talk, lesson, short), rows)
