"""Forced conflicts: found by following what all versions left of a package require."""

from __future__ import annotations

from small_worlds import World, asking

from mistpm.model.cause import Asked, Cause, NeedsKubernetes, Requires
from mistpm.model.question import Question
from mistpm.resolve import Effort, resolve
from mistpm.resolve.search.forcing import Forcing
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.limits import Deadline, Limits
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe


def forced(world: World, question: Question) -> list[str]:
    """Give what the file alone forces to fail, a line for each cause."""
    catalogue = Catalogue(world, Deadline(Limits()))
    universe = Universe(Problem(question=question), catalogue)
    universe.ask()
    return [line(cause) for cause in Forcing(universe).core]


def line(cause: Cause) -> str:
    """Write a cause in short."""
    match cause:
        case Asked(release=release, range=range_):
            return f"asked {release} {range_}"
        case Requires(dependent=dependent, package=package, range=range_):
            return f"{dependent.package} requires {package} {range_}"
        case NeedsKubernetes(package=package, range=range_):
            return f"{package} needs Kubernetes {range_}"
    raise NotImplementedError(cause)


def test_every_version_left_requires_what_nobody_can_have() -> None:
    """The range of the file leaves versions that all say the same; the others do not count."""
    world = World().add("a/shop", "1.0.0", {"db": "a/db ^2"}).add("a/db", "1.0.0 2.0.0 3.0.0")
    world.add("a/shop", "2.0.0 2.1.0", {"db": "a/db ^1"})

    expected = ["asked db ^3", "asked shop ^2", "starter/a/shop requires starter/a/db ^1"]
    assert expected == forced(world, asking({"db": "a/db ^3", "shop": "a/shop ^2"}))


def test_versions_that_disagree_are_left_to_the_search() -> None:
    """Nothing is forced where one version requires something else, though it would fail as well."""
    world = World().add("a/shop", "1.0.0", {"db": "a/db ^2"}).add("a/db", "1.0.0 2.0.0 3.0.0")
    world.add("a/shop", "2.0.0 2.1.0", {"db": "a/db ^1"})

    assert [] == forced(world, asking({"db": "a/db ^3", "shop": "a/shop"}))


def test_an_exclusion_counts_where_it_leaves_the_versions() -> None:
    """Kubernetes takes the version away that would do, so it is among the causes; elsewhere it is not."""
    world = World().add("a/shop", "1.0.0", {"db": "a/db"}).add("a/db", "1.0.0 1.1.0")
    world.add("a/shop", "2.0.0", {"db": "a/db ^2"}).add("a/shop", "1.1.0", kubernetes=">=1.40")
    world.add("a/db", "2.0.0", kubernetes=">=1.40").add("a/db", "0.9.0", kubernetes=">=1.41")

    expected = [
        "asked shop ^2",
        "starter/a/db needs Kubernetes >=1.40",
        "starter/a/shop requires starter/a/db ^2",
    ]
    assert expected == forced(world, asking({"shop": "a/shop ^2"}))


def test_a_long_way_is_left_to_the_search() -> None:
    """A conflict of many causes may not be the shortest, so it is looked for by other means."""
    world = World().add("a/a", "1.0.0", {"b": "a/b"}).add("a/b", "1.0.0", {"c": "a/c"})
    world.add("a/c", "1.0.0", {"d": "a/d ^2"}).add("a/d", "1.0.0 2.0.0")

    assert [] == forced(world, asking({"a": "a/a", "d": "a/d ^1"}))


def test_calls_of_several_series_and_apis_force_nothing() -> None:
    """What may be met in several ways is not followed, even where none of them would do."""
    world = World().add("a/a", "1.0.0", {"lib": "call a/lib", "api": "api a.b/v1/K"})
    world.add("a/lib", "1.0.0 2.0.0", {"none": "a/none"})

    assert [] == forced(world, asking({"a": "a/a"}))


def test_the_solver_is_asked_for_the_explanation_only() -> None:
    """A conflict that the file forces is known to be one without the solver."""
    world = World().add("a/shop", "1.0.0", {"db": "a/db ^2"}).add("a/db", "1.0.0 2.0.0")
    effort = Effort()
    question = asking({"shop": "a/shop", "db": "a/db ^1"})
    resolve(question, world, limits=Limits(failures=1, tries=0, calls=0), effort=effort)

    assert 2 == effort.sat_calls
