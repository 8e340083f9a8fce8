"""Upgrade paths: packages first, then the cluster one minor at a time, then what could only come after."""

from __future__ import annotations

import pytest
from small_worlds import World, asking, dependency, holding, package_id, told, using
from told_paths import path, told_path

from mistpm.errors import RegistryError
from mistpm.model.minor import parse_minor
from mistpm.model.upgrade_path import PackageMove, UpgradePath
from mistpm.resolve import Limits, upgrade_path


@pytest.fixture
def world() -> World:
    """Make controllers that have to move before 1.25 (`old`), and only once 1.25 is reached (`new`)."""
    world = World()
    world.add("x/old", "1.0.0", kubernetes="<=1.24").add("x/old", "2.0.0", kubernetes=">=1.22")
    world.add("x/new", "1.0.0", kubernetes="<=1.25").add("x/new", "2.0.0", kubernetes=">=1.25")
    return world.add("x/log", "1.0.0 2.0.0")


def test_nothing_moves_where_everything_supports_the_way(world: World) -> None:
    """What is held stays, however much is newer, and the cluster goes on."""
    found = path(world, asking({"log": "x/log"}), holding(log="x/log 1.0.0"), "1.21", "1.23")

    assert ["1.22", "1.23"] == told_path(found)
    assert "1.21 1.22 1.23" == " ".join(map(str, found.minors))
    assert found.blocked is None


def test_who_is_there_already_has_nothing_to_do(world: World) -> None:
    """From a minor to itself there is no move."""
    found = path(world, asking({"log": "x/log"}), holding(log="x/log 1.0.0"), "1.21", "1.21")

    assert UpgradePath(minors=(parse_minor("1.21"),)) == found


BEFORE = ["old 2.0.0 (1.23 to 1.26)", "1.24", "1.25", "1.26"]
SOON = ["1.22", "old 2.0.0 (1.22 to 1.25)", "1.23", "1.24", "1.25"]
AFTER = ["1.24", "1.25", "new 2.0.0 (1.25 to 1.26)", "1.26"]
DOWN = ["new 2.0.0 (1.26 to 1.25)", "1.25", "new 1.0.0 (1.25 to 1.24)", "1.24"]


@pytest.mark.parametrize(
    ("name", "start", "goal", "expected"),
    [
        ("old", "1.23", "1.26", BEFORE),
        ("old", "1.21", "1.25", SOON),
        ("new", "1.23", "1.26", AFTER),
        ("new", "1.26", "1.24", DOWN),
    ],
    ids=["before", "as-soon-as-it-can", "after", "downwards"],
)
def test_when_packages_move(
    world: World, name: str, start: str, goal: str, expected: list[str]
) -> None:
    """As early as they can, and no earlier; a cluster goes down in the same way as up."""
    question = asking({name: f"x/{name}"})
    found = path(world, question, holding(**{name: f"x/{name} 1.0.0"}), start, goal)

    assert expected == told_path(found)


def test_packages_before_and_after(world: World) -> None:
    """Moves are put together where one does; releases that need not move stay out of it."""
    question = asking({"log": "x/log", "old": "x/old", "new": "x/new"})
    held = holding(log="x/log 1.0.0", old="x/old 1.0.0", new="x/new 1.0.0")

    assert [
        "log 1.0.0, new 1.0.0, old 2.0.0 (1.22 to 1.25)",
        "1.23",
        "1.24",
        "1.25",
        "log 1.0.0, new 2.0.0, old 2.0.0 (1.25 to 1.33)",
        *(f"1.{number}" for number in range(26, 34)),
    ] == told_path(path(world, question, held, "1.22", "1.33"))


def test_versions_without_overlap_are_explained(world: World) -> None:
    """It goes as far as it can, and says which versions leave out which minor."""
    world.add("x/gap", "1.0.0", kubernetes="<=1.23").add("x/gap", "2.0.0", kubernetes=">=1.24")
    question = asking({"log": "x/log", "gap": "x/gap"})
    found = path(world, question, holding(log="x/log 1.0.0", gap="x/gap 1.0.0"), "1.21", "1.33")

    assert ["1.22", "1.23"] == told_path(found)
    assert found.blocked is not None
    assert ("1.23", "1.24") == (str(found.blocked.at), str(found.blocked.next))
    (part,) = found.blocked.unresolved
    assert (
        "Because mistpm.yaml asks for starter/x/gap,",
        "  starter/x/gap 2.0.0 needs Kubernetes >=1.24, which leaves out 1.23,",
        "  and starter/x/gap 1.0.0 needs Kubernetes <=1.23, which leaves out 1.24,",
        "  gap cannot be had at 1.23 and 1.24.",
    ) == part.explanation
    assert ("without gap, the others can go on",) == part.hints


