"""The files that put the bot on a machine fit the bot, and each other."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __version__
from bot.health import serve
from bot.settings import SECRETS, Settings, read_settings
from tests.docs.pages import ROOT, section, text_of

SETTINGS = {name.upper() for name in Settings.model_fields} | {f"{name}_FILE" for name in SECRETS}


async def alive(listen: str) -> int:
    """What the container's health check says, as a process of its own."""
    check = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "deploy" / "alive.py"), env={**os.environ, "HTTP_LISTEN": listen}
    )
    return await check.wait()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_a_bot_that_answers_is_healthy_even_when_it_is_not_ready(host: str) -> None:
    async def gone() -> str:
        return "gone"

    runner = await serve(f"{host}:0", {"database": gone})
    port = runner.addresses[0][1]
    try:
        assert await alive(f"{host}:{port}") == 0
    finally:
        await runner.cleanup()
    assert await alive(f"{host}:{port}") == 1


async def test_without_health_there_is_nothing_to_complain_about() -> None:
    assert await alive("") == 0


def instructions(name: str) -> list[str]:
    """The arguments of every instruction of that name in the Dockerfile, with continued lines joined."""
    return re.findall(rf"^{name} (.+)$", re.sub(r"\s*\\\n\s*", " ", text_of("Dockerfile")), re.MULTILINE)


def test_what_the_image_copies_is_there_and_let_through() -> None:
    copied = [words.split()[0] for words in instructions("COPY") if not words.startswith("--from")]
    let_through = [line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")]
    assert "*" in text_of(".dockerignore").splitlines()
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert sorted(copied) == sorted(let_through)


def test_the_image_runs_the_bot_without_rights() -> None:
    assert instructions("USER") == ["kindling"]
    assert instructions("ENTRYPOINT") == ['["python", "-m", "bot"]']
    assert instructions("CMD")[-1] == '["run"]'
    assert instructions("VOLUME") == ["/data"]


def test_the_image_installs_only_what_is_locked() -> None:
    installs = [words for words in instructions("RUN") if " install " in words and "pip" in words]
    assert len(installs) == 1
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--only-binary :all:" in installs[0]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-dev.lock", ("dev",)), ("requirements-docs.lock", ("docs",))],
)
def test_a_lock_holds_all_that_is_needed_with_hashes_and_no_address(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    names = {re.split(r"[\[<>=]", one)[0].lower() for one in wanted}
    locked = text_of(lock)
    pinned = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]+\])?==([^ ;\\]+)", locked, re.MULTILINE))
    assert {re.sub(r"[_.]", "-", name) for name in names} - set(pinned) == set()
    assert "://" not in locked
    assert locked.count("--hash=sha256:") > len(pinned)
    runs = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]+\])?==([^ ;\\]+)", text_of("requirements.lock"), re.MULTILINE))
    assert {name: version for name, version in pinned.items() if runs.get(name, version) != version} == {}


def test_compose_starts_one_bot_and_a_database_only_on_request() -> None:
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["kindling"]
    assert services["database"]["profiles"] == ["postgresql"]
    assert services["kindling"]["read_only"] is True
    assert int(services["kindling"]["stop_grace_period"].removesuffix("s")) > 10


def test_the_settings_that_going_live_shows_for_docker_are_understood() -> None:
    docker = section(text_of("docs/going-live.md"), "With Docker")
    shown = dict(re.findall(r"^([A-Z_]+)=(\S+)$", docker, re.MULTILINE))
    settings = read_settings(shown)
    assert settings.database == "postgresql+psycopg://kindling:the-password@database/kindling"
    assert shown["COMPOSE_PROFILES"] == "postgresql"
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    assert f"${{{'POSTGRES_PASSWORD'}:-}}" in services["database"]["environment"].values()


def test_the_unit_sets_only_what_the_bot_knows() -> None:
    unit = text_of("deploy/kindling.service")
    given = {
        name for line in re.findall(r"^Environment=(.+)$", unit, re.MULTILINE) for name in re.findall(r"(\w+)=", line)
    }
    assert given - SETTINGS == {"TMPDIR"}
    assert "DATA_DIR" in given
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]) > 10


# -- Kubernetes --------------------------------------------------------------------------------------------------------


def kubernetes() -> dict[str, Any]:
    """The documents of the example, by kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(text_of("deploy/kubernetes/kindling.yaml"))}


def test_kubernetes_sets_only_what_the_bot_knows_and_it_is_understood(tmp_path: Path) -> None:
    given = kubernetes()["ConfigMap"]["data"]
    assert set(given) - SETTINGS == set()
    secrets = {name: tmp_path / Path(path).name for name, path in given.items() if name.endswith("_FILE")}
    values = {"database_url": "postgresql://u:p@db/kindling"}
    for path in secrets.values():
        path.write_text(values.get(path.name, "a-value-that-is-long-enough"))
    settings = read_settings(given | {name: str(path) for name, path in secrets.items()})
    assert settings.webhook_url is not None
    assert settings.database.startswith("postgresql+psycopg")


def test_kubernetes_runs_two_and_never_takes_help_away() -> None:
    found = kubernetes()
    assert found["Deployment"]["spec"]["replicas"] == 2
    assert found["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    for probe in ("livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] == "/livez", "a bot without its database still answers /help"
    assert container["image"] == f"kindling:{__version__}"
    assert [one["port"] for one in found["Service"]["spec"]["ports"]] == [8443], (
        "health and the operator's page stay inside"
    )


def test_every_secret_that_kubernetes_reads_is_made_by_the_guide() -> None:
    read = {Path(path).name for name, path in kubernetes()["ConfigMap"]["data"].items() if name.endswith("_FILE")}
    made = set(re.findall(r"--from-literal=(\w+)=", text_of("docs/kubernetes.md")))
    assert made == read
