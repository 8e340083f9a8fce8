"""What the oracle of `brute_force` means by the best: `specs/resolve.md#objective`, level by level."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from brute_force_state import Need, Place, Solution, Use

if TYPE_CHECKING:
    from brute_force import Oracle


class Objective:
    """Keeps the solutions that are best so far; in the end there is one."""

    def __init__(self, oracle: Oracle, solutions: list[Solution]) -> None:
        self.oracle = oracle
        self.remaining = solutions
        self.decided: set[Place] = set()
        self.waiting = [oracle.first_use(place) for place in oracle.asked]
        self.deferred: list[Need] = []

    def best(self) -> list[Solution]:
        """Go through the levels; each one decides among what is equal in those before."""
        self.keep_fewest_changes()
        self.keep_newest_of_the_file()
        self.keep_fewest_series()
        self.walk()
        return self.remaining

    def keep_fewest_changes(self) -> None:
        """Level 1."""
        self.keep(self.changes)
        self.keep_fewest_exchanges()

    def keep_fewest_exchanges(self) -> None:
        """Keep what was called and who provided, where it does not cost a change."""
        self.keep(lambda solution: len(self.exchanges(solution)))

    def keep_newest_of_the_file(self) -> None:
        """Level 2."""
        for place in self.oracle.asked:
            self.newest(place)

    def keep_fewest_series(self) -> None:
        """Level 3."""
        self.keep(lambda solution: sum(place.kind == "called" for place in solution.versions))

    def walk(self) -> None:
        """Levels 4 and 5: breadth-first; the defaults of APIs wait for everything else."""
        seen: set[Use] = set()
        while self.waiting or self.deferred:
            if not self.waiting:
                self.default(self.deferred.pop(0))
            elif (use := self.following()) not in seen:
                seen.add(use)
                needs = self.oracle.needs(use, self.remaining[0])
                for need in sorted(needs, key=self.order):
                    if not need.mistake:
                        self.decide(need)

    def following(self) -> Use:
        """Give what is to be walked on from: what was found first."""
        return self.waiting.pop(0)

    def order(self, need: Need) -> tuple[str, str]:
        """Compare what one version requires: by package identity, then by alias."""
        return need.package or "", need.alias

    def decide(self, need: Need) -> None:
        """Keep the newest of what a need asks for."""
        if need.kind == "api":
            self.deferred += [need] if need.target is not None else []
            return
        target = need.target
        if need.kind == "call":
            self.keep(lambda solution: self.age_of_series(solution, need))
            picked = self.remaining[0].picks[need.use.place, need.alias]
            target = self.oracle.call_use(need, picked).place
        assert target is not None
        self.newest(target)
        self.waiting.extend(self.oracle.followed(need, self.remaining[0]))

    def default(self, need: Need) -> None:
        """Keep the solutions with a default, if nothing decided so far provides the API."""
        target = need.target
        assert target is not None
        versions = self.remaining[0].versions
        shown = Solution({p: v for p, v in versions.items() if p in self.decided}, {})
        if self.oracle.is_provided(need, shown) or target in self.decided:
            return
        self.keep(lambda solution: not self.is_pulled_in(need, solution))
        if self.is_pulled_in(need, self.remaining[0]):
            self.newest(target)
            self.waiting.append(self.oracle.first_use(target))

    def is_pulled_in(self, need: Need, solution: Solution) -> bool:
        """Tell whether the default of an API is there for its sake."""
        assert need.target is not None
        return solution.versions.get(need.target) in self.oracle.default_versions(need)

    def newest(self, place: Place) -> None:
        """Keep the solutions in which a place is newest, unless it is decided."""
        self.keep(lambda solution: self.age(solution, place))
        self.decided.add(place)

    def keep(self, badness: Callable[[Solution], int]) -> None:
        """Keep what is least bad."""
        best = min(map(badness, self.remaining))
        self.remaining = [solution for solution in self.remaining if badness(solution) == best]

    # --- what is compared ------------------------------------------------------------------------

    def changes(self, solution: Solution) -> int:
        """Count the places that stay but move, without leave."""
        held = {place: self.oracle.held_at(place) for place in solution.versions}
        return sum(
            held[place] not in (None, version) and not self.is_free(place)
            for place, version in solution.versions.items()
        )

    def exchanges(self, solution: Solution) -> set[tuple[Place, str]]:
        """Find the choices in which something that has not moved is not met as it was held."""
        found = set()
        for use in self.oracle.uses(solution):
            for need in self.oracle.needs(use, solution):
                before = self.oracle.met_before(need)
                stands = solution.versions[use.place] == self.oracle.held_at(use.place)
                is_free = self.is_free(use.place) or before in self.oracle.held.free
                if stands and before and not is_free and before != self.met_now(need, solution):
                    found.add((use.place, need.alias))
        return found

    def met_now(self, need: Need, solution: Solution) -> str:
        """Name what a solution meets a need on an API, or a call, with."""
        if need.kind == "call":
            picked = solution.picks[need.use.place, need.alias]
            return self.oracle.call_use(need, picked).place.name
        return next(
            self.oracle.name(place)
            for place in solution.versions
            if self.oracle.is_provided(need, Solution({place: solution.versions[place]}, {}))
        )

    def is_free(self, place: Place) -> bool:
        """Tell whether an upgrade names a place."""
        return self.oracle.name(place) in self.oracle.held.free

    def age(self, solution: Solution, place: Place) -> int:
        """Count the versions that are better than the one chosen; yanked ones are the last resort."""
        candidates = self.oracle.packages[place.package].values()
        ordered = sorted(candidates, key=lambda c: c.version.key, reverse=True)
        ordered.sort(key=lambda c: bool(c.yanked))
        return [c.version for c in ordered].index(solution.versions[place])

    def age_of_series(self, solution: Solution, need: Need) -> int:
        """Count the newer series that a caller could have picked."""
        assert need.package is not None
        packages = self.oracle.packages[need.package]
        versions = sorted(packages, key=lambda version: version.key, reverse=True)
        names = list(dict.fromkeys(map(self.oracle.series, versions)))
        return names.index(solution.picks[need.use.place, need.alias])
