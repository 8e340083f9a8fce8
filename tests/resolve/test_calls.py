"""Called packages: one version for each series, whoever calls."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, dependency, edges, told

from mistpm.model.version import parse_version
from mistpm.resolve.world.series import series_of


@pytest.mark.parametrize(
    ("version", "series"),
    [("7.2.1", "7"), ("1.0.0-rc.1", "1"), ("0.3.1", "0.3"), ("0.0.4", "0.0.4"), ("0.0.0", "0.0.0")],
)
def test_series(version: str, series: str) -> None:
    """A series is what callers see of a version: as far as its first number that is not zero."""
    assert series == series_of(parse_version(version))


def test_callers_of_one_series_share_a_version() -> None:
    """Two callers with ranges in one series get the version that suits both."""
    world = World()
    world.add("apps/a", "1.0.0", {"lib": "call x/lib ^1"})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib <1.2"})
    world.add("x/lib", "1.0.0 1.1.0 1.2.0")

    resolution = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))

    assert {"a": "1.0.0", "b": "1.0.0", "starter/x/lib@1": "1.1.0"} == told(resolution)


def test_two_series_live_side_by_side() -> None:
    """Callers with ranges in different series get one version of each."""
    world = World()
    world.add("apps/a", "1.0.0", {"lib": "call x/lib ^1"})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib ^2"})
    world.add("x/lib", "1.0.0 1.1.0 2.0.0")

    resolution = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))

    assert "starter/x/lib@1" == edges(resolution, "a")["lib"]
    assert "starter/x/lib@2" == edges(resolution, "b")["lib"]
    assert ("1.1.0", "2.0.0") == tuple(told(resolution)[f"starter/x/lib@{n}"] for n in (1, 2))


def test_as_few_series_as_possible() -> None:
    """A caller that could use a newer series uses the one that is there anyway."""
    world = World()
    world.add("apps/a", "1.0.0", {"lib": "call x/lib ^1"})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib >=1"})
    world.add("x/lib", "1.0.0 2.0.0")

    resolution = world.resolve(asking({"b": "apps/b", "a": "apps/a"}))

    assert {"a": "1.0.0", "b": "1.0.0", "starter/x/lib@1": "1.0.0"} == told(resolution)


def test_releases_go_before_series() -> None:
    """A release is not held back to save a series."""
    world = World()
    world.add("apps/a", "1.0.0", {"lib": "call x/lib ^1"})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib ^1"})
    world.add("apps/b", "2.0.0", {"lib": "call x/lib ^2"})
    world.add("x/lib", "1.0.0 2.0.0")

    resolution = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))

    assert "2.0.0" == told(resolution)["b"]


def test_a_package_is_installed_and_called_at_different_versions() -> None:
    """A release and a called package of one package have nothing to do with each other."""
    world = World()
    world.add("apps/a", "1.0.0", {"own": "x/lib ^2", "lib": "call x/lib ^1"})
    world.add("x/lib", "1.0.0 2.0.0")

    resolution = world.resolve(asking({"a": "apps/a"}))

    assert {"a": "1.0.0", "lib": "2.0.0", "starter/x/lib@1": "1.0.0"} == told(resolution)


def test_calls_nest() -> None:
    """What a called package calls are its own edges; what it installs is its callers'."""
    world = World()
    world.add("apps/a", "1.0.0", {"engine": "call x/engine"})
    world.add("x/engine", "1.0.0", {"lib": "call x/lib", "crds": "x/crds"})
    world.add("x/lib", "1.0.0", {"crds": "x/crds <2"}).add("x/crds", "1.0.0 2.0.0")

    resolution = world.resolve(asking({"a": "apps/a"}))

    expected = {
        "engine": "starter/x/engine@1",
        "engine.crds": "crds",
        "engine.lib.crds": "crds",
    }

    assert expected == edges(resolution, "a")
    assert {"lib": "starter/x/lib@1"} == edges(resolution, "starter/x/engine@1")
    assert "1.0.0" == told(resolution)["crds"]


def test_what_is_cluster_wide_or_provides_apis_is_not_called() -> None:
    """Versions that may not be called are passed over."""
    world = World()
    world.add("apps/a", "1.0.0", {"lib": "call x/lib"})
    world.add("x/lib", "1.0.0").add("x/lib", "2.0.0", cluster=True)
    world.add("x/lib", "3.0.0", provides=["a.b/v1/K"])

    assert "starter/x/lib@1" == edges(world.resolve(asking({"a": "apps/a"})), "a")["lib"]


def test_cycles_of_calls_have_versions() -> None:
    """Whether a cycle of calls can be rendered is not asked here; it must not hang."""
    world = World()
    world.add("apps/a", "1.0.0", {"x": "call x/one"})
    world.add("x/one", "1.0.0", {"y": "call x/two", "db": "data/pg"})
    world.add("x/two", "1.0.0", {"z": "call x/one", "me": "call x/two"})
    world.add("data/pg", "1.0.0")

    resolution = world.resolve(asking({"a": "apps/a"}))

    assert {"a", "pg", "starter/x/one@1", "starter/x/two@1"} == told(resolution).keys()
    assert {"x": "starter/x/one@1", "x.db": "pg"} == edges(resolution, "a")


def test_inputs_of_a_call_decide_its_conditions() -> None:
    """A called package's condition sees the caller's `with` and its own defaults, nothing else."""
    schema = {"properties": {"on": {"default": False}}}
    world = World()
    world.add("apps/a", "1.0.0", {"lib": dependency("call x/lib", with_={"on": True})})
    world.add("apps/b", "1.0.0", {"lib": "call x/lib"})
    world.add(
        "x/lib",
        "1.0.0",
        {
            "db": dependency("data/pg", when="inputs.on"),
            "q": dependency("x/q", when="inputs.other"),
        },
        inputs=schema,
    )
    world.add("data/pg", "1.0.0").add("x/q", "1.0.0")

    resolution = world.resolve(
        asking({"a": "apps/a", "b": "apps/b"}, inputs={"b": {"on": True, "other": False}})
    )

    assert {"lib": "starter/x/lib@1", "lib.db": "pg", "lib.q": "q"} == edges(resolution, "a")
    assert {"lib": "starter/x/lib@1", "lib.q": "q"} == edges(resolution, "b")
    assert {"lib.db": False, "lib.q": True} == resolution.releases["b"].when


def test_the_worked_example() -> None:
    """The example of `specs/resolve.md#worked-example` comes out as it says."""
    world = World()
    world.add("x/a", "1.0.0", {"c": "x/c ^1"})
    world.add("x/a", "2.0.0", {"c": "x/c ^2", "lib": "call x/lib >=1"})
    world.add("x/b", "1.0.0", {"c": "x/c <3", "lib": "call x/lib ^1"})
    world.add("x/c", "1.0.0 2.0.0 2.1.0 3.0.0").add("x/lib", "1.4.0 2.0.0")

    resolution = world.resolve(asking({"a": "x/a", "b": "x/b"}))

    expected = {"a": "2.0.0", "b": "1.0.0", "c": "2.1.0", "starter/x/lib@1": "1.4.0"}

    assert expected == told(resolution)
