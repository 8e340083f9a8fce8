"""Large and hostile worlds end quickly, or with an error."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from small_worlds import World, asking, told

from mistpm.errors import SolvingTimeoutError
from mistpm.resolve import Limits, resolve
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.limits import Deadline

DEPTH = 1500  # more than Python's recursion limit


@pytest.mark.slow
@pytest.mark.parametrize("use", ["", "call "])
@pytest.mark.parametrize("end", ["x/p0 ^1", "x/p0 ^9"])
def test_long_chains_and_rings(use: str, end: str) -> None:
    """A chain longer than the stack closes to a ring: with a solution, and without one."""
    world = World()
    for number in range(DEPTH):
        after = f"x/p{number + 1} ^1" if number < DEPTH - 1 else end
        world.add(f"x/p{number}", "1.0.0 1.1.0", {"next": use + after})

    resolution = world.resolve(asking({"top": "x/p0"}))

    assert ("^9" in end) == bool(resolution.unresolved)
    assert DEPTH - bool(not use) <= len(told(resolution)) or resolution.unresolved


def test_ten_thousand_versions_of_one_package() -> None:
    """Many versions that nothing tells apart are one to the solver."""
    world = World()
    versions = " ".join(f"{major}.{minor}.0" for major in range(1, 101) for minor in range(100))
    world.add("data/pg", versions)
    world.add("apps/a", "2.0.0", {"db": "data/pg ^101"}).add(
        "apps/a", "1.0.0", {"db": "data/pg <50"}
    )
    world.add("apps/b", "1.0.0", {"db": "data/pg >=49.7"})

    resolution = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))

    assert {"a": "1.0.0", "b": "1.0.0", "pg": "49.99.0"} == told(resolution)


@pytest.mark.slow
@pytest.mark.parametrize("oldest", ["=1.0.0", "=2.0.0"])
def test_a_range_of_its_own_for_every_version(oldest: str) -> None:
    """A thousand versions, each of which requires another one of the same package; the oldest decides."""
    count = 1000
    world = World().add("x/narrow", " ".join(f"{n}.0.0" for n in range(1, count + 1)))
    world.add("x/choosy", "1.0.0", {"it": f"x/narrow {oldest}"})
    for number in range(2, count + 1):
        world.add("x/choosy", f"{number}.0.0", {"it": f"x/narrow ={number}.0.0"})

    resolution = world.resolve(asking({"choosy": "x/choosy", "narrow": "x/narrow =1.0.0"}))

    if oldest == "=1.0.0":
        assert {"choosy": "1.0.0", "narrow": "1.0.0"} == told(resolution)
    else:
        conflict = resolution.unresolved[0].conflict
        assert conflict is not None
        assert (count + 1, True) == (len(conflict.grounds), conflict.minimal)


def pigeons(count: int) -> World:
    """Make pigeons, and one hole less, each of which has room for one."""
    world = World()
    holes = range(1, count)
    for pigeon in range(count):
        for hole in holes:
            world.add(f"x/p{pigeon}", f"{hole}.0.0", {"hole": f"x/h{hole} ={pigeon + 1}.0.0"})
    for hole in holes:
        world.add(f"x/h{hole}", " ".join(f"{pigeon + 1}.0.0" for pigeon in range(count)))
    return world


@pytest.mark.slow
def test_pigeons() -> None:
    """Ten pigeons in nine holes, each of which refuses a second one: the solver sees it, and says so."""
    world = pigeons(10)

    resolution = world.resolve(asking({f"p{n}": f"x/p{n}" for n in range(10)}))

    assert 10 == len(resolution.unresolved[0].releases)


def test_a_time_limit_ends_in_an_error() -> None:
    """Time never shapes an answer: where it is over there is none, and it is told how far it went."""
    world = World().add("apps/a", "1.0.0")

    with pytest.raises(SolvingTimeoutError) as caught:
        resolve(asking({"a": "apps/a"}), world, limits=Limits(seconds=0))

    assert (
        "solving was ended after 0 seconds\n"
        "  it was asking for `starter/apps/a`, after 0 others\n"
        "  settled before that: nothing\n"
        "note: nothing was changed; time in which registries are asked does not count\n"
        "hint: allow more with --solve-timeout SECONDS, or narrow the ranges in mistpm.yaml"
    ) == str(caught.value)
    assert ("resolution-timeout", 75) == (caught.value.reference, caught.value.exit_code)


@pytest.mark.slow
def test_a_time_limit_tells_how_far_it_got() -> None:
    """What was being looked for, for which releases, and what is settled of them."""
    world = pigeons(24)
    world.add("x/ok", "1.0.0", {"b": "x/b ^1"}).add("x/ok", "1.1.0", {"b": "x/b ^2", "c": "x/c ^2"})
    world.add("x/b", "1.0.0 2.0.0", {"c": "x/c ^1"}).add("x/c", "1.0.0 2.0.0")
    question = asking({"ok": "x/ok", **{f"p{n}": f"x/p{n}" for n in range(24)}})

    with pytest.raises(SolvingTimeoutError) as caught:
        resolve(question, world, limits=Limits(seconds=4))

    pigeons_in_the_file = ", ".join(f"`p{n}`" for n in range(11)) + " and 13 more"
    assert (
        "it was looking for versions that fit together",
        f"for `ok`, {pigeons_in_the_file}",
        "settled before that: nothing",
    ) == caught.value.context


def test_time_in_which_a_registry_is_asked_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a registry takes, solving has its own time."""
    now = 100.0
    monkeypatch.setattr("mistpm.resolve.world.limits.time", SimpleNamespace(monotonic=lambda: now))
    deadline = Deadline(Limits(seconds=1))
    with deadline.paused():
        now += 3600
    deadline.check()
    now += 1
    with pytest.raises(SolvingTimeoutError):
        deadline.check()


def test_the_solver_looks_at_the_clock() -> None:
    """A search that takes long ends in the same error."""
    deadline = Deadline(Limits(seconds=0))
    deadline.doing = "counting pigeons"
    solver = Solver([[1, 2], [-1, 2]], deadline)

    with pytest.raises(SolvingTimeoutError) as caught:
        solver.solve()

    assert "it was counting pigeons" == caught.value.context[0]
