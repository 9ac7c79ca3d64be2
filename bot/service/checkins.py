"""Check-ins: a learner's own ratings, a tap each. Off until they want them, all skippable, and shown to nobody else.

What is asked and when a rule speaks is data (bot/content/measures.toml). A number opens nothing, blocks nothing, and picks no topic.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.content.measures import measures
from bot.course.measures import Kind, Measure, Question, Rating, Trend, rules_that_hold, scores, trend
from bot.course.pace import local
from bot.crisis.answer import essentials
from bot.i18n.texts import Texts
from bot.messages import Button, Rows, Say, plain
from bot.service import lessons, steps
from bot.service.learners import CheckIns, Closeness, Learner, State
from bot.service.talk import LEAVING, Talk, in_columns, rows_of

STEP = "checkin"
HELP_PAGE = "sos:main"
MOST_KEPT, LEAST_KEPT = 365, 90
FIRST_MILESTONE = timedelta(days=28)
GENTLE_DAYS = 3
HELP_TRACK = "help"
PAIRS_BEFORE_A_WORD = 3
SPEAKING = ("strong", "offer", "watch", "better")
"""Rules of which the first that holds is said. "worse" is said beside it."""


def invited(say: Say, learner: Learner, today: date, texts: Texts) -> Say:
    """The message with a button for a check-in under it, where one is wanted and due."""
    due = learner.profile.check_in_due
    if learner.profile.check_ins is CheckIns.OFF or due is None or due > today:
        return say
    return replace(say, rows=(*say.rows, (Button(texts("button-check-in"), "cmd:checkin"),)))


# -- the page ----------------------------------------------------------------------------------------------------------


async def check_in(talk: Talk, _words: str = "") -> None:
    """What a check-in is, and the ways to begin one."""
    if talk.learner.state is State.NEW:
        talk.say("finish-setting-up")
        return
    talk.say_text(*_page(talk))


def _page(talk: Talk) -> tuple[str, Rows]:
    how = talk.learner.profile.check_ins
    begin = [talk.button("button-check-in-now", "ci:go")]
    pair = [talk.button("button-moment", "ci:moment")] if talk.learner.closeness else []
    counted = "on" if talk.learner.profile.counted else "off"
    count = [talk.button(f"button-counted-{counted}", "ci:count")]
    rows = rows_of(begin, pair, *_how_often_rows(talk), [talk.button("button-kept", "ci:kept")], count)
    said = (talk.text("check-in"), talk.text(f"check-ins-{how.value}"), talk.text(f"counted-{counted}"))
    return "\n\n".join(said), rows


def _how_often_rows(talk: Talk) -> list[list[Button]]:
    now = talk.learner.profile.check_ins
    choices = [how for how in CheckIns if how is not now and (how is not CheckIns.BOTH or _four(talk))]
    return [[talk.button(f"button-check-ins-{how.value}", f"ci:every:{how.value}")] for how in choices]


def _four(talk: Talk) -> bool:
    return measures().by_kind[Kind.FOUR].speaks(talk.learner.language)


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of a check-in."""
    match verb:
        case "show":
            talk.edit(*_page(talk))
        case "go":
            await _begin(talk, Kind.WEEK)
        case "moment" if talk.learner.closeness:
            await _begin(talk, Kind.MOMENT)
        case "course":
            # The message about the end of a topic, under which it is asked, stays as it is.
            await _begin(talk, Kind.COURSE, what if what in talk.course.tracks else "", fresh=True)
        case "every" if what in tuple(CheckIns):
            await _how_often(talk, CheckIns(what))
        case "a":
            await _tapped(talk, *what.split(":"))
        case "on" | "end":
            await _open_again(talk, what, stop=verb == "end")
        case "count":
            await talk.change_profile(counted=not talk.learner.profile.counted)
            talk.edit(*_page(talk))
        case "gentler":
            await _gentler(talk)
        case "gentle":
            await talk.change(gentle=True)
            talk.edit(talk.text("gentle-next"))
        case "leave":
            talk.edit(talk.text("check-in-left"))
        case _:
            await _keeping(talk, verb)


async def _how_often(talk: Talk, how: CheckIns) -> None:
    due = talk.learner.profile.check_in_due or _today(talk)
    await talk.change_profile(check_ins=how, check_in_due=None if how is CheckIns.OFF else due)
    talk.edit(*_page(talk))


