"""The questions of onboarding and settings. Each is a row of one table; where a learner is in them lives in their row.

A question can be answered by a tap or in words. `ask:<step>:<value>` is what its buttons carry.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time, timedelta
from hashlib import sha256

from bot.course.journey import CLOSENESS_SENSITIVITY
from bot.course.lesson import PracticeForm, Track
from bot.course.pace import EVERY_DAY, local
from bot.crisis.answer import essentials
from bot.i18n.hours import read_time, read_times
from bot.messages import Button, Pin, Rows, plain
from bot.service.learners import CONSENT_VERSION, Closeness, State
from bot.service.places import (
    HALF_AN_HOUR,
    ROUGHLY,
    distinct_zones,
    find_cities,
    find_country,
    find_zone,
    fold,
    zones_showing,
)
from bot.service.talk import LEAVING, Talk, in_columns, rows_of

UNSAFE_HELP = "sos:n:abuse"
UNDER_AGE_HELP = "sos:n:young"
OFTEN_CHOSEN = {
    "en": ("US", "GB", "CA", "AU", "IE", "IN"),
    "de": ("DE", "AT", "CH"),
    "es": ("ES", "MX", "AR", "CO", "CL", "PE"),
    "fr": ("FR", "BE", "CH", "CA"),
}
"""Countries offered first, by language. The order helps the thumb; the country itself is always asked."""
HOURS = ("07:00", "08:00", "09:00", "12:30", "18:00", "20:00", "21:00", "22:00")
MOST_ZONES, MOST_HOURS = 12, 8

YES = frozenset({"yes", "y", "yeah", "yep", "ok", "okay", "sure", "agree", "i agree", "yes i agree", "i am 18 or older and i agree",
                 "i am 18 or older", "i m 18 or older", "i m over 18", "i am over 18", "of course", "fine"})  # fmt: skip
NO = frozenset({"no", "n", "nope", "not now", "later", "no thanks", "not yet"})


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `typed` and `tapped` answer whether it is settled; a falsy answer means that they said what is missing."""

    name: str
    ask: Callable[[Talk], Awaitable[None]]
    typed: Callable[[Talk, str], Awaitable[bool]]
    tapped: Callable[[Talk, str], Awaitable[bool]]
    needed: Callable[[Talk], bool]


# -- the way through them ----------------------------------------------------------------------------------------------


async def go_on(talk: Talk, after: str | None) -> None:
    """Asks the next question that is needed, or ends with the summary. Outside onboarding: says what was saved."""
    if talk.learner.state is not State.NEW:
        await saved(talk)
        return
    names = list(STEPS)
    start = names.index(after) + 1 if after else 0
    for name in names[start:]:
        if STEPS[name].needed(talk):
            await open_step(talk, name)
            return
    await settle(talk)


async def open_step(talk: Talk, name: str) -> None:
    """Makes this the open question, and asks it."""
    await talk.change(step=name)
    await STEPS[name].ask(talk)


async def answer_in_words(talk: Talk, text: str) -> None:
    """What they typed, as the answer to the open question."""
    name = talk.learner.step or ""
    said = fold(text)
    if said == "back":
        await back(talk)
    elif said in LEAVING:
        await later(talk)
    elif await STEPS[name].typed(talk, text):
        await go_on(talk, name)


async def answer_by_tap(talk: Talk, name: str, value: str) -> None:
    """A button of a question. One that is not open any more says so kindly."""
    if name not in STEPS or talk.learner.step != name:
        talk.toast("old-question")
        talk.unbutton()
    elif value == "back":
        talk.unbutton()
        await back(talk)
    elif value == "later":
        talk.unbutton()
        await later(talk)
    elif await STEPS[name].tapped(talk, value):
        await go_on(talk, name)


