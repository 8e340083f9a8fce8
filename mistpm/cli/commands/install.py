"""`mistpm install`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_release
from mistpm.cli.option_groups import Allowing, Consenting, Patience, Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    BindOption,
    InputsOption,
    KeepGoingOption,
    LimitsOption,
    LockedOption,
    NamespaceOption,
    NewRegistriesOption,
    OfflineOption,
    Output,
    OutputOption,
    PackageOption,
    SetOption,
    SolveTimeoutOption,
    VerboseOption,
)

app = command_app()


@app.command(epilog='Example: mistpm install shop -p starter/apps/gitea:1.22.6 -s "replicas: 2"')
@grouped
def install(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A release to add, with -p, or to change. Default: the whole environment.",
            autocompletion=complete_release,
        ),
    ] = "",
    package: PackageOption = "",
    settings: SetOption = [],
    inputs: InputsOption = None,
    namespace: NamespaceOption = "",
    bind: BindOption = [],
    registry: NewRegistriesOption = [],
    *,
    where: Where,
    consenting: Consenting,
    allowing: Allowing,
    patience: Patience,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Install the environment, or one release with everything it needs.

    Solves, writes mistpm.lock, fetches and verifies the modules, renders them, shows what changes, and
    applies it. Without a mistpm.yaml the target itself remembers what is installed.
    """
    from mistpm.cli.applying import Flags, apply
    from mistpm.errors import UsageError
    from mistpm.ops.proposing import Wishes
    from mistpm.ops.settings.adding import Addition, draft_release
    from mistpm.ops.settings.registries import with_registries
    from mistpm.ops.workspace import Workspace

    options = where.options(
        offline=offline,
        locked=locked,
        keep_going=keep_going,
        permissions=allowing.permissions,
        waiting=patience.waiting,
        lock_timeout=patience.lock_timeout,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )
    if not name and (package or namespace or inputs or settings or bind):
        raise UsageError(
            "no-name",
            "a package, a namespace, inputs and bindings are a release's, and no release is named",
            hint=f"write `mistpm install NAME -p {package or 'PACKAGE'}`",
        )
    given = Addition(
        name=name,
        package=package,
        namespace=namespace,
        inputs_file=inputs,
        settings=tuple(settings),
        bindings=tuple(bind),
    )

    def draft(workspace: Workspace) -> Workspace:
        registered = with_registries(workspace, registry)
        return registered.drafted(draft_release(registered, given)) if name else registered

    flags = Flags(
        consenting=consenting,
        output=output,
        verbose=verbose,
    )
    apply(
        options,
        flags,
        draft,
        wishes=lambda _workspace: Wishes(reason=f"install {name}".strip()),
        make=bool(package),
    )
