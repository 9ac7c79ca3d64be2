"""Every variable an operator can set, every mistake they can make with it, and that no mistake gives a secret away."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import SECRETS, TELEGRAM, Settings, SettingsError, read_settings

GIVEN = {
    "BOT_TOKEN": "1234:a-token-of-our-own",
    "BOT_API_URL": "http://127.0.0.1:8081",
    "DATABASE_URL": "postgresql://kindling:a-password@db.example/kindling",
    "DATA_DIR": "/var/lib/kindling",
    "SECRET_KEY": "a-secret-key-in-base64",
    "LESSONS_DIR": "/srv/lessons",
    "SEND_RATE": "12.5",
    "CHAT_RATE": "2",
    "WEBHOOK_URL": "https://bot.example/hook",
    "WEBHOOK_SECRET": "a-webhook-secret_0",
    "LISTEN": "0.0.0.0:9000",
    "HTTP_LISTEN": "[::1]:9001",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "warning",
    "BACKUPS_KEPT_DAYS": "30",
    "OPERATOR_TOKEN": "a-token-of-the-operators-own",
}
SECRET_VALUES = [GIVEN[name] for name in SECRETS] + ["a-password"]


def problems(**environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return caught.value.problems


def revealed(value: Settings | SettingsError) -> str:
    """All that printing or logging it could show."""
    shown = f"{value!r} {value!s} {vars(value)}"
    if isinstance(value, SettingsError):
        return shown + "".join(traceback.format_exception(value)) + "".join(value.problems)
    return shown + str(value.model_dump()) + value.model_dump_json()


# -- what is read ------------------------------------------------------------------------------------------------------


def test_every_setting_is_tried_here() -> None:
    assert {name.upper() for name in Settings.model_fields} == set(GIVEN)


def test_without_any_variable_everything_has_its_default() -> None:
    settings = read_settings({})
    assert settings == read_settings(dict.fromkeys(set(GIVEN) - {"HTTP_LISTEN"}, "")), (
        "an empty variable is one not set"
    )
    assert (settings.bot_token, settings.secret_key, settings.webhook_secret) == (None, None, None)
    assert (settings.bot_api_url, settings.webhook_url, settings.lessons_dir) == (TELEGRAM, None, None)
    assert (settings.data_dir, settings.send_rate) == (Path("data"), 25)
    assert (settings.listen, settings.http_listen) == ("127.0.0.1:8443", "127.0.0.1:8080")
    assert (settings.log_format, settings.log_level) == ("text", "info")


def test_every_variable_is_read() -> None:
    settings = read_settings(GIVEN)
    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == GIVEN["BOT_TOKEN"]
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == GIVEN["SECRET_KEY"]
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == GIVEN["WEBHOOK_SECRET"]
    assert settings.database == "postgresql+psycopg://kindling:a-password@db.example/kindling"
    assert (settings.bot_api_url, settings.webhook_url) == (GIVEN["BOT_API_URL"], GIVEN["WEBHOOK_URL"])
    assert (settings.data_dir, settings.lessons_dir) == (Path(GIVEN["DATA_DIR"]), Path(GIVEN["LESSONS_DIR"]))
    assert (settings.send_rate, settings.listen, settings.http_listen) == (12.5, "0.0.0.0:9000", "[::1]:9001")
    assert (settings.log_format, settings.log_level) == ("json", "warning")


def test_other_variables_do_not_matter() -> None:
    assert read_settings({"PATH": "/bin", "bot_token": "no", "KINDLING_SEND_RATE": "x"}) == read_settings({})


def test_this_process_is_asked_when_nothing_else_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_RATE", "7")
    assert read_settings().send_rate == 7
    assert read_settings({}).send_rate == 25


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read_settings({}).send_rate = 30  # type: ignore[misc]


@pytest.mark.parametrize(("name", "value", "meant"), [
    ("BOT_API_URL", "https://api.example/", "https://api.example"),
    ("WEBHOOK_URL", "https://bot.example/hook/", "https://bot.example/hook"),
    ("LOG_LEVEL", "DEBUG", "debug"),
    ("LOG_FORMAT", "Json", "json"),
    ("HTTP_LISTEN", "", ""),
    ("SEND_RATE", "1000", 1000.0),
])  # fmt: skip
def test_what_is_meant_the_same_is_read_the_same(name: str, value: str, meant: object) -> None:
    settings = read_settings({"WEBHOOK_SECRET": GIVEN["WEBHOOK_SECRET"], name: value})
    assert getattr(settings, name.lower()) == meant


@pytest.mark.parametrize(("url", "with_driver"), [
    ("sqlite:///kindling.sqlite3", "sqlite+aiosqlite:///kindling.sqlite3"),
    ("sqlite:////var/lib/kindling.sqlite3", "sqlite+aiosqlite:////var/lib/kindling.sqlite3"),
    ("sqlite+aiosqlite:///x", "sqlite+aiosqlite:///x"),
    ("postgresql://u:p@h:5432/d?sslmode=require", "postgresql+psycopg://u:p@h:5432/d?sslmode=require"),
    ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
    ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ("postgresql+asyncpg://u@h/d", "postgresql+psycopg://u@h/d"),
])  # fmt: skip
def test_a_database_is_named_without_its_driver(url: str, with_driver: str) -> None:
    assert read_settings({"DATABASE_URL": url}).database == with_driver


def test_without_a_database_there_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert read_settings({"DATA_DIR": str(tmp_path)}).database == f"sqlite+aiosqlite:///{tmp_path}/kindling.sqlite3"


# -- secrets from files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_can_come_from_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{GIVEN[name]}\n")
    from_file, given = read_settings({f"{name}_FILE": str(path)}), read_settings({name: GIVEN[name]})
    assert from_file == given
    assert getattr(from_file, name.lower()).get_secret_value() == GIVEN[name]


@pytest.mark.parametrize("name", SECRETS)
def test_a_file_that_cannot_be_read_is_told_by_its_variable(tmp_path: Path, name: str) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfea-token-of-our-own")
    for path in (tmp_path / "missing", tmp_path, binary):
        (line,) = problems(**{f"{name}_FILE": str(path)})
        assert line.startswith(f"{name}_FILE: ")
        assert "a-token" not in line


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "rate").write_text("5")
    assert read_settings({"SEND_RATE_FILE": str(tmp_path / "rate")}).send_rate == 25


# -- mistakes ----------------------------------------------------------------------------------------------------------

WRONG = {
    "BOT_API_URL": ["api.telegram.org", "ftp://x"],
    "WEBHOOK_URL": ["bot.example", "/hook"],
    "WEBHOOK_SECRET": ["short", "has spaces in the middle", "ümlaut-is-not-allowed", "x" * 257],
    "DATABASE_URL": [
        "kindling",
        "sqlite:kindling.db",
        "mysql://h/d",
        "postgresql:",
        "postgresql://u:p@h:port/d",
        "://x",
    ],
    "SEND_RATE": ["fast", "0", "-1", "1001", "nan", "inf"],
    "CHAT_RATE": ["fast", "0", "1001"],
    "LISTEN": ["8443", ":8443", "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1", "h:²"],
    "HTTP_LISTEN": ["8080", "localhost:99999"],
    "LOG_FORMAT": ["xml"],
    "OPERATOR_TOKEN": ["too-short"],
    "LOG_LEVEL": ["loud", "trace"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_told_by_its_name_with_what_would_be_right(name: str, value: str) -> None:
    others = {"WEBHOOK_SECRET": GIVEN["WEBHOOK_SECRET"]} if name == "WEBHOOK_URL" else {}
    (line,) = problems(**others | {name: value})
    assert line.startswith(f"{name}: ")
    assert len(line) > len(name) + 12
    assert "Value error" not in line
    assert "\n" not in line


def test_all_problems_are_told_at_once() -> None:
    wrong = {name: values[0] for name, values in WRONG.items()}
    told = problems(**wrong, BOT_TOKEN_FILE="/nowhere/token")
    assert {line.partition(":")[0] for line in told} == {*wrong, "BOT_TOKEN_FILE"}
    assert len(told) == len(wrong) + 1


def test_a_webhook_needs_its_secret_whatever_else_is_wrong() -> None:
    for others in ({}, {"SEND_RATE": "fast"}):
        told = problems(WEBHOOK_URL="https://bot.example", **others)
        assert len([line for line in told if "WEBHOOK_SECRET" in line]) == 1
        assert len(told) == 1 + len(others)


# -- nothing is given away ---------------------------------------------------------------------------------------------


def test_settings_do_not_show_their_secrets() -> None:
    shown = revealed(read_settings(GIVEN))
    assert "12.5" in shown
    assert not [secret for secret in SECRET_VALUES if secret in shown]


@pytest.mark.parametrize("broken", [
    {"SEND_RATE": "fast"},
    {"DATABASE_URL": "mysql://kindling:a-password@db.example/kindling"},
    {"DATABASE_URL": "postgresql://kindling:a-password@db.example:a-password/kindling"},
    {"DATABASE_URL": "kindling:a-password@db.example"},
    {"WEBHOOK_SECRET": "a-webhook-secret_0 with a space"},
    {"LISTEN": "x", "LOG_LEVEL": "y", "BOT_API_URL": "z"},
])  # fmt: skip
def test_no_mistake_gives_a_secret_away(broken: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(GIVEN | broken)
    assert not [secret for secret in SECRET_VALUES if secret in revealed(caught.value)]
