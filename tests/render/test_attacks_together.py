"""Packages that attack, beside good ones in one environment: with `keep_going` only they fail."""

from __future__ import annotations

from typing import Any

import pytest
from attack_table import module
from guest_modules import answering, ok

from mistpm.wasm import Limits, Runtime

MIB = 1024 * 1024
ATTACKS = {
    "aliases": "invalid-output",
    "bomb_functions": "module-too-large",
    "grow_touched": "guest-memory",
    "log_careless": "invalid-pointer",
    "log_flood": "log-too-large",
    "name_climbing": "invalid-file-name",
    "recurse": "guest-stack",
    "spin": "guest-timeout",
    "wasi_exit": "guest-exit",
}


@pytest.mark.slow
def test_an_attack_ends_its_own_release_only(world: Any) -> None:
    """Nine attackers and nine good releases, two at a time: the good ones are whole."""
    world.runtime = Runtime(
        cache=None, limits=Limits(seconds=15.0, memory_bytes=32 * MIB, log_bytes=10_000)
    )
    file = {"a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: good}}"}
    for number, name in enumerate(ATTACKS):
        release = name.replace("_", "-")
        world.package(release, module(name))
        world.release(release)
        world.package(f"good-{number}", answering(ok(file, outputs={"number": number})))
        world.release(f"good-{number}", namespace=f"n{number}")
    rendered = world.render(keep_going=True)

    assert [(f"good-{number}", 1) for number in range(len(ATTACKS))] == [
        (release.name, len(release.manifests)) for release in rendered.releases
    ]
    assert {name.replace("_", "-"): reference for name, reference in ATTACKS.items()} == {
        failure.release: failure.error.reference for failure in rendered.failures
    }
