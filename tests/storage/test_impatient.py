"""How PostgreSQL is reached before SQLAlchemy is loaded: just as SQLAlchemy reaches it."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from bot.storage.impatient import parameters


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://kim@localhost/kindling",
        "postgresql+psycopg://kim:p%40ss%2Fword%3A@db.example:6432/kindling?sslmode=require",
        "postgresql+psycopg://kim:pw@[::1]:5432/kindling",
        "postgresql+psycopg:///kindling?host=/var/run/postgresql",
        "postgresql+psycopg:///kindling?host=/var/run/postgresql&port=6432&user=kim",
        "postgresql+psycopg://kim:pw@/kindling?host=one:5432&host=two:5433&target_session_attrs=primary",
        "postgresql+psycopg:///",
    ],
)
def test_a_database_url_means_the_same_to_both(url: str) -> None:
    _, told = PGDialect_psycopg().create_connect_args(make_url(url))
    assert {name: str(value) for name, value in parameters(url).items()} == {n: str(v) for n, v in told.items()}
