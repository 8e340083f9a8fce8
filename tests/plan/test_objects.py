"""Objects in order: what waits for what, and that it is the reverse where they are deleted."""

from __future__ import annotations

from random import Random

import pytest
from desired_states import manifest, release
from hypothesis import given
from hypothesis import strategies as st

from mistpm.errors import PlanError
from mistpm.model.object_order import Gate, Node, ObjectOrder
from mistpm.model.ranks import RANKS, rank
from mistpm.model.resource import ResourceId
from mistpm.plan.after import read_after
from mistpm.plan.objects import OrderedObject, order_deletions, order_objects

DEFINITION = "CustomResourceDefinition.apiextensions.k8s.io"
API_SERVICE = "APIService.apiregistration.k8s.io"
WEBHOOK = "ValidatingWebhookConfiguration.admissionregistration.k8s.io"
KINDS = [
    "Namespace",
    DEFINITION,
    "ConfigMap",
    "Secret",
    "Deployment.apps",
    "Job.batch",
    "Widget.example.org",
    API_SERVICE,
    WEBHOOK,
]
CLUSTER_WIDE = {"Namespace", "CustomResourceDefinition", "APIService"}
CLUSTER_WIDE.add("ValidatingWebhookConfiguration")


def resource(kind: str, name: str, namespace: str = "shop") -> ResourceId:
    """Give an identity; `kind` is `Deployment.apps`."""
    kind, _, group = kind.partition(".")
    return ResourceId(group, kind, "" if kind in CLUSTER_WIDE else namespace, name)


def ordered(name: str, *resources: ResourceId) -> list[OrderedObject]:
    """Give the objects of a release."""
    return [OrderedObject(resource=each, release=name) for each in resources]


def before(order: ObjectOrder, node: Node) -> set[Node]:
    """Give everything that a node waits for, directly or through others."""
    found: set[Node] = set()
    waiting = [node]
    while waiting:
        for each in order.waits[waiting.pop()]:
            if each.on not in found:
                found.add(each.on)
                waiting.append(each.on)
    return found


def until(order: ObjectOrder, node: ResourceId) -> dict[str, str]:
    """Give what must have happened of each object that a node waits for: the most that any path asks."""
    found: dict[str, str] = {}
    waiting: list[Node] = [node]
    while waiting:
        for each in order.waits[waiting.pop()]:
            if isinstance(each.on, Gate):
                waiting.append(each.on)
            elif found.get(str(each.on)) != "ready":
                found[str(each.on)] = each.until
    return found


@st.composite
def environments(draw: st.DrawFn) -> tuple[list[OrderedObject], dict[str, tuple[str, ...]]]:
    """Make releases of which some need others, with objects of all sorts."""
    names = ["a", "b", "c"]
    needs = {
        name: tuple(draw(st.lists(st.sampled_from(names[:number]), unique=True)))
        for number, name in enumerate(names)
        if number
    }
    resources = draw(
        st.dictionaries(
            st.builds(
                resource,
                st.sampled_from(KINDS),
                st.sampled_from(["shop", "things.example.org", "third"]),
                st.sampled_from(["shop", "third"]),
            ),
            st.sampled_from(names),
            max_size=12,
        )
    )
    return [OrderedObject(resource=each, release=name) for each, name in resources.items()], needs


def test_what_a_deployment_waits_for() -> None:
    """The rest of its release by rank, its namespace and what its release needs until that is ready."""
    order = order_objects(
        [
            *ordered("", resource("Namespace", "shop")),
            *ordered("db", resource("StatefulSet.apps", "db")),
            *ordered(
                "shop",
                resource("ConfigMap", "settings"),
                resource("Deployment.apps", "shop"),
                resource("Ingress.networking.k8s.io", "shop"),
            ),
        ],
        {"shop": ("db",)},
    )

    expected = {
        "Namespace shop": "ready",
        "StatefulSet.apps shop/db": "ready",
        "ConfigMap shop/settings": "written",
    }
    assert expected == until(order, resource("Deployment.apps", "shop"))


def test_a_release_without_objects_hands_on_what_it_needs() -> None:
    """What needs a release that only needs others waits for those."""
    order = order_objects(
        [
            *ordered("db", resource("StatefulSet.apps", "db")),
            *ordered("a", resource("Secret", "a")),
        ],
        {"a": ("platform",), "platform": ("db",)},
    )

    assert {"StatefulSet.apps shop/db": "ready"} == until(order, resource("Secret", "a"))


def test_definitions_wait_for_nobody() -> None:
    """A definition is made at once, and its instances wait until it is served, also in other releases."""
    definition = resource(DEFINITION, "widgets.example.org")
    widget = resource("Widget.example.org", "one")
    order = order_objects(
        [*ordered("operator", definition), *ordered("db"), *ordered("app", widget)],
        {"operator": ("db",)},
    )

    assert ((), "ready") == (order.waits[definition], until(order, widget)[str(definition)])


@pytest.mark.parametrize("kind", [API_SERVICE, WEBHOOK])
def test_what_workloads_answer_comes_after_they_are_ready(kind: str) -> None:
    """An aggregated API and an admission webhook would break requests that nobody answers."""
    order = order_objects(
        ordered("app", resource("Deployment.apps", "app"), resource(kind, "app")), {}
    )

    assert {"Deployment.apps shop/app": "ready"} == until(order, resource(kind, "app"))


