"""How outdated releases look: a table, and under `-v` every reason in full."""

from __future__ import annotations

from mistpm.cli.same_environment import same_environment
from mistpm.cli.terminal import Terminal, bold, count, printable
from mistpm.cli.text.view import show_unresolved
from mistpm.ops.views.outdated import Outdated, OutdatedNode


def show_outdated(terminal: Terminal, report: Outdated) -> None:
    """Print what is outdated, or that nothing is."""
    if not report.outdated:
        more = "" if report.everything else " (--all looks at what they need too)"
        terminal.show(f"Nothing is outdated: {_looked_at(report)} at the newest version{more}.")
    rows = [
        (
            node.node,
            node.current + (" (yanked)" if node.yanked else ""),
            node.possible or "-",
            node.newest or "?",
            _short(node, "below" if terminal.verbose else "-v"),
        )
        for node in report.outdated
    ]
    terminal.table(("RELEASE", "CURRENT", "POSSIBLE", "NEWEST", "BECAUSE"), rows)
    if terminal.verbose:
        for node in report.outdated:
            _show_reasons(terminal, node)
    show_unresolved(
        terminal, report.unresolved, explained=bool(terminal.verbose), how="-v tells why"
    )
    if any(node.possible not in {"", node.current} for node in report.outdated):
        terminal.show(same_environment("`mistpm upgrade` moves them to what is possible."))


def _looked_at(report: Outdated) -> str:
    if report.everything:
        return count(report.looked_at, "release or called package", "releases and called packages")
    return count(
        report.looked_at, f"release of {report.environment}", f"releases of {report.environment}"
    )


def _short(node: OutdatedNode, where: str) -> str:
    """Tell in one line why a node is not newer, and `where` the rest of it is."""
    lines = [f"yanked: {node.yanked}"] if node.yanked else []
    lines += node.because
    if len(lines) > 1:
        return f"{lines[0]} (and {len(lines) - 1} more; {where})"
    return lines[0] if lines else ""


def _show_reasons(terminal: Terminal, node: OutdatedNode) -> None:
    if not node.because:
        return
    terminal.show(
        f"{bold(node.node)}  {node.package} {node.current}; {node.newest or 'nobody knows what'} exists"
    )
    for line in node.because:
        terminal.show(f"  {printable(line)}")
