"""Ports that stay free until they are taken."""

from __future__ import annotations

import random
import socket
from pathlib import Path

HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""From which number on the system itself hands out ports to whoever connects somewhere."""
LOWEST, USUAL = 12_000, 32_768


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has. The system hands out none of these by itself, so that nobody has it a moment later either:
    other tests, which connect to this and that all the time, would now and then be given the very one."""
    any_number = random.SystemRandom()
    while True:
        port = any_number.randrange(LOWEST, _first_handed_out())
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _first_handed_out() -> int:
    try:
        first = int(HANDED_OUT.read_text().split()[0])
    except (OSError, ValueError):
        return USUAL
    return first if first > LOWEST + 1000 else USUAL