def test_what_a_package_asks_for_wins_over_ranks() -> None:
    """What comes after a Job by annotation waits until that is done, whatever their kinds are."""
    app = release(
        "app",
        manifest("ConfigMap", "report", metadata=_after("report", "Job.batch/migrate")),
        manifest("Job.batch", "migrate", metadata=_after("migrate", "Deployment.apps/shop/app")),
        manifest("Deployment.apps", "app"),
    )
    after = read_after(app)
    order = order_objects(
        [
            OrderedObject(resource=each.id, release="app", after=after.get(each.id, ()))
            for each in app.manifests
        ],
        {},
    )

    assert {"Job.batch shop/migrate": "ready"} == {
        name: how
        for name, how in until(order, app.manifests[0].id).items()
        if name != "Deployment.apps shop/app"
    }
    assert {"Deployment.apps shop/app": "ready"} == until(order, app.manifests[1].id)


def test_unknown_names_are_refused() -> None:
    """Waiting for something that the release does not have is a mistake of the package."""
    app = release("app", manifest("Deployment.apps", "app", metadata=_after("app", "Job/migrate")))

    with pytest.raises(PlanError) as raised:
        read_after(app)

    assert str(raised.value) == (
        "`Deployment.apps shop/app` is to come after `Job/migrate`, which the release `app` does not have\n"
        "  its annotation `mistpm.dev/after` says so\n"
        "  starter/test/app@1.0.0: app.yaml\n"
        "hint: names are `Kind/NAME` or `Kind.group/NAME`, several are separated by commas"
    )


def test_a_circle_is_refused() -> None:
    """Objects that wait for each other are named along a shortest path."""
    one, two = resource("ConfigMap", "one"), resource("ConfigMap", "two")

    with pytest.raises(PlanError) as raised:
        order_objects(
            [
                OrderedObject(resource=one, release="app", after=(two,)),
                OrderedObject(resource=two, release="app", after=(one,)),
            ],
            {},
        )

    assert str(raised.value) == (
        "objects wait for each other in a circle\n"
        "  `ConfigMap shop/one` waits for `ConfigMap shop/two`\n"
        "  `ConfigMap shop/two` waits for `ConfigMap shop/one`\n"
        "note: `mistpm.dev/after` in a package's manifests adds to what Kubernetes itself needs\n"
        "hint: tell the packages' authors"
    )


@pytest.mark.slow
@given(environments())
def test_every_object_stands_after_what_it_waits_for(
    made: tuple[list[OrderedObject], dict[str, tuple[str, ...]]],
) -> None:
    """An order holds every object once, and is one that can be followed."""
    objects, needs = made
    order = order_objects(objects, needs)

    place = {node: number for number, node in enumerate(order.waits)}
    assert {each.resource for each in objects} == {
        node for node in place if isinstance(node, ResourceId)
    }
    assert all(
        place[each.on] < place[node] for node, waits in order.waits.items() for each in waits
    )


@pytest.mark.slow
@given(environments())
def test_ranks_and_needs_hold(
    made: tuple[list[OrderedObject], dict[str, tuple[str, ...]]],
) -> None:
    """Inside a release lower ranks come first, and all of what a release needs before the most of it."""
    objects, needs = made
    order = order_objects(objects, needs)
    rest = [each for each in objects if rank(each.resource) > 9]

    for later in rest:
        waits = before(order, later.resource)
        expected = {
            each.resource
            for each in objects
            if (each.release == later.release and rank(each.resource) < rank(later.resource))
            or each.release in needs.get(later.release, ())
        }
        assert expected <= waits


@pytest.mark.slow
@given(environments())
def test_deletions_are_the_reverse(
    made: tuple[list[OrderedObject], dict[str, tuple[str, ...]]],
) -> None:
    """What came after an object is gone before the object is deleted."""
    objects, needs = made
    order, reverse = order_objects(objects, needs), order_deletions(objects, needs)

    expected = {
        (each.resource, other)
        for each in objects
        for other in before(order, each.resource)
        if isinstance(other, ResourceId)
    }
    assert expected == {
        (other, each.resource)
        for each in objects
        for other in before(reverse, each.resource)
        if isinstance(other, ResourceId)
    }


@pytest.mark.slow
@given(environments(), st.randoms())
def test_the_order_is_that_of_the_set(
    made: tuple[list[OrderedObject], dict[str, tuple[str, ...]]], random: Random
) -> None:
    """In which order objects are handed over makes no difference."""
    objects, needs = made
    shuffled = list(objects)
    random.shuffle(shuffled)

    assert list(order_objects(objects, needs).waits.items()) == list(
        order_objects(shuffled, needs).waits.items()
    )


def test_every_kind_of_the_table_has_a_place() -> None:
    """All published kinds in one release, in one line."""
    objects = ordered("app", *(resource(kind, "one") for kind in RANKS))
    order = order_objects(objects, {})

    ranked = [rank(node) for node in order.waits if isinstance(node, ResourceId)]
    assert ranked == sorted(ranked)


def _after(name: str, names: str) -> dict[str, object]:
    return {"name": name, "namespace": "shop", "annotations": {"mistpm.dev/after": names}}
