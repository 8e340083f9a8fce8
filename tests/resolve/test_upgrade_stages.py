"""Upgrades of packages: to the newest set, by as many moves as `upgrades.from` demands."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, holding, using
from told_paths import told_path

from mistpm.resolve import upgrade_stages


@pytest.fixture
def world() -> World:
    """Make a database whose majors follow each other, and a log that may go anywhere."""
    world = World().add("x/p", "14.0.0 14.1.0").add("x/p", "15.0.0 15.1.0", after=">=14")
    world.add("x/p", "16.0.0 16.4.0", after="^15")
    return world.add("x/log", "1.0.0 2.0.0")


def test_nothing_newer_is_no_move(world: World) -> None:
    """What is newest already stays."""
    found = upgrade_stages(
        asking({"log": "x/log"}), world, holding(["log"], log="x/log 2.0.0"), computing=world
    )

    assert [] == told_path(found)


def test_one_move_where_everything_may_follow(world: World) -> None:
    """It is what `resolve` gives."""
    held = holding(["log", "p"], log="x/log 1.0.0", p="x/p 15.0.0")
    found = upgrade_stages(asking({"log": "x/log", "p": "x/p"}), world, held)

    assert ["log 2.0.0, p 16.4.0 (1.33)"] == told_path(found)
    assert () == found.held_back


def test_it_stops_where_it_has_to(world: World) -> None:
    """At the newest version that lies on the way; the others go along as soon as they can."""
    held = holding(["log", "p"], log="x/log 1.0.0", p="x/p 14.0.0")
    found = upgrade_stages(asking({"log": "x/log", "p": "x/p"}), world, held)

    assert ["log 2.0.0, p 15.1.0 (1.33)", "log 2.0.0, p 16.4.0 (1.33)"] == told_path(found)


def test_others_stay_where_they_are(world: World) -> None:
    """Of what is not named, only what must move does."""
    world.add("x/app", "1.0.0", {"p": "x/p ^14"}).add("x/app", "2.0.0", {"p": "x/p >=15"})
    names = {"p": "x/p", "app": "x/app", "log": "x/log"}
    held = holding(["p"], p="x/p 14.0.0", app="x/app 2.0.0", log="x/log 1.0.0")
    found = upgrade_stages(asking(names), world, held)

    assert [
        "app 2.0.0, log 1.0.0, p 15.1.0 (1.33)",
        "app 2.0.0, log 1.0.0, p 16.4.0 (1.33)",
    ] == told_path(found)


def test_what_can_never_follow_is_held_back_and_told() -> None:
    """The best that can be reached instead, and why not the newest."""
    world = World().add("x/p", "14.0.0 14.1.0").add("x/p", "16.0.0 16.4.0", after="^15")
    world.add("x/app", "1.0.0 2.0.0", {"p": "x/p"}).add("x/app", "3.0.0", {"p": "x/p ^16"})
    held = holding(["p", "app"], p="x/p 14.0.0", app="x/app 1.0.0")
    found = upgrade_stages(asking({"p": "x/p", "app": "x/app"}), world, held)

    assert ["app 2.0.0, p 14.1.0 (1.33)"] == told_path(found)
    assert [
        ("starter/x/p 16.4.0 may only follow ^15, which cannot be reached from 14.0.0",),
        ("up to 9 package moves do not lead to starter/x/app@3.0.0 together with the others",),
    ] == [part.explanation for part in found.held_back]


def test_what_only_others_keep_from_following() -> None:
    """Each could follow by itself, but not beside the other: the best that can be reached, moving nothing else."""
    world = (
        World()
        .add("x/a", "1.0.0", {"b": "x/b <2"})
        .add("x/a", "2.0.0", {"b": "x/b ^2"}, after="^1")
    )
    world.add("x/b", "1.0.0 1.1.0").add("x/b", "1.5.0", conflicts=["x/a ^1"])
    world.add("x/b", "2.0.0", after="~1.5")
    world.add("x/log", "1.0.0 2.0.0")
    held = holding(["a", "b"], a="x/a 1.0.0", b="x/b 1.0.0", log="x/log 1.0.0")
    found = upgrade_stages(asking({"a": "x/a", "b": "x/b", "log": "x/log"}), world, held)

    assert ["a 1.0.0, b 1.1.0, log 1.0.0 (1.33)"] == told_path(found)
    assert ["a", "b"] == [name for part in found.held_back for name in part.releases]


def test_what_nobody_needs_any_more_may_go() -> None:
    """A chain ends with just what the newest set has."""
    world = World().add("x/a", "1.0.0", {"e": "call e/e >=1"})
    world.add("x/a", "2.0.0", {"e": "call e/e >=1"}, after=">=1.5")
    world.add("x/a", "1.5.0", {"e": "call e/e ^1"}).add("e/e", "1.0.0 2.0.0")
    held = using(holding(["a", "starter/e/e@1"], a="x/a 1.0.0", e="e/e@1 1.0.0"), {"a.e": "e/e@1"})
    found = upgrade_stages(asking({"a": "x/a"}), world, held)

    assert [
        "a 1.5.0, starter/e/e@1 1.0.0 (1.33)",
        "a 2.0.0, starter/e/e@2 2.0.0 (1.33)",
    ] == told_path(found)


def test_parts_without_a_solution_keep_what_they_have(world: World) -> None:
    """They do not block the stages of the others."""
    question = asking({"log": "x/log ^9", "p": "x/p"})
    held = holding(["log", "p"], log="x/log 1.0.0", p="x/p 14.0.0")
    found = upgrade_stages(question, world, held)

    assert ["log 1.0.0, p 15.1.0 (1.33)", "log 1.0.0, p 16.4.0 (1.33)"] == told_path(found)
