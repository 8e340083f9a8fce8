"""What a step of an upgrade changes, loses, and cannot change; which APIs go with it."""

from __future__ import annotations

from typing import Any

import pytest
from desired_states import desired, manifest, release
from made_upgrade_plans import SEEN, written_in
from msgspec.structs import replace

from mistpm.model.change import Change, Diff
from mistpm.model.minor import Minor
from mistpm.model.presence import parse_api
from mistpm.model.resource import Manifest, ResourceId
from mistpm.ops.upgrade.contents import (
    contents_of,
    disappearing_apis,
    rendered_contents,
    rendered_diff,
)
from mistpm.ops.upgrade.plan import Contents, Disappearing

REPLACE = {"mistpm.dev/replace": "true"}
CLAIM_POLICY = "persistentVolumeClaimRetentionPolicy"


def claim(annotations: dict[str, str] | None = None, **spec: Any) -> Manifest:
    """Give a volume claim."""
    found = manifest("PersistentVolumeClaim", "data", spec=spec)
    found.data["metadata"]["annotations"] = annotations or {}
    return found


def one(before: Manifest | None, after: Manifest | None, *, is_cluster: bool) -> Contents:
    """Give the contents of a step that changes one object."""
    old, new = ([each] if each else [] for each in (before, after))
    return rendered_contents(
        desired(release("shop", *old)), desired(release("shop", *new)), is_cluster=is_cluster
    )


def changes(diff: Diff) -> list[tuple[str, str, str, str]]:
    """Give what becomes of each object, and why."""
    return [(each.action, str(each.resource), each.release, each.reason) for each in diff.changes]


def test_rendered_sets_are_compared_object_by_object() -> None:
    """In the order of carrying it out: what is wanted first, what goes last, in reverse."""
    before = desired(
        release(
            "shop",
            manifest("ConfigMap", "shop", data={"a": "1"}),
            manifest("ConfigMap", "same", data={}),
            manifest("Service", "gone"),
            manifest("ConfigMap", "moving", data={}),
        ),
        release("old", manifest("Deployment.apps", "old")),
        namespaces=("shop", "metrics"),
    )
    after = desired(
        release("new", manifest("ConfigMap", "moving", data={})),
        release(
            "shop",
            manifest("ConfigMap", "shop", data={"a": "2"}),
            manifest("ConfigMap", "same", data={}),
        ),
        namespaces=("shop", "extra"),
    )
    kept = "a namespace is deleted only with `--delete-namespace`"

    assert [
        ("create", "Namespace extra", "", ""),
        ("keep", "Namespace metrics", "", kept),
        ("unchanged", "Namespace shop", "", ""),
        ("update", "ConfigMap shop/moving", "new", "moves here from the release `shop`"),
        ("unchanged", "ConfigMap shop/same", "shop", ""),
        ("update", "ConfigMap shop/shop", "shop", ""),
        ("delete", "Deployment.apps shop/old", "old", ""),
        ("delete", "Service shop/gone", "shop", ""),
    ] == changes(rendered_diff(before, after, is_cluster=False))


def test_what_stays_though_nobody_wants_it() -> None:
    """A release that is left alone, and on a cluster what an annotation keeps; files know no annotation."""
    kept = manifest("ConfigMap", "kept", data={})
    kept.data["metadata"]["annotations"] = {"helm.sh/resource-policy": "keep"}
    before = desired(release("shop", kept), release("broken", manifest("Service", "broken")))
    after = desired(left_alone=("broken",))
    left = ("keep", "Service shop/broken", "broken", "its release cannot be rendered now")

    assert [
        left,
        (
            "keep",
            "ConfigMap shop/kept",
            "shop",
            "it has the annotation `helm.sh/resource-policy: keep`",
        ),
    ] == changes(rendered_diff(before, after, is_cluster=True))
    assert [left, ("delete", "ConfigMap shop/kept", "shop", "")] == changes(
        rendered_diff(before, after, is_cluster=False)
    )


