"""One case: a universe, what is asked of it, and what was locked before."""

from __future__ import annotations

from msgspec import Struct

from benchmarks.resolve.case_range import parse_case_range, parse_case_version
from benchmarks.resolve.kubernetes import minor_for
from benchmarks.resolve.universe import Universe, package_of
from mistpm.model.identity import PackageId
from mistpm.model.question import Held, Question, Wanted
from mistpm.model.version import InvalidVersionError, Version


class Case(Struct, frozen=True, kw_only=True):
    """A question to a universe; `roots` stand in the order in which they were declared.

    `kubernetes` is one exact version, or empty for no constraint.  `locked` asks for the fewest changes,
    but for the packages in `free`.
    """

    name: str
    universe: Universe
    roots: dict[str, str]
    kubernetes: str = ""
    locked: dict[str, str] = {}
    free: tuple[str, ...] = ()

    def question(self) -> Question:
        """Give what is asked of the resolver; raises `ValueError` for a range that cannot be read."""
        kubernetes = self.kubernetes
        return Question(
            releases=tuple(
                Wanted(name=package.name, package=package, range=parse_case_range(range_))
                for name, range_ in self.roots.items()
                for package in (package_of(name),)
            ),
            minors=(minor_for(parse_case_version(kubernetes)),) if kubernetes else (),
            prereleases=True,
        )

    def held(self) -> Held:
        """Give what was locked; a version that cannot be one, as `?1.0.1`, leaves its package free."""
        releases: dict[str, tuple[PackageId, Version]] = {}
        for name, text in self.locked.items():
            package = package_of(name)
            try:
                releases[package.name] = (package, parse_case_version(text))
            except InvalidVersionError:
                continue
        return Held(releases=releases, free=frozenset(package_of(name).name for name in self.free))
