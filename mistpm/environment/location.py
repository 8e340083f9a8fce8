"""Where an environment's files are."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FILE_NAME = "mistpm.yaml"
LOCK_NAME = "mistpm.lock"


def find_environment(start: Path) -> Path | None:
    """Look for `mistpm.yaml` in `start` and the folders above it, nearest first.

    A folder that cannot be looked into has none.
    """
    for folder in (start, *start.parents):
        with suppress(OSError):
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
    return None


def as_seen(path: Path) -> Path:
    """Give a path as the user would write it: from where the user is, unless that leads far away."""
    shown = os.path.relpath(path)
    return path if shown.startswith("../../..") else Path(shown)


def as_written(path: str, folder: Path) -> str:
    """Give a path of the command line as a file in `folder` writes it: from there, unless it is absolute."""
    if Path(path).is_absolute():
        return path
    relative = os.path.relpath(path, folder.resolve())
    return relative if relative.startswith("..") else f"./{relative}"
