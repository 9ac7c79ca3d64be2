"""`kindling learners`: one person's record, on their request: shown, handed out, or gone. Nothing here prints what they wrote."""

from __future__ import annotations

import json as json_text
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.opening import YES, course_at_hand, done, keys_at_hand, settings_at_hand, sure
from bot.cli.printing import JSON, as_json, console, stop_with
from bot.course.lesson import Course
from bot.course.pace import local
from bot.i18n.texts import texts_for
from bot.messages import ChatRef, utc_text
from bot.service.behind import LOOKED_BACK, NO_DECISION, Missed, Place, Turn, missed, places
from bot.service.export_page import as_page
from bot.service.figures import span
from bot.service.learners import Learner
from bot.service.passport import BadPassport, chat_in, read_passport
from bot.service.records import Forgotten, LedgerRow, Record, as_export
from bot.settings import Settings
from bot.storage.backup import written_whole
from bot.storage.opening import opened, sqlite_file
from bot.storage.records import SqlRecords
from bot.storage.rotation import try_keys

group = typer.Typer(help="One learner: what is held, handed out or deleted on their request.", no_args_is_help=True)

CHAT_ID = Annotated[
    str,
    typer.Argument(
        help="Their Telegram chat id; - reads it from standard input, so that it is kept out of the shell's history."
    ),
]
TO = Annotated[Path, typer.Option("--to", help="The folder to write into; it is made if it is not there.")]
FILE = Annotated[Path, typer.Argument(help="The file kindling-export.json, or my-records.json, of the other instance.")]
LAST = typer.Option(10, "--last", min=0, help="How many of the latest decisions are shown.")
PAGE, DATA = "kindling-export.html", "kindling-export.json"
NOBODY = "there is no learner with that chat id in this database"


def chat_of(given: str) -> ChatRef:
    """The chat that was meant. An id that is none ends the command; it is not printed again."""
    number = (sys.stdin.readline() if given == "-" else given).strip()
    if not number.isascii() or not number.isdigit() or len(number) > 19:
        stop_with(["a chat id is a number without spaces, such as Telegram gives to every private chat"])
    return ChatRef("telegram", number)


def _record(settings: Settings, chat: ChatRef) -> Record:
    async def work() -> Record | None:
        async with opened(settings) as database:
            async with database.read() as db:
                await try_keys(db, keys)  # with the wrong key nobody would be found
            return await SqlRecords(database, keys).record(chat)

    keys = keys_at_hand(settings)
    record = done(settings, work())
    if record is None:
        stop_with([NOBODY], 1)
    return record


# -- show --------------------------------------------------------------------------------------------------------------


@group.command()
def show(chat_id: CHAT_ID, last: int = LAST, json: bool = JSON) -> None:
    """Shows state, next lesson, place in each track, and why a lesson did not come. Not what they wrote."""
    settings, now = settings_at_hand(), datetime.now(UTC)
    chat, course = chat_of(chat_id), course_at_hand(settings)
    record = _record(settings, chat)
    latest = tuple(reversed(record.deliveries))[:last]
    if json:
        as_json(_as_json(record, course, now, latest))
        return
    for line in _state(record.learner, len(record.reflections), now):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(_tracks(places(record, course)))
    for line in _missed(missed(record, now)):
        console.print(line, soft_wrap=True)
    if latest:
        console.print(_ledger(latest, record.learner))


def _as_json(record: Record, course: Course, now: datetime, latest: tuple[LedgerRow, ...]) -> dict[str, Any]:
    export = as_export(record, course, now)
    behind = [{"day": one.day.isoformat(), "reason": one.reason} for one in missed(record, now)]
    return {
        "learner": {"id": record.learner.id, **export["learner"]},
        "hour": export["settings"]["hour"],
        "time_zone": export["settings"]["time_zone"],
        "weekdays": export["settings"]["weekdays"],
        "reflections": len(record.reflections),
        "places": [asdict(one) for one in places(record, course)],
        "behind": {"days": len(behind), "looked_back_days": LOOKED_BACK, "missed": behind},
        "decisions": as_export_rows(latest),
    }


def as_export_rows(rows: tuple[LedgerRow, ...]) -> list[dict[str, Any]]:
    """Ledger rows for JSON, newest first."""
    return [
        {
            "decided_at": utc_text(row.decided_at),
            "day": row.delivery.slot.isoformat(),
            "kind": row.delivery.kind.value,
            "lesson": row.delivery.lesson,
            "status": row.delivery.status.value,
            "reason": row.delivery.reason,
            "attempts": row.delivery.attempts,
            "failed_attempts": [
                {"at": utc_text(each.at), "outcome": each.outcome, "reason": each.reason} for each in row.failed
            ],
        }
        for row in rows
    ]


