"""What is found in manifests, in whole sentences: a table for every code of `specs/checks.md`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from object_corpus import flawed_objects, good_objects

from mistpm.check import CustomKinds, Subject, check_manifests, subjects_of
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor

Checked = Callable[..., tuple[Finding, ...]]
Told = tuple[str, str, str, str]
"""Code, path, message and hint."""

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "shop"},
    "spec": {
        "selector": {"matchLabels": {"app": "shop"}},
        "template": {
            "metadata": {"labels": {"app": "shop"}},
            "spec": {"containers": [{"name": "shop", "image": "shop:1"}]},
        },
    },
}


def deployment(container: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """Give a Deployment with further fields in its container and its spec."""
    made = copy.deepcopy(DEPLOYMENT)
    made["spec"].update(spec)
    made["spec"]["template"]["spec"]["containers"][0].update(container or {})
    return made


def an_object(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    """Give an object called `shop`."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "shop"}, **fields}


def told(findings: tuple[Finding, ...]) -> list[Told]:
    """Give what is said in findings."""
    return [(each.code, each.path, each.message, each.hint) for each in findings]


CONTAINER = "spec.template.spec.containers[0]"

FIELDS: tuple[tuple[str, dict[str, Any], Told], ...] = (
    (
        "a misspelt field",
        deployment(replcas=2),
        (
            "invalid-field",
            "spec.replcas",
            "`spec` has no field `replcas`",
            "did you mean `replicas`?",
        ),
    ),
    (
        "a field in lower case",
        deployment({"imagepullpolicy": "Always"}),
        (
            "invalid-field",
            f"{CONTAINER}.imagepullpolicy",
            "`containers[0]` has no field `imagepullpolicy`",
            "did you mean `imagePullPolicy`?",
        ),
    ),
    (
        "a field of the whole object",
        {**DEPLOYMENT, "data": {}},
        ("invalid-field", "data", "`Deployment` has no field `data`", ""),
    ),
    (
        "a field that is not deep enough",
        deployment(containers=[]),
        (
            "invalid-field",
            "spec.containers",
            "`spec` has no field `containers`",
            "there is one in `spec.template.spec`",
        ),
    ),
    (
        "a field that is too deep",
        deployment({"volumes": []}),
        (
            "invalid-field",
            f"{CONTAINER}.volumes",
            "`containers[0]` has no field `volumes`",
            "there is one in `spec.template.spec`",
        ),
    ),
    (
        "a field that came later",
        deployment({"resizePolicy": []}),
        (
            "invalid-field",
            f"{CONTAINER}.resizePolicy",
            "`containers[0]` has no field `resizePolicy` before Kubernetes 1.27",
            "leave it out, or ask for Kubernetes 1.27 or newer",
        ),
    ),
    (
        "a number in quotes",
        deployment(replicas="2"),
        (
            "wrong-type",
            "spec.replicas",
            "`replicas` must be an integer, not the text `2`",
            "leave out the quotes",
        ),
    ),
    (
        "a number without quotes",
        deployment({"env": [{"name": "A", "value": 1}]}),
        (
            "wrong-type",
            f"{CONTAINER}.env[0].value",
            "`value` must be a text, not `1`",
            "put it in quotes",
        ),
    ),
    (
        "a mapping for a list",
        deployment({"ports": {"containerPort": 80}}),
        ("wrong-type", f"{CONTAINER}.ports", "`ports` must be a list, not a mapping", ""),
    ),
    (
        "a text for an integer or a text",
        deployment({"livenessProbe": {"httpGet": {"port": True}}}),
        (
            "wrong-type",
            f"{CONTAINER}.livenessProbe.httpGet.port",
            "`port` must be a text or an integer, not `true`",
            "",
        ),
    ),
    (
        "a missing field",
        an_object("autoscaling/v1", "HorizontalPodAutoscaler", spec={"maxReplicas": 1}),
        ("missing-field", "spec.scaleTargetRef", "`scaleTargetRef` is missing", ""),
    ),
    (
        "nothing where something is needed",
        an_object("v1", "Service", spec={"ports": [{"port": None}]}),
        ("missing-field", "spec.ports[0].port", "`port` is missing", ""),
    ),
    (
        "no name",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}},
        ("missing-field", "metadata.name", "`name` is missing", ""),
    ),
    (
        "several ports without names",
        an_object("v1", "Service", spec={"ports": [{"port": 1, "name": "a"}, {"port": 2}]}),
        (
            "missing-field",
            "spec.ports[1].name",
            "`name` is missing: where there are several ports, each must have one",
            "",
        ),
    ),
    (
        "a Service without ports",
        an_object("v1", "Service", spec={"selector": {"app": "shop"}}),
        (
            "missing-field",
            "spec.ports",
            "`ports` is missing",
            "a Service without ports has `clusterIP: None`",
        ),
    ),
    (
        "a port out of range",
        deployment({"ports": [{"containerPort": 99999}]}),
        (
            "invalid-value",
            f"{CONTAINER}.ports[0].containerPort",
            "`containerPort` must be at most 65535, not `99999`",
            "",
        ),
    ),
    (
        "a port in quotes",
        an_object("v1", "Service", spec={"ports": [{"port": 80, "targetPort": "8080"}]}),
        (
            "invalid-value",
            "spec.ports[0].targetPort",
            "`targetPort` must be a number, or a name of `a-z`, `0-9` and `-` with a letter,"
            " not the text `8080`",
            "",
        ),
    ),
    (
        "none of the options",
        deployment({"imagePullPolicy": "always"}),
        (
            "invalid-value",
            f"{CONTAINER}.imagePullPolicy",
            "`imagePullPolicy` must be `Always`, `IfNotPresent` or `Never`, not the text `always`",
            "did you mean `Always`?",
        ),
    ),
    (
        "no quantity",
        deployment({"resources": {"limits": {"memory": "1 GB"}}}),
        (
            "invalid-value",
            f"{CONTAINER}.resources.limits.memory",
            "`memory` must be a quantity such as `500m` or `2Gi`, not the text `1 GB`",
            "",
        ),
    ),
    (
        "more asked for than allowed",
        deployment({"resources": {"requests": {"cpu": "1500m"}, "limits": {"cpu": 1}}}),
        (
            "invalid-value",
            f"{CONTAINER}.resources.requests.cpu",
            "`cpu` must be at most its limit `1`, not `1500m`",
            "",
        ),
    ),
    (
        "an empty image",
        deployment({"image": ""}),
        (
            "invalid-value",
            f"{CONTAINER}.image",
            "`image` must be a text that is not empty",
            "",
        ),
    ),
    (
        "a secret that is not base64, and is not shown",
        an_object("v1", "Secret", data={"password": "hunter2!"}),
        ("invalid-value", "data.password", "`password` must be base64", ""),
    ),
    (
        "a secret where a mapping belongs, which is not shown either",
        an_object("v1", "Secret", stringData="hunter2"),
        ("wrong-type", "stringData", "`stringData` must be a mapping", ""),
    ),
    (
        "a key that is none",
        an_object("v1", "ConfigMap", data={"a/b": "c"}),
        (
            "invalid-value",
            'data["a/b"]',
            "the key `a/b` must be of letters, digits, `-`, `_` and `.`",
            "",
        ),
    ),
    (
        "a label that is none",
        {**DEPLOYMENT, "metadata": {"name": "shop", "labels": {"a": "b c"}}},
        (
            "invalid-value",
            "metadata.labels.a",
            "`a` must be at most 63 of letters, digits, `-`, `_` and `.`, beginning and ending"
            " with a letter or digit, not the text `b c`",
            "",
        ),
    ),
    (
        "a name that is none",
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop.web"},
         "spec": {"clusterIP": "None"}},
        (
            "invalid-value",
            "metadata.name",
            "the name of a `Service` must be at most 63 of `a-z`, `0-9` and `-`, beginning and"
            " ending with a letter or digit, not `shop.web`",
            "",
        ),
    ),
    (
        "a name that is too long",
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a" * 254}},
        (
            "invalid-value",
            "metadata.name",
            "the name of a `ConfigMap` must be at most 253 characters long",
            f"`{'a' * 57}...` has 254",
        ),
    ),
    (
        "a selector that does not select",
        deployment(selector={"matchLabels": {"app": "web"}}),
        (
            "invalid-value",
            "spec.selector.matchLabels.app",
            "the selector wants the label `app=web`, which the Pods do not get",
            "give `spec.template.metadata.labels` the same",
        ),
    ),
    (
        "a selector that selects nothing",
        deployment(selector={}),
        (
            "invalid-value",
            "spec.selector",
            "the selector is empty, and must select the Pods of the template",
            "",
        ),
    ),
    (
        "a variable that is there twice",
        deployment({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}),
        (
            "invalid-value",
            f"{CONTAINER}.env[1]",
            "`env[1]` has the key of an earlier item, `name: A`",
            "leave out one of them: server-side apply, which mistpm uses, refuses both",
        ),
    ),
    (
        "a port that is there twice",
        an_object("v1", "Service", spec={"ports": [
            {"port": 80, "name": "a"}, {"port": 80, "protocol": "TCP", "name": "b"}]}),
        (
            "invalid-value",
            "spec.ports[1]",
            "`ports[1]` has the key of an earlier item, `port: 80, protocol: TCP`",
            "",
        ),
    ),
    (
        "a mount of nothing",
        deployment({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}),
        (
            "invalid-value",
            f"{CONTAINER}.volumeMounts[0].name",
            "there is no volume `data` to mount",
            "there are no volumes",
        ),
    ),
    (
        "a Job that never ends",
        an_object("batch/v1", "Job", spec={"template": DEPLOYMENT["spec"]["template"]}),
        (
            "invalid-value",
            "spec.template.spec.restartPolicy",
            "`restartPolicy` of a `Job` must be `OnFailure` or `Never`, not `Always`, which it is"
            " unless told otherwise",
            "",
        ),
    ),
    (
        "a key that is no text",
        an_object("v1", "ConfigMap", data={1: "a"}),
        (
            "invalid-value",
            "",
            "the manifest cannot be read as JSON: Dict key must be str or str enum. Got 'int'",
            "",
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("manifest", "expected"), [case[1:] for case in FIELDS], ids=[case[0] for case in FIELDS]
)
def test_fields(check: Checked, manifest: dict[str, Any], expected: Told) -> None:
    """Each mistake in a field is told once, with its place and what to do."""
    assert [expected] == told(check(manifest, at="1.26"))


def test_all_at_once(check: Checked) -> None:
    """Everything that is wrong in a manifest is told, sorted by place."""
    manifest = deployment({"ports": [{"containerPort": "80"}], "img": "x"}, replicas=-1)
    expected = [
        ("invalid-value", "spec.replicas"),
        ("invalid-field", f"{CONTAINER}.img"),
        ("wrong-type", f"{CONTAINER}.ports[0].containerPort"),
    ]

    assert expected == [(each.code, each.path) for each in check(manifest)]


def test_one_finding_with_all_its_minors(check: Checked) -> None:
    """What holds at several minors is one finding; what came in between holds before it only."""
    manifest = deployment({"resizePolicy": []}, replcas=1)
    expected = [
        ("spec.replcas", ["1.24", "1.26", "1.27", "1.33"]),
        (f"{CONTAINER}.resizePolicy", ["1.24", "1.26"]),
    ]
    findings = check(manifest, at="1.33 1.24 1.26 1.27 1.24")

    assert expected == [(each.path, [str(minor) for minor in each.minors]) for each in findings]


def test_a_field_that_went(check: Checked) -> None:
    """A field that later schemas do not have is told with the last minor that has it."""
    manifest = an_object("v1", "Service", spec={"ports": [{"port": 80}], "topologyKeys": ["*"]})
    expected = (
        "invalid-field",
        "spec.topologyKeys",
        "`spec` has no field `topologyKeys` after Kubernetes 1.21",
        "leave it out",
    )
    findings = check(manifest, at="1.20 1.21 1.22 1.33")

    assert [expected] == told(findings)
    assert [(Minor(22), Minor(33))] == [each.minors for each in findings]


def test_what_stands_where(subject: Callable[[dict[str, Any]], Subject], check: Checked) -> None:
    """A finding tells who renders the manifest, or its file and the line of the innermost thing there is."""
    lines: dict[tuple[str | int, ...], int] = {(): 3, ("spec",): 7, ("spec", "replcas"): 9}

    def line_of(path: tuple[str | int, ...]) -> int | None:
        return lines.get(path)

    (made,), _ = subjects_of(deployment(replcas=1), file="shop.yaml", line_of=line_of)
    (finding,) = check_manifests([made], [Minor(33)], CustomKinds())
    (gone,) = check_manifests(
        subjects_of(an_object("v1", "ConfigMap", data={"a": 1}), file="b.yaml", line_of=line_of)[0],
        [Minor(33)],
        CustomKinds(),
    )

    assert ("shop.yaml", 9) == (finding.file, finding.line)
    assert ("b.yaml", 3) == (gone.file, gone.line)
    assert ("", 0) == (check(deployment(replcas=1))[0].file, subject(DEPLOYMENT).line(()))


@pytest.mark.slow
def test_good_objects(check: Checked) -> None:
    """Nothing is wrong with objects as people write them, from 1.25 to the newest minor."""
    every = " ".join(f"1.{number}" for number in range(25, 38))

    assert () == check(*good_objects(), at=every)


def test_flawed_objects(check: Checked) -> None:
    """Each flaw of the corpus is found, under its code, and nothing beside it."""
    expected = [(flaw.kind, flaw.path, [flaw.code]) for flaw, _ in flawed_objects()]
    found = [
        (flaw.kind, flaw.path, [each.code for each in check(data)])
        for flaw, data in flawed_objects()
    ]

    assert expected == found


def test_what_a_server_does_without(check: Checked) -> None:
    """Fields that the schema asks for and the server does not are not missed."""
    manifests = [
        an_object("rbac.authorization.k8s.io/v1", "ClusterRole", rules=None),
        an_object("rbac.authorization.k8s.io/v1", "Role"),
        an_object("networking.k8s.io/v1", "NetworkPolicy", spec={}),
        an_object("v1", "Service", spec={"type": "ExternalName", "externalName": "a.example.org"}),
    ]

    assert () == check(*manifests, at="1.19 1.25 1.37")


def test_made_names(check: Checked) -> None:
    """An object whose name the server makes up needs none."""
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "shop-"}}

    assert () == check(manifest)
