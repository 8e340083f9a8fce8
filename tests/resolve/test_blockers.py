"""What keeps a release from a version, everything else in the file staying as it is."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, dependency

from mistpm.model.question import Held, Question
from mistpm.model.version import parse_version
from mistpm.resolve import blockers


def because(world: World, question: Question, release: str, version: str) -> list[str] | None:
    """Give the causes for a release of a new resolution; None where nothing blocks it."""
    resolution = world.resolve(question)
    held = Held(
        releases={
            name: (chosen.candidate.package, chosen.candidate.version)
            for name, chosen in resolution.releases.items()
        },
        called={key: chosen.candidate.version for key, chosen in resolution.called.items()},
    )
    found = blockers(question, world, held, release, parse_version(version))
    return None if found is None else list(found.explanation)


@pytest.fixture
def world() -> World:
    """Make a shop with a database that could be newer."""
    world = World().add("apps/shop", "1.3.0 1.4.0", {"db": "data/pg ^16", "q": "x/queue"})
    world.add("x/queue", "1.0.0", {"lib": "x/lib <2"}).add("x/lib", "1.0.0 2.0.0")
    world.add("data/pg", "16.0.0 17.0.0")
    return world.add("data/pg", "18.0.0", kubernetes=">=1.34")


def test_everything_that_stands_directly_against_it(world: World) -> None:
    """Requirements of others, the range in the file, Kubernetes: all are told."""
    question = asking({"db": "data/pg <18", "shop": "apps/shop"})

    assert ["starter/apps/shop 1.4.0 requires starter/data/pg ^16 (bound to db)"] == because(
        world, question, "db", "17.0.0"
    )
    assert [
        "mistpm.yaml asks for starter/data/pg <18 as db",
        "starter/data/pg 18.0.0 needs Kubernetes >=1.34, while the environment includes 1.33",
        "starter/apps/shop 1.4.0 requires starter/data/pg ^16 (bound to db)",
    ] == because(world, question, "db", "18.0.0")


def test_pulled_in_releases(world: World) -> None:
    """The same for what something pulled in."""
    question = asking({"shop": "apps/shop"})

    assert ["starter/x/queue 1.0.0 requires starter/x/lib <2"] == because(
        world, question, "lib", "2.0.0"
    )


def test_what_the_version_itself_requires(world: World) -> None:
    """A newer version may need another release of the file elsewhere, or what is not there."""
    world.add("apps/shop", "2.0.0", {"db": "data/pg ^17"}).add(
        "apps/shop", "3.0.0", {"x": "x/gone"}
    )
    question = asking({"db": "data/pg ^16", "shop": "apps/shop"})

    assert ["starter/apps/shop 2.0.0 requires starter/data/pg ^17 (bound to db)"] == because(
        world, question, "shop", "2.0.0"
    )
    assert [
        "starter/apps/shop 3.0.0 requires starter/x/gone, but there is no package `starter/x/gone`"
    ] == because(world, question, "shop", "3.0.0")


def test_what_only_a_search_finds(world: World) -> None:
    """A version whose dependencies clash with what the others need is explained minimally."""
    world.add("apps/shop", "2.0.0", {"db": "data/pg ^16", "other": "x/other"})
    world.add("x/other", "1.0.0", {"lib": "x/lib ^2"}).add(
        "apps/mail", "1.0.0", {"lib": "x/lib ^1"}
    )
    question = asking({"mail": "apps/mail", "shop": "apps/shop"})

    assert [
        "starter/apps/mail 1.0.0 requires starter/x/lib ^1",
        "starter/apps/shop 2.0.0 requires starter/x/other",
        "starter/x/other 1.0.0 requires starter/x/lib ^2",
    ] == because(world, question, "shop", "2.0.0")


def test_nothing_but_the_lock(world: World) -> None:
    """What is only held by an earlier resolution is not blocked."""
    question = asking({"db": "data/pg", "queue": "x/queue"})
    package = world.resolve(question).releases["db"].candidate.package
    held = Held(releases={"db": (package, parse_version("16.0.0"))})

    assert None is blockers(question, world, held, "db", parse_version("17.0.0"))
    assert None is blockers(question, world, held, "nobody", parse_version("17.0.0"))


def test_conditions_are_those_of_the_release(world: World) -> None:
    """Requirements that are not active block nothing."""
    world.add("apps/opt", "1.0.0", {"db": dependency("data/pg ^16", when="inputs.on")})
    question = asking({"opt": "apps/opt", "db": "data/pg"}, inputs={"opt": {"on": False}})

    assert None is because(world, question, "db", "17.0.0")
