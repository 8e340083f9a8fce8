"""Yoke's stages, carried as an order within a release: `specs/host-abi.md`, "Commands"."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from mistpm import document
from mistpm.errors import DocumentError, RenderError
from mistpm.model.ranks import rank
from mistpm.model.resource import ResourceId
from mistpm.render.manifests import fault, identify

_LIST_OF_LISTS = re.compile(r"\s*(\[\s*\[|-\s+[-\[])")
AFTER: Final = "mistpm.dev/after"
MOST_ORDERED: Final = 1_000_000
"""How many pairs of manifests in different stages there may be: each may have to be written down."""

Manifests = Sequence[dict[str, Any]]


def with_order(text: str, *, origin: str, package: str) -> str:
    """Give a list of several lists as one list, whose manifests say by annotation what they come after.

    Each comes after what the stage before has of its own rank or a lower one; what ranks higher comes later
    anyway, and the other way round would be a circle.  Any other text is given back as it is, also one that
    cannot be read: whoever reads the manifests tells why.  Raises `RenderError` (`invalid-output`) for stages
    that are too large to be ordered.
    """
    if not _LIST_OF_LISTS.match(text):
        return text
    try:
        stages = _stages(text, origin)
    except DocumentError:
        return text
    if len(stages) < 2 or any(fault(data) for stage in stages for data in stage):
        return text
    _check_pairs(stages, package)
    named = Counter(_name(identify(data)) for stage in stages for data in stage)
    for number, stage in enumerate(stages):
        for data in stage:
            own = identify(data)
            before = _before(own, stages[:number])
            names = [_name(each, exactly=named[_name(each)] > 1) for each in before]
            _annotate(data, names)
    return json.dumps([data for stage in stages for data in stage], ensure_ascii=False)


def _check_pairs(stages: list[Manifests], package: str) -> None:
    pairs = before = 0
    for stage in stages:
        pairs += before * len(stage)
        before += len(stage)
    if pairs > MOST_ORDERED:
        raise RenderError(
            "invalid-output",
            f"what `{package}` answered cannot be used",
            context=(
                f"its {len(stages):,} stages hold {before:,} manifests, too many to be ordered",
            ),
            hint="it can answer one list: what has to wait is known by its kind",
        )


def _stages(text: str, origin: str) -> list[Manifests]:
    """Give the stages that have manifests; none where the text is something else."""
    found = document.load_documents(text, origin=origin)
    if len(found) != 1 or not isinstance(found[0], list):
        return []
    if not all(isinstance(stage, list) for stage in found[0]):
        return []
    read = (document.load_manifests(json.dumps(stage), origin=origin) for stage in found[0])
    return [stage for stage in read if stage]


def _before(own: ResourceId, stages: list[Manifests]) -> list[ResourceId]:
    """Give what an object waits for: what may come before it in the nearest stage that has any."""
    for stage in reversed(stages):
        above = [each for each in map(identify, stage) if rank(each) <= rank(own) and each != own]
        if above:
            return above
    return []


def _name(resource: ResourceId, *, exactly: bool = False) -> str:
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    if exactly and resource.namespace:
        return f"{kind}/{resource.namespace}/{resource.name}"
    return f"{kind}/{resource.name}"


def _annotate(data: dict[str, Any], names: list[str]) -> None:
    """Add to what a manifest says itself; one whose annotations are none is left as it is."""
    annotations = data["metadata"].get("annotations") or {}
    if names and isinstance(annotations, dict):
        said = filter(None, map(str.strip, str(annotations.get(AFTER, "")).split(",")))
        joined = ", ".join(dict.fromkeys((*said, *names)))
        data["metadata"]["annotations"] = {**annotations, AFTER: joined}
