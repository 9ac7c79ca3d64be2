"""The settings: one frozen value, read from the environment. Every problem is told at once, with what to do."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

TELEGRAM = "https://api.telegram.org"
SECRETS = ("BOT_TOKEN", "SECRET_KEY", "WEBHOOK_SECRET", "DATABASE_URL", "OPERATOR_TOKEN")


class SettingsError(Exception):
    """The environment holds values that cannot work. `problems` has a line for each, with the fix."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """What an operator can set. The docstring of each field is its entry in the configuration table (docs/tables.py)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    bot_token: SecretStr | None = None
    """Telegram bot token from @BotFather; or `BOT_TOKEN_FILE`. `run` explains when it is missing; `demo` needs none."""
    bot_api_url: str = TELEGRAM
    """Root of the Bot API server; methods are called at `<root>/bot<token>/<method>`."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL, SQLite or PostgreSQL. Default: an SQLite file in `DATA_DIR`."""
    data_dir: Path = Path("data")
    """Where the embedded database and the generated key live."""
    secret_key: SecretStr | None = None
    """Key that seals learners' data, 32 bytes in base64; or `SECRET_KEY_FILE`; several, newest first,
    comma-separated, for rotation. Default: made once in `DATA_DIR`."""
    lessons_dir: Path | None = None
    """Another lessons folder. Default: the lessons that come with Kindling."""
    send_rate: float = Field(default=25, gt=0, le=1000)
    """Messages a second for the whole bot (Telegram's broadcast limit is about 30; up to 1000 with paid broadcasts)."""
    chat_rate: float = Field(default=1, gt=0, le=1000)
    """Messages a second for each chat (Telegram's limit is about 1)."""
    webhook_url: str | None = None
    """Public address for webhook mode. Default: long polling."""
    webhook_secret: SecretStr | None = None
    """Secret token that Telegram sends with every webhook call; or `WEBHOOK_SECRET_FILE`."""
    listen: str = "127.0.0.1:8443"
    """Address on which webhook calls are received at /telegram, behind your proxy."""
    http_listen: str = "127.0.0.1:8080"
    """Address of health, readiness, metrics and the operator's page; off when empty."""
    backups_kept_days: int | None = Field(default=None, ge=0, le=730)
    """For how many days you keep backups: the receipt of `/delete` names the day on which the last one goes. Default: not said."""
    operator_token: SecretStr | None = Field(default=None, min_length=16)
    """Opens the operator's page; or `OPERATOR_TOKEN_FILE`. Default: made once in `DATA_DIR`, in the file operator.token."""
    log_format: Literal["text", "json"] = "text"
    """`text` for people, `json` for machines."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged. No level ever logs what people wrote, who they are, or the token."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_settings` gives: it has looked at the environment already, and perhaps at another than this process's."""
        return (init_settings,)

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("bot_api_url", "webhook_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("listen", "http_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdecimal() and int(port) < 65536):
            raise ValueError("must be host:port, for example 127.0.0.1:8080")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _as_telegram_takes_it(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("must be 16 to 256 letters, digits, - and _")
        return value

    @property
    def database(self) -> str:
        """The SQLAlchemy URL with an asynchronous driver: aiosqlite or psycopg."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{(self.data_dir / 'kindling.sqlite3').resolve()}"
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        driver = "sqlite+aiosqlite" if scheme.startswith("sqlite") else "postgresql+psycopg"
        return f"{driver}://{rest}"


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """The settings of this environment. Raises SettingsError with every problem found."""
    values = dict(os.environ if environment is None else environment)
    problems = _read_secret_files(values)
    fields = {name: values[name.upper()] for name in Settings.model_fields if values.get(name.upper(), "") != ""}
    if values.get("HTTP_LISTEN") == "":
        fields["http_listen"] = ""
    if "database_url" in fields:
        problems += _database_problems(fields["database_url"])
    if "webhook_url" in fields and "webhook_secret" not in fields:
        problems.append("WEBHOOK_URL needs WEBHOOK_SECRET: any long random word of letters, digits, - and _")
    try:
        settings = Settings.model_validate(fields)
    except ValidationError as error:
        problems += [_as_line(e["loc"], e["msg"]) for e in error.errors(include_input=False)]
    if problems:
        raise SettingsError(problems)
    return settings


def _database_problems(url: str) -> list[str]:
    from sqlalchemy import make_url  # takes a while to load, and help may be waiting; most have no address to look at
    from sqlalchemy.exc import ArgumentError

    scheme, slashes, _ = url.partition("://")
    if not slashes or scheme.split("+")[0] not in ("sqlite", "postgresql", "postgres"):
        return ["DATABASE_URL: begin it with sqlite:/// or postgresql://"]
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return ["DATABASE_URL: write it as postgresql://user:password@host:5432/database"]
    return []


def _read_secret_files(values: dict[str, str]) -> list[str]:
    problems = []
    for name in SECRETS:
        path = values.get(f"{name}_FILE")
        if not path:
            continue
        try:
            values[name] = Path(path).read_text().strip()
        except OSError as error:
            problems.append(f"{name}_FILE: cannot read the file it names ({error.strerror})")
        except UnicodeDecodeError:
            problems.append(f"{name}_FILE: the file it names holds no text")
    return problems


def _as_line(where: tuple[int | str, ...], what: str) -> str:
    name = str(where[0]).upper() if where else ""
    return f"{name}: {what}".removeprefix(": ").replace("Value error, ", "")
