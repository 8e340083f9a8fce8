"""Registries that do not answer: what does not need them goes on, and nothing is guessed about the rest."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, holding, package_id, told

from mistpm.errors import RegistryError
from mistpm.model.resolution import Resolution, Unresolved


@pytest.fixture
def world() -> World:
    """Make a registry that answers, and `corp`, which does not."""
    world = World()
    world.add("apps/shop", "1.0.0 1.1.0", {"db": "data/pg ^15"})
    world.add("apps/shop", "2.0.0", {"db": "data/pg ^15", "cache": "corp/data/redis ^7"})
    world.add("apps/blog", "1.0.0", {"db": "data/pg"})
    world.add("apps/wiki", "1.0.0", {"engine": "call corp/e/jinja"})
    world.add("data/pg", "15.0.0 16.0.0")
    for name in ("data/redis", "e/jinja", "apps/own", "x/metrics"):
        world.broken[package_id(f"corp/{name}")] = unreachable("corp")
    return world


def unreachable(registry: str) -> RegistryError:
    """Make the error of a registry that does not answer."""
    return RegistryError(
        "registry-unreachable",
        f"the registry `{registry}` cannot be reached",
        context=("address: https://packages.example.org/",),
        hint="check the address and the network, then run it again",
    )


def only(resolution: Resolution) -> Unresolved:
    """Give the only part without a solution."""
    (part,) = resolution.unresolved
    return part


def test_what_needs_it_is_open_and_the_rest_is_solved(world: World) -> None:
    """The registry's own error, and who needs it; releases of one error together."""
    resolution = world.resolve(
        asking(
            {"wiki": "apps/wiki", "blog": "apps/blog", "own": "corp/apps/own", "shop": "apps/shop"}
        )
    )

    expected = Unresolved(
        releases=("wiki", "own", "shop"),
        explanation=(
            "the registry `corp` cannot be reached",
            "address: https://packages.example.org/",
        ),
        needs=("`wiki` needs `corp/e/jinja`", "`shop` needs `corp/data/redis ^7`"),
        hints=("check the address and the network, then run it again",),
        reference="registry-unreachable",
    )
    assert expected == only(resolution)
    assert only(resolution).is_open
    assert {"blog": "1.0.0", "pg": "16.0.0"} == told(resolution)


def test_an_older_version_is_no_way_out(world: World) -> None:
    """The newest shop might be had, so an older one would be a guess; asked for, it is the answer."""
    assert ("shop",) == only(world.resolve(asking({"shop": "apps/shop"}))).releases

    resolution = world.resolve(asking({"shop": "apps/shop ^1"}))

    assert {"pg": "15.0.0", "shop": "1.1.0"} == told(resolution)


def test_what_is_held_without_it_stays(world: World) -> None:
    """Fewest changes come first, and the held version does not need the registry."""
    held = holding(shop="apps/shop 1.0.0", pg="data/pg 15.0.0")

    resolution = world.resolve(asking({"shop": "apps/shop", "blog": "apps/blog"}), held)

    assert {"blog": "1.0.0", "pg": "15.0.0", "shop": "1.0.0"} == told(resolution)


def test_old_versions_that_need_it_do_no_harm(world: World) -> None:
    """In a conflict everything is looked at; what no best answer leads to may be out of reach."""
    world.add("apps/old", "1.0.0", {"cache": "corp/data/redis ^7"})
    world.add("apps/old", "2.0.0 2.1.0", {"db": "data/pg ^15"})

    resolution = world.resolve(asking({"old": "apps/old", "blog": "apps/blog"}))

    assert {"blog": "1.0.0", "old": "2.1.0", "pg": "15.0.0"} == told(resolution)


def test_a_conflict_stays_a_conflict(world: World) -> None:
    """What clashes whatever the registry would say is told as a clash, beside what is open."""
    resolution = world.resolve(
        asking({"shop": "apps/shop ^2", "db": "data/pg ^16", "wiki": "apps/wiki"})
    )

    clash, gap = resolution.unresolved
    assert ("version-conflict", ("shop", "db")) == (clash.reference, clash.releases)
    assert ("registry-unreachable", ("wiki",)) == (gap.reference, gap.releases)


def test_who_is_bound_to_it_is_open_too(world: World) -> None:
    """A release that is bound to one of the file that cannot be told about."""
    world.add("apps/late", "1.0.0", {"own": "corp/apps/own ^3"})

    part = only(world.resolve(asking({"late": "apps/late", "own": "corp/apps/own"})))

    assert ("late", "own") == part.releases
    assert ("`late` needs `corp/apps/own ^3`",) == part.needs


def test_a_default_matters_only_where_nothing_else_provides(world: World) -> None:
    """Who provides the API anyway makes an unreachable default unneeded, also in a conflict."""
    world.add("apps/m", "1.0.0", {"m": "api a.b/v1/M default corp/x/metrics"})
    world.add("x/other", "1.0.0", provides=["a.b/v1/M"])
    conflicting = {"shop": "apps/shop ^1", "db": "data/pg ^16"}

    for more in ({}, conflicting):
        releases = {"m": "apps/m", "other": "x/other", **more}
        assert {"m": "1.0.0", "other": "1.0.0"} == told(world.resolve(asking(releases)))
    part = only(world.resolve(asking({"m": "apps/m"})))
    assert ("`m` needs `a.b/v1/M`",) == part.needs


def test_a_broken_index_is_no_conflict_either(world: World) -> None:
    """It is the registry's mistake, told in its words; another error is told apart."""
    broken = RegistryError("invalid-registry", "the registry `more` has a file that cannot be used")
    world.broken[package_id("more/x/broken")] = broken
    world.add("apps/odd", "1.0.0", {"x": "more/x/broken"})

    resolution = world.resolve(asking({"odd": "apps/odd", "wiki": "apps/wiki"}))

    assert [("odd",), ("wiki",)] == [part.releases for part in resolution.unresolved]
    assert ["invalid-registry", "registry-unreachable"] == [
        part.reference for part in resolution.unresolved
    ]


def test_a_hint_is_not_built_on_it(world: World) -> None:
    """What was taken for met was not tried out: another database would leave shop open."""
    part = only(world.resolve(asking({"shop": "apps/shop ^2", "db": "data/pg ^16"})))

    assert ("without shop, db can be had",) == part.hints
