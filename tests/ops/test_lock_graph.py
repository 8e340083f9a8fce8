"""Who needs what, as the lock tells."""

from __future__ import annotations

import pytest
from made_locks import lock_of
from msgspec.structs import replace
from small_worlds import World, asking

from mistpm.errors import UsageError
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.model.version import parse_version
from mistpm.ops.lock_graph import MOST_PATHS, TreeNode, find_nodes, tree, why

DIAMOND = (
    World()
    .add(
        "apps/shop", "1.0.0", {"left": "apps/left ^1", "right": "apps/right", "pods": "api v1/Pod"}
    )
    .add("apps/left", "1.0.0", {"db": "data/db ^1", "log": "call lib/log"})
    .add("apps/right", "1.0.0", {"db": "data/db", "x": "optional api a.b/v1/K"})
    .add("data/db", "1.0.0", {"log": "call lib/log"})
    .add("lib/log", "1.0.0", {"text": "call lib/text"})
    .add("lib/text", "1.0.0")
)
LOCK = lock_of(DIAMOND, asking({"shop": "apps/shop", "alone": "lib/text"}))


def lines(node: TreeNode, indent: str = "") -> list[str]:
    """Draw a tree."""
    name = node.node or f"({node.note})"
    mark = " again" if node.repeated else ""
    own = (
        f"{indent}{node.alias}: {name} {node.use}{mark}" if node.alias else f"{indent}{name}{mark}"
    )
    return [own, *(line for inner in node.dependencies for line in lines(inner, indent + "  "))]


def drawn(*names: str, lockfile: Lockfile = LOCK) -> list[str]:
    """Draw what `mistpm tree` shows."""
    return [line for root in tree(lockfile, names) for line in lines(root)]


def test_a_tree_begins_with_what_was_asked_for() -> None:
    """What comes again is not told again; what no package meets is told by whom it is met."""
    assert [
        "alone",
        "shop",
        "  left: left install",
        "    db: db install",
        "      log: starter/lib/log@1 call",
        "        text: starter/lib/text@1 call",
        "    log: starter/lib/log@1 call again",
        "  pods: (Kubernetes itself) api",
        "  right: right install",
        "    db: db install again",
        "    x: (nobody; it is optional) api",
    ] == drawn()


def test_a_tree_can_begin_anywhere() -> None:
    """At a release, or at all that a package is; each root once."""
    assert ["db", "  log: starter/lib/log@1 call", "    text: starter/lib/text@1 call"] == drawn(
        "db"
    )
    assert ["alone", "starter/lib/text@1"] == drawn("lib/text")
    assert ["db"] == drawn("db", "data/db")[:1]
    assert 3 == len(drawn("db", "data/db"))


def locked(name: str, *targets: str, requested: bool = False) -> LockedPackage:
    """Pin a package that installs others."""
    return LockedPackage(
        package=PackageId(f"starter/g/{name}"),
        version=parse_version("1.0.0"),
        digest="sha256:" + "0" * 64,
        size=1,
        requested=requested,
        dependencies={
            f"to-{target}": LockedEdge(use="install", requires=f"starter/g/{target}", target=target)
            for target in targets
        },
    )


def graph(**edges: str) -> Lockfile:
    """Make a lock of releases and what they need; `*` marks those that were asked for."""
    releases = {
        name: locked(name, *text.replace("*", "").split(), requested=text.startswith("*"))
        for name, text in edges.items()
    }
    return replace(LOCK, releases=releases, called={})


def paths(lockfile: Lockfile, name: str) -> list[str]:
    """Give the paths that lead to a node, as `a -> b -> goal`."""
    [reason] = why(lockfile, name)
    return [" -> ".join([*(hop.node for hop in path), name]) for path in reason.paths]


def test_circles_end() -> None:
    """A tree does not tell a node twice, a path does not pass one twice."""
    circle = graph(a="* b", b="c", c="a b")

    assert [
        "a",
        "  to-b: b install",
        "    to-c: c install",
        "      to-a: a install again",
        "      to-b: b install again",
    ] == drawn(lockfile=circle)
    assert ["a -> b -> c"] == paths(circle, "c")
    assert [] == paths(circle, "a")


def test_all_paths_are_told_the_shortest_first() -> None:
    """Over both sides of a diamond, and from every release that was asked for."""
    diamond = graph(a="* b c", b="d", c="e", e="d", d="", x="* d")

    assert ["x -> d", "a -> b -> d", "a -> c -> e -> d"] == paths(diamond, "d")


def test_a_path_goes_on_above_a_release_that_was_asked_for() -> None:
    """Both reasons count."""
    assert ["b -> c", "a -> b -> c"] == paths(graph(a="* b", b="* c", c=""), "c")


def test_what_nobody_asked_for_is_no_reason() -> None:
    """A release that nothing leads to explains nothing."""
    assert [] == paths(graph(a="b", b="c", c=""), "c")


def test_a_reason_says_how_each_step_is_needed() -> None:
    """Its alias, whether it is called, and the range."""
    [reason] = why(LOCK, "starter/lib/log")

    assert (
        "starter/lib/log@1",
        "starter/lib/log",
        "1.0.0",
        False,
        False,
    ) == (reason.node, reason.package, reason.version, reason.requested, reason.more_paths)
    assert [
        ["shop left install starter/apps/left ^1", "left log call starter/lib/log"],
        [
            "shop left install starter/apps/left ^1",
            "left db install starter/data/db ^1",
            "db log call starter/lib/log",
        ],
        [
            "shop right install starter/apps/right",
            "right db install starter/data/db",
            "db log call starter/lib/log",
        ],
    ] == [
        [f"{hop.node} {hop.alias} {hop.use} {hop.requires}".removesuffix(" *") for hop in path]
        for path in reason.paths
    ]


def test_every_node_of_a_package_has_its_reasons() -> None:
    """A package may be asked for and called as well."""
    assert [("alone", True), ("starter/lib/text@1", False)] == [
        (reason.node, reason.requested) for reason in why(LOCK, "lib/text")
    ]


def test_a_wide_graph_is_not_walked_to_the_end() -> None:
    """Forty layers of three have more paths than there are atoms; the first ones are told at once."""
    layers = {f"n{layer}x{i}": " ".join(f"n{layer + 1}x{j}" for j in range(3)) for layer in range(39) for i in range(3)}  # fmt: skip
    wide = graph(root="* n0x0 n0x1 n0x2", **layers, **{f"n39x{i}": "" for i in range(3)})
    [reason] = why(wide, "n39x0")

    assert (MOST_PATHS, True) == (len(reason.paths), reason.more_paths)
    assert {41} == {len(path) + 1 for path in reason.paths}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop", ("shop",)),
        ("starter/lib/log@1", ("starter/lib/log@1",)),
        ("starter/data/db", ("db",)),
        ("data/db", ("db",)),
        ("mirror/data/db", ("db",)),
        ("lib/text", ("alone", "starter/lib/text@1")),
    ],
)
def test_nodes_are_found_by_any_name(text: str, expected: tuple[str, ...]) -> None:
    """A release, a key, a package, also under one's own name for the registry."""
    assert expected == find_nodes(LOCK, text)


def test_a_name_that_means_nothing_is_told() -> None:
    """With what was perhaps meant."""
    with pytest.raises(UsageError) as caught:
        find_nodes(LOCK, "lft")

    assert (
        "nothing in the lock is called `lft`\n"
        "  did you mean `left`?\n"
        "hint: `mistpm tree` shows everything that is there"
    ) == str(caught.value)
