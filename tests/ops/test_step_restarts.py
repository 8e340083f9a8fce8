"""What restarts in a step of an upgrade, and what runs on."""

from __future__ import annotations

from typing import Any

import pytest
from desired_states import desired, manifest, release
from made_upgrade_plans import containers, workload
from msgspec.structs import replace

from mistpm.model.resource import Manifest
from mistpm.ops.upgrade.contents import rendered_contents
from mistpm.ops.upgrade.plan import Contents


def contents(before: list[Manifest], after: list[Manifest], *, is_cluster: bool = True) -> Contents:
    """Give what leads from some manifests to others."""
    return rendered_contents(
        desired(release("shop", *before)), desired(release("shop", *after)), is_cluster=is_cluster
    )


def told(found: Contents) -> tuple[list[str], list[str]]:
    """Give what restarts and what does not, in words."""
    return (
        [f"{each.resource}: {each.how}" for each in found.restarts],
        [f"{each.resource}: {each.how}" for each in found.no_restarts],
    )


NEW_IMAGE: list[tuple[str, dict[str, Any], bool, str]] = [
    ("Deployment.apps", {}, True, "its Pods are replaced a few at a time"),
    (
        "Deployment.apps",
        {"strategy": {"type": "Recreate"}},
        True,
        "all its Pods end before new ones start",
    ),
    (
        "Deployment.apps",
        {"paused": True},
        False,
        "its rollout is paused: its Pods are replaced when somebody resumes it",
    ),
    (
        "StatefulSet.apps",
        {"replicas": 1},
        True,
        "its only Pod is replaced: the old one ends before the new one starts",
    ),
    ("StatefulSet.apps", {"replicas": 3}, True, "its Pods are replaced one by one"),
    (
        "StatefulSet.apps",
        {"replicas": 3, "updateStrategy": {"rollingUpdate": {"maxUnavailable": "50%"}}},
        True,
        "its Pods are replaced a few at a time",
    ),
    (
        "StatefulSet.apps",
        {"replicas": 3, "updateStrategy": {"type": "Recreate"}},
        True,
        "all its Pods end before new ones start",
    ),
    (
        "StatefulSet.apps",
        {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
        True,
        "only its Pods from number 2 on are replaced (`partition`)",
    ),
    (
        "StatefulSet.apps",
        {"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
        False,
        "no Pod is replaced: its `partition` is 2",
    ),
    (
        "StatefulSet.apps",
        {"updateStrategy": {"type": "OnDelete"}},
        False,
        "its Pods are replaced only when somebody deletes them (`OnDelete`)",
    ),
    ("DaemonSet.apps", {}, True, "its Pods are replaced node by node"),
    (
        "DaemonSet.apps",
        {"updateStrategy": {"type": "OnDelete"}},
        False,
        "its Pods are replaced only when somebody deletes them (`OnDelete`)",
    ),
    (
        "ReplicaSet.apps",
        {},
        False,
        "Pods that run stay as they are; only new ones are made so",
    ),
]


@pytest.mark.parametrize(("kind", "spec", "is_restart", "how"), NEW_IMAGE)
def test_a_new_image_restarts_as_the_strategy_says(
    kind: str, spec: dict[str, Any], is_restart: bool, how: str
) -> None:
    """What the controllers of Kubernetes do with a changed template, told honestly."""
    before, after = (workload(kind, "web", f"web:{number}", **spec) for number in (1, 2))
    found = contents([before], [after])
    line = f"{kind} shop/web: {how}"

    assert (([line], []) if is_restart else ([], [line])) == told(found)

    [restart] = found.restarts or found.no_restarts

    assert ('.spec.template.spec.containers[name="main"].image',) == restart.paths


def test_what_is_outside_of_the_template_restarts_nothing() -> None:
    """A label of the Deployment itself, and its size, leave the Pods that run."""
    before, after = (workload("Deployment.apps", "web", "web:1", replicas=size) for size in (1, 2))

    assert ([], []) == told(contents([before], [after]))


def test_none_wanted_any_more_ends_all() -> None:
    """A size of zero is not a rollout, but nobody is there afterwards either."""
    before, after = (
        workload("Deployment.apps", "web", f"web:{size}", replicas=size) for size in (1, 0)
    )

    assert (["Deployment.apps shop/web: all its Pods end, and none start"], []) == told(
        contents([before], [after])
    )


def test_a_bare_pod_gets_a_new_image_in_place() -> None:
    """Nothing else of it can change."""
    before, after = (manifest("Pod", "one", spec=containers(f"one:{n}")) for n in (1, 2))

    assert (["Pod shop/one: its containers with another image start again"], []) == told(
        contents([before], [after])
    )

    other = manifest("Pod", "one", spec=containers("one:2", command=["sleep"]))
    found = contents([before], [other])

    assert ([], []) == told(found)
    assert ('.spec.containers[name="main"].command',) == found.fixed[0].paths


def test_a_cron_job_runs_on() -> None:
    """The next run is another one."""
    before, after = (
        manifest(
            "CronJob.batch",
            "nightly",
            spec={"jobTemplate": {"spec": {"template": {"spec": containers(f"job:{number}")}}}},
        )
        for number in (1, 2)
    )

    assert (
        [],
        ["CronJob.batch shop/nightly: the next run is made so; one that is under way goes on"],
    ) == told(contents([before], [after]))


def test_a_job_of_a_version_runs_again_on_a_cluster() -> None:
    """Also where its manifest is the same: another version of the package is reason enough."""
    marks = {
        "annotations": {"mistpm.dev/run": "once-per-version"},
        "name": "up",
        "namespace": "shop",
    }
    job = manifest(
        "Job.batch", "up", spec={"template": {"spec": containers("up:1")}}, metadata=marks
    )
    old, new = release("shop", job), release("shop", job)
    later = desired(replace(new, version="2.0.0"))
    found = rendered_contents(desired(old), later, is_cluster=True)

    assert (["Job.batch shop/up: it is deleted and runs again"], []) == told(found)
    assert "is made anew: runs again for 2.0.0" == found.diff.changes[0].reason
    assert found.diff.changes[0].replaced

    other = manifest(
        "Job.batch", "up", spec={"template": {"spec": containers("up:2")}}, metadata=marks
    )
    found = rendered_contents(desired(old), desired(release("shop", other)), is_cluster=True)

    assert "unchanged" == found.diff.changes[0].action  # it ran for this version

    found = rendered_contents(desired(old), later, is_cluster=False)

    assert ([], []) == told(found)
    assert "unchanged" == found.diff.changes[0].action


def _reader(kind: str, name: str, **pod: Any) -> Manifest:
    return workload(kind, name, "reader:1", pod)


def _container(**more: Any) -> dict[str, Any]:
    return containers("reader:1", **more)


READERS: list[tuple[Manifest, str]] = [
    (
        _reader("Deployment.apps", "a", **_container(envFrom=[{"configMapRef": {"name": "shop"}}])),
        "variables from `ConfigMap shop` keep their values until it is restarted",
    ),
    (
        _reader(
            "StatefulSet.apps",
            "b",
            **_container(
                env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "a"}}}]
            ),
        ),
        "variables from `Secret shop` keep their values until it is restarted",
    ),
    (
        _reader("DaemonSet.apps", "c", volumes=[{"name": "v", "configMap": {"name": "shop"}}]),
        "files from `ConfigMap shop` change within minutes while it runs",
    ),
    (
        _reader(
            "Deployment.apps",
            "d",
            **_container(envFrom=[{"secretRef": {"name": "shop"}}]),
            volumes=[
                {
                    "name": "all",
                    "projected": {
                        "sources": [
                            {"secret": {"name": "shop"}},
                            {"configMap": {"name": "shop"}},
                        ]
                    },
                }
            ],
        ),
        "variables from `Secret shop` keep their values until it is restarted;"
        " files from `ConfigMap shop` and `Secret shop` change within minutes while it runs",
    ),
    (
        manifest("Pod", "e", spec={"volumes": [{"name": "v", "secret": {"secretName": "shop"}}]}),
        "files from `Secret shop` change within minutes while it runs",
    ),
]


