"""What is asked of the resolver, free of where it was written down."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.model.identity import PackageId
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.ranges import ANY, Range
from mistpm.model.version import Version


class Wanted(Struct, frozen=True, kw_only=True):
    """A release that the user asks for.

    `bind` maps aliases of its dependencies to names of releases; the dependencies of a package that
    it calls are named by a path of aliases (`cache.metrics`).  `inputs` are the user's, secrets left out.
    """

    name: str
    package: PackageId
    range: Range = ANY
    bind: dict[str, str] = {}
    inputs: dict[str, Any] = {}


class Setting(Struct, frozen=True, kw_only=True):
    """How a package is configured when something pulls it in; `name` is the release's name, if not the package's."""

    package: PackageId
    range: Range = ANY
    name: str = ""
    bind: dict[str, str] = {}
    inputs: dict[str, Any] = {}


class Question(Struct, frozen=True, kw_only=True):
    """Everything that decides a resolution, apart from what registries hold and what was locked.

    `releases` stand in the file's order, which the objective uses; nothing else's order matters.
    `minors` are the Kubernetes versions that everything must support.
    """

    releases: tuple[Wanted, ...]
    settings: tuple[Setting, ...] = ()
    minors: tuple[Minor, ...]
    provided_apis: tuple[Api, ...] = ()
    provided_packages: dict[PackageId, Version] = {}
    prereleases: bool = False

    def inputs_of(self, release: str, package: PackageId) -> dict[str, Any]:
        """Give the user's inputs of a release of a package: its own, or those of what gets pulled in."""
        for wanted in self.releases:
            if wanted.name == release:
                return wanted.inputs
        return next((each.inputs for each in self.settings if each.package == package), {})


class Held(Struct, frozen=True, kw_only=True):
    """What an earlier resolution chose: kept where it can be (DESIGN: fewest changes first).

    `free` names releases (or called packages) that may move to the newest; others move only if they must.
    `releases` is by release name, `called` by called key (`starter/data/redis@7`).  `calls` has the called
    keys that each release or called package used, by alias, and `providers` the releases that provided
    APIs, by these as users write them.
    """

    releases: dict[str, tuple[PackageId, Version]] = {}
    called: dict[str, Version] = {}
    calls: dict[str, dict[str, str]] = {}
    providers: dict[str, str] = {}
    free: frozenset[str] = frozenset()
