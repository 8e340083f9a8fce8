"""An upgrade plan as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.cli.text.markdown import alert, block, code, folded, prose, table
from mistpm.cli.text.proposal import SIGNS
from mistpm.cli.upgrade_plan.words import (
    ACTIONS,
    BLOCKED,
    DISAPPEARING,
    FINDINGS,
    FIXED,
    HELD_BACK,
    LOST,
    NEXT,
    NO_RESTARTS,
    RESOURCES,
    RESTARTS,
    basis,
    ending,
    field_values,
    finding_text,
    headline,
    next_steps,
    outcome,
    owner,
    split_apis,
    step_support,
    step_title,
    tally,
    unused,
)
from mistpm.diff import unified
from mistpm.diff.fields import changed_fields
from mistpm.draw.mermaid import MOST_ARROWS, mermaid
from mistpm.model.change import Change
from mistpm.model.finding import Finding
from mistpm.ops.upgrade.plan import Contents, UpgradePlan, UpgradeStep

_SEVERITIES = {"error": "❌ error", "warning": "⚠️ warning", "info": "ℹ️ info"}  # noqa: RUF001 - that is its sign


def plan_markdown(plan: UpgradePlan, *, diff: bool = False) -> str:
    """Give a plan as Markdown, with `diff` also what changes line by line; equal plans give equal bytes."""
    return "\n".join(_lines(plan, diff=diff)).rstrip("\n") + "\n"


def _lines(plan: UpgradePlan, *, diff: bool) -> Iterator[str]:
    yield from (f"# {prose(headline(plan))}", "")
    if result := outcome(plan):
        yield from (prose(result), "")
    if plan.steps:
        yield from table(
            ("", "Step", RESOURCES, LOST, FIXED, RESTARTS),
            (_overview(number, step) for number, step in enumerate(plan.steps, start=1)),
        )
        yield ""
    yield from _findings(plan.findings)
    for number, step in enumerate(plan.steps, start=1):
        yield from (f"## {number}. {prose(step_title(step))}", "")
        yield from _step(step, diff=diff)
    yield from _held_back(plan)
    if lines := ending(plan):
        yield from (f"## {BLOCKED}", "")
        yield from (f"{prose(line)}  " for line in lines)
        yield ""
    yield from _graphs(plan)
    if lines := next_steps(plan):
        yield from (f"## {NEXT}", "")
        yield from (f"{number}. {prose(line)}" for number, line in enumerate(lines, start=1))


def _overview(number: int, step: UpgradeStep) -> tuple[str, ...]:
    contents = step.contents
    counts = (len(contents.data), len(contents.fixed), len(contents.restarts))
    cells = (f"**{each}**" if each else "none" for each in counts)
    return (str(number), prose(step_title(step), in_table=True), tally(contents), *cells)


def _step(step: UpgradeStep, *, diff: bool) -> Iterator[str]:
    if support := step_support(step):
        yield from (f"{prose(support[0].upper() + support[1:])}.", "")
    if step.moves:
        yield from table(
            ("Release", "Package", "From", "To", "Why"),
            (
                (
                    "called" if "@" in move.node else code(move.node, in_table=True),
                    code(move.package, in_table=True),
                    code(move.before, in_table=True),
                    code(move.after, in_table=True),
                    "<br>".join(
                        prose(line, in_table=True) for line in step.reasons.get(move.node, ())
                    ),
                )
                for move in step.moves
            ),
        )
        yield ""
    contents = step.contents
    yield from _alerts(contents)
    compared = f" ({basis(contents)})" if basis(contents) else ""
    yield from (f"**{RESOURCES}**: {tally(contents)}{compared}", "")
    yield from _changes(contents, diff=diff)
    for title, workloads in ((RESTARTS, contents.restarts), (NO_RESTARTS, contents.no_restarts)):
        if workloads:
            yield from (f"**{title}**", "")
            yield from (
                f"- {_owner(each.resource, each.release)}: {prose(each.how)}" for each in workloads
            )
            yield ""
    yield from _findings(contents.findings)


def _alerts(contents: Contents) -> Iterator[str]:
    if contents.data:
        losses = (
            f"- {_owner(each.resource, each.release)}: {prose(each.reason)}"
            for each in contents.data
        )
        yield from (*alert("CAUTION", (f"**{LOST}**", "", *losses)), "")
    if contents.fixed:
        told = (
            f"- {_owner(each.resource, each.release)}:"
            f" {', '.join(map(code, each.paths))}<br>{prose(each.way_out)}"
            for each in contents.fixed
        )
        yield from (*alert("WARNING", (f"**{FIXED}**", "", *told)), "")
    used, others = split_apis(contents)
    if used:
        told = (
            f"- {code(str(each.api))}: {prose(each.advice)}; used by "
            + ", ".join(
                [_owner(resource, release) for release, resource in each.users]
                + [f"{code(manager)} ({code(str(resource))})" for manager, resource in each.others]
            )
            for each in used
        )
        yield from (*alert("IMPORTANT", (f"**{DISAPPEARING}**", "", *told)), "")
    if text := unused(others):
        yield from (
            *folded(
                f"Also gone: {text}",
                (f"- {code(str(each.api))}" for each in others),
            ),
            "",
        )


def _owner(resource: object, release: str) -> str:
    return f"{code(str(resource))} of {code(release)}" if release else code(str(resource))


def _changes(contents: Contents, *, diff: bool) -> Iterator[str]:
    """Give each change: one line, under which what there is to see of it is folded away."""
    after_item = False
    for change in contents.diff.having(*ACTIONS):
        parts = [
            part
            for part in (_fields(change), block(unified(change), "diff") if diff else [])
            if part
        ]
        if parts:
            yield from ("",) if after_item else ()
            yield from (
                *folded(_title(change), [line for part in parts for line in ("", *part)][1:]),
                "",
            )
        else:
            yield f"- {prose(_title(change))}"
        after_item = not parts
    if after_item:
        yield ""


def _title(change: Change) -> str:
    reason = f": {change.reason}" if change.reason else ""
    return f"{SIGNS[change.action]} {owner(change.resource, change.release)}{reason}"


def _fields(change: Change) -> list[str]:
    if change.action not in {"update", "adopt"}:
        return []
    rows = [
        (code(field.path, in_table=True), code(field_values(field), in_table=True))
        for field in changed_fields(change)
    ]
    return table(("Field", "Change"), rows) if rows else []


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    yield from (f"**{FINDINGS}**", "")
    for finding in findings:
        yield f"- {_SEVERITIES[finding.severity]}: {prose(finding_text(finding))}"
    yield ""


def _held_back(plan: UpgradePlan) -> Iterator[str]:
    if not plan.held_back:
        return
    yield from (f"## {HELD_BACK}", "")
    yield from table(
        ("Release", "Package", "Stays at", "Newest", "Because"),
        (
            (
                code(each.release, in_table=True),
                code(each.package, in_table=True),
                code(each.version, in_table=True),
                code(each.newest, in_table=True),
                "<br>".join(prose(line, in_table=True) for line in each.because),
            )
            for each in plan.held_back
        ),
    )
    yield ""


def _graphs(plan: UpgradePlan) -> Iterator[str]:
    if plan.graphs is None or any(len(each.edges) > MOST_ARROWS for each in plan.graphs):
        return
    for title, graph in zip(("Before", "After"), plan.graphs, strict=True):
        yield from (*folded(f"{title}: what needs what", block(mermaid(graph), "mermaid")), "")
