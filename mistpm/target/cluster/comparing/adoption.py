"""Taking over objects that somebody else made: whose they were, and whose fields become ours.

What applies a whole manifest (kubectl, Helm, Mistletoe) owns its fields; were that left so, a field that a
later manifest of ours leaves out would stay for ever.  So their entries in `managedFields` are
merged into our own before the object is applied for the first time.  Source: how client-go's
`csaupgrade` does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import MANAGER, Client
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.comparing.field_sets import difference, lacking, set_of, union, without
from mistpm.target.cluster.comparing.intent import own_entry
from mistpm.target.marks import ENVIRONMENT_LABEL, INSTALL_LABEL, MANAGER_LABEL

_APPLIERS: Final = frozenset(
    {
        "before-first-apply",
        "helm",
        "kubectl",
        "kubectl-client-side-apply",
        "kubectl-create",
        "kubectl-replace",
        "mistctl",
    }
)
"""The field managers of what applies whole manifests."""

_TRIES: Final = 5
_JSON_PATCH: Final = "application/json-patch+json"


def is_applier(manager: str) -> bool:
    """Tell whether a field manager's fields become ours when an object is adopted."""
    return manager in _APPLIERS


def former_owner(data: Mapping[str, Any]) -> str:
    """Say whose an object is, as far as it tells: `Helm release `shop/web``, or who manages its fields."""
    metadata = data["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    if other := labels.get(ENVIRONMENT_LABEL):
        return f"it belongs to the environment with the id `{other}`"
    if release := annotations.get("meta.helm.sh/release-name"):
        namespace = annotations.get("meta.helm.sh/release-namespace", "")
        return f"it belongs to the Helm release `{f'{namespace}/' if namespace else ''}{release}`"
    if install := labels.get(INSTALL_LABEL):
        return f"it belongs to the Mistletoe install `{install}`"
    if manager := labels.get(MANAGER_LABEL):
        return f"it is managed by `{manager}`"
    managers = sorted(
        {
            entry["manager"]
            for entry in metadata.get("managedFields") or ()
            if entry.get("manager") and not entry.get("subresource")
        }
    )
    return f"it was made by `{'`, `'.join(managers)}`" if managers else "it is somebody else's"


def needs_migration(data: Mapping[str, Any]) -> bool:
    """Tell whether fields of an object have owners whose place we take."""
    return any(map(_is_replaced, _entries(data)))


def adopted(
    client: Client, path: str, live: Mapping[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """Give what an object will be once its fields are ours and our manifest is applied.

    `answer` is the forced dry run, in which fields that our manifest does not have are still there.
    What only the former owners had of them goes; a second dry run puts the server's defaults in their place,
    if the user may make it.  Raises `ApiError`.
    """
    fields = set_of([entry for entry in _entries(live) if _is_replaced(entry)])
    others = [entry for entry in _entries(answer) if not _is_replaced(entry)]
    rest = without(answer, difference(fields, set_of(others)))
    if rest == answer:
        return answer
    query = {"dryRun": "All", "fieldManager": MANAGER}
    for tries in reversed(range(_TRIES)):
        try:
            return dict(client.request("PUT", path, body=rest, query=query).data)
        except ApiError as error:
            if error.is_conflict and tries:  # its status changed meanwhile
                version = client.get(path)["metadata"]["resourceVersion"]
                rest = {**rest, "metadata": {**rest["metadata"], "resourceVersion": version}}
            elif error.is_forbidden or error.is_invalid or error.is_conflict:
                break
            else:
                raise
    return dict(rest)


def abandoned(
    live: Mapping[str, Any], manifest: Mapping[str, Any], *, migrates: bool
) -> dict[str, Any]:
    """Give the fields that are ours alone and that a manifest does not have any more: they go with applying it.

    Where the object `migrates`, what its former owners have counts as ours.
    """
    ours = own_entry(live["metadata"])
    entries = _entries(live)
    taken = [each for each in entries if each is ours or (migrates and _is_replaced(each))]
    others = [each for each in entries if not any(each is one for one in taken)]
    return difference(lacking(manifest, set_of(taken)), set_of(others))


def migrate(client: Client, api: ApiResource, resource: ResourceId) -> None:
    """Make the fields of former owners ours, right before the object is applied.

    Done again, or where the object is gone, it changes nothing.  Raises `ApiError`.
    """
    path = api.path(resource.namespace, resource.name)
    for rest in reversed(range(_TRIES)):
        try:
            live = client.get(path)
            if not needs_migration(live):
                return
            client.request("PATCH", path, body=migration(live), content_type=_JSON_PATCH)
        except ApiError as error:
            if error.is_not_found:
                return
            if not (error.is_conflict and rest):  # somebody wrote in between
                raise
        else:
            return


def migration(live: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the JSON patch that merges the former owners' fields into our own entry.

    It holds for this version of the object only.  Fields that were set through another version of the
    API may be named otherwise there: they lose their owner and stay.
    """
    metadata = live["metadata"]
    ours = own_entry(metadata)
    former = [entry for entry in _entries(live) if _is_replaced(entry)]
    newest = ours or max(former, key=lambda entry: str(entry.get("time", "")))
    version = newest["apiVersion"]
    fields = set_of([entry for entry in former if entry["apiVersion"] == version])
    merged = {
        **newest,
        "manager": MANAGER,
        "operation": "Apply",
        "fieldsV1": union((ours or {}).get("fieldsV1") or {}, fields),
    }
    others = [entry for entry in _entries(live) if not (_is_replaced(entry) or entry is ours)]
    return [
        {"op": "replace", "path": "/metadata/managedFields", "value": [*others, merged]},
        {
            "op": "replace",
            "path": "/metadata/resourceVersion",
            "value": metadata["resourceVersion"],
        },
    ]


def _entries(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(data["metadata"].get("managedFields") or ())


def _is_replaced(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry of `managedFields` is of somebody whose place we take."""
    return is_applier(entry.get("manager", "")) and not entry.get("subresource")
