"""The rest of the course as one page, for when the service ends: what they chose and have not read, to keep."""

from __future__ import annotations

import html
import re

from bot.course.lesson import Lesson
from bot.i18n.texts import Texts
from bot.messages import File, Say
from bot.service.fitting import fit
from bot.service.lessons import kept_from, lesson_text
from bot.service.talk import Talk

PAGE = "the-rest-of-the-course.html"
_FRAME = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif }} body {{ max-width: 38rem; margin: 2rem auto; padding: 0 1rem }}
article {{ border-top: 1px solid; padding: 1rem 0; break-inside: avoid-page }}
</style></head><body><h1>{title}</h1>
{lessons}
</body></html>
"""


async def rest_of_course(talk: Talk) -> None:
    """Sends the page, or says that there is nothing left."""
    passages = await talk.passages()
    chosen = [talk.course.tracks[one] for one in await talk.tracks() if one in talk.course.tracks]
    ids = [lesson for track in chosen for lesson in track.order if lesson not in passages]
    found = [talk.course.lesson(one, talk.learner.language) for one in ids]
    left = [fit(one, talk.learner, talk.course) for one in found if one is not None and not kept_from(talk, one)]
    if not left:
        talk.say("rest-of-course-none")
        return
    parts = [_article(one, talk) for one in left]
    page = _page(parts, talk.texts)
    talk.out.append(Say(talk.text("rest-of-course"), file=File(PAGE, page)))


def _article(lesson: Lesson, talk: Talk) -> str:
    blocks = lesson_text(lesson, talk.learner, talk.texts).split("\n\n")
    return "<article>" + "".join(f"<p>{_marked(block)}</p>" for block in blocks if block.strip()) + "</article>"


def _marked(block: str) -> str:
    """Our markup as HTML: bold and italics; what was escaped shows as it is."""
    text = html.escape(block.removeprefix("> "))
    text = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\\)_(.+?)(?<!\\)_", r"<i>\1</i>", text)
    return re.sub(r"\\(.)", r"\1", text).replace("\n", "<br>")


def _page(parts: list[str], texts: Texts) -> str:
    title = html.escape(texts.raw("rest-of-course-title"))
    return _FRAME.format(language=html.escape(texts.language), title=title, lessons="\n".join(parts))
