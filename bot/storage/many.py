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

from sqlalchemy import Connection, Table, Text, bindparam, cast, column, func, select, true, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import ARRAY, JSON

from bot.storage.database import inserting
from bot.storage.tables import moment_as_text

New = Callable[[str], Any]
"""The new value of that name, in an expression."""
Alike = tuple[Sequence[tuple[str, ...]], Sequence[Any]]
"""A group of rows: what is each one's own, and what they share."""
AS_TEXT: Mapping[type, Callable[[Any], Any]] = {datetime: moment_as_text, date: date.isoformat}


class InOneText(FunctionElement[str]):
    """These values as one text, a list in JSON."""

    type = Text()
    inherit_cache = True


@compiles(InOneText, "sqlite")
def _text_on_sqlite(element: InOneText, compiler: Any, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"


@compiles(InOneText, "postgresql")
def _text_on_postgresql(element: InOneText, compiler: Any, **options: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **options)})::text"


class Among(FunctionElement[Any]):
    """Whether a column is among texts that are given as one value: a list of hundreds, each a value of its own, would be put together
    and read anew every time."""

    # Not a Boolean: SQLite has none, and what SQLAlchemy would write instead, "… = 1", reads the whole table.
    inherit_cache = True

    def __init__(self, one: Any) -> None:
        super().__init__(one, bindparam("these", type_=Text))

    @staticmethod
    def these(texts: Sequence[str]) -> dict[str, str]:
        """The value to be given."""
        return {"these": json.dumps(texts)}


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: Any, **options: Any) -> str:
    one, these = (compiler.process(part, **options) for part in element.clauses)
    return f"{one} IN (SELECT value FROM json_each({these}))"  # noqa: S608  parts that SQLAlchemy compiled


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: Any, **options: Any) -> str:
    one, these = (compiler.process(part, **options) for part in element.clauses)
    return f"{one} = ANY (ARRAY(SELECT json_array_elements_text(CAST({these} AS JSON))))"


class Many:
    """A statement about the rows of a table. `own` are the values that each row brings, in their order, `shared` those in which
    many are alike; those that are not columns have their type from the column that `like` says."""

    def __init__(
        self, table: Table, own: Sequence[str], shared: Sequence[str] = (), like: Mapping[str, str] | None = None
    ) -> None:
        self.table = table
        self.own = tuple(own)
        self.shared = tuple(shared)
        self.names = (*own, *shared)
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

    def run_alike(self, db: Connection, groups: Sequence[Alike]) -> None:
        """Does it for all rows of these groups."""
        if not groups:
            return
        if db.dialect.name == "postgresql":
            db.execute(self._joined_alike, {"rows": json.dumps([self._named(*one) for one in groups], default=str)})
            return
        text, in_order = self._prepared
        rows: list[Any] = []
        for own, shared in groups:
            same = [_as_driver_takes(value) for value in shared]
            rows.extend([in_order([*one, *same]) for one in own])
        db.exec_driver_sql(text, rows)

    def _named(self, own: Sequence[tuple[str, ...]], shared: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(self.shared, shared, strict=True)) | dict(zip(self.own, zip(*own, strict=True), strict=True))

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
        return self._with(self._given())

    @cached_property
    def _joined_alike(self) -> Any:
        return self._with(self._given_alike())

    def _with(self, given: Any) -> Any:
        raise NotImplementedError

    def _given(self) -> Any:
        """The rows as PostgreSQL reads them."""
        return self._rows(*(column(name, self._type(name)) for name in self.names))

    def _given_alike(self) -> Any:
        """The same for groups: what is a row's own comes as lists, side by side."""
        lists = (column(name, ARRAY(self._type(name))) for name in self.own)
        groups = self._rows(*(column(name, self._type(name)) for name in self.shared), *lists)
        mine = (column(name, self._type(name)) for name in self.own)
        each = func.unnest(*(groups.c[name] for name in self.own)).table_valued(*mine, name="each").render_derived()
        values = (*(each.c[name] for name in self.own), *(groups.c[name] for name in self.shared))
        return select(*values).select_from(groups.join(each, true())).subquery("given")

    def _rows(self, *columns: Any) -> Any:
        rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
        return rows.table_valued(*columns, name="rows").render_derived(with_types=True)

    def _type(self, name: str) -> Any:
        return self.table.c[self._like.get(name, name)].type


def _as_driver_takes(value: Any) -> Any:
    convert = AS_TEXT.get(value.__class__)
    return value if convert is None else convert(value)


class Insert(Many):
    """New rows. One that is there already stays as it is."""

    @property
    def _one_by_one(self) -> Any:
        new = inserting("sqlite")(self.table).values({name: bindparam(name) for name in self.names})
        return new.on_conflict_do_nothing()

    def _with(self, given: Any) -> Any:
        new = inserting("postgresql")(self.table).from_select(list(self.names), select(*given.c))
        return new.on_conflict_do_nothing()


class Change(Many):
    """Other values for rows that are there, found by `row`, their id. `values` says which column gets what."""

    def __init__(
        self,
        table: Table,
        own: Sequence[str],
        values: Callable[[New], dict[str, Any]],
        shared: Sequence[str] = (),
        **like: str,
    ) -> None:
        super().__init__(table, ("row", *own), shared, {"row": "id", **like})
        self._values = values

    @property
    def _one_by_one(self) -> Any:
        return update(self.table).where(self.table.c.id == bindparam("row")).values(self._values(bindparam))

    def _with(self, given: Any) -> Any:
        changed = update(self.table).where(self.table.c.id == given.c.row)
        return changed.values(self._values(lambda name: given.c[name]))