@pytest.mark.parametrize(("reader", "how"), READERS, ids=lambda each: getattr(each, "id", ""))
def test_pods_run_on_with_configuration_that_changed(reader: Manifest, how: str) -> None:
    """Neither a ConfigMap nor a Secret is a part of the template: nobody replaces the Pods."""
    before = [
        manifest("ConfigMap", "shop", data={"a": "1"}),
        manifest("Secret", "shop", data={"a": "MQ=="}),
    ]
    after = [
        manifest("ConfigMap", "shop", data={"a": "2"}),
        manifest("Secret", "shop", data={"a": "Mg=="}),
    ]

    assert ([], [f"{reader.id}: {how}"]) == told(contents([*before, reader], [*after, reader]))


def test_who_restarts_reads_the_new_configuration() -> None:
    """A digest of the contents in an annotation of the template is how packages do it."""
    settings = [manifest("ConfigMap", "shop", data={"a": str(number)}) for number in (1, 2)]
    readers = [
        workload(
            "Deployment.apps",
            "web",
            f"web:{number}",
            _container(envFrom=[{"configMapRef": {"name": "shop"}}]),
        )
        for number in (1, 2)
    ]
    for number, reader in enumerate(readers):
        reader.data["spec"]["template"]["metadata"]["annotations"] = {"digest": str(number)}

    assert (["Deployment.apps shop/web: its Pods are replaced a few at a time"], []) == told(
        contents([settings[0], readers[0]], [settings[1], readers[1]])
    )


def test_others_are_not_meant() -> None:
    """A ConfigMap of the same name elsewhere, one whose labels change, and one that is new."""
    reader = _reader(
        "Deployment.apps", "web", **_container(envFrom=[{"configMapRef": {"name": "shop"}}])
    )
    elsewhere = [manifest("ConfigMap", "shop", "other", data={"a": str(n)}) for n in (1, 2)]
    labelled = [manifest("ConfigMap", "shop", immutable=n) for n in (False, True)]

    assert ([], []) == told(contents([elsewhere[0], reader], [elsewhere[1], reader]))
    assert ([], []) == told(contents([labelled[0], reader], [labelled[1], reader]))
    assert ([], []) == told(
        contents([reader], [manifest("ConfigMap", "shop", data={"a": "1"}), reader])
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"spec": None},
        {"spec": []},
        {"spec": {"template": "x", "replicas": "many", "updateStrategy": 1}},
        {
            "spec": {
                "template": {
                    "spec": {"containers": {"a": 1}, "volumes": [1, None, {"configMap": 3}]}
                }
            }
        },
    ],
)
@pytest.mark.parametrize(
    "kind", ["Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "Pod", "Job.batch"]
)
def test_odd_manifests_are_no_mistake_of_ours(kind: str, broken: dict[str, Any]) -> None:
    """Checks speak of them; here they only must not end anything."""
    before = [
        manifest(kind, "web", spec={"replicas": 1}),
        manifest("ConfigMap", "shop", data={"a": 1}),
    ]
    after = [manifest(kind, "web", **broken), manifest("ConfigMap", "shop", data={"a": 2})]

    assert 2 == len(contents(before, after).diff.having("update"))
    assert 2 == len(contents(after, before).diff.having("update"))
