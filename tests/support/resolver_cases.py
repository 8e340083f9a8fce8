"""Files of resolver cases, read apart from everything else: own reading, own versions, own ranges.

The format is that of `benchmarks.resolve`; nothing here imports it, or mistpm.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Releases = dict[str, dict[str, Any]]

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
"""A version as SemVer compares it: three numbers, then the pre-release, of which none is the greatest."""


class Asked(NamedTuple):
    """One question of a file; `expect` is what the file knows of the answer."""

    name: str
    universe: dict[str, Releases]
    roots: dict[str, str]
    k8s: str | None = None
    locked: dict[str, str] = {}
    free: frozenset[str] = frozenset()
    expect: dict[str, Any] = {}
    other_rules: bool = False

    def allowed(self, package: str) -> list[str]:
        """Give the versions of a package that Kubernetes does not rule out, newest first."""
        releases = self.universe.get(package, {})
        return sorted(
            (text for text in releases if self.supports(releases[text])), key=key_of, reverse=True
        )

    def supports(self, release: dict[str, Any]) -> bool:
        """Tell whether a version runs on the case's Kubernetes."""
        return not (self.k8s and release.get("k8s")) or within(self.k8s, release["k8s"])


def read(path: Path) -> Iterator[Asked]:
    """Give the questions of a file; a universe alone is asked for each of its versions."""
    document = _decoded(path)
    entries = document if isinstance(document, list) else [document]
    universes: dict[str, dict[str, Releases]] = {}
    for entry in entries:
        file = entry.get("universe_file", "")
        if "universe" in entry:
            universe = entry["universe"]
        else:
            universe = universes.get(file) or universes.setdefault(file, _universe(path, file))
        alone = len(entries) == 1 and not entry.get("roots") and "expect" not in entry
        for name, roots in (
            _questions(entry, universe) if alone else [(entry["name"], entry["roots"])]
        ):
            yield Asked(
                name=name,
                universe=universe,
                roots=roots,
                k8s=entry.get("k8s"),
                locked=entry.get("locked") or {},
                free=frozenset(entry.get("use_latest") or ()),
                expect=entry.get("expect") or {},
                other_rules="xfail" in entry,
            )


def _questions(
    entry: dict[str, Any], universe: dict[str, Releases]
) -> Iterator[tuple[str, dict[str, str]]]:
    sets = entry.get("root_sets")
    if isinstance(sets, list):
        sets = {str(number): roots for number, roots in enumerate(sets)}
    if isinstance(sets, dict):
        for name, roots in sets.items():
            yield f"{entry['name']}/{name}", roots
        return
    for package, releases in universe.items():
        for version in releases:
            yield f"{entry['name']}/{package}@{version}", {package: f"={version}"}


def _universe(path: Path, file: str) -> dict[str, Releases]:
    names = (file, file.removesuffix(".gz"), f"{file}.gz")
    found = next(path.parent / name for name in names if (path.parent / name).is_file())
    document = _decoded(found)
    entry = document[0] if isinstance(document, list) else document
    universe: dict[str, Releases] = entry["universe"]
    return universe


def _decoded(path: Path) -> Any:
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


@cache
def key_of(version: str) -> Key:
    """Read a version; numbers that are left out are 0, and build metadata does not count."""
    core, _, prerelease = version.removeprefix("v").partition("+")[0].partition("-")
    numbers = [int(number) for number in core.split(".")]
    major, minor, patch = (*numbers, 0, 0)[:3]
    if not prerelease:
        return major, minor, patch, ((2, 0, ""),)
    identifiers = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in prerelease.split(".")
    )
    return major, minor, patch, identifiers


@cache
def within(version: str, range_: str) -> bool:
    """Tell whether a version is in a range."""
    return any(
        all(_bound(key_of(version), bound) for bound in group.split())
        for group in range_.split("||")
    )


def _bound(key: Key, bound: str) -> bool:
    if bound == "*":
        return True
    match = re.fullmatch(r"(>=|<=|>|<|=)(.+)", bound)
    assert match is not None, bound
    operator, end = match[1], key_of(match[2])
    return {
        ">=": key >= end,
        "<=": key <= end,
        ">": key > end,
        "<": key < end,
        "=": key == end,
    }[operator]
