"""An oracle for upgrade paths: all chains of few moves in a small world, and the best of them.

It reads raw descriptors, as `brute_force` does, and shares nothing with `mistpm.resolve`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import NamedTuple

from brute_force import Oracle, TooManyStatesError
from brute_force_objective import Objective
from brute_force_state import Need, Place, Solution
from msgspec.structs import replace
from random_paths import PathCase

from mistpm.model.minor import Minor
from mistpm.model.version import Version

MOST_PATHS = 3000
MOST_MOVES = 4


class Stop(NamedTuple):
    """What is chosen on a span of the way."""

    first: int
    last: int
    solution: Solution


Path = tuple[Stop, ...]


class PathOracle:
    """Answers one case."""

    def __init__(self, case: PathCase) -> None:
        self.case = case
        step = 1 if case.start <= case.goal else -1
        numbers = range(case.start.number, case.goal.number + step, step)
        self.way = [Minor(number) for number in numbers]
        self.oracle = cache(self._oracle)
        self.solutions = cache(self._solutions)

    def _oracle(self, first: int, last: int, *, computed: bool = True) -> Oracle:
        """Give what knows the question on a span."""
        case = self.case
        minors = tuple(sorted(self.way[first : last + 1]))
        answers = case.world.answers if computed else {}
        question = replace(case.question, minors=minors)
        return Oracle(question, case.world.packages, case.held, computed=answers)

    def _solutions(self, first: int, last: int) -> list[Solution]:
        return self.oracle(first, last).solutions()

    # --- how far it goes -------------------------------------------------------------------------

    @cached_property
    def furthest(self) -> int:
        """The last position up to which what is held is a solution; -1 where it is none."""
        found = -1
        while found + 1 < len(self.way) and self.stays(found + 1):
            found += 1
        return found

    def stays(self, last: int) -> bool:
        """Tell whether what is held is a solution up to a position."""
        oracle = self.oracle(0, last)
        all_held = self._oracle(0, last)
        all_held.held = replace(self.case.held, free=frozenset())
        return any(
            all(oracle.held_at(place) == version for place, version in solution.versions.items())
            and not Objective(all_held, [solution]).exchanges(solution)
            for solution in self.solutions(0, last)
        )

    @cached_property
    def passable(self) -> int:
        """The last position up to which some set supports each two neighbours; -1 where none is at all."""
        position = max(self.furthest, 0)
        last = len(self.way) - 1
        if position == last:
            return position if self.furthest == last or self.solutions(last, last) else -1
        while position < last and self.solutions(position, position + 1):
            position += 1
        return position

    # --- chains ----------------------------------------------------------------------------------

    def shortest(self, position: int) -> list[Path]:
        """Give the chains to a position with the fewest moves and changes; none where it takes too many."""
        if self.furthest >= position:
            return [()]
        reached: dict[int, list[tuple[tuple[int, int], Path]]] = {}
        for moves in range(1, MOST_MOVES + 1):
            reached = self.extended(reached, position) if reached else self.begun(position)
            ended = reached.get(position, [])
            if ended:
                best = min(cost for cost, _ in ended)
                return [path for cost, path in ended if cost == best]
            if not reached:
                return []
            assert moves
        return []

    def begun(self, goal: int) -> dict[int, list[tuple[tuple[int, int], Path]]]:
        """Give the chains of one move, by where they end."""
        found: dict[int, list[tuple[tuple[int, int], Path]]] = {}
        for first in range(max(self.furthest, 0) + 1):
            for last in range(first, goal + 1):
                for solution in self.solutions(first, last):
                    stop = Stop(first, last, solution)
                    cost = self.from_held(stop)
                    if cost is not None:
                        found.setdefault(last, []).append((cost, (stop,)))
        return self.pruned(found)

    def extended(
        self, before: dict[int, list[tuple[tuple[int, int], Path]]], goal: int
    ) -> dict[int, list[tuple[tuple[int, int], Path]]]:
        """Give the chains of one move more, by where they end."""
        found: dict[int, list[tuple[tuple[int, int], Path]]] = {}
        for first, chains in before.items():
            for last in range(first, goal + 1):
                for solution in self.solutions(first, last):
                    stop = Stop(first, last, solution)
                    for cost, path in chains:
                        more = self.between(path[-1], stop)
                        if more is not None:
                            total = cost[0] + more[0], cost[1] + more[1]
                            found.setdefault(last, []).append((total, (*path, stop)))
        return self.pruned(found)

    def pruned(
        self, found: dict[int, list[tuple[tuple[int, int], Path]]]
    ) -> dict[int, list[tuple[tuple[int, int], Path]]]:
        """Keep the cheapest of the chains that end in the same stop."""
        kept = {}
        for last, chains in found.items():
            ends: dict[object, tuple[int, int]] = {}
            for cost, path in chains:
                ends[key(path[-1])] = min(cost, ends.get(key(path[-1]), cost))
            kept[last] = [(cost, path) for cost, path in chains if ends[key(path[-1])] == cost]
        if sum(map(len, kept.values())) > MOST_PATHS:
            raise TooManyStatesError
        return kept

    def from_held(self, stop: Stop) -> tuple[int, int] | None:
        """Count the changes and exchanges of the first move; None where it is not allowed."""
        oracle = self.oracle(stop.first, stop.last)
        for place, version in stop.solution.versions.items():
            if not self.may_follow(place, oracle.held_at(place), version):
                return None
        objective = Objective(oracle, [stop.solution])
        return objective.changes(stop.solution), len(objective.exchanges(stop.solution))

    def between(self, before: Stop, after: Stop) -> tuple[int, int] | None:
        """Count the changes and exchanges of a later move; None where it is not allowed."""
        oracle = self.oracle(after.first, after.last)
        objective = Objective(oracle, [after.solution])
        changes = 0
        for place, version in after.solution.versions.items():
            was = before.solution.versions.get(place)
            if not self.may_follow(place, was, version):
                return None
            changes += was not in (None, version) and not objective.is_free(place)
        return changes, len(self.exchanges(before, after))

    def may_follow(self, place: Place, before: Version | None, after: Version) -> bool:
        """Tell whether a version may move to another one in one step; called packages are not installed."""
        if place.kind == "called" or before in (None, after):
            return True
        packages = self.oracle(0, 0).packages
        return before in packages[place.package][after].descriptor.upgrades.from_.versions

    def exchanges(self, before: Stop, after: Stop) -> set[tuple[Place, str]]:
        """Find the choices in which something that has not moved is not met as it was before."""
        old, new = (self.oracle(stop.first, stop.last) for stop in (before, after))
        objective = Objective(new, [after.solution])
        earlier = set(old.uses(before.solution))
        found = set()
        for use in new.uses(after.solution):
            moved = before.solution.versions.get(use.place) != after.solution.versions[use.place]
            if moved or use not in earlier or objective.is_free(use.place):
                continue
            needs = old.needs(use, before.solution)
            for need in new.needs(use, after.solution):
                if need.kind != "install" and not need.mistake:
                    was = [n for n in needs if n.alias == need.alias and n.kind == need.kind]
                    met = [objective.met_now(n, before.solution) for n in was]
                    kept = [name for name in met if name not in self.case.held.free]
                    if kept and kept[0] != objective.met_now(need, after.solution):
                        found.add((use.place, need.alias))
        return found

    # --- the best one ----------------------------------------------------------------------------

    def best(self, position: int) -> Path | None:
        """Give the best chain to a position, None where there is none of few moves."""
        paths = self.shortest(position)
        if not paths or paths == [()]:
            return paths[0] if paths else None
        chosen = _Chosen(self, paths)
        chosen.choose()
        return chosen.paths[0]


class _Chosen:
    """Goes through what is preferred among chains that cost the same; in the end one is left."""

    def __init__(self, oracle: PathOracle, paths: list[Path]) -> None:
        self.oracle = oracle
        self.paths = paths

    def choose(self) -> None:
        """Prefer the newest at the end, then early moves, then the newest on the way."""
        last = _State(self, len(self.paths[0]) - 1)
        last.keep_newest_of_the_file()
        last.keep_fewest_series()
        last.oracle = self.oracle.oracle(0, len(self.oracle.way) - 1, computed=False)
        last.is_stated_only = True
        last.walk()
        for at in range(len(self.paths[0])):
            first = min(path[at].first for path in self.paths)
            self.paths = [path for path in self.paths if path[at].first == first]
        self.walk(last)
        for at in range(len(self.paths[0]) - 1):
            state = _State(self, at)
            state.oracle = self.oracle.oracle(*self.paths[0][at][:2])
            state.keep_newest_of_the_file()
            state.keep_fewest_series()
            self.walk(state)

    def walk(self, state: _State) -> None:
        """Decide the rest of a state, whose span is known by now."""
        state.oracle = self.oracle.oracle(*self.paths[0][state.at][:2])
        state.is_stated_only = False
        state.waiting = [state.oracle.first_use(place) for place in state.oracle.asked]
        state.walk()


class _State(Objective):
    """The objective of one state of several chains."""

    def __init__(self, chosen: _Chosen, at: int) -> None:
        self.chosen = chosen
        self.at = at
        self.is_stated_only = False
        super().__init__(chosen.oracle.oracle(*chosen.paths[0][at][:2]), [])
        self.refresh()

    def refresh(self) -> None:
        """Look at what is left of the chains."""
        self.remaining = [path[self.at].solution for path in self.chosen.paths]

    def keep(self, badness: Callable[[Solution], int]) -> None:
        """Keep the chains whose state is least bad."""
        self.refresh()
        found = [badness(solution) for solution in self.remaining]
        best = min(found)
        paths = zip(self.chosen.paths, found, strict=True)
        self.chosen.paths = [path for path, bad in paths if bad == best]
        self.refresh()

    def walk(self) -> None:
        """See the base class."""
        self.refresh()
        super().walk()

    def decide(self, need: Need) -> None:
        """Leave out what is computed or depends on Kubernetes, as long as the span is not known."""
        if not (self.is_stated_only and need.kind == "api"):
            super().decide(need)


def key(stop: Stop) -> object:
    """Tell stops apart."""
    solution = stop.solution
    return (
        stop.first,
        stop.last,
        frozenset(solution.versions.items()),
        frozenset(solution.picks.items()),
    )