def _today(talk: Talk) -> date:
    return local(talk.now, talk.learner.profile.zone or "UTC").date()


# -- what is kept ------------------------------------------------------------------------------------------------------


async def _keeping(talk: Talk, verb: str) -> None:
    here = talk.learner.profile
    match verb:
        case "kept":
            pass
        case "longer":
            days = LEAST_KEPT if here.keep_ratings == MOST_KEPT else MOST_KEPT
            await talk.change_profile(keep_ratings=days)
            await talk.turn.shelf.keep_ratings_for(days)
        case "forget":
            await talk.turn.shelf.erase_ratings()
            talk.edit(talk.text("ratings-erased"))
            return
        case _:
            talk.toast("old-question")
            return
    long = talk.learner.profile.keep_ratings == MOST_KEPT
    rows = rows_of(
        [talk.button("button-keep-shorter" if long else "button-keep-longer", "ci:longer")],
        [talk.button("button-ratings-forget", "ci:forget"), talk.button("button-back", "ci:show")],
    )
    licence = measures().by_kind[Kind.FOUR].licence
    owner = licence.owner if licence else ""
    talk.edit(talk.text("ratings-kept", days=talk.learner.profile.keep_ratings, owner=owner), rows)


# -- asking ------------------------------------------------------------------------------------------------------------


async def _begin(talk: Talk, kind: Kind, about: str = "", *, fresh: bool = False) -> None:
    rating = Rating(secrets.token_hex(16), kind, talk.now, about=about)
    await talk.change(step=STEP)
    await _keep(talk, rating)
    _ask(talk, rating, fresh=fresh)


async def _keep(talk: Talk, rating: Rating) -> None:
    await talk.turn.shelf.keep_rating(rating, rating.at + timedelta(days=talk.learner.profile.keep_ratings))


def _measure(rating: Rating) -> Measure:
    return measures().by_kind[rating.kind]


def _open_question(rating: Rating) -> Question | None:
    return next((one for one in _measure(rating).questions if one.id not in rating.answers), None)


def _ask(talk: Talk, rating: Rating, *, fresh: bool = False) -> None:
    question = _open_question(rating)
    if question is None:
        return
    words = _measure(rating).wording.get(talk.learner.language)
    text = _official(words, question) if words else talk.text(f"rate-{question.id}")
    number, of = len(rating.answers) + 1, len(_measure(rating).questions)
    count = talk.text("question-of", number=number, of=of)
    rows = _answer_rows(talk, rating, question, words)
    (talk.say_text if fresh else talk.say_or_edit)(f"{count}\n\n{text}", rows)


def _official(words: Mapping[str, str], question: Question) -> str:
    return f"{plain(words['stem'])}\n\n**{plain(words[question.id])}**"


def _answer_rows(talk: Talk, rating: Rating, question: Question, words: Mapping[str, str] | None) -> Rows:
    def answer(label: str, value: object) -> Button:
        return Button(label, f"ci:a:{rating.id}:{question.id}:{value}")

    values = range(question.low, question.high + 1)
    if words:
        buttons = [[answer(words[str(value)], value)] for value in values]
    elif question.high == 1:
        buttons = [[answer(talk.text("answer-no"), 0), answer(talk.text("answer-yes"), 1)]]
    else:
        buttons = [list(row) for row in in_columns([answer(str(value), value) for value in values], 6)]
    way_out = [answer(talk.text("answer-skip"), "skip"), talk.button("button-stop-here", f"ci:end:{rating.id}")]
    return rows_of(*buttons, way_out)


async def _tapped(talk: Talk, rating_id: str, question: str = "", value: str = "") -> None:
    rating = await _find(talk, rating_id)
    known = {one.id: one for one in _measure(rating).questions} if rating else {}
    if rating is None or question not in known or question in rating.answers:
        talk.toast("old-question")
        return
    number = int(value) if value.isdecimal() else None
    if number is not None and not known[question].low <= number <= known[question].high:
        talk.toast("old-question")
        return
    await _answer(talk, rating, question, number)


async def _find(talk: Talk, rating_id: str) -> Rating | None:
    return next((one for one in await talk.turn.shelf.ratings() if one.id == rating_id), None)


