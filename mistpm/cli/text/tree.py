"""How trees look: branches, arrows, and marks that say the same without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mistpm.cli.columns import wrapped
from mistpm.cli.terminal import bold, dim
from mistpm.ops.views.paths import Hop
from mistpm.ops.views.tree import TreeLine

ARROWS = {"install": "->", "call": "=>", "api": "->"}
"""An arrow leads to another release, a double one to a package that is called while rendering."""

_BESIDE: Final = 5 * " "
_NARROWEST: Final = 30
"""A tree that is deeper than a terminal is wide goes beyond its edge."""


def branches(
    rows: Sequence[tuple[int, str]], indent: str = "", width: int | None = None
) -> Iterator[str]:
    """Draw rows, each a depth and a text, as a tree; costs a step for each row and level.

    Whether a branch goes on below a row is known from the end, so it is drawn from there.  Where a text is wider than
    `width`, it goes on beside the branches.
    """
    drawn: list[str] = []
    open_at: list[bool] = []
    for depth, text in reversed(rows):
        has_children = len(open_at) > depth + 1
        del open_at[depth + 1 :]
        open_at += [False] * (depth + 1 - len(open_at))
        above = indent + "".join("│  " if is_open else "   " for is_open in open_at[1:depth])
        branch = ("├─ " if open_at[depth] else "└─ ") if depth else ""
        beside = ("│  " if open_at[depth] else "   ") if depth else ""
        beside += "│" if has_children else " "
        room = None if width is None else max(width - len(above) - len(branch), _NARROWEST)
        first, *more = wrapped(text, room, _BESIDE)
        drawn += (f"{above}{beside}{line[1:]}" for line in reversed(more))
        drawn.append(f"{above}{branch}{first}")
        open_at[depth] = True
    return reversed(drawn)


def tree_rows(lines: Iterable[TreeLine], *, inverted: bool) -> list[tuple[int, str]]:
    """Tell the lines of a tree."""
    return [(line.depth, _told(line, inverted=inverted)) for line in lines]


def requirement(line: TreeLine | Hop) -> str:
    """Tell in brackets what was required: a range or an API, and what decided that."""
    what = f"provides {line.requires}" if line.use == "api" else line.range or "any version"
    condition = ", its `when` holds" if line.condition else ""
    return dim(f"({what}{condition}{', for its inputs' if line.computed else ''})")


def _told(line: TreeLine, *, inverted: bool) -> str:
    if not line.node:
        return f"{line.alias}: {line.requires} {dim(f'({line.note})')}"
    name = f"{bold(line.node)}  {line.package} {line.version}"
    if line.use == "call" and not inverted:
        name = f"{bold(line.package)} {line.version}"
    marks = _marks(line)
    if not line.use:
        return name + marks
    needed = requirement(line)
    if inverted:
        arrow = ARROWS[line.use].replace("->", "<-").replace("=>", "<=")
        return f"{arrow} {name}  {dim('as')} {line.alias} {needed}{marks}"
    return f"{line.alias} {ARROWS[line.use]} {name}  {needed}{marks}"


def _marks(line: TreeLine) -> str:
    marks = {" (shown above)": line.repeated, " (a cycle)": line.cycle, " …": line.cut}
    return dim("".join(mark for mark, is_so in marks.items() if is_so))
