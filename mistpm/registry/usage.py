"""What caches take of the disk, and removing it: only what mistpm has written, and never through a link."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from mistpm.errors import RegistryError

_UNFINISHED: Final = r"\.(.+)\.tmp"
_LINK: Final = "it is a link, and none is followed"


class Usage(Struct, frozen=True, kw_only=True):
    """How much of the disk something takes, or took before it was removed.

    `obstacles` tell, a line each, what could not be looked at or removed, and what lies where an entry belongs.
    """

    files: int = 0
    size: int = 0
    obstacles: tuple[str, ...] = ()

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            files=self.files + other.files,
            size=self.size + other.size,
            obstacles=self.obstacles + other.obstacles,
        )


class Found(NamedTuple):
    """Something at a path of a layout; `obstacle` says why it is no entry, where it is none."""

    path: Path
    obstacle: str = ""


class Layout:
    """How the entries of a cache's part are called; whatever else lies there is not mistpm's.

    Each argument is the path of some of them, with a regular expression in the place of each name.  Entries
    are files, those too that a killed run left half-written, or `folders`.
    """

    def __init__(self, *paths: str, folders: bool = False) -> None:
        self._paths = [path.split("/") for path in paths]
        self._folders = folders

    def find(self, part: Path) -> Iterator[Found]:
        """Give what has a name of the layout, sorted; the part need not exist, links are not followed."""
        try:
            if part.is_symlink():
                yield Found(part, _LINK)
            elif part.exists():
                yield from self._below(part, self._paths)
        except OSError as error:
            yield Found(part, _unreadable(error))

    def _below(self, folder: Path, paths: list[list[str]]) -> Iterator[Found]:
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            yield Found(folder, _unreadable(error))
            return
        for entry in entries:
            unfinished = re.fullmatch(_UNFINISHED, entry.name)
            name = unfinished[1] if unfinished else entry.name
            place = folder / entry.name
            if any(len(path) == 1 and re.fullmatch(path[0], name) for path in paths):
                yield Found(place, self._misplaced(entry, folders=self._folders))
                continue
            below = [path[1:] for path in paths if path[1:] and re.fullmatch(path[0], entry.name)]
            if below and (misplaced := self._misplaced(entry, folders=True)):
                yield Found(place, misplaced)
            elif below:
                yield from self._below(place, below)

    @staticmethod
    def _misplaced(entry: os.DirEntry[str], *, folders: bool) -> str:
        """Say why something cannot be what belongs there; a link to a file can, it is removed as such."""
        if entry.is_dir(follow_symlinks=False):
            return "" if folders else "a folder is in the way of a file"
        if folders:
            return _LINK if entry.is_symlink() else "a file is in the way of a folder"
        return ""


def usage_of(part: Path, layout: Layout) -> Usage:
    """Add up the entries of a part; one that does not exist holds nothing."""
    return sum((_one(found) for found in layout.find(part)), Usage())


def remove_entries(
    part: Path,
    layout: Layout,
    goes: Callable[[Path], bool] = lambda _path: True,
    *,
    locked: Callable[[Path], AbstractContextManager[object]] = nullcontext,
) -> Usage:
    """Remove the entries of a part for which `goes` is true, each under its lock; tells how much it was.

    Folders stay, so that a process that is about to write into one still can; an empty one in the place of a
    file goes.  What cannot be removed is an obstacle, and no error.
    """
    found = [each for each in layout.find(part) if goes(each.path)]
    return sum((_removed(each, locked) for each in found), Usage())


def unwritable(path: Path, error: OSError) -> RegistryError:
    """Give the error for a cache that cannot be written to."""
    return RegistryError(
        "cache-unwritable",
        f"the cache cannot be written: {error.strerror or error}",
        context=(f"file: {path}",),
        hint="free some space or mend the permissions; `MISTPM_CACHE_DIR` names another folder",
    )


def _one(found: Found) -> Usage:
    if found.obstacle:
        return _obstacle(found.path, found.obstacle)
    try:
        facts = found.path.lstat()
    except OSError:
        return Usage()
    if not stat.S_ISDIR(facts.st_mode):
        return Usage(files=1, size=facts.st_size)
    inside = (Path(folder, name) for folder, _, names in os.walk(found.path) for name in names)
    return sum((_one(Found(path)) for path in inside), Usage())


def _removed(found: Found, locked: Callable[[Path], AbstractContextManager[object]]) -> Usage:
    path = found.path
    try:
        if found.obstacle:
            # fails for all that is no empty folder, links too
            path.rmdir()
            return Usage()
        with locked(path):
            taken = _one(found)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    except OSError as error:
        why = f"it cannot be removed: {error.strerror or error}"
        return _obstacle(path, found.obstacle or why)
    return taken


def _obstacle(path: Path, why: str) -> Usage:
    return Usage(obstacles=(f"`{path}`: {why}",))


def _unreadable(error: OSError) -> str:
    return f"it cannot be read: {error.strerror or error}"
