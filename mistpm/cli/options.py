"""Options that many commands share, each written once."""

from __future__ import annotations

import enum
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from mistpm.cli.completion.completing import (
    complete_context,
    complete_limit,
    complete_package,
    complete_target,
)


class Output(enum.StrEnum):
    """Forms in which a report is printed."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


EnvironmentOption = Annotated[
    Path | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="FILE",
        help="The environment's file. Default: mistpm.yaml here or in a folder above.",
    ),
]
TargetOption = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        metavar="TARGET",
        help="A name under `targets:`, or directory:PATH, or context:NAME.",
        autocompletion=complete_target,
    ),
]
ContextOption = Annotated[
    str,
    typer.Option(
        "--context",
        metavar="NAME",
        help="Short for --target context:NAME. Where nothing says, the kubeconfig's current one.",
        autocompletion=complete_context,
    ),
]
AsOption = Annotated[
    str, typer.Option("--as", metavar="USER", help="Act as that user of the cluster.")
]
StateNamespaceOption = Annotated[
    str,
    typer.Option(
        "--state-namespace",
        metavar="NAMESPACE",
        help="Where the cluster remembers the environment. Default: the file's, else mistpm-system.",
    ),
]
OutputOption = Annotated[
    Output, typer.Option("--output", "-o", help="How to print the answer.", show_default=True)
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Use only what was fetched before; ask no network.")
]

SOLVE_TIMEOUT = 30.0
"""Seconds."""


def _seconds(text: str) -> float:
    """Read a number of seconds."""
    with suppress(ValueError):
        if (seconds := float(text)) > 0:
            return seconds
    raise typer.BadParameter(f"'{text}' is not a number of seconds above 0")


SolveTimeoutOption = Annotated[
    float,
    typer.Option(
        "--solve-timeout",
        metavar="SECONDS",
        parser=_seconds,
        envvar="MISTPM_SOLVE_TIMEOUT",
        show_default=False,
        help="Give up solving after so long; asking registries does not count. Default: 30.",
    ),
]


def _limits(texts: list[str]) -> list[str]:
    """Refuse a bad limit before anything is done, also where no package would be run."""
    if texts:
        from mistpm.ops.limits import parse_limits

        parse_limits(texts)
    return texts


LimitsOption = Annotated[
    list[str],
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        callback=_limits,
        help="What packages may use up: memory=512MiB, time=2m. May be given several times;"
        " wins over MISTPM_LIMITS.",
        autocompletion=complete_limit,
    ),
]
TIMEOUT = 600.0
"""Seconds."""
LOCK_TIMEOUT = 60.0
"""Seconds."""

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")


def _duration(text: str | float) -> float:
    """Read a duration as kubectl writes it, `90s`, `5m`, `1h30m`, or a number of seconds."""
    found = _DURATION.fullmatch(str(text))
    if not text or found is None:
        raise typer.BadParameter(f"'{text}' is not a duration such as 90s, 5m or 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="DURATION",
        parser=_duration,
        show_default=False,
        help="On a cluster: give up after so long (90s, 5m). What was done stays. Default: 10m.",
    ),
]
NoWaitOption = Annotated[
    bool,
    typer.Option("--no-wait", help="On a cluster: do not wait until everything is ready."),
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        metavar="DURATION",
        parser=_duration,
        show_default=False,
        help="On a cluster: wait so long for another run on the same environment. Default: 1m.",
    ),
]
ForceConflictsOption = Annotated[
    bool,
    typer.Option(
        "--force-conflicts", help="On a cluster: take fields over that somebody else manages."
    ),
]


def _locked(context: typer.Context, value: bool) -> bool:
    """Give what the command line says of `--locked`, otherwise whether this is continuous integration.

    Services set `CI` to `true`, to `1`, or to their name.
    """
    source = context.get_parameter_source("locked")
    if source is not None and source.name == "COMMANDLINE":
        return value
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


LockedOption = Annotated[
    bool,
    typer.Option(
        "--locked/--no-locked",
        callback=_locked,
        show_default=False,
        help="Fail when mistpm.lock is missing or stale. On by default where CI is set.",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Do it without asking, losses of data apart.")
]
RemoveUnneededOption = Annotated[
    bool,
    typer.Option(
        "--remove-unneeded", help="Remove releases that nobody needs any more without asking."
    ),
]
DeleteDataOption = Annotated[
    bool,
    typer.Option(
        "--delete-data",
        help="Delete what holds data (PersistentVolumeClaims, CustomResourceDefinitions) too.",
    ),
]
DeleteNamespaceOption = Annotated[
    bool,
    typer.Option("--delete-namespace", help="Delete namespaces that mistpm made and nobody uses."),
]
AdoptOption = Annotated[
    bool,
    typer.Option("--adopt", help="Take over resources or files that mistpm did not make."),
]
KeepGoingOption = Annotated[
    bool,
    typer.Option("--keep-going", help="Go on with the releases that can be solved and rendered."),
]
VerboseOption = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, help="Tell more about what is going on."
    ),
]
PackageOption = Annotated[
    str,
    typer.Option(
        "--package",
        "-p",
        metavar="PACKAGE",
        help="REGISTRY/GROUP/NAME[:VERSION], or a path: ./x, ../x, /x or anything ending in .wasm.",
        autocompletion=complete_package,
    ),
]
RegistryOption = Annotated[
    str,
    typer.Option(
        "--registry",
        metavar="NAME[=WHERE]",
        help="With the path of a package: the registry that its own dependencies come from.",
    ),
]
NewRegistriesOption = Annotated[
    list[str],
    typer.Option(
        "--registry",
        metavar="NAME=WHERE",
        help="A registry that is not in the file yet; it is written there too.",
    ),
]
SetOption = Annotated[
    list[str],
    typer.Option(
        "--set",
        "-s",
        metavar="INPUTS",
        help='Inputs as "key: value, other: value"; null takes one away. Wins over --inputs.',
    ),
]
InputsOption = Annotated[
    Path | None,
    typer.Option(
        "--inputs",
        "-f",
        metavar="FILE",
        help="Inputs from a YAML file; - reads them from standard input.",
    ),
]
BindOption = Annotated[
    list[str],
    typer.Option(
        "--bind",
        metavar="ALIAS=RELEASE",
        help="Which release meets the dependency ALIAS. May be given several times.",
    ),
]
NamespaceOption = Annotated[
    str,
    typer.Option("--namespace", "-n", metavar="NAMESPACE", help="The namespace of the release."),
]
