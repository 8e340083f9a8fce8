"""Causes: what a constraint comes from, as data; `mistpm.resolve.explain.writer` tells them in words.

One cause stands for all clauses of one origin, such as every version of a package that requires
another in exactly the same range: `specs/resolve.md#causes`.  Written down, a cause names its kind
under `cause` (`needs-kubernetes`), and has camelCase keys.
"""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from msgspec import Struct, json

from mistpm.model.identity import PackageId


def _kind(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class _Written(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    tag_field="cause",
    tag=_kind,
    cache_hash=True,
):
    """Base of causes: what is not set is not written down."""


class Dependent(
    Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, cache_hash=True
):
    """Who requires something: a release (`release` is its name) or a called package (`called by`).

    `pulled_in` tells that nobody asked for the release in the file.
    """

    package: str
    release: str = ""
    pulled_in: bool = False

    @property
    def title(self) -> str:
        """The package, and the release that the file has of it where that is called otherwise."""
        if self.pulled_in or self.release in {"", PackageId(self.package).name}:
            return self.package
        return f"{self.release} ({self.package})"


class Asked(_Written, frozen=True, kw_only=True):
    """The file asks for a release, in this range; `unmet` says why nothing at all is in it."""

    release: str
    package: str
    range: str
    unmet: str = ""


class Configured(_Written, frozen=True, kw_only=True):
    """A setting narrows the version of what is pulled in."""

    package: str
    range: str


class Requires(_Written, frozen=True, kw_only=True):
    """Versions of a package require another one in this range, to be installed or to be called.

    `bound` is the release of the file that the requirement is bound to, `provided` the version that
    is there already, `unmet` says why nothing at all can meet it; `impossible` tells that it is because
    that release has no solution itself, which another conflict explains.  `computed` tells that these
    versions said so when they were asked with the release's inputs, not in their descriptors.
    """

    dependent: Dependent
    use: Literal["install", "call"]
    package: str
    range: str
    bound: str = ""
    provided: str = ""
    unmet: str = ""
    impossible: bool = False
    computed: bool = False


class RequiresApi(_Written, frozen=True, kw_only=True):
    """Versions of a package require that somebody provides an API; `computed` as in `Requires`."""

    dependent: Dependent
    api: str
    unmet: str = ""
    computed: bool = False


class NeedsKubernetes(_Written, frozen=True, kw_only=True):
    """Versions of a package support only some minors, and not these of the environment."""

    package: str
    range: str
    missing: tuple[str, ...]


class MayOnlyFollow(_Written, frozen=True, kw_only=True):
    """Versions of a package may only follow these, none of which can come after the one that is held."""

    package: str
    range: str
    held: str


class Yanked(_Written, frozen=True, kw_only=True):
    """Versions of a package were withdrawn, and none of them is held."""

    package: str


class NotCallable(_Written, frozen=True, kw_only=True):
    """Versions of a package cannot be called; `why` says what they are or do (`is cluster-wide`)."""

    package: str
    why: str


class OneOwner(_Written, frozen=True, kw_only=True):
    """A kind of a group has at most one release that provides it."""

    group: str
    kind: str
    owners: tuple[str, ...]


class ProvidedAlready(_Written, frozen=True, kw_only=True):
    """A kind of a group is provided by somebody outside of the environment."""

    group: str
    kind: str
    package: str


class OncePerEnvironment(_Written, frozen=True, kw_only=True):
    """A package of scope `cluster` has at most one release."""

    package: str
    releases: tuple[str, ...]


class ConflictsWith(_Written, frozen=True, kw_only=True):
    """Versions of a package refuse to be in one environment with another package."""

    dependent: Dependent
    package: str
    range: str
    provided: str = ""


class Pinned(_Written, frozen=True, kw_only=True):
    """It is asked what would be if a release or a called package were at this version."""

    node: str
    package: str
    version: str


Cause: TypeAlias = (
    Asked
    | Configured
    | Requires
    | RequiresApi
    | NeedsKubernetes
    | MayOnlyFollow
    | Yanked
    | NotCallable
    | OneOwner
    | ProvidedAlready
    | OncePerEnvironment
    | ConflictsWith
    | Pinned
)


class Ground(Struct, frozen=True, kw_only=True):
    """A cause together with the versions that it speaks of, grouped.

    Such as `1.2.0 to 1.4.0`, `every version`, `every version but 1.3.5`.  `note` has what else to know
    about it here, in words: who could provide an API, or which pre-releases do not count.
    """

    cause: Cause
    versions: str = ""
    note: str = ""


class Conflict(Struct, frozen=True, kw_only=True):
    """Causes that cannot hold together; `minimal` tells that leaving out any one dissolves it."""

    grounds: tuple[Ground, ...]
    minimal: bool


def cause_json(ground: Ground) -> dict[str, Any]:
    """Give a cause as it is written down: its kind, what it says, the versions that it speaks of."""
    written: dict[str, Any] = json.decode(json.encode(ground.cause, enc_hook=str))
    return {**written, "versions": ground.versions} if ground.versions else written