def test_secrets_are_masked() -> None:
    """What they hold is in no text, only that it changes."""
    before, after = (manifest("Secret", "db", stringData={"a": f"hidden-{n}"}) for n in (1, 2))
    [change] = one(before, after, is_cluster=True).diff.changes
    texts = f"{change.before}{change.after}"

    assert "hidden" not in texts
    assert "(secret, before)" in texts
    assert "(secret, after)" in texts


def test_the_text_of_an_object_is_as_everywhere() -> None:
    """Sorted, with what says something first."""
    change = one(
        None, manifest("Service", "web", spec={"b": 1, "a": 2}), is_cluster=True
    ).diff.changes[0]

    assert (
        Change(
            action="create",
            resource=ResourceId("", "Service", "shop", "web"),
            release="shop",
            place="Service shop/web",
            after="apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  a: 2\n  b: 1\n",
        )
        == change
    )


def _stateful_set(replicas: int = 2, **spec: Any) -> Manifest:
    return manifest("StatefulSet.apps", "db", spec={"replicas": replicas, **spec})


DELETE: dict[str, Any] = {CLAIM_POLICY: {"whenDeleted": "Delete", "whenScaled": "Delete"}}
LOSSES: list[tuple[Manifest, Manifest | None, str]] = [
    (
        claim(),
        None,
        "what is in its volume goes with it, unless the volume's reclaim policy is `Retain`",
    ),
    (
        manifest("CustomResourceDefinition.apiextensions.k8s.io", "a.b", namespace=""),
        None,
        "all objects of its kind go with it",
    ),
    (
        claim(REPLACE, volumeName="a"),
        claim(REPLACE, volumeName="b"),
        "it is deleted and made anew: what is in its volume goes with it,"
        " unless the volume's reclaim policy is `Retain`",
    ),
    (claim(volumeName="a"), claim(volumeName="b"), ""),
    (_stateful_set(), None, ""),
    (
        _stateful_set(**DELETE),
        None,
        "its volume claims go with it: `persistentVolumeClaimRetentionPolicy.whenDeleted` is `Delete`",
    ),
    (_stateful_set(3), _stateful_set(1), ""),
    (
        _stateful_set(3, **DELETE),
        _stateful_set(1, **DELETE),
        "the volume claims of 2 of its 3 Pods go: `persistentVolumeClaimRetentionPolicy.whenScaled` is `Delete`",
    ),
    (_stateful_set(1, **DELETE), _stateful_set(3, **DELETE), ""),
    (manifest("Deployment.apps", "web"), None, ""),
]


@pytest.mark.parametrize(("before", "after", "reason"), LOSSES)
def test_data_that_would_be_lost(before: Manifest, after: Manifest | None, reason: str) -> None:
    """Claims, definitions, and what goes with others; not what is refused anyway."""
    found = one(before, after, is_cluster=True)

    assert ([(before.id, reason)] if reason else []) == [
        (each.resource, each.reason) for each in found.data
    ]


def test_a_claim_is_not_made_anew_in_files() -> None:
    """There nobody knows the annotation; whoever applies the files is refused, and nothing is lost."""
    found = one(claim(REPLACE, volumeName="a"), claim(REPLACE, volumeName="b"), is_cluster=False)

    assert () == found.data
    assert (".spec.volumeName",) == found.fixed[0].paths


