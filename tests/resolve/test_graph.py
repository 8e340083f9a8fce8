"""resolvelib confirms a choice, or shows that it is a bug."""

from __future__ import annotations

import pytest
from small_worlds import World, asking

from mistpm.resolve.graph import build
from mistpm.resolve.search.walk import walk
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.limits import Deadline, Limits
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe


def test_a_choice_is_confirmed() -> None:
    """The set that resolvelib builds is the choice, cycles and several portions included."""
    world = World()
    for number in range(450):
        world.add(f"x/p{number}", "1.0.0", {"next": f"x/p{(number + 1) % 450}", "top": "x/p0"})
    universe = Universe(
        Problem(question=asking({"top": "x/p0"})), Catalogue(world, Deadline(Limits()))
    )

    choice = walk(universe)

    assert choice is not None
    assert choice.places == build(choice)


def test_an_inconsistent_choice_is_a_bug() -> None:
    """A version that a requirement does not admit is not let through."""
    world = World().add("x/a", "1.0.0", {"b": "x/b ^1"}).add("x/b", "1.0.0 2.0.0")
    universe = Universe(
        Problem(question=asking({"a": "x/a"})), Catalogue(world, Deadline(Limits()))
    )
    choice = walk(universe)
    assert choice is not None
    choice.places[universe.nodes["starter/x/b"]] = 0

    with pytest.raises(AssertionError, match="not consistent"):
        build(choice)
