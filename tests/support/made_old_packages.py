"""Packages that use APIs which Kubernetes had once, and newer versions that do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from toy_registry import ToyRegistry, config_map


def manifest(api_version: str, kind: str, spec: str) -> str:
    """Give a template."""
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: '{{{{ name }}}}'}}\nspec: {spec}\n"


OLD_INGRESS = "{backend: {serviceName: web, servicePort: 80}}"
INGRESS = "{defaultBackend: {service: {name: web, port: {number: 80}}}}"
POLICY = "{fsGroup: {rule: RunAsAny}, runAsUser: {rule: RunAsAny}, seLinux: {rule: RunAsAny}, supplementalGroups: {rule: RunAsAny}}"  # fmt: skip
SCALING = "{maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}"
CRON = "{schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'example.test/job:1'}]}}}}}"  # fmt: skip
FLOW = "{priorityLevelConfiguration: {name: global-default}}"
HISTORY = {
    "old/ingress": (
        ("1.0.0", "<1.22", ("networking.k8s.io/v1beta1", "Ingress", OLD_INGRESS)),
        ("2.0.0", ">=1.19", ("networking.k8s.io/v1", "Ingress", INGRESS)),
    ),
    "old/policy": (
        ("1.0.0", "<1.25", ("policy/v1beta1", "PodSecurityPolicy", POLICY)),
        ("2.0.0", ">=1.23", None),
    ),
    "old/scaler": (
        ("1.0.0", "<1.26", ("autoscaling/v2beta2", "HorizontalPodAutoscaler", SCALING)),
        ("2.0.0", ">=1.23", ("autoscaling/v2", "HorizontalPodAutoscaler", SCALING)),
    ),
    "old/cron": (
        ("1.0.0", "<1.25", ("batch/v1beta1", "CronJob", CRON)),
        ("2.0.0", ">=1.21", ("batch/v1", "CronJob", CRON)),
    ),
    "old/flows": (
        ("1.0.0", ">=1.20 <1.26", ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", FLOW)),
        ("1.5.0", ">=1.23 <1.29", ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", FLOW)),
        ("2.0.0", ">=1.26 <1.32", ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", FLOW)),
        ("3.0.0", ">=1.29", ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", FLOW)),
    ),
    "control/before": (("1.0.0", "<1.25", None), ("2.0.0", ">=1.22", None)),
    "control/after": (("1.0.0", "<1.30", None), ("2.0.0", ">=1.25", None)),
    "control/torn": (("1.0.0", "<1.24", None), ("2.0.0", ">=1.24", None)),
}
"""By package, its versions, the Kubernetes versions that they support, and what they render besides a ConfigMap."""


def publish_old(folder: Path, *, silent: bool = False) -> ToyRegistry:
    """Publish them all; with `silent`, what goes says nothing of the Kubernetes versions that it supports."""
    registry = ToyRegistry(folder)
    for package, versions in HISTORY.items():
        for version, kubernetes, rendered in versions:
            files = {"config.yaml": config_map(f"version: '{version}'")}
            if rendered is not None:
                files["object.yaml"] = manifest(*rendered)
            stated: dict[str, Any] = (
                {} if silent and rendered is not None else {"kubernetes": kubernetes}
            )
            registry.publish(package, version, files, **stated)
    registry.index()
    return registry


def publish_stages(registry: ToyRegistry) -> None:
    """Publish a package of which versions must not be skipped."""
    for version, from_ in (("1.0.0", "*"), ("2.0.0", ">=1"), ("3.0.0", ">=2")):
        registry.publish(
            "data/store",
            version,
            {"config.yaml": config_map(f"version: '{version}'")},
            upgrades={"from": from_},
        )
    registry.index()