WAYS_OUT: list[tuple[Manifest, Manifest, bool, str]] = [
    (
        claim(volumeName="a"),
        claim(volumeName="b"),
        True,
        'the annotation `mistpm.dev/replace: "true"` allows deleting it and making it anew: what is in the volume'
        " is lost, unless the volume's reclaim policy is `Retain`. Otherwise `patches:` can keep the fields as they"
        " are, or the object gets another name and its data moved first",
    ),
    (
        claim(REPLACE, volumeName="a"),
        claim(REPLACE, volumeName="b"),
        True,
        "mistpm deletes it and makes it anew, as its annotations allow: what is in the volume is lost, unless the"
        " volume's reclaim policy is `Retain`",
    ),
    (
        claim(volumeName="a"),
        claim(volumeName="b"),
        False,
        "whoever applies the files is refused until the object is deleted: `kubectl delete persistentvolumeclaim"
        " data --namespace shop`; what is in the volume is lost, unless the volume's reclaim policy is `Retain`."
        " Otherwise `patches:` can keep the fields as they are",
    ),
    (
        _stateful_set(serviceName="a"),
        _stateful_set(serviceName="b"),
        False,
        "whoever applies the files is refused until the object is deleted: `kubectl delete statefulset.apps db"
        " --namespace shop --cascade=orphan`; its Pods run on meanwhile, and its volume claims stay as they are."
        " Otherwise `patches:` can keep the fields as they are",
    ),
    (
        _stateful_set(selector={"a": "1"}),
        _stateful_set(selector={"a": "2"}),
        False,
        "whoever applies the files is refused until the object is deleted: `kubectl delete statefulset.apps db"
        " --namespace shop`; it is not there until its new Pods are ready; its volume claims stay as they are, with"
        " their size and class. Otherwise `patches:` can keep the fields as they are",
    ),
    (
        manifest("RuntimeClass.node.k8s.io", "a b", namespace="", handler="a"),
        manifest("RuntimeClass.node.k8s.io", "a b", namespace="", handler="b"),
        False,
        "whoever applies the files is refused until the object is deleted: `kubectl delete runtimeclass.node.k8s.io"
        " 'a b'`; it is not there for a moment. Otherwise `patches:` can keep the fields as they are",
    ),
]


@pytest.mark.parametrize(("before", "after", "is_cluster", "way_out"), WAYS_OUT)
def test_what_cannot_be_changed_has_a_way_out(
    before: Manifest, after: Manifest, is_cluster: bool, way_out: str
) -> None:
    """In words that fit who applies it, with what it costs."""
    [fixed] = one(before, after, is_cluster=is_cluster).fixed

    assert way_out == fixed.way_out


@pytest.mark.parametrize(
    ("before", "after", "is_fixed"),
    [("2Gi", "1Gi", True), ("1Gi", "1024Mi", False), ("1Gi", "2Gi", False), ("big", "1Gi", False)],
)
def test_a_volume_only_grows(before: str, after: str, *, is_fixed: bool) -> None:
    """A claim that gets smaller is refused, whatever its class can do."""
    claims = [claim(resources={"requests": {"storage": size}}) for size in (before, after)]
    fixed = one(*claims, is_cluster=True).fixed

    assert ([(".spec.resources.requests.storage",)] if is_fixed else []) == [
        each.paths for each in fixed
    ]


def test_texts_that_cannot_be_read_are_passed_over() -> None:
    """Somebody may have put anything into a directory."""
    change = Change(
        action="update",
        resource=ResourceId("apps", "Deployment", "shop", "web"),
        release="shop",
        before="{",
        after="- a\n--- b\n",
    )
    found = contents_of(Diff(changes=(change,)), desired(), is_live=True, is_cluster=False)

    assert ((), (), ()) == (found.data, found.restarts, found.fixed)


BUDGET = written_in("policy/v1beta1", "PodDisruptionBudget", "web")
JOBS = written_in("batch/v1beta1", "CronJob", "nightly")


