"""What is there already and managed by somebody else: the environment's `provided:`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.document.edits import Put
from mistpm.model.kinds import kind_table
from mistpm.model.presence import Api, InvalidApiError, parse_api
from mistpm.ops.workspace import Workspace

_DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
_AGGREGATED = ("apiregistration.k8s.io", "APIService")


class ProvidedReport(Struct, frozen=True, kw_only=True):
    """What is provided, by API and by package.

    `file` is the file that was written, empty where none was; `added` and `removed` are the APIs by which
    it changed.
    """

    apis: tuple[str, ...]
    packages: dict[str, str] = {}
    file: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def provided(workspace: Workspace) -> ProvidedReport:
    """Give what the environment says."""
    said = workspace.environment.provided
    return ProvidedReport(
        apis=tuple(map(str, said.apis)),
        packages={name: str(version) for name, version in said.packages.items()},
    )


def provided_by_cluster(workspace: Workspace) -> ProvidedReport:
    """Find the APIs that a cluster serves beyond Kubernetes' own and this environment's.

    They replace those in the environment's file, where there is one; packages stay as they are.  Costs
    two requests and the inventory.  Raises `UsageError` for a directory, `TargetError`, `DocumentError`.
    """
    before = provided(workspace)
    apis = tuple(sorted(str(api) for api in _foreign(workspace)))
    file = ""
    if workspace.has_file and apis != before.apis:
        edit = Put(path=("provided", "apis"), value=list[Any](apis))
        workspace.document.edited(edit).save()
        file = workspace.document.title
    return ProvidedReport(
        apis=apis,
        packages=before.packages,
        file=file,
        added=tuple(api for api in apis if api not in before.apis),
        removed=tuple(api for api in before.apis if api not in apis),
    )


def _foreign(workspace: Workspace) -> set[Api]:
    built_in = {kind.group for kind in kind_table().kinds}
    owned = (each.resource for each in workspace.state.owned)
    ours = {(each.group, each.kind, each.name) for each in owned}
    found = set()
    for each in workspace.cluster.served():
        definition = (*_DEFINITION, f"{each.plural}.{each.group}")
        service = (*_AGGREGATED, f"{each.version}.{each.group}")
        if each.group in built_in or {definition, service} & ours:
            continue
        try:
            found.add(parse_api(f"{each.api_version}/{each.kind}"))
        except InvalidApiError:  # a name that no package could require
            continue
    return found