async def back(talk: Talk) -> None:
    """The question before this one; before the first, and in settings, it is the same as "later"."""
    names = list(STEPS)
    before = [name for name in names[: names.index(talk.learner.step or names[0])] if STEPS[name].needed(talk)]
    if talk.learner.state is State.NEW and before:
        await open_step(talk, before[-1])
    else:
        await later(talk)


async def later(talk: Talk) -> None:
    """Leaves the question open in onboarding; in settings, closes it with nothing changed."""
    if talk.learner.state is State.NEW:
        talk.say("onboarding-later")
    else:
        await talk.change(step=None)
        talk.say("settings-unchanged")


async def settle(talk: Talk) -> None:
    """Onboarding is done: lessons are due from now on."""
    await talk.turn.enrol(ordered_topics(talk))
    await talk.change(step=None, state=State.ACTIVE)
    await talk.reschedule()
    rows = rows_of([talk.button("button-send-now", "ls:now")], [talk.button("button-change", "set:show")])
    pin_help(talk)
    talk.say_text(f"{talk.text('summary-title')}\n\n{summary(talk)}\n\n{first_send(talk)}", rows)


def pin_help(talk: Talk) -> None:
    """The essentials of help for their country, pinned where they stay readable when this process is dead."""
    talk.out.append(Pin(_help_to_pin(talk), talk.learner.profile.pinned))


def renew_pin(talk: Talk) -> None:
    """Pins the way to help anew where the one that is pinned says something else: after a line has changed, or a language."""
    here = talk.turn.learner.profile if talk.turn.learner is not None else None
    pinned_now = any(isinstance(reply, Pin) for reply in talk.out)
    if here is not None and here.pinned is not None and not pinned_now and mark(_help_to_pin(talk)) != here.pinned_mark:
        pin_help(talk)


def mark(text: str) -> str:
    """Tells one text from another."""
    return sha256(text.encode()).hexdigest()[:8]


def _help_to_pin(talk: Talk) -> str:
    return plain(essentials(talk.learner.language, talk.learner.profile.country, talk.now.date()))


async def saved(talk: Talk) -> None:
    """Says what holds now, after a change in settings."""
    await talk.change(step=None)
    learner = await talk.reschedule()
    if learner.profile.pinned is not None:
        pin_help(talk)
    tail = f"\n\n{first_send(talk)}" if learner.due_at else ""
    talk.say_text(f"{talk.text('settings-saved')}{tail}", rows_of([talk.button("button-more-settings", "set:show")]))


def first_send(talk: Talk) -> str:
    """When the next lesson comes, in their own time."""
    learner = talk.learner
    if learner.due_at is None or learner.profile.zone is None:
        nothing = {State.PAUSED: "when-paused", State.STOPPED: "when-stopped"}
        return talk.text(nothing.get(learner.state, "when-nothing"))
    here = local(learner.due_at, learner.profile.zone)
    if learner.state is State.PAUSED:
        return talk.text("when-paused-until", day=talk.texts.day(here.date()))
    place = talk.texts.zone(learner.profile.zone)
    return talk.text("first-send", day=talk.texts.day(here.date()), time=talk.texts.clock(here), place=place)


def summary(talk: Talk) -> str:
    """What they chose, a line each."""
    texts, here = talk.texts, talk.learner.profile
    unknown = talk.text("rather-not")
    lines = {
        "country": texts.country(here.country) if here.country else unknown,
        "zone": texts.zone(here.zone) if here.zone else unknown,
        "hour": texts.clock(time(here.hour, here.minute)) if here.hour is not None else unknown,
        "weekdays": weekdays_in_words(talk, here.weekdays),
        "form": talk.text(f"form-{here.form.value}"),
    }
    said = {name: talk.text(f"summary-{name}", answer=answer) for name, answer in lines.items()}
    topics = texts.raw("summary-topics", answer=titles(talk, ordered_topics(talk)) or plain(unknown))
    return "\n".join([*list(said.values())[:-1], topics, said["form"]])


