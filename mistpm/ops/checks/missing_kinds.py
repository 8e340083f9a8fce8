"""What helps where a cluster refuses changes: packages that bring what it lacks, ways around for definitions."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.ops.checks.definition_safety import ways_out
from mistpm.ops.workspace import Workspace
from mistpm.target.cluster.comparing.refusals import ChangesRefusedError


def with_providers(workspace: Workspace, error: ChangesRefusedError) -> ChangesRefusedError:
    """Add to what a cluster refused which packages of the registries provide what is missing.

    Where a definition is refused, the way to it is added too.  Costs a look into the indexes of all
    registries, if anything is missing, and what `definition_safety` costs.
    """
    changes = error.diff.changes if error.diff else ()
    hints = [error.hint, *_providers(workspace, error), *ways_out(changes, workspace.cluster)]
    return ChangesRefusedError(
        error.reference,
        error.message,
        context=error.context,
        hint="\n".join(hint for hint in hints if hint),
        missing_apis=error.missing_apis,
        diff=error.diff,
        refusals=error.refusals,
    )


def _providers(workspace: Workspace, error: ChangesRefusedError) -> Iterator[str]:
    for api in error.missing_apis:
        packages = workspace.registries.providers(api)
        if packages:
            named = " and ".join(f"`{package}`" for package in packages)
            yield f"{named} {'provides' if len(packages) == 1 else 'provide'} `{api}`"
