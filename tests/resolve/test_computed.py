"""Computed requirements: who is asked, when, and what becomes of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from small_worlds import World, asking, dependency, edges, holding, package_id, setting, told

from mistpm.errors import RegistryError, RenderError
from mistpm.model.cause import Requires
from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.question import Question
from mistpm.model.resolution import Computation, Edge, Unresolved
from mistpm.model.version import parse_version
from mistpm.resolve import Limits, blockers, resolve


class Modules(World):
    """A world whose packages answer; `asked` records who was asked, as `release version`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.failing: dict[str, Exception] = {}

    def requirements(
        self, release: str, candidate: Candidate, inputs: dict[str, Any], question: Question
    ) -> Mapping[str, Dependency]:
        """Answer as usual."""
        self.asked.append(f"{release} {candidate.version}")
        self.seen.append(inputs)
        if release in self.failing:
            raise self.failing[release]
        return super().requirements(release, candidate, inputs, question)

    def answer(self, release: str, candidate: str, **needs: str) -> None:
        """Let a release at `data/redis@1.0.0` compute these requirements."""
        computed = {alias: dependency(need) for alias, need in needs.items()}
        self.answers[release, f"starter/{candidate}"] = computed


@pytest.fixture
def world() -> Modules:
    """Give an application that asks for a store, and two stores."""
    made = Modules()
    made.add("apps/web", "1.0.0 2.0.0", computed=True)
    made.add("data/store", "1.0.0 2.0.0 3.0.0")
    return made


def test_answers_are_requirements(world: Modules) -> None:
    """What the chosen version requires besides is installed, and its edge says that it was computed."""
    world.answer("web", "apps/web@2.0.0", store="data/store ^2")
    resolution = world.resolve(asking({"web": "apps/web"}))

    assert {"store": "2.0.0", "web": "2.0.0"} == told(resolution)
    assert ["web 2.0.0"] == world.asked
    assert (
        Edge(
            alias="store",
            use="install",
            requires="starter/data/store ^2",
            target="store",
            computed=True,
        ),
    ) == resolution.releases["web"].edges
    assert Computation(answer={"store": dependency("data/store ^2")}) == (
        resolution.releases["web"].computation
    )


def test_only_chosen_versions_are_asked(world: Modules) -> None:
    """What was not chosen is not asked, and what requires nothing is asked once."""
    world.add("apps/other", "1.0.0", {"web": "apps/web ^1"})
    resolution = world.resolve(asking({"other": "apps/other"}))

    assert {"other": "1.0.0", "web": "1.0.0"} == told(resolution)
    assert ["web 1.0.0"] == world.asked


def test_another_version_when_the_answer_cannot_be_met(world: Modules) -> None:
    """A version that computes what cannot be had gives way to the next best."""
    world.answer("web", "apps/web@2.0.0", store="data/store ^4")
    world.answer("web", "apps/web@1.0.0", store="data/store ^1")
    resolution = world.resolve(asking({"web": "apps/web"}))

    assert {"store": "1.0.0", "web": "1.0.0"} == told(resolution)
    assert ["web 2.0.0", "web 1.0.0"] == world.asked


def test_each_release_is_asked_for_itself(world: Modules) -> None:
    """Two releases of a package have inputs, answers and stores of their own."""
    world.answer("one", "apps/web@2.0.0", store="data/store <3")
    world.answer("two", "apps/web@2.0.0", cache="data/cache *")
    world.add("data/cache", "1.0.0")
    resolution = world.resolve(
        asking({"one": "apps/web", "two": "apps/web"}, inputs={"one": {"a": 1}, "two": {"b": 2}})
    )

    assert {"cache": "1.0.0", "one": "2.0.0", "store": "2.0.0", "two": "2.0.0"} == told(resolution)
    assert {"store": "store"} == edges(resolution, "one")
    assert {"cache": "cache"} == edges(resolution, "two")
    assert [{"a": 1}, {"b": 2}] == world.seen


def test_what_is_pulled_in_is_asked_too(world: Modules) -> None:
    """Answers may lead to packages that compute requirements again; settings give their inputs."""
    world.add("data/base", "1.0.0", computed=True)
    world.answer("web", "apps/web@2.0.0", base="data/base *")
    world.answer("ground", "data/base@1.0.0", store="data/store ^3")
    question = asking(
        {"web": "apps/web"}, settings=[setting("data/base", name="ground", inputs={"deep": True})]
    )

    assert {"ground": "1.0.0", "store": "3.0.0", "web": "2.0.0"} == told(world.resolve(question))
    assert ["web 2.0.0", "ground 1.0.0"] == world.asked
    assert [{}, {"deep": True}] == world.seen


def test_a_circle_of_answers_ends(world: Modules) -> None:
    """Packages may require each other by computing."""
    world.add("data/base", "1.0.0", computed=True)
    world.answer("web", "apps/web@2.0.0", base="data/base *")
    world.answer("base", "data/base@1.0.0", web="apps/web ^2", itself="data/base ^1")

    assert {"base": "1.0.0", "web": "2.0.0"} == told(world.resolve(asking({"web": "apps/web"})))


