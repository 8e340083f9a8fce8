"""Names of what is in a lock."""

from __future__ import annotations

import pytest
from made_locks import DIAMOND_LOCK, pinned
from msgspec.structs import replace

from mistpm.errors import UsageError
from mistpm.model.lockfile import Lockfile
from mistpm.ops.lock_graph import Named, find_named, find_nodes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop", ("shop",)),
        ("starter/lib/log@1", ("starter/lib/log@1",)),
        ("starter/data/db", ("db",)),
        ("data/db", ("db",)),
        ("log@1", ("starter/lib/log@1",)),
        ("mirror/data/db", ("db",)),
        ("lib/text", ("alone", "starter/lib/text@1")),
    ],
)
def test_nodes_are_found_by_any_name(text: str, expected: tuple[str, ...]) -> None:
    """A release, a key, a package, also under one's own name for the registry."""
    assert expected == find_nodes(DIAMOND_LOCK, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("db", Named(nodes=("db",))),
        ("starter/lib/log@1", Named(nodes=("starter/lib/log@1",))),
        ("data/db@1.0.0", Named(nodes=("db",))),
        ("lib/log@1", Named(nodes=("starter/lib/log@1",))),
        ("lib/log@1@1.0.0", Named(nodes=("starter/lib/log@1",))),
        ("lib/text@v1.0.0", Named(nodes=("alone", "starter/lib/text@1"))),
        ("data/db@1", Named(nodes=("db",))),
        ("data/db@1.0", Named(nodes=("db",))),
        ("v1/Pod", Named(apis=("v1/Pod",))),
        ("Pod", Named(apis=("v1/Pod",))),
        ("a.b/v1/K", Named(apis=("a.b/v1/K",))),
    ],
)
def test_versions_and_apis_are_names_too(text: str, expected: Named) -> None:
    """A package at a version or in a series, an API by its whole name or by its kind."""
    assert expected == find_named(DIAMOND_LOCK, text)


@pytest.mark.parametrize("text", ["lft", "lft@1.0.0"])
def test_a_name_that_means_nothing_is_told(text: str) -> None:
    """With what was perhaps meant."""
    with pytest.raises(UsageError) as caught:
        find_named(DIAMOND_LOCK, text)

    assert (
        "nothing in the lock is called `lft`\n"
        "  did you mean `left`?\n"
        "hint: `mistpm tree` shows everything that is there"
    ) == str(caught.value)


def test_another_version_is_told() -> None:
    """What is there, and where to ask why that is not another one."""
    with pytest.raises(UsageError) as caught:
        find_named(DIAMOND_LOCK, "lib/text@2.0.0")

    assert (
        "`lib/text` is not at 2.0.0\n"
        "  alone is at 1.0.0\n"
        "  starter/lib/text@1 is at 1.0.0\n"
        "hint: `mistpm why-not lib/text@2.0.0` tells why"
    ) == str(caught.value)


def test_what_a_condition_leaves_out_is_told() -> None:
    """A dependency of that name that is not needed now is perhaps what was looked for."""
    release = replace(pinned("shop", requested=True), when={"backup": False, "tls": True})
    lockfile: Lockfile = replace(DIAMOND_LOCK, releases={"shop": release}, called={})
    with pytest.raises(UsageError) as caught:
        find_nodes(lockfile, "data/backup")

    assert (
        "nothing in the lock is called `data/backup`\n"
        "  known: `shop`, `starter/g/shop`\n"
        "  `shop` would need something as `backup`, but its `when` does not hold\n"
        "hint: `mistpm tree` shows everything that is there"
    ) == str(caught.value)