def way_out(talk: Talk) -> list[Button]:
    """The row under every question."""
    name = talk.learner.step
    return [talk.button("button-back", f"ask:{name}:back"), talk.button("button-later", f"ask:{name}:later")]


def answered(talk: Talk, answer: str) -> None:
    """Turns the pressed question into a line with its answer."""
    if talk.pressed:
        talk.edit(talk.text(f"summary-{talk.learner.step}", answer=answer))


def tap(name: str, label: str, value: str) -> Button:
    """A button that answers a question."""
    return Button(label, f"ask:{name}:{value}")


# -- consent -----------------------------------------------------------------------------------------------------------


async def ask_consent(talk: Talk) -> None:
    rows = rows_of(
        [talk.button("button-agree", "ask:consent:yes")],
        [talk.button("button-under-18", UNDER_AGE_HELP), talk.button("button-not-now", "ask:consent:no")],
        [talk.button("button-privacy", "ask:consent:privacy")],
    )
    talk.say("consent", rows)


async def typed_consent(talk: Talk, text: str) -> bool:
    said = fold(text)
    if said in YES:
        return await _agree(talk)
    talk.say("consent-no" if said in NO else "consent-unclear")
    return False


async def tapped_consent(talk: Talk, value: str) -> bool:
    if value == "yes":
        answered(talk, talk.text("agreed"))
        return await _agree(talk)
    talk.say("privacy" if value == "privacy" else "consent-no")
    return False


async def _agree(talk: Talk) -> bool:
    await talk.turn.record_consent(CONSENT_VERSION)
    await talk.change(consent_version=CONSENT_VERSION)
    return True


# -- country -----------------------------------------------------------------------------------------------------------


async def ask_country(talk: Talk) -> None:
    often = OFTEN_CHOSEN.get(talk.learner.language.partition("-")[0], OFTEN_CHOSEN["en"])
    countries = [tap("country", talk.texts.country(iso), iso) for iso in often]
    others = [talk.button("button-other-country", "ask:country:other"), talk.button("rather-not", "ask:country:none")]
    talk.say("ask-country", rows_of(*in_columns(countries, 2), others, way_out(talk)))


async def typed_country(talk: Talk, text: str) -> bool:
    if fold(text) in ("rather not say", "none", "skip", "no"):
        return await _keep_country(talk, None)
    country = find_country(text)
    if country is None:
        talk.say("country-unknown", rows_of([talk.button("rather-not", "ask:country:none")], way_out(talk)))
        return False
    return await _keep_country(talk, country)


async def tapped_country(talk: Talk, value: str) -> bool:
    if value == "other":
        talk.say("country-type")
        return False
    return await _keep_country(talk, None if value == "none" else value)


async def _keep_country(talk: Talk, country: str | None) -> bool:
    answered(talk, talk.texts.country(country) if country else talk.text("rather-not"))
    zones = distinct_zones(country, talk.now) if country else ()
    await talk.change_profile(country=country)
    if talk.learner.state is State.NEW:
        # Another country, another clock: what was answered for the one before does not hold any more.
        await talk.change_profile(zone=zones[0] if len(zones) == 1 else None)
    return True


# -- time zone ---------------------------------------------------------------------------------------------------------


async def ask_zone(talk: Talk) -> None:
    country = talk.learner.profile.country
    # Somebody who changes it later has moved, perhaps to another country: then every clock is offered.
    zones = distinct_zones(country, talk.now) if country and talk.learner.state is State.NEW else ()
    if 1 <= len(zones) <= MOST_ZONES:
        talk.say("ask-zone", rows_of(*in_columns(_zone_buttons(talk, zones), 2), way_out(talk)))
    else:
        talk.say("ask-zone-anywhere", rows_of(*in_columns(_clock_buttons(talk), 4), way_out(talk)))


def _zone_buttons(talk: Talk, zones: tuple[str, ...]) -> list[Button]:
    return [tap("zone", _clock_and_place(talk, zone), zone) for zone in zones[:MOST_ZONES]]


