"""The order in which facts are told: from the file downwards, each beside what it goes on from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from mistpm.model.cause import (
    Asked,
    Cause,
    Configured,
    OncePerEnvironment,
    OneOwner,
    RequiresApi,
)
from mistpm.resolve.explain.nogood import Nogood, Variable
from mistpm.resolve.world.listing import newest

_BETWEEN = (OneOwner, OncePerEnvironment)
"""Causes that are told after all others: they speak of several things that were named before."""


class Link(Struct, frozen=True, kw_only=True, eq=False):
    """A cause to be told; `continues` tells that it holds for all that the one before it led to."""

    cause: Cause
    continues: bool = False


def storyline(nogoods: Sequence[Nogood]) -> list[Link]:
    """Order the causes of nogoods, each once; nogoods without one only connect others."""
    return _Storyline(nogoods).links()


class _Storyline:
    def __init__(self, nogoods: Sequence[Nogood]) -> None:
        first: dict[Cause, Nogood] = {}
        for nogood in nogoods:
            if nogood.cause is not None:
                first.setdefault(nogood.cause, nogood)
        self._waiting = {nogood: cause for cause, nogood in first.items()}
        self._connecting = [nogood for nogood in nogoods if nogood not in self._waiting]
        self._links: list[Link] = []
        self._before: Nogood | None = None
        self._subjects: dict[Variable, int] = {}
        self._leading_to: dict[Variable, list[tuple[Nogood, int]]] = {}
        for nogood in self._waiting:
            if len(nogood.terms) > 1:
                variable, left = _left(nogood)
                self._leading_to.setdefault(variable, []).append((nogood, left))

    def links(self) -> list[Link]:
        between = [n for n, cause in self._waiting.items() if isinstance(cause, _BETWEEN)]
        last = [Link(cause=self._waiting.pop(nogood)) for nogood in between]
        heads = [n for n, cause in self._waiting.items() if isinstance(cause, Asked)]
        for nogood in (*heads, *self._waiting):
            self._tell(nogood)
        return [*self._links, *last]

    def _tell(self, head: Nogood) -> None:
        """Tell a nogood and everything that its objects lead to, before the next one."""
        stack: list[tuple[Nogood, bool]] = [(head, False)]
        while stack:
            nogood, may_continue = stack.pop()
            cause = self._waiting.pop(nogood, None)
            if cause is None:
                continue
            goes_on = may_continue and self._continues(nogood)
            self._links.append(Link(cause=cause, continues=goes_on))
            self._before = nogood
            following = [
                other
                for other in self._following(nogood)
                if not isinstance(other.cause, Asked)
                and not any(more in self._waiting for more in self._also_leading(other, nogood))
            ]
            following.sort(key=lambda n: (not _continues(n, nogood), self._rank(n)))
            stack += [(n, True) for n in reversed(following)]

    def _continues(self, nogood: Nogood) -> bool:
        """Tell whether "..., which ..." says all of a nogood that matters."""
        before = self._before
        return (
            before is not None
            and _continues(nogood, before)
            and not any(self._also_leading(nogood, before))
        )

    def _also_leading(self, nogood: Nogood, before: Nogood) -> Iterator[Nogood]:
        """Give what else leads to versions that a nogood speaks of: to others than `before` does."""
        subject, mask = nogood.terms[0]
        variable, left = _left(before)
        others = mask & ~left if variable is subject else 0
        for leading, possible in self._leading_to.get(subject, ()):
            if possible & others and leading is not nogood:
                yield leading

    def _rank(self, nogood: Nogood) -> tuple[int, int]:
        """Put what speaks of the same beside each other, newest first."""
        subject, mask = nogood.terms[0]
        return self._subjects.setdefault(subject, len(self._subjects)), newest(mask)

    def _following(self, nogood: Nogood) -> Iterator[Nogood]:
        """Give what speaks of the objects of a nogood."""
        objects = set(self._objects(nogood))
        for other in self._waiting:
            if other.terms and other.terms[0][0] in objects:
                yield other

    def _objects(self, nogood: Nogood) -> Iterable[Variable]:
        """Give what a nogood leads to, through auxiliary variables as well."""
        if len(nogood.terms) == 1:
            return [nogood.terms[0][0]]
        found = dict.fromkeys(variable for variable, _ in nogood.terms[1:])
        for connecting in self._connecting:
            variables = [variable for variable, _ in connecting.terms]
            if any(variable.node is None and variable in found for variable in variables):
                found |= dict.fromkeys(variables)
        return found


def _continues(nogood: Nogood, before: Nogood) -> bool:
    """Tell whether "..., which ..." is true: the nogood holds for all that the one before leaves."""
    if isinstance(before.cause, RequiresApi) or not nogood.terms or not before.terms:
        return False
    if len(before.terms) == 1 and not isinstance(before.cause, Asked | Configured):
        return False
    subject, mask = nogood.terms[0]
    led_to, possible = _left(before)
    return subject is led_to and not possible & ~mask


def _left(nogood: Nogood) -> tuple[Variable, int]:
    """Give what a nogood leads to, and the versions of it that it leaves."""
    variable, kept_out = nogood.terms[-1]
    return variable, variable.all & ~kept_out & ~variable.absent
