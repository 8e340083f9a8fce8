"""The same bytes from every process; what else must not matter is in `test_laws.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from laws import lock_text
from random_worlds import LARGE, SMALL, random_case, seeded
for seed in range(30):
    for size in (SMALL, LARGE):
        print(lock_text(random_case(seeded(seed), size)))
"""


@pytest.mark.slow
def test_hash_seed_does_not_matter() -> None:
    """Processes whose hashes and time zones differ write the same locks, explanations included."""
    support = Path(__file__).parent.parent / "support"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(support)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Asia/Kathmandu"), ("4711", "America/Lima"))
    }

    assert 1 == len(outputs)
