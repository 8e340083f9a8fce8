"""`mistpm lock`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    LimitsOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, count

app = command_app()


@app.command(epilog="Example: mistpm lock --locked   (fails when the lock is stale: for CI)")
@grouped
def lock(
    *,
    where: Where,
    kubernetes: Annotated[
        bool,
        typer.Option(
            "--kubernetes",
            help="Expand the range of Kubernetes versions anew, with those known today.",
        ),
    ] = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Solve the environment and pin it in mistpm.lock, with the fewest changes.

    A lock that still answers is left as it is, without asking any registry.
    """
    from mistpm.ops.failing import require_solved
    from mistpm.ops.locking import solve, write_lock
    from mistpm.ops.settings.configuring import require_file
    from mistpm.ops.workspace import find_document, open_workspace

    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output is Output.TEXT)
    options = where.options(
        offline=offline, locked=locked, solve_timeout=solve_timeout, limits=tuple(limits)
    )
    require_file(find_document(options))
    workspace = open_workspace(options, reporter)
    try:
        solved = solve(workspace, new_minors=kubernetes)
    finally:
        reporter.finish()
    changed = write_lock(workspace, solved.lockfile)

    def show() -> None:
        if not changed:
            releases = count(len(solved.lockfile.releases), "release")
            terminal.show(f"{workspace.lock_title} is up to date: {releases}.")
            return
        from mistpm.cli.text.proposal import show_finding, show_held_back, show_moves
        from mistpm.ops.checks.unused import unused_entries
        from mistpm.ops.views.holding import held_back

        show_moves(terminal, solved.moves)
        show_held_back(terminal, held_back(workspace, solved))
        for finding in unused_entries(workspace.document, solved):
            show_finding(terminal, finding)
        terminal.show(f"Wrote {workspace.lock_title}.")

    emit(terminal, output, solved.lockfile, show)
    require_solved(solved, keep_going=False)
