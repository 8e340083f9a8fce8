"""How reasons look: what something is, the paths that lead to it as one tree, what bounds its version."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.cli.terminal import Terminal, bold, count, dim, printable
from mistpm.cli.text.tree import ARROWS, branches, requirement
from mistpm.ops.views.paths import Hop
from mistpm.ops.views.why import Bound, Reason


def show_reason(terminal: Terminal, reason: Reason, title: str) -> None:
    """Print why one thing is there; `title` is what the environment's file is called."""
    terminal.show(_head(reason, title))
    if reason.paths:
        terminal.show("  needed by")
        terminal.show("\n".join(branches(list(_rows(reason)), "    ", terminal.width)))
    elif reason.kind != "asked":
        terminal.show(f"  nothing in {title} needs it any more")
    if reason.more_paths != 0:
        terminal.show(dim(f"    and {_many(reason.more_paths)}; --paths N shows more"))
    if reason.kind != "api":
        terminal.show("  bound by" if reason.bounds else "  bound by no range")
    for bound in reason.bounds:
        terminal.show(f"    {_bound(bound, title)}")
    if reason.when:
        terminal.show("  its own conditions")
    for alias, holds in reason.when.items():
        terminal.show(f"    {alias} {'holds' if holds else 'does not hold'}")
    if reason.held is not None:
        terminal.show(f"  {reason.held.newest} exists, but")
        for line in reason.held.because:
            terminal.show(f"    {printable(line)}")


def _head(reason: Reason, title: str) -> str:
    if reason.kind == "api":
        return f"{bold(reason.node)}  an API, met by {', '.join(reason.met_by)}"
    if reason.kind == "called":
        return f"{bold(reason.package)} {reason.version}  called while others are rendered"
    name = f"{bold(reason.node)}  {reason.package} {reason.version}"
    if reason.kind == "pulled-in":
        return f"{name}  pulled in"
    range_ = f" at {reason.range}" if reason.range not in {"", "*"} else ""
    return f"{name}  asked for in {title}{range_}"


def _bound(bound: Bound, title: str) -> str:
    who = {
        "file": title,
        "setting": f"the settings in {title}",
        "requirement": f"{bound.node}, as {bound.alias}",
    }
    return f"{bound.range}  {dim(f'({who[bound.by]})')}"


def _rows(reason: Reason) -> Iterator[tuple[int, str]]:
    """Put paths together that begin alike, so that each step is told once."""
    told: list[tuple[str, str]] = []
    for path in sorted(reason.paths, key=lambda path: [(hop.node, hop.alias) for hop in path]):
        steps = [(hop.node, hop.alias) for hop in path]
        same = 0
        while same < min(len(told), len(steps) - 1) and told[same] == steps[same]:
            same += 1
        if not told or told[0][0] != path[0].node:
            yield 0, f"{bold(path[0].node)}  {path[0].package} {path[0].version}"
        for depth in range(same, len(path)):
            after = path[depth + 1] if depth + 1 < len(path) else None
            yield depth + 1, _step(path[depth], after, reason)
        told = steps


def _step(hop: Hop, after: Hop | None, reason: Reason) -> str:
    """Tell what a hop leads to: the next hop's node, or the thing in question."""
    if after is None:
        name = bold(reason.package if reason.kind == "called" else reason.node)
    else:
        called = hop.use == "call"
        name = (
            f"{bold(after.package)} {after.version}"
            if called
            else f"{bold(after.node)}  {after.package} {after.version}"
        )
    if reason.kind == "api" and after is None:
        return f"{hop.alias} {ARROWS['api']} {name}"
    return f"{hop.alias} {ARROWS[hop.use]} {name}  {requirement(hop)}"


def _many(number: int | None) -> str:
    if number is None:
        return "more paths"
    return count(number, "more path") if number < 10**6 else "more than a million others"
