"""Registries that are only an index: packages to be solved, never rendered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any


def write_shelf(folder: Path, packages: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a registry named like its folder.

    A key is a package and versions that all say the same (`apps/shop 1.0.0 1.1.0`), a value what they say.
    """
    lines: dict[str, list[str]] = {}
    for key, says in packages.items():
        package, *versions = key.split()
        for version in versions:
            lines.setdefault(package, []).append(_line(package, version, says))
    (folder / "index").mkdir(parents=True)
    (folder / "registry.yaml").write_text(f"name: {folder.name}\n", encoding="utf-8")
    (folder / "index" / "packages.jsonl").write_text(_packages(packages), encoding="utf-8")
    for package, found in lines.items():
        file = folder / "index" / f"{package}.jsonl"
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")


def _packages(packages: Mapping[str, Mapping[str, Any]]) -> str:
    newest: dict[str, dict[str, Any]] = {}
    for key, says in packages.items():
        package, *versions = key.split()
        newest[package] = {"package": package, "version": versions[-1], "description": ""}
        if apis := says.get("provides", {}).get("apis"):
            newest[package]["provides"] = apis
    return "".join(f"{json.dumps(line)}\n" for _, line in sorted(newest.items()))


def _line(package: str, version: str, says: Mapping[str, Any]) -> str:
    group, name = package.split("/")
    said = dict(says)
    yanked = said.pop("yanked", None)
    line = {
        "digest": f"sha256:{sha256(f'{package}@{version}'.encode()).hexdigest()}",
        "size": 1000,
        **({"yanked": yanked} if yanked else {}),
        "descriptor": {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Package",
            "group": group,
            "name": name,
            "version": version,
            **said,
        },
    }
    return json.dumps(line)
