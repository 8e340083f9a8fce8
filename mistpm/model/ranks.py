"""In which order kinds are applied; published in `specs/directory-target.md#ranks`.

A rank is part of a file's name, so a published one never changes; new kinds take free numbers.
"""

from __future__ import annotations

from typing import Final

from mistpm.model.resource import ResourceId

RANKS: Final[dict[str, int]] = {
    # what everything else may live in, or be an instance of
    "Namespace": 0,
    "CustomResourceDefinition.apiextensions.k8s.io": 5,
    # classes that others name
    "PriorityClass.scheduling.k8s.io": 10,
    "RuntimeClass.node.k8s.io": 11,
    "StorageClass.storage.k8s.io": 12,
    "CSIDriver.storage.k8s.io": 13,
    "IngressClass.networking.k8s.io": 14,
    "DeviceClass.resource.k8s.io": 15,
    # limits that hold for what comes after them
    "ResourceQuota": 20,
    "LimitRange": 21,
    "NetworkPolicy.networking.k8s.io": 22,
    "PodDisruptionBudget.policy": 23,
    # who may do what
    "ServiceAccount": 25,
    "ClusterRole.rbac.authorization.k8s.io": 26,
    "ClusterRoleBinding.rbac.authorization.k8s.io": 27,
    "Role.rbac.authorization.k8s.io": 28,
    "RoleBinding.rbac.authorization.k8s.io": 29,
    # what pods mount
    "Secret": 30,
    "ConfigMap": 31,
    "PersistentVolume": 35,
    "PersistentVolumeClaim": 36,
    # Services before pods, which learn their addresses when they start
    "Service": 40,
    "Endpoints": 41,
    "EndpointSlice.discovery.k8s.io": 42,
    "DaemonSet.apps": 50,
    "Pod": 51,
    "ReplicationController": 52,
    "ReplicaSet.apps": 53,
    "Deployment.apps": 54,
    "StatefulSet.apps": 55,
    "Job.batch": 56,
    "CronJob.batch": 57,
    "HorizontalPodAutoscaler.autoscaling": 60,
    "Ingress.networking.k8s.io": 65,
    "APIService.apiregistration.k8s.io": 66,
    # what can refuse everything else, once what answers it is there
    "ValidatingAdmissionPolicy.admissionregistration.k8s.io": 90,
    "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io": 91,
    "MutatingAdmissionPolicy.admissionregistration.k8s.io": 92,
    "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io": 93,
    "MutatingWebhookConfiguration.admissionregistration.k8s.io": 94,
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io": 95,
}

OTHERS: Final = 70
"""The rank of every kind that the table does not name: custom resources, above all."""


def rank(resource: ResourceId) -> int:
    """Give the rank of a resource's kind, 0 to 99; whatever version of its API it is written in."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    return RANKS.get(kind, OTHERS)
