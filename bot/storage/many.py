"""One statement for many rows, put together once: it costs what the database does, and hardly more.

PostgreSQL, where each statement is a journey, is given all of them at once as JSON, and joins them. SQLite runs a prepared statement
for each row, or, where rows share most of what they are, for each group: its driver copies every text again that it is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Text, bindparam, cast, column, func, literal_column, select, true, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import ARRAY, JSON

from bot.storage.database import inserting
from bot.storage.tables import moment_as_text

New = Callable[[str], Any]
"""The new value of that name, in an expression."""
AS_TEXT: Mapping[type, Callable[[Any], Any]] = {datetime: moment_as_text, date: date.isoformat}


class Alike(NamedTuple):
    """A group of rows: what is each one's own, and what they share."""

    own: Sequence[tuple[Any, ...]]
    shared: Sequence[Any] = ()


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


class These(FunctionElement[str]):
    """Texts, as rows of one column, that are given as one value: a list of hundreds, each a value of its own, would be put together and
    read anew every time."""

    inherit_cache = True

    def __init__(self) -> None:
        super().__init__(bindparam("these", type_=Text))

    @staticmethod
    def given(texts: Sequence[str]) -> dict[str, str]:
        """The value to be given."""
        return {"these": json.dumps(texts)}


@compiles(These, "sqlite")
def _these_on_sqlite(element: These, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(These, "postgresql")
def _these_on_postgresql(element: These, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


class AtHand(FunctionElement[Any]):
    """What finds a row soonest, for as long as a transaction holds it: on SQLite its number in the file instead of its id."""

    inherit_cache = True


@compiles(AtHand, "sqlite")
def _number_on_sqlite(element: AtHand, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    return f"{column.table.name}.rowid"


@compiles(AtHand, "postgresql")
def _id_on_postgresql(element: AtHand, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


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

    def run(self, db: Connection, *groups: Alike) -> None:
        """Does it for all rows of these groups."""
        some = [one for one in groups if one.own]
        if not some:
            return
        if db.dialect.name == "postgresql":
            db.execute(self._joined, {"rows": json.dumps([self._named(*one) for one in some], default=str)})
            return
        statement, in_order = self._prepared
        db.exec_driver_sql(statement, [in_order(call) for one in some for call in self._calls(*one)])

    def _named(self, own: Sequence[tuple[Any, ...]], shared: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(self.shared, shared, strict=True)) | dict(zip(self.own, zip(*own, strict=True), strict=True))

    @cached_property
    def _prepared(self) -> tuple[str, Callable[[Sequence[Any]], tuple[Any, ...]]]:
        made, names = self._one_by_one(), self.own
        if self.shared:
            made, names = self._with(self._of_a_group(), "sqlite"), ("rows", *self.shared)
        compiled = made.compile(dialect=sqlite.dialect())
        places = [names.index(name) for name in compiled.positiontup or ()]
        return str(compiled), itemgetter(*places)

    def _calls(self, own: Sequence[tuple[Any, ...]], shared: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What SQLite's statement is called with for these rows, each time."""
        if self.shared:
            return [(json.dumps(own, default=_as_driver_takes), *map(_as_driver_takes, shared))]
        return [tuple(map(_as_driver_takes, one)) for one in own]

    def _one_by_one(self) -> Any:
        raise NotImplementedError

    @cached_property
    def _joined(self) -> Any:
        return self._with(self._given(), "postgresql")

    def _with(self, given: Any, dialect: str) -> Any:
        raise NotImplementedError

    def _of_a_group(self) -> Any:
        """The rows of a group as SQLite reads them: what is each one's own comes as one list of lists."""
        each = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
        own = (_nth(each.c.value, place).label(name) for place, name in enumerate(self.own))
        return select(*own, *(bindparam(name).label(name) for name in self.shared)).subquery("given")

    def _given(self) -> Any:
        """The rows as PostgreSQL reads them: what is each one's own comes as lists, side by side."""
        lists = (column(name, ARRAY(self._type(name))) for name in self.own)
        known = (*(column(name, self._type(name)) for name in self.shared), *lists)
        rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
        groups = rows.table_valued(*known, name="rows").render_derived(with_types=True)
        mine = (column(name, self._type(name)) for name in self.own)
        each = func.unnest(*(groups.c[name] for name in self.own)).table_valued(*mine, name="each").render_derived()
        values = (*(each.c[name] for name in self.own), *(groups.c[name] for name in self.shared))
        return select(*values).select_from(groups.join(each, true())).subquery("given")

    def _type(self, name: str) -> Any:
        return self.table.c[self._like.get(name, name)].type


def _nth(values: Any, place: int) -> Any:
    return func.json_extract(values, literal_column(f"'$[{place}]'"))


def _as_driver_takes(value: Any) -> Any:
    convert = AS_TEXT.get(value.__class__)
    return value if convert is None else convert(value)


class Insert(Many):
    """New rows. One that is there already stays as it is."""

    def _one_by_one(self) -> Any:
        new = inserting("sqlite")(self.table).values({name: bindparam(name) for name in self.own})
        return new.on_conflict_do_nothing()

    def _with(self, given: Any, dialect: str) -> Any:
        # Without a WHERE, SQLite takes ON CONFLICT for the condition of a join.
        rows = select(*given.c).where(literal_column("true"))
        return inserting(dialect)(self.table).from_select(list(self.names), rows).on_conflict_do_nothing()


class Change(Many):
    """Other values for rows that are there, found by `row`, their id, or by what is `at_hand` of them. `values` says which column
    gets what."""

    def __init__(
        self,
        table: Table,
        own: Sequence[str],
        values: Callable[[New], dict[str, Any]],
        shared: Sequence[str] = (),
        *,
        at_hand: bool = False,
        **like: str,
    ) -> None:
        super().__init__(table, ("row", *own), shared, {"row": "id", **like})
        self._values = values
        self._found = AtHand(table.c.id) if at_hand else table.c.id

    def _one_by_one(self) -> Any:
        return update(self.table).where(self._found == bindparam("row")).values(self._values(bindparam))

    def _with(self, given: Any, dialect: str) -> Any:
        changed = update(self.table).where(self._found == given.c.row)
        return changed.values(self._values(lambda name: given.c[name]))
