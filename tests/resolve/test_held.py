"""What was held before stays where it can, and moves as little as possible."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, holding, told


@pytest.fixture
def world() -> World:
    """Make a shop with a database and an engine, each of which has moved on."""
    world = World()
    world.add("apps/shop", "1.0.0 1.1.0", {"db": "data/pg >=15", "engine": "call e/jinja ^1"})
    world.add("apps/shop", "1.2.0", {"db": "data/pg >=16", "engine": "call e/jinja ^1.2"})
    world.add("data/pg", "15.0.0 16.0.0 17.0.0")
    return world.add("e/jinja", "1.0.0 1.1.0 1.2.0")


HELD = {"shop": "apps/shop 1.0.0", "pg": "data/pg 15.0.0", "jinja": "e/jinja@1 1.0.0"}


def test_nothing_moves_without_need(world: World) -> None:
    """The same question again gives what was held, however much is newer."""
    resolution = world.resolve(asking({"shop": "apps/shop"}), holding(**HELD))

    assert {"pg": "15.0.0", "shop": "1.0.0", "starter/e/jinja@1": "1.0.0"} == told(resolution)


def test_additions_are_newest_and_move_nothing(world: World) -> None:
    """A new release gets its newest version that leaves the others where they are."""
    world.add("apps/blog", "1.0.0", {"engine": "call e/jinja ^1"})
    world.add("apps/blog", "2.0.0", {"engine": "call e/jinja ^1.1"})

    question = asking({"blog": "apps/blog", "shop": "apps/shop"})

    assert {
        "blog": "1.0.0",
        "pg": "15.0.0",
        "shop": "1.0.0",
        "starter/e/jinja@1": "1.0.0",
    } == told(world.resolve(question, holding(**HELD)))


def test_only_what_must_move_moves(world: World) -> None:
    """A changed range moves its release, and what this needs, to the newest; the rest stays."""
    question = asking({"shop": "apps/shop ^1.2", "log": "x/log"})
    world.add("x/log", "1.0.0 2.0.0")

    resolution = world.resolve(question, holding(**HELD, log="x/log 1.0.0"))

    assert {
        "log": "1.0.0",
        "pg": "17.0.0",
        "shop": "1.2.0",
        "starter/e/jinja@1": "1.2.0",
    } == told(resolution)


def test_fewest_changes_before_newest() -> None:
    """One change is better than two, even where two would be newer."""
    world = World()
    world.add("x/a", "1.0.0").add("x/a", "2.0.0", {"c": "x/c ^2"}).add(
        "x/a", "3.0.0", {"c": "x/c ^3"}
    )
    world.add("x/c", "1.0.0 2.0.0 3.0.0").add("x/d", "1.0.0", {"c": "x/c <3"})
    held = holding(a="x/a 1.0.0", c="x/c 2.0.0", d="x/d 1.0.0")

    resolution = world.resolve(asking({"a": "x/a >=2", "d": "x/d"}), held)

    assert {"a": "2.0.0", "c": "2.0.0", "d": "1.0.0"} == told(resolution)


def test_free_releases_become_newest_without_moving_others(world: World) -> None:
    """An upgrade of one release moves others only if it must."""
    free = holding(["shop"], **HELD)

    assert {
        "pg": "15.0.0",
        "shop": "1.1.0",
        "starter/e/jinja@1": "1.0.0",
    } == told(world.resolve(asking({"shop": "apps/shop"}), free))


def test_everything_free_is_a_new_resolution(world: World) -> None:
    """Called packages are freed by their keys."""
    free = holding(["shop", "pg", "starter/e/jinja@1"], **HELD)
    question = asking({"shop": "apps/shop"})

    assert told(world.resolve(question)) == told(world.resolve(question, free))


def test_yanked_versions_stay_where_they_are_held(world: World) -> None:
    """A withdrawn version is kept by who holds it, and never chosen anew; freed, it is left."""
    world.add("data/pg", "16.1.0", yanked="loses data")
    question = asking({"shop": "apps/shop", "mine": "data/pg ^16"}, bind={"shop": {"db": "mine"}})

    assert "16.0.0" == told(world.resolve(question))["mine"]
    assert "16.1.0" == told(world.resolve(question, holding(mine="data/pg 16.1.0")))["mine"]
    assert (
        "16.0.0" == told(world.resolve(question, holding(["mine"], mine="data/pg 16.1.0")))["mine"]
    )


def test_a_release_of_another_package_is_not_the_same(world: World) -> None:
    """Who puts another package under a name begins anew."""
    resolution = world.resolve(asking({"shop": "data/pg"}), holding(shop="apps/shop 1.0.0"))

    assert {"shop": "17.0.0"} == told(resolution)


def test_held_versions_that_are_gone_move(world: World) -> None:
    """A version that the registry no longer has is replaced by the newest."""
    held = holding(shop="apps/shop 0.9.0", pg="data/pg 15.0.0")

    assert "1.1.0" == told(world.resolve(asking({"shop": "apps/shop"}), held))["shop"]


def test_what_has_no_solution_keeps_what_was_held(world: World) -> None:
    """An impossible part keeps its versions and edges, and does not block the rest."""
    world.add("apps/blog", "1.0.0 2.0.0")
    question = asking({"shop": "apps/shop ^9", "blog": "apps/blog"})

    resolution = world.resolve(question, holding(**HELD))

    assert {
        "blog": "2.0.0",
        "pg": "15.0.0",
        "shop": "1.0.0",
        "starter/e/jinja@1": "1.0.0",
    } == told(resolution)
    assert [("shop",)] == [part.releases for part in resolution.unresolved]
    assert ["shop", "blog", "pg"] == list(resolution.releases)
