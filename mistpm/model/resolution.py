"""What the resolver answers: a version for every release and every called package, and why."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from mistpm.model.cause import Conflict
from mistpm.model.descriptor import Candidate, Dependency

ABSENT: Final = frozenset({"package-not-found", "registry-unknown"})
"""References of errors that are answers: there is no such package, whoever is asked and whenever."""


class Edge(Struct, frozen=True, kw_only=True):
    """One dependency of a release or of a called package, and what meets it.

    `alias` is the descriptor's; in a release it may be a path (`cache.db`) for what a package that
    it calls requires to be installed.  `requires` is the requirement as users write it
    (`starter/data/postgresql ^16`, or an API).  `target` is a release's name (`use` is `install` or
    `api`), a called key (`call`), `kubernetes`, `provided`, or empty where nothing meets an optional one.  `computed` tells that
    the descriptor does not have it: the version was asked what else it requires.
    """

    alias: str
    use: Literal["install", "call", "api"]
    requires: str
    target: str
    optional: bool = False
    computed: bool = False


class Computation(Struct, frozen=True, kw_only=True):
    """What there is to know of a package of which some version computes requirements.

    `answer` is what the chosen version answered, None where that one computes nothing.  Such versions see
    all inputs of the release but `secrets`, paths such as `admin.password`.
    """

    answer: dict[str, Dependency] | None = None
    secrets: tuple[str, ...] = ()


class Chosen(Struct, frozen=True, kw_only=True):
    """A chosen candidate with its edges, by alias.

    `undecided` and `skipped` hold the `when` of dependencies: alias to whether it holds.  `reads` are the
    paths of inputs that any `when` considered for this release reads (`tls`, `backup.enabled`).  `computation`
    is None where no version of the package computes requirements.
    """

    candidate: Candidate
    edges: tuple[Edge, ...] = ()
    when: dict[str, bool] = {}
    reads: tuple[str, ...] = ()
    computation: Computation | None = None
    requested: bool = False


class Unresolved(Struct, frozen=True, kw_only=True):
    """A part of the environment that has no solution: its releases, and why.

    `conflict` has the causes as data, None where a registry could not be asked for a release of the file;
    `explanation` tells them in lines, and `hints` are changes that were tried out and would help, best
    first.  `reference` is that of the error to report: a registry's own where one stands in the way,
    and `needs` then tells which release needs what of it.  `by_package` tells that a package stands in the
    way which does not say what it requires, so that waiting for a registry would not help.
    """

    releases: tuple[str, ...]
    conflict: Conflict | None = None
    explanation: tuple[str, ...]
    hints: tuple[str, ...] = ()
    reference: str = "version-conflict"
    needs: tuple[str, ...] = ()
    by_package: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there may be a solution: somebody did not answer what would have told."""
        return self.conflict is None and self.reference not in ABSENT


class Resolution(Struct, frozen=True, kw_only=True):
    """A consistent set: by release name, and by called key (`starter/data/redis@7`)."""

    releases: dict[str, Chosen]
    called: dict[str, Chosen] = {}
    unresolved: tuple[Unresolved, ...] = ()


def called_key(package: str, series: str) -> str:
    """Name a called package in one series: `starter/data/redis@7`."""
    return f"{package}@{series}"
