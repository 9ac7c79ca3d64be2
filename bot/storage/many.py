"""One statement for many rows, put together once: it costs what the database does, and hardly more.

SQLite is given the rows as they are, and runs a prepared statement for each; PostgreSQL, where each statement is a journey, is given
them all at once as JSON, and joins them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, Text, bindparam, cast, column, func, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import JSON

from bot.storage.database import inserting
from bot.storage.tables import moment_as_text

New = Callable[[str], Any]
"""The new value of that name, in an expression."""
AS_TEXT: Mapping[type, Callable[[Any], Any]] = {datetime: moment_as_text, date: date.isoformat}


class Many:
    """A statement about the rows of a table. `names` are the values that each row brings, in their order; those that are not
    columns have their type from the column that `like` says."""

    def __init__(self, table: Table, names: Sequence[str], like: Mapping[str, str] | None = None) -> None:
        self.table = table
        self.names = tuple(names)
        self._like = like or {}

    def run(self, db: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Does it for all these rows."""
        if not rows:
            return
        if db.dialect.name == "postgresql":
            named = [dict(zip(self.names, row, strict=True)) for row in rows]
            db.execute(self._joined, {"rows": json.dumps(named, default=str)})
            return
        text, in_order = self._prepared
        db.exec_driver_sql(text, [in_order([_as_driver_takes(value) for value in row]) for row in rows])

    @cached_property
    def _prepared(self) -> tuple[str, Callable[[list[Any]], Any]]:
        compiled = self._one_by_one.compile(dialect=sqlite.dialect())
        places = [self.names.index(name) for name in compiled.positiontup or ()]
        return str(compiled), itemgetter(*places)

    @property
    def _one_by_one(self) -> Any:
        raise NotImplementedError

    @cached_property
    def _joined(self) -> Any:
        raise NotImplementedError

    def _given(self) -> Any:
        """The rows as PostgreSQL reads them."""
        columns = [column(name, self.table.c[self._like.get(name, name)].type) for name in self.names]
        rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
        return rows.table_valued(*columns, name="given").render_derived(with_types=True)


def _as_driver_takes(value: Any) -> Any:
    convert = AS_TEXT.get(value.__class__)
    return value if convert is None else convert(value)


class Insert(Many):
    """New rows. One that is there already stays as it is."""

    @property
    def _one_by_one(self) -> Any:
        new = inserting("sqlite")(self.table).values({name: bindparam(name) for name in self.names})
        return new.on_conflict_do_nothing()

    @cached_property
    def _joined(self) -> Any:
        given = self._given()
        new = inserting("postgresql")(self.table).from_select(list(self.names), select(*given.c))
        return new.on_conflict_do_nothing()


class Change(Many):
    """Other values for rows that are there, found by `row`, their id. `values` says which column gets what."""

    def __init__(
        self, table: Table, names: Sequence[str], values: Callable[[New], dict[str, Any]], **like: str
    ) -> None:
        super().__init__(table, ("row", *names), {"row": "id", **like})
        self._values = values

    @property
    def _one_by_one(self) -> Any:
        return update(self.table).where(self.table.c.id == bindparam("row")).values(self._values(bindparam))

    @cached_property
    def _joined(self) -> Any:
        given = self._given()
        changed = update(self.table).where(self.table.c.id == given.c.row)
        return changed.values(self._values(lambda name: given.c[name]))