def _state(learner: Learner, written: int, now: datetime) -> list[str]:
    rule = learner.rule
    hour = f"{rule.hour:02}:{rule.minute:02} {rule.zone}" if rule else "not set"
    days = "" if rule is None or len(rule.weekdays) == 7 else f" on {_weekdays(rule.weekdays)}"
    lines = [
        f"[bold]Learner {learner.id}[/bold]  (a random id: it may stand in a ticket, the chat id should not)",
        f"state      {learner.state.value}{_until(learner)}",
        f"language   {learner.language}",
        f"lessons    {hour}{days}",
        f"next due   {_due(learner, now)}",
        f"last seen  {learner.seen_at:%Y-%m-%d %H:%M} UTC, here since {learner.created_at:%Y-%m-%d}",
        f"wrote      {written} entries; their words are not shown here",
    ]
    return [*lines, f"open step  {learner.step}"] if learner.step else lines


def _weekdays(days: frozenset[int]) -> str:
    return ", ".join(texts_for("en").weekday(day, width="abbreviated") for day in sorted(days))


def _until(learner: Learner) -> str:
    return f" until {learner.paused_until:%Y-%m-%d %H:%M} UTC" if learner.paused_until else ""


def _due(learner: Learner, now: datetime) -> str:
    if learner.due_at is None:
        return "nothing is due"
    here = local(learner.due_at, learner.profile.zone or "UTC")
    ahead = learner.due_at - now
    when = f"in {span(ahead)}" if ahead >= timedelta() else f"[red]{span(ahead)} ago: is the bot running?[/red]"
    return f"{here:%Y-%m-%d %H:%M} {learner.profile.zone or 'UTC'}, {when}"


def _tracks(found: tuple[Place, ...]) -> Table | str:
    if not found:
        return "No track is chosen."
    table = Table("track", "place", "gone through", "now", box=None, pad_edge=False)
    for one in found:
        through = ", ".join(f"{number} {how.replace('_', ' ')}" for how, number in one.through.items())
        place = f"{one.number} of {one.of}" if one.of else "–"
        table.add_row(one.track, place, through or "–", _turn(one))
    return table


def _turn(one: Place) -> str:
    says = {
        Turn.NEXT: "its lesson comes next",
        Turn.WAITS: "waits for the track before it",
        Turn.THROUGH: "all gone through",
        Turn.CLOSED: "closed: topics of closeness are off",
        Turn.GONE: "no longer in the course",
    }[one.turn]
    return f"{says}, {one.first} before it" if one.first else says


def why(reason: str) -> str:
    """The reason for which nothing was sent, in words."""
    texts, key = texts_for("en"), f"export-reason-{reason}".replace("_", "-")
    status = f"export-status-{reason}".replace("_", "-")
    if reason == NO_DECISION:
        return "nothing was decided: the bot was not running, or lessons were paused then"
    return texts(key) if texts.has(key) else texts(status) if texts.has(status) else reason


def _missed(found: tuple[Missed, ...]) -> list[str]:
    if not found:
        return ["", f"Not behind: every lesson that was due in the last {LOOKED_BACK} days came.", ""]
    runs = [list(run) for _, run in groupby(found, key=lambda one: one.reason)]
    head = f"Behind: no lesson on {len(found)} of the last {LOOKED_BACK} days."
    return ["", head, *(f"  {_days(run)}  {why(run[0].reason)}" for run in runs), ""]


def _days(run: list[Missed]) -> str:
    return str(run[0].day) if len(run) == 1 else f"{run[0].day} to {run[-1].day}, {len(run)} lessons:"


def _ledger(rows: tuple[LedgerRow, ...], learner: Learner) -> Table:
    zone = learner.profile.zone or "UTC"
    table = Table("decided", "for", "what", "lesson", "outcome", "why", box=None, pad_edge=False)
    for row in rows:
        one = row.delivery
        decided = f"{local(row.decided_at, zone):%m-%d %H:%M}"
        reason = why(one.reason) if one.reason else ""
        table.add_row(decided, str(one.slot), one.kind.value, one.lesson or "–", one.status.value, reason)
        for each in row.failed:
            tried = f"{local(each.at, zone):%m-%d %H:%M}"
            table.add_row(tried, "", "  tried", "", each.outcome, why(each.reason) if each.reason else "")
    return table


# -- export ------------------------------------------------------------------------------------------------------------


