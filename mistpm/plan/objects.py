"""Putting objects in order: which waits for which (`specs/plan.md#objects`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct

from mistpm.errors import PlanError
from mistpm.model.object_order import Gate, Node, ObjectOrder, Wait
from mistpm.model.ranks import rank
from mistpm.model.resource import ResourceId

_FOUNDATION: Final = 9
"""The last rank of what others live in or are instances of: it waits for no other release."""

_WORKLOADS: Final = range(50, 60)

_ANSWERED_BY_WORKLOADS: Final = {
    "APIService.apiregistration.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
}
"""Kinds that break other requests for as long as nobody answers what they announce."""


_Until = Literal["written", "ready"]


class OrderedObject(Struct, frozen=True, kw_only=True):
    """An object to be put in order; `release` is empty for the host's own, `after` is what its package asks for."""

    resource: ResourceId
    release: str
    after: tuple[ResourceId, ...] = ()


def order_objects(
    objects: Iterable[OrderedObject], needs: Mapping[str, Sequence[str]]
) -> ObjectOrder:
    """Decide what each object waits for; `needs` are the releases that must be ready before one.

    An `after` that is not among the objects counts for nothing.  Raises `PlanError` `object-cycle` where
    packages ask for an order that cannot be.  Linear in the number of objects, ranks and needs.
    """
    ordering = _Ordering(sorted(objects, key=_place))
    ordering.order_by_what_must_exist()
    ordering.order_inside_releases()
    ordering.order_releases(needs)
    return ordering.result()


def order_deletions(
    objects: Iterable[OrderedObject], needs: Mapping[str, Sequence[str]]
) -> ObjectOrder:
    """Decide what each deletion waits for: what came after an object is gone before the object goes."""
    order = order_objects(objects, needs)
    waits: dict[Node, list[Wait]] = {node: [] for node in reversed(order.waits)}
    for node, before in order.waits.items():
        for each in before:
            waits[each.on].append(Wait(node, "ready"))
    return ObjectOrder({node: tuple(after) for node, after in waits.items()})


class _Ordering:
    """An order in the making: what each node waits for, and until when."""

    def __init__(self, objects: list[OrderedObject]) -> None:
        self._objects = objects
        self._waits: dict[Node, dict[Node, _Until]] = {each.resource: {} for each in objects}
        self._release = {each.resource: each.release for each in objects}
        self._ranks: dict[ResourceId, int] = {}

    def order_by_what_must_exist(self) -> None:
        """Namespaces and definitions before what is in them or of them, and what packages ask for."""
        namespaces = {
            each.resource.name: each.resource for each in self._objects if _is_namespace(each)
        }
        served: dict[str, Gate] = {}
        for each in self._objects:
            _, _, group = each.resource.name.partition(".")
            if each.resource.kind == "CustomResourceDefinition" and group:
                served[group] = Gate(f"the APIs of {group} are served")
                self._wait(served[group], each.resource, "ready")
        for each in self._objects:
            if each.resource.namespace in namespaces:
                self._wait(each.resource, namespaces[each.resource.namespace], "ready")
            if each.resource.group in served:
                self._wait(each.resource, served[each.resource.group], "ready")
            for before in each.after:
                if before in self._release:
                    self._wait(each.resource, before, "ready")
        self._rank()

    def order_inside_releases(self) -> None:
        """By rank, and what is answered by workloads after those are ready."""
        namespaces = [each.resource for each in self._objects if _is_namespace(each)]
        for release, ranks in self._by_release().items():
            begun, ready = _begun(release), _ready(release)
            before = begun
            workloads: list[ResourceId] = []
            for number, resources in sorted(ranks.items()):
                if number <= _FOUNDATION:
                    for each in resources:
                        self._wait(begun, each, "ready")
                        self._wait(ready, each, "ready")
                    continue
                written = Gate(f"{release or 'the host'} is written up to rank {number}")
                self._wait(written, before, "written")
                for each in resources:
                    self._wait(each, before, "written")
                    self._wait(written, each, "written")
                    self._wait(ready, each, "ready")
                    if _kind(each) in _ANSWERED_BY_WORKLOADS:
                        for other in workloads:
                            self._wait(each, other, "ready")
                        for namespace in namespaces:
                            self._wait(each, namespace, "written")
                before = written
                workloads += [each for each in resources if rank(each) in _WORKLOADS]

    def order_releases(self, needs: Mapping[str, Sequence[str]]) -> None:
        """Releases begin when those that they need are ready, also those that have no objects."""
        for release in sorted({*self._release.values(), *needs}):
            self._wait(_ready(release), _begun(release), "written")
            for needed in sorted(needs.get(release, ())):
                self._wait(_begun(release), _ready(needed), "ready")

    def result(self) -> ObjectOrder:
        """Give what every object waits for; raises where the whole is a circle."""
        return ObjectOrder(
            {
                node: tuple(Wait(before, until) for before, until in self._waits[node].items())
                for node in self._sorted()
            }
        )

    def _wait(self, node: Node, before: Node, until: _Until) -> None:
        """Have `node` wait; of two reasons to wait for the same thing the stricter one counts."""
        self._waits.setdefault(before, {})
        waits = self._waits.setdefault(node, {})
        if until == "ready" or before not in waits:
            waits[before] = until

    def _rank(self) -> None:
        """Give every object its kind's rank, or that of what it must come after in its release, if higher.

        So an order that a package asks for never contradicts that of the ranks.
        """
        highest: dict[Node, dict[str, int]] = {}
        for node in self._sorted():
            ranks: dict[str, int] = {}
            for before in self._waits[node]:
                for release, number in highest[before].items():
                    ranks[release] = max(number, ranks.get(release, 0))
            if isinstance(node, ResourceId):
                release = self._release[node]
                self._ranks[node] = max(rank(node), ranks.get(release, 0))
                ranks = {release: self._ranks[node]}
            highest[node] = ranks

    def _by_release(self) -> dict[str, dict[int, list[ResourceId]]]:
        found: dict[str, dict[int, list[ResourceId]]] = defaultdict(lambda: defaultdict(list))
        for each in self._objects:
            found[each.release][self._ranks[each.resource]].append(each.resource)
        return found

    def _sorted(self) -> tuple[Node, ...]:
        """Give the nodes, each after what it waits for; raises on a circle."""
        try:
            return tuple(TopologicalSorter(self._waits).static_order())
        except CycleError as error:
            circle = [node for node in reversed(error.args[1][1:]) if isinstance(node, ResourceId)]
            first = circle.index(min(circle))
            path = [*circle[first:], *circle[: first + 1]]
            raise PlanError(
                "object-cycle",
                "objects wait for each other in a circle",
                context=tuple(f"`{one}` waits for `{two}`" for one, two in pairwise(path)),
                note="`mistpm.dev/after` in a package's manifests adds to what Kubernetes itself needs",
                hint="tell the packages' authors",
            ) from None


def _place(each: OrderedObject) -> tuple[str, int, ResourceId]:
    return each.release, rank(each.resource), each.resource


def _is_namespace(each: OrderedObject) -> bool:
    return (each.resource.group, each.resource.kind) == ("", "Namespace")


def _kind(resource: ResourceId) -> str:
    return f"{resource.kind}.{resource.group}"


def _begun(release: str) -> Gate:
    return Gate(f"{release or 'the host'} may begin")


def _ready(release: str) -> Gate:
    return Gate(f"{release or 'the host'} is ready")
