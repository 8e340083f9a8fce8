"""The one writer: a conflict as *Because ... and ..., so ...* (`specs/resolve.md#words`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.cause import Asked, Cause, Conflict, Ground, Pinned
from mistpm.resolve.explain.derivation import Step
from mistpm.resolve.explain.grouping import versions_text
from mistpm.resolve.explain.nogood import Nogood, Variable
from mistpm.resolve.explain.phrases import alike, joined_words, phrase, these
from mistpm.resolve.explain.sentence import Fact, sentence
from mistpm.resolve.explain.storyline import storyline

_MOST_FACTS: Final = 40
_NOT_MINIMAL: Final = (
    "Some of this may not be part of the conflict, which is too hard to narrow down."
)


def tell(conflict: Conflict, steps: Sequence[Step], asker: Asker) -> tuple[str, ...]:
    """Tell a conflict, each of its causes once: as its derivation, or where there is none as facts."""
    lines = _Story(conflict, steps, asker).lines() if steps else _listed(conflict, asker)
    return tuple(lines) if conflict.minimal else (*lines, _NOT_MINIMAL)


def facts(grounds: Iterable[Ground], asker: Asker) -> tuple[str, ...]:
    """Tell causes one by one, a line for each."""
    return tuple(phrase(ground, asker).alone for ground in grounds)


def _listed(conflict: Conflict, asker: Asker) -> Iterator[str]:
    told = facts(conflict.grounds, asker)
    yield "These cannot all hold:"
    yield from (f"- {line}" for line in told[:_MOST_FACTS])
    if len(told) > _MOST_FACTS:
        yield f"- and {len(told) - _MOST_FACTS} more"


class _Story:
    """Tells the steps of a derivation; numbers those that are needed later than in the next one."""

    def __init__(self, conflict: Conflict, steps: Sequence[Step], asker: Asker) -> None:
        self._conflict = conflict
        self._steps = steps
        self._asker = asker
        self._grounds: Mapping[Cause, Ground] = {g.cause: g for g in conflict.grounds}
        # the conclusion tells what is asked about
        self._told: set[Cause] = {cause for cause in self._grounds if isinstance(cause, Pinned)}
        used_later = {
            premise.step
            for number, step in enumerate(steps)
            for premise in step.premises
            if premise.step is not None and premise.step != number - 1
        }
        self._numbers = {step: number for number, step in enumerate(sorted(used_later), 1)}

    def lines(self) -> Iterator[str]:
        for number, step in enumerate(self._steps):
            facts = self._facts(step)
            references = self._references(number, step)
            follows = any(premise.step == number - 1 for premise in step.premises) and number > 0
            last = number == len(self._steps) - 1
            because = references + facts
            conclusion = self._impossible() if last else _cannot(step.conclusion)
            begin = "So, because " if last else "And because "
            begin = begin if follows else "Because "
            end = f" ({self._numbers[number]})." if number in self._numbers else "."
            yield from sentence(begin if because else "So ", because, conclusion + end)

    def _references(self, number: int, step: Step) -> list[Fact]:
        """Point to the conclusions that the step rests on, other than the one just told."""
        earlier = [p.step for p in step.premises if p.step is not None and p.step != number - 1]
        words = [f"({self._numbers[each]})" for each in earlier]
        return [Fact(pieces=(f"of {joined_words(words)}",))] if words else []

    def _facts(self, step: Step) -> list[Fact]:
        """Tell the premises that were not told before; what goes on from one is told in one breath."""
        told: list[Fact] = []
        before: Cause | None = None
        given = [premise.nogood for premise in step.premises if premise.step is None]
        for link in storyline([n for n in given if n.cause not in self._told]):
            cause = link.cause
            self._told.add(cause)
            words = phrase(self._grounds[cause], self._asker)
            if link.continues and told:
                told[-1] = replace(told[-1], pieces=(*told[-1].pieces, words.following))
            else:
                asks = self._asker.asks(cause.release) if isinstance(cause, Asked) else ""
                again = bool(told and asks == told[-1].asks != "" and len(told[-1].pieces) == 1)
                text = words.following if again else words.alone
                if before is not None and alike(before, cause):
                    text = words.likewise
                told.append(Fact(pieces=(text,), asks=asks, again=again))
            before = cause
        return told

    def _impossible(self) -> str:
        """Say what all of this makes impossible."""
        causes = [ground.cause for ground in self._conflict.grounds]
        pinned = [c for c in causes if isinstance(c, Pinned)]
        if pinned:
            one = pinned[0]
            return f"{one.node} cannot be at {one.version}"
        names = [cause.release for cause in causes if isinstance(cause, Asked)]
        where = f" at {self._asker.minors}" if self._asker.minors else ""
        if len(names) == 1:
            return f"{names[0]} cannot be had{where}"
        how = "together" if len(names) == 2 else "all together"
        return f"{joined_words(names)} cannot be had {how}{where}"


def _cannot(nogood: Nogood) -> str:
    """Tell the conclusion of a step: versions that cannot be chosen, not beside each other, or alone."""
    there = [
        _versions(variable, mask) for variable, mask in nogood.terms if not mask & variable.absent
    ]
    lacking = [
        _versions(variable, variable.all & ~mask)
        for variable, mask in nogood.terms
        if mask & variable.absent
    ]
    if lacking:
        who = joined_words(there) or "it"
        return f"{who} needs {joined_words(lacking, 'or')}"
    return (
        f"{there[0]} cannot be chosen"
        if len(there) == 1
        else f"{joined_words(there)} exclude each other"
    )


def _versions(variable: Variable, mask: int) -> str:
    node = variable.node
    if node is None:
        return "what else is called"
    return these(node.dependent.title, versions_text(node.listing, mask & ~variable.absent))
