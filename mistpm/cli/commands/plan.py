"""`mistpm plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Allowing, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    LimitsOption,
    LockedOption,
    OfflineOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.plan_output import OutOption, PlanOutput, PlanOutputOption

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
    limits: LimitsOption = [],
    out: OutOption = None,
    output: PlanOutputOption = PlanOutput.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what install would do: versions, resources, losses of data. Changes nothing.

    --out saves it, and `mistpm apply FILE` does exactly that later, or nothing.
    """
    from mistpm.cli.applying import Flags
    from mistpm.cli.planning import show_install

    options = where.options(
        offline=offline,
        locked=locked,
        keep_going=keep_going,
        permissions=allowing.permissions,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )
    show_install(options, Flags(diff=diff, verbose=verbose), output, out)
