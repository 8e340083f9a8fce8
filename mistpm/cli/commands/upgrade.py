"""`mistpm upgrade`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completing import complete_locked
from mistpm.cli.option_groups import Allowing, Consenting, Patience, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm upgrade shop --plan --diff")
@grouped
def upgrade(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Releases or packages that may move. Default: all.",
            autocompletion=complete_locked,
        ),
    ] = None,
    show_plan: Annotated[
        bool, typer.Option("--plan", help="Only show what would move, what would not, and why.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show every change line by line.")] = False,
    *,
    where: Where,
    consenting: Consenting,
    allowing: Allowing,
    patience: Patience,
    keep_going: KeepGoingOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Move releases to the newest versions that fit together; others move only if they must.

    Shows which releases move and why not further, and which resources change, before it asks.
    """
    from mistpm.cli.applying import Flags, apply
    from mistpm.ops.upgrading import upgrade_wishes

    options = where.options(
        offline=offline,
        keep_going=keep_going,
        permissions=allowing.permissions,
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
        solve_timeout=solve_timeout,
    )
    flags = Flags(
        consenting=consenting,
        diff=diff,
        output=output,
        verbose=verbose,
    )
    apply(
        options,
        flags,
        lambda workspace: workspace,
        wishes=lambda workspace: upgrade_wishes(workspace, tuple(names or ())),
        only_show=show_plan,
    )
