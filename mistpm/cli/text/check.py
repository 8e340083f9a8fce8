"""How the findings of a check look: by resource, each line beginning with where it is."""

from __future__ import annotations

from itertools import groupby

import typer

from mistpm.cli.terminal import Terminal, bold, count, dim, printable
from mistpm.cli.text.finding import said
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, shown_minors
from mistpm.ops.checks.checking import CheckReport

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_PLURALS = {"error": "errors", "warning": "warnings", "info": "info"}


_MANY = 10
_SHOWN = 3


def show_check(terminal: Terminal, report: CheckReport) -> None:
    """Print findings below what they are about, and a line that sums them up.

    Waived ones, and all of many that say the same of other resources, are shown with `-v` only.
    """
    findings = [each for each in report.findings if terminal.verbose or not each.waived]
    shown, more = (findings, {}) if terminal.verbose else _first_ones(findings)
    for about, group in groupby(shown, key=_about):
        if about:
            terminal.show(bold(printable(about)))
        indent = "  " if about else ""
        for finding in group:
            _show(terminal, finding, report.minors, indent=indent)
            if number := more.get(finding):
                terminal.show(dim(f"{indent}    and {number:,} more like it; -v shows them"))
    if shown:
        terminal.show()
    terminal.show(summary(report))


def summary(report: CheckReport) -> str:
    """Give `Checked 12 resources in 3 files for Kubernetes 1.31 to 1.33: 2 errors, 1 warning.`."""
    counted = [each for each in report.findings if not each.waived]
    numbers = [
        count(sum(each.severity == severity for each in counted), severity, plural)
        for severity, plural in _PLURALS.items()
        if any(each.severity == severity for each in counted)
    ]
    if waived := len(report.findings) - len(counted):
        numbers.append(f"{waived} waived")
    what = report.source
    if report.resources is not None:
        files = f" in {count(report.files, 'file')}" if report.files else ""
        source = f" of {report.source}" if report.source else ""
        what = f"{count(report.resources, 'resource')}{files}{source}"
    minors = f" for Kubernetes {shown_minors(report.minors)}" if report.minors else ""
    found = ", ".join(numbers) or "nothing found"
    return f"Checked {what}{minors}: {found}."


def _first_ones(findings: list[Finding]) -> tuple[list[Finding], dict[Finding, int]]:
    """Leave out most of those that many resources share; gives behind which ones how many are missing."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        key = (each.severity, each.code, each.message, each.hint, each.path, each.minors)
        alike.setdefault(key, []).append(each)
    many = [group for group in alike.values() if len(group) > _MANY]
    left_out = {each for group in many for each in group[_SHOWN:]}
    more = {group[_SHOWN - 1]: len(group) - _SHOWN for group in many}
    return [each for each in findings if each not in left_out], more


def _about(finding: Finding) -> str:
    resource = str(finding.resource or "")
    if finding.resource is not None and not finding.resource.name:
        resource = f"{resource.strip()} without a name"
    return ": ".join(each for each in (finding.release, resource) if each)


def _show(terminal: Terminal, finding: Finding, minors: tuple[Minor, ...], *, indent: str) -> None:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    where = f"{printable(place)}: " if place else ""
    severity = typer.style(finding.severity, fg=_COLOURS[finding.severity], bold=True)
    terminal.show(
        f"{indent}{where}{severity}: {printable(said(finding))} {dim(f'[{finding.code}]')}"
    )
    if finding.minors and finding.minors != minors:
        terminal.show(dim(f"{indent}    Kubernetes {shown_minors(finding.minors)}"))
    if finding.hint:
        for line in printable(finding.hint).split("\n"):
            terminal.show(f"{indent}    {typer.style('hint', fg='cyan')}: {line}")
    if finding.waived:
        terminal.show(dim(f"{indent}    waived: {printable(finding.waived)}"))
