"""A real control plane of an older series, where somebody has built it: `make controlplane SERIES=1.33`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from control_plane_binary import MINORS, place
from control_plane_fixtures import make_namespace
from workloads import config_map, custom_definition, deployment, job, service

SERIES = "1.33"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not place(SERIES).exists(),
        reason=f"nobody has built the control plane of {SERIES}: `make controlplane SERIES={SERIES}`",
    ),
]


@pytest.mark.parametrize("minor", MINORS[SERIES])
def test_a_whole_life(minor: str, start_control_plane: Callable[..., ControlPlane]) -> None:
    """Installed, nothing to do, changed, taken away: on every minor that the series serves."""
    control_plane = start_control_plane(minor=minor)
    api = control_plane.api()
    environment = AppliedEnvironment(control_plane, api, make_namespace(api, "shop"))
    group = "shop.example.org"
    thing = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "one"}}
    operator = environment.release("operator", custom_definition(group, {"type": "object"}), thing)
    needs: dict[str, tuple[str, ...]] = {"web": ("operator",)}

    def apply(text: str) -> list[str]:
        """Apply all, and give what was told of it."""
        settings = config_map("web", text=text)
        rest = (deployment("web", replicas=2), service("web"), job("migrate"))
        web = environment.release("web", settings, *rest)
        environment.apply(environment.desired(operator, web, needs=needs))
        return environment.events("applied", "ready", "deleted")

    first, again, changed = apply("old"), apply("old"), apply("new")

    assert minor == str(environment.target().minor())
    assert first.index("ready Thing one") < first.index("applied Deployment web")
    assert {"ready Deployment web", "ready Job migrate"} <= {*first}
    assert [] == again
    assert ["applied ConfigMap web", "ready ConfigMap web"] == changed
    assert {"text": "new"} == api.get(environment.path("configmaps", "web")).body["data"]

    environment.uninstall()

    kinds = ("deployments.apps", "services", "configmaps", "jobs.batch")
    assert [[]] * 4 == [environment.names(kind) for kind in kinds]
