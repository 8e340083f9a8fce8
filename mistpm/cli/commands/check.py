"""`mistpm check`."""

from __future__ import annotations

import enum
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
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.terminal import Terminal

FOUND = 1
"""The exit code where there are errors."""

app = command_app()


class Form(enum.StrEnum):
    """Forms in which findings are printed."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"
    SARIF = "sarif"


class Worst(enum.StrEnum):
    """From which severity on findings make the exit code."""

    ERROR = "error"
    WARNING = "warning"


@app.command(epilog="Example: mistpm check -f ./deploy --kubernetes 1.31,1.33")
@grouped
def check(
    named: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="The same as -f FILE.")
    ] = None,
    files: Annotated[
        list[str],
        typer.Option(
            "--file",
            "-f",
            metavar="FILE|DIR|-",
            help="Check these manifests instead of the environment; - reads standard input.",
        ),
    ] = [],
    kubernetes: Annotated[
        list[str],
        typer.Option(
            "--kubernetes",
            "-k",
            metavar="VERSIONS",
            help='1.33, several as 1.31,1.33, or a range as ">=1.31 <1.34".'
            " Default: the environment's, else the newest known.",
        ),
    ] = [],
    cluster: Annotated[
        bool,
        typer.Option("--cluster", help="Check what is on a cluster, whoever put it there."),
    ] = False,
    *,
    where: Where,
    fail_on: Annotated[
        Worst,
        typer.Option("--fail-on", help=f"Which findings give the exit code {FOUND}."),
    ] = Worst.ERROR,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: Annotated[
        Form, typer.Option("--output", "-o", help="How to print findings.", show_default=True)
    ] = Form.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Check manifests against Kubernetes versions: schemas, removed APIs, everything at once.

    Of the environment, rendered for each version that it supports; of any files; or of a cluster. Changes nothing.
    """
    from mistpm.cli.finding_data import findings_data
    from mistpm.cli.session import emit
    from mistpm.cli.text.check import show_check
    from mistpm.errors import UsageError

    files = [*(named or ()), *files]
    if files and cluster:
        raise UsageError(
            "two-sources",
            "-f and --cluster both say what to check",
            hint="give one of them",
        )
    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output is Form.TEXT)
    options = where.options(
        offline=offline, locked=locked, solve_timeout=solve_timeout, limits=tuple(limits)
    )
    try:
        if files:
            from mistpm.ops.checks.of_files import check_files

            report = check_files(options, files, kubernetes)
        elif cluster:
            from mistpm.ops.checks.live import check_live

            report = check_live(options, kubernetes, reporter)
        else:
            from mistpm.ops.checks.of_environment import check_environment

            report = check_environment(options, kubernetes, reporter)
    finally:
        reporter.finish()
    if output is Form.SARIF:
        from mistpm.cli.sarif import sarif

        emit(terminal, Output.JSON, sarif(report), lambda: None)
    else:
        data = {
            "kubernetes": [str(minor) for minor in report.minors],
            **({} if report.resources is None else {"resources": report.resources}),
            "findings": findings_data(report.findings),
        }
        emit(terminal, Output(output.value), data, lambda: show_check(terminal, report))
    failing = {"error"} if fail_on is Worst.ERROR else {"error", "warning"}
    if any(each.severity in failing and not each.waived for each in report.findings):
        raise typer.Exit(FOUND)
