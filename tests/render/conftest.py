"""Environments made in a few lines, with real modules in a real runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from guest_modules import digest
from msgspec import Struct, convert

from mistpm.model.descriptor import Dependency, Descriptor, Provides
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.lockfile import LOCK_VERSION, READERS, LockedEdge, LockedPackage, Lockfile
from mistpm.model.presence import parse_api
from mistpm.model.rendered import Rendered
from mistpm.model.version import parse_version
from mistpm.render import Configuration, render_environment
from mistpm.wasm import Runtime


class MadePackage(Struct, frozen=True, kw_only=True):
    """A package as `render` wants it."""

    path: Path
    digest: str
    descriptor: Descriptor | None
    assets: dict[str, str] = {}


class World:
    """A lock with its packages, put together step by step, and rendered.

    `package` adds a package, `release` and `called` pin one; edges are written
    `install db`, `call starter/test/redis@1`, `api metrics`, `api kubernetes`.
    """

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        self.runtime = runtime
        self.packages: dict[str, MadePackage] = {}
        self.releases: dict[str, LockedPackage] = {}
        self.called_pins: dict[str, LockedPackage] = {}
        self.configurations: dict[str, Configuration] = {}
        self.stages: list[tuple[str, ...]] = []
        self._folder = folder
        self._pins: dict[str, LockedPackage] = {}

    def package(
        self,
        name: str,
        module: bytes,
        *,
        has_descriptor: bool = True,
        provides: tuple[str, ...] = (),
        fixed: Mapping[str, Mapping[str, Any]] | None = None,
        assets: dict[str, str] | None = None,
        **descriptor: Any,
    ) -> None:
        """Add `starter/test/NAME` 1.0.0; `fixed` are the `with` of its dependencies by alias."""
        path = self._folder / f"{name}-1.0.0.mist-pack.wasm"
        path.write_bytes(module)
        dependencies = {
            alias: Dependency(
                package=PackageReference(f"test/{alias}"), use="call", with_=dict(value)
            )
            for alias, value in (fixed or {}).items()
        }
        said = Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group="test",
            name=name,
            version=parse_version("1.0.0"),
            dependencies=dependencies,
            provides=Provides(apis=tuple(parse_api(text) for text in provides)),
            **descriptor,
        )
        made = MadePackage(
            path=path,
            digest=digest(module),
            descriptor=said if has_descriptor else None,
            assets=assets or {},
        )
        self.packages[made.digest] = made
        self._pins[name] = LockedPackage(
            package=PackageId(f"starter/test/{name}"),
            version=parse_version("1.0.0"),
            digest=made.digest,
            size=len(module),
        )

    def release(
        self,
        name: str,
        package: str = "",
        *,
        edges: Mapping[str, str] | None = None,
        stage: int = 0,
        when: dict[str, bool] | None = None,
        **configuration: Any,
    ) -> None:
        """Pin a package as a release in a stage; the rest is its configuration."""
        self.releases[name] = self._pinned(package or name, edges or {}, when or {})
        self.configurations[name] = Configuration(**configuration)
        self.stages += [()] * (stage + 1 - len(self.stages))
        self.stages[stage] += (name,)

    def only(self, module: bytes, **configuration: Any) -> None:
        """Make the package `shop` of a module, and it the environment's only release."""
        self.package("shop", module)
        self.release("shop", **configuration)

    def called(self, package: str, *, edges: Mapping[str, str] | None = None) -> None:
        """Pin a package as one that is called, `starter/test/PACKAGE@1`."""
        self.called_pins[f"starter/test/{package}@1"] = self._pinned(package, edges or {}, {})

    @property
    def lock(self) -> Lockfile:
        """The lock as it is now."""
        return Lockfile(
            lock_version=LOCK_VERSION,
            mistpm=READERS,
            question="sha256:0",
            kubernetes=("1.34", "1.33"),
            releases=self.releases,
            called=self.called_pins,
            order=tuple(self.stages),
        )

    def render(self, **options: Any) -> Rendered:
        """Render it all."""
        return render_environment(
            self.lock,
            environment_id="5f0c",
            configurations=self.configurations,
            packages=self.packages,
            guest=self.runtime,
            **options,
        )

    def names(self) -> list[str]:
        """Render, and give the names of the first release's manifests."""
        return [each.data["metadata"]["name"] for each in self.render().releases[0].manifests]

    def _pinned(
        self, package: str, edges: Mapping[str, str], when: dict[str, bool]
    ) -> LockedPackage:
        pin = self._pins[package]
        dependencies = {}
        for alias, text in edges.items():
            use, target = text.split(" ")
            edge = {"use": use, "requires": f"starter/test/{alias} ^1", "target": target}
            dependencies[alias] = convert(edge, LockedEdge)
        return LockedPackage(
            package=pin.package,
            version=pin.version,
            digest=pin.digest,
            size=pin.size,
            dependencies=dependencies,
            when=when,
        )


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """Give a runtime with default limits."""
    return Runtime(cache=tmp_path_factory.mktemp("machine-code"))


@pytest.fixture
def world(tmp_path: Path, runtime: Runtime) -> World:
    """Give an empty world."""
    return World(tmp_path, runtime)


NewWorld = Callable[[], World]


@pytest.fixture
def new_world(tmp_path_factory: pytest.TempPathFactory, runtime: Runtime) -> NewWorld:
    """Give a maker of empty worlds, for comparing."""
    return lambda: World(tmp_path_factory.mktemp("world"), runtime)