def _clock_and_place(talk: Talk, zone: str) -> str:
    return f"{talk.texts.clock(local(talk.now, zone))} · {talk.texts.zone(zone)}"


def _clock_buttons(talk: Talk) -> list[Button]:
    # Every clock in the world, by whole hours: 24 taps that lead to a short list of cities.
    shown = (talk.now + timedelta(hours=shift) for shift in range(-11, 13))
    return [tap("zone", talk.texts.clock(moment), f"{moment:%H%M}") for moment in shown]


async def typed_zone(talk: Talk, text: str) -> bool:
    named = find_zone(text)
    if named:
        return await _keep_zone(talk, named)
    zones = tuple(city.zone for city in find_cities(text, talk.learner.profile.country))
    if zones:  # before the clock: Sète is a city, and seven in Portuguese
        return await _one_of(talk, zones)
    wall = read_time(text)
    if wall:
        return await _zone_by_clock(talk, wall)
    talk.say("zone-unknown")
    return False


async def tapped_zone(talk: Talk, value: str) -> bool:
    if re.fullmatch(r"[0-9]{4}", value):
        return await _zone_by_clock(talk, time(int(value[:2]) % 24, int(value[2:]) % 60), tapped=True)
    zone = find_zone(value)
    return await _keep_zone(talk, zone) if zone else False


async def _zone_by_clock(talk: Talk, wall: time, *, tapped: bool = False) -> bool:
    # The nearest hour was tapped: clocks that are half an hour off may be meant too.
    zones = zones_showing(wall, talk.now, talk.learner.profile.country, HALF_AN_HOUR if tapped else ROUGHLY)
    if not zones:
        talk.say("zone-no-such-clock", time=talk.texts.clock(wall))
        return False
    return await _one_of(talk, zones)


async def _one_of(talk: Talk, zones: tuple[str, ...]) -> bool:
    if len(zones) == 1:
        return await _keep_zone(talk, zones[0])
    talk.say("zone-which", rows_of(*in_columns(_zone_buttons(talk, zones), 2), way_out(talk)))
    return False


async def _keep_zone(talk: Talk, zone: str) -> bool:
    answered(talk, talk.texts.zone(zone))
    await talk.change_profile(zone=zone)
    return True


# -- hour and weekdays -------------------------------------------------------------------------------------------------


async def ask_hour(talk: Talk) -> None:
    hours = [tap("hour", talk.texts.clock(time.fromisoformat(hour)), hour) for hour in HOURS]
    talk.say("ask-hour", rows_of(*in_columns(hours, 4), way_out(talk)))


async def typed_hour(talk: Talk, text: str) -> bool:
    walls = read_times(text)
    if len(walls) == 1:
        return await _keep_hour(talk, walls[0])
    if walls:
        choices = [tap("hour", talk.texts.clock(wall), f"{wall:%H:%M}") for wall in walls[:MOST_HOURS]]
        talk.say("hour-which", rows_of(*in_columns(choices, 4), way_out(talk)))
    else:
        talk.say("hour-unclear")
    return False


async def tapped_hour(talk: Talk, value: str) -> bool:
    wall = read_time(value)
    return await _keep_hour(talk, wall) if wall else False


async def _keep_hour(talk: Talk, wall: time) -> bool:
    answered(talk, talk.texts.clock(wall))
    await talk.change_profile(hour=wall.hour, minute=wall.minute)
    return True


def _weekday_rows(talk: Talk) -> Rows:
    chosen = talk.learner.profile.weekdays
    days = [
        _tick(tap("weekdays", talk.texts.weekday(day, width="abbreviated"), str(day)), day in chosen)
        for day in range(7)
    ]
    done = [talk.button("button-done", "ask:weekdays:done")]
    return rows_of(*in_columns(days, 4), done, way_out(talk))


def _tick(button: Button, on: bool) -> Button:
    return Button(f"✓ {button.label}" if on else button.label, button.action)


