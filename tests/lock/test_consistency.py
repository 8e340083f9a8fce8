"""Locks that are well-formed and contradict themselves."""

from __future__ import annotations

from typing import Any

import pytest
from made_locks import lock_of
from msgspec.structs import replace
from small_worlds import World, asking

from mistpm.errors import LockError
from mistpm.lock.consistency import contradictions
from mistpm.lock.lockfile_document import format_lockfile, parse_lockfile
from mistpm.model.lockfile import LockedEdge, Lockfile

WORLD = (
    World()
    .add(
        "apps/shop",
        "1.0.0",
        {
            "db": "data/db",
            "cache": "call data/cache",
            "x": "optional api a.b/v1/K",
            "pod": "api v1/Pod",
        },
    )
    .add("data/db", "1.0.0")
    .add("data/cache", "1.0.0")
)
LOCK = lock_of(WORLD, asking({"shop": "apps/shop"}))


def shop(**changes: Any) -> Lockfile:
    """Change the pin of the application."""
    return replace(
        LOCK, releases={**LOCK.releases, "shop": replace(LOCK.releases["shop"], **changes)}
    )


def edge(target: str, use: Any = "install") -> dict[str, LockedEdge]:
    """Let a dependency lead somewhere."""
    return {"db": LockedEdge(use=use, requires="data/db", target=target)}


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (replace(LOCK, kubernetes=()), "kubernetes: there is no version in it"),
        (
            replace(LOCK, kubernetes=("1.33", "2")),
            "kubernetes: `2` is not a minor of Kubernetes; write one as `1.33`.",
        ),
        (shop(digest="sha256:../x"), "releases.shop: `sha256:../x` is not a digest"),
        (
            shop(dependencies=edge("store")),
            "releases.shop: `db` leads to `store`, which is not pinned",
        ),
        (
            shop(dependencies=edge("db", use="call")),
            "releases.shop: `db` leads to `db`, which is not pinned",
        ),
        (
            replace(LOCK, called={}),
            "releases.shop: `cache` leads to `starter/data/cache@1`, which is not pinned",
        ),
        (replace(LOCK, order=(("db",),)), "order: `shop` stands in it 0 times"),
        (
            replace(LOCK, order=(("db",), ("shop",), ("shop",))),
            "order: `shop` stands in it 2 times",
        ),
        (replace(LOCK, order=(("db", "x"), ("shop",))), "order: there is no release `x`"),
        (
            replace(LOCK, order=(("shop",), ("db",))),
            "order: `shop` does not stand after `db`, which it needs",
        ),
        (
            replace(LOCK, order=(("db", "shop"),)),
            "order: `shop` does not stand after `db`, which it needs",
        ),
    ],
)
def test_a_contradiction_is_told(lock: Lockfile, expected: str) -> None:
    """Each by its place, and reading such a lock is an error."""
    assert (expected,) == contradictions(lock)
    with pytest.raises(LockError) as caught:
        parse_lockfile(format_lockfile(lock).encode(), title="mistpm.lock")

    assert ("lock-corrupt", (expected,)) == (caught.value.reference, caught.value.context)


def test_an_optional_need_may_come_later() -> None:
    """It orders only where it can: `specs/plan.md#optional-edges`."""
    late = {"db": replace(LOCK.releases["shop"].dependencies["db"], optional=True)}

    assert () == contradictions(
        replace(shop(dependencies=late), order=(("shop",), ("db",)), called={})
    )


def test_a_lock_that_mistpm_made_holds_together() -> None:
    """Needs that Kubernetes meets, or nobody, lead to no pin."""
    assert () == contradictions(LOCK)
