"""Why something is there, and at this version."""

from __future__ import annotations

import pytest
from made_locks import DIAMOND_LOCK, lock_of_edges, pinned, seen
from msgspec.structs import replace

from mistpm import document
from mistpm.errors import UsageError
from mistpm.model.environment import Environment
from mistpm.model.lockfile import LockedFailure, Lockfile
from mistpm.ops.views.glance import Glance
from mistpm.ops.views.why import MOST_PATHS, Bound, Reason, why


def reasons(lockfile: Lockfile, name: str) -> tuple[Reason, ...]:
    """Give the reasons for a name."""
    return why(seen(lockfile), name).reasons


def paths(lockfile: Lockfile, name: str) -> list[str]:
    """Give the paths that lead to a node, as `a -> b -> goal`."""
    [reason] = reasons(lockfile, name)
    return [" -> ".join([*(hop.node for hop in path), name]) for path in reason.paths]


def test_all_paths_are_told_the_shortest_first() -> None:
    """Over both sides of a diamond, and from every release that was asked for."""
    diamond = lock_of_edges(a="* b c", b="d", c="e", e="d", d="", x="* d")

    assert ["x -> d", "a -> b -> d", "a -> c -> e -> d"] == paths(diamond, "d")


def test_a_path_goes_on_above_a_release_that_was_asked_for() -> None:
    """Both reasons count."""
    assert ["b -> c", "a -> b -> c"] == paths(lock_of_edges(a="* b", b="* c", c=""), "c")


def test_what_nobody_asked_for_is_no_reason() -> None:
    """A release that nothing leads to explains nothing."""
    assert [] == paths(lock_of_edges(a="b", b="c", c=""), "c")


def test_circles_end() -> None:
    """A path does not pass a node twice, nor the one that it leads to; a release needs no reason."""
    circle = lock_of_edges(a="* b", b="c", c="a b")

    assert ["a -> b -> c"] == paths(circle, "c")
    assert [] == paths(circle, "a")
    assert ["a -> a"] != paths(lock_of_edges(a="* a"), "a")


def test_a_reason_says_how_each_step_is_needed() -> None:
    """Its alias, whether it is called, and the range."""
    [reason] = reasons(DIAMOND_LOCK, "starter/lib/log")

    assert ("starter/lib/log@1", "called", "starter/lib/log", "1.0.0", 0) == (
        reason.node,
        reason.kind,
        reason.package,
        reason.version,
        reason.more_paths,
    )
    assert [
        ["shop left install ^1", "left log call"],
        ["shop left install ^1", "left db install ^1", "db log call"],
        ["shop right install", "right db install", "db log call"],
    ] == [
        [f"{hop.node} {hop.alias} {hop.use} {hop.range}".removesuffix("*").rstrip() for hop in path]
        for path in reason.paths
    ]


def test_every_node_of_a_package_has_its_reasons() -> None:
    """A package may be asked for and called as well."""
    assert [("alone", "asked"), ("starter/lib/text@1", "called")] == [
        (reason.node, reason.kind) for reason in reasons(DIAMOND_LOCK, "lib/text")
    ]


@pytest.mark.parametrize(
    ("name", "met_by", "needing"),
    [
        ("v1/Pod", ("Kubernetes itself",), ["shop"]),
        ("K", ("nobody; it is optional",), ["shop", "right"]),
    ],
)
def test_an_api_has_reasons(name: str, met_by: tuple[str, ...], needing: list[str]) -> None:
    """Who requires it, and who meets it."""
    [reason] = reasons(DIAMOND_LOCK, name)

    assert ("api", met_by, [needing]) == (
        reason.kind,
        reason.met_by,
        [[hop.node for hop in path] for path in reason.paths],
    )


def test_what_bounds_a_version_is_told() -> None:
    """The file's range, a setting, and everybody else's; who takes any version bounds nothing."""
    text = """
        {apiVersion: mistpm.dev/v1, kind: Environment, name: e, id: e,
         settings: {mine/g/c: {version: ">=1 <3"}},
         releases: {a: {package: mine/g/a}, b: {package: mine/g/b, version: "^1.0"}}}
    """
    environment = document.read(text, Environment, file="", reference="invalid-environment")
    lockfile = lock_of_edges(a="* b c", b="* c", c="")
    look = Glance(file="mistpm.yaml", lockfile=lockfile, environment=environment)

    def bounds(name: str) -> tuple[Bound, ...]:
        [reason] = why(look, name).reasons
        return reason.bounds

    needed = Bound(by="requirement", range="^1", node="a", alias="to-b")
    assert () == bounds("a")
    assert (Bound(by="file", range="^1.0"), needed) == bounds("b")
    assert (
        Bound(by="setting", range=">=1 <3"),
        Bound(by="requirement", range="^1", node="a", alias="to-c"),
        Bound(by="requirement", range="^1", node="b", alias="to-c"),
    ) == bounds("c")


def test_what_has_no_solution_is_explained() -> None:
    """From the lock, whether it keeps an older pin or not."""
    failed = LockedFailure(releases=("x", "a"), explanation=("because",))
    lockfile = replace(lock_of_edges(a="*"), unresolved=(failed,))

    assert ((), (failed,)) == (
        why(seen(lockfile), "x").reasons,
        why(seen(lockfile), "x").unresolved,
    )
    assert (["a"], (failed,)) == (
        [reason.node for reason in why(seen(lockfile), "a").reasons],
        why(seen(lockfile), "a").unresolved,
    )
    with pytest.raises(UsageError):
        why(seen(lockfile), "y")


def test_a_wide_graph_is_not_walked_to_the_end() -> None:
    """Forty layers of three have more paths than there are atoms; the first ones are told at once."""
    layers = {
        f"n{layer}x{i}": " ".join(f"n{layer + 1}x{j}" for j in range(3))
        for layer in range(39)
        for i in range(3)
    }
    last = {f"n39x{i}": "" for i in range(3)}
    wide = lock_of_edges(root="* n0x0 n0x1 n0x2", **layers, **last)
    [reason] = reasons(wide, "n39x0")

    assert (MOST_PATHS, 3**39 - MOST_PATHS) == (len(reason.paths), reason.more_paths)
    assert {41} == {len(path) + 1 for path in reason.paths}


def test_paths_around_a_cycle_are_not_counted() -> None:
    """That there are more is told; how many, nobody can say quickly."""
    everybody = [f"n{i}" for i in range(8)]
    tangle = lock_of_edges(
        root=f"* {' '.join(everybody)}",
        **{name: " ".join(n for n in everybody if n != name) for name in everybody},
    )
    [reason] = reasons(tangle, "n0")

    assert (MOST_PATHS, None) == (len(reason.paths), reason.more_paths)


@pytest.mark.slow
def test_a_long_chain_is_walked() -> None:
    """Nothing recurses along packages."""
    releases = {f"n{i}": pinned(f"n{i}", f"n{i + 1}", requested=i == 0) for i in range(5000)}
    lockfile = replace(lock_of_edges(), releases={**releases, "n5000": pinned("n5000")})
    [reason] = reasons(lockfile, "n5000")

    assert [5000] == [len(path) for path in reason.paths]
