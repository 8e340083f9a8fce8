"""What a package says of itself: the descriptor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.presence import Api
from mistpm.model.ranges import ANY, Range
from mistpm.model.readiness import ReadinessCondition
from mistpm.model.version import Version
from mistpm.model.wire import Wire

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z",
        max_length=63,
        description="lower-case letters, digits, `-` and `.`",
    ),
]
Alias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?\Z",
        max_length=63,
        description="lower-case letters, digits and `-`, beginning with a letter",
    ),
]
"""How a descriptor calls one of its dependencies: lower case, digits and dashes, no dot."""

NamespaceName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z",
        max_length=63,
        description="a DNS label: lower-case letters, digits and `-`",
    ),
]


class Dependency(Wire, frozen=True, kw_only=True):
    """One thing that a package depends on: a package, or an API that somebody must provide.

    Exactly one of `package` and `api` is set.  `default` and `optional` go with `api`; `version`,
    `use` and `with` go with `package`.
    """

    package: PackageReference | None = None
    version: Range = ANY
    use: Literal["install", "call"] = "install"
    when: str = ""
    with_: dict[str, Any] = field(name="with", default_factory=dict)
    api: Api | None = None
    default: PackageReference | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` whose arguments name every rule that is broken."""
        odd = self.api is not None or self.default is not None or self.optional or self.with_
        if self.package is not None and not odd:
            return  # nearly all are like this, and an index has many
        mistakes = []
        if (self.package is None) == (self.api is None):
            mistakes.append("a dependency has exactly one of `package` and `api`")
        elif self.api is not None:
            written = {
                "version": self.version != ANY,
                "use": self.use != "install",
                "with": bool(self.with_),
            }
            mistakes += [
                f"`{key}` goes with `package`, not with `api`" for key in written if written[key]
            ]
            if self.default is not None and self.optional:
                mistakes.append("`default` and `optional` exclude each other")
        else:
            written = {"default": self.default is not None, "optional": self.optional}
            mistakes += [
                f"`{key}` goes with `api`, not with `package`" for key in written if written[key]
            ]
            if self.with_ and self.use == "install":
                mistakes.append(
                    "`with` goes with `use: call`; what is installed has its inputs from the environment"
                )
        if mistakes:
            raise ValueError(*mistakes)


class Provides(Wire, frozen=True, kw_only=True):
    """What a package brings into the cluster."""

    apis: tuple[Api, ...] = ()


class Conflict(Wire, frozen=True, kw_only=True):
    """A package that must not be in the same environment."""

    package: PackageReference
    version: Range = ANY


class Upgrades(Wire, frozen=True, kw_only=True):
    """Which installed versions may move to this one in one step."""

    from_: Range = field(name="from", default=ANY)


class Descriptor(Wire, frozen=True, kw_only=True):
    """A package's descriptor, as in `package.yaml` and in the module's section `mistpm.descriptor`.

    `kubernetes` is None where every version is supported; `inputs` and `outputs` are JSON Schemas
    (2020-12); `specs/package.md` explains every key.
    """

    api_version: Literal["mistpm.dev/v1"]
    kind: Literal["Package"]
    group: Name
    name: Name
    version: Version
    description: str = ""
    mistpm: str = ""
    kubernetes: Range | None = None
    scope: Literal["namespace", "cluster"] = "namespace"
    default_namespace: NamespaceName | Literal[""] = ""
    namespaces: tuple[NamespaceName, ...] = ()
    dependencies: dict[Alias, Dependency] = {}
    provides: Provides = Provides()
    conflicts: tuple[Conflict, ...] = ()
    upgrades: Upgrades = Upgrades()
    computed: bool = False
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    readiness: tuple[ReadinessCondition, ...] = ()


class IndexLine(Wire, frozen=True, kw_only=True):
    """One version in a registry's index: where its bytes are pinned, and its descriptor's solving part.

    `yanked` is False, or the reason why nobody should choose this version any more; `published` is a
    date (`2026-11-21`).
    """

    digest: str
    size: int
    published: str = ""
    yanked: str | bool = False
    descriptor: Descriptor


class Candidate(Struct, frozen=True, kw_only=True):
    """One concrete version of a package, with all that solving needs.

    `digest` is `sha256:` and 64 hexadecimal digits over the module's bytes, `size` is in bytes.  A
    Mistletoe package has a descriptor made up by its reader: no dependencies, any Kubernetes.
    """

    package: PackageId
    version: Version
    digest: str
    size: int
    published: str = ""
    yanked: str | bool = False
    descriptor: Descriptor

    def __str__(self) -> str:
        """Give `starter/data/postgresql@16.4.0`."""
        return f"{self.package}@{self.version}"
