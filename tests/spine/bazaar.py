"""An environment of modules from many hands: WAT, C, Zig, Mistletoe's SDK in Rust, template packages.

    shop ── install ─→ ledger ─ install ─→ vault (WAT)          a diamond of releases
      │  ╲─ install ─→ audit ── install ─↗   │
      │                ledger ─ call ─→ probe@2 (WAT)           two series of one library
      │                audit ── call ─→ probe@1 (WAT)
      ├─ call ─→ front (C) ─ call ─→ stock ─ call ─→ label      calls nested three deep;
      │                                      (WAT, two times)   one package called twice
      └─ api ──→ meter (WAT), the API's default
    report ─ install ─→ cronjob (Zig)                           an output handed on
    team                                                        Mistletoe's SDK, with a descriptor
    crew                                                        the same by its path, without one

Every template package calls the engine (Rust) besides.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from guest_modules import FOLDER, answering, ok
from scripted_modules import result, scripted, value
from toy_registry import ToyRegistry, config_map

PUBLISHED = FOLDER / "published"
CREW = "namespace-bindgen-0.1.0.mist-pack.wasm"

VAULT = """\
apiVersion: v1
kind: Secret
metadata: {name: vault}
stringData: {token: open}
"""
LABEL = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {text: TEXT}\n"
CALLS_OF_STOCK = """\
[{"alias": "label", "name": "{{ name }}-large", "inputs": {"text": {{ ("large " ~ inputs.item) | tojson }}}},
 {"alias": "label", "name": "{{ name }}-small", "inputs": {"text": {{ ("small " ~ inputs.item) | tojson }}}}]
"""
METER = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: readings.meter.example.org}
spec:
  group: meter.example.org
  names: {kind: Reading, plural: readings}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
"""
ENVIRONMENT = """\
apiVersion: mistpm.dev/v1
kind: Environment
name: bazaar
id: "000102030405060708090a0b0c0d0e0f"
kubernetes: ">=1.31 <1.34"
target: {{directory: ./deploy}}
registries:
  bazaar: {{directory: {registry}}}
settings:
  bazaar/data/vault: {{namespace: safe}}
releases:
  shop:
    package: bazaar/apps/shop
    namespace: market
    inputs: {{item: thé}}
  report:
    package: bazaar/apps/report
    namespace: market
  team:
    package: bazaar/platform/namespace
    inputs: {{labels: {{team: green}}, pods: 5}}
  crew:
    package: ./{crew}
"""


def publish_bazaar(folder: Path) -> ToyRegistry:
    """Make the registry; its sources, and modules made from WAT, lie beside it."""
    registry = ToyRegistry(folder, name="bazaar")
    made = folder.parent / "made"
    made.mkdir()

    def wat(name: str, module: bytes) -> Path:
        path = made / f"{name}.wasm"
        path.write_bytes(module)
        return path

    _publish_libraries(registry, wat("label", _label()))
    for version in ("1.0.0", "1.2.0", "2.0.0"):
        answer = result(
            {"probe.yaml": config_map(f"series: '{version}'", name="NAME")}, outputs={"v": version}
        )
        module = wat(f"probe-{version}", scripted(*_named(answer)))
        registry.publish("lib/probe", version, module=module)
    vault = ok({"secret.yaml": VAULT}, outputs={"address": "vault.safe:8200"})
    registry.publish("data/vault", "3.1.4", module=wat("vault", answering(vault)))
    meter = answering(ok({"crd.yaml": METER}))
    registry.publish(
        "watch/meter",
        "0.3.0",
        module=wat("meter", meter),
        scope="cluster",
        provides={"apis": ["meter.example.org/v1/Reading"]},
    )
    cronjob = PUBLISHED / "cronjob-1.0.0.mist-pack.wasm"
    registry.publish("tasks/cronjob", "1.0.0", module=cronjob)
    namespace = PUBLISHED / "namespace-plain-0.1.0.mist-pack.wasm"
    registry.publish("platform/namespace", "0.1.0", module=namespace, namespaces=["team"])
    _publish_applications(registry)
    registry.index()
    return registry


def _publish_libraries(registry: ToyRegistry, label: Path) -> None:
    registry.publish("lib/label", "1.0.0", module=label)
    registry.publish(
        "lib/stock",
        "1.0.0",
        {"calls.json": CALLS_OF_STOCK, "stock.yaml": config_map("item: '{{ inputs.item }}'")},
        dependencies={"label": {"package": "lib/label", "version": "^1", "use": "call"}},
    )
    registry.publish(
        "lib/front",
        "1.0.0",
        module=PUBLISHED / "storefront-1.0.0.mist-pack.wasm",
        dependencies={"stock": {"package": "lib/stock", "version": "^1", "use": "call"}},
    )


def _publish_applications(registry: ToyRegistry) -> None:
    vault = {"package": "data/vault", "version": "^3"}
    for name, series in (("audit", 1), ("ledger", 2)):
        registry.publish(
            f"data/{name}",
            "1.0.0",
            {
                "calls.json": '[{"alias": "probe"}]',
                "config.yaml": config_map(
                    "vault: '{{ dependencies.vault.outputs.address }}'",
                    "probe: '{{ calls[name ~ \"-probe\"].outputs.v }}'",
                ),
                "outputs.json": '{{ {"host": name, "vault": dependencies.vault.outputs.address} | tojson }}',
            },
            dependencies={
                "vault": vault,
                "probe": {"package": "lib/probe", "version": f"^{series}", "use": "call"},
            },
        )
    registry.publish(
        "apps/shop",
        "1.0.0",
        {
            "calls.json": '[{"alias": "front", "inputs": {"item": {{ inputs.item | tojson }}}}]',
            "config.yaml": config_map(
                "ledger: '{{ dependencies.ledger.outputs.host }}'",
                "audit: '{{ dependencies.audit.outputs.vault }}'",
                "meter: '{{ dependencies.meter.release }}'",
            ),
        },
        dependencies={
            "ledger": {"package": "data/ledger", "version": "^1"},
            "audit": {"package": "data/audit", "version": "^1"},
            "front": {"package": "lib/front", "version": "^1", "use": "call"},
            "meter": {"api": "meter.example.org/v1/Reading", "default": "watch/meter"},
        },
    )
    registry.publish(
        "apps/report",
        "1.0.0",
        {"config.yaml": config_map("when: '{{ dependencies.job.outputs.schedule }}'")},
        dependencies={"job": {"package": "tasks/cronjob", "version": "^1"}},
    )


def _label() -> bytes:
    """Make a library that writes its inputs into a file, by their text alone."""
    whole = result({"label.yaml": LABEL})
    before, rest = whole.split("NAME")
    between, after = rest.split("TEXT")
    return scripted(before, value("name"), between, value("text"), after)


def _named(answer: str) -> tuple[str, bytes, str]:
    before, after = answer.split("NAME")
    return before, value("name"), after


def write_environment(folder: Path, registry: Path) -> Path:
    """Write `mistpm.yaml` and the package that it names by path into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CREW).write_bytes((PUBLISHED / CREW).read_bytes())
    path = folder / "mistpm.yaml"
    text = ENVIRONMENT.format(registry=json.dumps(os.path.relpath(registry, folder)), crew=CREW)
    path.write_text(text, encoding="utf-8")
    return path
