"""Trees of what is needed, and of who needs it."""

from __future__ import annotations

from made_locks import DIAMOND_LOCK, lock_of_edges, seen
from msgspec.structs import replace

from mistpm.model.lockfile import LockedFailure, Lockfile
from mistpm.ops.views.tree import Tree, TreeLine, tree


def told(line: TreeLine) -> str:
    """Draw one line of a tree."""
    name = line.node or f"({line.note})"
    marks = {" again": line.repeated, " cycle": line.cycle, " cut": line.cut}
    mark = "".join(mark for mark, is_so in marks.items() if is_so)
    how = f"{line.alias}: " if line.alias else ""
    use = f" {line.use}" if line.use else ""
    return f"{'  ' * line.depth}{how}{name}{use}{mark}"


def drawn(
    *names: str, lockfile: Lockfile = DIAMOND_LOCK, depth: int | None = None, inverted: bool = False
) -> list[str]:
    """Draw what `mistpm tree` shows."""
    return list(map(told, tree(seen(lockfile), names, depth=depth, inverted=inverted).lines))


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


def test_circles_end() -> None:
    """A line that is above itself is a cycle, another one that was shown comes again."""
    circle = lock_of_edges(a="* b c", b="c", c="a")

    assert [
        "a",
        "  to-b: b install",
        "    to-c: c install",
        "      to-a: a install cycle",
        "  to-c: c install again",
    ] == drawn(lockfile=circle)


def test_a_tree_can_be_cut() -> None:
    """What lies deeper is not shown, and that it is there is told."""
    assert [
        "alone",
        "shop",
        "  left: left install cut",
        "  pods: (Kubernetes itself) api",
        "  right: right install cut",
    ] == drawn(depth=1)
    assert ["alone", "shop cut"] == drawn(depth=0)


def test_a_tree_can_be_inverted() -> None:
    """Who needs it is below, up to what was asked for."""
    assert [
        "db",
        "  db: left install",
        "    left: shop install",
        "  db: right install",
        "    right: shop install",
    ] == drawn("db", inverted=True)


def test_a_line_says_how_it_is_needed() -> None:
    """The package, the version, and the range that it meets."""
    [root, below, *_] = tree(seen(DIAMOND_LOCK), ("left",)).lines

    assert (
        TreeLine(depth=0, node="left", package="starter/apps/left", version="1.0.0"),
        TreeLine(
            depth=1,
            node="db",
            package="starter/data/db",
            version="1.0.0",
            alias="db",
            use="install",
            range="^1",
            requires="starter/data/db ^1",
        ),
    ) == (root, below)


def test_what_a_condition_decided_is_marked() -> None:
    """The dependency is there because its `when` holds."""
    lockfile = lock_of_edges(a="* b c", b="", c="")
    decided = replace(lockfile.releases["a"], when={"to-b": True})
    lockfile = replace(lockfile, releases={**lockfile.releases, "a": decided})

    assert [False, True, False] == [line.condition for line in tree(seen(lockfile)).lines]


def test_parts_without_a_solution_stand_beside_the_trees() -> None:
    """They are part of the environment; below a name that was given they are of no interest."""
    failed = LockedFailure(releases=("x",), explanation=("why",))
    lockfile = replace(lock_of_edges(a="*"), unresolved=(failed,))

    def unresolved(report: Tree) -> tuple[LockedFailure, ...]:
        return report.unresolved

    assert (failed,) == unresolved(tree(seen(lockfile)))
    assert () == unresolved(tree(seen(lockfile), ("a",)))


def test_a_long_chain_is_walked() -> None:
    """Nothing recurses along packages."""
    chain = lock_of_edges(n0="* n1", **{f"n{i}": f"n{i + 1}" for i in range(1, 5000)}, n5000="")
    lines = tree(seen(chain)).lines

    assert (5001, 5000, "n5000") == (len(lines), lines[-1].depth, lines[-1].node)
