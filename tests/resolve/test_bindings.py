"""Which release meets a dependency, and what is said where that is not clear."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, dependency, edges, setting, told

from mistpm.errors import ResolutionError
from mistpm.model.question import Question


def refused(world: World, question: Question) -> str:
    """Give the whole text of the error that resolving ends with."""
    with pytest.raises(ResolutionError) as caught:
        world.resolve(question)
    return f"{caught.value.reference}: {caught.value}"


@pytest.fixture
def world() -> World:
    """Make a shop that needs a database, and a cache that it calls and that needs metrics."""
    world = World()
    world.add("apps/shop", "1.0.0", {"db": "data/pg ^16", "cache": "call data/redis ^7"})
    world.add("data/pg", "15.0.0 16.0.0 16.4.0 17.0.0")
    world.add("data/redis", "7.0.0", {"metrics": "obs/metrics ^1"})
    return world.add("obs/metrics", "1.0.0 1.1.0 2.0.0")


def test_the_one_release_of_a_package_is_bound(world: World) -> None:
    """One release of the package in the file: it meets the dependency, and is held to its range."""
    resolution = world.resolve(asking({"main": "data/pg", "shop": "apps/shop"}))

    assert "main" == edges(resolution, "shop")["db"]
    assert "16.4.0" == told(resolution)["main"]


def test_bind_chooses_among_releases(world: World) -> None:
    """Several releases: `bind` says which, and the others are free."""
    question = asking(
        {"a": "data/pg", "b": "data/pg", "shop": "apps/shop"}, bind={"shop": {"db": "b"}}
    )

    resolution = world.resolve(question)

    assert "b" == edges(resolution, "shop")["db"]
    assert ("17.0.0", "16.4.0") == (told(resolution)["a"], told(resolution)["b"])


def test_several_releases_without_bind(world: World) -> None:
    """Nothing is guessed where several releases could be meant."""
    question = asking({"a": "data/pg", "b": "data/pg", "shop": "apps/shop"})

    assert (
        "ambiguous-binding: `shop` requires `starter/data/pg` as `db`, which has several releases:"
        " `a`, `b`\n"
        "hint: write `bind: {db: a}` under `releases.shop` in mistpm.yaml"
    ) == refused(world, question)


def test_ambiguity_of_a_version_that_is_not_chosen_is_nobodys_business(world: World) -> None:
    """An older version may be ambiguous: it matters only if it is chosen."""
    world.add("apps/shop", "2.0.0")

    resolution = world.resolve(asking({"a": "data/pg", "b": "data/pg", "shop": "apps/shop"}))

    assert "2.0.0" == told(resolution)["shop"]


def test_what_a_called_package_installs_belongs_to_the_caller(world: World) -> None:
    """The dependency of a called package is the calling release's, under the path of aliases."""
    resolution = world.resolve(asking({"shop": "apps/shop"}))

    expected = {"cache": "starter/data/redis@7", "cache.metrics": "metrics", "db": "pg"}

    assert expected == edges(resolution, "shop")
    assert {} == edges(resolution, "starter/data/redis@7")
    assert "1.1.0" == told(resolution)["metrics"]


def test_paths_bind_what_called_packages_install(world: World) -> None:
    """Two releases call the same package and bind its dependency to different releases."""
    question = asking(
        {"one": "apps/shop", "two": "apps/shop", "m1": "obs/metrics", "m2": "obs/metrics"},
        bind={"one": {"cache.metrics": "m1"}, "two": {"cache.metrics": "m2"}},
    )

    resolution = world.resolve(question)

    assert "m1" == edges(resolution, "one")["cache.metrics"]
    assert "m2" == edges(resolution, "two")["cache.metrics"]
    assert ("1.1.0", "1.1.0") == (told(resolution)["m1"], told(resolution)["m2"])


def test_an_ambiguous_path_is_named(world: World) -> None:
    """The `bind:` line to write has the whole path."""
    question = asking(
        {"one": "apps/shop", "m1": "obs/metrics", "m2": "obs/metrics", "db": "data/pg"}
    )

    assert (
        "ambiguous-binding: `one` requires `starter/obs/metrics` as `cache.metrics`,"
        " which has several releases: `m1`, `m2`\n"
        "hint: write `bind: {cache.metrics: m1}` under `releases.one` in mistpm.yaml"
    ) == refused(world, question)


