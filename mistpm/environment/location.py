"""Where an environment's files are."""

from __future__ import annotations

import os
from pathlib import Path

from mistpm.errors import UsageError

FILE_NAME = "mistpm.yaml"


def here() -> Path:
    """Give the folder that the user is in; raises `UsageError` (`no-folder`) when it is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(
            "no-folder",
            f"the folder that you are in cannot be used: {error.strerror}",
            hint="it was perhaps deleted; go to another one",
        ) from error


def find_environment(start: Path) -> Path | None:
    """Look for `mistpm.yaml` in `start` and the folders above it, nearest first.

    A folder that cannot be looked into has none.
    """
    for folder in (start, *start.parents):
        if is_file(folder / FILE_NAME):
            return folder / FILE_NAME
    return None


def lock_of(file: Path) -> Path:
    """Give the lockfile of an environment's file, so that several in one folder have one each.

    `mistpm.yaml` has `mistpm.lock`, `prod.yaml` has `prod.lock`; any other name keeps its ending:
    `prod.yml` has `prod.yml.lock`.
    """
    return file.with_suffix(".lock") if file.suffix == ".yaml" else Path(f"{file}.lock")


def is_there(path: Path) -> bool:
    """Tell whether there is anything at a path; what cannot be looked at counts as there."""
    try:
        return path.exists()
    except OSError:
        return True


def is_file(path: Path) -> bool:
    """Tell whether there is a file at a path; what cannot be looked at is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def as_seen(path: Path) -> Path:
    """Give a path as the user would write it: from where the user is, unless that leads far away."""
    try:
        shown = os.path.relpath(path)
    except OSError:  # there is no "where the user is"
        return path
    return path if shown.startswith("../../..") else Path(shown)


def as_written(path: str, folder: Path) -> str:
    """Give a path of the command line as a file in `folder` writes it: from there, unless it is absolute.

    Seen from the root every path is absolute.
    """
    if Path(path).is_absolute():
        return path
    if folder == Path("/"):
        return str(Path(path).absolute())
    relative = os.path.relpath(path, folder.resolve())
    return relative if relative.startswith("..") else f"./{relative}"
