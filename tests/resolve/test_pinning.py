"""Why not another version: what would come out, or what stands against it."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, holding, package_id, told

from mistpm.model.cause import Pinned
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Unresolved
from mistpm.model.version import parse_version
from mistpm.resolve import Possible, why_not


@pytest.fixture
def world() -> World:
    """Make a shop with a database, a queue that it pulls in, and a library that this calls."""
    world = World().add("apps/shop", "1.3.0 1.4.0", {"db": "data/pg <18", "q": "x/queue"})
    world.add("x/queue", "1.0.0 2.0.0", {"lib": "call x/lib <3"})
    world.add("x/lib", "1.0.0 2.0.0 2.1.0 3.0.0").add("x/else", "1.0.0")
    return world.add("data/pg", "16.0.0 17.0.0 18.0.0")


QUESTION = asking({"db": "data/pg", "shop": "apps/shop"})


def asked(
    world: World,
    package: str,
    version: str,
    held: Held | None = None,
    question: Question = QUESTION,
) -> Possible | Unresolved:
    """Ask why a package is not at a version."""
    return why_not(question, world, held or Held(), package_id(package), parse_version(version))


def possible(world: World, package: str, version: str, held: Held | None = None) -> dict[str, str]:
    """Give what comes out."""
    found = asked(world, package, version, held)
    assert isinstance(found, Possible)
    return told(found.resolution)


def test_what_is_possible_comes_with_what_would_come_out(world: World) -> None:
    """With the fewest changes to what is held, for releases of the file, pulled in, and called."""
    held = holding(db="data/pg 16.0.0", shop="apps/shop 1.3.0", queue="x/queue 1.0.0")

    assert {
        "db": "17.0.0",
        "shop": "1.3.0",
        "queue": "1.0.0",
        "starter/x/lib@2": "2.1.0",
    } == possible(world, "data/pg", "17.0.0", held)
    assert "2.0.0" == possible(world, "x/queue", "2.0.0", held)["queue"]
    assert "2.0.0" == possible(world, "x/lib", "2.0.0")["starter/x/lib@2"]


def test_what_is_not_possible_comes_with_its_causes(world: World) -> None:
    """The version in question is among them."""
    found = asked(world, "data/pg", "18.0.0")

    assert isinstance(found, Unresolved)
    assert found.conflict is not None
    assert Pinned(node="db", package="starter/data/pg", version="18.0.0") in [
        ground.cause for ground in found.conflict.grounds
    ]


def test_what_nothing_speaks_of_is_asked_for_on_top(world: World) -> None:
    """It may be possible, or not."""
    assert "1.0.0" == possible(world, "x/else", "1.0.0")["else"]
    assert isinstance(asked(world, "x/else", "2.0.0"), Unresolved)


def test_what_nothing_would_need(world: World) -> None:
    """A called package in a series that nobody picks is possible, and not there."""
    found = asked(world, "x/lib", "1.0.0")

    assert isinstance(found, Possible)
    assert not found.is_needed