def test_settings_bind_for_what_is_pulled_in() -> None:
    """A pulled-in release has its bindings from the settings."""
    world = World()
    world.add("apps/shop", "1.0.0", {"q": "x/queue"}).add("x/queue", "1.0.0", {"db": "data/pg"})
    world.add("data/pg", "1.0.0")
    question = asking(
        {"a": "data/pg", "b": "data/pg", "shop": "apps/shop"},
        settings=[setting("x/queue", bind={"db": "b"})],
    )

    assert {"db": "b"} == edges(world.resolve(question), "queue")


def test_binding_to_nothing(world: World) -> None:
    """A binding to a release that is not in the file is refused before anything is solved."""
    question = asking({"shop-db": "data/pg", "shop": "apps/shop"}, bind={"shop": {"db": "shop-bd"}})

    assert (
        "invalid-binding: the release `shop` binds `db` to `shop-bd`,"
        " which is not a release in mistpm.yaml\n"
        "hint: did you mean `shop-db`?"
    ) == refused(world, question)


def test_binding_to_a_release_of_something_else(world: World) -> None:
    """A binding must fit the package."""
    question = asking({"m": "obs/metrics", "shop": "apps/shop"}, bind={"shop": {"db": "m"}})

    assert (
        "invalid-binding: `shop` binds `db`, a dependency on `starter/data/pg`, to `m`,"
        " a release of `starter/obs/metrics`"
    ) == refused(world, question)


def test_binding_of_an_alias_that_does_not_exist(world: World) -> None:
    """A typo in an alias is refused: the binding would do nothing."""
    question = asking({"main": "data/pg", "shop": "apps/shop"}, bind={"shop": {"dbs": "main"}})

    assert (
        "invalid-binding: `shop` binds `dbs`, but `starter/apps/shop@1.0.0` has no dependency `dbs`\n"
        "  its dependencies: `cache`, `db`\n"
        "hint: did you mean `db`?"
    ) == refused(world, question)


def test_binding_of_a_call(world: World) -> None:
    """What is called has no release."""
    question = asking({"main": "data/pg", "shop": "apps/shop"}, bind={"shop": {"cache": "main"}})

    assert (
        "invalid-binding: `shop` binds `cache`, which is called and not installed\n"
        "hint: leave `cache` out of `bind` under `releases.shop` in mistpm.yaml"
    ) == refused(world, question)


def test_two_releases_of_one_name() -> None:
    """What is pulled in is named by its package; settings rename it."""
    world = World()
    world.add("apps/shop", "1.0.0", {"a": "data/db", "b": "corp/data/db"})
    world.add("data/db", "1.0.0").add("corp/data/db", "1.0.0")

    assert (
        "release-name-clash: two releases would be called `db`: `starter/data/db`,"
        " which is pulled in, and `corp/data/db`, pulled in as well\n"
        "hint: name it in mistpm.yaml: `settings: {starter/data/db: {name: NAME}}`"
    ) == refused(world, asking({"shop": "apps/shop"}))
    assert (
        "release-name-clash: two releases would be called `db`: `starter/data/db`,"
        " which is pulled in, and `starter/apps/shop`, a release in mistpm.yaml\n"
        "hint: name it in mistpm.yaml: `settings: {starter/data/db: {name: NAME}}`"
    ) == refused(
        world, asking({"db": "apps/shop"}, settings=[setting("corp/data/db", name="other")])
    )
    renamed = asking({"shop": "apps/shop"}, settings=[setting("corp/data/db", name="other")])
    assert ["db", "other", "shop"] == sorted(told(world.resolve(renamed)))


def test_too_many_ways_of_calling() -> None:
    """Packages that call each other twice on each of many levels end in an error, not in a hang."""
    world = World()
    world.add("x/p20", "1.0.0", {"db": "data/pg"}).add("data/pg", "1.0.0")
    for level in range(20):
        call = dependency(f"call x/p{level + 1}")
        world.add(f"x/p{level}", "1.0.0", {"one": call, "two": call})

    assert (
        "too-many-calls: `top` calls packages in more than 10000 ways\n"
        "hint: packages that call each other so often have to be joined"
    ) == refused(world, asking({"top": "x/p0"}))
