"""How a proposal looks: releases that move, resources that change, and what to mind."""

from __future__ import annotations

from mistpm.cli.terminal import Terminal, bold, coloured, count, dim, printable
from mistpm.cli.text.finding import said
from mistpm.model.change import Change, Diff
from mistpm.model.finding import Finding
from mistpm.model.minor import shown_minors
from mistpm.ops.locking import Move
from mistpm.ops.proposing import Proposal
from mistpm.ops.views.held_back import HeldBack

SIGNS = {"create": "+", "update": "~", "delete": "-", "adopt": "<", "keep": "=", "unchanged": " "}


def show_proposal(terminal: Terminal, proposal: Proposal, *, diff: bool = False) -> None:
    """Print what would happen, resource by resource; with `diff` also line by line."""
    show_moves(terminal, proposal.moves)
    show_held_back(terminal, proposal.held_back)
    changes = proposal.diff.having("create", "update", "adopt", "delete", "keep")
    if changes:
        terminal.show(bold(f"Resources in {proposal.target}"))
        is_cluster = bool(proposal.address)
        _show_changes(terminal, changes, is_cluster=is_cluster, diff=diff)
    if proposal.data:
        terminal.show(bold("Data that would be lost"))
        for change in proposal.data:
            terminal.show(f"  ! {change.resource} of {change.release}: {change.reason}")
    show_findings(terminal, proposal)
    terminal.show(summary(proposal.diff))


def show_moves(terminal: Terminal, moves: tuple[Move, ...]) -> None:
    """Print which versions come, go and move."""
    called = [move for move in moves if "@" in move.node]
    releases = [move for move in moves if move not in called]
    width = max((len(move.node) for move in releases), default=0)
    if releases:
        terminal.show(bold("Releases"))
    for move in releases:
        terminal.show(f"  {_sign(move)} {move.node.ljust(width)}  {move.package} {_versions(move)}")
    if called:
        terminal.show(bold("Called while rendering"))
    for move in called:
        terminal.show(f"  {_sign(move)} {move.package} {_versions(move)}")


def show_held_back(terminal: Terminal, held: tuple[HeldBack, ...]) -> None:
    """Print what is below its newest version, and why."""
    if not held:
        return
    terminal.show(bold("Held back"))
    for each in held:
        terminal.show(
            f"  {each.release}  {each.package} stays at {each.version}; {each.newest} exists"
        )
        for line in each.because:
            terminal.show(f"    {line}")


def show_findings(terminal: Terminal, proposal: Proposal) -> None:
    """Print findings on standard error; what is only news is no news when nothing changes.

    What is waived is shown with `-v` only.
    """
    for finding in proposal.findings:
        is_news = finding.severity != "info" or not proposal.diff.is_empty
        if terminal.verbose or (is_news and not finding.waived):
            show_finding(terminal, finding)


def show_finding(terminal: Terminal, finding: Finding) -> None:
    """Print a finding on standard error: its release, its resource, what is the matter, what to do."""
    where = ": ".join(each for each in (finding.release, str(finding.resource or "")) if each)
    if finding.error is not None:
        lines = terminal.lines(finding.error)
        terminal.finding(
            finding.severity, "\n".join((f"{where}: left out: {lines[0]}", *lines[1:]))
        )
        return
    text = f"{where}: {said(finding)}" if where else said(finding)
    if finding.minors:
        text += f", on Kubernetes {shown_minors(finding.minors)}"
    if finding.waived:
        text += f"; waived: {finding.waived}"
    hint = finding.hint.replace("\n", "; ")
    terminal.finding(finding.severity, text + (f" ({hint})" if hint else ""))


def show_messages(terminal: Terminal, proposal: Proposal, changed: set[str]) -> None:
    """Print what the packages of changed releases tell the user."""
    for release in proposal.desired.releases:
        if release.message and release.name in changed:
            terminal.show(bold(release.name))
            for line in printable(release.message).splitlines():
                terminal.show(f"  {line}")


def summary(diff: Diff) -> str:
    """Give `12 to create, 1 to change, none to delete`, or that there is nothing to do."""
    if diff.is_empty:
        there = len(diff.having("unchanged"))
        wanted = f": {count(there, 'resource')} as wanted" if there else ""
        if diff.is_unfinished:
            return f"Nothing to change{wanted}; the last run did not end well, so applying waits for it."
        return f"Nothing to do{wanted}."
    numbers = [
        (len(diff.having("create")), "to create"),
        (len(diff.having("update")), "to change"),
        (len(diff.having("adopt")), "to adopt"),
        (len(diff.having("delete")), "to delete"),
        (len(diff.having("keep")), "kept"),
        (len(diff.having("unchanged")), "unchanged"),
    ]
    return ", ".join(f"{number} {what}" for number, what in numbers if number) + "."


def change_line(change: Change, *, is_cluster: bool = False) -> str:
    """Give one line for a change: its sign, where it is, what it is, and why.

    On a cluster what it is tells where it is, so its release stands in the other place.
    """
    texts = (change.place, str(change.resource))
    if is_cluster:
        texts = (str(change.resource), change.release)
    reason = f"  {dim(change.reason)}" if change.reason else ""
    second = f"  {dim(texts[1])}" if texts[1] else ""
    return f"{coloured(SIGNS[change.action])} {texts[0]}{second}{reason}"


def _show_changes(
    terminal: Terminal, changes: tuple[Change, ...], *, is_cluster: bool, diff: bool
) -> None:
    from mistpm.diff import unified

    for change in changes:
        terminal.show(f"  {change_line(change, is_cluster=is_cluster)}")
        if diff and change.action in {"update", "create", "adopt"}:
            for line in unified(change).splitlines():
                terminal.show(f"      {coloured(line)}")


def _sign(move: Move) -> str:
    return coloured("+" if not move.before else "-" if not move.after else "~")


def _versions(move: Move) -> str:
    text = " -> ".join(each for each in (move.before, move.after) if each)
    return f"{text} (older)" if move.is_older else text