def test_hints_lead_to_the_goal(world: World) -> None:
    """What stands in the way further on is a part of them, and a version for each stretch is named."""
    world.add("x/late", "1.0.0", kubernetes="<=1.25").add("x/late", "2.0.0", kubernetes=">=1.25")
    world.add("x/near", "1.0.0", kubernetes="<=1.24").add("x/near", "1.1.0", kubernetes="<=1.25")
    world.add("x/near", "2.0.0", kubernetes=">=1.25")
    held = holding(near="x/near 1.0.0", late="x/late 1.0.0")
    question = asking({"near": "x/near =1.0.0", "late": "x/late ^1"})
    found = path(world, question, held, "1.24", "1.26")

    assert found.blocked is not None
    assert ("1.24", "1.25") == (str(found.blocked.at), str(found.blocked.next))
    assert (
        "two changes help together: allow near 1.1.0 and 2.0.0 in mistpm.yaml, which asks for =1.0.0;"
        " allow late 2.0.0 in mistpm.yaml, which asks for ^1",
    ) == found.blocked.unresolved[0].hints


def test_a_hint_that_leads_on_but_not_to_the_goal() -> None:
    """It is said how many more stand in the way."""
    world = World().add("x/old", "1.0.0", kubernetes="<=1.24").add("x/old", "2.0.0")
    world.add("x/gone", "1.0.0", kubernetes="<=1.25")
    held = holding(old="x/old 1.0.0", gone="x/gone 1.0.0")
    question = asking({"old": "x/old ^1", "gone": "x/gone"})
    found = path(world, question, held, "1.24", "1.26")

    assert found.blocked is not None
    assert ("allow old 2.0.0 in mistpm.yaml, which asks for ^1; 1 more conflict is left then",) == (
        found.blocked.unresolved[0].hints
    )


def test_a_hint_does_not_lead_where_nothing_may_follow() -> None:
    """What a version may follow is looked at along the whole way."""
    world = World().add("x/db", "1.0.0", kubernetes="<=1.24")
    world.add("x/db", "2.0.0", kubernetes=">=1.24", after=">=1.5")
    found = path(world, asking({"db": "x/db ^1"}), holding(db="x/db 1.0.0"), "1.24", "1.25")

    assert found.blocked is not None
    assert () == found.blocked.unresolved[0].hints


def test_what_the_file_keeps_back_has_a_hint(world: World) -> None:
    """Hints are those of any resolution, but for other minors: those are what is asked for."""
    question = asking({"old": "x/old ^1"})
    found = path(world, question, holding(old="x/old 1.0.0"), "1.24", "1.25")

    assert found.blocked is not None
    assert ("allow old 2.0.0 in mistpm.yaml, which asks for ^1",) == found.blocked.unresolved[
        0
    ].hints


def test_lockstep() -> None:
    """What only goes together moves together."""
    world = World()
    world.add("x/a", "1.0.0", {"b": "x/b ^1"}, kubernetes="<=1.33")
    world.add("x/a", "2.0.0", {"b": "x/b ^2"}, kubernetes=">=1.32")
    world.add("x/b", "1.0.0").add("x/b", "2.0.0", conflicts=["x/a <2"])
    question = asking({"a": "x/a", "b": "x/b"})

    assert ["a 2.0.0, b 2.0.0 (1.32 to 1.34)", "1.33", "1.34"] == told_path(
        path(world, question, holding(a="x/a 1.0.0", b="x/b 1.0.0"), "1.32", "1.34")
    )


def test_fewest_moves_before_fewest_changes() -> None:
    """One move of two packages is better than two moves of one."""
    world = World()
    world.add("x/a", "1.0.0", kubernetes="<=1.32").add("x/a", "1.1.0", kubernetes="<=1.33")
    world.add("x/a", "1.2.0", kubernetes=">=1.33")
    world.add("x/a", "2.0.0", {"b": "x/b >=2"}).add("x/b", "1.0.0 2.0.0")
    question = asking({"b": "x/b", "a": "x/a"})
    held = holding(a="x/a 1.0.0", b="x/b 1.0.0")

    assert ["a 2.0.0, b 2.0.0 (1.32 to 1.34)", "1.33", "1.34"] == told_path(
        path(world, question, held, "1.32", "1.34")
    )


