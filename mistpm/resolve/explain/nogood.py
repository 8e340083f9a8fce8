"""Nogoods: the clauses of an encoding read back as versions that cannot be together.

A solver wants clauses; who tells a derivation wants to say "versions 1.2 to 1.4 of this, and none of
these of that": `specs/resolve.md#derivation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mistpm.model.cause import Cause
from mistpm.resolve.explain.encoding import Encoding
from mistpm.resolve.world.node import Node

_TRUE, _FALSE = 1, 2


class Variable(Struct, frozen=True, eq=False):
    """Something that has exactly one of several values, each a bit of `all`.

    For a node these are its versions, by place, and one bit above them for not being there.  What has no
    node is an auxiliary variable of the encoding, true or false.
    """

    all: int
    node: Node | None = None

    @property
    def absent(self) -> int:
        """The bit that says that the node is not there."""
        return (self.all + 1) >> 1 if self.node is None else 1 << len(self.node.listing.candidates)


class Nogood(Struct, frozen=True, eq=False):
    """Values that cannot be together, no variable standing twice; what the cause speaks of is first.

    Without a cause it says only what the words mean.
    """

    terms: tuple[tuple[Variable, int], ...]
    cause: Cause | None = None


def read_back(encoding: Encoding, clauses: Iterable[Sequence[int]]) -> tuple[Nogood, ...]:
    """Give what the clauses of an encoding say that is no matter of course, in their order.

    What differs only in the versions that a cause's clauses speak of is put together.
    """
    return tuple(_Reader(encoding, tuple(clauses)).merged())


class _Reader:
    """Knows which values of which variable each literal of an encoding stands for."""

    def __init__(self, encoding: Encoding, clauses: Sequence[Sequence[int]]) -> None:
        self._clauses = clauses
        self._causes = {switch: cause for cause, switch in encoding.selectors.items()}
        self._variables: dict[int, Variable] = {}
        self._true: dict[int, int] = {}
        for node in encoding.nodes:
            variable = Variable(node.domain | 1 << len(node.listing.candidates), node)
            mask = 0
            for block, upto in zip(encoding.blocks[node], encoding.upto[node], strict=True):
                mask |= block.mask
                self._variables[block.literal] = self._variables[upto] = variable
                self._true[upto] = mask
                self._true[block.literal] = block.mask
        self._find_disjunctions()

    def merged(self) -> Iterable[Nogood]:
        merged: dict[object, Nogood] = {}
        for number, clause in enumerate(self._clauses):
            nogood = self._read(clause)
            if nogood is None:
                continue
            *others, last = nogood.terms or (None,)
            key = (nogood.cause, tuple(others), last[0]) if last and nogood.cause else number
            before = merged.get(key)
            if before is not None and last is not None:
                joined = (last[0], last[1] | before.terms[-1][1])
                nogood = Nogood((*before.terms[:-1], joined), nogood.cause)
            merged[key] = nogood
        return merged.values()

    def _read(self, clause: Sequence[int]) -> Nogood | None:
        """Turn "one of these holds" into "their opposites cannot be together"."""
        cause = None
        terms: dict[Variable, int] = {}
        for literal in clause:
            if -literal in self._causes:
                cause = self._causes[-literal]
                continue
            variable = self._variable(abs(literal))
            true = self._true[abs(literal)]
            opposite = variable.all & ~true if literal > 0 else true
            terms[variable] = terms.get(variable, variable.all) & opposite
        if not all(terms.values()):
            return None
        terms = {variable: mask for variable, mask in terms.items() if mask != variable.all}
        return Nogood(tuple(terms.items()), cause)

    def _variable(self, number: int) -> Variable:
        if number not in self._variables:
            self._variables[number] = Variable(_TRUE | _FALSE)
            self._true[number] = _TRUE
        return self._variables[number]

    def _find_disjunctions(self) -> None:
        """Let what is true whenever one of a node's blocks is chosen stand for these blocks."""
        implied: dict[int, dict[Variable, int]] = {}
        used: set[int] = set()
        for clause in self._clauses:
            variable = self._variables.get(-clause[0]) if len(clause) == 2 else None
            if variable is not None and clause[1] > 0:
                masks = implied.setdefault(clause[1], {})
                masks[variable] = masks.get(variable, 0) | self._true[-clause[0]]
            else:
                used.update(literal for literal in clause if literal > 0)
        for number, masks in implied.items():
            if len(masks) == 1 and number not in used and number not in self._variables:
                ((self._variables[number], self._true[number]),) = masks.items()
