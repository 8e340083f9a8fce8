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
            goes_on = may_continue and self._before is not None and _continues(nogood, self._before)
            self._links.append(Link(cause=cause, continues=goes_on))
            self._before = nogood
            following = [n for n in self._following(nogood) if not isinstance(n.cause, Asked)]
            following.sort(key=lambda n: not _continues(n, nogood))
            stack += [(n, True) for n in reversed(following)]

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
    led_to, kept_out = before.terms[-1]
    possible = led_to.all & ~kept_out & ~led_to.absent
    return subject is led_to and not possible & ~mask
