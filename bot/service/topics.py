"""Browsing and choosing tracks."""

from __future__ import annotations

from collections.abc import Collection

from bot.course.journey import CLOSENESS_SENSITIVITY, place_in
from bot.course.lesson import Suggestion, Track
from bot.course.milestones import last_of
from bot.service import boundaries, steps
from bot.service.learners import Closeness
from bot.service.talk import Talk, in_columns, rows_of


async def tracks(talk: Talk, _words: str = "", *, fresh: bool = False) -> None:
    """Every track, with a button each."""
    chosen = await talk.tracks()
    buttons = [
        talk.button(
            "track-on" if track.id in chosen else "track-off",
            f"tr:show:{track.id}",
            title=steps.track_title(talk, track.id),
        )
        for track in steps.offered(talk)
    ]
    (talk.say_text if fresh else talk.say_or_edit)(talk.text("tracks"), rows_of(*in_columns(buttons, 1)))


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the track pages."""
    if verb in ("list", "all"):
        await tracks(talk, fresh=verb == "all")
        return
    track = talk.course.tracks.get(what)
    if track is None:
        talk.toast("track-gone")
        return
    match verb:
        case "show":
            await show(talk, track)
        case "add":
            await _add(talk, track)
        case "first" | "before":
            await _put_first(talk, track)
        case "leave":
            await _leave(talk, track)
        case _:
            talk.toast("old-question")


async def show(talk: Talk, track: Track) -> None:
    """What a track is about, who may want to skip it, and whether it is chosen."""
    texts, chosen = talk.texts, await talk.tracks()
    passages = await talk.passages()
    parts = [
        texts("track-title", title=steps.track_title(talk, track.id)),
        texts.raw("track-about", about=track.about.get(texts.language) or track.about["en"], lessons=len(track.order)),
    ]
    if any(lesson in passages for lesson in track.order):
        parts.append(
            texts("track-place", place=min(place_in(track.order, passages), len(track.order)), of=len(track.order))
        )
    skip = track.who_should_skip.get(texts.language) or track.who_should_skip.get("en")
    if skip:
        parts.append(texts("who-should-skip", text=skip))
    if track.sensitivity >= CLOSENESS_SENSITIVITY:
        parts.append(texts("track-sensitive"))
    hidden = boundaries.hidden_lessons(talk, track.id)
    if hidden:
        parts.append(texts("track-boundaries", count=len(hidden)))
    first = _goes_before(talk, track, chosen, passages)
    if first:
        parts.append(first.why.get(texts.language) or first.why["en"])
    if track.id in chosen:
        buttons = [
            talk.button("button-first", f"tr:first:{track.id}"),
            talk.button("button-leave", f"tr:leave:{track.id}"),
        ]
    else:
        buttons = [talk.button("button-add", f"tr:add:{track.id}")]
    before = (
        [talk.button("button-first-other", f"tr:before:{first.first}", title=steps.track_title(talk, first.first))]
        if first
        else []
    )
    end = last_of(talk.course, track.id, await talk.standing())
    back = [talk.button("button-look-back", f"rc:track:{track.id}")] if end in passages else []
    talk.say_or_edit("\n\n".join(parts), rows_of(buttons, before, back, [talk.button("button-all-topics", "tr:list")]))


def _goes_before(talk: Talk, track: Track, chosen: Collection[str], passages: Collection[str]) -> Suggestion | None:
    """What the course suggests before this track, unless they have begun either of the two or put that one first already."""
    for one in talk.course.suggestions:
        other = talk.course.tracks[one.first]
        begun = any(lesson in passages for lesson in (*track.order, *other.order))
        earlier = one.first in chosen and (track.id not in chosen or _before(chosen, one.first, track.id))
        if one.before == track.id and not begun and not earlier:
            return one
    return None


def _before(order: Collection[str], first: str, then: str) -> bool:
    return list(order).index(first) < list(order).index(then)


async def _add(talk: Talk, track: Track) -> None:
    await _enrol(talk, (*(t for t in await talk.tracks() if t != track.id), track.id))
    talk.toast("track-added")
    await show(talk, track)
    await _ask_about_closeness(talk, track)


async def _put_first(talk: Talk, track: Track) -> None:
    await _enrol(talk, (track.id, *(t for t in await talk.tracks() if t != track.id)))
    talk.toast("track-first")
    await show(talk, track)


async def _leave(talk: Talk, track: Track) -> None:
    await _enrol(talk, tuple(t for t in await talk.tracks() if t != track.id))
    talk.toast("track-left")
    await show(talk, track)


async def _enrol(talk: Talk, chosen: tuple[str, ...]) -> None:
    await talk.turn.enrol(chosen)
    await talk.change_profile(topics=chosen)
    await talk.reschedule()


async def _ask_about_closeness(talk: Talk, track: Track) -> None:
    if track.sensitivity >= CLOSENESS_SENSITIVITY and talk.learner.profile.closeness is not Closeness.SAFE:
        await steps.open_step(talk, "closeness")