async def answered(talk: Talk, text: str) -> None:
    """A number typed instead of tapped. Other words are what they always are: an answer to the lesson, or a note."""
    said = text.strip().casefold()
    rating = next((one for one in reversed(await talk.turn.shelf.ratings()) if not one.done), None)
    question = _open_question(rating) if rating else None
    if rating is None or question is None or not (said.isdecimal() or said in ("skip", *LEAVING)):
        await talk.change(step=None)
        await lessons.words(talk, text)
    elif said == "skip":
        await _answer(talk, rating, question.id, None)
    elif not said.isdecimal():
        await talk.change(step=None)
        talk.say("check-in-left")
    elif len(said) < 3 and question.low <= int(said) <= question.high:
        await _answer(talk, rating, question.id, int(said))
    else:
        talk.say("number-unclear", low=question.low, high=question.high)


async def _answer(talk: Talk, rating: Rating, question: str, value: int | None) -> None:
    rating = replace(rating, answers={**rating.answers, question: value})
    rest = _open_question(rating)
    rating = replace(rating, done=rest is None)
    await _keep(talk, rating)
    if rest is None:
        await _finished(talk, rating)
    elif rest.id == "after":
        await talk.change(step=None)
        talk.say_or_edit(talk.text("moment-later"), rows_of([talk.button("button-after", f"ci:on:{rating.id}")]))
    else:
        _ask(talk, rating)


async def _open_again(talk: Talk, rating_id: str, *, stop: bool) -> None:
    rating = await _find(talk, rating_id)
    if rating is None or rating.done:
        talk.toast("old-question")
    elif stop:
        await talk.change(step=None)
        talk.edit(talk.text("check-in-left"))
    else:
        await talk.change(step=STEP)
        _ask(talk, rating)


# -- what follows ------------------------------------------------------------------------------------------------------


async def _finished(talk: Talk, rating: Rating) -> None:
    ratings = await talk.turn.shelf.ratings()
    if rating.kind is Kind.WEEK:
        await talk.change_profile(check_in_due=_today(talk) + timedelta(days=_measure(rating).every_days))
    held = rules_that_hold(measures(), ratings, rating.kind)
    coming = _next_kind(talk, ratings) if rating.kind in (Kind.WEEK, Kind.FOUR) and not held else None
    if coming is not None:
        await _begin(talk, coming)
        return
    await talk.change(step=None)
    spoken = next((name for name in SPEAKING if name in held), None)
    parts = [talk.text(f"rule-{spoken}") if spoken else talk.text("check-in-kept")]
    if "worse" in held:
        parts.append(talk.text("rule-worse"))
    if spoken == "strong":
        parts.append(await _pause_for_help(talk))
    elif spoken is None:
        parts += what_changed(talk, ratings, rating.kind)
    rows = rows_of([talk.button("button-progress", "cmd:progress")]) if rating.kind is Kind.WEEK else ()
    if rating.kind is Kind.COURSE:
        parts, rows = _about_the_course(talk, rating)
    talk.say_or_edit("\n\n".join(parts), _rows_after(talk, spoken, worse="worse" in held) or rows)


def _next_kind(talk: Talk, ratings: Sequence[Rating]) -> Kind | None:
    """What is asked in the same breath: the four questions if they are wanted and due, the course itself on day 28."""
    if talk.learner.profile.check_ins is CheckIns.BOTH and _four(talk) and _due(talk, ratings, Kind.FOUR):
        return Kind.FOUR
    asked = any(one.kind is Kind.COURSE for one in ratings)
    return None if asked or talk.now - talk.learner.created_at < FIRST_MILESTONE else Kind.COURSE


def _due(talk: Talk, ratings: Sequence[Rating], kind: Kind) -> bool:
    last = max((one.at for one in ratings if one.kind is kind and one.answers), default=None)
    zone = talk.learner.profile.zone or "UTC"
    every = timedelta(days=measures().by_kind[kind].every_days)
    return last is None or _today(talk) - local(last, zone).date() >= every


