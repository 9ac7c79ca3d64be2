"""The throw-away PostgreSQL of the tests goes with them, however they end."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.postgres import MISSING, programs

KILLED = """
import os, signal
from tests.postgres import Cluster, programs
cluster = Cluster(programs())
print(cluster.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.postgres
@pytest.mark.skipif(programs() is None, reason=MISSING)
def test_a_cluster_whose_tests_were_killed_is_stopped_and_deleted() -> None:
    command = [sys.executable, "-c", KILLED]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=False)
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("kindling-pg-")
    deadline = time.monotonic() + 120
    while folder.exists():
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.05)
