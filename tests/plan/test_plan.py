"""Releases in stages, with reasons; cycles by their path."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from mistpm.errors import PlanError
from mistpm.lock.from_resolution import with_order
from mistpm.lock.needs import needs
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LOCK_VERSION, LockedEdge, LockedPackage, Lockfile
from mistpm.model.plan import Plan, Step
from mistpm.model.version import parse_version
from mistpm.plan.stages import plan_releases

Edges = dict[str, dict[str, LockedEdge]]
"""By release, or by called key: the edges by alias."""


def lock_of(releases: Edges, called: Edges | None = None) -> Lockfile:
    """Give a lock with these edges."""
    return Lockfile(
        lock_version=LOCK_VERSION,
        mistpm=">=0.1",
        question="",
        kubernetes=("1.34",),
        releases=_packages(releases),
        called=_packages(called or {}),
    )


def _packages(edges: Edges) -> dict[str, LockedPackage]:
    return {
        name: LockedPackage(
            package=PackageId.of("starter", "test", "thing"),
            version=parse_version("1.0.0"),
            digest="",
            size=0,
            dependencies=dependencies,
        )
        for name, dependencies in edges.items()
    }


def install(target: str) -> LockedEdge:
    """Give an edge to a release that is bound."""
    return LockedEdge(use="install", requires=f"starter/test/{target}", target=target)


def api(target: str, *, optional: bool = False) -> LockedEdge:
    """Give an edge to whoever provides an API."""
    return LockedEdge(use="api", requires="example.org/v1/Thing", target=target, optional=optional)


def call(target: str) -> LockedEdge:
    """Give an edge to a called package."""
    return LockedEdge(use="call", requires=target, target=target)


def test_stages_and_reasons() -> None:
    """A release stands in the stage after everything that it needs, with the reason in words."""
    lock = lock_of(
        {
            "shop": {"db": install("shop-db"), "metrics": api("metrics-server")},
            "shop-db": {"metrics": api("metrics-server")},
            "metrics-server": {},
            "blog": {},
        }
    )

    assert Plan(
        stages=(
            (
                Step(release="blog", after=(), reason="needs no other release"),
                Step(release="metrics-server", after=(), reason="needs no other release"),
            ),
            (
                Step(
                    release="shop-db",
                    after=("metrics-server",),
                    reason="after `metrics-server`, which provides `example.org/v1/Thing`",
                ),
            ),
            (
                Step(
                    release="shop",
                    after=("metrics-server", "shop-db"),
                    reason="after `shop-db`, its `db`, `metrics-server`, which provides `example.org/v1/Thing`",
                ),
            ),
        )
    ) == plan_releases(lock)


def test_nothing_to_order() -> None:
    """A lock without releases has a plan without stages."""
    assert Plan(stages=()) == plan_releases(lock_of({}))


def test_what_is_met_elsewhere_orders_nothing() -> None:
    """APIs of Kubernetes itself, provided ones, absent optional ones and calls make no edge."""
    lock = lock_of(
        {
            "shop": {
                "apps": api("kubernetes"),
                "monitors": api("provided"),
                "nobody": api("", optional=True),
                "cache": call("starter/test/redis@7"),
            }
        },
        {"starter/test/redis@7": {}},
    )

    assert ("shop",) == plan_releases(lock).order


def test_optional_api_orders() -> None:
    """An optional API that a release provides puts its user after that release."""
    lock = lock_of({"app": {"monitors": api("prometheus", optional=True)}, "prometheus": {}})

    assert ("prometheus", "app") == plan_releases(lock).order


def test_optional_api_gives_way_to_a_cycle() -> None:
    """An optional edge that would close a cycle orders nothing."""
    lock = lock_of(
        {
            "cert-manager": {"monitors": api("prometheus", optional=True)},
            "prometheus": {"certs": install("cert-manager")},
        }
    )

    assert ("cert-manager", "prometheus") == plan_releases(lock).order


def test_two_optional_apis_of_each_other() -> None:
    """Of two optional edges that make a cycle, the first in alphabetical order is kept."""
    lock = lock_of({"a": {"x": api("b", optional=True)}, "b": {"y": api("a", optional=True)}})

    assert ("b", "a") == plan_releases(lock).order


def test_dependency_cycle() -> None:
    """Releases that need each other are an error that names the path and the aliases."""
    lock = lock_of(
        {"shop": {"db": install("shop-db")}, "shop-db": {"app": install("shop")}, "blog": {}}
    )

    with pytest.raises(PlanError) as caught:
        plan_releases(lock)

    assert "dependency-cycle" == caught.value.reference
    assert (
        "the releases need each other in a circle: `shop -> shop-db -> shop`, through the aliases `db`, `app`\n"
        "hint: bind one of the aliases to another release (`bind` in `mistpm.yaml`), "
        "or ask a package's author to make the dependency optional" == str(caught.value)
    )


def test_release_that_needs_itself() -> None:
    """What a release itself meets orders nothing."""
    plan = plan_releases(lock_of({"shop": {"db": install("shop"), "log": api("shop")}}))

    assert [("shop", (), "needs no other release")] == [
        (step.release, step.after, step.reason) for (step,) in plan.stages
    ]


def test_shortest_cycle_through_the_first_name() -> None:
    """Of several cycles the error names a shortest one through the first name, however they were written."""
    edges = {
        "a": {"long": install("b"), "short": install("d")},
        "b": {"x": install("c")},
        "c": {"x": install("a")},
        "d": {"x": install("a")},
    }
    messages = set()
    for names in permutations(edges):
        with pytest.raises(PlanError) as caught:
            plan_releases(lock_of({name: edges[name] for name in names}))
        messages.add(caught.value.message)

    assert {
        "the releases need each other in a circle: `a -> d -> a`, through the aliases `short`, `x`"
    } == messages


def test_call_cycle() -> None:
    """Packages that call each other are an error of their own."""
    lock = lock_of(
        {"shop": {"cache": call("starter/test/redis@7")}},
        {
            "starter/test/redis@7": {"log": call("starter/test/log@1")},
            "starter/test/log@1": {"store": call("starter/test/redis@7")},
        },
    )

    with pytest.raises(PlanError) as caught:
        plan_releases(lock)

    assert "call-cycle" == caught.value.reference
    assert (
        "the packages call each other in a circle: `starter/test/log@1 -> starter/test/redis@7 -> "
        "starter/test/log@1`, through the aliases `store`, `log`\n"
        "hint: rendering would never end; exclude one of the versions, or tell the packages' authors"
        == str(caught.value)
    )


def test_package_that_calls_itself() -> None:
    """A called package that calls itself is a cycle of one."""
    lock = lock_of({}, {"starter/test/redis@7": {"again": call("starter/test/redis@7")}})

    with pytest.raises(PlanError) as caught:
        plan_releases(lock)

    assert (
        "the packages call each other in a circle: `starter/test/redis@7 -> starter/test/redis@7`, "
        "through the alias `again`" == caught.value.message
    )


NAMES = [f"r{number}" for number in range(8)]


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]), st.tuples(st.sampled_from(NAMES), st.booleans())
        ),
    ),
)
def test_every_release_after_what_it_needs(
    drawn: dict[str, dict[str, tuple[str, bool]]],
) -> None:
    """Without a cycle every release stands in the stage after the last that it needs; a lock tells the same."""
    releases = {
        name: {
            alias: api(target, optional=optional)
            for alias, (target, optional) in drawn.get(name, {}).items()
        }
        for name in NAMES
    }
    lock = lock_of(releases)
    try:
        plan = plan_releases(lock)
    except PlanError:
        reject()
    stage = {step.release: at for at, steps in enumerate(plan.stages) for step in steps}

    assert sorted(NAMES) == sorted(plan.order)
    for step in (step for steps in plan.stages for step in steps):
        needed = {e.target for e in releases[step.release].values() if not e.optional}
        assert needed - {step.release} <= set(step.after)
        assert 1 + max((stage[name] for name in step.after), default=-1) == stage[step.release]
    assert plan == plan_releases(lock_of(dict(reversed(releases.items()))))
    assert {step.release: step.after for steps in plan.stages for step in steps} == needs(
        with_order(lock, plan)
    )


@pytest.mark.slow
@pytest.mark.parametrize("use", ["install", "call"])
def test_long_cycle(use: str) -> None:
    """A circle of 5,000 is found at once, and told so that somebody can read it."""
    names = [f"r{number:04}" for number in range(5000)]
    edge = install if use == "install" else call
    edges = {name: {"next": edge(names[(number + 1) % 5000])} for number, name in enumerate(names)}
    lock = lock_of(edges) if use == "install" else lock_of({}, called=edges)

    with pytest.raises(PlanError) as caught:
        plan_releases(lock)

    assert (
        "`r0000 -> r0001 -> r0002 -> r0003 -> r0004 -> r0005 -> r0006 -> r0007 -> r0008 -> r0009"
        " -> (4981 more) -> "
        "r4991 -> r4992 -> r4993 -> r4994 -> r4995 -> r4996 -> r4997 -> r4998 -> r4999 -> r0000`"
    ) in caught.value.message
    assert caught.value.message.endswith(", (4980 more), " + ", ".join(["`next`"] * 10))
