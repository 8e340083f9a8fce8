"""Packages that are given by their path instead of a registry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mistpm import document
from mistpm.environment.location import is_file
from mistpm.errors import DocumentError, PackageError
from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId
from mistpm.ops.workspace import Workspace
from mistpm.package import mistletoe_descriptor, read_package, solving_part

if TYPE_CHECKING:
    from mistpm.wasm import Runtime


class FilePackage(Struct, frozen=True, kw_only=True):
    """A package's file: its path, and what solving needs of it."""

    path: Path
    candidate: Candidate


def read_file_package(workspace: Workspace, text: str) -> FilePackage:
    """Read the package at a path as the environment writes it; costs hashing the file.

    A Mistletoe package is run once to ask for its name.  Raises `PackageError`.
    """
    # a target that remembers the environment is the base, and may not be there yet: `out/..` is nowhere
    path = Path(os.path.normpath(workspace.base / text))
    if not is_file(path):
        raise PackageError(
            "no-such-file",
            f"there is no file `{text}`",
            hint="check the path; a package of a registry is written REGISTRY/GROUP/NAME",
        )
    package = read_package(path)
    descriptor = package.descriptor or mistletoe_descriptor(
        ask_mistletoe(workspace.runtime, path, package.digest), path.name
    )
    return FilePackage(
        path=path,
        candidate=Candidate(
            package=PackageId.of(workspace.home, descriptor.group, descriptor.name),
            version=descriptor.version,
            digest=package.digest,
            size=package.size,
            descriptor=solving_part(descriptor),
        ),
    )


def ask_mistletoe(runtime: Runtime, path: Path, digest: str) -> dict[str, Any]:
    """Ask a package without a descriptor what it is; raises `PackageError`."""
    text = runtime.info(runtime.load(path, digest)).decode("utf-8", "replace")
    try:
        info = document.load(text, file=path.name)
    except DocumentError:
        info = None
    if not isinstance(info, dict):
        raise PackageError(
            "invalid-info",
            f"`{path.name}` does not say what it is",
            context=(f"`__mistletoe_info` gives {text[:80]!r}",),
            hint="it is damaged, or no package: tell its author",
        )
    return info