def _rows_after(talk: Talk, rule: str | None, *, worse: bool) -> Rows:
    help_page = talk.button("button-help-page", HELP_PAGE)
    stop = [talk.button("button-pause", "cmd:pause"), talk.button("button-stop", "cmd:stop")] if worse else []
    match rule:
        case "strong":
            return rows_of([help_page], [talk.button("button-resume", "go:resume")])
        case "offer":
            gentler = talk.button("button-gentler-course", "ci:gentler")
            return rows_of([help_page], [gentler], stop, [talk.button("button-leave-it", "ci:leave")])
        case "watch":
            gentle = talk.button("button-gentle-next", "ci:gentle")
            return rows_of([help_page], [gentle], stop, [talk.button("button-leave-it", "ci:leave")])
        case _:
            return rows_of(stop)


async def _pause_for_help(talk: Talk) -> str:
    """Lessons rest until they say so, and the ways to reach a person come first: those of the help card, never a number of ours."""
    if talk.learner.state is State.ACTIVE:
        await talk.change(state=State.PAUSED, paused_until=None, due_at=None, owed_since=None)
    here = plain(essentials(talk.learner.language, talk.learner.profile.country, talk.now.date()))
    return f"{here}\n\n{talk.text('rule-strong-paused')}"


def _about_the_course(talk: Talk, rating: Rating) -> tuple[list[str], Rows]:
    if not rating.answers.get("harm"):
        return [talk.text("course-rated")], ()
    rows = rows_of(
        [talk.button("button-pause", "cmd:pause"), talk.button("button-stop", "cmd:stop")],
        [talk.button("button-boundaries", "bo:show"), talk.button("button-help-page", HELP_PAGE)],
    )
    return [talk.text("course-harmed")], rows


async def _gentler(talk: Talk) -> None:
    """The help topic first, fewer days, and no topics about closeness: what was offered, and nothing more."""
    kept = [
        name for name in await talk.tracks() if not talk.course.tracks[name].sensitivity >= 2 and name != HELP_TRACK
    ]
    chosen = (*((HELP_TRACK,) if HELP_TRACK in talk.course.tracks else ()), *kept)
    days = sorted(talk.learner.profile.weekdays)
    fewer = frozenset(days[::2][:GENTLE_DAYS]) if len(days) > GENTLE_DAYS else frozenset(days)
    closeness = Closeness.NOT_NOW if talk.learner.closeness else talk.learner.profile.closeness
    await talk.turn.enrol(chosen)
    await talk.change(gentle=True)
    await talk.change_profile(topics=chosen, weekdays=fewer, closeness=closeness)
    await talk.reschedule()
    talk.edit(f"{talk.text('gentler-course')}\n\n{steps.first_send(talk)}")


# -- in words ----------------------------------------------------------------------------------------------------------


def what_changed(talk: Talk, ratings: Sequence[Rating], *kinds: Kind) -> list[str]:
    """What their own numbers say, in three plain steps, and only beyond their noise; one line while there are too few."""
    lines: list[str] = []
    for kind in kinds:
        measure = measures().by_kind[kind]
        names = ["total"] if kind is Kind.FOUR else list(measure.scores)
        if kind in (Kind.WEEK, Kind.FOUR):
            lines += [_trend_line(talk, name, _values(measure, ratings, name), measure.noise[name]) for name in names]
    told = [line for line in lines if line]
    if kinds and Kind.MOMENT in kinds:
        told += _pairs_line(talk, ratings)
    return told or ([talk.text("too-few")] if any(one.done for one in ratings if one.kind in kinds) else [])


def _values(measure: Measure, ratings: Sequence[Rating], name: str) -> list[float]:
    return [float(value) for _, value in scores(measure, ratings, name)]


def _trend_line(talk: Talk, name: str, values: Sequence[float], noise: float) -> str:
    found = trend(values, noise)
    return "" if found is Trend.TOO_FEW else talk.text(f"trend-{name}-{found.value}")


def _pairs_line(talk: Talk, ratings: Sequence[Rating]) -> list[str]:
    pairs: list[Any] = [one.answers for one in ratings if one.kind is Kind.MOMENT and one.done]
    changes = [one["after"] - one["before"] for one in pairs if one["after"] is not None and one["before"] is not None]
    if len(changes) <= PAIRS_BEFORE_A_WORD:
        return []
    mean = sum(changes) / len(changes)
    step = "steady" if abs(mean) < measures().by_kind[Kind.MOMENT].noise["after"] else "up" if mean > 0 else "down"
    return [talk.text(f"trend-moment-{step}")]