def test_newest_at_the_end_before_early_moves() -> None:
    """Where moves and changes are the same, waiting for a newer version pays."""
    world = World().add("x/a", "1.0.0", kubernetes="<=1.34")
    world.add("x/a", "2.0.0").add("x/a", "3.0.0", kubernetes=">=1.34")

    assert ["1.33", "1.34", "a 3.0.0 (1.34 to 1.35)", "1.35"] == told_path(
        path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.32", "1.35")
    )


def test_what_is_pulled_in_is_worth_waiting_for() -> None:
    """What descriptors require is as new as possible at the end, before moves are early."""
    world = World().add("x/a", "1.0.0", kubernetes="<=1.34").add("x/a", "2.0.0", {"p": "x/p"})
    world.add("x/p", "1.0.0").add("x/p", "2.0.0", kubernetes=">=1.34")

    assert ["1.33", "1.34", "a 2.0.0, p 2.0.0 (1.34 to 1.35)", "1.35"] == told_path(
        path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.32", "1.35")
    )


def test_a_default_is_not_worth_waiting_for() -> None:
    """Whether an API needs its default depends on the minors, so those are settled first."""
    world = World().add("x/a", "1.0.0", kubernetes="<=1.34")
    world.add("x/a", "2.0.0", {"k": "api a.b/v1/K default x/p"})
    world.add("x/p", "1.0.0 1.1.0", provides=["a.b/v1/K"])
    world.add("x/p", "2.0.0", kubernetes=">=1.34", provides=["a.b/v1/K"])

    assert ["a 2.0.0, p 1.1.0 (1.32 to 1.35)", "1.33", "1.34", "1.35"] == told_path(
        path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.32", "1.35")
    )


def test_a_registry_that_does_not_answer_ends_the_path() -> None:
    """As far as nothing of it is needed; nobody can tell what comes then."""
    world = World().add("x/a", "1.0.0", kubernetes="<=1.33").add("x/a", "2.0.0", {"b": "corp/x/b"})
    unreachable = RegistryError("registry-unreachable", "`corp` cannot be reached")
    world.broken[package_id("corp/x/b")] = unreachable
    found = path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.32", "1.35")

    assert ["1.33"] == told_path(found)
    assert found.blocked is not None
    (part,) = found.blocked.unresolved
    assert part.is_open
    assert ("`a` needs `corp/x/b`",) == part.needs


def test_at_the_goal_a_registry_has_to_answer_too() -> None:
    """Where what is there does not support the goal, nobody can tell whether it is reached."""
    world = World().add("x/a", "1.0.0", kubernetes="<1.33").add("x/a", "2.0.0", {"b": "corp/x/b"})
    unreachable = RegistryError("registry-unreachable", "`corp` cannot be reached")
    world.broken[package_id("corp/x/b")] = unreachable
    found = path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.33", "1.33")

    assert found.blocked is not None
    assert ("1.33", "1.33") == (str(found.blocked.at), str(found.blocked.next))
    assert [True] == [part.is_open for part in found.blocked.unresolved]


def test_versions_on_the_way_follow_each_other() -> None:
    """`upgrades.from` takes several moves at one minor, and tells versions apart that say the same otherwise."""
    world = (
        World().add("x/p", "14.0.0", kubernetes="<1.34").add("x/p", "15.0.0", kubernetes="<1.34")
    )
    world.add("x/p", "15.1.0 15.2.0", kubernetes="<1.34", after=">=15").add(
        "x/p", "16.0.0", after="~15.1"
    )
    question, held = asking({"p": "x/p"}), holding(p="x/p 14.0.0")

    assert [
        "p 15.0.0 (1.32)",
        "p 15.1.0 (1.32)",
        "p 16.0.0 (1.32 to 1.34)",
        "1.33",
        "1.34",
    ] == told_path(path(world, question, held, "1.32", "1.34"))


