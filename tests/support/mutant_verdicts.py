"""What a resolver with one statement left out says of cases, quickly: without explanations."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from brute_force_comparison import targets
from laws import versions
from mutants import Mutant, living
from random_worlds import Case

import mistpm.resolve.resolving
import mistpm.resolve.search.forcing
import mistpm.resolve.search.solver
import mistpm.resolve.unresolved
from mistpm.errors import ResolutionError
from mistpm.resolve import Limits, resolve

SOON: Final = Limits(seconds=0.5)
LATE: Final = 1.5
"""Seconds after which a mutant is ended: it may never do so itself."""


class UnsolvableError(Exception):
    """Something has no solution: that is enough here."""


def verdict(case: Case, limits: Limits = SOON) -> object:
    """Give what is chosen, or that this is impossible, a mistake, or went wrong."""
    try:
        resolution = resolve(
            case.question, case.world, case.held, computing=case.world, limits=limits
        )
    except UnsolvableError:
        return "no solution"
    except ResolutionError as error:
        return "timeout" if "timeout" in error.reference else "mistake"
    except Exception as error:  # noqa: BLE001 - mutants die in many ways
        return type(error).__name__
    return versions(resolution), targets(resolution), len(resolution.unresolved)


def killer(mutant: Mutant, cases: Sequence[Case], expected: Sequence[object]) -> int | None:
    """Give the place of a case that a mutant answers otherwise, or does not come back from."""
    with living(mutant), _alarm():
        for at, case in enumerate(cases):
            if _dies(case, expected[at]):
                return at
    return None


def _dies(case: Case, expected: object) -> bool:
    """Tell whether a case is answered otherwise, or not in time; the alarm may ring just after the answer."""
    try:
        signal.setitimer(signal.ITIMER_REAL, LATE)
        return verdict(case) != expected
    except TimeoutError:
        return True


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise `TimeoutError` when a timer runs out, and stop it in the end."""

    def late(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def without_explanations() -> Iterator[None]:
    """End where something has no solution."""

    def unsolvable(*_: Any) -> None:
        raise UnsolvableError

    with _put(mistpm.resolve.unresolved, "find_unresolved", unsolvable):
        yield


@contextmanager
def without_walk() -> Iterator[None]:
    """Search always."""
    with _put(mistpm.resolve.resolving, "walk", lambda _: None):
        yield


@contextmanager
def without_forcing() -> Iterator[None]:
    """Let the solver find every conflict."""
    with _put(mistpm.resolve.search.forcing.Forcing, "_follow", lambda _: []):
        yield


@contextmanager
def other_models() -> Iterator[None]:
    """Let the solver try the worst first, and what nobody needs."""
    solvers: Any = mistpm.resolve.search.solver
    usual, prefer = solvers.Glucose4, solvers.Solver.prefer

    def eager(**options: Any) -> Any:
        solver = usual(**options)
        solver.set_phases(list(range(1, 5000)))
        return solver

    def opposite(solver: Any, literals: Sequence[int]) -> None:
        prefer(solver, [-literal for literal in literals])

    with _put(solvers, "Glucose4", eager), _put(solvers.Solver, "prefer", opposite):
        yield


@contextmanager
def _put(place: Any, name: str, instead: Callable[..., Any]) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, instead)
    try:
        yield
    finally:
        setattr(place, name, before)
