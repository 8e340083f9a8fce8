"""What solving one case gave, in the form in which it is handed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from benchmarks.resolve.universe import name_of
from mistpm.model.cause import Asked, Cause, Conflict, NeedsKubernetes, Requires

Verdict: TypeAlias = Literal["sat", "unsat", "budget"]


class Milliseconds(Struct, frozen=True, kw_only=True):
    """What a case cost; `total` has everything, the phases only their own."""

    encode: float = 0.0
    solve: float = 0.0
    build: float = 0.0
    explain: float = 0.0
    total: float = 0.0


class Outcome(Struct, frozen=True, kw_only=True):
    """A verdict with its solution or its causes; `budget` is a case that took too long.

    `causes` are as in `causes_of`; `minimal` tells that none of them can be left out.
    """

    name: str
    verdict: Verdict
    solution: dict[str, str] = {}
    causes: tuple[dict[str, str], ...] = ()
    minimal: bool = True
    ms: Milliseconds = Milliseconds()
    sat_calls: int = 0


class Spread(Struct, frozen=True, kw_only=True):
    """How milliseconds are spread over cases: nearest ranks."""

    p50: float
    p90: float
    max: float


class Summary(Struct, frozen=True, kw_only=True):
    """All cases together."""

    cases: int
    sat: int
    unsat: int
    budget: int
    ms: Spread


class Report(Struct, frozen=True, kw_only=True):
    """The cases of a run in their order, and their summary."""

    cases: tuple[Outcome, ...]
    summary: Summary


def report(outcomes: Iterable[Outcome]) -> Report:
    """Sum outcomes up."""
    cases = tuple(outcomes)
    verdicts = [case.verdict for case in cases]
    return Report(
        cases=cases,
        summary=Summary(
            cases=len(cases),
            sat=verdicts.count("sat"),
            unsat=verdicts.count("unsat"),
            budget=verdicts.count("budget"),
            ms=spread([case.ms.total for case in cases]),
        ),
    )


def spread(milliseconds: Sequence[float]) -> Spread:
    """Give the median, the 90th percentile and the maximum; zeros where there is nothing."""
    ordered = sorted(milliseconds) or [0.0]

    def rank(part: float) -> float:
        return ordered[ceil(part * len(ordered)) - 1]

    return Spread(p50=rank(0.5), p90=rank(0.9), max=ordered[-1])


def causes_of(conflict: Conflict) -> tuple[dict[str, str], ...]:
    """Give the causes of a conflict, with packages and ranges as the case has them."""
    return tuple(_cause(ground.cause) for ground in conflict.grounds)


def _cause(cause: Cause) -> dict[str, str]:
    match cause:
        case Asked(package=package, range=range_):
            return {"root": name_of(package), "range": range_}
        case Requires(dependent=dependent, package=package, range=range_):
            return {
                "package": name_of(dependent.package),
                "requires": name_of(package),
                "range": range_,
            }
        case NeedsKubernetes(package=package, range=range_):
            return {"package": name_of(package), "kubernetes": range_}
        case _:
            raise TypeError(f"cases have no {type(cause).__name__}")
