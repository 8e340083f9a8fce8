"""`mistpm uninstall`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completing import complete_release
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    DeleteDataOption,
    DeleteNamespaceOption,
    EnvironmentOption,
    KeepGoingOption,
    OfflineOption,
    Output,
    OutputOption,
    RemoveUnneededOption,
    SolveTimeoutOption,
    TargetOption,
    VerboseOption,
    YesOption,
)

app = command_app()


@app.command(epilog="Example: mistpm uninstall shop --remove-unneeded")
def uninstall(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES", help="The releases' names.", autocompletion=complete_release
        ),
    ],
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    yes: YesOption = False,
    remove_unneeded: RemoveUnneededOption = False,
    delete_data: DeleteDataOption = False,
    delete_namespace: DeleteNamespaceOption = False,
    keep_going: KeepGoingOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Uninstall releases, and what was pulled in for them and nobody needs any more.

    Takes them out of mistpm.yaml too. What holds data is asked for apart.
    """
    from mistpm.cli.applying import Flags, apply
    from mistpm.ops.configuring import draft_without
    from mistpm.ops.options import Options
    from mistpm.ops.proposing import Wishes

    options = Options(
        environment=environment,
        target=target,
        offline=offline,
        keep_going=keep_going,
        delete_namespaces=delete_namespace,
        solve_timeout=solve_timeout,
    )

    flags = Flags(
        yes=yes,
        remove_unneeded=remove_unneeded,
        delete_data=delete_data,
        output=output,
        verbose=verbose,
    )
    apply(
        options,
        flags,
        lambda workspace: draft_without(workspace, tuple(names)),
        wishes=lambda _workspace: Wishes(named=frozenset(names)),
    )
