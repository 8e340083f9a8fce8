"""The recorded pins (`mistpm.lock`)."""

from __future__ import annotations

from typing import Any, Literal

from mistpm.model.descriptor import Alias, Dependency
from mistpm.model.identity import PackageId
from mistpm.model.version import Version
from mistpm.model.wire import Wire

LOCK_VERSION = 1
READERS = ">=0.1"
"""Which versions of mistpm read this lock version."""


class LockedEdge(Wire, frozen=True, kw_only=True):
    """How one dependency was met; see `mistpm.model.resolution.Edge`."""

    use: Literal["install", "call", "api"]
    requires: str
    target: str = ""
    optional: bool = False
    computed: bool = False


class LockedComputation(Wire, frozen=True, kw_only=True):
    """What a package of which some version computes requirements saw and said.

    It saw all inputs of the release but `secrets`.  `asked` is the digest of what the locked version was
    asked, empty where it computes nothing, and `requirements` what it answered.
    """

    asked: str = ""
    requirements: dict[Alias, Dependency] = {}
    secrets: tuple[str, ...] = ()


class LockedPackage(Wire, frozen=True, kw_only=True):
    """A pin: which bytes, and how their dependencies were met.

    `when` tells for each dependency that has a condition whether it held; `reads` are the input paths
    that conditions read; `computed` is there where a version of the package computes requirements;
    `requested` tells that the user asked for this release.
    """

    package: PackageId
    version: Version
    digest: str
    size: int
    requested: bool = False
    dependencies: dict[str, LockedEdge] = {}
    when: dict[str, bool] = {}
    reads: tuple[str, ...] = ()
    computed: LockedComputation | None = None


class LockedFailure(Wire, frozen=True, kw_only=True):
    """A part that had no solution when the lock was written; see `mistpm.model.resolution.Unresolved`.

    `causes` are as `mistpm.model.cause.cause_json` writes them.
    """

    releases: tuple[str, ...]
    explanation: tuple[str, ...]
    hints: tuple[str, ...] = ()
    causes: tuple[dict[str, Any], ...] = ()
    minimal: bool = True
    reference: str = "version-conflict"
    by_package: bool = False


class Lockfile(Wire, frozen=True, kw_only=True):
    """The whole of `mistpm.lock`; `specs/lockfile.md` explains every key.

    `mistpm` tells which versions of mistpm can read it; `question` is the digest of what was asked;
    `kubernetes_range` is the range as it was written, and `kubernetes` the minors that it meant on that
    day; `asked` are parts of the question by their places in the file, None in a lock of a mistpm that did not note
    them; `order` the stages in which releases are rendered and applied.
    """

    lock_version: int
    mistpm: str
    question: str
    kubernetes_range: str = ""
    kubernetes: tuple[str, ...]
    asked: dict[str, str] | None = None
    releases: dict[str, LockedPackage] = {}
    called: dict[str, LockedPackage] = {}
    order: tuple[tuple[str, ...], ...] = ()
    unresolved: tuple[LockedFailure, ...] = ()
