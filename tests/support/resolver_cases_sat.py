"""Clauses of a resolver case, written apart from mistpm's: a variable for each version, none merged.

They decide whether a case has a solution, whether causes of a conflict suffice, and what is best.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pysat.card import CardEnc
from pysat.solvers import Cadical153
from resolver_cases import Asked, within

Cause = Mapping[str, str]


class Formula:
    """At most one version for each of some packages; grows by clauses over `chosen(package, version)`."""

    def __init__(self, packages: Mapping[str, Sequence[str]]) -> None:
        self.clauses: list[list[int]] = []
        self.top = 0
        self._of: dict[tuple[str, str], int] = {}
        for package, versions in packages.items():
            for version in versions:
                self._of[package, version] = self.variable()
            self._at_most_one([self._of[package, version] for version in versions])

    def variable(self) -> int:
        """Give a new variable."""
        self.top += 1
        return self.top

    def chosen(self, package: str, version: str) -> int:
        """Give the variable of a version."""
        return self._of[package, version]

    def some(self, package: str, versions: Iterable[str]) -> list[int]:
        """Give the variables of versions, as far as there are any."""
        return [self._of[package, v] for v in versions if (package, v) in self._of]

    def is_satisfiable(self) -> bool:
        """Decide the formula."""
        with Cadical153(bootstrap_with=self.clauses) as solver:
            return bool(solver.solve())

    def _at_most_one(self, literals: Sequence[int]) -> None:
        """Sinz's sequential counter: `before` says that an earlier one is true."""
        before = 0
        for literal in literals:
            so_far = self.variable()
            self.clauses.append([-literal, so_far])
            if before:
                self.clauses.append([-before, -literal])
                self.clauses.append([-before, so_far])
            before = so_far


def is_possible(case: Asked) -> bool:
    """Tell whether a case has a solution."""
    return _formula(case).is_satisfiable()


def _formula(case: Asked) -> Formula:
    """Write a case down, as far as its roots reach."""
    reached = {package: case.allowed(package) for package in case.roots}
    waiting = list(reached)
    needs: list[tuple[str, str, str, str]] = []
    while waiting:
        package = waiting.pop()
        for version in reached[package]:
            for other, range_ in case.universe[package][version]["deps"].items():
                needs.append((package, version, other, range_))
                if other not in reached:
                    reached[other] = case.allowed(other)
                    waiting.append(other)
    formula = Formula(reached)
    admitted: dict[tuple[str, str], list[int]] = {}

    def admitting(package: str, range_: str) -> list[int]:
        if (package, range_) not in admitted:
            versions = (v for v in reached[package] if within(v, range_))
            admitted[package, range_] = formula.some(package, versions)
        return admitted[package, range_]

    for root, range_ in case.roots.items():
        formula.clauses.append(list(admitting(root, range_)))
    for package, version, other, range_ in needs:
        formula.clauses.append([-formula.chosen(package, version), *admitting(other, range_)])
    return formula


# --- causes of a conflict --------------------------------------------------------------------------


def can_hold(case: Asked, causes: Sequence[Cause]) -> bool:
    """Tell whether causes can hold together, nothing else of the case being in force."""
    named = {
        cause[key] for cause in causes for key in ("root", "package", "requires") if key in cause
    }
    formula = Formula({package: list(case.universe.get(package, {})) for package in sorted(named)})
    for cause in causes:
        if "root" in cause:
            formula.clauses.append(_admitted(case, formula, cause["root"], cause["range"]))
            continue
        package = cause["package"]
        for version, release in case.universe[package].items():
            variable = formula.chosen(package, version)
            if "kubernetes" in cause:
                if release.get("k8s") == cause["kubernetes"] and not case.supports(release):
                    formula.clauses.append([-variable])
            elif release["deps"].get(cause["requires"]) == cause["range"]:
                admitted = _admitted(case, formula, cause["requires"], cause["range"])
                formula.clauses.append([-variable, *admitted])
    return formula.is_satisfiable()


