"""Ratings and tools of one learner, inside an open turn (the port `Shelf`). What they hold is sealed; only days are in the clear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.course.measures import Kind, Rating
from bot.course.toolbox import Tool
from bot.storage import tables as t
from bot.storage.rows import Sealed
from bot.storage.sealing import DataKey


class StoredShelf:
    """See the port. Made for one turn and one learner."""

    def __init__(self, connection: AsyncConnection, me: Sealed) -> None:
        self._db = connection
        self._me = me

    async def ratings(self) -> tuple[Rating, ...]:
        mine = select(t.ratings).where(t.ratings.c.learner_id == self._me.learner.id)
        rows = await self._db.execute(mine.order_by(t.ratings.c.at, t.ratings.c.id))
        return tuple(rating_of(row, self._me.key) for row in rows)

    async def keep_rating(self, rating: Rating, until: datetime) -> None:
        kept = {"kind": rating.kind.value, "answers": dict(rating.answers), "done": rating.done, "about": rating.about}
        sealed = self._me.key.seal(kept, "ratings", "sealed_answers", rating.id)
        row = {"id": rating.id, "at": rating.at, "expires_at": until, "sealed_answers": sealed}
        await self._keep(t.ratings, row)

    async def keep_ratings_for(self, days: int) -> None:
        mine = select(t.ratings.c.id, t.ratings.c.at).where(t.ratings.c.learner_id == self._me.learner.id)
        for row in (await self._db.execute(mine)).all():
            later = update(t.ratings).where(t.ratings.c.id == row.id)
            await self._db.execute(later.values(expires_at=row.at + timedelta(days=days)))

    async def erase_ratings(self) -> int:
        mine = delete(t.ratings).where(t.ratings.c.learner_id == self._me.learner.id)
        return (await self._db.execute(mine)).rowcount

    async def tools(self) -> tuple[Tool, ...]:
        mine = select(t.tools).where(t.tools.c.learner_id == self._me.learner.id)
        rows = await self._db.execute(mine.order_by(t.tools.c.saved_at.desc(), t.tools.c.id))
        return tuple(tool_of(row, self._me.key) for row in rows)

    async def keep_tool(self, tool: Tool) -> None:
        kept = {"lesson": tool.lesson, "text": tool.text, "minutes": tool.minutes}
        sealed = self._me.key.seal(kept, "tools", "sealed_tool", tool.id)
        await self._keep(t.tools, {"id": tool.id, "saved_at": tool.saved_at, "sealed_tool": sealed})

    async def drop_tool(self, tool: str) -> bool:
        mine = (t.tools.c.learner_id == self._me.learner.id) & (t.tools.c.id == tool)
        return (await self._db.execute(delete(t.tools).where(mine))).rowcount > 0

    async def _keep(self, table: Any, row: dict[str, Any]) -> None:
        mine = (table.c.learner_id == self._me.learner.id) & (table.c.id == row["id"])
        changed = await self._db.execute(update(table).where(mine).values(row))
        if changed.rowcount == 0:
            await self._db.execute(insert(table).values({"learner_id": self._me.learner.id, **row}))


def rating_of(row: Row[Any], key: DataKey) -> Rating:
    """The rating of a row, opened."""
    kept: Any = key.open(row.sealed_answers, "ratings", "sealed_answers", row.id)
    return Rating(row.id, Kind(kept["kind"]), row.at, dict(kept["answers"]), kept["done"], kept["about"])


def tool_of(row: Row[Any], key: DataKey) -> Tool:
    """The tool of a row, opened."""
    kept: Any = key.open(row.sealed_tool, "tools", "sealed_tool", row.id)
    return Tool(row.id, row.saved_at, kept["minutes"], kept["lesson"], kept["text"])
