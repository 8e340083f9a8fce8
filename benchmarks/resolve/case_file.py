"""Files of cases: JSON, gzipped or not, one case or a list of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from benchmarks.resolve.case import Case
from benchmarks.resolve.case_range import parse_case_version
from benchmarks.resolve.universe import Release, Universe
from mistpm.errors import DocumentError, UsageError
from mistpm.model.version import Version

_Packages = dict[str, dict[str, Release]]
_GZIP: Final = b"\x1f\x8b"


class _Written(Struct, frozen=True, kw_only=True):
    """A case as it stands in a file; keys that only tell where it is from are passed over."""

    name: str = ""
    universe: _Packages | None = None
    universe_file: str = ""
    k8s: str | None = None
    roots: dict[str, str] | None = None
    root_sets: dict[str, dict[str, str]] | list[dict[str, str]] | str | None = None
    locked: dict[str, str] | None = None
    use_latest: list[str] | None = None
    expect: dict[str, Any] | None = None


def read_cases(path: Path) -> list[Case]:
    """Read a file of cases, with the universes that they name beside it.

    A universe without roots is queried, version by version or by the root sets that it carries:
    `benchmarks/README.md#cases` tells how.  Raises `UsageError` where there is no such file and
    `DocumentError` for one that is not as it must be.
    """
    return _CaseFile(path).cases()


class _CaseFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = _read(path)
        self._universes: dict[object, Universe] = {}
        self._kubernetes: dict[object, dict[str, Version]] = {}

    def cases(self) -> list[Case]:
        for number, written in enumerate(self._written):
            where = self._universe_key(number, written)
            if written.k8s:
                known = self._kubernetes.setdefault(where, {})
                known[written.k8s] = self._checked_version(written)
        return [
            case
            for number, written in enumerate(self._written)
            for case in self._of(number, written)
        ]

    def _of(self, number: int, written: _Written) -> Iterator[Case]:
        if not written.name:
            raise self._invalid(f"case {number + 1} has no `name`")
        universe = self._universe(number, written)
        for name, roots in self._root_sets(written, universe):
            case = Case(
                name=name,
                universe=universe,
                roots=roots,
                kubernetes=written.k8s or "",
                locked=written.locked or {},
                free=tuple(written.use_latest or ()),
            )
            try:
                case.question()
            except ValueError as error:
                raise self._invalid(f"the roots of `{name}` cannot be read: {error}") from None
            yield case

    def _root_sets(
        self, written: _Written, universe: Universe
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """Give the names and roots of what one entry asks; roots that are given come first."""
        alone = len(self._written) == 1 and written.expect is None
        sets = written.root_sets
        if written.roots or (written.roots is not None and sets is None and not alone):
            yield written.name, written.roots
        elif isinstance(sets, Mapping):
            for name, roots in sets.items():
                yield f"{written.name}/{name}", roots
        elif isinstance(sets, list):
            for number, roots in enumerate(sets):
                yield f"{written.name}/{number}", roots
        elif written.roots is None and sets is None and written.expect is not None:
            raise self._invalid(f"`{written.name}` has no `roots`")
        else:
            for package, releases in universe.packages.items():
                for version in releases:
                    yield f"{written.name}/{package}@{version}", {package: f"={version}"}

    def _universe(self, number: int, written: _Written) -> Universe:
        key = self._universe_key(number, written)
        universe = self._universes.get(key)
        if universe is None:
            if written.universe is not None:
                packages, where = written.universe, f"`{written.name}` in `{self._path}`"
            elif written.universe_file:
                packages = self._universe_beside(written.universe_file)
                where = f"`{written.universe_file}`"
            else:
                raise self._invalid(f"`{written.name}` has neither `universe` nor `universe_file`")
            versions = self._kubernetes.get(key, {}).values()
            universe = self._universes[key] = Universe(packages, tuple(versions), where=where)
        return universe

    def _universe_key(self, number: int, written: _Written) -> object:
        return number if written.universe is not None else written.universe_file

    def _universe_beside(self, name: str) -> _Packages:
        """Read the universe that a case names, as it is called or with `.gz` put on or off."""
        named = self._path.parent / name
        other = named.with_suffix("") if named.suffix == ".gz" else Path(f"{named}.gz")
        path = next((path for path in (named, other) if path.is_file()), named)
        for written in _read(path):
            if written.universe is not None:
                return written.universe
        raise DocumentError("invalid-cases", f"`{path}` has no `universe`")

    def _checked_version(self, written: _Written) -> Version:
        try:
            return parse_case_version(written.k8s or "")
        except ValueError as error:
            raise self._invalid(f"`k8s` of `{written.name}` cannot be read: {error}") from None

    def _invalid(self, reason: str) -> DocumentError:
        return DocumentError("invalid-cases", f"`{self._path}` cannot be used: {reason}")


def _read(path: Path) -> list[_Written]:
    """Read the entries of a file; a single one stands for a list of it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            "no-cases", f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    try:
        if data.startswith(_GZIP):
            data = gzip.decompress(data)
        if data.lstrip().startswith(b"["):
            return msgspec.json.decode(data, type=list[_Written])
        return [msgspec.json.decode(data, type=_Written)]
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise DocumentError("invalid-cases", f"`{path}` is not a file of cases: {error}") from None
