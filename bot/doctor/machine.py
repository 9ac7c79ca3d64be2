"""The machine: time zones, folders, who may read them, and room on the disk."""

from __future__ import annotations

import os
import re
import shutil
import stat
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import tzdata  # type: ignore[import-untyped]  # it ships no types

from bot.doctor.look import Look, Patient
from bot.settings import Settings
from bot.storage.opening import KEY_FILE, sqlite_file

LITTLE_ROOM, NO_ROOM = 500_000_000, 50_000_000
"""Bytes free on the disk."""
_VERSION = re.compile(r"(\d{4})[a-z]+")


# -- time zones --------------------------------------------------------------------------------------------------------


async def look_at_time_zones(patient: Patient) -> list[Look]:
    """Which time-zone data is used, and how old it is."""
    try:
        zoneinfo.ZoneInfo.no_cache("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        do = "Install it: apt install tzdata, or pip install tzdata."
        return [Look("time-zones", "error", "there is no time-zone data", do)]
    return [zone_data(*zone_version(), patient.now)]


def zone_version() -> tuple[str, str]:
    """Whose time-zone data Python uses ("the system's" or "Kindling's own"), and its version ("" where it does not say)."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "Europe" / "Berlin").is_file():
            return "the system's", _version_in(folder)
    return "Kindling's own", str(tzdata.IANA_VERSION)


def _version_in(folder: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                found = _VERSION.search(file.readline())
        except OSError:
            continue
        if found:
            return found[0]
    return ""


def zone_data(whose: str, version: str, now: datetime) -> Look:
    """Whether time-zone data of that version is still good. It changes several times a year."""
    if version and int(version[:4]) >= now.year - 1:
        return Look("time-zones", "ok", f"{whose} data is used, version {version}")
    do = "Lessons come at a wrong hour where clocks were changed since. Update it: apt upgrade tzdata, or a newer Kindling."
    says = (
        f"{whose} data is used, and it is old: version {version}"
        if version
        else f"{whose} data is used, of no known version"
    )
    return Look("time-zones", "warning", says, do)


# -- files -------------------------------------------------------------------------------------------------------------


async def look_at_files(patient: Patient) -> list[Look]:
    """The data folder: is it there, who may read it, is there room?"""
    settings = patient.settings
    place = next((one for one in (settings.data_dir, *settings.data_dir.absolute().parents) if one.exists()), Path("/"))
    if not place.is_dir():
        return [Look("data-dir", "error", "DATA_DIR is a file, not a folder", "Set DATA_DIR to a folder of its own.")]
    if not os.access(place, os.W_OK | os.X_OK):
        says = "DATA_DIR may not be written to" if place == settings.data_dir else "DATA_DIR cannot be made"
        return [Look("data-dir", "error", says, "Give the folder to the account of the bot.")]
    there = place == settings.data_dir
    says = "is there and can be written to" if there else "is not there yet; the bot makes it"
    open_files = list(readable_by_others(settings))
    closed = [] if open_files else [Look("permissions", "ok", "only the owner can read the files")]
    return [Look("data-dir", "ok", says), *open_files, *closed, *room(place)]


def readable_by_others(settings: Settings) -> Iterator[Look]:
    """The data folder, the database and the key, where anyone but their owner may read or enter them."""
    database = sqlite_file(settings)
    files = [settings.data_dir / KEY_FILE]
    if database is not None:
        files += [database, *(Path(f"{database}{ending}") for ending in ("-wal", "-shm"))]
    for path, mode in ((settings.data_dir, 0o700), *((file, 0o600) for file in files)):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & ~mode & 0o077:
            do = f"Close it to others: chmod {mode:o} {path}"
            yield Look("permissions", "warning", f"others on this machine can read {path.name}", do)


def room(place: Path) -> list[Look]:
    """Room on the disk of that folder."""
    inodes = os.statvfs(place)
    return [disk(shutil.disk_usage(place).free, no_more_files=inodes.f_files > 0 and inodes.f_favail == 0)]


def disk(free: int, *, no_more_files: bool = False) -> Look:
    """Whether so many free bytes are enough."""
    says = f"{free / 1e9:.1f} GB free" if free >= 1e9 else f"{free / 1e6:.0f} MB free"
    do = "Make room on the disk of DATA_DIR. On a full disk nothing can be kept; /help goes on working."
    if no_more_files:
        return Look("disk", "error", "no more files can be made on this disk", do)
    if free < NO_ROOM:
        return Look("disk", "error", f"the disk is full ({says})", do)
    if free < LITTLE_ROOM:
        return Look("disk", "warning", f"the disk is nearly full ({says})", do)
    return Look("disk", "ok", says)
