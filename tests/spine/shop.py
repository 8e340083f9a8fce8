"""A shop on a registry of packages that compile in no time: an application, its database, an API."""

from __future__ import annotations

from pathlib import Path

from guest_modules import answering, ok
from toy_registry import ToyRegistry, config_map

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: NAME}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
EMPTY = """\
# what runs here
apiVersion: mistpm.dev/v1
kind: Environment
name: shop
id: "000102030405060708090a0b0c0d0e0f"
kubernetes: ">=1.31 <1.33"
target: {directory: ./deploy}
registries:
  toy: {where}
settings:
  toy/watch/meter: {namespace: watch}
"""
INSTALL = ("install", "app", "-p", "toy/apps/app:1.0.0", "-n", "shop", "--yes")
FREE = ("install", "app", "-p", "toy/apps/app:^1", "--yes")
"""After this an upgrade moves the application, its database, and pulls in the API's default."""
KUBERNETES = ("upgrade", "--kubernetes", "1.35", "--yes", "--delete-data")
"""So does this one, because the old database does not support 1.34."""


def publish_shop(folder: Path) -> None:
    """Publish an application that needs a database, and in its newest version an API too."""
    registry = ToyRegistry(folder)
    made = folder.parent / "made"
    made.mkdir()

    def module(name: str, data: bytes) -> Path:
        path = made / f"{name}.wasm"
        path.write_bytes(data)
        return path

    for version in ("1.0.0", "1.1.0"):
        files = {
            "claim.yaml": CLAIM.replace("NAME", "data"),
            "config.yaml": config_map(f"version: {version}", name="data"),
            f"config-{version}.yaml": config_map(name=f"data-{version}"),
        }
        registry.publish(
            "data/db",
            version,
            module=module(f"db-{version}", answering(ok(files))),
            kubernetes="<1.34" if version == "1.0.0" else "*",
        )
    meter = answering(ok({"meter.yaml": config_map(name="meter")}))
    registry.publish(
        "watch/meter",
        "1.0.0",
        module=module("meter", meter),
        provides={"apis": ["meter.example.org/v1/Reading"]},
    )
    reading = {"api": "meter.example.org/v1/Reading", "default": "watch/meter"}
    for version, more in (("1.0.0", {}), ("1.1.0", {"meter": reading})):
        files = {"app.yaml": config_map(f"app: {version}", name="app")}
        registry.publish(
            "apps/app",
            version,
            module=module(f"app-{version}", answering(ok(files))),
            dependencies={"db": {"package": "data/db", "version": f"<={version}"}, **more},
        )
    registry.index()


def write_shop(folder: Path, *, where: str = "directory: ../toy") -> Path:
    """Write an environment without releases; `where` is the registry's entry."""
    folder.mkdir()
    path = folder / "mistpm.yaml"
    path.write_text(EMPTY.replace("{where}", f"{{{where}}}"), encoding="utf-8")
    return path
