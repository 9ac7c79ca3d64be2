"""Browsing and choosing tracks."""

from __future__ import annotations

from bot.course.journey import CLOSENESS_SENSITIVITY, place_in
from bot.course.lesson import Track
from bot.service import steps
from bot.service.learners import Closeness
from bot.service.talk import Talk, in_columns, rows_of


async def tracks(talk: Talk, _words: str = "") -> None:
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
    talk.say_or_edit(talk.text("tracks"), rows_of(*in_columns(buttons, 1)))


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of the track pages."""
    if verb == "list":
        await tracks(talk)
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
        case "first":
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
    if track.id in chosen:
        buttons = [
            talk.button("button-first", f"tr:first:{track.id}"),
            talk.button("button-leave", f"tr:leave:{track.id}"),
        ]
    else:
        buttons = [talk.button("button-add", f"tr:add:{track.id}")]
    talk.say_or_edit("\n\n".join(parts), rows_of(buttons, [talk.button("button-all-topics", "tr:list")]))


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
