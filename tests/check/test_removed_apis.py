"""Each API that Kubernetes has removed is found from the minor that removed it, and not one earlier.

The tables are written down from Kubernetes' deprecation guide and release notes, and are deliberately
not made from the data that they test.
"""

from __future__ import annotations

from typing import TypeAlias

import pytest

from mistpm.check import CustomKinds, check_manifests, subjects_of
from mistpm.model.finding import Finding
from mistpm.model.kinds import kind_table
from mistpm.model.minors import known_minors
from mistpm.model.presence import Api, find_kind, parse_api

Row: TypeAlias = tuple[str, int, int | None, str]

REMOVED: list[Row] = [
    # Off by default, and so gone for everybody who did not ask for them, since 1.16.
    ("apps/v1beta1/ControllerRevision", 16, 8, "apps/v1/ControllerRevision"),
    ("apps/v1beta1/Deployment", 16, 8, "apps/v1/Deployment"),
    ("apps/v1beta1/StatefulSet", 16, 8, "apps/v1/StatefulSet"),
    ("apps/v1beta2/ControllerRevision", 16, 9, "apps/v1/ControllerRevision"),
    ("apps/v1beta2/DaemonSet", 16, 9, "apps/v1/DaemonSet"),
    ("apps/v1beta2/Deployment", 16, 9, "apps/v1/Deployment"),
    ("apps/v1beta2/ReplicaSet", 16, 9, "apps/v1/ReplicaSet"),
    ("apps/v1beta2/StatefulSet", 16, 9, "apps/v1/StatefulSet"),
    ("extensions/v1beta1/DaemonSet", 16, 8, "apps/v1/DaemonSet"),
    ("extensions/v1beta1/Deployment", 16, 8, "apps/v1/Deployment"),
    ("extensions/v1beta1/NetworkPolicy", 16, 9, "networking.k8s.io/v1/NetworkPolicy"),
    ("extensions/v1beta1/PodSecurityPolicy", 16, 11, "policy/v1beta1/PodSecurityPolicy"),
    ("extensions/v1beta1/ReplicaSet", 16, 8, "apps/v1/ReplicaSet"),
    # 1.22: the betas whose stable versions were years old.
    ("extensions/v1beta1/Ingress", 22, 14, "networking.k8s.io/v1/Ingress"),
    ("networking.k8s.io/v1beta1/Ingress", 22, 19, "networking.k8s.io/v1/Ingress"),
    ("networking.k8s.io/v1beta1/IngressClass", 22, 19, "networking.k8s.io/v1/IngressClass"),
    (
        "admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration",
        *(22, 16, "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration",
        *(22, 16, "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration"),
    ),
    (
        "apiextensions.k8s.io/v1beta1/CustomResourceDefinition",
        *(22, 16, "apiextensions.k8s.io/v1/CustomResourceDefinition"),
    ),
    ("apiregistration.k8s.io/v1beta1/APIService", 22, 19, "apiregistration.k8s.io/v1/APIService"),
    (
        "certificates.k8s.io/v1beta1/CertificateSigningRequest",
        *(22, 19, "certificates.k8s.io/v1/CertificateSigningRequest"),
    ),
    ("coordination.k8s.io/v1beta1/Lease", 22, 19, "coordination.k8s.io/v1/Lease"),
    (
        "rbac.authorization.k8s.io/v1beta1/ClusterRole",
        *(22, 17, "rbac.authorization.k8s.io/v1/ClusterRole"),
    ),
    (
        "rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding",
        *(22, 17, "rbac.authorization.k8s.io/v1/ClusterRoleBinding"),
    ),
    ("rbac.authorization.k8s.io/v1beta1/Role", 22, 17, "rbac.authorization.k8s.io/v1/Role"),
    (
        "rbac.authorization.k8s.io/v1beta1/RoleBinding",
        *(22, 17, "rbac.authorization.k8s.io/v1/RoleBinding"),
    ),
    ("scheduling.k8s.io/v1beta1/PriorityClass", 22, 14, "scheduling.k8s.io/v1/PriorityClass"),
    ("storage.k8s.io/v1beta1/CSIDriver", 22, 19, "storage.k8s.io/v1/CSIDriver"),
    ("storage.k8s.io/v1beta1/CSINode", 22, 17, "storage.k8s.io/v1/CSINode"),
    ("storage.k8s.io/v1beta1/StorageClass", 22, 19, "storage.k8s.io/v1/StorageClass"),
    ("storage.k8s.io/v1beta1/VolumeAttachment", 22, 19, "storage.k8s.io/v1/VolumeAttachment"),
    # 1.25 to 1.29.
    (
        "autoscaling/v2beta1/HorizontalPodAutoscaler",
        25,
        22,
        "autoscaling/v2/HorizontalPodAutoscaler",
    ),
    (
        "autoscaling/v2beta2/HorizontalPodAutoscaler",
        26,
        23,
        "autoscaling/v2/HorizontalPodAutoscaler",
    ),
    ("batch/v1beta1/CronJob", 25, 21, "batch/v1/CronJob"),
    ("discovery.k8s.io/v1beta1/EndpointSlice", 25, 21, "discovery.k8s.io/v1/EndpointSlice"),
    ("events.k8s.io/v1beta1/Event", 25, 22, "events.k8s.io/v1/Event"),
    ("node.k8s.io/v1beta1/RuntimeClass", 25, 22, "node.k8s.io/v1/RuntimeClass"),
    ("policy/v1beta1/PodDisruptionBudget", 25, 21, "policy/v1/PodDisruptionBudget"),
    ("policy/v1beta1/PodSecurityPolicy", 25, 21, ""),
    ("storage.k8s.io/v1beta1/CSIStorageCapacity", 27, 24, "storage.k8s.io/v1/CSIStorageCapacity"),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema",
        *(26, 23, "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema"),
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration",
        *(26, 23, "flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration"),
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema",
        *(29, 26, "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema"),
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration",
        *(29, 26, "flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration"),
    ),
    # 1.32 and later.
    (
        "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema",
        *(32, 29, "flowcontrol.apiserver.k8s.io/v1/FlowSchema"),
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration",
        *(32, 29, "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicy",
        *(34, 31, "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy"),
    ),
    (
        "admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicyBinding",
        *(34, 31, "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding"),
    ),
    ("networking.k8s.io/v1beta1/IPAddress", 37, 34, "networking.k8s.io/v1/IPAddress"),
    ("networking.k8s.io/v1beta1/ServiceCIDR", 37, 34, "networking.k8s.io/v1/ServiceCIDR"),
    (
        "storage.k8s.io/v1beta1/VolumeAttributesClass",
        *(37, 34, "storage.k8s.io/v1/VolumeAttributesClass"),
    ),
    # Answers to questions, which nobody stores.
    (
        "authentication.k8s.io/v1beta1/SelfSubjectReview",
        *(33, 30, "authentication.k8s.io/v1/SelfSubjectReview"),
    ),
    ("authentication.k8s.io/v1beta1/TokenReview", 22, 19, "authentication.k8s.io/v1/TokenReview"),
    (
        "authorization.k8s.io/v1beta1/LocalSubjectAccessReview",
        *(22, 19, "authorization.k8s.io/v1/LocalSubjectAccessReview"),
    ),
    (
        "authorization.k8s.io/v1beta1/SelfSubjectAccessReview",
        *(22, 19, "authorization.k8s.io/v1/SelfSubjectAccessReview"),
    ),
    (
        "authorization.k8s.io/v1beta1/SelfSubjectRulesReview",
        *(22, 19, "authorization.k8s.io/v1/SelfSubjectRulesReview"),
    ),
    (
        "authorization.k8s.io/v1beta1/SubjectAccessReview",
        *(22, 19, "authorization.k8s.io/v1/SubjectAccessReview"),
    ),
]
"""API, the minors that removed and that deprecated it, what replaces it."""

SUBRESOURCES: list[Row] = [
    ("apps/v1beta1/DeploymentRollback", 16, 8, ""),
    ("apps/v1beta1/Scale", 16, 8, "autoscaling/v1/Scale"),
    ("apps/v1beta2/Scale", 16, 9, "autoscaling/v1/Scale"),
    ("extensions/v1beta1/DeploymentRollback", 16, 8, ""),
    ("extensions/v1beta1/Scale", 16, 2, "autoscaling/v1/Scale"),
    ("policy/v1beta1/Eviction", 25, 22, "policy/v1/Eviction"),
    ("v1/EphemeralContainers", 22, None, ""),
]
"""The same of kinds that exist only below another resource: nobody applies them."""

ALPHAS = [
    ("admissionregistration.k8s.io/v1alpha1/ValidatingAdmissionPolicy", 32),
    ("admissionregistration.k8s.io/v1alpha1/ValidatingAdmissionPolicyBinding", 32),
    ("auditregistration.k8s.io/v1alpha1/AuditSink", 19),
    ("authentication.k8s.io/v1alpha1/SelfSubjectReview", 32),
    ("batch/v2alpha1/CronJob", 21),
    ("certificates.k8s.io/v1alpha1/ClusterTrustBundle", 37),
    ("certificates.k8s.io/v1alpha1/PodCertificateRequest", 35),
    ("coordination.k8s.io/v1alpha1/LeaseCandidate", 32),
    ("discovery.k8s.io/v1alpha1/EndpointSlice", 17),
    ("flowcontrol.apiserver.k8s.io/v1alpha1/FlowSchema", 21),
    ("flowcontrol.apiserver.k8s.io/v1alpha1/PriorityLevelConfiguration", 21),
    ("networking.k8s.io/v1alpha1/ClusterCIDR", 29),
    ("networking.k8s.io/v1alpha1/IPAddress", 31),
    ("networking.k8s.io/v1alpha1/ServiceCIDR", 31),
    ("node.k8s.io/v1alpha1/RuntimeClass", 24),
    ("rbac.authorization.k8s.io/v1alpha1/ClusterRole", 23),
    ("rbac.authorization.k8s.io/v1alpha1/ClusterRoleBinding", 23),
    ("rbac.authorization.k8s.io/v1alpha1/Role", 23),
    ("rbac.authorization.k8s.io/v1alpha1/RoleBinding", 23),
    ("resource.k8s.io/v1alpha1/PodScheduling", 27),
    ("resource.k8s.io/v1alpha1/ResourceClaim", 27),
    ("resource.k8s.io/v1alpha1/ResourceClaimTemplate", 27),
    ("resource.k8s.io/v1alpha1/ResourceClass", 27),
    ("resource.k8s.io/v1alpha2/PodSchedulingContext", 31),
    ("resource.k8s.io/v1alpha2/ResourceClaim", 31),
    ("resource.k8s.io/v1alpha2/ResourceClaimParameters", 31),
    ("resource.k8s.io/v1alpha2/ResourceClaimTemplate", 31),
    ("resource.k8s.io/v1alpha2/ResourceClass", 31),
    ("resource.k8s.io/v1alpha2/ResourceClassParameters", 31),
    ("resource.k8s.io/v1alpha2/ResourceSlice", 31),
    ("resource.k8s.io/v1alpha3/DeviceClass", 34),
    ("resource.k8s.io/v1alpha3/PodSchedulingContext", 32),
    ("resource.k8s.io/v1alpha3/ResourceClaim", 34),
    ("resource.k8s.io/v1alpha3/ResourceClaimTemplate", 34),
    ("resource.k8s.io/v1alpha3/ResourceSlice", 34),
    ("scheduling.k8s.io/v1alpha1/PriorityClass", 23),
    ("scheduling.k8s.io/v1alpha1/Workload", 36),
    ("scheduling.k8s.io/v1alpha2/PodGroup", 37),
    ("scheduling.k8s.io/v1alpha2/Workload", 37),
    ("settings.k8s.io/v1alpha1/PodPreset", 20),
    ("storage.k8s.io/v1alpha1/CSIStorageCapacity", 24),
    ("storage.k8s.io/v1alpha1/VolumeAttachment", 23),
    ("storage.k8s.io/v1alpha1/VolumeAttributesClass", 35),
    ("storagemigration.k8s.io/v1alpha1/StorageVersionMigration", 35),
]
"""Alphas, which nobody had without asking and nobody promised anything about: only when they went."""


def findings_of(api: str) -> tuple[Finding, ...]:
    """Check an empty object of an API at every known minor."""
    group_version, _, kind = api.rpartition("/")
    document = {"apiVersion": group_version, "kind": kind, "metadata": {"name": "thing"}}
    subjects, mistakes = subjects_of(document)

    assert () == mistakes

    return check_manifests(subjects, known_minors(), CustomKinds())


def minors_with(code: str, findings: tuple[Finding, ...]) -> list[int]:
    """Give the minors at which something of this code was found."""
    return sorted(minor.number for each in findings if each.code == code for minor in each.minors)


@pytest.mark.parametrize(("api", "removed"), [row[:2] for row in REMOVED + SUBRESOURCES] + ALPHAS)
def test_removed(api: str, removed: int) -> None:
    """An API is an error from the minor that removed it to the newest, and at no earlier one."""
    findings = findings_of(api)
    errors = [each for each in findings if each.code == "removed-api"]

    assert list(range(removed, 38)) == minors_with("removed-api", findings)
    assert {"error"} == {each.severity for each in errors}
    assert {f"`{api}` is gone since Kubernetes 1.{removed}"} == {each.message for each in errors}


@pytest.mark.parametrize(("api", "removed", "deprecated", "replacement"), REMOVED + SUBRESOURCES)
def test_deprecated(api: str, removed: int, deprecated: int | None, replacement: str) -> None:
    """Before it went it was deprecated, for a while, in favour of something."""
    kind = find_kind(parse_api(api))
    warned = minors_with("deprecated-api", findings_of(api))

    assert kind is not None
    assert (deprecated, replacement) == (kind.deprecated, kind.replacement)
    assert list(range(max(deprecated or removed, kind.first), removed)) == warned


def test_tables_are_whole() -> None:
    """Nothing else was removed since 1.16, as far as the data know."""
    written = [row[0] for row in REMOVED + SUBRESOURCES] + [row[0] for row in ALPHAS]

    assert sorted(written) == sorted(str(kind) for kind in kind_table().kinds if kind.removed)


@pytest.mark.parametrize(
    ("api", "since", "replacement"),
    [
        ("v1/ComponentStatus", 19, ""),
        ("v1/Endpoints", 33, "discovery.k8s.io/v1/EndpointSlice"),
        (
            "coordination.k8s.io/v1alpha2/LeaseCandidate",
            *(35, "coordination.k8s.io/v1beta1/LeaseCandidate"),
        ),
        ("resource.k8s.io/v1beta1/ResourceClaim", 35, "resource.k8s.io/v1/ResourceClaim"),
    ],
)
def test_deprecated_and_still_there(api: str, since: int, replacement: str) -> None:
    """What is deprecated and not yet removed is a warning until the newest minor."""
    findings = findings_of(api)
    warnings = [each for each in findings if each.code == "deprecated-api"]

    assert list(range(since, 38)) == minors_with("deprecated-api", findings)
    assert [] == minors_with("removed-api", findings)
    assert {("warning", replacement)} == {(each.severity, each.replacement) for each in warnings}


@pytest.mark.parametrize(
    ("api", "replacements"),
    [
        (
            "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema",
            {
                "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema": [26, 27, 28, 29, 30, 31],
                "flowcontrol.apiserver.k8s.io/v1/FlowSchema": [32, 33, 34, 35, 36, 37],
            },
        ),
        (
            "extensions/v1beta1/PodSecurityPolicy",
            {
                "policy/v1beta1/PodSecurityPolicy": list(range(16, 25)),
                "": list(range(25, 38)),
            },
        ),
    ],
)
def test_replacement_that_went_too(api: str, replacements: dict[str, list[int]]) -> None:
    """Where the replacement was removed as well, what replaces that is advised instead."""
    found = {
        each.replacement: [minor.number for minor in each.minors]
        for each in findings_of(api)
        if each.code == "removed-api"
    }

    assert replacements == found


def test_lists_are_no_kinds() -> None:
    """What lists objects of a kind is not looked up itself: it is taken apart, and its items are."""
    ingress = {"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "web"}}
    of_items = {"apiVersion": "v1", "kind": "List", "items": [ingress]}
    of_kind = {**of_items, "apiVersion": "extensions/v1beta1", "kind": "IngressList"}

    for document in (of_items, of_kind):
        subjects, _ = subjects_of(document)
        findings = check_manifests(subjects, known_minors(), CustomKinds())

        assert list(range(22, 38)) == minors_with("removed-api", findings)
    for api, *_ in REMOVED:
        group, version, kind = api.split("/")

        assert find_kind(Api(group, version, f"{kind}List")) is None
