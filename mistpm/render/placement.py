"""Where placeholders of secrets end up: inside `Secret` objects and nowhere else."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mistpm.errors import RenderError
from mistpm.model.data_path import DataPath, show_path
from mistpm.model.resource import ResourceId
from mistpm.model.secrets import MARK, PLACEHOLDER, SecretInput, decoded
from mistpm.render.data_path import texts


def _in_base64(mark: str) -> tuple[str, ...]:
    """Give what base64 makes of a text at each of the three places where it can start."""
    found = []
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + mark.encode()).decode()
        whole = (before + len(mark)) * 8 // 6
        found.append(encoded[-(-before * 8 // 6) : whole])
    return tuple(found)


_TRACE = re.compile("|".join((f"(?i:{MARK})", *map(re.escape, _in_base64(MARK)))))
"""Anything that a placeholder leaves in a text: itself in any case of letters, or within base64."""


def find_secrets(
    data: dict[str, Any], resource: ResourceId, issued: Mapping[str, SecretInput]
) -> tuple[str, ...]:
    """Give the placeholders in a manifest, sorted.

    Raises `RenderError`: `secret-outside-secret` where one stands anywhere but in the values of a
    Secret's `data` (within base64) or `stringData`, `secret-unusable` where it was changed or
    packed so that no value can be put in its place.
    """
    found: set[str] = set()
    rest = data
    if resource.kind == "Secret" and not resource.group:
        plain, encoded = data.get("stringData"), data.get("data")
        rest = {**data, "stringData": _without_texts(plain), "data": _without_texts(encoded)}
        for key, value in _items(plain):
            found |= _placeholders(value, ("stringData", key), resource, issued)
        for key, value in _items(encoded):
            text = decoded(value)
            path: DataPath = ("data", key)
            if text is None and _TRACE.search(str(value)):
                raise _unusable(resource, path, "the value is not base64", "use `stringData`")
            found |= _placeholders(text, path, resource, issued)
    if _TRACE.search(msgspec.json.encode(rest).decode()):
        path = next(path for path, text in texts(rest) if _TRACE.search(text))
        raise RenderError(
            "secret-outside-secret",
            f"a secret may only be inside a Secret, and it is in `{resource}`",
            context=(f"at `{show_path(path)}`",),
            hint="the package must read it from a Secret (`secretKeyRef`, a volume): tell its author",
        )
    return tuple(sorted(found))


def _placeholders(
    text: object, path: DataPath, resource: ResourceId, issued: Mapping[str, SecretInput]
) -> set[str]:
    """Give the placeholders in one value of a Secret."""
    if not isinstance(text, str):
        return set()
    found = PLACEHOLDER.findall(text)
    if len(found) != len(_TRACE.findall(text)):
        raise _unusable(
            resource,
            path,
            "its placeholder was changed, or is within base64 once more",
            "the package must hand a secret on as it got it: tell its author",
        )
    if not issued.keys() >= set(found):
        raise _unusable(resource, path, "nothing stands behind its placeholder", "")
    return set(found)


def _items(values: Any) -> list[tuple[str, Any]]:
    return sorted(values.items()) if isinstance(values, dict) else []


def _without_texts(values: Any) -> Any:
    """Give what is left of a Secret's values to be looked through: keys, and what is no text."""
    if not isinstance(values, dict):
        return values
    return {key: None if isinstance(value, str) else value for key, value in values.items()}


def _unusable(resource: ResourceId, path: DataPath, what: str, hint: str) -> RenderError:
    return RenderError(
        "secret-unusable",
        f"a secret in `{resource}` cannot be put in: {what}",
        context=(f"at `{show_path(path)}`",),
        hint=hint,
    )
