"""The order of releases in the file decides, not that of their names: each test asks both ways."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, told

from mistpm.model.question import Question

API = "a.b/v1/K"


def both_ways(zulu: str, alpha: str) -> tuple[Question, Question]:
    """Ask for `zulu` before `alpha`, and the other way round."""
    wanted = {"zulu": zulu, "alpha": alpha}
    return asking(wanted), asking(dict(reversed(wanted.items())))


def test_who_stands_first_is_newest() -> None:
    """Of two newest versions that exclude each other, the first release of the file gets its own."""
    world = World()
    world.add("x/z", "1.0.0").add("x/z", "2.0.0", conflicts=["x/a >=2"]).add("x/a", "1.0.0 2.0.0")
    zulu_first, alpha_first = both_ways("x/z", "x/a")

    assert {"alpha": "1.0.0", "zulu": "2.0.0"} == told(world.resolve(zulu_first))
    assert {"alpha": "2.0.0", "zulu": "1.0.0"} == told(world.resolve(alpha_first))


def test_what_the_first_one_requires_is_decided_first() -> None:
    """Of two newest dependencies that exclude each other, that of the first release stays."""
    world = World()
    world.add("x/z", "1.0.0", {"d": "x/d"}).add("x/a", "1.0.0", {"c": "x/c"})
    world.add("x/c", "1.0.0 2.0.0").add("x/d", "1.0.0").add("x/d", "2.0.0", conflicts=["x/c >=2"])
    zulu_first, alpha_first = both_ways("x/z", "x/a")
    rest = {"alpha": "1.0.0", "zulu": "1.0.0"}

    assert rest | {"c": "1.0.0", "d": "2.0.0"} == told(world.resolve(zulu_first))
    assert rest | {"c": "2.0.0", "d": "1.0.0"} == told(world.resolve(alpha_first))


def test_the_first_one_picks_the_newest_series() -> None:
    """Where one series does for all, no order matters; the versions in it are decided in file order."""
    world = World()
    world.add("x/z", "1.0.0", {"l": "call x/lib"}).add("x/a", "1.0.0", {"m": "call x/more"})
    world.add("x/lib", "1.0.0 2.0.0").add("x/more", "1.0.0")
    world.add("x/more", "2.0.0", conflicts=["x/lib >=2"])
    zulu_first, alpha_first = both_ways("x/z", "x/a")
    rest = {"alpha": "1.0.0", "zulu": "1.0.0"}

    assert rest | {"starter/x/lib@2": "2.0.0", "starter/x/more@1": "1.0.0"} == told(
        world.resolve(zulu_first)
    )
    assert rest | {"starter/x/lib@1": "1.0.0", "starter/x/more@2": "2.0.0"} == told(
        world.resolve(alpha_first)
    )


def test_the_default_of_the_first_one_is_taken() -> None:
    """Of two defaults of one API, that of the first release is pulled in."""
    world = World()
    world.add("x/z", "1.0.0", {"k": f"api {API} default x/p"})
    world.add("x/a", "1.0.0", {"k": f"api {API} default x/o"})
    world.add("x/o", "1.0.0", provides=[API]).add("x/p", "1.0.0", provides=[API])
    zulu_first, alpha_first = both_ways("x/z", "x/a")

    assert {"alpha": "1.0.0", "p": "1.0.0", "zulu": "1.0.0"} == told(world.resolve(zulu_first))
    assert {"alpha": "1.0.0", "o": "1.0.0", "zulu": "1.0.0"} == told(world.resolve(alpha_first))


@pytest.mark.parametrize("way", [0, 1])
def test_answers_are_told_in_the_order_of_the_file(way: int) -> None:
    """Releases, and what has no solution, come as they stand in the file."""
    world = World().add("x/a", "1.0.0").add("x/z", "1.0.0")
    solved = world.resolve(both_ways("x/z", "x/a")[way])
    failed = world.resolve(both_ways("x/z ^2", "x/a ^2")[way])
    expected = [("zulu", "alpha"), ("alpha", "zulu")][way]

    assert expected == tuple(solved.releases)
    assert [(name,) for name in expected] == [part.releases for part in failed.unresolved]
