"""`mistpm uninstall`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_release
from mistpm.cli.option_groups import Allowing, Consenting, Patience, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    LimitsOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm uninstall shop --remove-unneeded")
@grouped
def uninstall(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAMES", help="The releases' names.", autocompletion=complete_release
        ),
    ],
    *,
    where: Where,
    consenting: Consenting,
    allowing: Allowing,
    patience: Patience,
    keep_going: KeepGoingOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Uninstall releases, and what was pulled in for them and nobody needs any more.

    Takes them out of mistpm.yaml too, for all its targets. What holds data is asked for apart.
    """
    from mistpm.cli.applying import Flags, apply
    from mistpm.ops.proposing import Wishes
    from mistpm.ops.settings.configuring import draft_without

    options = where.options(
        offline=offline,
        keep_going=keep_going,
        permissions=allowing.permissions,
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )

    flags = Flags(
        consenting=consenting,
        output=output,
        verbose=verbose,
    )
    apply(
        options,
        flags,
        lambda workspace: draft_without(workspace, tuple(names)),
        wishes=lambda _workspace: Wishes(
            named=frozenset(names), reason=" ".join(("uninstall", *names))
        ),
    )
