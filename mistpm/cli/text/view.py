"""What all views on a resolution have in common: that a lock is stale, and what has no solution."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.cli.terminal import Terminal, bold, printable
from mistpm.model.lockfile import LockedFailure


def note_stale(
    terminal: Terminal, file: str, stale: Sequence[str], *, solved: bool = False
) -> None:
    """Say on standard error that the lock answers another question than the file asks.

    Views that have `solved` take the file as it is, the others the lock.
    """
    if not stale:
        return
    taken = f"`{file}` is taken as it is" if solved else "this is from the lock"
    terminal.finding("warning", f"the lock does not answer `{file}` any more; {taken}")
    for line in stale:
        terminal.say(f"  {printable(line)}")
    terminal.hint("`mistpm lock` solves it again")


def show_unresolved(
    terminal: Terminal, parts: Sequence[LockedFailure], *, explained: bool = False, how: str = ""
) -> None:
    """Print the parts that have no solution: explained, or `how` to have them explained.

    `{}` in `how` stands for a release of the part.
    """
    for part in parts:
        names = ", ".join(bold(name) for name in part.releases)
        more = f"; {how.format(part.releases[0])}" if how and not explained else ""
        terminal.show(f"{names}  cannot be resolved{more}")
        if explained:
            for line in part.explanation:
                terminal.show(f"  {printable(line)}")
            for hint in part.hints:
                terminal.hint(hint)
