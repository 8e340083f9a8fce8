"""`mistpm plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    AdoptOption,
    DeleteNamespaceOption,
    EnvironmentOption,
    KeepGoingOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    TargetOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm plan --diff")
def plan(
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    diff: Annotated[bool, typer.Option("--diff", help="Show every change line by line.")] = False,
    adopt: AdoptOption = False,
    delete_namespace: DeleteNamespaceOption = False,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show what install would do: versions, resources, losses of data. Changes nothing."""
    from mistpm.cli.applying import Flags, apply
    from mistpm.ops.options import Options

    options = Options(
        environment=environment,
        target=target,
        offline=offline,
        locked=locked,
        keep_going=keep_going,
        adopt=adopt,
        delete_namespaces=delete_namespace,
        solve_timeout=solve_timeout,
    )
    flags = Flags(diff=diff, output=output, verbose=verbose)
    apply(options, flags, lambda workspace: workspace, only_show=True)
