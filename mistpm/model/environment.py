"""An environment: the set of releases that is managed together on a target (`mistpm.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from mistpm.model.descriptor import Name, NamespaceName
from mistpm.model.presence import Api
from mistpm.model.ranges import ANY, Range
from mistpm.model.resource import ResourceId
from mistpm.model.version import Version
from mistpm.model.wire import Wire

EnvironmentId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
        max_length=63,
        description="what a label of Kubernetes may hold: letters, digits, `-`, `_` and `.`",
    ),
]

RESERVED_NAMES = frozenset({"kubernetes", "provided"})
"""What an edge of a lock leads to when no release meets it."""


class Selector(Wire, frozen=True, kw_only=True):
    """Which manifests a patch or a waiver means; what is left out matches everything."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None

    @property
    def is_any(self) -> bool:
        """Whether everything is meant."""
        return (self.group, self.kind, self.name, self.namespace) == (None,) * 4

    def selects(self, resource: ResourceId) -> bool:
        """Tell whether a resource is one of those that are meant."""
        return all(
            wanted in {None, found}
            for wanted, found in (
                (self.group, resource.group),
                (self.kind, resource.kind),
                (self.name, resource.name),
                (self.namespace, resource.namespace),
            )
        )


class Waiver(Wire, frozen=True, kw_only=True):
    """Findings that somebody accepts, with the reason, up to and including a day.

    `code` is the findings' own; `release`, `resource` and `path` narrow it to some of them.
    """

    code: str
    release: str = ""
    resource: Selector = Selector()
    path: str = ""
    reason: str
    until: str

    def __post_init__(self) -> None:
        """Raise `ValueError` whose arguments name every rule that is broken."""
        mistakes = []
        if not self.reason.strip():
            mistakes.append("a waiver has a `reason`, and this one is empty")
        if not _is_date(self.until):
            mistakes.append(f"`until` is a day such as `2027-03-01`, and `{self.until}` is none")
        if mistakes:
            raise ValueError(*mistakes)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Patch(Wire, frozen=True, kw_only=True):
    """A change to rendered manifests: a JSON patch (RFC 6902) or a merge patch (RFC 7386)."""

    select: Selector = Selector()
    json: tuple[dict[str, Any], ...] = ()
    merge: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Raise `ValueError` where not exactly one kind of patch is given."""
        if bool(self.json) == bool(self.merge):
            raise ValueError("a patch has exactly one of `json` and `merge`")


class ReleaseEntry(Wire, frozen=True, kw_only=True):
    """A release that the user asks for.

    `package` is `REGISTRY/GROUP/NAME` with the registry's local alias, or a path (`./x.wasm`).
    """

    package: str
    version: Range = ANY
    namespace: NamespaceName | Literal[""] = ""
    inputs: dict[str, Any] = {}
    bind: dict[str, str] = {}
    patches: tuple[Patch, ...] = ()


class SettingEntry(Wire, frozen=True, kw_only=True):
    """How a package is configured when something else pulls it in; requests nothing by itself."""

    version: Range = ANY
    name: Name | Literal[""] = ""
    namespace: NamespaceName | Literal[""] = ""
    inputs: dict[str, Any] = {}
    bind: dict[str, str] = {}
    patches: tuple[Patch, ...] = ()


class StateEntry(Wire, frozen=True, kw_only=True):
    """Where an environment is remembered on a cluster: a namespace, the user's own where they may do no more."""

    namespace: NamespaceName


class TargetEntry(Wire, frozen=True, kw_only=True):
    """Where an environment is applied, with what differs there.  Exactly one place is set."""

    directory: str = ""
    context: str = ""
    state: StateEntry | None = None
    inputs: dict[str, dict[str, Any]] = {}
    patches: dict[str, tuple[Patch, ...]] = {}

    def __post_init__(self) -> None:
        """Raise `ValueError` where not exactly one place is given."""
        if bool(self.directory) == bool(self.context):
            raise ValueError("a target has exactly one of `directory` and `context`")
        if self.state and self.directory:
            raise ValueError("`state` goes with `context`; a directory remembers in `.mistpm`")

    @property
    def place(self) -> str:
        """Where it is, as messages call it: `context prod`, `directory deploy`."""
        if self.context:
            return f"context {self.context}"
        return f"directory {PurePosixPath(self.directory)}"


class RegistryEntry(Wire, frozen=True, kw_only=True):
    """Where a registry is.  Exactly one of `directory`, `git` and `http` is set.

    `ref` (a branch, tag or commit) and `path` (a folder inside) go with `git`.
    """

    directory: str = ""
    git: str = ""
    http: str = ""
    ref: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` whose arguments name every rule that is broken."""
        mistakes = []
        if sum(map(bool, (self.directory, self.git, self.http))) != 1:
            mistakes.append("a registry has exactly one of `directory`, `git` and `http`")
        elif not self.git:
            written = {"ref": self.ref, "path": self.path}
            mistakes += [f"`{key}` goes with `git`" for key in written if written[key]]
        if mistakes:
            raise ValueError(*mistakes)


class Provided(Wire, frozen=True, kw_only=True):
    """What is there already and managed by somebody else."""

    apis: tuple[Api, ...] = ()
    packages: dict[str, Version] = {}


class Goal(Wire, frozen=True, kw_only=True):
    """Where an upgrade that is under way leads."""

    kubernetes: str


class Policy(Wire, frozen=True, kw_only=True):
    """What may be chosen."""

    prereleases: bool = False


class Environment(Wire, frozen=True, kw_only=True):
    """The whole of `mistpm.yaml`; `specs/environment.md` explains every key.

    `kubernetes` is the range as written; `releases` keeps the order of the file, which is part of
    the question that is solved.
    """

    api_version: Literal["mistpm.dev/v1"]
    kind: Literal["Environment"]
    name: Name
    id: EnvironmentId | Literal[""] = ""
    kubernetes: Range | None = None
    target: TargetEntry | None = None
    targets: dict[Name, TargetEntry] = {}
    state: StateEntry | None = None
    registries: dict[Name, RegistryEntry] = {}
    provided: Provided = Provided()
    settings: dict[str, SettingEntry] = {}
    releases: dict[Name, ReleaseEntry] = {}
    policy: Policy = Policy()
    waivers: tuple[Waiver, ...] = ()
    goal: Goal | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` whose arguments name every rule that is broken."""
        mistakes = [
            f"a release cannot be called `{name}`: in the lock that is who meets a requirement"
            for name in sorted(RESERVED_NAMES & set(self.releases))
        ]
        mistakes += self._targets_that_collide()
        if mistakes:
            raise ValueError(*mistakes)

    def _targets_that_collide(self) -> Iterator[str]:
        """Tell of targets that are one place and would be applied to it in turns, each undoing the other."""
        seen: dict[str, tuple[str, TargetEntry]] = {}
        named = {f"targets.{name}": entry for name, entry in self.targets.items()}
        for where, entry in ({"target": self.target} | named).items():
            if entry is None:
                continue
            other, there = seen.setdefault(entry.place, (where, entry))
            if there != entry:
                yield f"`{other}` and `{where}` are the same place, {entry.place}, and say different things of it"


class SecretSource(Struct, frozen=True, kw_only=True):
    """Where a `writeOnly` input comes from: exactly one is set.

    `from_secret` is `(namespace, name, key)`; `generate` is the number of characters.
    """

    from_env: str = ""
    from_file: str = ""
    from_secret: tuple[str, str, str] | None = None
    generate: int = 0
