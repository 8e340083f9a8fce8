"""One case: a universe, what is asked of it, and what was locked before."""

from __future__ import annotations

from msgspec import Struct

from benchmarks.resolve.case_range import parse_case_range, parse_case_version
from benchmarks.resolve.kubernetes import minor_for
from benchmarks.resolve.universe import Universe, package_of
from mistpm.model.identity import PackageId
from mistpm.model.question import Held, Question, Wanted
from mistpm.model.version import Version


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
        """Give what was locked; a version that the universe lacks leaves its package free."""
        releases: dict[str, tuple[PackageId, Version]] = {}
        for name, text in self.locked.items():
            if text in self.universe.packages.get(name, {}):
                package = package_of(name)
                releases[package.name] = (package, parse_case_version(text))
        return Held(releases=releases, free=frozenset(package_of(name).name for name in self.free))
