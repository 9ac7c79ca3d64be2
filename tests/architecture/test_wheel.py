"""The wheel: everything that runs is in it, nothing else is, and it runs anywhere."""

from __future__ import annotations

import json
import re
import signal
import site
import subprocess
import sys
import urllib.request
import venv
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import __version__
from bot.content.check import check_course

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_in(folder: str) -> set[str]:
    """Every file under a folder of the repository, code and data alike."""
    files = (path for path in (REPOSITORY / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(REPOSITORY).as_posix() for path in files}


def test_every_file_of_the_program_is_in_the_wheel(names: set[str]) -> None:
    program = files_in("bot")
    assert {name.rpartition(".")[2] for name in program} >= {"py", "ftl", "json", "tsv", "mako", "html", "js", "css"}
    assert program - names == set()


def test_every_lesson_is_in_the_wheel(names: set[str]) -> None:
    lessons = files_in("lessons")
    assert len(lessons) > 30
    assert {f"bot/{name}" for name in lessons} - names == set()


@pytest.mark.parametrize(
    "needed",
    [
        "bot/storage/migrations/env.py",
        "bot/storage/migrations/versions/0001_the_first_tables.py",
        "bot/i18n/en.ftl",
        "bot/service/cities.tsv",
        "bot/service/countries.tsv",
        "bot/crisis/data/helplines.json",
        "bot/demo/page/site/index.html",
        "bot/lessons/course.yaml",
        "bot/lessons/references.yaml",
        "bot/lessons/LICENSE",
    ],
)
def test_what_is_easily_forgotten_is_in_the_wheel(names: set[str], needed: str) -> None:
    assert needed in names


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    ours = {name for name in names if name.startswith("bot/")}
    assert all(name.startswith(("bot/", f"kindling-{__version__}.dist-info/")) for name in names)
    unwanted = ("__pycache__", ".pyc", ".sqlite3", ".key", ".env", "/.")
    assert not [name for name in ours if any(sign in name for sign in unwanted)]
    with_a_licence = {name.rpartition("/")[2] for name in names if ".dist-info/licenses/" in name}
    assert with_a_licence == {"LICENSE"}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the wheel, and borrows what it needs from this one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # Found after the wheel's own package, so that the wheel is what runs.
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return folder


def run(installed: Path, folder: Path, *command: str, codes: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(
        [str(installed / "bin" / command[0]), *command[1:]],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "error", "TERM": "dumb", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in codes, f"{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_the_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "python", "-c", "import bot; print(bot.__file__)")
    assert Path(where.strip()).is_relative_to(installed)


def test_the_installed_bot_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "python", "-m", "bot", "version").strip() == __version__
    assert list(tmp_path.iterdir()) == [], "telling the version leaves nothing behind"


def test_the_installed_bot_has_its_lessons(installed: Path, tmp_path: Path) -> None:
    report = check_course(REPOSITORY / "lessons", datetime.now(UTC).date())
    expected = f"{report.tracks} tracks, {report.lessons} lessons, {len(report.findings)} findings"
    assert run(installed, tmp_path, "kindling", "lessons", "check", codes=(0, 1)).splitlines()[-1] == expected


def test_the_installed_bot_has_its_crisis_data(installed: Path, tmp_path: Path) -> None:
    code = "from bot.crisis import answer; from datetime import date; print(answer.open('en', 'IE', date(2026, 3, 2)))"
    assert "116 123" in run(installed, tmp_path, "python", "-c", code)


def test_the_installed_bot_reads_cries_for_help(installed: Path, tmp_path: Path) -> None:
    told = json.loads(run(installed, tmp_path, "kindling", "crisis", "try", "I want to end my life", "--json"))
    assert told["severity"] != "none"
    run(installed, tmp_path, "kindling", "crisis", "check", codes=(0, 1))


def test_the_installed_demo_serves_its_pages_from_any_folder(installed: Path, tmp_path: Path) -> None:
    kindling = str(installed / "bin" / "kindling")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "200", "TMPDIR": str(tmp_path)}
    demo = subprocess.Popen(
        [kindling, "demo", "--port", "0", "--no-open"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert demo.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", demo.stdout.readline())
        assert found is not None
        for path, says in (("/", "Demo messenger"), ("/preview", "Preview"), ("/preview/pieces", "stress-1")):
            with urllib.request.urlopen(found[0] + path, timeout=30) as answer:
                assert says in answer.read().decode()
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(30) == 0
    finally:
        demo.kill()
        demo.communicate()


def test_the_installed_bot_has_its_migrations(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "kindling", "db", "upgrade")
    assert (tmp_path / "data" / "kindling.sqlite3").exists()
