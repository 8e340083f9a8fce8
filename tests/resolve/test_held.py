"""What was held before stays where it can, and moves as little as possible."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, edges, holding, told, using

from mistpm.resolve import Effort, resolve


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


# --- what is held of choices ---------------------------------------------------------------------

ENGINE = {"shop.engine": "e/jinja@1"}
SHOP = {"shop": "apps/shop 1.0.0", "jinja": "e/jinja@1 1.0.0"}


@pytest.fixture
def choosy() -> World:
    """Make shops that may call either series of an engine."""
    world = World().add("apps/shop", "1.0.0 1.1.0", {"engine": "call e/jinja >=1"})
    return world.add("e/jinja", "1.0.0 1.1.0 2.0.0")


def test_who_stays_goes_on_to_call_the_same_series(choosy: World) -> None:
    """A newer series is no reason to leave the one that is held."""
    question = asking({"shop": "apps/shop"})
    held = using(holding(**SHOP), ENGINE)

    assert {"shop": "1.1.0", "starter/e/jinja@2": "2.0.0"} == told(choosy.resolve(question))
    assert {"shop": "1.0.0", "starter/e/jinja@1": "1.0.0"} == told(choosy.resolve(question, held))


def test_series_that_are_held_need_no_search(choosy: World) -> None:
    """Two series at once are as few as there can be, where both are held."""
    choosy.add("apps/blog", "1.0.0", {"engine": "call e/jinja ^2"}).add("x/log", "1.0.0")
    pins = holding(blog="apps/blog 1.0.0", jinja2="e/jinja@2 2.0.0", **SHOP)
    held = using(pins, {**ENGINE, "blog.engine": "e/jinja@2"})
    question = asking({"shop": "apps/shop", "blog": "apps/blog", "log": "x/log"})
    effort = Effort()
    resolution = resolve(question, choosy, held, effort=effort)

    assert {
        "blog": "1.0.0",
        "log": "1.0.0",
        "shop": "1.0.0",
        "starter/e/jinja@1": "1.0.0",
        "starter/e/jinja@2": "2.0.0",
    } == told(resolution)
    assert 0 == effort.sat_calls


def test_who_moves_chooses_its_series_anew(choosy: World) -> None:
    """What must move is as new as possible, and so is what it calls."""
    resolution = choosy.resolve(asking({"shop": "apps/shop >=1.1"}), using(holding(**SHOP), ENGINE))

    assert {"shop": "1.1.0", "starter/e/jinja@2": "2.0.0"} == told(resolution)


@pytest.mark.parametrize("name", ["shop", "starter/e/jinja@1"])
def test_an_upgrade_frees_calls_of_what_it_names(choosy: World, name: str) -> None:
    """Who calls may be named as well as what is called; neither moves the other."""
    held = using(holding([name], **SHOP), ENGINE)
    version = "1.1.0" if name == "shop" else "1.0.0"

    assert {"shop": version, "starter/e/jinja@2": "2.0.0"} == told(
        choosy.resolve(asking({"shop": "apps/shop"}), held)
    )


def test_another_series_is_called_before_anything_moves(choosy: World) -> None:
    """Who is held need not move where it may call something else."""
    choosy.add("apps/blog", "1.0.0", conflicts=["e/jinja <1.1"])
    question = asking({"shop": "apps/shop", "blog": "apps/blog"})

    assert {"blog": "1.0.0", "shop": "1.0.0", "starter/e/jinja@2": "2.0.0"} == told(
        choosy.resolve(question, using(holding(**SHOP), ENGINE))
    )


def test_a_newcomer_leaves_calls_alone(choosy: World) -> None:
    """A new release gets an older version rather than that another series is called."""
    choosy.add("apps/blog", "1.0.0").add("apps/blog", "2.0.0", conflicts=["e/jinja <2"])
    question = asking({"blog": "apps/blog", "shop": "apps/shop"})

    assert {"blog": "1.0.0", "shop": "1.0.0", "starter/e/jinja@1": "1.0.0"} == told(
        choosy.resolve(question, using(holding(**SHOP), ENGINE))
    )


@pytest.fixture
def watched() -> World:
    """Make two packages that each would bring along a meter of their own."""
    world = World()
    for number in (1, 2):
        world.add(f"x/meter{number}", "1.0.0 1.1.0", provides=["m.io/v1/Meter"])
        need = f"api m.io/v1/Meter default x/meter{number}"
        world.add(f"x/app{number}", "1.0.0", {"meter": need})
    return world


def test_what_provides_an_api_goes_on_to(watched: World) -> None:
    """Although another one comes first by now, unless the upgrade names one of them."""
    question = asking({"one": "x/app1", "two": "x/app2"})
    pins = {"one": "x/app1 1.0.0", "two": "x/app2 1.0.0", "meter2": "x/meter2 1.0.0"}
    before = {"m.io/v1/Meter": "meter2"}
    apps = {"one": "1.0.0", "two": "1.0.0"}

    for free, meter in (([], {"meter2": "1.0.0"}), (["meter2"], {"meter1": "1.1.0"})):
        held = using(holding(free, **pins), providers=before)

        assert meter | apps == told(watched.resolve(question, held))


def test_who_requires_an_api_anew_does_not_hold_its_provider(watched: World) -> None:
    """Only what is held and stays has something to keep."""
    question = asking({"one": "x/app1", "two": "x/app2"})
    held = using(holding(meter2="x/meter2 1.0.0"), providers={"m.io/v1/Meter": "meter2"})

    assert {"meter1": "1.1.0", "one": "1.0.0", "two": "1.0.0"} == told(
        watched.resolve(question, held)
    )


def test_what_is_kept_agrees_with_what_was_solved() -> None:
    """Of what an impossible part shares with others, it keeps what goes with their versions."""
    world = World().add("x/a", "1.0.0", {"c": "x/c"}).add("x/b", "1.0.0", {"c": "x/c >=2"})
    world.add("x/c", "1.0.0", {"d": "x/d"}).add("x/c", "2.0.0").add("x/d", "1.0.0")
    held = holding(a="x/a 1.0.0", c="x/c 1.0.0", d="x/d 1.0.0")

    resolution = world.resolve(asking({"a": "x/a ^2", "b": "x/b"}), held)

    assert {"a": "1.0.0", "b": "1.0.0", "c": "2.0.0"} == told(resolution)
    assert {"c": "c"} == edges(resolution, "a")


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