def test_apis_that_disappear() -> None:
    """All that are served now and not afterwards; with who uses them, and what to write instead."""
    state = desired(release("b", BUDGET), release("a", JOBS, manifest("Service", "web")))
    api, manager, resource = SEEN
    found = disappearing_apis(
        state, Minor(24), Minor(25), others={parse_api(api): [(manager, resource)]}
    )

    assert [
        ("autoscaling/v2beta1/HorizontalPodAutoscaler", "autoscaling/v2/HorizontalPodAutoscaler"),
        ("batch/v1beta1/CronJob", "batch/v1/CronJob"),
        ("discovery.k8s.io/v1beta1/EndpointSlice", "discovery.k8s.io/v1/EndpointSlice"),
        ("events.k8s.io/v1beta1/Event", "events.k8s.io/v1/Event"),
        ("node.k8s.io/v1beta1/RuntimeClass", "node.k8s.io/v1/RuntimeClass"),
        ("policy/v1beta1/PodDisruptionBudget", "policy/v1/PodDisruptionBudget"),
        ("policy/v1beta1/PodSecurityPolicy", ""),
    ] == [(str(each.api), str(each.replacement or "")) for each in found]
    assert [
        Disappearing(
            api=parse_api("batch/v1beta1/CronJob"),
            replacement=parse_api("batch/v1/CronJob"),
            advice="write it in `batch/v1/CronJob`, which exists since 1.21",
            users=(("a", JOBS.id),),
            others=((manager, resource),),
        ),
        Disappearing(
            api=parse_api("policy/v1beta1/PodDisruptionBudget"),
            replacement=parse_api("policy/v1/PodDisruptionBudget"),
            advice="write it in `policy/v1/PodDisruptionBudget`, which exists since 1.21",
            users=(("b", BUDGET.id),),
        ),
    ] == [each for each in found if each.users or each.others]


def test_what_replaces_a_replacement() -> None:
    """Something that disappears with an API is no way out of it."""
    found = disappearing_apis(desired(), Minor(25), Minor(32))
    replacements = {str(each.api): str(each.replacement) for each in found}

    assert {"flowcontrol.apiserver.k8s.io/v1/FlowSchema"} == {
        replacements[f"flowcontrol.apiserver.k8s.io/{version}/FlowSchema"]
        for version in ("v1beta1", "v1beta2")  # which name v1beta3, itself gone at 1.32
    }


def test_what_is_off_by_default_counts_where_it_is_used() -> None:
    """An alpha or beta API that nobody switched on disappears for nobody."""
    flag = written_in("internal.apiserver.k8s.io/v1alpha1", "StorageVersion", "one")
    old = written_in("resource.k8s.io/v1alpha2", "ResourceClaim", "one")
    quiet = disappearing_apis(desired(), Minor(30), Minor(31))
    loud = disappearing_apis(desired(release("shop", flag, old)), Minor(30), Minor(31))

    assert not [each for each in quiet if each.api.group == "resource.k8s.io"]
    assert ["resource.k8s.io/v1alpha2/ResourceClaim"] == [
        str(each.api) for each in loud if each.users
    ]


def test_on_the_way_down_goes_what_is_newer() -> None:
    """What an older minor does not have yet is gone there."""
    state = desired(release("shop", written_in("batch/v1", "CronJob", "nightly")))

    assert () == disappearing_apis(state, Minor(25), Minor(25))
    found = disappearing_apis(state, Minor(21), Minor(20))

    assert [
        ("batch/v1/CronJob", 1),
        ("discovery.k8s.io/v1/EndpointSlice", 0),
        ("policy/v1/PodDisruptionBudget", 0),
        ("storage.k8s.io/v1beta1/CSIStorageCapacity", 0),
    ] == [(str(each.api), len(each.users)) for each in found]
    assert {(None, "only newer Kubernetes versions have it")} == {
        (each.replacement, each.advice) for each in found
    }


def test_findings_are_handed_on() -> None:
    """Whoever checked knows them."""
    state = desired()
    found = rendered_contents(state, state, is_cluster=True)

    assert (False, ()) == (found.is_live, found.findings)
    assert replace(found, is_live=True) == contents_of(
        found.diff, state, is_live=True, is_cluster=True
    )
