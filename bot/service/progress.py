"""Where they are: a picture and plain words beside it. Never a streak, never a count of days missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from bot.content.measures import measures
from bot.course.journey import next_lesson
from bot.course.measures import Helped, Kind, Rating, scores, what_helped
from bot.course.pace import local
from bot.messages import Picture, Say, plain
from bot.service import checkins, steps
from bot.service.journal import beginning
from bot.service.learners import Passage
from bot.service.lessons import kept_from
from bot.service.talk import Talk, rows_of

GAP_DAYS = {Kind.WEEK: 10, Kind.FOUR: 20}
"""A longer time than this without a check-in is a gap in its line."""
TICKS, MOST_HELPED, CAPTION = 4, 5, 1000
LOT, BIT = 1.5, 0.5
"""Mean ratings from which a practice helped a lot, or a bit."""


async def progress(talk: Talk, _words: str = "") -> None:
    """The picture, what it shows in a line or two, and where they are in words."""
    values, shows = await _picture(talk)
    talk.out.append(Say(beginning(shows, CAPTION), picture=Picture(values)))
    await _words_beside(talk)


async def pressed(talk: Talk, verb: str, _what: str) -> None:
    """A button of the page: the other theme."""
    if verb in ("dark", "light"):
        talk.unbutton()
        await talk.turn.save(talk.learner.with_profile(dark=verb == "dark"))
        await progress(talk)
    else:
        talk.toast("old-question")


async def _words_beside(talk: Talk) -> None:
    passages, tracks = await talk.passages(), await shown_tracks(talk)
    lines = [
        talk.text(
            "progress-line-hidden" if steps.track_hidden(talk, track) else "progress-line",
            title=_title(talk, track),
            done=done,
            of=of,
        )
        for track, done, of in tracks
    ]
    through = sum(1 for lesson, how in passages.items() if how is not Passage.SKIPPED and talk.lesson(lesson))
    text = talk.text("progress-title", count=through, written=await talk.turn.count_reflections())
    coming = next_lesson(talk.course, await talk.standing())
    if coming is not None:
        key = "progress-next-hidden" if talk.learner.closed(coming) else "progress-next"
        lines.append("\n" + talk.text(key, title=coming.title))
    changed = checkins.what_changed(talk, await talk.turn.shelf.ratings(), Kind.WEEK, Kind.FOUR, Kind.MOMENT)
    said = "\n".join([text, "", *lines]) if lines else text
    theme = "light" if talk.learner.profile.dark else "dark"
    rows = rows_of(
        [talk.button("button-journal", "jo:page:0"), talk.button("button-topics", "tr:list")],
        [talk.button("button-check-in-now", "cmd:checkin"), talk.button(f"button-picture-{theme}", f"pr:{theme}")],
    )
    talk.say_text("\n\n".join([said, *(["\n".join(changed)] if changed else [])]), rows)


async def shown_tracks(talk: Talk) -> list[tuple[str, int, int]]:
    """(track, lessons gone through, lessons there are for them), of the tracks they chose or have begun."""
    passages, chosen = await talk.passages(), await talk.tracks()
    begun = [
        track
        for track in talk.course.tracks
        if track not in chosen and set(talk.course.tracks[track].order) & set(passages)
    ]
    found = []
    for track in (*chosen, *begun):
        mine = [name for name in talk.course.tracks[track].order if name in passages or _shown_to(talk, name)]
        found.append((track, sum(1 for name in mine if name in passages), len(mine)))
    return found


def _shown_to(talk: Talk, lesson_id: str) -> bool:
    lesson = talk.lesson(lesson_id)
    return lesson is not None and not kept_from(talk, lesson)


def _title(talk: Talk, track: str) -> str:
    return steps.track_title(talk, track)


# -- the picture -------------------------------------------------------------------------------------------------------


async def _picture(talk: Talk) -> tuple[dict[str, Any], str]:
    """Its values, and what it shows, in words."""
    ratings, tracks = await talk.turn.shelf.ratings(), await shown_tracks(talk)
    lines = [line for kind in (Kind.WEEK, Kind.FOUR) for line in _lines(talk, ratings, kind)]
    helped = await _helped(talk, ratings)
    values = {
        "dark": talk.learner.profile.dark,
        "title": talk.texts.raw("picture-title"),
        "empty": talk.texts.raw("picture-empty"),
        "lines": lines,
        "tracks_title": talk.texts.raw("picture-lessons"),
        "tracks": [[_on_the_outside(talk, track), done, of] for track, done, of in tracks],
        "helped_title": talk.texts.raw("picture-helped"),
        "helped": [[title, one.mean, label] for title, one, label in helped],
    }
    return values, _in_words(talk, values)


def _on_the_outside(talk: Talk, track: str) -> str:
    # A picture is seen by whoever looks over a shoulder: topics about closeness are not named in it.
    return talk.texts.raw("a-closed-topic") if steps.track_hidden(talk, track) else _title(talk, track)


def _lines(talk: Talk, ratings: Sequence[Rating], kind: Kind) -> list[dict[str, Any]]:
    measure = measures().by_kind[kind]
    names = ["total"] if kind is Kind.FOUR else list(measure.scores)
    bounds = {question.id: (question.low, question.high) for question in measure.questions}
    whole = (0, sum(question.high for question in measure.questions))
    found = [(name, scores(measure, ratings, name)) for name in names]
    return [_line(talk, name, values, bounds.get(name, whole), GAP_DAYS[kind]) for name, values in found if values]


def _line(
    talk: Talk, name: str, values: Sequence[tuple[datetime, int]], bounds: tuple[int, int], gap: int
) -> dict[str, Any]:
    zone = talk.learner.profile.zone or "UTC"
    by_day = {local(at, zone).date(): value for at, value in values}  # of two on one day, the later holds
    days = sorted(by_day)
    return {
        "title": talk.texts.raw(f"picture-{name}"),
        "low": bounds[0],
        "high": bounds[1],
        "gap_days": gap,
        "points": [[day.isoformat(), by_day[day]] for day in days],
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "ticks": [[day.isoformat(), talk.texts.short_day(day)] for day in _spread(days)],
    }


def _spread(days: Sequence[date]) -> list[date]:
    """Up to four days of the line, spread evenly over its time."""
    near = (days[-1] - days[0]).days / 8
    if len(days) <= TICKS and all((later - day).days > near for day, later in pairwise(days)):
        return list(days)
    first, span = days[0], (days[-1] - days[0]) / (TICKS - 1)
    return list(dict.fromkeys(first + span * number for number in range(TICKS)))


async def _helped(talk: Talk, ratings: Sequence[Rating]) -> list[tuple[str, Helped, str]]:
    own = {tool.id: tool.text for tool in await talk.turn.shelf.tools()}
    found = []
    for one in what_helped(ratings):
        lesson = talk.lesson(one.about)
        if lesson is not None and kept_from(talk, lesson):
            continue
        title = own.get(one.about) if lesson is None else lesson.title
        if lesson is not None and talk.learner.closed(lesson):
            title = talk.texts.raw("a-closed-practice")
        if title:
            how = 2 if one.mean >= LOT else 1 if one.mean >= BIT else 0
            label = talk.texts.raw(f"picture-helped-{how}", count=one.times)
            found.append((title.splitlines()[0], one, label))
    return found[:MOST_HELPED]


def _in_words(talk: Talk, values: dict[str, Any]) -> str:
    """What the picture shows, for those who cannot see it."""
    said = [
        talk.text("picture-says-line", title=line["title"], count=len(line["points"]), latest=line["points"][-1][1],
                  day=talk.texts.short_day(date.fromisoformat(line["last"])), high=line["high"])
        for line in values["lines"]
    ]  # fmt: skip
    done, of = (sum(row[place] for row in values["tracks"]) for place in (1, 2))
    if of:
        said.append(talk.text("picture-says-lessons", done=done, of=of, topics=len(values["tracks"])))
    if values["helped"]:
        said.append(talk.text("picture-says-helped", title=plain(values["helped"][0][0])))
    head = talk.text("picture-says")
    return "\n".join([head, *said]) if said else f"{head}\n{plain(values['empty'])}"
