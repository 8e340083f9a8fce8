"""`mistpm plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Allowing, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm plan --diff")
@grouped
def plan(
    *,
    where: Where,
    allowing: Allowing,
    diff: Annotated[bool, typer.Option("--diff", help="Show every change line by line.")] = False,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what install would do: versions, resources, losses of data. Changes nothing."""
    from mistpm.cli.applying import Flags, apply

    options = where.options(
        offline=offline,
        locked=locked,
        keep_going=keep_going,
        permissions=allowing.permissions,
        solve_timeout=solve_timeout,
    )
    flags = Flags(diff=diff, output=output, verbose=verbose)
    apply(options, flags, lambda workspace: workspace, only_show=True)
