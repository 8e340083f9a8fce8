"""What all views on a resolution have in common: that a lock is stale, and what has no solution."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.cli.terminal import Terminal, bold, printable
from mistpm.model.lockfile import LockedFailure


def note_stale(terminal: Terminal, file: str, stale: Sequence[str]) -> None:
    """Say on standard error that the lock answers another question than the file asks."""
    if not stale:
        return
    terminal.finding(
        "warning", f"the lock does not answer `{file}` any more; this is from the lock"
    )
    for line in stale:
        terminal.say(f"  {printable(line)}")
    terminal.hint("`mistpm lock` solves it again")


def show_unresolved(
    terminal: Terminal, parts: Sequence[LockedFailure], *, explained: bool = False
) -> None:
    """Print the parts that have no solution, with the explanation where that is the question."""
    for part in parts:
        names = ", ".join(bold(name) for name in part.releases)
        terminal.show(f"{names}  cannot be resolved")
        if explained:
            for line in part.explanation:
                terminal.show(f"  {printable(line)}")
            for hint in part.hints:
                terminal.show(f"  hint: {printable(hint)}")
        else:
            terminal.show(f"   `mistpm why {part.releases[0]}` tells why")