def _admitted(case: Asked, formula: Formula, package: str, range_: str) -> list[int]:
    versions = case.universe.get(package, {})
    return formula.some(package, (version for version in versions if within(version, range_)))


def explanation_faults(case: Asked, causes: Sequence[Cause]) -> Iterator[str]:
    """Find what is wrong with an explanation: causes that are not of the case, too few or too many."""
    for cause in causes:
        if "root" in cause:
            known = case.roots.get(cause["root"]) == cause["range"]
        else:
            releases = case.universe.get(cause["package"], {}).values()
            if "kubernetes" in cause:
                known = any(release.get("k8s") == cause["kubernetes"] for release in releases)
            else:
                wanted = cause["requires"], cause["range"]
                known = any(wanted in release["deps"].items() for release in releases)
        if not known:
            yield f"{dict(cause)} is not of the case"
    if can_hold(case, causes):
        yield "the causes can hold together"
    for left_out in causes:
        if not can_hold(case, [cause for cause in causes if cause is not left_out]):
            yield f"{dict(left_out)} is not needed"


# --- the best solution -----------------------------------------------------------------------------


def best(case: Asked) -> dict[str, str] | None:
    """Give the best solution, by trying: fewest changes, then breadth-first as new as possible."""
    formula = _formula(case)
    moves = [move for package in case.locked if (move := _move(case, formula, package)) is not None]
    for count in range(len(moves) + 1):
        clauses = formula.clauses
        if count < len(moves):
            bound = CardEnc.atmost(lits=moves, bound=count, top_id=formula.top)
            clauses = clauses + bound.clauses
        with Cadical153(bootstrap_with=clauses) as solver:
            if solver.solve():
                return _newest(case, formula, solver)
    return None


def _move(case: Asked, formula: Formula, package: str) -> int | None:
    """Give what says that a locked package is there at another version."""
    kept = [v for v in case.universe.get(package, {}) if v == case.locked[package]]
    others = formula.some(package, (v for v in case.universe.get(package, {}) if v not in kept))
    if package in case.free or not kept:
        return None
    move = formula.variable()
    formula.clauses += [[-other, move] for other in others]
    return move


def _newest(case: Asked, formula: Formula, solver: Cadical153) -> dict[str, str]:
    """Fix the newest version of one package after the other, breadth-first by name."""
    found: dict[str, str] = {}
    fixed: list[int] = []
    waiting: deque[str] = deque()
    ordered = list(case.roots)
    while True:
        for package in ordered:
            if package not in found:
                found[package] = next(
                    version
                    for version in case.allowed(package)
                    if solver.solve(assumptions=[*fixed, formula.chosen(package, version)])
                )
                fixed.append(formula.chosen(package, found[package]))
                waiting.append(package)
        if not waiting:
            return found
        package = waiting.popleft()
        ordered = sorted(case.universe[package][found[package]]["deps"])


def solution_faults(case: Asked, solution: Mapping[str, str]) -> Iterator[str]:
    """Find what is wrong with a solution: what does not hold, and what nobody needs."""
    needed: set[str] = set()
    waiting = [("the case", package, range_) for package, range_ in case.roots.items()]
    while waiting:
        by, package, range_ = waiting.pop()
        version = solution.get(package)
        if version is None or version not in case.universe.get(package, {}):
            yield f"{by} requires {package} {range_}, which is not there"
        elif not within(version, range_):
            yield f"{by} requires {package} {range_}, but it is {version}"
        elif package not in needed:
            release = case.universe[package][version]
            if not case.supports(release):
                yield f"{package} {version} does not run on Kubernetes {case.k8s}"
            waiting += [(package, other, wanted) for other, wanted in release["deps"].items()]
        needed.add(package)
    yield from (f"{package} is not needed" for package in sorted(solution.keys() - needed))