def test_from_holds_downwards_as_well() -> None:
    """An older version says what may be replaced by it, too."""
    world = World().add("x/p", "1.0.0", after="<1.2").add("x/p", "1.1.0", after="<3")
    world.add("x/p", "2.0.0", kubernetes=">=1.33")
    question, held = asking({"p": "x/p"}), holding(p="x/p 2.0.0")

    assert ["p 1.1.0 (1.33 to 1.32)", "1.32"] == told_path(
        path(world, question, held, "1.33", "1.32")
    )


def test_a_chain_that_cannot_be_walked_is_explained() -> None:
    """The version that would do may only follow one that is nowhere to be had."""
    world = World().add("x/p", "14.0.0", kubernetes="<1.31")
    world.add("x/p", "16.0.0 16.4.0", after="^15").add("x/p", "17.0.0", after="^16")
    found = path(world, asking({"p": "x/p"}), holding(p="x/p 14.0.0"), "1.29", "1.32")

    assert ["1.30"] == told_path(found)
    assert found.blocked is not None
    assert ("1.30", "1.31") == (str(found.blocked.at), str(found.blocked.next))
    (part,) = found.blocked.unresolved
    assert (
        "Because mistpm.yaml asks for starter/x/p,",
        "  starter/x/p 17.0.0 may only follow ^16, which cannot be reached from 14.0.0,",
        "  starter/x/p 16.0.0 to 16.4.0 may only follow ^15, which cannot be reached from 14.0.0,",
        "  and starter/x/p 14.0.0 needs Kubernetes <1.31, which leaves out 1.31,",
        "  p cannot be had at 1.30 and 1.31.",
    ) == part.explanation


def test_moves_that_stand_in_each_others_way() -> None:
    """Each could go alone, but never beside the other: then it says how far it looked."""
    world = World().add("x/a", "1.0.0", {"b": "x/b ^1"}, kubernetes="<=1.32")
    world.add("x/a", "2.0.0", {"b": "x/b ^2"}, after="^1")
    world.add("x/b", "1.0.0").add("x/b", "1.5.0", conflicts=["x/a ^1"])
    world.add("x/b", "2.0.0", after=">=1.5")
    question = asking({"a": "x/a", "b": "x/b"})
    held = holding(a="x/a 1.0.0", b="x/b 1.0.0")
    limits = Limits(moves=1)
    found = upgrade_path(
        question, world, held, start=parse_minor("1.32"), goal=parse_minor("1.33"), limits=limits
    )

    assert found.blocked is not None
    (part,) = found.blocked.unresolved
    assert (
        "Up to 3 package moves were tried out, and none of these ways leads to Kubernetes 1.33.",
        "starter/x/b@2.0.0 may only follow >=1.5.",
    ) == part.explanation
    assert ("b",) == part.releases


def test_called_packages_follow_anything() -> None:
    """What is rendered inside of others was never installed."""
    world = World().add("x/a", "1.0.0", {"e": "call e/e ^1"})
    world.add("e/e", "1.0.0", kubernetes="<1.33").add("e/e", "1.1.0", after=">=9")
    held = using(holding(a="x/a 1.0.0", e="e/e@1 1.0.0"), {"a.e": "e/e@1"})

    assert ["a 1.0.0, starter/e/e@1 1.1.0 (1.32 to 1.33)", "1.33"] == told_path(
        path(world, asking({"a": "x/a"}), held, "1.32", "1.33")
    )


def test_an_api_that_kubernetes_has_only_later() -> None:
    """Its default is pulled in as long as some minor lacks it; where none does, nobody has to."""
    api = "storage.k8s.io/v1/VolumeAttributesClass"
    world = World().add("x/a", "1.0.0", kubernetes="<=1.33")
    world.add("x/a", "2.0.0", {"v": f"api {api} default x/v"}).add("x/v", "1.0.0", provides=[api])
    question, held = asking({"a": "x/a"}), holding(a="x/a 1.0.0")

    assert ["a 2.0.0, v 1.0.0 (1.33 to 1.34)", "1.34"] == told_path(
        path(world, question, held, "1.33", "1.34")
    )


