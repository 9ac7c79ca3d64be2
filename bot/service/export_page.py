"""The export as one HTML page: for the learner to read, keep or print, on any machine, today or in ten years."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.course.lesson import Course
from bot.course.pace import local
from bot.i18n.texts import Texts
from bot.service.learners import DRAFT, Reflection
from bot.service.records import Record, title_finder


def as_page(record: Record, course: Course, made_at: datetime, texts: Texts) -> str:
    """The export as one HTML page that needs nothing else: no network, no script. Times are in the learner's zone."""
    return _Page(record, course, made_at, texts).whole()


class _Page:
    def __init__(self, record: Record, course: Course, made_at: datetime, texts: Texts) -> None:
        self._record = record
        self._made_at = made_at
        self._texts = texts
        self._zone = record.learner.profile.zone or "UTC"
        self._title = title_finder(course, record.learner.language)

    def whole(self) -> str:
        sections = (
            self._settings(),
            self._writing(),
            self._plan(),
            self._check_ins(),
            self._tools(),
            self._lessons(),
            self._tracks(),
            self._consents(),
            self._ledger(),
        )
        return _FRAME.format(
            language=html.escape(self._texts.language),
            title=self._say("export-title"),
            intro=self._say("export-intro", moment=self._moment(self._made_at), zone=self._zone),
            sections="\n".join(sections),
            left_out=_list(
                self._say(key) for key in ("export-without-ids", "export-without-inbox", "export-without-help")
            ),
            left_out_title=self._say("export-without"),
        )

    def _say(self, key: str, **words: object) -> str:
        return html.escape(self._texts.raw(key, **words))

    def _moment(self, moment: datetime | None) -> str:
        if moment is None:
            return "–"
        here = local(moment, self._zone)
        return f"{here:%Y-%m-%d} {self._texts.clock(here)}"

    def _one_of(self, family: str, value: str | None) -> str:
        key = f"export-{family}-{value}".replace("_", "-")
        return self._texts(key) if value and self._texts.has(key) else (value or "–")

    def _section(self, key: str, body: str, *, empty: bool = False) -> str:
        says = f"<p>{self._say('export-nothing')}</p>" if empty else body
        return f"<section><h2>{self._say(key)}</h2>\n{says}\n</section>"

    def _settings(self) -> str:
        learner, here = self._record.learner, self._record.learner.profile
        texts = self._texts
        hour = None if here.hour is None else f"{here.hour:02}:{here.minute:02}"
        pairs = [
            ("chat", f"{learner.chat.channel} {learner.chat.address}"),
            ("state", self._one_of("state", learner.state.value)),
            ("language", learner.language),
            ("country", texts.country(here.country) if here.country else None),
            ("time-zone", here.zone),
            ("hour", hour),
            ("weekdays", texts.several([texts.weekday(day) for day in sorted(here.weekdays)])),
            ("practice-form", self._one_of("form", here.form.value)),
            ("closeness", self._one_of("closeness", here.closeness.value)),
            (
                "boundaries",
                self._texts.several([self._texts(f"boundary-{one}-off") for one in sorted(here.boundaries)]),
            ),
            ("words", self._texts.several([f"{word} → {instead}" for word, instead in here.words])),
            ("discreet", self._texts(f"export-{'yes' if here.discreet else 'no'}")),
            ("discreet-topics", self._texts.several([self._title(one) or one for one in sorted(here.veiled)])),
            ("tidied", self._texts(f"export-{'yes' if here.tidy else 'no'}")),
            ("check-ins-offered", self._one_of("check-ins", here.check_ins.value)),
            ("check-ins-kept", str(here.keep_ratings)),
            ("joined", self._moment(learner.created_at)),
            ("last-seen", self._moment(learner.seen_at)),
            ("next-due", self._moment(learner.due_at)),
            ("paused-until", self._moment(learner.paused_until)),
            ("leaves-at", self._moment(learner.leaves_at)),
        ]
        rows = (f"<dt>{self._say(f'export-{key}')}</dt><dd>{html.escape(value or '–')}</dd>" for key, value in pairs)
        return self._section("export-settings", f"<dl>{''.join(rows)}</dl>")

    def _writing(self) -> str:
        parts = [self._written(one) for one in reversed(self._record.reflections)]
        return self._section("export-writing", "\n".join(parts), empty=not parts)

    def _written(self, one: Reflection) -> str:
        lesson = None if one.lesson == DRAFT else one.lesson
        head = self._title(lesson) or lesson or self._texts("export-draft" if one.lesson == DRAFT else "export-note")
        edited = f" · {self._say('export-edited', moment=self._moment(one.edited_at))}" if one.edited_at else ""
        return (
            f"<article><h3>{html.escape(head)}</h3><p class=when>{self._moment(one.written_at)}{edited}</p>"
            f'<p class=words dir="auto">{html.escape(one.text)}</p></article>'
        )

    def _plan(self) -> str:
        plan = self._record.plan
        if plan is None:
            return self._section("export-plan", "", empty=True)
        parts = [
            f"<article><h3>{self._say(f'plan-part-{name}').strip('*')}</h3>"
            f'<p class=words dir="auto">{html.escape(words)}</p></article>'
            for name, words in plan.parts.items()
        ]
        return self._section("export-plan", f"<p class=when>{self._moment(plan.written_at)}</p>" + "\n".join(parts))

    def _check_ins(self) -> str:
        rows = [
            (
                self._moment(one.at),
                self._one_of("rating", one.kind.value),
                self._title(one.about) or "–",
                " · ".join(f"{name} {'–' if value is None else value}" for name, value in one.answers.items()),
            )
            for one in reversed(self._record.ratings)
        ]
        head = ("export-when", "export-kind", "export-lesson", "export-answers")
        return self._table("export-check-ins", head, rows)

    def _tools(self) -> str:
        rows = [
            (one.text or self._title(one.lesson) or one.lesson or "–", str(one.minutes), self._moment(one.saved_at))
            for one in self._record.tools
        ]
        return self._table("export-toolbox", ("export-practice", "export-minutes", "export-when"), rows)

    def _lessons(self) -> str:
        rows = [
            (self._title(one.lesson) or one.lesson, self._one_of("how", one.how.value), self._moment(one.at))
            for one in self._record.lessons
        ]
        return self._table("export-lessons", ("export-lesson", "export-how", "export-when"), rows)

    def _tracks(self) -> str:
        rows = [
            (self._title(one.track) or one.track, self._moment(one.chosen_at), self._moment(one.left_at))
            for one in self._record.tracks
        ]
        return self._table("export-tracks", ("export-track", "export-chosen", "export-left"), rows)

    def _consents(self) -> str:
        rows = [(str(c.version), self._moment(c.given_at), self._moment(c.withdrawn_at)) for c in self._record.consents]
        return self._table("export-consents", ("export-version", "export-given", "export-withdrawn"), rows)

    def _ledger(self) -> str:
        rows = [
            (
                row.delivery.slot.isoformat(),
                self._one_of("kind", row.delivery.kind.value),
                self._title(row.delivery.lesson) or row.delivery.lesson or "–",
                self._one_of("status", row.delivery.status.value),
                self._one_of("reason", row.delivery.reason),
            )
            for row in reversed(self._record.deliveries)
        ]
        head = ("export-day", "export-kind", "export-lesson", "export-status", "export-reason")
        return self._table("export-deliveries", head, rows)

    def _table(self, key: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        titles = "".join(f'<th scope="col">{self._say(one)}</th>' for one in head)
        lines = "\n".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        body = f"<table><thead><tr>{titles}</tr></thead><tbody>\n{lines}\n</tbody></table>"
        return self._section(key, f'<div class="wide">{body}</div>', empty=not rows)


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


_FRAME = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --quiet: light-dark(#555, #b5b5b5); }}
body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.2rem; margin-top: 2.5rem; }} h3 {{ font-size: 1rem; margin: 0; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; }}
dt {{ color: var(--quiet); }} dd {{ margin: 0; overflow-wrap: anywhere; }}
article {{ border-left: 3px solid var(--line); padding-left: 1rem; margin: 1.2rem 0; break-inside: avoid; }}
.words {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; }}
.when {{ color: var(--quiet); font-size: .9rem; margin: 0; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; font-size: .95rem; }}
th, td {{ text-align: start; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }}
@media (max-width: 30rem) {{ dl {{ grid-template-columns: 1fr; }} dd {{ margin-bottom: .6rem; }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{intro}</p>
{sections}
<section><h2>{left_out_title}</h2>{left_out}</section>
</main>
</body>
</html>
"""
