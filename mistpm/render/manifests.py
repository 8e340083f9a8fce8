"""Manifests in a package's answer: read, and checked for what every Kubernetes document has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mistpm import document
from mistpm.errors import DocumentError, RenderError
from mistpm.model.resource import ResourceId
from mistpm.render.result import Result

_MOST_SHOWN = 20
_MOST_MANIFESTS = 20_000
"""Of one package; what a cluster is made of is mostly fewer."""

Document = tuple[dict[str, Any], str]
"""A manifest with where it came from: `starter/apps/gitea@1.2.0: deployment.yaml`."""


def read_manifests(result: Result, *, package: str) -> tuple[Document, ...]:
    """Give the manifests of a result: those of its files by name, then its objects, each in order.

    A file holds one document, several, or a list.  Raises `RenderError` (`invalid-manifest`) with
    every document that is none, and where there are too many; all files share the limits of a text.
    """
    problems: list[str] = []
    found: list[Document] = []
    for count, (name, place, data) in enumerate(_documents(result, package), 1):
        if count > _MOST_MANIFESTS:
            raise RenderError(
                "invalid-manifest",
                f"`{package}` made more than {_MOST_MANIFESTS:,} manifests",
                hint="this is a fault in the package, or in the inputs that it was given",
            )
        if wrong := fault(data):
            problems.append(f"{name}{place}: {wrong}")
        else:
            found.append((data, f"{package}: {name}"))
    if problems:
        number = (
            "a document that is" if len(problems) == 1 else f"{len(problems)} documents that are"
        )
        raise RenderError(
            "invalid-manifest",
            f"`{package}` made {number} no Kubernetes manifest",
            context=(*problems[:_MOST_SHOWN], *_more(len(problems) - _MOST_SHOWN)),
            hint="this is a fault in the package, or in the inputs that it was given",
        )
    return tuple(found)


def _more(count: int) -> tuple[str, ...]:
    return (f"and {count} more",) if count > 0 else ()


def identify(data: dict[str, Any]) -> ResourceId:
    """Give the identity of a manifest that has been checked."""
    metadata = data["metadata"]
    return ResourceId(
        group=group_of(data["apiVersion"]),
        kind=data["kind"],
        namespace=metadata.get("namespace") or "",
        name=metadata["name"],
    )


def group_of(api_version: str) -> str:
    """Give the group in `apps/v1`; the core group, whose `v1` has none, is empty."""
    return api_version.rpartition("/")[0]


def fault(data: dict[str, Any]) -> str:
    """Say what a document lacks to be a manifest; nothing when it is one."""
    for key in ("apiVersion", "kind"):
        if key not in data:
            return f"it has no `{key}`"
        if not isinstance(data[key], str) or not data[key]:
            return f"its `{key}` is not a text"
    metadata = data.get("metadata")
    if metadata is None:
        return "it has no `metadata`"
    if not isinstance(metadata, dict):
        return "its `metadata` is not a mapping"
    if not metadata.get("name"):
        return "it has no `metadata.name`"
    for key in ("name", "namespace"):
        if not isinstance(metadata.get(key, ""), str | None):
            return f"its `metadata.{key}` is not a text: put it in quotes"
    return ""


def _documents(result: Result, package: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give every document with its file and its place in it: `web.yaml`, `, document 2`."""
    amount = document.Amount()
    for name, text in result.files.items():
        try:
            documents = document.load_manifests(text, origin=name, amount=amount)
        except DocumentError as error:
            raise RenderError(
                "invalid-manifest",
                f"`{package}` made a file that cannot be read: `{name}`",
                context=error.context[:_MOST_SHOWN],
                hint="this is a fault in the package, or in the inputs that it was given",
            ) from None
        for number, data in enumerate(documents, 1):
            yield name, f", document {number}" if len(documents) > 1 else "", data
    for number, data in enumerate(result.objects, 1):
        yield "objects", f", number {number}", data
