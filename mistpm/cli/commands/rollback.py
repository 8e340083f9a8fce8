"""`mistpm rollback`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_revision
from mistpm.cli.option_groups import Allowing, Consenting, Patience, Where, grouped
from mistpm.cli.options import Output, OutputOption, VerboseOption
from mistpm.errors import MistError

if TYPE_CHECKING:
    from mistpm.cli.applying import Screen
    from mistpm.model.change import ApplyReport
    from mistpm.model.progress import Progress
    from mistpm.ops.history import Restored

app = command_app()


@app.command(epilog="Example: mistpm rollback 7")
@grouped
def rollback(
    revision: Annotated[
        int | None,
        typer.Argument(
            metavar="REVISION",
            help="Its number in `mistpm history`. Default: the last one that was applied before the current.",
            autocompletion=complete_revision,
        ),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show every change line by line.")] = False,
    *,
    where: Where,
    consenting: Consenting,
    allowing: Allowing,
    patience: Patience,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Apply an earlier revision again: the manifests that it had, exactly.

    Shows what changes and asks, as install does. mistpm.yaml and mistpm.lock become what they were then,
    unless mistpm.yaml was edited since: then it says that they differ.
    """
    from mistpm.cli.applying import Flags, Screen, perform, told
    from mistpm.ops.history import (
        Restored,
        apply_rollback,
        propose_rollback,
        restore,
        restore_begun,
    )
    from mistpm.ops.workspace import open_workspace

    options = where.options(
        permissions=allowing.permissions,
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
    )
    screen = Screen(Flags(consenting=consenting, diff=diff, output=output, verbose=verbose))
    with told(screen):
        with screen.working():
            workspace = open_workspace(options, screen.reporter)
            back = propose_rollback(workspace, revision)
        if screen.events is None:
            number, reason = back.revision.number, back.revision.reason
            screen.terminal.show(f"Back to revision {number}" + (f" ({reason})" if reason else ""))
        restored = Restored()

        def carry_out(hear: Callable[[Progress], None]) -> ApplyReport:
            nonlocal restored
            try:
                done = apply_rollback(workspace, back, hear)
            except (MistError, KeyboardInterrupt):
                _tell(screen, restore_begun(workspace, back))
                raise
            restored = restore(workspace, back)
            return done

        perform(
            screen,
            workspace,
            back.proposal,
            carry_out,
            lambda: {"written": restored.written, "differing": restored.differing},
        )
    _tell(screen, restored)


def _tell(screen: Screen, restored: Restored) -> None:
    """Tell what became of the files."""
    if restored.differing:
        screen.terminal.finding(
            "warning",
            f"`{restored.differing}` was edited since the last revision, and is left as it is:"
            " the cluster differs from it now",
        )
    elif restored.written and screen.events is None:
        were = "it was" if len(restored.written) == 1 else "they were"
        screen.terminal.show(f"Wrote {' and '.join(restored.written)} as {were} then.")
