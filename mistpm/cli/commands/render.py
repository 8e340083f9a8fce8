"""`mistpm render`."""

from __future__ import annotations

from typing import Annotated

import typer

from mistpm.cli.command_app import command_app
from mistpm.cli.completion.completing import complete_form, complete_release
from mistpm.cli.option_groups import Where, grouped
from mistpm.cli.options import (
    SOLVE_TIMEOUT,
    BindOption,
    InputsOption,
    KeepGoingOption,
    LimitsOption,
    LockedOption,
    NamespaceOption,
    OfflineOption,
    PackageOption,
    RegistryOption,
    SetOption,
    SolveTimeoutOption,
    VerboseOption,
)
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.terminal import Terminal

app = command_app()


@app.command(epilog="Example: mistpm render shop -p starter/apps/gitea -o dir=./out")
@grouped
def render(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Releases of the environment, or with -p the name to render the package under.",
            autocompletion=complete_release,
        ),
    ] = None,
    package: PackageOption = "",
    settings: SetOption = [],
    inputs: InputsOption = None,
    namespace: NamespaceOption = "",
    bind: BindOption = [],
    registry: RegistryOption = "",
    *,
    where: Where,
    keep_going: KeepGoingOption = False,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    solve_timeout: SolveTimeoutOption = SOLVE_TIMEOUT,
    limits: LimitsOption = [],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="yaml|json|raw|dir=PATH",
            help="A YAML stream, a JSON list, the files as the package gave them, or a folder.",
            autocompletion=complete_form,
        ),
    ] = "yaml",
    verbose: VerboseOption = 0,
) -> None:
    """Render manifests to standard output or a folder; nothing is applied, no lock is written.

    Only manifests go to standard output. Secrets are placeholders.
    """
    from mistpm.cli.manifest_output import parse_form, write_manifests
    from mistpm.cli.text.proposal import show_finding
    from mistpm.errors import UsageError
    from mistpm.ops.packages.package_argument import is_path
    from mistpm.ops.packages.rendering_one import (
        render_environment,
        render_package,
        require_rendered,
    )
    from mistpm.ops.settings.adding import Addition

    form = parse_form(output)
    terminal = Terminal(verbose=verbose)
    reporter = TerminalReporter(terminal, tells=output != "json")
    options = where.options(
        offline=offline,
        locked=locked and not package,
        keep_going=keep_going,
        solve_timeout=solve_timeout,
        limits=tuple(limits),
    )
    named = tuple(names or ())
    if not package and (settings or inputs or namespace or bind):
        raise UsageError(
            "no-package",
            "inputs, a namespace and bindings are for a package, and no package is given",
            hint="write `mistpm render NAME -p PACKAGE`; the releases of an environment have theirs in mistpm.yaml",
        )
    if registry and not is_path(package):
        raise UsageError(
            "registry-unused",
            "`--registry` is for a package that is given by its path",
            hint="a package of a registry is written REGISTRY/GROUP/NAME",
        )
    if package and len(named) != 1:
        raise UsageError(
            "one-name",
            "`mistpm render` with -p takes exactly one name",
            hint=f"mistpm render NAME -p {package}",
        )
    try:
        if package:
            registry_name, is_new, _ = registry.partition("=")
            addition = Addition(
                name=named[0],
                package=package,
                namespace=namespace,
                inputs_file=inputs,
                settings=tuple(settings),
                bindings=tuple(bind),
                registries=(registry,) if is_new else (),
            )
            report = render_package(options, addition, reporter, registry=registry_name)
        else:
            report = render_environment(options, named, reporter)
    finally:
        reporter.finish()
    for finding in report.findings:
        if finding.severity != "info" or verbose:
            show_finding(terminal, finding)
    write_manifests(terminal, report.releases, form)
    require_rendered(report)
