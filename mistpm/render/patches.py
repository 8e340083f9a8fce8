"""The user's changes to rendered manifests: the way out where an author exposed no input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mistpm.errors import RenderError
from mistpm.model.environment import Patch, Selector
from mistpm.render.manifests import Document, fault, identify


def apply_patches(
    documents: Sequence[Document], patches: Sequence[Patch], *, release: str
) -> tuple[Document, ...]:
    """Apply patches in their order, each to every manifest that its selector means.

    Raises `RenderError`: `patch-matches-nothing`, `patch-failed`, and `patch-changes-identity` for
    one that would make another resource of a manifest.
    """
    patched = list(documents)
    for number, patch in enumerate(patches, 1):
        chosen = [
            index for index, (data, _) in enumerate(patched) if patch.select.selects(identify(data))
        ]
        if not chosen:
            raise RenderError(
                "patch-matches-nothing",
                f"patch {number} of `{release}` matches none of its manifests",
                context=(f"it selects {_shown(patch.select)}",),
                hint="`mistpm render` shows what there is",
            )
        for index in chosen:
            data, origin = patched[index]
            what = f"patch {number} of `{release}`"
            patched[index] = (_patched(data, patch, what), origin)
    return tuple(patched)


def _shown(selector: Selector) -> str:
    parts = {
        "group": selector.group,
        "kind": selector.kind,
        "name": selector.name,
        "namespace": selector.namespace,
    }
    shown = ", ".join(f"{key}: {value!r}" for key, value in parts.items() if value is not None)
    return shown or "everything"


def _patched(data: dict[str, Any], patch: Patch, what: str) -> dict[str, Any]:
    before = identify(data)
    after = _with_json_patch(data, patch, what) if patch.json else _merged(data, patch.merge)
    wrong = fault(after) if isinstance(after, dict) else "it is no mapping any more"
    if wrong:
        raise RenderError(
            "patch-failed", f"{what} leaves no manifest of `{before}`", context=(wrong,)
        )
    if identify(after) != before:
        raise RenderError(
            "patch-changes-identity",
            f"{what} makes `{identify(after)}` of `{before}`",
            note="a patch changes a resource and never makes another one of it",
            hint="use the package's inputs, or the release's `namespace`",
        )
    return after  # type: ignore[no-any-return]


def _with_json_patch(data: Any, patch: Patch, what: str) -> Any:
    """Apply a JSON patch (RFC 6902), one operation after the other."""
    import jsonpatch

    before = identify(data)
    for number, operation in enumerate(patch.json, 1):
        try:
            data = jsonpatch.JsonPatch([operation]).apply(data)
        except jsonpatch.JsonPatchTestFailed:
            reason = "does not hold"
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as error:
            reason = str(error)
        else:
            continue
        shown = f"`{operation.get('op')}` at `{operation.get('path')}`"
        raise RenderError(
            "patch-failed",
            f"{what} cannot be applied to `{before}`",
            context=(f"operation {number}, {shown}: {reason}",),
            hint="the operations are those of RFC 6902: add, remove, replace, move, copy, test",
        )
    return data


def _merged(data: Any, patch: Any) -> Any:
    """Apply a merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(data) if isinstance(data, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result
