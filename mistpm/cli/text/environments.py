"""How the environments look that a cluster remembers."""

from __future__ import annotations

from mistpm.cli.terminal import Terminal, printable
from mistpm.cli.text.status import how_it_ended
from mistpm.ops.looking import AppliedEnvironment, AppliedEnvironments

_HEADER = (
    "ENVIRONMENT",
    "RELEASE",
    "PACKAGE",
    "VERSION",
    "NAMESPACE",
    "REVISION",
    "STATUS",
    "STARTED",
    "BY",
)


def show_environments(terminal: Terminal, found: AppliedEnvironments) -> None:
    """Print a line for each release; an environment without one has a line of its own."""
    if not found.environments:
        terminal.say(f"The {found.target} remembers no environment in {found.namespace}.")
    rows = [row for each in found.environments for row in _rows(each)]
    terminal.table(_HEADER, rows)
    for each in found.environments:
        if each.problem:
            terminal.finding("warning", each.problem)


def _rows(environment: AppliedEnvironment) -> list[tuple[str, ...]]:
    revision = environment.revision
    last = ("-", "-", "-", "-")
    if revision is not None:
        ended = how_it_ended(revision, newest=True)
        last = (str(revision.number), ended, revision.started, printable(revision.by))
    if not environment.releases:
        return [(environment.environment, "-", "-", "-", "-", *last)]
    return [
        (
            environment.environment,
            each.release,
            each.package or "-",
            each.version or "-",
            ",".join(each.namespaces) or "-",
            *last,
        )
        for each in environment.releases
    ]
