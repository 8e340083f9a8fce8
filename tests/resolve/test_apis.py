"""APIs: who provides them, and what is pulled in when nobody else does."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, edges, told

METRICS = "metrics.k8s.io/v1beta1/PodMetrics"


@pytest.fixture
def world() -> World:
    """Make a shop that needs metrics, whose default is a package that provides them."""
    world = World()
    world.add("apps/shop", "1.0.0", {"metrics": f"api {METRICS} default obs/metrics-server"})
    world.add("obs/metrics-server", "0.6.0 0.7.0", provides=[METRICS])
    return world.add("obs/other", "1.0.0 2.0.0", provides=[METRICS])


def test_the_default_is_pulled_in(world: World) -> None:
    """Where nobody provides an API, its default does."""
    resolution = world.resolve(asking({"shop": "apps/shop"}))

    assert {"metrics-server": "0.7.0", "shop": "1.0.0"} == told(resolution)
    assert {"metrics": "metrics-server"} == edges(resolution, "shop")


def test_who_is_there_anyway_is_preferred(world: World) -> None:
    """Another provider in the environment makes the default unneeded."""
    resolution = world.resolve(asking({"shop": "apps/shop", "mine": "obs/other"}))

    assert {"mine": "2.0.0", "shop": "1.0.0"} == told(resolution)
    assert {"metrics": "mine"} == edges(resolution, "shop")


def test_who_is_pulled_in_anyway_is_preferred(world: World) -> None:
    """A provider may also be a release that something else requires."""
    world.add("apps/monitor", "1.0.0", {"source": "obs/other"})

    resolution = world.resolve(asking({"shop": "apps/shop", "monitor": "apps/monitor"}))

    assert {"monitor": "1.0.0", "other": "2.0.0", "shop": "1.0.0"} == told(resolution)


def test_a_provider_is_not_pulled_in_for_the_api_alone() -> None:
    """Only its own default is pulled in for an API, not whoever could provide it."""
    world = World()
    world.add("apps/shop", "1.0.0", {"metrics": f"api {METRICS}"})
    world.add("obs/other", "1.0.0", provides=[METRICS])

    assert ("shop",) == world.resolve(asking({"shop": "apps/shop"})).unresolved[0].releases


def test_kubernetes_provides_what_all_minors_have() -> None:
    """An API that Kubernetes serves at all minors needs nobody."""
    world = World().add("apps/shop", "1.0.0", {"deploy": "api apps/v1/Deployment"})

    resolution = world.resolve(asking({"shop": "apps/shop"}))

    assert {"deploy": "kubernetes"} == edges(resolution, "shop")


def test_provided_apis_are_facts(world: World) -> None:
    """A provided API is met, and nobody in the environment may own its kind as well."""
    resolution = world.resolve(asking({"shop": "apps/shop"}, provided_apis=[METRICS]))
    clash = world.resolve(asking({"mine": "obs/other"}, provided_apis=[METRICS]))

    assert {"shop": "1.0.0"} == told(resolution)
    assert {"metrics": "provided"} == edges(resolution, "shop")
    assert ("mine",) == clash.unresolved[0].releases


def test_an_optional_api_orders_and_informs(world: World) -> None:
    """It points at a provider that is there, and brings none."""
    world.add("apps/nice", "1.0.0", {"metrics": f"optional api {METRICS}"})

    alone = world.resolve(asking({"nice": "apps/nice"}))
    beside = world.resolve(asking({"nice": "apps/nice", "mine": "obs/other"}))

    assert {"metrics": ""} == edges(alone, "nice")
    assert {"metrics": "mine"} == edges(beside, "nice")
    assert beside.releases["nice"].edges[0].optional


def test_one_owner_for_each_kind() -> None:
    """Two releases that own one kind are not chosen together, in whatever API versions."""
    world = World()
    world.add("x/a", "1.0.0").add("x/a", "2.0.0", provides=["a.b/v1/K"])
    world.add("x/b", "1.0.0").add("x/b", "2.0.0", provides=["a.b/v2/K"])

    assert {"a": "2.0.0", "b": "1.0.0"} == told(world.resolve(asking({"a": "x/a", "b": "x/b"})))


def test_what_needs_only_itself_is_not_there() -> None:
    """A provider that only its own dependencies would pull in cannot provide anything."""
    world = World()
    world.add("apps/shop", "0.9.0").add("apps/shop", "1.0.0", {"k": "api a.b/v1/K"})
    world.add("apps/other", "1.0.0", {"x": "x/one"}).add("apps/other", "2.0.0")
    world.add("x/one", "1.0.0", {"two": "x/two"}, provides=["a.b/v1/K"])
    world.add("x/two", "1.0.0", {"one": "x/one"})

    shop_first = world.resolve(asking({"shop": "apps/shop", "other": "apps/other"}))
    other_first = world.resolve(asking({"other": "apps/other", "shop": "apps/shop"}))

    assert {"one": "1.0.0", "other": "1.0.0", "shop": "1.0.0", "two": "1.0.0"} == told(shop_first)
    assert {"other": "2.0.0", "shop": "0.9.0"} == told(other_first)


def test_a_default_that_several_need() -> None:
    """Of two defaults that could meet a requirement, the one found first is used for both."""
    world = World()
    world.add("apps/a", "1.0.0", {"k": "api a.b/v1/K default x/first"})
    world.add("apps/b", "1.0.0", {"k": "api a.b/v1/K default x/second"})
    world.add("x/first", "1.0.0 1.1.0", provides=["a.b/v1/K"])
    world.add("x/second", "1.0.0", provides=["a.b/v1/K"])

    resolution = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))

    assert {"a": "1.0.0", "b": "1.0.0", "first": "1.1.0"} == told(resolution)


def test_a_default_is_as_new_as_it_can_be_while_providing() -> None:
    """A newer default that no longer provides the API is no help."""
    world = World()
    world.add("apps/a", "1.0.0", {"k": "api a.b/v1/K default x/p"})
    world.add("x/p", "1.0.0 1.1.0", provides=["a.b/v1/K"]).add("x/p", "2.0.0")

    assert {"a": "1.0.0", "p": "1.1.0"} == told(world.resolve(asking({"a": "apps/a"})))
