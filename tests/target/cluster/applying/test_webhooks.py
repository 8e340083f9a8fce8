"""Admission webhooks whose Pods are in the same environment."""

from __future__ import annotations

import base64
from typing import Any

from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from workloads import HELD, deployment, let_go, service


def webhook(environment: AppliedEnvironment, authority: str) -> dict[str, Any]:
    """Give a webhook that is asked about every Ingress in the namespace, and must answer."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": environment.namespace, "namespace": ""},
        "webhooks": [
            {
                "name": "ingresses.example.test",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "clientConfig": {
                    "service": {"namespace": environment.namespace, "name": "gate", "port": 443},
                    "caBundle": authority,
                },
                "namespaceSelector": {
                    "matchLabels": {"kubernetes.io/metadata.name": environment.namespace}
                },
                "rules": [
                    {
                        "apiGroups": ["networking.k8s.io"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["ingresses"],
                    }
                ],
            }
        ],
    }


def ingress(port: int) -> dict[str, Any]:
    """Give an Ingress of the Service `gate`."""
    backend = {"service": {"name": "gate", "port": {"number": port}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web"},
        "spec": {"defaultBackend": backend},
    }


def test_a_webhook_whose_pods_start_is_waited_for(
    environment: AppliedEnvironment, control_plane: ControlPlane
) -> None:
    """What a webhook of the same run refuses while its Pods are replaced is tried again."""
    authority = base64.b64encode((control_plane.folder / "ca.crt").read_bytes()).decode()
    rest = (service("gate", port=443), webhook(environment, authority))
    environment.apply(environment.desired(environment.release("app", deployment("gate"), *rest)))
    told = environment.events("applied", "ready")
    assert told.index("ready Deployment gate") < told.index(
        f"applied ValidatingWebhookConfiguration {environment.namespace}"
    )
    nobody = deployment("gate", replicas=0)
    environment.apply(environment.desired(environment.release("app", nobody, *rest)))

    slow = deployment("gate", schedulingGates=[HELD])
    environment.on_told = lambda told: (
        let_go(environment.api, environment.path("pods"))
        if told.phase == "waiting" and told.resource and told.resource.kind == "Ingress"
        else None
    )
    environment.apply(environment.desired(environment.release("app", slow, *rest, ingress(443))))

    waited = {
        each.message
        for each in environment.told
        if each.phase == "waiting" and each.resource and each.resource.kind == "Ingress"
    }
    assert {f"the admission webhook `{environment.namespace}/gate` does not answer yet"} == waited
    assert "applied Ingress web" in environment.events("applied")
    environment.uninstall()
