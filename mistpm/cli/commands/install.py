"""`mistpm install`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completing import complete_release
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    AdoptOption,
    BindOption,
    DeleteDataOption,
    DeleteNamespaceOption,
    EnvironmentOption,
    InputsOption,
    KeepGoingOption,
    LockedOption,
    NamespaceOption,
    OfflineOption,
    Output,
    OutputOption,
    PackageOption,
    RemoveUnneededOption,
    SetOption,
    SolveTimeoutOption,
    TargetOption,
    VerboseOption,
    YesOption,
)

app = command_app()


@app.command(epilog='Example: mistpm install shop -p starter/apps/gitea:1.22.6 -s "replicas: 2"')
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
    settings: SetOption = [],  # noqa: B006 - typer copies it
    inputs: InputsOption = None,
    namespace: NamespaceOption = "",
    bind: BindOption = [],  # noqa: B006 - typer copies it
    environment: EnvironmentOption = None,
    target: TargetOption = "",
    yes: YesOption = False,
    remove_unneeded: RemoveUnneededOption = False,
    delete_data: DeleteDataOption = False,
    delete_namespace: DeleteNamespaceOption = False,
    adopt: AdoptOption = False,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    output: OutputOption = Output.TEXT,
    verbose: VerboseOption = 0,
) -> None:
    """Install the environment, or one release with everything it needs.

    Solves, writes mistpm.lock, fetches and verifies the modules, renders them, shows what changes, and
    applies it. Without a mistpm.yaml the target itself remembers what is installed.
    """
    from mistpm.cli.applying import Flags, apply
    from mistpm.errors import UsageError
    from mistpm.ops.adding import Addition, draft_release
    from mistpm.ops.options import Options
    from mistpm.ops.workspace import Workspace

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
        return workspace.drafted(draft_release(workspace, given)) if name else workspace

    flags = Flags(
        yes=yes,
        remove_unneeded=remove_unneeded,
        delete_data=delete_data,
        output=output,
        verbose=verbose,
    )
    apply(options, flags, draft, make=bool(package))
