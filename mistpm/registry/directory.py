"""A registry in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from mistpm.registry.layout import (
    INDEX_FOLDER,
    INDEX_SUFFIX,
    MODULE_SUFFIX,
    SMALL_LIMIT,
    parse_index_file,
    parse_module_file,
)
from mistpm.registry.place import Place
from mistpm.registry.tree import Tree


class DirectoryTree:
    """The files of a folder; always as it is now, so there is nothing to remember."""

    distant = False

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self._folder = folder

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Give the small files that exist among `paths`."""
        found = ((path, self._bytes(path, SMALL_LIMIT)) for path in paths)
        return {path: data for path, data in found if data is not None}

    def files(self) -> Sequence[str]:
        """List index files and modules; looks into folders two levels deep, no further."""
        indexes = self._listed(f"{INDEX_FOLDER}/*/*{INDEX_SUFFIX}")
        modules = self._listed(f"*/*/*{MODULE_SUFFIX}")
        return sorted(
            [path for path in indexes if parse_index_file(path)]
            + [path for path in modules if parse_module_file(path)]
        )

    def prepare(self, paths: Iterable[str]) -> None:
        """Do nothing: the files are at hand."""

    def module(self, path: str, *, limit: int) -> bytes | None:
        """Give a module's bytes, None where it does not exist; at most `limit`."""
        return self._bytes(path, limit)

    def remembered(self) -> Tree:
        """Give this same tree."""
        return self

    @cached_property
    def _root(self) -> Path:
        try:
            if self._folder.is_dir():
                return self._folder
            what = "it is not a folder" if self._folder.exists() else "there is no such folder"
        except OSError as error:
            what = error.strerror or str(error)
        raise self.place.unreachable(what, hint="check the path after `directory:`")

    def _bytes(self, path: str, limit: int) -> bytes | None:
        try:
            with (self._root / path).open("rb") as file:
                return file.read(limit)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            why = f"`{path}` cannot be read: {error.strerror}"
            raise self.place.unreachable(why, hint="check the file's permissions") from error

    def _listed(self, pattern: str) -> list[str]:
        return [path.relative_to(self._root).as_posix() for path in self._root.glob(pattern)]