def test_bindings_hold_for_computed_aliases(world: Modules) -> None:
    """`bind` names the release that a computed requirement means."""
    world.answer("web", "apps/web@2.0.0", store="data/store *")
    releases = {"web": "apps/web", "one": "data/store ^1", "two": "data/store ^2"}
    resolution = world.resolve(asking(releases, bind={"web": {"store": "one"}}))

    assert {"store": "one"} == edges(resolution, "web")


def test_a_binding_of_an_alias_that_was_not_computed_is_fine(world: Modules) -> None:
    """With other inputs the package may have it."""
    releases = {"web": "apps/web", "one": "data/store ^1"}
    resolution = world.resolve(asking(releases, bind={"web": {"store": "one"}}))

    assert {"one": "1.0.0", "web": "2.0.0"} == told(resolution)


def test_calls_and_apis_can_be_computed(world: Modules) -> None:
    """An answer has everything that a descriptor's dependencies have, but conditions."""
    world.add("watch/meter", "1.0.0", provides=["a.b/v1/Reading"])
    world.answer(
        "web",
        "apps/web@2.0.0",
        engine="call data/store ^2",
        meter="api a.b/v1/Reading default watch/meter",
        pods="api v1/Pod",
        maybe="optional api a.b/v1/Nothing",
    )
    resolution = world.resolve(asking({"web": "apps/web"}))

    assert {"meter": "1.0.0", "starter/data/store@2": "2.0.0", "web": "2.0.0"} == told(resolution)
    assert {
        "engine": "starter/data/store@2",
        "maybe": "",
        "meter": "meter",
        "pods": "kubernetes",
    } == edges(resolution, "web")


def test_who_computes_requirements_is_not_called(world: Modules) -> None:
    """What a called package would require is not known before it is called, which is too late."""
    world.add("apps/caller", "1.0.0", {"engine": "call apps/web *"})
    resolution = world.resolve(asking({"caller": "apps/caller"}))

    assert ("caller",) == resolution.unresolved[0].releases
    assert [] == world.asked


def test_a_provider_may_be_there_only_for_an_answer(world: Modules) -> None:
    """An API is met by what a computed requirement brings along, so nothing is impossible before."""
    world.add("apps/api", "1.0.0", {"meter": "api a.b/v1/Reading"})
    world.add("watch/meter", "1.0.0", provides=["a.b/v1/Reading"])
    world.answer("web", "apps/web@1.0.0", meter="watch/meter *")
    resolution = world.resolve(asking({"api": "apps/api", "web": "apps/web"}))

    assert {"api": "1.0.0", "meter": "1.0.0", "web": "1.0.0"} == told(resolution)
    assert ["web 2.0.0", "web 1.0.0"] == world.asked


def test_an_api_that_nobody_brings_along_is_missing(world: Modules) -> None:
    """Every version that can be chosen was asked before; the release that has nothing to do with it stays.

    A hint is tried out with whatever that release requires then.
    """
    world.add("apps/api", "1.0.0", {"meter": "api a.b/v1/Reading"})
    resolution = world.resolve(asking({"api": "apps/api", "web": "apps/web"}))

    assert ["web 2.0.0", "web 1.0.0", "web 2.0.0"] == world.asked
    assert [("api",)] == [part.releases for part in resolution.unresolved]
    assert {"web": "2.0.0"} == told(resolution)


def test_a_conflict_names_what_was_computed(world: Modules) -> None:
    """The cause says that the version was asked."""
    world.answer("web", "apps/web@2.0.0", store="data/store ^4")
    resolution = world.resolve(asking({"web": "apps/web ^2"}))
    conflict = resolution.unresolved[0].conflict
    assert conflict is not None
    computed = [g.cause for g in conflict.grounds if isinstance(g.cause, Requires)]

    assert conflict.minimal
    assert [(True, "starter/data/store", "^4")] == [
        (c.computed, c.package, c.range) for c in computed
    ]


def test_changes_are_as_few_as_possible(world: Modules) -> None:
    """What was held stays, and so does what a computed requirement holds."""
    world.answer("web", "apps/web@1.0.0", store="data/store *")
    held = holding(web="apps/web 1.0.0", store="data/store 1.0.0")

    assert {"store": "1.0.0", "web": "1.0.0"} == told(
        world.resolve(asking({"web": "apps/web"}), held)
    )
    assert ["web 1.0.0"] == world.asked


def test_who_cannot_be_asked_is_in_nobodys_way(world: Modules) -> None:
    """The release and those that need it stay open; the others are solved."""
    world.add("apps/user", "1.0.0", {"web": "apps/web *"})
    world.failing["web"] = RenderError(
        "guest-trap", "`web` trapped", context=("in f",), hint="mend it"
    )
    resolution = world.resolve(
        asking({"user": "apps/user", "web": "apps/web", "store": "data/store"})
    )
    (part,) = resolution.unresolved

    assert {"store": "3.0.0"} == told(resolution)
    assert ("user", "web") == part.releases
    assert "guest-trap" == part.reference
    assert part.is_open
    assert ("`web` trapped", "in f") == part.explanation
    assert ("`user` needs `starter/apps/web@2.0.0`",) == part.needs
    assert part.by_package
    assert ("mend it",) == part.hints
    assert ["web 2.0.0"] == world.asked


