"""Packages of four origins in one environment: Mistletoe's SDK, C, Zig, and templates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from guest_modules import FOLDER, SUPPORT

from mistpm import document
from mistpm.errors import RenderError

MODULES = FOLDER.parents[1] / "registries" / "starter" / "modules"
ITEM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ name }}'}\ndata: {item: '{{ inputs.item }}'}\n"
CALLS = """\
[{"alias": "stock", "inputs": {"item": {{ inputs.item | tojson }}}},
 {"alias": "stock", "name": "{{ name }}-spare", "inputs": {"item": "spare"}}]
"""
SHELF = """\
apiVersion: v1
kind: Secret
metadata: {name: '{{ name }}'}
stringData: {key: '{{ inputs.key }}', port: '{{ dependencies.clock.outputs.schedule }}'}
"""


def published(name: str) -> bytes:
    """Give a module as somebody else's tools made it."""
    [path] = (FOLDER / "published").glob(f"{name}-*.wasm")
    return path.read_bytes()


def shop(world: Any) -> None:
    """Put together an environment with a diamond, calls three deep, and one package called twice."""
    secret = {
        "properties": {"key": {"type": "string", "writeOnly": True}, "item": {"type": "string"}}
    }
    template = (MODULES / "template.wasm").read_bytes()
    world.package("space", published("namespace-plain"), has_descriptor=False)
    world.package("clock", published("cronjob"))
    world.package("front", published("storefront"))
    world.package("engine", (MODULES / "jinja.wasm").read_bytes())
    world.package("stock", template, assets={"item.yaml": ITEM})
    world.package(
        "shelf",
        template + b"\0\2\1x",
        assets={"shelf.yaml": SHELF, "calls.json": CALLS},
        inputs=secret,
    )
    engine = {"engine": "call starter/test/engine@1"}
    world.called("engine")
    world.called("stock", edges=engine)
    world.release("space", inputs={"labels": {"a": "b"}})
    world.release("clock", inputs={"schedule": "@hourly"})
    world.release(
        "front", edges={"stock": "call starter/test/stock@1"}, inputs={"item": "tea"}, stage=1
    )
    world.release(
        "shelf",
        edges={**engine, "stock": "call starter/test/stock@1", "clock": "install clock"},
        inputs={"item": "cups", "key": {"generate": 24}},
        namespace="sales",
        stage=1,
    )


@pytest.mark.slow
def test_packages_of_all_origins_render_together(world: Any) -> None:
    """Each answers in its own way, and manifests, outputs and secrets come out alike."""
    shop(world)
    rendered = world.render()
    found = {
        release.name: [str(manifest.id) for manifest in release.manifests]
        for release in rendered.releases
    }

    assert {
        "space": ["Namespace space"],
        "clock": ["CronJob.batch default/clock"],
        "front": ["Service default/front", "ConfigMap default/front-stock"],
        "shelf": [
            "ConfigMap sales/shelf-spare",
            "ConfigMap sales/shelf-stock",
            "Secret sales/shelf",
        ],
    } == found
    secret = rendered.releases[3].manifests[2]
    assert "@hourly" == secret.data["stringData"]["port"]
    assert (secret.data["stringData"]["key"],) == secret.secrets
    assert ["cups", "spare"] == sorted(
        manifest.data["data"]["item"] for manifest in rendered.releases[3].manifests[:2]
    )


@pytest.mark.slow
def test_a_template_s_mistake_is_told_with_its_line(world: Any) -> None:
    """What the engine says of a template reaches the user, with the way to it."""
    shop(world)
    world.package(
        "stock",
        (MODULES / "template.wasm").read_bytes(),
        assets={"a.yaml": "\n{{ nothing.at.all }}"},
    )
    world.called("stock", edges={"engine": "call starter/test/engine@1"})

    with pytest.raises(RenderError) as caught:
        world.render()

    mistake = "template `a.yaml`, line 2, at `{{ nothing.at.all }}`: `nothing` is undefined"
    assert (
        "2 releases cannot be rendered\n"
        f"  `starter/test/front@1.0.0` says: stock: {mistake} [package-failed]\n"
        "    while rendering `front` (starter/test/front@1.0.0)\n"
        f"  `starter/test/shelf@1.0.0` says: call `stock` failed: {mistake} [package-failed]\n"
        "    while rendering `shelf` (starter/test/shelf@1.0.0)" == str(caught.value)
    )


def everything(world: Any) -> str:
    """Write all that rendering gives as text."""
    rendered = world.render()
    manifests = [manifest.data for release in rendered.releases for manifest in release.manifests]
    return document.dump([manifests, *map(str, rendered.findings)])


DRIVER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
import conftest, test_real_packages
from mistpm.wasm import Runtime
world = conftest.World(Path(sys.argv[1]), Runtime(cache=Path(sys.argv[2])))
test_real_packages.shop(world)
sys.stdout.write(test_real_packages.everything(world))
"""


@pytest.mark.slow
def test_machines_make_no_difference(world: Any, tmp_path: Path) -> None:
    """Hash seed, time zone, locale and a cold or warm cache change no byte."""
    shop(world)
    expected = everything(world)
    for number, zone in enumerate(("Asia/Kathmandu", "America/St_Johns")):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = subprocess.run(
            [sys.executable, "-c", DRIVER, folder, tmp_path / "cache", *map(str, (Path(__file__).parent, SUPPORT))],
            env={**os.environ, "PYTHONHASHSEED": str(number), "TZ": zone, "LC_ALL": ("C", "tr_TR.UTF-8")[number % 2]},
            capture_output=True,
            check=True,
        )  # fmt: skip

        assert expected.encode() == found.stdout
