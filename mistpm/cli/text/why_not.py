"""How the answer to "why not" looks: the explanation, or what would change and the command for it."""

from __future__ import annotations

from mistpm.cli.terminal import Terminal, bold, printable
from mistpm.cli.text.proposal import show_moves
from mistpm.ops.views.why_not import WhyNot


def show_why_not(terminal: Terminal, report: WhyNot) -> None:
    """Print why a version cannot be had, or what having it would change."""
    at = f"is at {report.current}" if report.current else "is not in the lock"
    head = f"{bold(report.node)}  {report.package} {at}"
    if not report.possible:
        terminal.show(f"{head} and cannot be at {report.version}")
        for line in report.explanation:
            terminal.show(f"  {printable(line)}")
        for hint in report.hints:
            terminal.hint(hint)
        return
    if report.current == report.version:
        terminal.show(f"{head}: nothing would change")
        return
    if not report.needed:
        terminal.show(f"{head}; at {report.version} nothing would need it")
        return
    by = f", in {len(report.steps)} steps: {', then '.join(report.steps)}" if report.steps else ""
    terminal.show(f"{head} and can be at {report.version}{by}")
    show_moves(terminal, report.moves)
    does = (
        "does the first" if by and not report.command.startswith("mistpm upgrade ") else "does it"
    )
    if report.command:
        terminal.hint(f"`{report.command}` {does}")
    elif report.edit:
        then = "install" if by else "lock"
        terminal.hint(f"`{report.edit}` in {report.environment}, then `mistpm {then}`, {does}")
    else:
        terminal.hint(_by_hand(report))


def _by_hand(report: WhyNot) -> str:
    """Say what to do where neither a command nor an entry chooses the version."""
    if "@" in report.node:
        return "the packages that call it decide: their ranges, or a newer version of them"
    return f"give `{report.node}` the file of that version in {report.environment}"
