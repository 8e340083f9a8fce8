"""What an environment consists of, as trees: what is needed below, or who needs it above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from mistpm.model.lockfile import LockedFailure, Lockfile
from mistpm.ops.lock_graph import NOTES, Need, find_nodes, needed_by, needs_of, nodes
from mistpm.ops.views.glance import Glance, require_locked


class TreeLine(Struct, frozen=True, kw_only=True, rename="camel"):
    """A release or a called package at its place in a tree; `depth` is 0 for a root.

    `alias`, `use` and `range` tell how the line above needs it, or in an inverted tree how it needs the
    line above; `condition` that a `when` decided so, `computed` that its module did.  `node` is a release's name or a called key.  Where
    no node meets a requirement, `note` says who does, and `requires` what.  `repeated` says that what
    is below is shown where the node came first, `cycle` that it is a line above this one, `cut` that
    there is more below than was asked for.
    """

    depth: int
    node: str = ""
    package: str = ""
    version: str = ""
    requested: bool = False
    alias: str = ""
    use: Literal["", "install", "call", "api"] = ""
    range: str = ""
    requires: str = ""
    condition: bool = False
    computed: bool = False
    note: str = ""
    repeated: bool = False
    cycle: bool = False
    cut: bool = False


class Tree(Struct, frozen=True, kw_only=True, rename="camel"):
    """Trees one after the other, each line by line from its root; and what has no solution."""

    environment: str
    stale: tuple[str, ...]
    inverted: bool
    lines: tuple[TreeLine, ...]
    unresolved: tuple[LockedFailure, ...]


def tree(
    seen: Glance,
    names: tuple[str, ...] = (),
    *,
    depth: int | None = None,
    inverted: bool = False,
) -> Tree:
    """Give the releases that the file asks for (or `names`) with everything below, or above, them.

    What was shown once is shown again without what is below it, so cycles end.  `depth` is how many
    levels below a root are shown.  Costs a step for each edge.  Raises `UsageError`.
    """
    lockfile = seen.lockfile
    for name in names:
        require_locked(seen, name)
    roots = [node for name in names for node in find_nodes(lockfile, name)]
    if not names:
        roots = sorted(name for name, release in lockfile.releases.items() if release.requested)
    lines = _Growing(lockfile, depth, inverted=inverted).lines(tuple(dict.fromkeys(roots)))
    unresolved = () if names else lockfile.unresolved
    return Tree(
        environment=seen.file,
        stale=seen.stale,
        inverted=inverted,
        lines=tuple(lines),
        unresolved=unresolved,
    )


class _Growing:
    """Walks a lock depth first; a stack of its own, because chains may be thousands long."""

    def __init__(self, lockfile: Lockfile, depth: int | None, *, inverted: bool) -> None:
        self._nodes = nodes(lockfile)
        self._depth = depth
        self._inverted = inverted
        needs = needs_of(lockfile)
        self._below = (
            {name: tuple(above) for name, above in needed_by(lockfile).items()}
            if inverted
            else needs
        )
        self._seen: set[str] = set()
        self._path: dict[str, None] = {}

    def lines(self, roots: tuple[str, ...]) -> Iterator[TreeLine]:
        for root in roots:
            line = self._line(root, None)
            yield line
            stack = [] if line.repeated or line.cut else [self._enter(root)]
            while stack:
                need = next(stack[-1], None)
                if need is None:
                    stack.pop()
                    self._path.popitem()
                    continue
                name = need.node if self._inverted else need.edge.target
                line = self._line(name, need)
                yield line
                if name in self._nodes and not (line.repeated or line.cycle or line.cut):
                    stack.append(self._enter(name))

    def _enter(self, name: str) -> Iterator[Need]:
        self._seen.add(name)
        self._path[name] = None
        return iter(self._below.get(name, ()))

    def _line(self, name: str, need: Need | None) -> TreeLine:
        locked = self._nodes.get(name)
        depth = len(self._path)
        below = bool(self._below.get(name)) if locked is not None else False
        cycle = need is not None and name in self._path
        repeated = not cycle and below and name in self._seen
        return TreeLine(
            depth=depth,
            node=name if locked else "",
            package=str(locked.package) if locked else "",
            version=str(locked.version) if locked else "",
            requested=locked.requested if locked else False,
            alias=need.alias if need else "",
            use=need.edge.use if need else "",
            range=need.range if need else "",
            requires=need.edge.requires if need else "",
            condition=need.has_condition if need else False,
            computed=need.edge.computed if need else False,
            note="" if locked else NOTES.get(name, name),
            repeated=repeated,
            cycle=cycle,
            cut=below
            and not (repeated or cycle)
            and self._depth is not None
            and depth >= self._depth,
        )