@group.command()
def export(chat_id: CHAT_ID, to: TO, yes: bool = YES, json: bool = JSON) -> None:
    """Writes everything held about one person: a page they can read, and the same as open JSON (docs/export-format.md)."""
    settings, now = settings_at_hand(), datetime.now(UTC)
    chat, course = chat_of(chat_id), course_at_hand(settings)
    record = _record(settings, chat)
    files = [to / PAGE, to / DATA]
    if any(file.exists() for file in files):
        sure(f"{to} holds an export already. Overwrite it?", yes)
    page = as_page(record, course, now, texts_for(record.learner.language))
    data = json_text.dumps(as_export(record, course, now), ensure_ascii=False, indent=2) + "\n"
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file, text in zip(files, (page, data), strict=True):
            with written_whole(file) as part:
                part.write_text(text, encoding="utf-8")
    except OSError as error:
        stop_with([f"{to} cannot be written to ({error.strerror})"], 1)
    if json:
        as_json({"files": [str(file) for file in files], "made_at": utc_text(now)})
        return
    console.print(f"Wrote {files[0]} and {files[1].name}.", soft_wrap=True, markup=False)
    console.print(
        "Both hold what they wrote, open for everyone who has the files. Hand them over safely, then delete them here."
    )


# -- import -------------------------------------------------------------------------------------------------------------


@group.command("import")
def import_(file: FILE, json: bool = JSON) -> None:
    """Brings in somebody's export from another instance: settings, place, journal and plan, as they were there."""
    settings = settings_at_hand()
    keys = keys_at_hand(settings)
    try:
        content = file.read_bytes()
        record = read_passport(content, chat_in(content))
    except OSError as error:
        stop_with([f"{file} cannot be read ({error.strerror})"], 1)
    except BadPassport as error:
        stop_with(
            [
                "that file is no export that can be brought in; docs/export-format.md tells what one holds",
                *error.faults,
            ],
            1,
        )

    async def work() -> bool:
        async with opened(settings) as database:
            async with database.read() as db:
                await try_keys(db, keys)
            return await SqlRecords(database, keys).bring_in(record)

    if not done(settings, work()):
        stop_with(["there is a learner with that chat in this database already; nothing was changed"], 1)
    counts = {"reflections": len(record.reflections), "lessons": len(record.lessons), "tracks": len(record.tracks)}
    if json:
        as_json({"brought_in": counts})
        return
    console.print(f"Brought in: {', '.join(f'{number} {name}' for name, number in counts.items())}.")
    console.print(
        "They can write to the bot as before. Delete the file here: it holds what they wrote, open for everyone."
    )


# -- forget ------------------------------------------------------------------------------------------------------------


@group.command()
def forget(chat_id: CHAT_ID, yes: bool = YES, json: bool = JSON) -> None:
    """Deletes one person for good: their key, their rows, everything they wrote. Prints a receipt."""
    settings, now = settings_at_hand(), datetime.now(UTC)
    chat = chat_of(chat_id)
    record = _record(settings, chat)
    sure(f"This deletes learner {record.learner.id} and everything they wrote, for good. Are you sure?", yes)

    async def work() -> Forgotten | None:
        async with opened(settings) as database:
            return await SqlRecords(database, keys_at_hand(settings)).forget(chat, now)

    forgotten = done(settings, work())
    if forgotten is None:
        stop_with([NOBODY], 1)
    remains = what_remains(forgotten, embedded=sqlite_file(settings) is not None)
    if json:
        as_json(
            {"forgotten_at": utc_text(now), "rows": dict(forgotten.rows), "swept": forgotten.swept, "remains": remains}
        )
        return
    console.print(f"[bold]Receipt[/bold]  forgotten on {now:%Y-%m-%d at %H:%M} UTC")
    rows = ", ".join(f"{table} {number}" for table, number in forgotten.rows.items() if number)
    console.print(f"Deleted: their data key, and these rows: {rows}.", soft_wrap=True)
    console.print("What remains, and where:")
    for line in remains:
        console.print(f"  • {line}", soft_wrap=True)


def what_remains(forgotten: Forgotten, *, embedded: bool) -> list[str]:
    """What deleting cannot reach, in plain words."""
    moment = f"{forgotten.at:%Y-%m-%d %H:%M} UTC"
    lines = [
        "The chat itself, in Telegram: only they can delete it there.",
        f"Backups made before {moment}, until you delete them. `kindling db restore` leaves this person out.",
        f"A mark that keeps a backup from bringing them back, and {moment} with it. Without SECRET_KEY it tells nothing.",
        "In the memory of a running bot: the country chosen for /help, until it is restarted.",
    ]
    if not embedded:
        lines.append("In PostgreSQL's files, its log and copies of it: sealed bytes, until it uses that space again.")
    elif not forgotten.swept:
        lines.append("In the database's log (-wal): sealed bytes, until the bot empties it or is restarted.")
    return lines
