"""What checking a package that is packed found."""

from __future__ import annotations

from msgspec.structs import asdict

from mistpm.cli.finding_data import findings_data
from mistpm.cli.terminal import Terminal
from mistpm.cli.text.proposal import show_finding
from mistpm.model.minor import shown_minors
from mistpm.ops.packages.packing import PackReport
from mistpm.ops.packages.packing_check import PackCheck


def show_pack_check(terminal: Terminal, check: PackCheck) -> None:
    """Print for what it was checked, and on standard error what was found."""
    if check.minors:
        terminal.show(f"  checked for Kubernetes {shown_minors(check.minors)}")
    for line in check.unchecked:
        terminal.show(f"  not checked: {line}" if line is check.unchecked[0] else f"    {line}")
    for finding in check.findings:
        show_finding(terminal, finding)


def pack_data(report: PackReport) -> dict[str, object]:
    """Give a report as data, with findings in the form that all commands print."""
    data = asdict(report)
    if report.check is not None:
        data["check"] = {
            "kubernetes": [str(minor) for minor in report.check.minors],
            "findings": findings_data(report.check.findings),
            "unchecked": report.check.unchecked,
        }
    return data
