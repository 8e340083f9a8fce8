"""Which versions are chosen: ranges, minors, what is withdrawn, provided or configured."""

from __future__ import annotations

from small_worlds import World, asking, edges, setting, told

from mistpm.model.resolution import Edge


def test_everything_is_as_new_as_possible() -> None:
    """The newest version is chosen where nothing stands against it, pulled-in releases included."""
    world = World()
    world.add("apps/shop", "1.0.0 1.1.0", {"db": "data/pg ^16"})
    world.add("data/pg", "15.4.0 16.0.0 16.4.0 17.0.0")

    resolution = world.resolve(asking({"shop": "apps/shop"}))

    assert {"shop": "1.1.0", "pg": "16.4.0"} == told(resolution)
    assert {"db": "pg"} == edges(resolution, "shop")
    assert (True, False) == tuple(resolution.releases[name].requested for name in ("shop", "pg"))


def test_an_edge_says_what_was_required() -> None:
    """Edges carry the requirement as users write it."""
    world = World()
    world.add("apps/shop", "1.0.0", {"db": "data/pg ^16", "log": "call lib/log"})
    world.add("data/pg", "16.0.0").add("lib/log", "1.0.0")

    resolution = world.resolve(asking({"shop": "apps/shop"}))

    expected = (
        Edge(alias="db", use="install", requires="starter/data/pg ^16", target="pg"),
        Edge(alias="log", use="call", requires="starter/lib/log", target="starter/lib/log@1"),
    )

    assert expected == resolution.releases["shop"].edges


def test_an_earlier_release_of_the_file_goes_first() -> None:
    """Two releases that cannot both be newest: the one that stands first in the file is."""
    world = World()
    world.add("apps/a", "2.0.0", {"c": "data/c ^2"}).add("apps/a", "1.0.0", {"c": "data/c ^1"})
    world.add("apps/b", "2.0.0", {"c": "data/c ^1"}).add("apps/b", "1.0.0", {"c": "data/c ^2"})
    world.add("data/c", "1.0.0 2.0.0")

    first_a = world.resolve(asking({"a": "apps/a", "b": "apps/b"}))
    first_b = world.resolve(asking({"b": "apps/b", "a": "apps/a"}))

    assert {"a": "2.0.0", "b": "1.0.0", "c": "2.0.0"} == told(first_a)
    assert {"a": "1.0.0", "b": "2.0.0", "c": "1.0.0"} == told(first_b)


def test_dependencies_are_decided_by_package_not_by_alias() -> None:
    """Where two dependencies of one version compete, the first package by name gets its newest."""
    world = World()
    world.add("apps/a", "1.0.0", {"x": "data/second", "y": "data/first"})
    world.add("data/first", "1.0.0").add("data/first", "2.0.0", conflicts=["data/second >=2"])
    world.add("data/second", "1.0.0 2.0.0")

    resolution = world.resolve(asking({"a": "apps/a"}))

    assert {"a": "1.0.0", "first": "2.0.0", "second": "1.0.0"} == told(resolution)


def test_all_minors_must_be_supported() -> None:
    """A version that lacks one of the environment's minors is not chosen."""
    world = World()
    world.add("apps/shop", "1.0.0", kubernetes=">=1.30")
    world.add("apps/shop", "2.0.0", kubernetes=">=1.34")

    at_both = world.resolve(asking({"shop": "apps/shop"}, minors="1.33 1.34"))
    at_newer = world.resolve(asking({"shop": "apps/shop"}, minors="1.34"))

    assert {"shop": "1.0.0"} == told(at_both)
    assert {"shop": "2.0.0"} == told(at_newer)


def test_prereleases_are_for_who_asks() -> None:
    """A pre-release is chosen when named, when there is nothing else, or when the policy says so."""
    world = World()
    world.add("apps/shop", "1.0.0 2.0.0-rc.1").add("apps/new", "1.0.0-beta.1")

    assert {"shop": "1.0.0"} == told(world.resolve(asking({"shop": "apps/shop"})))
    assert {"shop": "2.0.0-rc.1"} == told(world.resolve(asking({"shop": "apps/shop >=2.0.0-rc.0"})))
    assert {"new": "1.0.0-beta.1"} == told(world.resolve(asking({"new": "apps/new"})))
    assert {"shop": "2.0.0-rc.1"} == told(
        world.resolve(asking({"shop": "apps/shop"}, prereleases=True))
    )


def test_settings_narrow_and_name_what_is_pulled_in() -> None:
    """A setting requests nothing, but narrows and names the release if something pulls it in."""
    world = World()
    world.add("apps/shop", "1.0.0", {"db": "data/pg"}).add("data/pg", "15.0.0 16.0.0")
    settings = [setting("data/pg", "^15", name="main-db"), setting("data/redis", "^7")]

    resolution = world.resolve(asking({"shop": "apps/shop"}, settings=settings))

    assert {"main-db": "15.0.0", "shop": "1.0.0"} == told(resolution)
    assert {"db": "main-db"} == edges(resolution, "shop")


