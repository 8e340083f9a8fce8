"""An upgrade plan for a terminal: a path of numbered steps, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import typer

from mistpm.cli.terminal import Terminal, bold, coloured, dim, printable
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
    versions,
)
from mistpm.diff.fields import changed_fields
from mistpm.model.change import Change
from mistpm.model.finding import Finding
from mistpm.ops.locking import Move
from mistpm.ops.upgrade.plan import Contents, UpgradePlan, UpgradeStep

_MOST_FIELDS: Final = 6
"""Fields of a resource that are shown where nothing asks for all of what changes."""

_MOST_APIS: Final = 2
"""APIs that are named although nothing uses them."""

_FIELD_SIGNS: Final = {"add": "+", "remove": "-", "change": "~"}


def show_plan(
    terminal: Terminal, plan: UpgradePlan, *, diff: bool = False, is_running: bool = False
) -> None:
    """Print a plan; with `diff` what changes line by line, with `-v` also findings that are waived.

    `is_running` tells that the command goes on itself, so that nobody has to be told what to do.
    """
    for line in plan_lines(plan, diff=diff, is_running=is_running, verbose=bool(terminal.verbose)):
        terminal.show(line)


def plan_lines(
    plan: UpgradePlan, *, diff: bool = False, is_running: bool = False, verbose: bool = False
) -> Iterator[str]:
    """Give the lines of a plan, as `show_plan` prints them."""
    yield bold(_line(headline(plan)))
    if result := outcome(plan):
        yield _line(result)
    if lines := tuple(_findings(plan.findings, verbose=verbose)):
        yield from ("", *lines)
    for number, step in enumerate(plan.steps, start=1):
        yield ""
        yield bold(f"{number}. {step_title(step)}")
        for line in _step(step, diff=diff, verbose=verbose):
            yield f"   {line}" if line else ""
    if plan.held_back:
        yield ""
        yield bold(HELD_BACK)
    for each in plan.held_back:
        yield _line(
            f"   {each.release}  {each.package} stays at {each.version}; {each.newest} exists"
        )
        yield from (f"     {_line(line)}" for line in each.because)
    if lines := ending(plan):
        yield ""
        yield bold(BLOCKED)
        yield from (f"   {_line(line)}" for line in lines)
    if (lines := next_steps(plan)) and not is_running:
        yield ""
        yield bold(NEXT)
        yield from (f"   {number}. {_line(line)}" for number, line in enumerate(lines, start=1))


def _step(step: UpgradeStep, *, diff: bool, verbose: bool) -> Iterator[str]:
    if support := step_support(step):
        yield dim(support)
    if step.moves:
        yield from _moves(step)
    contents = step.contents
    yield from _losses(contents)
    yield from _fixed(contents)
    yield from _apis(contents, verbose=verbose)
    yield from _changes(contents, diff=diff)
    yield from _restarts(contents)
    yield from _findings(contents.findings, verbose=verbose)


def _moves(step: UpgradeStep) -> Iterator[str]:
    width = max(len(_name(move)) for move in step.moves)
    for move in step.moves:
        sign = coloured("+" if not move.before else "-" if not move.after else "~")
        yield f"{sign} {_line(_name(move).ljust(width))}  {_line(f'{move.package} {versions(move)}')}"
        for line in step.reasons.get(move.node, ()):
            yield dim(f"    {_line(line)}")


def _name(move: Move) -> str:
    """Name a release; what is called has no name but its package's."""
    return "(called)" if "@" in move.node else move.node


def _losses(contents: Contents) -> Iterator[str]:
    if contents.data:
        yield _loud(LOST)
    for change in contents.data:
        reason = f": {change.reason}" if change.reason else ""
        yield _line(f"  ! {owner(change.resource, change.release)}{reason}")


def _fixed(contents: Contents) -> Iterator[str]:
    if contents.fixed:
        yield _loud(FIXED)
    for each in contents.fixed:
        yield _line(f"  ! {owner(each.resource, each.release)}")
        yield from (_line(f"      {path}") for path in each.paths)
        yield _line(f"      {each.way_out}")


def _apis(contents: Contents, *, verbose: bool) -> Iterator[str]:
    used, others = split_apis(contents)
    if used:
        yield _loud(DISAPPEARING)
    for each in used:
        yield _line(f"  ! {each.api}: {each.advice}")
        yield from (
            _line(f"      used by {owner(resource, release)}") for release, resource in each.users
        )
        yield from (
            _line(f"      used by {manager}: {resource}") for manager, resource in each.others
        )
    if text := unused(others):
        named = others if verbose else others[:_MOST_APIS]
        names = ", ".join(str(each.api) for each in named)
        more = (
            f" and {len(others) - len(named)} more (-v names them)" if others[len(named) :] else ""
        )
        yield dim(_line(f"{'also ' if used else ''}gone: {text}: {names}{more}"))


def _changes(contents: Contents, *, diff: bool) -> Iterator[str]:
    compared = basis(contents)
    yield f"{bold(RESOURCES)}: {tally(contents)}{dim(f' ({compared})') if compared else ''}"
    for change in contents.diff.having(*ACTIONS):
        reason = f"  {dim(_line(change.reason))}" if change.reason else ""
        release = f"  {dim(_line(change.release))}" if change.release else ""
        yield f"  {coloured(SIGNS[change.action])} {_line(str(change.resource))}{release}{reason}"
        if diff:
            yield from (f"      {coloured(line)}" for line in _diff(change))
        elif change.action in {"update", "adopt"}:
            yield from (f"      {line}" for line in _fields(change))


def _diff(change: Change) -> Iterator[str]:
    from mistpm.diff import unified

    if change.action != "keep":
        yield from map(_line, unified(change).removesuffix("\n").split("\n"))


def _fields(change: Change) -> Iterator[str]:
    fields = changed_fields(change)
    for field in fields[:_MOST_FIELDS]:
        sign = coloured(_FIELD_SIGNS[field.action])
        yield f"{sign} {_line(f'{field.path}: {field_values(field)}')}"
    if len(fields) > _MOST_FIELDS:
        yield dim(f"and {len(fields) - _MOST_FIELDS} more fields (--diff shows all)")


def _restarts(contents: Contents) -> Iterator[str]:
    for title, workloads in ((RESTARTS, contents.restarts), (NO_RESTARTS, contents.no_restarts)):
        if workloads:
            yield bold(title)
        for each in workloads:
            yield _line(f"  {owner(each.resource, each.release)}: {each.how}")


def _loud(title: str) -> str:
    return typer.style(title.upper(), fg="red", bold=True)


def _findings(findings: tuple[Finding, ...], *, verbose: bool) -> Iterator[str]:
    shown = [each for each in findings if verbose or not each.waived]
    if shown:
        yield bold(FINDINGS)
    for finding in shown:
        yield f"  {_severity(finding)}: {_line(finding_text(finding))}"


def _severity(finding: Finding) -> str:
    colour = {"error": "red", "warning": "yellow"}.get(finding.severity, "cyan")
    return typer.style(finding.severity, fg=colour, bold=True)


def _line(text: str) -> str:
    """Show what others say within one line, whatever is in it."""
    return printable(text).replace("\n", " ")
