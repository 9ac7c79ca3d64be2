"""The tables. Clear in them: due times, states, lesson ids, under a random learner id; all that names a person or is theirs is sealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # Every row has several, and there are thousands of rows: one step each, instead of SQLAlchemy's three.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """From a moment to what the driver takes."""
        return moment_as_text if dialect.name == "sqlite" else moment_in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """From what the driver gives to a moment."""
        return _moment_of_text if dialect.name == "sqlite" else moment_in_utc


def moment_as_text(moment: datetime | None) -> str | None:
    """A moment as SQLite keeps it: in UTC, always of the same length, so that texts compare as moments do.
    Refuses naive ones."""
    if moment is None:
        return None
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a zone")
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]


def _moment_of_text(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept).replace(tzinfo=UTC)


def moment_of_text(kept: str) -> datetime:
    """A moment as a database puts it into a text: SQLite in UTC, PostgreSQL with the zone of the connection."""
    moment = datetime.fromisoformat(kept)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment_in_utc(moment: datetime | None) -> datetime | None:
    """A moment as PostgreSQL keeps it. Refuses naive ones."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A local date."""

    impl = Date
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[date | None], Any] | None:
        """From a date to what the driver takes."""
        return _day_as_text if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], date | None] | None:
        """From what the driver gives to a date."""
        return _day_of_text if dialect.name == "sqlite" else None


def _day_as_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_of_text(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_learner(**options: Any) -> Column[str]:
    return Column("learner_id", String(32), ForeignKey("learners.id", ondelete="CASCADE"), nullable=False, **options)


learners = Table(
    "learners",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("address_index", LargeBinary, nullable=False, unique=True),
    Column("key_id", String(12), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_address", LargeBinary, nullable=False),
    Column("sealed_profile", LargeBinary, nullable=False),
    Column("language", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("step", String(32)),
    Column("consent_version", Integer),
    Column("due_at", Moment),
    Column("owed_since", Moment),
    Column("paused_until", Moment),
    Column("last_slot", Day),
    Column("lesson_id", String(64)),
    Column("delivery_id", String(32)),
    Column("gentle", Boolean, nullable=False, server_default=text("false")),
    Column("unanswered", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("leaves_at", Moment),
    Column("sealed_wishes", LargeBinary),
    Index("ix_learners_key_id", "key_id"),
    Index(
        "ix_learners_due",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

consents = Table(
    "consents",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_learner(index=True),
    Column("version", Integer, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
)

enrolments = Table(
    "enrolments",
    metadata,
    _of_learner(primary_key=True),
    Column("track", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("chosen_at", Moment, nullable=False),
    Column("left_at", Moment),
)

passages = Table(
    "passages",
    metadata,
    _of_learner(primary_key=True),
    Column("lesson_id", String(64), primary_key=True),
    Column("how", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_passages_lesson_id", "lesson_id"),
)

WAITING = text("next_at IS NOT NULL")
ENDED = text("next_at IS NULL")
ANNOUNCED = text("next_at IS NOT NULL AND kind IN ('announcement', 'sunset')")
"""Indexes of the ledger hold only the rows that they are asked for: planning and sending write it for each lesson, and change it thrice."""
ARRIVED = text("message IS NOT NULL")
TIDIED = text("tidy_at IS NOT NULL")

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_learner(),
    Column("kind", String(32), nullable=False),
    Column("slot", Day, nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("lesson_id", String(64)),
    Column("status", String(16), nullable=False),
    Column("reason", String(64)),
    Column("message", Integer),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("opened", Boolean, nullable=False, server_default=text("false")),
    Column("next_at", Moment),
    Column("held_by", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("tidy_at", Moment),
    UniqueConstraint("learner_id", "kind", "slot", "number"),
    Index("ix_deliveries_next", "next_at", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_deliveries_learner_id_message", "learner_id", "message", sqlite_where=ARRIVED, postgresql_where=ARRIVED),
    Index("ix_deliveries_tidy", "tidy_at", sqlite_where=TIDIED, postgresql_where=TIDIED),
    Index("ix_deliveries_ended", "slot", sqlite_where=ENDED, postgresql_where=ENDED),
    Index("ix_deliveries_announced", "lesson_id", sqlite_where=ANNOUNCED, postgresql_where=ANNOUNCED),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", String(32), ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _of_learner(index=True),
    Column("at", Moment, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64)),
)
"""Tries that did not succeed, so that "why so late?" has an answer. The one that did is the row of the delivery itself."""

reflections = Table(
    "reflections",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_learner(),
    Column("lesson_id", String(64)),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("message", Integer),
    Column("written_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Index("ix_reflections_learner_id_written_at", "learner_id", "written_at"),
    Index("ix_reflections_lesson_id_learner_id", "lesson_id", "learner_id"),
)

plans = Table(
    "plans",
    metadata,
    _of_learner(primary_key=True),
    Column("sealed_parts", LargeBinary, nullable=False),
    Column("written_at", Moment, nullable=False),
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_learner(),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("sealed_answers", LargeBinary, nullable=False),
    Index("ix_ratings_learner_id_at", "learner_id", "at"),
)

tools = Table(
    "tools",
    metadata,
    Column("id", String(32), primary_key=True),
    _of_learner(index=True),
    Column("saved_at", Moment, nullable=False),
    Column("sealed_tool", LargeBinary, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", String(64), primary_key=True),
    _of_learner(index=True),
    Column("at", Moment, nullable=False),
    Column("held_by", BigInteger),
    Column("sealed_replies", LargeBinary),
    Column("next_reply", Integer, nullable=False, server_default="0"),
    Column("sending", Boolean, nullable=False, server_default=text("false")),
    Column("message", Integer),
    Column("said", Text, nullable=False, server_default=""),
    Column("tidy_at", Moment),
    Index("ix_inbox_tidy", "tidy_at", sqlite_where=TIDIED, postgresql_where=TIDIED),
)

announcements = Table(
    "announcements",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("last_day", Day),
    Column("a_minute", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("reached", String(32), nullable=False, server_default=""),
    Column("listed_at", Moment),
    Column("stopped_at", Moment),
)
"""The operator's own words to everyone. `reached` is how far the list of learners has been gone through; `listed_at` when to its end."""

daily_counts = Table(
    "daily_counts",
    metadata,
    Column("day", Day, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("count", Integer, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("forgotten_at", Moment, nullable=False),
)
"""Who was forgotten and when, by a mark made of their blind index (bot/storage/tombstones.py): no backup brings them back."""

budget = Table(
    "budget",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("held_until", Moment),
)
"""What replicas on one PostgreSQL share: the moment from which on the messenger may be sent to, and until when it said "wait"."""
