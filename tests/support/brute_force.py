"""An oracle: every solution of a small question, found by trying, and the best of them.

It reads raw descriptors and shares nothing with `mistpm.resolve`, neither code nor ideas: a state is a
dictionary of versions, extended by one version at a time wherever something is required.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

from brute_force_objective import Objective
from brute_force_rules import Rules
from brute_force_state import Need, Place, Solution, Use

from mistpm.model.ranges import ANY, Range


class TooManyStatesError(Exception):
    """A question is too large for trying."""


class Oracle(Rules):
    """Answers one question, with the releases of the file that are not `absent`."""

    states = 0
    most_states: ClassVar[int] = 2000
    objective: ClassVar[type[Objective]] = Objective

    def best(self) -> Solution | None:
        """Give the best solution by the documented objective, None where there is none."""
        solutions = self.solutions()
        if not solutions:
            return None
        (best,) = self.objective(self, solutions).best()
        return best

    def solutions(self) -> list[Solution]:
        """Give all solutions, each once; raises `TooManyStatesError`."""
        found: dict[object, Solution] = {}
        choices = [self.possible(place, self.wanted[place.name].range) for place in self.asked]
        for versions in itertools.product(*choices):
            state = Solution(dict(zip(self.asked, versions, strict=True)), {})
            for solution in self.extended(state):
                key = (frozenset(solution.versions.items()), frozenset(solution.picks.items()))
                found[key] = solution
        return list(found.values())

    def extended(self, state: Solution) -> Iterator[Solution]:
        """Give the solutions that agree with a state."""
        self.states += 1
        if self.states > self.most_states:
            raise TooManyStatesError
        if not self.is_peaceful(state):
            return
        needs = [need for use in self.uses(state) for need in self.needs(use, state)]
        unmet = [need for need in needs if not need.mistake and not self.is_met(need, state)]
        if not unmet:
            yield state
            return
        of_packages = [need for need in unmet if need.kind != "api"]
        if any(self.is_hopeless(need, state) for need in of_packages):
            return
        if of_packages:
            yield from self.tried(of_packages[0], state)
        else:
            for need in unmet:
                yield from self.tried_default(need, state)

    def is_hopeless(self, need: Need, state: Solution) -> bool:
        """Tell whether what is chosen already keeps an unmet need from being met."""
        if need.kind == "call":
            picked = state.picks.get((need.use.place, need.alias))
            return picked is not None and self.call_use(need, picked).place in state.versions
        target = need.target
        return target is None or target.kind == "asked" or target in state.versions

    def is_met(self, need: Need, state: Solution) -> bool:
        """Tell whether a state has what a need asks for."""
        if need.kind == "api":
            return self.is_provided(need, state)
        if need.kind == "call":
            picked = state.picks.get((need.use.place, need.alias))
            if picked is None:
                return False
            return self.is_at_hand(need, self.call_use(need, picked).place, state)
        return need.target is not None and self.is_at_hand(need, need.target, state)

    def is_at_hand(self, need: Need, place: Place, state: Solution) -> bool:
        """Tell whether a place has a version that will do."""
        version = state.versions.get(place)
        return version in self.eligible(place.package, need.dependency.version)

    def is_provided(self, need: Need, state: Solution) -> bool:
        """Tell whether some release provides an API."""
        return any(
            need.dependency.api in self.packages[place.package][version].descriptor.provides.apis
            for place, version in state.versions.items()
            if place.kind != "called"
        )

    def tried(self, need: Need, state: Solution) -> Iterator[Solution]:
        """Try what could meet a need on a package."""
        range_ = need.dependency.version
        if need.kind == "install":
            assert need.target is not None
            yield from self.tried_all(need.target, range_, state)
            return
        assert need.package is not None
        owner = need.use.place, need.alias
        series = {self.series(version) for version in self.eligible(need.package, range_)}
        for picked in series if owner not in state.picks else {state.picks[owner]}:
            chosen = Solution(state.versions, {**state.picks, owner: picked})
            place = self.call_use(need, picked).place
            if place in state.versions:
                yield from self.extended(chosen)
            else:
                yield from self.tried_all(place, range_, chosen)

    def tried_all(self, place: Place, range_: Range, state: Solution) -> Iterator[Solution]:
        """Try every version of a place."""
        for version in self.possible(place, range_):
            yield from self.extended(Solution({**state.versions, place: version}, state.picks))

    def tried_default(self, need: Need, state: Solution) -> Iterator[Solution]:
        """Try every version of an API's default."""
        if need.target is not None and need.target not in state.versions:
            for version in self.default_versions(need):
                versions = {**state.versions, need.target: version}
                yield from self.extended(Solution(versions, state.picks))

    # --- what is told of a solution --------------------------------------------------------------

    def told(self, solution: Solution) -> dict[str, str]:
        """Give the versions by release and called key, sorted."""
        named = {self.name(place): str(version) for place, version in solution.versions.items()}
        return dict(sorted(named.items()))

    def targets(self, solution: Solution) -> dict[tuple[str, str], str]:
        """Give what meets the requirements on packages, by owner and alias."""
        found = {}
        for use in self.uses(solution):
            for need in self.needs(use, solution):
                owner = self.name(use.place)
                if need.mistake:
                    continue
                if need.kind == "call":
                    picked = solution.picks[use.place, need.alias]
                    found[owner, need.alias] = self.call_use(need, picked).place.name
                elif need.kind == "install" and use.place.kind != "called" and need.target:
                    found[owner, need.alias] = self.name(need.target)
        return found

    def mistakes(self, solution: Solution) -> set[str]:
        """Give the references of the errors that a solution runs into."""
        uses = self.uses(solution)
        found = {need.mistake for use in uses for need in self.needs(use, solution)} - {""}
        releases = [place for place in solution.versions if place.kind != "called"]
        if len({self.name(place) for place in releases}) < len(releases):
            found.add("release-name-clash")
        if any(self.binds_nothing(self.first_use(place), solution) for place in releases):
            found.add("invalid-binding")
        return found

    def binds_nothing(self, use: Use, solution: Solution) -> bool:
        """Tell whether the file binds an alias that the chosen version cannot have."""
        descriptor = self.packages[use.place.package][solution.versions[use.place]].descriptor
        return not descriptor.computed and any(
            path.split(".")[0] not in descriptor.dependencies for path, _ in use.bind
        )

    def kept(self) -> dict[str, str]:
        """Give what was held of the releases and, where it would still do, of what these need."""
        state = Solution({}, {})
        waiting = [self.first_use(place) for place in self.asked]
        seen: set[Use] = set()
        deferred: list[Need] = []
        while waiting or deferred:
            if not waiting:
                waiting += self.default_held(deferred.pop(0), state)
                continue
            use = waiting.pop(0)
            version = self.held_at(use.place)
            if use not in seen and version in self.packages.get(use.place.package, {}):
                seen.add(use)
                state.versions[use.place] = version
                needs = [need for need in self.needs(use, state) if not need.mistake]
                deferred += [need for need in needs if need.kind == "api"]
                waiting += [held for need in needs for held in self.held_use(need)]
        return self.told(state)

    def held_use(self, need: Need) -> list[Use]:
        """Give the use of what was held and meets a need; of several series the one called, or the newest."""
        if need.kind == "install" and need.target is not None:
            range_ = need.dependency.version
            fits = self.held_at(need.target) in self.eligible(need.target.package, range_)
            return [self.first_use(need.target)] if fits else []
        if need.kind == "call" and need.package is not None:
            fitting = self.eligible(need.package, need.dependency.version)
            for version in sorted(fitting, key=lambda version: version.key, reverse=True):
                use = self.call_use(need, self.series(version))
                before = self.met_before(need) or use.place.name
                if self.held_at(use.place) == version and use.place.name == before:
                    return [use]
        return []

    def default_held(self, need: Need, state: Solution) -> list[Use]:
        """Give the use of an API's default, if it was held and nothing else provides the API."""
        place = need.target
        if place is None or self.is_provided(need, state) or place in state.versions:
            return []
        version = self.held_at(place)
        if version not in self.eligible(place.package, ANY):
            return []
        provides = self.packages[place.package][version].descriptor.provides
        return [self.first_use(place)] if need.dependency.api in provides.apis else []
