"""Registries of small template packages for whole-pipeline tests: real modules, made in a line.

registry = ToyRegistry(tmp_path / "toy")
registry.publish("data/db", "1.0.0", {"cm.yaml": config_map("size: {{ inputs.size }}")})
registry.index()
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mistpm.package import pack
from mistpm.registry.keeper import make_index

MODULES = Path(__file__).parents[2] / "registries" / "starter" / "modules"
ENGINE = {"package": "engines/jinja", "version": "^1", "use": "call"}


def config_map(*data: str, name: str = "{{ name }}") -> str:
    """Give the template of a ConfigMap with these `key: value` lines."""
    lines = "".join(f"\n  {line}" for line in data) if data else " {}"
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:{lines}\n"


class ToyRegistry:
    """A registry in a folder, with the engine that its template packages call."""

    def __init__(self, folder: Path, *, name: str = "toy") -> None:
        self.folder = folder
        self._sources = folder.parent / f"{folder.name}-sources"
        folder.mkdir(parents=True)
        (folder / "registry.yaml").write_text(f"name: {name}\n", encoding="utf-8")
        self.publish("engines/jinja", "1.0.0", module=MODULES / "jinja.wasm")

    def publish(
        self,
        package: str,
        version: str,
        templates: Mapping[str, str] | None = None,
        *,
        module: Path | None = None,
        dependencies: Mapping[str, Any] | None = None,
        **descriptor: Any,
    ) -> Path:
        """Pack a package and put it where it belongs; a template package unless `module` is given."""
        group, name = package.split("/")
        source = self._sources / package / version
        (source / "templates").mkdir(parents=True)
        for path, text in (templates or {}).items():
            (source / "templates" / path).write_text(text, encoding="utf-8")
        called = {} if module else {"engine": ENGINE}
        build = {"module": str(module)} if module else {"module": "template", "assets": "templates"}
        document = {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Package",
            "group": group,
            "name": name,
            "version": version,
            "dependencies": {**called, **(dependencies or {})},
            "build": build,
            **descriptor,
        }
        (source / "package.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        packed = pack(source, template=MODULES / "template.wasm")
        place = self.folder / group / name / packed.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(packed.data)
        return place

    def index(self) -> None:
        """Write the index of everything that was published."""
        make_index(self.folder, published="2026-01-31")