async def ask_weekdays(talk: Talk) -> None:
    talk.say("ask-weekdays", _weekday_rows(talk))


async def typed_weekdays(talk: Talk, text: str) -> bool:
    days = read_weekdays(text, [fold(talk.texts.weekday(day)) for day in range(7)])
    if not days:
        talk.say("weekdays-unclear")
        return False
    await talk.change_profile(weekdays=days)
    return True


async def tapped_weekdays(talk: Talk, value: str) -> bool:
    chosen = talk.learner.profile.weekdays
    if value == "done":
        answered(talk, weekdays_in_words(talk, chosen))
        return True
    if value in tuple("0123456"):
        changed = chosen ^ {int(value)}
        if not changed:
            talk.toast("weekdays-one")
            return False
        await talk.change_profile(weekdays=changed)
        talk.edit(talk.text("ask-weekdays"), _weekday_rows(talk))
    return False


def read_weekdays(text: str, names: list[str]) -> frozenset[int]:
    """The weekdays that were typed, as numbers from Monday (0); empty when none is understood. `names` are folded."""
    said = fold(text)
    if spread := re.fullmatch(
        r"(\w+)\s*(?:[-\N{EN DASH}\N{EM DASH}]|to|until|through)\s*(\w+)", text.strip().casefold()
    ):
        first, last = (_weekday(fold(word), names) for word in spread.groups())
        if first is not None and last is not None:
            return frozenset((first + more) % 7 for more in range((last - first) % 7 + 1))
    groups = {"every day": EVERY_DAY, "all": EVERY_DAY, "daily": EVERY_DAY, "everyday": EVERY_DAY, "any": EVERY_DAY,
              "weekdays": frozenset(range(5)), "working days": frozenset(range(5)), "weekends": frozenset({5, 6}),
              "weekend": frozenset({5, 6}), "the weekend": frozenset({5, 6})}  # fmt: skip
    if said in groups:
        return groups[said]
    words = [word for word in re.split(r"\W+", said) if word not in ("", "and", "on", "only", "every")]
    days = {day for word in words if (day := _weekday(word, names)) is not None}
    return frozenset(days) if len(days) == len(set(words)) else frozenset()


def _weekday(word: str, names: list[str]) -> int | None:
    return next((day for day, name in enumerate(names) if len(word) > 1 and name.startswith(word.rstrip("s"))), None)


def weekdays_in_words(talk: Talk, days: frozenset[int]) -> str:
    """Weekdays as people say them."""
    if days == EVERY_DAY:
        return talk.text("every-day")
    if days == frozenset(range(5)):
        return talk.text("on-weekdays")
    return talk.texts.several([talk.texts.weekday(day) for day in sorted(days)])


# -- topics ------------------------------------------------------------------------------------------------------------


def offered(talk: Talk) -> list[Track]:
    """The tracks of this course, in the order in which they are offered."""
    return list(talk.course.tracks.values())


def track_title(talk: Talk, track_id: str) -> str:
    """A track's title in their language, else in English."""
    track = talk.course.tracks[track_id]
    return track.title.get(talk.learner.language) or track.title["en"]


def track_hidden(talk: Talk, track_id: str) -> bool:
    """True when a message should not name this track in the open: it is about closeness, or they asked for discretion."""
    here = talk.learner.profile
    return here.discreet or track_id in here.veiled or talk.course.tracks[track_id].sensitivity >= CLOSENESS_SENSITIVITY


def titles(talk: Talk, tracks: list[str]) -> str:
    """Titles of tracks in a row, in our markup. A title may hold commas, so they are parted by dots. One that is not for everybody's
    eyes stands under a spoiler, which notifications do not show."""
    named = [(plain(track_title(talk, track)), track_hidden(talk, track)) for track in tracks]
    return " · ".join(f"||{title}||" if hidden else title for title, hidden in named)


