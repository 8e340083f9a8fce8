"""Random desired states, one after the other: what is there never depends on what was there before."""

from __future__ import annotations

import random

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from control_plane_fixtures import make_namespace
from made_cluster_shop import DEFINITIONS
from random_desired import items, random_desired, seen, versions

STEPS = 7
MERGE = "application/merge-patch+json"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_lives(
    control_plane: ControlPlane, environment: AppliedEnvironment, seed: int
) -> None:
    """After each step all is as in a new environment of the same desired state; again, nothing changes."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    for step in range(STEPS):
        desired = random_desired(chance)
        environment.apply(desired(environment))
        fresh = on_its_own(control_plane, f"fresh-{seed}-{step}")
        fresh.apply(desired(fresh))
        expected = seen(fresh)

        assert expected == seen(environment), f"step {step}"

        before = versions(environment)
        target = environment.target()
        diff = target.diff(desired(environment), environment.permissions)
        report = environment.carry_out(target, desired(environment), diff)

        assert diff.is_empty, f"step {step}: {diff.having('create', 'update', 'adopt', 'delete')}"
        assert () == report.changes
        assert before == versions(environment), f"step {step}"

        disturb(environment, chance)
        environment.apply(desired(environment), force_conflicts=True)

        assert expected == seen(environment), f"step {step}, mended"

        discard(fresh)
    environment.uninstall()

    assert {} == items(environment)


def on_its_own(control_plane: ControlPlane, name: str) -> AppliedEnvironment:
    """Give an environment that has nothing yet."""
    api = control_plane.api()
    return AppliedEnvironment(control_plane, api, make_namespace(api, name))


def discard(environment: AppliedEnvironment) -> None:
    """Delete everything, without waiting for it."""
    for path in items(environment):
        if "/namespaces/" not in path:
            environment.api.delete(path)
    for namespace in (environment.namespace, environment.state_namespace):
        environment.api.delete(f"/api/v1/namespaces/{namespace}")


def disturb(environment: AppliedEnvironment, chance: random.Random) -> None:
    """Delete an object, or change a value, as somebody else would.

    Definitions stay: for a while after one is deleted and made anew, Kubernetes may still take its instances away.
    """
    there = {path: item for path, item in items(environment).items() if DEFINITIONS not in path}
    path = chance.choice(sorted(there) or [""])
    if data := there.get(path, {}).get("data"):
        change = {"data": dict.fromkeys(data, "dGhlaXJz")}
        environment.api.request("PATCH", path, change, content_type=MERGE)
    elif path:
        environment.api.delete(path, propagationPolicy="Background")
