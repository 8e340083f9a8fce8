"""`mistpm upgrade`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_locked
from mistpm.cli.option_groups import Allowing, Consenting, Patience, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    KeepGoingOption,
    LimitsOption,
    OfflineOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.plan_output import OutOption, PlanOutput, PlanOutputOption, report_form
from mistpm.errors import UsageError

app = command_app()


@app.command(epilog="Example: mistpm upgrade --kubernetes 1.37 --plan")
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
    kubernetes: Annotated[
        str,
        typer.Option(
            "--kubernetes",
            metavar="1.NN",
            help="Lead the environment to this Kubernetes version, step by step.",
        ),
    ] = "",
    goes_on: Annotated[
        bool, typer.Option("--continue", help="Go on with the upgrade that is under way.")
    ] = False,
    cluster_at: Annotated[
        str,
        typer.Option(
            "--cluster-at",
            metavar="1.NN",
            help="With --continue on a directory: what the cluster runs by now.",
        ),
    ] = "",
    show_plan: Annotated[
        bool, typer.Option("--plan", help="Only show what would move, what would not, and why.")
    ] = False,
    out: OutOption = None,
    allow_downgrade: Annotated[
        bool,
        typer.Option("--allow-downgrade", help="Let --kubernetes lead to an older version."),
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
    limits: LimitsOption = [],
    output: PlanOutputOption = PlanOutput.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Move releases to the newest versions that fit together, or everything to another Kubernetes version.

    Shows first which releases move and why, what does not move, and what changes with each step. With
    --kubernetes packages go first, then the cluster by one minor, and so on: mistpm does the packages'
    steps, stops where the cluster is to be upgraded, and goes on from there with --continue.
    """
    from mistpm.cli.applying import Flags
    from mistpm.cli.upgrading import run_upgrade, show_upgrade
    from mistpm.ops.upgrade.request import UpgradeRequest

    _require_one(names, kubernetes, cluster_at, goes_on=goes_on, allow_downgrade=allow_downgrade)
    options = where.options(
        offline=offline,
        keep_going=keep_going,
        permissions=allowing.permissions,
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )
    request = UpgradeRequest(
        names=tuple(names or ()),
        goal=kubernetes,
        goes_on=goes_on,
        allow_downgrade=allow_downgrade,
        cluster_at=cluster_at,
    )
    if show_plan or out is not None:
        show_upgrade(options, Flags(diff=diff, verbose=verbose), request, output, out)
        return
    flags = Flags(consenting=consenting, diff=diff, output=report_form(output), verbose=verbose)
    run_upgrade(options, flags, request)


def _require_one(
    names: list[str] | None,
    kubernetes: str,
    cluster_at: str,
    *,
    goes_on: bool,
    allow_downgrade: bool,
) -> None:
    """Raise `UsageError` for several answers to where the upgrade leads."""
    given = {"names": bool(names), "--kubernetes": bool(kubernetes), "--continue": goes_on}
    together = [word for word, is_given in given.items() if is_given]
    if len(together) > 1:
        raise UsageError(
            "two-goals",
            f"{' and '.join(together)} do not go together",
            hint="--kubernetes moves whatever has to move; `mistpm upgrade NAMES` moves packages alone",
        )
    if cluster_at and not goes_on:
        raise UsageError(
            "no-continue",
            "--cluster-at goes with --continue",
            hint="`mistpm upgrade --kubernetes 1.NN` begins at the oldest version that mistpm.yaml names",
        )
    if allow_downgrade and not kubernetes:
        raise UsageError(
            "no-downgrade",
            "--allow-downgrade goes with --kubernetes",
            hint="a release goes to an older version when its range in mistpm.yaml says so",
        )