def ordered_topics(talk: Talk) -> list[str]:
    """The topics they ticked: a track asked for by link first, the others in the course's order."""
    return [track for track in talk.learner.profile.topics if track in talk.course.tracks]


def _topic_rows(talk: Talk) -> Rows:
    chosen = talk.learner.profile.topics
    tracks = [
        _tick(tap("topics", track_title(talk, track.id), track.id), track.id in chosen) for track in offered(talk)
    ]
    return rows_of(*in_columns(tracks, 1), [talk.button("button-done", "ask:topics:done")], way_out(talk))


def _topics_question(talk: Talk) -> str:
    texts = talk.texts
    about = "\n".join(
        texts(
            "topic-line", title=track_title(talk, track.id), about=track.about.get(texts.language) or track.about["en"]
        )
        for track in offered(talk)
    )
    return f"{texts('ask-topics')}\n\n{about}"


async def ask_topics(talk: Talk) -> None:
    talk.say_text(_topics_question(talk), _topic_rows(talk))


async def typed_topics(talk: Talk, text: str) -> bool:
    wanted = _read_topics(talk, text)
    if not wanted:
        talk.say("topics-unclear")
        return False
    await talk.change_profile(topics=tuple(dict.fromkeys((*talk.learner.profile.topics, *wanted))))
    return True


def _read_topics(talk: Talk, text: str) -> list[str]:
    said = fold(text)
    if said in ("all", "all of them", "everything"):
        return [track.id for track in offered(talk)]
    if said in ("done", "that s all", "thats all"):
        return list(talk.learner.profile.topics)
    found = []
    for number, track in enumerate(offered(talk), start=1):
        names = {track.id, str(number), fold(track_title(talk, track.id))}
        if any(re.search(rf"\b{re.escape(name)}\b", said) for name in names):
            found.append(track.id)
    return found


async def tapped_topics(talk: Talk, value: str) -> bool:
    chosen = talk.learner.profile.topics
    if value == "done":
        if not chosen:
            talk.toast("topics-one", alert=True)
            return False
        talk.edit(talk.texts.raw("summary-topics", answer=titles(talk, ordered_topics(talk))))
        return True
    if value in talk.course.tracks:
        changed = tuple(t for t in chosen if t != value) if value in chosen else (*chosen, value)
        await talk.change_profile(topics=changed)
        talk.edit(_topics_question(talk), _topic_rows(talk))
    return False


# -- closeness and practice form ---------------------------------------------------------------------------------------


def wants_closeness_topics(talk: Talk) -> bool:
    """True when a chosen track is about sexuality or closeness."""
    tracks = talk.course.tracks
    return any(tracks[name].sensitivity >= CLOSENESS_SENSITIVITY for name in ordered_topics(talk))


def closeness_open(talk: Talk) -> bool:
    """The closeness question comes before the intimacy topics, and only then."""
    return wants_closeness_topics(talk) and talk.learner.profile.closeness is not Closeness.SAFE


async def ask_closeness(talk: Talk) -> None:
    rows = rows_of(
        [talk.button("closeness-safe", "ask:closeness:safe")],
        [talk.button("closeness-not-now", "ask:closeness:not_now")],
        [talk.button("closeness-not-safe", "ask:closeness:not_safe")],
        way_out(talk),
    )
    talk.say("ask-closeness", rows)


_UNSAFE = re.compile(
    r"(?<!\bno )(?<!\bnot )\b(unsafe|pressur\w*|afraid|scared|fear\w*|forc(es|ed|ing)|threat\w*|hurts? me|hits? me|no way out)\b"
    r"|\b(not|never|\w+n t)\b( (?!but\b|sure\b)\w+){0,3} safe\b"
)
_UNSURE = re.compile(r"\b(not|no|never|unsure|maybe|perhaps|rather|\w+n t)\b")


