"""A formula: numbered variables, and clauses over them, as they are told to the solver."""

from __future__ import annotations


class Formula:
    """What one solver is told; several sketches may write into the same.

    `phases` are literals that the solver shall try first.
    """

    def __init__(self) -> None:
        self.clauses: list[list[int]] = []
        self.phases: list[int] = []
        self.last = 0

    def variable(self) -> int:
        """Give a new variable."""
        self.last += 1
        return self.last

    def reserve(self, last: int) -> None:
        """Leave the variables up to `last` to somebody else."""
        self.last = max(self.last, last)

    def add(self, *literals: int) -> None:
        """Add a clause: one of these literals is true."""
        self.clauses.append(list(literals))
