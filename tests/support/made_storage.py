"""A registry of packages that compute requirements: an application whose storage decides what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from computing_modules import LOOP, computing, refusing, requiring
from guest_modules import answering, ok
from toy_registry import ToyRegistry, config_map

INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "storage": {"type": "string", "default": "local"},
        "replicas": {"type": "integer", "default": 1},
        "password": {"type": "string", "writeOnly": True},
    },
}
CASES = (
    ('"storage":"s3"', requiring(store="data/minio ^1")),
    ('"storage":"new"', requiring(store="data/minio ^2")),
    ('"storage":"disk"', requiring(store="data/minoi ^1")),
    ('"storage":"none"', refusing("there is no storage at all")),
    ('"storage":"slow"', LOOP),
    ('"storage":"odd"', "{}"),
    ('"storage":"clash"', requiring(cache="data/minio")),
    requiring(),
)


class StorageRegistry(ToyRegistry):
    """A registry whose modules are made by tests."""

    def put(self, package: str, version: str, module: bytes, **descriptor: Any) -> Path:
        """Publish a module's bytes."""
        made = self.folder.parent / f"{package.replace('/', '-')}-{version}.wasm"
        made.write_bytes(module)
        return self.publish(package, version, module=made, **descriptor)


def publish_storage(folder: Path) -> StorageRegistry:
    """Publish `apps/web`, which requires `data/minio` for some values of `storage`."""
    registry = StorageRegistry(folder)
    for version in ("1.0.0", "1.1.0"):
        registry.put(
            "data/minio", version, answering(ok({"minio.yaml": config_map(name=f"v{version}")}))
        )
    cache = {"cache": {"package": "data/cache"}}
    registry.put("data/cache", "1.0.0", answering(ok({"cache.yaml": config_map(name="cache")})))
    registry.put(
        "apps/web", "1.0.0", computing(*CASES), computed=True, inputs=INPUTS, dependencies=cache
    )
    registry.index()
    return registry
