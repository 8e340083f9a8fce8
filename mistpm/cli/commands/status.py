"""`mistpm status`."""

from __future__ import annotations

from mistpm.cli.command_app import command_app
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    EnvironmentOption,
    LockedOption,
    OfflineOption,
    Output,
    OutputOption,
    SolveTimeoutOption,
    TargetOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.session import emit
from mistpm.cli.terminal import Terminal, dim

app = command_app()


@app.command(epilog="Example: mistpm status --output json")
def status(
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Show whether the target is as the environment wants it, release by release."""
    from mistpm.ops.options import Options
    from mistpm.ops.status import status as tell
    from mistpm.ops.workspace import open_workspace

    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal)
    options = Options(
        environment=environment,
        target=target,
        locked=locked,
        offline=offline,
        solve_timeout=solve_timeout,
    )
    try:
        report = tell(open_workspace(options, reporter))
    finally:
        reporter.finish()

    def show() -> None:
        rows = [
            (each.release, each.package, each.version, each.applied or "-", each.state)
            for each in report.releases
        ]
        terminal.show(f"Environment {report.environment} in {report.target}")
        terminal.table(("RELEASE", "PACKAGE", "LOCKED", "APPLIED", "STATE"), rows)
        for each in report.releases:
            if each.state == "differs" or verbose:
                for line in each.differences:
                    terminal.show(dim(f"  {each.release}: {line}"))
        if not report.is_current:
            terminal.show("`mistpm plan` shows what differs, `mistpm install` mends it.")

    emit(terminal, output, report, show)
