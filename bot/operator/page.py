"""The page in HTML: three views of one house. Everything that stands in it was made fit to be shown before it came here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape

from bot.operator.charts import HIDDEN, Bar, bars
from bot.service.figures import Figure, span
from bot.service.overview import Change, Dependency, Finding, Long, Now, Tracks

NAMES = {"database": "Database", "bot_api": "Telegram", "lessons": "Lessons"}
OUTCOMES = {
    "sent": "sent", "not_sent": "not sent", "refused": "refused", "uncertain": "uncertain", "retry": "to be tried again",
    "claimed": "about to go", "sending": "on their way",
}  # fmt: skip
STATES = {
    "new": "signing up", "active": "active", "paused": "paused", "stopped": "stopped", "gone": "blocked the bot", "all": "all",
}  # fmt: skip
VIEWS = (("", "Today"), ("people", "People"), ("lessons", "Lessons"))
HOME = "/operator"
FOOT = "Groups under ten people are hidden, and so is what would give them away. No person is ever shown."
OF_THOSE = (
    "By the hour that people chose, in their own time. Of those who got lessons in the last four weeks, how many in a hundred"
    " wrote at least once."
)
OF_EVERYONE = "Of everybody who ever wrote to the bot and is not deleted, how many in a hundred came so far."
QUESTIONS = {"heavy": "how heavy (less is better)", "rested": "how rested", "close": "how close"}
OF_CHECK_INS = (
    "From the first weekly check-in to the last, three weeks or more apart, on a scale from 0 to 10; only of those who let theirs be"
    " added up. In nineteen cases of twenty the true mean lies in the range behind it. Where the range holds 0, there may be no"
    " change at all. Nobody knows how they would be without the course, so this proves nothing."
)
LATE = timedelta(minutes=2)
TOO_FEW = "too few"


def today(now: Now, looks: tuple[Finding, ...] | None) -> str:
    """The first view: does it work, and what went out?"""
    parts = [_how_it_is(now), _to_mend(looks)]
    if now.figures is not None:
        parts += [_backlog(now.figures), _sent_today(now.figures, now.made_at.date()), _days(now.figures)]
        parts += [_help_cards(now.figures)]
    parts += [_events(now), _reviews(now), _versions(now)]
    return _frame("", "Today", "".join(parts), again=looks is None)


def people(now: Now, long: Long | None) -> str:
    """The second view: how many people, in which state, and where signing up ends."""
    if now.figures is None:
        return _frame("people", "People", _how_it_is(now))
    states = [Bar(STATES[one.name], one.number) for one in now.figures if one.section == "learners"]
    parts = [_card("Learners by state", bars("Learners by state", states))]
    if long is None:
        return _frame("people", "People", "".join(parts) + _counting(), again=True)
    steps = [Bar(name.replace("_", " "), number) for name, number in long.onboarding.groups.items()]
    more = f"<p class=note>{_said(long.onboarding.total)} people have begun to sign up and are not done.</p>"
    came = [Bar(name, percent, " %", TOO_FEW) for name, percent in long.came.items()]
    far = bars("How far people come, in percent", came, 100) + f"<p class=note>{OF_EVERYONE}</p>"
    parts.append(_card("How far people come", far))
    parts.append(_card("Where signing up stands still", bars("People by the step they are at", steps) + more))
    parts.append(_check_ins(long))
    return _frame("people", "People", "".join(parts) + _counted_at(long))


def _check_ins(long: Long) -> str:
    rows = "".join(
        f"<tr><td>{escape(QUESTIONS.get(name, name))}</td><td>{_changed(one)}</td></tr>"
        for name, one in long.changes.items()
    )
    table = f"<table><thead><tr><th>question</th><th>change</th></tr></thead>{rows}</table>" if rows else _nothing()
    rate = (
        ""
        if long.harm_rate is None
        else f", about {long.harm_rate} in a hundred of those who were asked and let it be counted"
    )
    harm = f"<h3>Told of harm or upset</h3><p>{_said(long.harmed)}{rate}.</p>"
    return _card("Check-ins, added up", f"{table}<p class=note>{OF_CHECK_INS}</p>{harm}")


def _changed(one: Change | None) -> str:
    if one is None:
        return TOO_FEW
    return f"{one.mean:+.1f} ({one.low:+.1f} to {one.high:+.1f}), {one.people} people or a few more"


def lessons(now: Now, long: Long | None) -> str:
    """The third view: how far people come in each track, and which lessons they answer."""
    if long is None:
        trouble = "" if now.figures is not None else _how_it_is(now)
        return _frame("lessons", "Lessons", trouble or _counting(), again=not trouble)
    hours = [Bar(f"{hour:02}:00 to {hour:02}:59", percent, " %", TOO_FEW) for hour, percent in long.hours.items()]
    first = bars("Replies by hour, in percent", hours, 100) if hours else _nothing()
    note = f"<p class=note>{OF_THOSE}</p>"
    shown = [_track(one) for one in long.tracks.values() if _has_people(one)]
    rest = (
        "" if len(shown) == len(long.tracks) else "<p class=note>A track stands here once ten people have begun it.</p>"
    )
    body = _card("Replies by hour", first + note) + "".join(shown) + rest
    return _frame("lessons", "Lessons", body + _counted_at(long))


def sign_in(wrong: bool) -> str:
    """The door."""
    sorry = '<p class="bad" role="alert">That is not the token. Look at it again.</p>' if wrong else ""
    form = (
        f'<form method="post" action="{HOME}/sign-in">{sorry}<label for="token">Token</label>'
        '<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>'
        '<button>Open</button></form><p class="note">It stands in OPERATOR_TOKEN, or in the file operator.token in DATA_DIR.</p>'
    )
    return _document("Sign in", f'<main class="door"><h1>Kindling</h1>{form}</main>')


# -- parts of the first view -------------------------------------------------------------------------------------------


def _how_it_is(now: Now) -> str:
    rows = "".join(_dependency(one) for one in now.dependencies)
    return _card("How it is", f'<ul class="looks">{rows}</ul>')


def _dependency(one: Dependency) -> str:
    name, mark = NAMES.get(one.name, one.name), "✓" if one.fine else "✗"
    took = f' <span class="note">{one.seconds * 1000:.0f} ms</span>' if one.fine and one.seconds else ""
    do = f'<span class="do">{escape(one.do)}</span>' if one.do else ""
    return (
        f'<li class="{"good" if one.fine else "bad"}"><span class="mark" aria-hidden="true">{mark}</span>'
        f"<span><b>{escape(name)}</b>: {escape(one.says)}{took}{do}</span></li>"
    )


def _to_mend(looks: tuple[Finding, ...] | None) -> str:
    if looks is None:
        return _card("To mend", '<p class="note" role="status">Being looked at. This page looks again in a moment.</p>')
    if not looks:
        return _card("To mend", '<p class="good">Nothing.</p>')
    rows = "".join(
        f'<li class="{"bad" if one.grave else "warn"}"><span class="mark">{number}.</span>'
        f'<span><b>{escape(one.id)}</b>: {escape(one.says)}<span class="do">{escape(one.do)}</span></span></li>'
        for number, one in enumerate(looks, start=1)
    )
    return _card("To mend", f'<ul class="looks">{rows}</ul><p class=note>`kindling doctor` looks more closely.</p>')


def _backlog(figures: tuple[Figure, ...]) -> str:
    number, oldest = (one.number for one in figures if one.section == "backlog")
    late = timedelta(seconds=oldest or 0)
    if late < LATE:
        return _card("Late", '<p class="big good">Nothing is late.</p>')
    how_many = HIDDEN if number is None else f"{number}"
    says = f"{how_many} messages are late, the oldest by {span(late)}."
    return _card(
        "Late", f'<p class="big bad">{says}</p><p class="do">`kindling doctor` says what stands in the way.</p>'
    )


def _sent_today(figures: tuple[Figure, ...], day: date) -> str:
    found = {one.name: one.number for one in figures if one.section == "deliveries" and one.day == day}
    rows = [Bar(says, found.get(name)) for name, says in OUTCOMES.items()]
    return _card("Messages of today (UTC)", bars("Messages of today by outcome", rows))


def _days(figures: tuple[Figure, ...]) -> str:
    sent = [one for one in figures if one.section == "deliveries" and one.name == "sent"]
    rows = [Bar(_day(one.day), one.number) for one in sent if one.day is not None]
    return _card("Sent, by day", bars("Messages sent by day", rows))


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _help_cards(figures: tuple[Figure, ...]) -> str:
    cards = [one for one in figures if one.section == "help cards"]
    rows = [Bar(_day(one.day), one.number) for one in cards if one.day is not None]
    note = "<p class=note>A bare number for each day, tied to nobody. Under ten and none look the same.</p>"
    return _card("Help cards shown, by day", bars("Help cards shown by day", rows) + note)


def _events(now: Now) -> str:
    rows = [
        f"<tr><td><code>{escape(word)}</code></td><td>{number}</td></tr>" for word, number in sorted(now.events.items())
    ]
    table = f"<table><thead><tr><th>word in the log</th><th>times</th></tr></thead>{''.join(rows)}</table>"
    return _card("Warnings and errors since the start", table if rows else '<p class="good">None.</p>')


def _reviews(now: Now) -> str:
    if now.reviews_due:
        says = f'<p class="bad">{now.reviews_due} reviews of helplines are overdue.</p>'
    else:
        says = f"<p>The next review is due on {escape(now.review_by)}.</p>"
    return _card("Helplines", f"{says}<p class=do>`kindling crisis review` makes the page for it.</p>")


def _versions(now: Now) -> str:
    rows = (("Kindling", now.version), ("tables", now.schema), ("running for", span(now.running)))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return _card("Versions", f"<dl>{listed}</dl>")


# -- parts of the other views ------------------------------------------------------------------------------------------


def _has_people(track: Tracks) -> bool:
    return track.stops.total is not None or any(one is not None for one in track.rates.values())


def _track(track: Tracks) -> str:
    stops = [Bar(_after(place, len(track.stops.groups)), number) for place, number in track.stops.groups.items()]
    rates = [
        Bar(f"lesson {place}", percent, " %", TOO_FEW) for place, percent in enumerate(track.rates.values(), start=1)
    ]
    body = f"<h3>After how many lessons people are</h3>{bars('People by their place', stops)}"
    body += f"<h3>How many answer in words</h3>{bars('Answers by lesson, in percent', rates, 100)}"
    return _card(track.title, body)


def _after(place: str, last: int) -> str:
    return "all of it" if place == str(last) else f"after lesson {place}"


def _counting() -> str:
    return '<p class="note" role="status">The rest is being counted. This page looks again by itself in a moment.</p>'


def _counted_at(long: Long) -> str:
    return f'<p class="note">Counted at {long.made_at:%H:%M} UTC, anew every ten minutes when somebody looks.</p>'


def _nothing() -> str:
    return "<p>Nothing that ten people share yet.</p>"


def _said(number: int | None) -> str:
    return HIDDEN.capitalize() if number is None else str(number)


# -- the house ---------------------------------------------------------------------------------------------------------


def _card(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{_code(body)}</section>"


def _code(body: str) -> str:
    """What stands between backticks is a command."""
    parts = body.split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _frame(view: str, title: str, body: str, *, again: bool = False) -> str:
    links = "".join(_link(path, name, path == view) for path, name in VIEWS)
    out = f'<form method="post" action="{HOME}/sign-out"><button class="quiet">Sign out</button></form>'
    header = f'<header><b>Kindling</b><nav aria-label="Views">{links}</nav>{out}</header>'
    main = f"<main><h1>{title}</h1><div class=cards>{body}</div><p class=note>{FOOT}</p></main>"
    return _document(title, header + main, '<meta http-equiv="refresh" content="2">' if again else "")


def _link(path: str, name: str, here: bool) -> str:
    where = f"{HOME}/{path}".rstrip("/")
    return f'<a href="{where}"{" aria-current=page" if here else ""}>{name}</a>'


def _document(title: str, body: str, head: Iterable[str] = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)} · Kindling</title><link rel="stylesheet" href="{HOME}/style.css">{"".join(head)}</head>'
        f"<body>{body}</body></html>"
    )
