"""Hints: changes that dissolve a conflict, each tried out before it is given (`specs/resolve.md#hints`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import islice
from typing import Final

from msgspec.structs import replace

from mistpm.errors import ResolutionError
from mistpm.model.cause import Asked, Conflict
from mistpm.model.version import Version
from mistpm.resolve.answer import Answer
from mistpm.resolve.explain.change import NEWEST, Change, Kind
from mistpm.resolve.explain.changes import changes
from mistpm.resolve.explain.explanation import explain
from mistpm.resolve.explain.phrases import joined_words
from mistpm.resolve.mistakes import check
from mistpm.resolve.search.search import Search
from mistpm.resolve.search.walk import walk
from mistpm.resolve.world.binding import Binder
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe

_MOST_HINTS: Final = 3
_MOST: Final[dict[Kind, int]] = {
    "range": 2,
    "policy": 1,
    "presence": 2,
    "kubernetes": 1,
    "pin": 1,
    "less": 1,
}
"""How many hints of a kind are of use."""
_ENOUGH: Final = 2
"""Hints after which nobody wants to hear what could be left out."""
_GIVING_UP: Final = frozenset[Kind]({"pin", "less"})
"""What does without something that was asked for."""

_FEWEST_TOGETHER: Final = 4
"""Tries of several changes that each part has, however many there are: two first ones, and one added to each."""
_MOST_TOGETHER: Final = 3
"""Changes that somebody would make together."""
_MOST_FURTHER: Final = 6
"""Changes that are added to others that do not do: the first ones."""
_NUMBERS: Final = {2: "two", 3: "three"}

_CONFLICTS: Final = 2000
"""Conflicts of the solver after which a change counts as no help."""

Together = tuple[Change, ...]


def find_hints(
    universe: Universe,
    conflict: Conflict,
    releases: Sequence[str],
    rest: Problem,
    deadline: Deadline,
    *,
    parts: int = 1,
) -> tuple[str, ...]:
    """Give changes with which some releases can be had, together with all that can be had anyway.

    `universe` is the one in which they clash, `rest` what is solved without them.  Each change is tried out by
    solving; at most `Limits.tries` alone, and as often several together, which all `parts` without a solution share.  Where none does, changes that
    dissolve this conflict alone are given, with the number of those that are left.
    """
    return tuple(_Hints(universe, conflict, releases, rest, deadline, parts=parts).find())


class _Hints:
    def __init__(
        self,
        universe: Universe,
        conflict: Conflict,
        releases: Sequence[str],
        rest: Problem,
        deadline: Deadline,
        *,
        parts: int,
    ) -> None:
        tries = deadline.limits.tries
        self._tries_together = max(tries // parts, min(tries, _FEWEST_TOGETHER))
        self._catalogue = universe.catalogue
        self._deadline = deadline
        self._causes = {ground.cause for ground in conflict.grounds}
        self._changes = tuple(changes(universe, conflict))
        self._whole = replace(rest, absent=rest.absent.difference(releases), relaxed=False)
        self._part = replace(self._whole, begin=frozenset(releases))
        others = {wanted.name for wanted in rest.question.releases}.difference(releases)
        self._has_others = not others <= self._whole.absent
        named = [g.cause.release for g in conflict.grounds if isinstance(g.cause, Asked)]
        self._named = replace(self._whole, begin=frozenset(named or releases))

    def find(self) -> Iterator[str]:
        tries = self._deadline.limits.tries
        tried = [change for change in self._changes if change.kind not in _GIVING_UP][:tries]
        alone, failing = self._alone(tried)
        found = [*alone]
        if set(alone.values()) <= {"kubernetes"}:
            # nobody changes a cluster for a package as long as something else does
            failing = [c for c in failing if not alone or c.kind != "kubernetes"]
            together = self._together(failing, besides=frozenset(alone.values()))
            found[:0] = [together] if together else []
        for kind, enough in (("pin", _MOST_HINTS), ("less", _ENOUGH)):
            if len(found) < enough:
                giving_up = [change for change in self._changes if change.kind == kind][:tries]
                found += self._alone(giving_up)[0]
        yield from found[:_MOST_HINTS] or self._only_here(failing)

    def _alone(self, tried: Sequence[Change]) -> tuple[dict[str, Kind], list[Change]]:
        """Give the hints of changes that do by themselves, with their kinds, and the changes that do not."""
        found: dict[str, Kind] = {}
        failing: list[Change] = []
        for change in tried:
            if [*found.values()].count(change.kind) == _MOST[change.kind]:
                continue
            if len(found) == _MOST_HINTS:
                break
            if hint := self._helping((change,)):
                found.setdefault(hint, change.kind)
            else:
                failing.append(change)
        return found, failing

    # --- several changes -------------------------------------------------------------------------

    def _together(self, failing: Sequence[Change], besides: frozenset[Kind]) -> str:
        """Find few changes that do together, of other kinds than those `besides`.

        What still clashes after one of them says what else to change.
        """
        waiting: deque[Together] = deque((change,) for change in failing)
        seen: set[frozenset[str]] = set()
        tries = self._tries_together
        while waiting and tries > 0:
            begun = waiting.popleft()
            tries -= 1
            for change in self._further(begun):
                together = (*begun, change)
                hints = frozenset(each.hint for each in together)
                if change.kind in besides or hints in seen:
                    continue
                seen.add(hints)
                tries -= 1
                if self._helping(together):
                    return self._fewest(together)
                if len(together) < _MOST_TOGETHER:
                    waiting.append(together)
                if tries <= 0:
                    break
        return ""

    def _further(self, made: Together) -> Iterator[Change]:
        """Give changes that may dissolve what clashes where some were made; none where it is the same that clashed."""
        for problem in self._problems(made):
            found = self._clash(problem)
            if found is not None:
                universe, conflict = found
                if not self._causes <= {ground.cause for ground in conflict.grounds}:
                    told = {change.hint for change in made}
                    more = (c for c in changes(universe, conflict) if c.kind not in _GIVING_UP)
                    yield from islice((c for c in more if c.hint not in told), _MOST_FURTHER)
                return

    def _fewest(self, together: Together) -> str:
        """Give the hint of changes of which none can be left out."""
        for left_out in together if len(together) > 1 else ():
            fewer = tuple(change for change in together if change is not left_out)
            if self._helping(fewer):
                return self._fewest(fewer)
        return self._helping(together)

    def _clash(self, problem: Problem) -> tuple[Universe, Conflict] | None:
        """Give a conflict of a problem; None where there is none, or where it is hard to tell."""
        deadline = copy(self._deadline)
        deadline.limits = replace(deadline.limits, conflicts=_CONFLICTS, calls=0)
        with Search(Universe(problem, self._catalogue), deadline) as search:
            if search.is_possible(conflicts=_CONFLICTS) is not False:
                return None
            return search.universe, explain(search, deadline).conflict

    # --- this conflict alone ---------------------------------------------------------------------

    def _only_here(self, failing: Sequence[Change]) -> Iterator[str]:
        """Give a change that dissolves this conflict, and say how many are left then."""
        for change in failing:
            versions = self._possible(change.on(self._named), (change,))
            left = 0 if versions is None else self._left((change,))
            if versions is not None and left:
                told = _told(change, {change.node: _versions(change, [versions])})
                yield f"{told}; {left} more conflict{' is' if left == 1 else 's are'} left then"
                return

    def _left(self, made: Together) -> int:
        """Count the conflicts that are left where a change was made, each with releases of its own."""
        named: set[frozenset[str]] = set()
        for problem in self._problems(made):
            rest = problem
            while (found := self._clash(rest)) is not None:
                causes = [ground.cause for ground in found[1].grounds]
                names = frozenset(cause.release for cause in causes if isinstance(cause, Asked))
                named.add(names)
                if not names:
                    break
                rest = replace(rest, absent=rest.absent | names)
        return len(named)

    # --- trying out ------------------------------------------------------------------------------

    def _helping(self, made: Together) -> str:
        """Give the hint of changes that help, empty where they do not."""
        versions = self._tried(made)
        if versions is None:
            return ""
        told = [_told(change, versions) for change in made]
        if len(told) == 1:
            return told[0]
        return f"{_NUMBERS[len(told)]} changes help together: {'; '.join(told)}"

    def _tried(self, made: Together) -> dict[str, str] | None:
        """Give the versions that the nodes of changes can have; None where the changes do not help.

        What is asked of the part alone is found out soon, so that is the first to be tried.
        """
        if self._has_others and self._possible(_made(made, self._part), ()) is None:
            return None
        problems = self._problems(made)
        found: list[dict[str, Version]] = []
        for problem in problems:
            versions = self._possible(problem, made)
            if versions is None:
                return None
            found.append(versions)
        leads = self._whole.leads
        if leads is not None and not leads(problems[0].question):
            return None
        return {change.node: _versions(change, found) for change in made if change.node}

    def _problems(self, made: Together) -> list[Problem]:
        """Give what has to have a solution: everything, at each set of minors that is passed by."""
        problem = _made(made, self._whole)
        question = problem.question
        ahead = [replace(question, minors=minors) for minors in problem.ahead]
        return [problem, *(replace(problem, question=each) for each in ahead)]

    def _possible(self, problem: Problem, made: Together) -> dict[str, Version] | None:
        """Give the newest versions that the nodes of changes can have together; None where nothing can be had.

        Whoever computes requirements is asked, as in any other resolution.
        """
        binder = Binder(problem.question)
        nodes = {change.node for change in made if change.node}
        try:
            binder.check()
            while True:
                choice = walk(Universe(problem, self._catalogue)) or self._searched(problem, nodes)
                if choice is None or choice.open_releases():
                    return None
                if not self._catalogue.computed.ask(choice, problem.question):
                    break
            check(Answer(choice), binder)
        except ResolutionError as error:
            if error.reference == "resolution-timeout":
                raise
            return None
        found = {
            name: node.candidate(place).version
            for node, place in choice.places.items()
            for name in (node.key, node.name)
            if name in nodes
        }
        return found if nodes <= found.keys() else None

    def _searched(self, problem: Problem, nodes: set[str]) -> Choice | None:
        """Find a choice, with some nodes as new as possible; None where that is too hard."""
        universe = Universe(problem, self._catalogue)
        with Search(universe, self._deadline) as search:
            if universe.missing or not search.is_possible(conflicts=_CONFLICTS):
                return None
            if any(node.unasked for node in universe.nodes.values()):
                return search.best()
            for node in tuple(universe.nodes.values()):
                if nodes & {node.key, node.name}:
                    search.renew(node, conflicts=_CONFLICTS)
            return search.choice()


def _made(together: Together, problem: Problem) -> Problem:
    for change in together:
        problem = change.on(problem)
    return problem


def _versions(change: Change, found: Sequence[dict[str, Version]]) -> str:
    """Name the versions of a change's node, but for those that are allowed anyway."""
    versions = [each[change.node] for each in found if change.node in each]
    news = [each for each in versions if change.allowed is None or not change.allowed.admits(each)]
    return joined_words([*dict.fromkeys(map(str, news or versions))])


def _told(change: Change, versions: dict[str, str]) -> str:
    return change.hint.replace(NEWEST, versions.get(change.node, ""))
