"""The SAT solver, called so that neither the clock nor Ctrl-C has to wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Literal, TypeAlias

from pysat.solvers import Cadical195, Glucose4, Minisat22

from mistpm.resolve.world.limits import Deadline

Program: TypeAlias = Literal["glucose", "cadical", "minisat"]

_SLICE: Final = 2000
"""Conflicts until the solver comes back; it does so between two restarts, which may take seconds."""
_PROGRAMS: Final = {"glucose": Glucose4, "cadical": Cadical195, "minisat": Minisat22}
_CALM: Final = {"walk": 0, "lucky": 0}
"""CaDiCaL without the guesses that it makes at the beginning of each call."""
_TICK: Final = 0.1
"""Seconds between two looks at the clock, where a call takes longer than a slice."""


class Solver:
    """A CDCL solver that keeps what it learns from one call to the next.

    It is Glucose 4, which costs next to nothing to begin with.  CaDiCaL 1.9.5 eliminates variables, and is
    three times as fast where hundreds of things are asked about at once.  MiniSat 2.2 is faster than both
    where conflicts teach little, as in random clauses, and hopeless where they have to teach much.
    """

    def __init__(
        self,
        clauses: Sequence[Sequence[int]],
        deadline: Deadline,
        program: Program = "glucose",
    ) -> None:
        self.deadline = deadline
        self._program = program
        self._solver = _PROGRAMS[program]()
        if program == "cadical":
            self._solver.configure(_CALM)
        self._solver.append_formula(clauses)
        self._core: list[int] = []
        self._model: frozenset[int] = frozenset()
        self._is_hard = False
        self._working: Thread | None = None

    def add(self, clause: Iterable[int]) -> None:
        """Add a clause for good."""
        self._solver.add_clause(list(clause))

    def extend(self, clauses: Iterable[Sequence[int]]) -> None:
        """Add clauses for good."""
        self._solver.append_formula(clauses)

    def prefer(self, literals: Sequence[int]) -> None:
        """Try these literals first, where nothing speaks for their opposites."""
        self._solver.set_phases(literals)

    def solve(self, assumptions: Sequence[int] = (), *, conflicts: int = 0) -> bool | None:
        """Tell whether the clauses can hold under assumptions.

        With a budget of `conflicts` the answer may be None: not decided within it.  Where calls take more
        than a slice they are made in another thread, so that this one can hear Ctrl-C.  Raises
        `SolvingTimeoutError` (`resolution-timeout`).
        """
        self.deadline.effort.sat_calls += 1
        self.deadline.check()
        spent = 0
        while True:
            answer = (self._aside if self._is_hard else self._slice)(assumptions)
            spent += _SLICE
            if answer is not None or (conflicts and spent >= conflicts):
                self._note(answer)
                return answer
            self._is_hard = True

    def _note(self, answer: bool | None) -> None:
        """Keep what came out: CaDiCaL has forgotten it when the next clause is added."""
        self._model = frozenset(self._solver.get_model() or ()) if answer else frozenset()
        self._core = list(self._solver.get_core() or ()) if answer is False else []

    def _slice(self, assumptions: Sequence[int]) -> bool | None:
        self._solver.conf_budget(_SLICE)
        # without `expect_interrupt` pysat would make an exception of its own out of Ctrl-C
        answer: bool | None = self._solver.solve_limited(list(assumptions), expect_interrupt=True)
        return answer

    def _aside(self, assumptions: Sequence[int]) -> bool | None:
        """Do a slice in a thread, which lets this one look at the clock."""
        done: SimpleQueue[bool | None] = SimpleQueue()
        self._working = Thread(target=lambda: done.put(self._slice(assumptions)), daemon=True)
        self._working.start()
        while True:
            try:
                answer = done.get(timeout=_TICK)
            except Empty:
                self.deadline.check()
            else:
                self._working = None
                return answer

    @property
    def conflicts(self) -> int:
        """How many conflicts there were in all calls so far."""
        return int(self._solver.accum_stats()["conflicts"])

    def model(self) -> frozenset[int]:
        """Give the literals that are true in the solution found last, negated ones too."""
        return self._model

    def core(self) -> list[int]:
        """Give assumptions that failed together in the last call; empty if none was needed."""
        return self._core

    def close(self) -> None:
        """Free the solver's memory; a call that was given up ends soon, and then it frees itself."""
        if self._working is None:
            self._solver.delete()
        elif (
            self._program != "cadical"
        ):  # that cannot be interrupted: it comes back after its slice
            self._solver.interrupt()
