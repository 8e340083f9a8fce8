"""The graph of a lock."""

from __future__ import annotations

import pytest
from made_locks import DIAMOND_LOCK, lock_of_edges, seen
from msgspec.structs import replace

from mistpm.errors import UsageError
from mistpm.model.graph import Graph
from mistpm.model.lockfile import LockedFailure, Lockfile
from mistpm.ops.views.graph import graph


def drawn(lockfile: Lockfile, *names: str) -> Graph:
    """Give the graph of a lock."""
    return graph(seen(lockfile), names).graph


def kinds(connected: Graph) -> dict[str, str]:
    """Give the kind of each node."""
    return {node.id: node.kind for node in connected.nodes}


def test_everything_in_the_lock_is_in_the_graph() -> None:
    """Releases, called packages, APIs and who meets them, each once and sorted."""
    assert {
        "(nobody)": "unmet",
        "a.b/v1/K": "api",
        "alone": "asked",
        "db": "pulled-in",
        "kubernetes": "kubernetes",
        "left": "pulled-in",
        "right": "pulled-in",
        "shop": "asked",
        "starter/lib/log@1": "called",
        "starter/lib/text@1": "called",
        "v1/Pod": "api",
    } == kinds(drawn(DIAMOND_LOCK))
    assert list(kinds(drawn(DIAMOND_LOCK))) == sorted(kinds(drawn(DIAMOND_LOCK)))


def test_edges_tell_who_needs_what() -> None:
    """Under which alias, in which range; an API stands between who requires it and who meets it."""
    told = [
        f"{edge.source} {edge.alias or '-'} {edge.use} {edge.target} {edge.range}".rstrip(" *")
        + (" optional" if edge.optional else "")
        for edge in drawn(DIAMOND_LOCK).edges
    ]

    assert [
        "a.b/v1/K - provides (nobody)",
        "db log call starter/lib/log@1",
        "left db install db ^1",
        "left log call starter/lib/log@1",
        "right db install db",
        "right x api a.b/v1/K optional",
        "shop left install left ^1",
        "shop pods api v1/Pod",
        "shop right install right",
        "starter/lib/log@1 text call starter/lib/text@1",
        "v1/Pod - provides kubernetes",
    ] == told


def test_a_graph_can_begin_anywhere() -> None:
    """Only what that needs is in it."""
    connected = drawn(DIAMOND_LOCK, "data/db")

    assert {"db", "starter/lib/log@1", "starter/lib/text@1"} == set(kinds(connected))
    assert ("data/db in mistpm.yaml", "mistpm.yaml") == (
        connected.title,
        drawn(DIAMOND_LOCK).title,
    )
    with pytest.raises(UsageError):
        drawn(DIAMOND_LOCK, "nowhere")


def test_what_has_no_solution_is_in_the_graph() -> None:
    """With the pin that was kept for it, or alone."""
    failed = LockedFailure(releases=("a", "x"), explanation=("because",))
    lockfile = replace(lock_of_edges(a="* b", b="", c="*"), unresolved=(failed,))
    connected = drawn(lockfile)

    assert {"a": "unresolved", "b": "pulled-in", "c": "asked", "x": "unresolved"} == kinds(
        connected
    )
    assert {"a": "1.0.0", "x": ""} == {
        node.id: node.version for node in connected.nodes if node.kind == "unresolved"
    }
    assert (failed,) == graph(seen(lockfile)).unresolved
    assert {"c"} == set(kinds(drawn(lockfile, "c")))


def test_equal_locks_give_equal_graphs() -> None:
    """The order in which a lock lists things makes no difference."""
    turned = replace(
        DIAMOND_LOCK,
        releases=dict(reversed(DIAMOND_LOCK.releases.items())),
        called=dict(reversed(DIAMOND_LOCK.called.items())),
    )

    assert drawn(DIAMOND_LOCK) == drawn(turned)
