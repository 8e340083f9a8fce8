"""Worlds that once were answered wrongly, found by campaigns and made as small as they get."""

from __future__ import annotations

from small_worlds import World, asking, dependency, holding, setting, told

API = "a.b/v1/K"


def test_what_the_file_does_not_admit_is_no_way_out() -> None:
    """A version outside of one release's range does not provide what another one needs."""
    world = World()
    world.add("x/asker", "1.0.0", computed=True).add("x/asker", "2.0.0", {"y": "call x/way"})
    world.add("x/owner", "0.2.0", provides=[API]).add("x/owner", "1.0.0")
    world.add("x/way", "1.0.0", {"x": "x/owner"}).add("x/user", "1.0.0", {"y": "x/asker"})
    world.answers["asker", "starter/x/asker@1.0.0"] = {
        "w": dependency(f"api {API} default x/owner")
    }

    resolution = world.resolve(
        asking({"owner": "x/owner >=1", "user": "x/user"}, settings=[setting("x/asker", "^1")])
    )

    assert "user" in resolution.unresolved[0].releases


def test_who_was_not_asked_yet_is_not_blamed() -> None:
    """That a version might have brought a provider along makes its release no part of the conflict."""
    world = World()
    world.add("x/needy", "1.0.0", {"k": f"api {API}"})
    world.add("x/other", "1.0.0", {"c": "x/chatty"})
    world.add("x/chatty", "1.0.0").add("x/chatty", "2.0.0", {"z": "x/nowhere"}, computed=True)

    resolution = world.resolve(asking({"other": "x/other", "needy": "x/needy"}))

    assert {"chatty": "1.0.0", "other": "1.0.0"} == told(resolution)
    assert [("needy",)] == [part.releases for part in resolution.unresolved]


def test_what_was_computed_is_kept_with_who_has_no_solution() -> None:
    """A release without a solution keeps what was held, that which it computed included."""
    world = World()
    world.add("x/a", "1.0.0", computed=True).add("x/b", "1.0.0")
    world.answers["a", "starter/x/a@1.0.0"] = {"w": dependency("call x/b")}

    resolution = world.resolve(asking({"a": "x/a ^2"}), holding(a="x/a 1.0.0", b="x/b@1 1.0.0"))

    assert {"a": "1.0.0", "starter/x/b@1": "1.0.0"} == told(resolution)
    assert [("a",)] == [part.releases for part in resolution.unresolved]


def test_what_cannot_be_chosen_is_not_asked_for_a_way_out() -> None:
    """Versions that might compute something, but that Kubernetes excludes, are not in the conflict."""
    world = World()
    world.add("x/needy", "0.1.0", {"z": "x/chatty ^2"})
    world.add("x/needy", "1.0.0", {"k": "api a.b/v1/L default x/needy"})
    world.add("x/chatty", "0.2.0", kubernetes=">=1.34", computed=True)
    world.add("x/chatty", "2.0.0", computed=True, provides=["a.b/v2/K"])

    resolution = world.resolve(asking({"needy": "x/needy"}, provided_apis=["a.b/v2/K"]))

    assert {} == told(resolution)
    assert [("needy",)] == [part.releases for part in resolution.unresolved]


def test_what_is_called_provides_nothing() -> None:
    """The default of an API is kept beside a call of the same package, however that was locked."""
    world = World()
    world.add("x/a", "1.0.0", {"c": "call x/p", "k": f"api {API} default x/p"})
    world.add("x/p", "1.0.0", provides=[API])
    held = holding(a="x/a 1.0.0", p="x/p 1.0.0", called="x/p@1 1.0.0")

    resolution = world.resolve(asking({"a": "x/a"}), held)

    assert {"a": "1.0.0", "p": "1.0.0", "starter/x/p@1": "1.0.0"} == told(resolution)
    assert [("a",)] == [part.releases for part in resolution.unresolved]


def test_what_moved_counts_as_a_series_too() -> None:
    """A called package whose held version is gone has moved if it is there, and is one series more."""
    world = World()
    world.add("x/p", "0.2.0").add("x/p", "2.0.0", {"x": "call x/p"})
    world.add("x/p", "2.1.0", {"x": "call x/gone"})
    held = holding(old="x/p@0.2 3.0.0", new="x/p@2 2.1.0")

    resolution = world.resolve(asking({"a": "x/p ^2"}), held)

    assert {"a": "2.0.0", "starter/x/p@2": "2.0.0"} == told(resolution)
