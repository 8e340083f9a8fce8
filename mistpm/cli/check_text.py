"""How the findings of a check look: by resource, each line beginning with where it is."""

from __future__ import annotations

from itertools import groupby

import typer

from mistpm.cli.finding_text import said
from mistpm.cli.terminal import Terminal, bold, count, dim, printable
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, shown_minors
from mistpm.ops.checking import CheckReport

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_PLURALS = {"error": "errors", "warning": "warnings", "info": "info"}


def show_check(terminal: Terminal, report: CheckReport) -> None:
    """Print every finding below what it is about, and a line that sums them up; waived ones with `-v` only."""
    shown = [each for each in report.findings if terminal.verbose or not each.waived]
    for about, findings in groupby(shown, key=_about):
        if about:
            terminal.show(bold(printable(about)))
        for finding in findings:
            _show(terminal, finding, report.minors, indent="  " if about else "")
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
