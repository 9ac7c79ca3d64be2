"""The page's own files, and what every answer tells a browser: nothing from elsewhere, no script but ours."""

from __future__ import annotations

from importlib.resources import files

from aiohttp import web

_SITE = files("bot.demo.page") / "site"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def static(path: str) -> web.Response:
    """A file of the site; 404 for anything else."""
    name = path.strip("/") or "index.html"
    extension = name.rpartition(".")[2]
    file = _SITE / name
    if "/" in name or extension not in _TYPES or not file.is_file():
        return web.Response(status=404, text="Not found", headers=HEADERS)
    return web.Response(text=file.read_text("utf-8"), content_type=_TYPES[extension], headers=HEADERS)
