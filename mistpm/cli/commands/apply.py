"""`mistpm apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.option_groups import Consenting, Patience, grouped
from mistpm.cli.options import (
    EnvironmentOption,
    LimitsOption,
    OfflineOption,
    Output,
    OutputOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog="Example: mistpm apply upgrade.mistplan")
@grouped
def apply(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN", help="A file that `plan --out` or `upgrade --plan --out` saved."
        ),
    ],
    diff: Annotated[bool, typer.Option("--diff", help="Show every change line by line.")] = False,
    *,
    environment: EnvironmentOption = None,
    consenting: Consenting,
    patience: Patience,
    offline: OfflineOption = False,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Apply a saved plan: exactly what it showed, or nothing.

    Where the environment, its lock, what packages render, or the target is not as it was, the plan is
    refused with the reason. The target, and what was allowed, are those that the plan was made with.
    """
    from mistpm.cli.applying import Flags
    from mistpm.cli.today import today
    from mistpm.cli.upgrading import run_saved
    from mistpm.ops.options import Options

    options = Options(
        environment=environment,
        offline=offline,
        limits=tuple(limits),
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
        today=today(),
    )
    flags = Flags(consenting=consenting, diff=diff, output=output, verbose=verbose)
    run_saved(options, flags, plan)
