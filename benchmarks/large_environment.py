"""An environment of many releases, from a registry of small template packages, made in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mistpm.package import pack
from mistpm.registry.keeper import make_index

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "registries" / "starter" / "modules"
MISTPM = str(Path(sys.executable).parent / "mistpm")

UNUSUAL = {"CI", "PYTHONDONTWRITEBYTECODE"}
"""Variables that users do not have: `CI` makes locks strict, the other one compiles us every time."""

DESCRIPTOR = """\
apiVersion: mistpm.dev/v1
kind: Package
group: {group}
name: {name}
version: {version}
kubernetes: "{kubernetes}"
dependencies: {dependencies}
build: {build}
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ name }}}
data: {release: {{ name }}}
"""

Kind = tuple[tuple[str, str], ...]
"""The versions that a package has, each with the Kubernetes versions that it supports."""


def environment_variables(folder: Path) -> dict[str, str]:
    """Give the variables of a user whose cache and configuration are in `folder`."""
    return {
        **{name: value for name, value in os.environ.items() if name not in UNUSUAL},
        "MISTPM_CACHE_DIR": str(folder / "cache"),
        "MISTPM_CONFIG_DIR": str(folder / "config"),
    }


class LargeEnvironment:
    """`size` releases, each of a package of its own that depends on the one before in its row of ten.

    Packages are of the kinds in `kinds` by turns.
    """

    def __init__(
        self, folder: Path, size: int, kinds: tuple[Kind, ...] = ((("1.0.0", "*"),),)
    ) -> None:
        self.folder = folder / "environment"
        self.folder.mkdir(parents=True)
        self.variables = environment_variables(folder)
        registry = folder / "registry"
        jinja = f"{{module: {MODULES / 'jinja.wasm'}}}"
        self._publish(registry, "engines/jinja", "{}", jinja, ("1.0.0", "*"))
        for number in range(size):
            engine = "engine: {package: engines/jinja, version: ^1, use: call}"
            before = f", before: {{package: apps/app-{number - 1}}}" if number % 10 else ""
            for version in kinds[number % len(kinds)]:
                self._publish(
                    registry,
                    f"apps/app-{number}",
                    f"{{{engine}{before}}}",
                    "{module: template, assets: templates}",
                    version,
                )
        (registry / "registry.yaml").write_text("name: large\n", encoding="utf-8")
        make_index(registry, published="2026-01-31")
        releases = "".join(
            f"  app-{number}: {{package: large/apps/app-{number}}}\n" for number in range(size)
        )
        (self.folder / "mistpm.yaml").write_text(
            "apiVersion: mistpm.dev/v1\nkind: Environment\nname: large\nid: large\n"
            'kubernetes: ">=1.33 <1.36"\ntarget: {directory: ./deploy}\n'
            f"registries: {{large: {{directory: ../registry}}}}\nreleases:\n{releases}",
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> None:
        """Run mistpm once."""
        subprocess.run(
            [MISTPM, *arguments],
            cwd=self.folder,
            env=self.variables,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @staticmethod
    def _publish(
        registry: Path,
        package: str,
        dependencies: str,
        build: str,
        version: tuple[str, str],
    ) -> None:
        group, name = package.split("/")
        source = registry.parent / "sources" / name / version[0]
        (source / "templates").mkdir(parents=True)
        (source / "templates" / "config.yaml").write_text(TEMPLATE, encoding="utf-8")
        text = DESCRIPTOR.format(
            group=group,
            name=name,
            version=version[0],
            kubernetes=version[1],
            dependencies=dependencies,
            build=build,
        )
        (source / "package.yaml").write_text(text, encoding="utf-8")
        packed = pack(source, template=MODULES / "template.wasm")
        place = registry / group / name
        place.mkdir(parents=True, exist_ok=True)
        (place / packed.name).write_bytes(packed.data)
