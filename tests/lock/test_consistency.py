"""Locks that are well-formed and contradict themselves."""

from __future__ import annotations

from typing import Any

import pytest
from made_locks import INQUIRY, lock_of
from msgspec.structs import replace
from small_worlds import World, asking, dependency

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


def computing(*, asked: str = INQUIRY, edges: bool = True, **requirements: str) -> Lockfile:
    """Lock an application that computed these requirements."""
    world = World().add("apps/web", "1.0.0", computed=True).add("data/store", "1.0.0")
    needs = {alias: dependency(text) for alias, text in requirements.items()}
    world.answers["web", "starter/apps/web@1.0.0"] = needs
    lock = lock_of(world, asking({"web": "apps/web"}))
    web = lock.releases["web"]
    assert web.computed is not None
    changed = replace(
        web,
        computed=replace(web.computed, asked=asked),
        dependencies=web.dependencies if edges else {},
    )
    return replace(lock, releases={**lock.releases, "web": changed})


def test_what_was_computed_stands_among_the_dependencies() -> None:
    """A merge may take one without the other."""
    assert () == contradictions(computing(store="data/store"))
    assert ("releases.web: `store` is computed in one place and not in the other",) == (
        contradictions(computing(store="data/store", edges=False))
    )
    assert ("releases.web: `x` is not a digest",) == contradictions(computing(asked="x"))
