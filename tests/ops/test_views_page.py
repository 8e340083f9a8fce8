"""The page about views names every key that they have as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mistpm.model.graph import Graph, GraphEdge, GraphNode
from mistpm.ops.locking import Move
from mistpm.ops.views.graph import GraphReport
from mistpm.ops.views.held_back import HeldBack
from mistpm.ops.views.outdated import Outdated, OutdatedNode
from mistpm.ops.views.paths import Hop
from mistpm.ops.views.tree import Tree, TreeLine
from mistpm.ops.views.why import Bound, Reason, Why
from mistpm.ops.views.why_not import WhyNot

PAGE = Path(__file__).parents[2] / "specs" / "views.md"
COMMON = {"environment", "stale", "unresolved"}


def keys(*kinds: Any) -> set[str]:
    """Give the keys of reports as they are printed."""
    return {field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize(
    ("view", "kinds"),
    [
        ("tree", (Tree, TreeLine)),
        ("why", (Why, Reason, Hop, Bound)),
        ("why-not", (WhyNot, Move)),
        ("outdated", (Outdated, OutdatedNode)),
        ("graph", (GraphReport, Graph, GraphNode, GraphEdge)),
    ],
)
def test_every_key_is_explained(view: str, kinds: tuple[Any, ...]) -> None:
    """Under its view, and nothing is explained that there is not."""
    row = re.search(rf"^\| `{view}` \| (`.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    told = set(re.findall(r"`([a-zA-Z]+)`", row[1]))
    wanted = keys(*kinds) - COMMON

    assert set() == wanted - told
    values = {"install", "call", "api", "asked", "called", "file", "setting", "requirement"}
    assert set() == told - wanted - values - keys(HeldBack)
