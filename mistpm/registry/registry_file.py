"""`registry.yaml`: what a registry says of itself."""

from __future__ import annotations

from typing import Any, Literal

from mistpm import document
from mistpm.errors import DocumentError, Problem
from mistpm.model.descriptor import Name
from mistpm.model.identity import FILE_REGISTRY
from mistpm.model.wire import Wire
from mistpm.registry.layout import REGISTRY_FILE

_REFERENCE = "invalid-registry"


class RegistryFile(Wire, frozen=True, kw_only=True):
    """The whole of `registry.yaml`.  `name` is part of every package's identity."""

    api_version: Literal["mistpm.dev/v1"] = "mistpm.dev/v1"
    kind: Literal["Registry"] = "Registry"
    name: Name
    description: str = ""


def read_registry_file(data: bytes, *, strict: bool = False) -> RegistryFile:
    """Read a `registry.yaml`; keys that a newer mistpm may know are an error only if `strict`.

    Raises `DocumentError` (`invalid-registry`) with every problem.
    """
    text = _decoded(data)
    if strict:
        found = document.read(text, RegistryFile, file=REGISTRY_FILE, reference=_REFERENCE)
    else:
        content: Any = document.load(text, file=REGISTRY_FILE)
        known = {
            key: value
            for key, value in (content.items() if isinstance(content, dict) else ())
            if key in {"name", "description"}
        }
        found = document.convert(known, RegistryFile, file=REGISTRY_FILE, reference=_REFERENCE)
    if found.name == FILE_REGISTRY:
        raise _refusal(f"`name: {FILE_REGISTRY}` is taken: packages given by their path have it")
    return found


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _refusal(f"it is not UTF-8 text: byte {error.start} is wrong") from error


def _refusal(message: str) -> DocumentError:
    problem = Problem(file=REGISTRY_FILE, message=message)
    return DocumentError(_REFERENCE, f"`{REGISTRY_FILE}` cannot be used", (problem,))
