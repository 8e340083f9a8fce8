"""Synthetic families: questions that are hard for one way of searching or another, in any size.

All are deterministic: the same name is the same case everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import combinations
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from benchmarks.resolve.case import Case
from benchmarks.resolve.universe import Release, Universe

Packages = dict[str, dict[str, Release]]

CLAUSES_PER_VARIABLE: Final = 4.26
"""Where random 3-SAT turns from mostly possible to mostly impossible, and is hardest."""


class Family(Struct, frozen=True):
    """One case of a family, in the format of the files."""

    name: str
    universe: Packages
    roots: dict[str, str]


def read_family(name: str) -> list[Case]:
    """Give the cases of a family, or of `all` of them; raises `KeyError` for an unknown name."""
    everything = [maker for makers in FAMILIES.values() for maker in makers]
    made = [maker() for maker in (everything if name == "all" else FAMILIES[name])]
    return [Case(name=m.name, universe=Universe(m.universe), roots=m.roots) for m in made]


def late_conflict(depth: int, width: int, side: int, *, possible: bool) -> Family:
    """Make a chain at whose end a package is needed that a root has narrowed long before.

    Nothing on the way tells, and every link has a package at its side that has nothing to do with it, so
    who goes back step by step tries all of them.  Where it is possible, the oldest version of the last
    link is content with anything.
    """
    universe: Packages = {"goal": _alike(2)}
    for link in range(depth):
        below = {f"link{link + 1:03}": "*"} if link + 1 < depth else {"goal": "=1.0.0"}
        universe[f"link{link:03}"] = _alike(width, {f"side{link:03}": "*", **below})
        universe[f"side{link:03}"] = _alike(side)
    if possible:
        universe[f"link{depth - 1:03}"]["1.0.0"] = Release({"goal": "*"})
    return Family(
        name=f"late_conflict/d{depth}w{width}s{side}{'sat' if possible else 'unsat'}",
        universe=universe,
        roots={"link000": "*", "goal": ">1.0.0"},
    )


def shared_tail(depth: int, width: int) -> Family:
    """Make two chains that end in one package and want different versions of it."""
    universe: Packages = {"tail": _alike(2)}
    for side, wanted in (("left", "=1.0.0"), ("right", "=2.0.0")):
        for link in range(depth):
            below = {f"{side}{link + 1:03}": "*"} if link + 1 < depth else {"tail": wanted}
            universe[f"{side}{link:03}"] = _alike(width, below)
    return Family(
        name=f"shared_tail/d{depth}w{width}",
        universe=universe,
        roots={"left000": "*", "right000": "*"},
    )


def pigeonhole(pigeons: int, holes: int) -> Family:
    """Put pigeons in holes: a pigeon's version is its hole, a hole's version the pigeon in it."""
    universe: Packages = {
        f"pigeon{pigeon:02}": _versions(
            [{f"hole{hole:02}": f"={pigeon}.0.0"} for hole in range(1, holes + 1)]
        )
        for pigeon in range(1, pigeons + 1)
    }
    roots = dict.fromkeys(universe, "*")
    universe |= {f"hole{hole:02}": _alike(pigeons) for hole in range(1, holes + 1)}
    return Family(name=f"pigeonhole/{pigeons}in{holes}", universe=universe, roots=roots)


def sudoku(box: int, clues: int) -> Family:
    """Fill a grid: a cell's version is its digit, and every row, column and box places each digit once."""
    size = box * box
    chance = random.Random(f"sudoku {box} {clues}")  # noqa: S311 - repeatable, not secret
    digits = list(range(1, size + 1))
    chance.shuffle(digits)
    cells = [(row, column) for row in range(size) for column in range(size)]
    given = set(chance.sample(cells, clues))
    universe: Packages = {}
    roots: dict[str, str] = {}
    for row, column in cells:
        units = {
            f"row{row:02}": column,
            f"column{column:02}": row,
            f"box{row // box * box + column // box:02}": row % box * box + column % box,
        }
        needs = [
            {f"{unit}-digit{digit:02}": f"={place + 1}.0.0" for unit, place in units.items()}
            for digit in range(1, size + 1)
        ]
        universe[f"cell{row:02}-{column:02}"] = _versions(needs)
        universe |= {place: _alike(size) for need in needs for place in need}
        digit = digits[(row % box * box + row // box + column) % size]
        roots[f"cell{row:02}-{column:02}"] = f"={digit}.0.0" if (row, column) in given else "*"
    return Family(name=f"sudoku/{size}x{size}c{clues}s{box}", universe=universe, roots=roots)


def clique(size: int, width: int) -> Family:
    """Let everybody need everybody at the same version, each but the oldest with a flaw somewhere."""
    names = [f"member{number:02}" for number in range(size)]
    universe: Packages = {
        name: _versions(
            [
                {other: f"={version}.0.0" for other in names if other != name}
                | _flaw(version, at, size)
                for version in range(1, width + 1)
            ]
        )
        for at, name in enumerate(names)
    }
    return Family(
        name=f"clique/k{size}n{width}", universe=universe, roots=dict.fromkeys(names, "*")
    )


def clique_indirect(size: int, width: int) -> Family:
    """Do the same with a package between any two."""
    names = [f"member{number:02}" for number in range(size)]
    pairs = {pair: f"between{pair[0]:02}-{pair[1]:02}" for pair in combinations(range(size), 2)}
    universe: Packages = {
        name: _versions(
            [
                {between: f"={version}.0.0" for pair, between in pairs.items() if at in pair}
                | _flaw(version, at, size)
                for version in range(1, width + 1)
            ]
        )
        for at, name in enumerate(names)
    }
    universe |= {between: _alike(width) for between in pairs.values()}
    return Family(
        name=f"clique_indirect/k{size}n{width}",
        universe=universe,
        roots=dict.fromkeys(names, "*"),
    )


def many_ranges(width: int, *, possible: bool) -> Family:
    """Let each version need another package in a range of its own; at most the oldest can be met."""
    needs = [{"narrow": f"={version}.0.0"} for version in range(1, width + 1)]
    universe: Packages = {
        "choosy": _versions(needs if possible else needs[1:]),
        "narrow": _alike(width),
    }
    return Family(
        name=f"many_ranges/n{width}{'sat' if possible else 'unsat'}",
        universe=universe,
        roots={"choosy": "*", "narrow": "=1.0.0"},
    )


def sat3(variables: int, seed: int) -> Family:
    """Write random 3-SAT: a variable is a package of two versions, a clause one of three."""
    chance = random.Random(f"sat3 {variables} {seed}")  # noqa: S311 - repeatable, not secret
    universe: Packages = {f"variable{number:03}": _alike(2) for number in range(variables)}
    roots: dict[str, str] = {}
    for clause in range(round(CLAUSES_PER_VARIABLE * variables)):
        universe[f"clause{clause:03}"] = _versions(
            [
                {f"variable{number:03}": f"={chance.randint(1, 2)}.0.0"}
                for number in chance.sample(range(variables), 3)
            ]
        )
        roots[f"clause{clause:03}"] = "*"
    return Family(name=f"sat3/n{variables}s{seed}", universe=universe, roots=roots)


def _flaw(version: int, at: int, size: int) -> dict[str, str]:
    """Let one member of each version but the oldest require what there is not."""
    return {"nothing": "*"} if version > 1 and version % size == at else {}


def _versions(needs: Iterable[dict[str, str]]) -> dict[str, Release]:
    """Give versions from 1.0.0 on with these dependencies."""
    return {f"{number}.0.0": Release(deps) for number, deps in enumerate(needs, start=1)}


def _alike(count: int, needs: Mapping[str, str] = MappingProxyType({})) -> dict[str, Release]:
    """Give versions that all need the same."""
    return _versions([dict(needs)] * count)


FAMILIES: Final[Mapping[str, tuple[Callable[[], Family], ...]]] = {
    "late_conflict": (
        partial(late_conflict, 5, 3, 3, possible=False),
        partial(late_conflict, 100, 10, 10, possible=True),
        partial(late_conflict, 100, 10, 10, possible=False),
    ),
    "shared_tail": (
        partial(shared_tail, 2, 3),
        partial(shared_tail, 4, 3),
        partial(shared_tail, 100, 10),
    ),
    "pigeonhole": (
        partial(pigeonhole, 7, 6),
        partial(pigeonhole, 8, 7),
        partial(pigeonhole, 10, 9),
    ),
    "sudoku": (partial(sudoku, 3, 26), partial(sudoku, 4, 130)),
    "clique": (partial(clique, 20, 100),),
    "clique_indirect": (partial(clique_indirect, 15, 50),),
    "many_ranges": (
        partial(many_ranges, 1000, possible=True),
        partial(many_ranges, 1000, possible=False),
        partial(many_ranges, 10_000, possible=True),
    ),
    "sat3": (
        # both verdicts of each size
        *(partial(sat3, 10, seed) for seed in (0, 1)),
        *(partial(sat3, 20, seed) for seed in (0, 4)),
        *(partial(sat3, 50, seed) for seed in (0, 4)),
        *(partial(sat3, 100, seed) for seed in (0, 4, 6)),
        *(partial(sat3, 150, seed) for seed in (0, 3)),
    ),
}
