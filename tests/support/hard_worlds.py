"""Registries that are hard to solve: pigeons without enough holes, random clauses.  Only an index, no modules."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

Versions = Mapping[str, Mapping[str, str]]
"""What each version requires: package to range."""


def write_index(folder: Path, packages: Mapping[str, Versions], *, name: str = "toy") -> Path:
    """Write a registry that consists of its index."""
    (folder / "index").mkdir(parents=True)
    (folder / "registry.yaml").write_text(f"name: {name}\n", encoding="utf-8")
    (folder / "index" / "packages.jsonl").write_bytes(b"")
    for package, versions in packages.items():
        lines = (json.dumps(_line(package, version, versions[version])) for version in versions)
        file = folder / "index" / f"{package}.jsonl"
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def _line(package: str, version: str, needs: Mapping[str, str]) -> dict[str, Any]:
    group, name = package.split("/")
    return {
        "descriptor": {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Package",
            "group": group,
            "name": name,
            "version": version,
            "dependencies": {
                f"d{number}": {"package": needed, "version": range_}
                for number, (needed, range_) in enumerate(needs.items())
            },
        },
        "digest": f"sha256:{sha256(f'{package}@{version}'.encode()).hexdigest()}",
        "size": 1,
    }


def pigeons(count: int) -> dict[str, Versions]:
    """Make as many pigeons, each of which needs a hole of its own, and one hole less; `x/top` needs all."""
    holes = range(1, count)
    packages: dict[str, Versions] = {
        f"x/p{pigeon}": {f"{hole}.0.0": {f"x/h{hole}": f"={pigeon + 1}.0.0"} for hole in holes}
        for pigeon in range(count)
    }
    packages |= {f"x/h{hole}": {f"{n + 1}.0.0": {} for n in range(count)} for hole in holes}
    return {**packages, "x/top": {"1.0.0": {f"x/p{pigeon}": "*" for pigeon in range(count)}}}


def clauses(variables: int, *, seed: int) -> dict[str, Versions]:
    """Make random clauses of three literals, 4.26 for each variable: as hard as can be; `x/top` needs all."""
    luck = random.Random(seed)  # noqa: S311 - nothing secret
    packages: dict[str, Versions] = {
        f"x/v{number}": {"1.0.0": {}, "2.0.0": {}} for number in range(variables)
    }
    count = round(4.26 * variables)
    for clause in range(count):
        packages[f"x/c{clause}"] = {
            f"{place + 1}.0.0": {f"x/v{number}": luck.choice(("=1.0.0", "=2.0.0"))}
            for place, number in enumerate(luck.sample(range(variables), 3))
        }
    return {**packages, "x/top": {"1.0.0": {f"x/c{clause}": "*" for clause in range(count)}}}
