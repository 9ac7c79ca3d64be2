"""What belongs to them: everything held, on one screen; handed out; brought in from elsewhere; gone."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.course.pace import local
from bot.messages import File, FileRef, Menu, Rows, Say
from bot.service import discretion, retention, steps
from bot.service.export_page import as_page
from bot.service.farewell import rest_of_course
from bot.service.learners import CONSENT_VERSION, DRAFT, State
from bot.service.passport import LARGEST, BadPassport, read_passport
from bot.service.records import Forgotten, Record, as_export
from bot.service.talk import Talk, rows_of

PAGE, DATA = "my-records.html", "my-records.json"
"""Names that tell nothing where the files lie about."""


async def pressed(talk: Talk, verb: str, what: str) -> None:
    """A button of these pages."""
    match verb:
        case "mirror":
            await mirror(talk)
        case "export":
            await export(talk)
        case "course":
            await rest_of_course(talk)
        case "delete":
            await delete(talk)
        case "sure" if what == _bound(talk):
            talk.edit(talk.text("delete-sure"), _last_rows(talk))
        case "gone" if what == _bound(talk):
            await _delete(talk)
        case "keep":
            talk.edit(talk.text("delete-kept"))
        case "stay":
            talk.edit(talk.text("stayed"))
        case _:
            talk.toast("old-button")
            talk.unbutton()


def _bound(talk: Talk) -> str:
    # Somebody who was deleted and came back is another learner: buttons from before do nothing to them.
    return talk.learner.id[:12]


# -- mirror ------------------------------------------------------------------------------------------------------------


async def mirror(talk: Talk, _words: str = "") -> None:
    """Everything that is held about them, what it is for, and when it goes."""
    if talk.turn.learner is None:
        talk.say("mirror-stranger")
        return
    record = await talk.turn.record()
    parts = [
        talk.text("mirror-title"),
        *(talk.texts.raw(f"mirror-{name}", **_shown(talk, record, name)) for name in HELD),
    ]
    rows = rows_of(
        [talk.button("button-export", "my:export"), talk.button("button-journal", "jo:page:0")],
        [talk.button("button-delete-all", "my:delete")],
    )
    talk.say_or_edit("\n\n".join([*parts, talk.text("mirror-foot")]), rows)


HELD = (
    "reach",
    "settings",
    "place",
    "writing",
    "plan",
    "checkins",
    "tools",
    "lessons",
    "sent",
    "consent",
    "handled",
    "help",
)
"""The parts of the mirror. Together they name every table that holds something of a learner."""


def _shown(talk: Talk, record: Record, name: str) -> dict[str, object]:
    learner, zone = record.learner, record.learner.profile.zone or "UTC"
    match name:
        case "settings":
            here = learner.profile
            left_out = [talk.text(f"boundary-{one}-off") for one in sorted(here.boundaries)]
            return {
                "boundaries": talk.texts.several(left_out) or talk.text("mirror-none"),
                "words": len(here.words),
                "summary": steps.summary(talk),
                "closeness": talk.text(f"export-closeness-{_dashed(learner.profile.closeness)}"),
            }
        case "place":
            return {
                "state": talk.text(f"export-state-{learner.state.value}"),
                "since": talk.texts.day(local(learner.created_at, zone).date()),
            }
        case "writing":
            kept = [one for one in record.reflections if one.lesson != DRAFT]
            return {"count": len(kept), "waiting": len(record.reflections) - len(kept)}
        case "plan":
            return {"parts": len(record.plan.parts) if record.plan else 0}
        case "checkins":
            days = learner.profile.keep_ratings
            return {"count": len(record.ratings), "span": talk.texts.span(timedelta(days=days))}
        case "tools":
            return {"count": len(record.tools)}
        case "lessons":
            return {"count": len(record.lessons), "tracks": len(record.tracks)}
        case "sent":
            return {"count": len(record.deliveries), "span": talk.texts.span(retention.DECISIONS)}
        case "consent":
            return {"count": len(record.consents)}
        case "handled":
            return {"span": talk.texts.span(retention.HANDLED)}
        case _:
            return {}


def _dashed(value: str) -> str:
    return value.replace("_", "-")


# -- export ------------------------------------------------------------------------------------------------------------


async def export(talk: Talk, _words: str = "") -> None:
    """Everything that is held about them: a page to read, and the same for other programs."""
    if talk.turn.learner is None:
        talk.say("mirror-stranger")
        return
    record = await talk.turn.record()
    page = as_page(record, talk.course, talk.now, talk.texts)
    data = json.dumps(as_export(record, talk.course, talk.now), ensure_ascii=False, indent=2) + "\n"
    talk.out.append(Say(talk.text("export-page"), file=File(PAGE, page)))
    talk.out.append(Say(talk.text("export-data"), file=File(DATA, data)))


# -- delete ------------------------------------------------------------------------------------------------------------


async def delete(talk: Talk, _words: str = "") -> None:
    """Says what deleting takes and what it cannot reach, and asks."""
    if talk.turn.learner is None:
        talk.say("mirror-stranger")
        return
    rows = rows_of(
        [talk.button("button-delete-all", f"my:sure:{_bound(talk)}")],
        [talk.button("button-export-first", "my:export"), talk.button("button-keep-all", "my:keep")],
    )
    talk.say_or_edit(talk.text("delete-ask"), rows)


def _last_rows(talk: Talk) -> Rows:
    return rows_of(
        [talk.button("button-delete-for-good", f"my:gone:{_bound(talk)}")], [talk.button("button-keep-all", "my:keep")]
    )


async def _delete(talk: Talk) -> None:
    pinned, texts = talk.learner.profile.pinned, talk.texts
    gone = await talk.turn.forget(at_once=not talk.can_wait)
    if gone is None:
        talk.under_way = True
        return
    talk.forgotten = gone
    talk.out.append(Menu())
    talk.edit(texts("delete-done"))
    talk.out.append(Say("\n\n".join(_receipt(talk, gone, pinned is not None))))


def _receipt(talk: Talk, gone: Forgotten, pinned: bool) -> list[str]:
    """What was deleted, and what remains where, for how long."""
    texts = talk.texts
    written = gone.rows.get("reflections", 0)
    day = f"{talk.now:%Y-%m-%d %H:%M} UTC"
    backups = texts("receipt-backups")
    if talk.backup_days is not None:
        until = talk.now.date() + timedelta(days=talk.backup_days)
        backups = texts("receipt-backups-until", day=texts.day(until), year=str(until.year))
    return [
        texts("receipt-title", moment=day),
        texts("receipt-gone", written=written, plan="yes" if gone.rows.get("plans") else "no"),
        texts("receipt-remains"),
        texts("receipt-chat"),
        *([texts("receipt-pinned")] if pinned else []),
        backups,
        texts("receipt-files"),
        texts("receipt-mark", span=texts.span(retention.TOMBSTONES)),
        texts("receipt-foot"),
    ]


# -- a passport from elsewhere -----------------------------------------------------------------------------------------


async def bring_in(talk: Talk, file: FileRef) -> None:
    """A file that could be a passport: read once they have agreed, and only while there is nothing here that it would overwrite."""
    if talk.turn.learner is None or not talk.learner.consented:
        talk.say("passport-agree-first")
    elif talk.learner.state is not State.NEW:
        talk.say("passport-not-empty")
    elif file.size > LARGEST:
        talk.say("passport-large")
    elif not talk.file_tried:
        talk.under_way = True
    else:
        await _read(talk)


async def _read(talk: Talk) -> None:
    try:
        record = read_passport(talk.file or b"", talk.incoming.chat)
    except BadPassport:
        talk.say("passport-bad")
        return
    await talk.turn.bring_in(record)
    # What they agreed to elsewhere, they agreed to with others: it holds from now on because they agreed here.
    await talk.turn.record_consent(CONSENT_VERSION)
    known = record.learner.rule is not None and record.learner.state is not State.NEW
    state = State.ACTIVE if known else State.NEW
    await talk.change(state=state, step=None, consent_version=CONSENT_VERSION, paused_until=None, gentle=True)
    await talk.reschedule()
    kept = sum(1 for one in record.reflections if one.lesson != DRAFT)
    talk.say("passport-done", written=kept)
    if known:
        steps.pin_help(talk)
        talk.out.append(discretion.menu(talk))
        talk.say_text(f"{talk.text('summary-title')}\n\n{steps.summary(talk)}\n\n{steps.first_send(talk)}")
    else:
        await steps.go_on(talk, "consent")
