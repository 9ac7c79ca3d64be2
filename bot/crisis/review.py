"""The review: a page on which a person ticks helplines off, and the stamp that writes who checked them and when."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from bot.crisis import answer
from bot.crisis.check import source_to_open
from bot.crisis.desk import without_scheme
from bot.crisis.helplines import DATA, Book, Line


class UnknownEntryError(ValueError):
    """An id that is in no list; nothing was written."""


def stamp(entry_ids: Iterable[str], checked_on: date, by: str, path: Path = DATA / "helplines.json") -> int:
    """Write the date of a check and who made it into these entries; gives how many. The file is replaced whole.

    Raises UnknownEntryError for an id that is not there, OSError when the file cannot be written.
    """
    raw = json.loads(path.read_text(encoding="utf-8"))
    entries = {entry["id"]: entry for entry in _entries(raw)}
    wanted = list(dict.fromkeys(entry_ids))
    unknown = [entry_id for entry_id in wanted if entry_id not in entries]
    if unknown:
        raise UnknownEntryError(", ".join(unknown))
    for entry_id in wanted:
        entries[entry_id]["checked_on"] = checked_on.isoformat()
        entries[entry_id]["checked_by"] = by
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)
    return len(wanted)


def _entries(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    countries = (entry for country in raw["countries"].values() for entry in country["lines"])
    return [*raw["international"]["lines"], *countries]


def ticked(text: str) -> tuple[list[str], date, str]:
    """What the page's file says: ids, date and name, for `stamp`. Raises ValueError when it is not such a file."""
    try:
        raw = json.loads(text)
        return [str(entry) for entry in raw["checked"]], date.fromisoformat(raw["checked_on"]), str(raw["by"])
    except (KeyError, TypeError) as error:
        raise ValueError("this is not a file saved by the review page") from error


def review_sheet(today: date, book: Book | None = None) -> str:
    """One self-contained page: every line with what to compare, what to open, and a box to tick. Nothing is sent."""
    book = book or answer.DEFAULT.book
    international = _section("International", book, book.international, today, "")
    sections = [
        _section(answer.country_name(country.iso, "en"), book, country.lines, today, _country_notes(country.iso, book))
        for country in book.countries.values()
    ]
    return _PAGE.replace("{{today}}", today.isoformat()).replace("{{sections}}", "\n".join([international, *sections]))


def _country_notes(iso: str, book: Book) -> str:
    country = book.countries[iso]
    emergency = ", ".join(f"{n.reaches}: {n.number}" for n in country.emergency)
    wrong = "; ".join(f"{number} ({why})" for number, why in country.do_not_use)
    said = [f"Emergency: {emergency}", country.emergency_operator_note or "", *country.operator_notes]
    said += [f"Never use: {wrong}"] if wrong else []
    said += [f"Gaps: {', '.join(sorted(country.gaps))}"] if country.gaps else []
    return "".join(f"<p>{escape(note)}</p>" for note in said if note)


def _section(title: str, book: Book, lines: Iterable[Line], today: date, notes: str) -> str:
    rows = "\n".join(_row(book, line, today) for line in lines)
    head = "<tr><th>Checked</th><th>Service</th><th>Compare</th><th>Open</th><th>Sources</th></tr>"
    return f"<section><h2>{escape(title)}</h2>{notes}<table>{head}{rows}</table></section>"


def _row(book: Book, line: Line, today: date) -> str:
    compare = [f"call {line.phone}" if line.phone else "", f"dial {', '.join(line.dial)}" if line.dial else ""]
    compare += [f"text {line.sms_keyword or ''} to {line.sms_number}" if line.sms_number else ""]
    compare += [f"WhatsApp {line.whatsapp}" if line.whatsapp else "", f"hours {line.hours}"]
    compare += [f"{note.key} {' '.join(note.numbers)}" for note in line.notes]
    state = "overdue" if line.stale(today) else "checked" if line.checked else "never checked"
    last = f"{state}, {line.last_checked.isoformat()}" if line.checked else state
    links = [url for url in dict.fromkeys((source_to_open(book, line), line.chat_url or "")) if url.startswith("http")]
    sources = [book.sources[key] for key in line.sources if key in book.sources]
    cells = (
        f'<input type="checkbox" value="{escape(line.id)}" aria-label="{escape(line.name)}">',
        f"<b>{escape(line.name)}</b><br>{escape(', '.join(line.needs))}<br>{escape(line.confidence)}, {escape(last)}",
        "<br>".join(escape(part) for part in compare if part),
        "<br>".join(f'<a href="{escape(url)}" rel="noreferrer">{escape(without_scheme(url))}</a>' for url in links),
        "<br>".join(f"{escape(s.url)} ({escape(s.kind)}, {escape(s.date)})" for s in sources),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Helpline review</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; color: #222;
background: #fff }
table { border-collapse: collapse; width: 100% } td, th { border-top: 1px solid #bbb; padding: .4rem; text-align: start;
vertical-align: top } input[type=checkbox] { width: 1.5rem; height: 1.5rem } .bar { position: sticky; top: 0;
background: #fff; padding: .5rem 0; border-bottom: 2px solid #222 }
</style></head><body>
<h1>Helpline review</h1>
<p>For each line: open the operator's page, compare every digit, the hours and the menu, then tick it. A number that you
cannot find there stays unticked: note it for whoever keeps the data. Save the file and hand it to <code>crisis review
--stamp</code>. This page sends nothing anywhere.</p>
<div class="bar"><label>Name or initials <input id="by" autocomplete="off"></label>
<label>Date <input id="on" type="date" value="{{today}}"></label>
<button id="save">Save ticked entries</button> <output id="count">0 ticked</output></div>
{{sections}}
<script>
const boxes = [...document.querySelectorAll("input[type=checkbox]")];
const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
document.addEventListener("change", () => { count.textContent = chosen().length + " ticked"; });
save.onclick = () => {
  const text = JSON.stringify({ checked: chosen(), checked_on: on.value, by: by.value }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "helplines-checked.json";
  link.click();
};
</script></body></html>
"""
