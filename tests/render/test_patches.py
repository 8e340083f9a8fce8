"""The user's patches on rendered manifests."""

from __future__ import annotations

from typing import Any

import pytest
from guest_modules import answering, ok

from mistpm.errors import RenderError
from mistpm.model.environment import Patch, Selector

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"ports": [1]},
}
SCALER = {
    "apiVersion": "autoscaling/v1",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web"},
    "spec": {"maxReplicas": 2},
}


def patched(world: Any, *patches: Patch) -> list[dict[str, Any]]:
    """Give the manifests of a Service and an autoscaler, patched."""
    world.package("web", answering(ok(objects=[SERVICE, SCALER])))
    world.release("web", namespace="shop", patches=patches)
    return [manifest.data for manifest in world.render().releases[0].manifests]


def test_patches_follow_each_other(world: Any) -> None:
    """JSON patches and merge patches change what they select, in their order."""
    service, scaler = patched(
        world,
        Patch(
            select=Selector(kind="Service"),
            json=({"op": "add", "path": "/spec/ports/-", "value": 2},),
        ),
        Patch(
            select=Selector(kind="Service"),
            json=({"op": "move", "from": "/spec/ports/0", "path": "/spec/first"},),
        ),
        Patch(select=Selector(namespace="shop"), merge={"metadata": {"labels": {"team": "a"}}}),
        Patch(
            select=Selector(group="autoscaling", name="web"),
            merge={"apiVersion": "autoscaling/v2", "spec": {"maxReplicas": None, "minReplicas": 1}},
        ),
    )

    assert {"ports": [2], "first": 1} == service["spec"]
    assert {"minReplicas": 1} == scaler["spec"]
    assert "autoscaling/v2" == scaler["apiVersion"]
    assert {"team": "a"} == service["metadata"]["labels"] == scaler["metadata"]["labels"]


def test_the_package_s_answer_stays_as_it_was(world: Any) -> None:
    """Patching changes no manifest in place: rendering again gives the same."""
    patch = Patch(
        select=Selector(kind="Service"), json=({"op": "add", "path": "/spec/x", "value": 1},)
    )
    first = patched(world, patch)

    assert first == [manifest.data for manifest in world.render().releases[0].manifests]
    assert {"ports": [1]} == SERVICE["spec"]


@pytest.mark.parametrize(
    ("patch", "reference", "message"),
    [
        (
            Patch(select=Selector(group="", kind="Deployment"), merge={"a": 1}),
            "patch-matches-nothing",
            "patch 1 of `web` matches none of its manifests\n"
            "  it selects group: '', kind: 'Deployment'\n"
            "hint: `mistpm render` shows what there is",
        ),
        (
            Patch(select=Selector(kind="Service"), json=({"op": "remove", "path": "/spec/x"},)),
            "patch-failed",
            "patch 1 of `web` cannot be applied to `Service shop/web`\n"
            "  operation 1, `remove` at `/spec/x`: can't remove a non-existent object 'x'\n"
            "hint: the operations are those of RFC 6902: add, remove, replace, move, copy, test",
        ),
        (
            Patch(
                select=Selector(kind="Service"), json=({"op": "test", "path": "/kind", "value": 3},)
            ),
            "patch-failed",
            "patch 1 of `web` cannot be applied to `Service shop/web`\n"
            "  operation 1, `test` at `/kind`: does not hold\n"
            "hint: the operations are those of RFC 6902: add, remove, replace, move, copy, test",
        ),
        (
            Patch(select=Selector(kind="Service"), json=({"op": "grow", "path": "/a"},)),
            "patch-failed",
            "patch 1 of `web` cannot be applied to `Service shop/web`\n"
            "  operation 1, `grow` at `/a`: Unknown operation 'grow'\n"
            "hint: the operations are those of RFC 6902: add, remove, replace, move, copy, test",
        ),
        (
            Patch(
                select=Selector(kind="Service"), json=({"op": "replace", "path": "", "value": 3},)
            ),
            "patch-failed",
            "patch 1 of `web` leaves no manifest of `Service shop/web`\n  it is no mapping any more",
        ),
        (
            Patch(select=Selector(kind="Service"), merge={"metadata": None}),
            "patch-failed",
            "patch 1 of `web` leaves no manifest of `Service shop/web`\n  it has no `metadata`",
        ),
        (
            Patch(select=Selector(kind="Service"), merge={"metadata": {"name": "other"}}),
            "patch-changes-identity",
            "patch 1 of `web` makes `Service shop/other` of `Service shop/web`\n"
            "note: a patch changes a resource and never makes another one of it\n"
            "hint: use the package's inputs, or the release's `namespace`",
        ),
    ],
)
def test_a_patch_that_does_not_fit_is_an_error(
    world: Any, patch: Patch, reference: str, message: str
) -> None:
    """A patch that selects nothing, fails or makes something else is told with its number."""
    with pytest.raises(RenderError) as caught:
        patched(world, patch)

    assert (reference, message) == (caught.value.reference, str(caught.value))


@pytest.mark.parametrize(
    "operation",
    [
        {}, {"op": "add"}, {"op": "add", "path": 3, "value": 1}, {"op": 3, "path": "/a"},
        {"op": "add", "path": "a", "value": 1}, {"op": "add", "path": "/spec/ports/x", "value": 1},
        {"op": "add", "path": "/spec/ports/9", "value": 1}, {"op": "move", "path": "/a"},
        {"op": "copy", "path": "/a", "from": "/zz"}, {"op": "add", "path": "/kind/x", "value": 1},
        {"op": "replace", "path": "/zz", "value": 1}, {"op": "add", "path": "/a~2", "value": 1},
        {"op": "move", "from": "/spec", "path": "/spec/a"}, {"op": "add", "path": "/a", "from": 1},
    ],
)  # fmt: skip
def test_no_operation_is_a_bug(world: Any, operation: dict[str, Any]) -> None:
    """However an operation is written, it is an error for the user."""
    with pytest.raises(RenderError) as caught:
        patched(world, Patch(select=Selector(kind="Service"), json=(operation,)))

    assert "patch-failed" == caught.value.reference