def test_who_stays_goes_on_to_call_the_same() -> None:
    """Between two moves, too, nothing is called otherwise without need."""
    world = World().add("x/a", "1.0.0", {"e": "call e/e >=1"}).add("e/e", "1.0.0 2.0.0")
    world.add("x/b", "1.0.0", kubernetes="<=1.32").add("x/b", "2.0.0", kubernetes="1.32 - 1.33")
    world.add("x/b", "3.0.0", kubernetes=">=1.33")
    question = asking({"a": "x/a", "b": "x/b"})
    held = using(holding(a="x/a 1.0.0", b="x/b 1.0.0", e="e/e@1 1.0.0"), {"a.e": "e/e@1"})

    assert [
        "a 1.0.0, b 2.0.0, starter/e/e@1 1.0.0 (1.32 to 1.33)",
        "1.33",
        "a 1.0.0, b 3.0.0, starter/e/e@1 1.0.0 (1.33 to 1.34)",
        "1.34",
    ] == told_path(path(world, question, held, "1.32", "1.34"))


def test_computed_requirements_count() -> None:
    """What only a module knows is asked for the minors of each state."""
    world = World().add("x/a", "1.0.0", kubernetes="<=1.32").add("x/a", "2.0.0", computed=True)
    world.add("x/a", "1.5.0", kubernetes="<=1.33").add("x/b", "1.0.0")
    world.answers["a", "starter/x/a@2.0.0"] = {"b": dependency("x/b ^1")}

    assert ["a 2.0.0, b 1.0.0 (1.32 to 1.34)", "1.33", "1.34"] == told_path(
        path(world, asking({"a": "x/a"}), holding(a="x/a 1.0.0"), "1.32", "1.34")
    )


def test_nothing_held_begins_with_packages(world: World) -> None:
    """Where there is no lock yet, the first move chooses the newest that goes far enough."""
    found = path(world, asking({"log": "x/log"}), holding(), "1.21", "1.22")

    assert ["log 2.0.0 (1.21 to 1.22)", "1.22"] == told_path(found)
    assert () == found.minors


def test_a_set_of_2021_goes_to_2025() -> None:
    """Old APIs disappear at 1.22, 1.25, 1.26 and 1.29; each package moves once it can."""
    world = World()
    world.add("x/ingress", "0.40.0", kubernetes="<1.22").add(
        "x/ingress", "1.2.0", kubernetes=">=1.19"
    )
    world.add("x/policies", "1.0.0", kubernetes="<1.25").add(
        "x/policies", "2.0.0", kubernetes=">=1.23"
    )
    world.add("x/scaler", "1.0.0", kubernetes="<1.26").add("x/scaler", "2.0.0", kubernetes=">=1.23")
    world.add("x/jobs", "1.0.0", kubernetes="<1.25").add("x/jobs", "2.0.0", kubernetes=">=1.21")
    world.add("x/flows", "1.0.0", kubernetes="<1.26")
    world.add("x/flows", "2.0.0", kubernetes=">=1.26 <1.32", after="^1")
    world.add("x/flows", "1.9.0", kubernetes=">=1.25 <1.27")
    world.add("x/flows", "3.0.0", kubernetes=">=1.29", after="^2")
    names = ("ingress", "policies", "scaler", "jobs", "flows")
    first = {"ingress": "0.40.0"}
    held = holding(**{name: f"x/{name} {first.get(name, '1.0.0')}" for name in names})
    found = path(world, asking({name: f"x/{name}" for name in names}), held, "1.21", "1.33")
    before, moved = {name: version for name, (_, version) in held.releases.items()}, []
    for move in found.moves:
        if isinstance(move, PackageMove):
            after = {name: one.candidate.version for name, one in move.resolution.releases.items()}
            new = [f"{name} {after[name]}" for name in names if after[name] != before[name]]
            moved.append(f"{move.minors[0]}: {', '.join(new)}")
            before = after

    assert found.blocked is None
    assert [
        "1.21: ingress 1.2.0, jobs 2.0.0",
        "1.23: policies 2.0.0, scaler 2.0.0",
        "1.25: flows 1.9.0",
        "1.26: flows 2.0.0",
        "1.29: flows 3.0.0",
    ] == moved


def test_the_resolution_of_a_state_is_whole(world: World) -> None:
    """Edges, names and mistakes are those of any resolution for the minors of the state."""
    world.add("x/app", "1.0.0", {"log": "x/log >=2"})
    found = path(world, asking({"app": "x/app"}), holding(), "1.21", "1.22")
    (move,) = [move for move in found.moves if isinstance(move, PackageMove)]

    assert {"app": "1.0.0", "log": "2.0.0"} == told(move.resolution)
    assert ["log"] == [edge.target for edge in move.resolution.releases["app"].edges]
