"""Yanking: telling that nobody should choose a version any more, without breaking who has it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mistpm.errors import DocumentError, UsageError
from mistpm.model.identity import PackageReference
from mistpm.model.version import Version
from mistpm.registry.closest import closest, closest_package
from mistpm.registry.keeper_index import index_files, read_lines, write_files


def yank(
    folder: Path, package: PackageReference, version: Version, *, reason: str = ""
) -> tuple[str, ...]:
    """Mark a version as yanked; gives the files that changed.

    Raises `UsageError` for what is not in the index, `DocumentError` for an index that is not right.
    """
    return _mark(folder, package, version, reason or True)


def unyank(folder: Path, package: PackageReference, version: Version) -> tuple[str, ...]:
    """Take the mark away; gives the files that changed.  Raises as `yank` does."""
    return _mark(folder, package, version, yanked=False)


def _mark(
    folder: Path, package: PackageReference, version: Version, yanked: str | bool
) -> tuple[str, ...]:
    lines, problems = read_lines(folder)
    if problems:
        message = f"the index of the registry in `{folder}` is not right"
        raise DocumentError("invalid-index", message, tuple(problems))
    group, _, name = package.partition("/")
    if (group, name) not in lines:
        known = ["/".join(each) for each in lines]
        raise UsageError(
            "unknown-package",
            f"the index in `{folder}` has no package `{package}`",
            context=closest_package(package, known),
        )
    own = {line.descriptor.version: line for line in lines[group, name]}
    if version not in own:
        raise UsageError(
            "unknown-version",
            f"the index in `{folder}` has no version `{version}` of `{package}`",
            context=closest(str(version), map(str, own)),
        )
    own[version] = msgspec.structs.replace(own[version], yanked=yanked)
    return write_files(folder, index_files({**lines, (group, name): tuple(own.values())}))