def test_what_is_provided_is_a_fact() -> None:
    """A provided package meets a dependency, and makes versions impossible that need another one."""
    world = World()
    world.add("apps/shop", "1.0.0", {"certs": "sec/certs ^1.14"})
    world.add("apps/shop", "2.0.0", {"certs": "sec/certs ^2"}).add("sec/certs", "2.0.0")

    resolution = world.resolve(asking({"shop": "apps/shop"}, provided={"sec/certs": "1.15.3"}))

    assert {"shop": "1.0.0"} == told(resolution)
    assert {"certs": "provided"} == edges(resolution, "shop")


def test_a_release_of_the_file_goes_before_what_is_provided() -> None:
    """Who asks for a release of a package means it, even where the package is provided."""
    world = World()
    world.add("apps/shop", "1.0.0", {"certs": "sec/certs"}).add("sec/certs", "2.0.0")

    question = asking({"certs": "sec/certs", "shop": "apps/shop"}, provided={"sec/certs": "1.0.0"})

    assert {"certs": "certs"} == edges(world.resolve(question), "shop")


def test_cycles_and_self_dependencies_are_nothing_special() -> None:
    """Packages may require each other and themselves; the versions must fit."""
    world = World()
    world.add("apps/a", "1.0.0", {"b": "apps/b ^2"}).add("apps/a", "2.0.0", {"b": "apps/b ^1"})
    world.add("apps/b", "1.0.0", {"a": "apps/a ^1"}).add("apps/b", "2.0.0", {"a": "apps/a ^1"})
    world.add("apps/self", "1.0.0", {"me": "apps/self ^1"})
    world.add("apps/self", "2.0.0", {"me": "apps/self ^1"})

    resolution = world.resolve(asking({"a": "apps/a", "me": "apps/self"}))

    assert {"a": "1.0.0", "b": "2.0.0", "me": "1.0.0"} == told(resolution)
    assert {"me": "me"} == edges(resolution, "me")


def test_livelock_of_plain_resolvelib() -> None:
    """The smallest graph on which resolvelib alone never ends has an answer."""
    world = World()
    world.add("x/a", "1.0.0", {"b": "x/b =1.0.0"}).add("x/a", "2.0.0", {"b": "x/b =2.0.0"})
    world.add("x/b", "1.0.0", {"a": "x/a =2.0.0"}).add("x/b", "2.0.0", {"a": "x/a =1.0.0"})

    resolution = world.resolve(asking({"a": "x/a", "b": "x/b"}))

    assert {} == told(resolution)
    assert ("a", "b") == resolution.unresolved[0].releases


def test_conflicts_and_cluster_scope() -> None:
    """What refuses another package is not put beside it; a cluster-wide package is there once."""
    world = World()
    world.add("apps/new", "1.0.0").add("apps/new", "2.0.0", conflicts=["apps/old <2"])
    world.add("apps/old", "1.0.0 2.0.0")
    world.add("apps/wide", "1.0.0").add("apps/wide", "2.0.0", cluster=True)

    beside = world.resolve(asking({"old": "apps/old ^1", "new": "apps/new"}))
    newer = world.resolve(asking({"new": "apps/new", "old": "apps/old"}))
    twice = world.resolve(asking({"one": "apps/wide", "other": "apps/wide"}))

    assert {"old": "1.0.0", "new": "1.0.0"} == told(beside)
    assert {"old": "2.0.0", "new": "2.0.0"} == told(newer)
    assert {"one": "1.0.0", "other": "1.0.0"} == told(twice)


def test_packages_are_asked_for_only_when_they_can_matter() -> None:
    """Neither versions out of range nor untaken ways make the registry be asked."""
    world = World()
    world.add("apps/shop", "1.0.0", {"old": "data/old"}).add(
        "apps/shop", "2.0.0", {"db": "data/pg"}
    )
    world.add("apps/shop", "3.0.0", {"new": "data/new"}, kubernetes=">=1.34")
    world.add("data/pg", "1.0.0").add("data/old", "1.0.0").add("data/new", "1.0.0")

    world.resolve(asking({"shop": "apps/shop"}))

    assert ["starter/apps/shop", "starter/data/pg"] == world.asked_for


def test_packages_of_a_file_know_no_registry_of_their_own() -> None:
    """A dependency of another registry keeps its name."""
    world = World()
    world.add("file/apps/mine", "1.0.0", {"db": "corp/data/pg ^1"}).add("corp/data/pg", "1.0.0")

    resolution = world.resolve(asking({"mine": "file/apps/mine"}))

    assert {"mine": "1.0.0", "pg": "1.0.0"} == told(resolution)
    assert "corp/data/pg" == resolution.releases["pg"].candidate.package