async def typed_closeness(talk: Talk, text: str) -> bool:
    said = fold(text)
    if _UNSAFE.search(said):
        return await _keep_closeness(talk, Closeness.NOT_SAFE)
    if said in NO or _UNSURE.search(said):
        return await _keep_closeness(talk, Closeness.NOT_NOW)
    if said in YES or re.search(r"\b(yes|safe|wanted)\b", said):
        return await _keep_closeness(talk, Closeness.SAFE)
    talk.say("closeness-unclear")
    return False


async def tapped_closeness(talk: Talk, value: str) -> bool:
    if value not in tuple(Closeness):
        return False
    return await _keep_closeness(talk, Closeness(value))


async def _keep_closeness(talk: Talk, answer: Closeness) -> bool:
    if talk.pressed:
        # The answer itself is not left on the screen: somebody else may read it.
        talk.edit(talk.text("closeness-answered"))
    await talk.change_profile(closeness=answer)
    if answer is Closeness.SAFE:
        return True
    await _leave_closeness_out(talk)
    if answer is Closeness.NOT_NOW:
        talk.say("closeness-left-out")
        return bool(talk.learner.profile.topics) or not await _choose_again(talk)
    talk.say(
        "closeness-support",
        rows_of([talk.button("button-support", UNSAFE_HELP)], [talk.button("button-carry-on", "go:on")]),
    )
    coming = "form" if talk.learner.profile.topics else "topics"
    await talk.change(step=coming if talk.learner.state is State.NEW else None)
    return False


async def _leave_closeness_out(talk: Talk) -> None:
    tracks = talk.course.tracks
    kept = tuple(name for name in ordered_topics(talk) if tracks[name].sensitivity < CLOSENESS_SENSITIVITY)
    await talk.change_profile(topics=kept)
    if talk.learner.state is not State.NEW:
        await talk.turn.enrol(kept)


async def _choose_again(talk: Talk) -> bool:
    if talk.learner.state is State.NEW:
        await open_step(talk, "topics")
        return True
    return False


async def ask_form(talk: Talk) -> None:
    choices = [tap("form", talk.text(f"form-{form.value}"), form.value) for form in PracticeForm]
    talk.say("ask-form", rows_of(*in_columns(choices, 1), way_out(talk)))


async def typed_form(talk: Talk, text: str) -> bool:
    said = fold(text)
    if re.search(r"\b(just me|only me|by myself|no partner)\b", said):
        return await _keep_form(talk, PracticeForm.SOLO)
    if re.search(r"\b(either|both|any|don t mind)\b", said):
        return await _keep_form(talk, PracticeForm.EITHER)
    if re.search(r"\b(with|together|partner|someone|two)\b", said):
        return await _keep_form(talk, PracticeForm.TOGETHER)
    if re.search(r"\b(me|solo|alone|myself|single|one)\b", said):
        return await _keep_form(talk, PracticeForm.SOLO)
    talk.say("form-unclear")
    return False


async def tapped_form(talk: Talk, value: str) -> bool:
    if value not in tuple(PracticeForm):
        return False
    return await _keep_form(talk, PracticeForm(value))


async def _keep_form(talk: Talk, form: PracticeForm) -> bool:
    answered(talk, talk.text(f"form-{form.value}"))
    await talk.change_profile(form=form)
    return True


def _always(talk: Talk) -> bool:
    return True


STEPS = {
    step.name: step
    for step in (
        Step("consent", ask_consent, typed_consent, tapped_consent, lambda talk: not talk.learner.consented),
        Step("country", ask_country, typed_country, tapped_country, _always),
        Step("zone", ask_zone, typed_zone, tapped_zone, lambda talk: talk.learner.profile.zone is None),
        Step("hour", ask_hour, typed_hour, tapped_hour, _always),
        Step("weekdays", ask_weekdays, typed_weekdays, tapped_weekdays, _always),
        Step("topics", ask_topics, typed_topics, tapped_topics, _always),
        Step("closeness", ask_closeness, typed_closeness, tapped_closeness, closeness_open),
        Step("form", ask_form, typed_form, tapped_form, _always),
    )
}
