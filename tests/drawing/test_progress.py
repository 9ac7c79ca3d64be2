"""The picture: every shape of data in both themes, gaps left as gaps, colors that can be told apart."""

from __future__ import annotations

import asyncio
import io
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.drawing.artist import Artist
from bot.drawing.progress import DARK, LIGHT, draw_progress, in_runs, smoothed
from tests.drawing.shapes import SHAPES, line, picture

LINEAR = np.array(
    [[0.31399022, 0.63951294, 0.04649755], [0.15537241, 0.75789446, 0.08670142], [0.01775239, 0.10944209, 0.87256922]]
)
MISSING = {  # Viénot, Brettel and Mollon 1999: what the eye sees with one kind of cone missing, in LMS
    "no red cones": np.array([[0, 1.05118294, -0.05116099], [0, 1, 0], [0, 0, 1]]),
    "no green cones": np.array([[1, 0, 0], [0.9513092, 0, 0.04866992], [0, 0, 1]]),
}


def pixels(png: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_drawn_on_the_paper_of_its_theme(shape: str, dark: bool) -> None:
    seen = pixels(draw_progress({**SHAPES[shape], "dark": dark}))
    assert seen.shape[1] == 1080
    assert seen.shape[0] + seen.shape[1] < 10_000, "Telegram takes no more"
    paper = (DARK if dark else LIGHT).paper
    assert "#{:02x}{:02x}{:02x}".format(*seen[2, 2]) == paper
    edges = np.concatenate([seen[:, 0], seen[:, -1], seen[0], seen[-1]])
    assert (edges == seen[2, 2]).all(), "nothing is cut off at an edge"


def test_a_line_breaks_where_nothing_was_said() -> None:
    runs = in_runs(line(0, [0, 1, 2, 5, 6, 13])["points"], 10)
    assert [len(run) for run in runs] == [3, 2, 1]


def test_nothing_is_drawn_inside_a_gap() -> None:
    whole = picture([line(0, range(12))])
    gap = picture([line(0, [0, 1, 2, 9, 10, 11])])
    blue = np.array([0x00, 0x72, 0xB2])

    def columns(values: dict[str, Any]) -> np.ndarray[Any, Any]:
        near = (np.abs(pixels(draw_progress(values)).astype(int) - blue).sum(axis=2) < 60).any(axis=0)
        return near[480:600]  # the middle of the time shown

    assert columns(whole).any()
    assert not columns(gap).any()


def test_smoothing_looks_back_over_three_and_never_ahead() -> None:
    assert smoothed([3, 6, 9, 0]) == [3, 4.5, 6, 5]


def as_seen(color: str, missing: np.ndarray[Any, Any] | None) -> np.ndarray[Any, Any]:
    rgb = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]) ** 2.2
    seen = rgb if missing is None else np.linalg.solve(LINEAR, missing @ (LINEAR @ rgb))
    return np.clip(seen, 0, 1) ** (1 / 2.2)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    lights = []
    for color in (one, other):
        rgb = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ np.array([0.2126, 0.7152, 0.0722])) + 0.05)
    return max(lights) / min(lights)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_lines_stand_out_from_the_paper(theme: Any) -> None:
    assert contrast(theme.ink, theme.paper) >= 7
    assert contrast(theme.quiet, theme.paper) >= 4.5
    assert all(contrast(color, theme.paper) >= 3 for color in theme.lines)
    assert contrast(theme.lines[0], theme.rest) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("missing", MISSING)
def test_the_colors_of_the_three_weekly_lines_differ_for_every_eye(theme: Any, missing: str) -> None:
    for one, other in combinations(theme.lines[:3], 2):
        assert np.abs(as_seen(one, MISSING[missing]) - as_seen(other, MISSING[missing])).sum() > 0.25, (one, other)


async def test_pictures_are_drawn_beside_the_event_loop_and_wait_only_for_each_other() -> None:
    artist = Artist()
    try:
        await artist.draw(SHAPES["one"])
        drawing = asyncio.create_task(artist.draw(SHAPES["long"]))
        turns = 0
        while not drawing.done():
            await asyncio.sleep(0.005)
            turns += 1
        assert turns >= 5, "the loop went on while the picture was drawn"
        assert drawing.result().startswith(b"\x89PNG")
        async with asyncio.timeout(60):
            many = await asyncio.gather(*(artist.draw(SHAPES["empty"]) for _ in range(3)))
            assert len({len(png) for png in many}) == 1
            with pytest.raises(EOFError):
                await artist.draw({"dark": False})
            again = await artist.draw(SHAPES["empty"])
        assert again.startswith(b"\x89PNG"), "and the next one is drawn all the same"
    finally:
        await artist.close()


async def test_the_process_that_draws_knows_no_secret_and_ends_with_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "kept to ourselves")
    artist = Artist()
    await artist.draw(SHAPES["empty"])
    process = artist._process
    assert process is not None
    assert b"kept to ourselves" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    await artist.close()
    assert await asyncio.wait_for(process.wait(), 60) != 0
    with pytest.raises(OSError, match="no more"):
        await artist.draw(SHAPES["empty"])
