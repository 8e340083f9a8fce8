"""Where the tests of targets write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it get unguessable names


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give a folder in memory where there is such a place: these tests flush tens of thousands of times."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
