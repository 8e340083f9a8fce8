"""How differences look: a unified diff that a pager colours, or data field by field."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.cli.options import Output
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, coloured, printable
from mistpm.cli.text.proposal import show_finding
from mistpm.model.change import Change, Diff
from mistpm.model.finding import Finding

DIFFERS = 1
"""The exit code for what differs, as `kubectl diff` and `diff` have it; errors have greater ones."""


def show_differences(
    terminal: Terminal, output: Output, target: str, diff: Diff, findings: Iterable[Finding] = ()
) -> None:
    """Print what differs to standard output, and nothing else; findings go to standard error."""
    changes = diff.having("create", "update", "adopt", "delete")
    for finding in findings:
        if finding.severity != "info" or terminal.verbose:
            show_finding(terminal, finding)

    def show() -> None:
        from mistpm.diff import unified

        for change in changes:
            what = f"{change.action} {change.resource}"
            head = f"{what}: {change.reason}" if change.reason else what
            terminal.show(f"# {printable(head)}")
            for line in unified(change).splitlines():
                terminal.show(coloured(printable(line)))

    emit(terminal, output, _data(target, changes), show)


def _data(target: str, changes: Iterable[Change]) -> dict[str, object]:
    from mistpm.diff.fields import changed_fields

    return {
        "target": target,
        "changes": [
            {
                "action": change.action,
                "resource": str(change.resource),
                "release": change.release,
                "reason": change.reason,
                "fields": changed_fields(change),
            }
            for change in changes
        ],
    }
