"""An environment on the shared control plane that is applied as commands do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from control_plane import ControlPlane
from hourglass import Hourglass
from kubernetes_api import KubernetesApi

from mistpm.model.change import ApplyReport, Diff
from mistpm.model.progress import Progress
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.cluster.watch.expectation import Graces
from mistpm.target.protocol import Desired, Permissions, Waiting

SHORT = Graces(image=0, configuration=0, scheduling=0, first_look=0.1, longest_pause=0.2, gap=0)


class AppliedEnvironment:
    """One environment in a namespace of its own, which exists; its state is in another one.

    `told` is what was heard of the last run, `notes` are the requests that were tried again.
    """

    def __init__(
        self, control_plane: ControlPlane, api: KubernetesApi, namespace: str, user: str = "admin"
    ) -> None:
        self.api = api
        self.namespace = namespace
        self.id = f"id-{namespace}"
        self.state_namespace = f"{namespace}-state"
        self.permissions = Permissions()
        self.told: list[Progress] = []
        self.notes: list[str] = []
        self.on_told: Callable[[Progress], None] = lambda _told: None
        self.kubeconfig = control_plane.kubeconfig(user)

    def target(self, **more: Any) -> ClusterTarget:
        """Open the target anew, as each command does."""
        return ClusterTarget(
            connect(environ={"KUBECONFIG": str(self.kubeconfig)}),
            environment_id=self.id,
            state_namespace=self.state_namespace,
            **{"graces": SHORT, "note": self.notes.append, **more},
        )

    def release(self, name: str, *documents: dict[str, Any], **more: Any) -> RenderedRelease:
        """Give a release of these objects, in the namespace unless they say where they are."""
        return RenderedRelease(
            name=name,
            namespace=self.namespace,
            package=f"starter/test/{name}",
            version="1.0.0",
            manifests=tuple(map(self._manifest, documents)),
            **more,
        )

    def desired(
        self,
        *releases: RenderedRelease,
        needs: dict[str, tuple[str, ...]] | None = None,
        **more: Any,
    ) -> Desired:
        """Give a desired state; without releases it is an uninstallation."""
        return Desired(
            environment_id=self.id,
            environment_name="shop",
            releases=releases,
            needs=needs or {},
            **{"lock": b"lockVersion: 1\n", "reason": "install", **more},
        )

    def apply(
        self, desired: Desired, *, seconds: float = 300, wanted: bool = True, **permissions: bool
    ) -> ApplyReport:
        """Compare and apply, as a command does."""
        target = self.target()
        allowed = Permissions(**permissions)
        return self.carry_out(
            target, desired, target.diff(desired, allowed), allowed, seconds=seconds, wanted=wanted
        )

    def apply_until(self, why: str, desired: Desired, *, seconds: float = 300) -> ApplyReport:
        """Apply with a clock on which the time that there is ends when this is told of an object."""
        clock = Hourglass(lambda: why in {each.message for each in self.told})
        target = self.target(clock=clock)
        diff = target.diff(desired, self.permissions)
        return self.carry_out(target, desired, diff, seconds=seconds)

    def carry_out(
        self,
        target: ClusterTarget,
        desired: Desired,
        diff: Diff,
        permissions: Permissions = Permissions(),  # noqa: B008 - frozen
        *,
        seconds: float = 300,
        wanted: bool = True,
    ) -> ApplyReport:
        """Apply what was shown."""
        self.told = []
        return target.apply(
            desired,
            diff,
            permissions,
            waiting=Waiting(wanted=wanted, seconds=seconds),
            hear=self._hear,
        )

    def uninstall(self, **permissions: bool) -> ApplyReport:
        """Remove everything."""
        return self.apply(self.desired(lock=b""), **permissions)

    def events(self, *phases: str) -> list[str]:
        """Give what was told in some phases: `applied ConfigMap one`."""
        return [
            f"{each.phase} {each.resource.kind} {each.resource.name}"
            for each in self.told
            if each.phase in phases and each.resource
        ]

    def path(self, plural: str, name: str = "") -> str:
        """Give the path of objects in the namespace: `deployments.apps`."""
        plural, _, group = plural.partition(".")
        root = f"/apis/{group}/v1" if group else "/api/v1"
        return f"{root}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def names(self, plural: str) -> list[str]:
        """List what this environment has there of a kind."""
        found = self.api.get(self.path(plural), labelSelector=f"mistpm.dev/environment={self.id}")
        return sorted(item["metadata"]["name"] for item in found.body["items"])

    def status(self) -> tuple[str, str]:
        """Give how the last run ended, and why."""
        latest = self.target().history()[0]
        return latest.status, latest.why

    def _hear(self, told: Progress) -> None:
        self.told.append(told)
        self.on_told(told)

    def _manifest(self, data: dict[str, Any]) -> Manifest:
        metadata = {"namespace": self.namespace, **data["metadata"]}
        if not metadata["namespace"]:
            del metadata["namespace"]
        return Manifest(
            id=ResourceId(
                data["apiVersion"].rpartition("/")[0],
                data["kind"],
                metadata.get("namespace", ""),
                metadata["name"],
            ),
            api_version=data["apiVersion"],
            data={**data, "metadata": metadata},
            origin=f"starter/test/app@1.0.0: {metadata['name']}.yaml",
        )


def annotated(document: dict[str, Any], **annotations: str) -> dict[str, Any]:
    """Give a manifest with annotations of `mistpm.dev/`: `after="Job.batch/one"`."""
    metadata = {
        **document["metadata"],
        "annotations": {f"mistpm.dev/{key}": value for key, value in annotations.items()},
    }
    return {**document, "metadata": metadata}
