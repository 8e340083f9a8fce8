"""A report as text: a line for each case, the totals below."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.resolve.outcome import Outcome, Report

_HEAD = (
    f"{'case':50} {'verdict':7} {'total':>9} {'encode':>8} {'solve':>8} {'build':>8} {'explain':>8}"
    f" {'calls':>6}  answer"
)


def table(report: Report, *, details: bool = False) -> Iterator[str]:
    """Give the lines; `details` adds every solution and every cause."""
    yield _HEAD
    for case in report.cases:
        yield _line(case)
        yield from _details(case) if details else ()
    summary, ms = report.summary, report.summary.ms
    yield ""
    yield (
        f"{summary.cases} cases: {summary.sat} sat, {summary.unsat} unsat, {summary.budget} budget;"
        f" total in ms: p50 {ms.p50:.2f}, p90 {ms.p90:.2f}, max {ms.max:.2f}"
    )


def _line(case: Outcome) -> str:
    ms = case.ms
    return (
        f"{case.name:50} {case.verdict:7} {ms.total:9.2f} {ms.encode:8.2f} {ms.solve:8.2f}"
        f" {ms.build:8.2f} {ms.explain:8.2f} {case.sat_calls:6}  {_answer(case)}"
    )


def _answer(case: Outcome) -> str:
    if case.verdict == "sat":
        return f"{len(case.solution)} packages"
    if case.verdict == "unsat":
        return f"{len(case.causes)} causes" + ("" if case.minimal else ", perhaps not minimal")
    return "not decided in time"


def _details(case: Outcome) -> Iterator[str]:
    for package, version in case.solution.items():
        yield f"    {package} {version}"
    for cause in case.causes:
        yield f"    {_told(cause)}"


def _told(cause: dict[str, str]) -> str:
    if "root" in cause:
        return f"{cause['root']} is asked for at {cause['range']}"
    if "kubernetes" in cause:
        return f"{cause['package']} needs Kubernetes {cause['kubernetes']}"
    return f"{cause['package']} requires {cause['requires']} {cause['range']}"