def test_a_module_that_cannot_be_fetched_is_such_a_case(world: Modules) -> None:
    """A registry's error is told like one of its index."""
    world.failing["web"] = RegistryError("registry-unreachable", "`starter` does not answer")
    resolution = world.resolve(asking({"web": "apps/web", "store": "data/store"}))

    assert {"store": "3.0.0"} == told(resolution)
    assert [("registry-unreachable", False)] == [
        (part.reference, part.by_package) for part in resolution.unresolved
    ]


def test_it_is_not_asked_for_ever(world: Modules) -> None:
    """After a number of versions of a release it is said so, and the others are solved."""
    world.add("apps/many", " ".join(f"1.{minor}.0" for minor in range(20)), computed=True)
    for minor in range(20):
        world.answer("many", f"apps/many@1.{minor}.0", store="data/store ^4")
    question = asking({"many": "apps/many", "store": "data/store"})
    resolution = resolve(question, world, computing=world, limits=Limits(answers=5))
    (part,) = resolution.unresolved

    assert "too-many-computed-requirements" == part.reference
    assert (
        "5 versions of `starter/apps/many` were asked what `many` requires, and none of them will do",
        "1.19.0 to 1.15.0 were asked, each with the inputs of `many`",
    ) == part.explanation
    assert (
        "narrow the version of `many` in mistpm.yaml, or change what its inputs ask for",
    ) == part.hints
    assert {"store": "3.0.0"} == told(resolution)
    assert [f"many 1.{minor}.0" for minor in range(19, 14, -1)] == world.asked


def test_secrets_are_told(world: Modules) -> None:
    """The answer names the inputs that no version is told; elsewhere there is nothing to tell."""
    secret = {"type": "string", "writeOnly": True}
    for version, properties in (("1.0.0", {"a": secret, "b": secret}), ("2.0.0", {"a": secret})):
        world.add("apps/safe", version, computed=True, inputs={"properties": properties})
    resolution = world.resolve(asking({"safe": "apps/safe", "store": "data/store"}))

    assert Computation(answer={}, secrets=("a",)) == resolution.releases["safe"].computation
    assert resolution.releases["store"].computation is None


def test_a_version_that_computes_nothing_is_not_asked(world: Modules) -> None:
    """Of a package that began to compute requirements older versions are taken as they are."""
    world.add("apps/web", "3.0.0")
    resolution = world.resolve(asking({"web": "apps/web"}))

    assert [] == world.asked
    assert Computation() == resolution.releases["web"].computation


def test_packages_that_answer_are_looked_up_only_then(world: Modules) -> None:
    """A package of an answer is asked for when the answer is there, and an unknown one is told."""
    world.answer("web", "apps/web@2.0.0", stone="data/stone *")
    resolution = world.resolve(asking({"web": "apps/web ^2"}))

    assert package_id("data/store") not in world.asked_for
    assert ["web"] == [name for part in resolution.unresolved for name in part.releases]


def causes(part: Unresolved | None) -> list[Requires]:
    """Give the requirements among the causes of a part."""
    assert part is not None
    assert part.conflict is not None
    return [g.cause for g in part.conflict.grounds if isinstance(g.cause, Requires)]


def test_what_holds_a_release_back_may_be_computed(world: Modules) -> None:
    """What is held is known with its answers, and the version in question is asked."""
    world.answer("web", "apps/web@1.0.0", store="data/store ^1")
    world.answer("web", "apps/web@2.0.0", store="data/store ^4")
    question = asking({"web": "apps/web", "store": "data/store"})
    held = holding(web="apps/web 1.0.0", store="data/store 1.0.0")
    found = [
        blockers(question, world, held, name, parse_version("2.0.0"), computing=world)
        for name in ("store", "web")
    ]

    assert [[(True, "^1")], [(True, "^4")]] == [
        [(cause.computed, cause.range) for cause in causes(part)] for part in found
    ]
    assert ["web 1.0.0", "web 2.0.0"] == sorted(set(world.asked))


def test_hints_are_tried_out_with_asking(world: Modules) -> None:
    """Another version that computes what cannot be had either is no hint; one that can is."""
    world.answer("web", "apps/web@2.0.0", store="data/store ^4")
    world.answer("web", "apps/web@1.0.0", store="data/store ^5")
    (hopeless,) = world.resolve(asking({"web": "apps/web ^2"})).unresolved
    asked = sorted(world.asked)
    world.answer("web", "apps/web@1.0.0", store="data/store ^1")
    (better,) = world.resolve(asking({"web": "apps/web ^2"})).unresolved

    assert ["web 1.0.0", "web 2.0.0"] == asked
    assert not any("1.0.0" in hint for hint in hopeless.hints)
    assert any("1.0.0" in hint for hint in better.hints)
