"""What all releases of an environment have in common while they are rendered."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Raw

from mistpm.errors import MistError, RenderError
from mistpm.model.descriptor import Descriptor
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.minor import Minor, parse_minor
from mistpm.model.presence import Api
from mistpm.model.secrets import SecretInput
from mistpm.model.version import Version
from mistpm.parallel import in_parallel
from mistpm.render.capabilities import capabilities
from mistpm.render.configuration import Configuration
from mistpm.render.envelope import write
from mistpm.render.guest import Guest
from mistpm.render.memo import Memo
from mistpm.render.progress import Progress
from mistpm.render.schema import Schema

_MOST_AT_ONCE = 4
"""Compilers beside each other: each may take gigabytes."""


class Package(Protocol):
    """A package's file on this machine; `descriptor` is None for a Mistletoe package."""

    @property
    def path(self) -> Path:
        """Where the module is."""

    @property
    def digest(self) -> str:
        """`sha256:…` over the file."""

    @property
    def descriptor(self) -> Descriptor | None:
        """What the package says of itself."""

    @property
    def assets(self) -> Mapping[str, str]:
        """Its files, by path."""


class Shared:
    """The pins, packages and facts that every release's render looks at; thread-safe.

    `packages` are by digest.  `issued` grows while releases are rendered: every placeholder that
    stands for a secret.
    """

    def __init__(
        self,
        lock: Lockfile,
        *,
        environment_id: str,
        packages: Mapping[str, Package],
        guest: Guest,
        configurations: Mapping[str, Configuration],
        provided_apis: tuple[Api, ...] = (),
        provided_packages: Mapping[PackageId, Version] | None = None,
        minor: Minor | None = None,
        memo: Memo | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.lock = lock
        self.environment_id = environment_id
        self.guest = guest
        self.provided_packages = dict(provided_packages or {})
        self.memo = memo or Memo()
        self.issued: dict[str, SecretInput] = {}
        self._packages = packages
        self.namespaces = {
            name: configurations.get(name, Configuration()).namespace_for(self.descriptor(pin))
            for name, pin in lock.releases.items()
        }
        self._modules: dict[str, Any] = {}
        self._compiling = threading.Lock()
        self._progress = progress or Progress()
        self._schemas: dict[tuple[str, str], Schema] = {}
        told = capabilities(
            minor or min(parse_minor(text) for text in lock.kubernetes),
            provided=provided_apis,
            packaged=self._packaged_apis(),
        )
        self.capabilities = Raw(write(told))

    def package(self, pin: LockedPackage) -> Package:
        """Give the package of a pin; raises `RenderError` (`package-not-fetched`)."""
        try:
            return self._packages[pin.digest]
        except KeyError:
            raise RenderError(
                "package-not-fetched", f"`{title(pin)}` is not there", context=(pin.digest,)
            ) from None

    def descriptor(self, pin: LockedPackage) -> Descriptor | None:
        """Give what a pin's package says of itself."""
        return self.package(pin).descriptor

    def module(self, pin: LockedPackage) -> Any:
        """Give a pin's module, loaded once; raises `PackageError`.

        Where the first one has to be compiled the others probably have to be as well, and then all are,
        several at a time, before anything else: along their dependencies it would be one by one.
        """
        if pin.digest not in self._modules:
            found = self.guest.ready(self.package(pin).path, pin.digest, name=title(pin))
            if found is None:
                self._compile_all()
            else:
                self._modules[pin.digest] = found
        module = self._modules[pin.digest]
        if isinstance(module, MistError):
            raise module
        return module

    def _compile_all(self) -> None:
        """Load everything that is not loaded; what cannot be is raised to whoever needs it."""
        with self._compiling:
            pins = {
                pin.digest: pin
                for pin in (*self.lock.releases.values(), *self.lock.called.values())
            }
            missing = [pin for digest, pin in pins.items() if digest not in self._modules]
            if not missing:
                return  # another thread was faster
            self._progress.compiling(len(missing))
            try:
                for pin, found in zip(missing, self._compiled(missing), strict=True):
                    self._modules[pin.digest] = found
                    self._progress.compiled(title(pin))
            except BaseException:
                self.guest.interrupt()
                raise

    def _compiled(self, pins: list[LockedPackage]) -> Iterator[Any]:
        """Give each pin's module, or the error for whoever needs it."""

        def load(pin: LockedPackage) -> Any:
            return self.guest.load(self.package(pin).path, pin.digest, name=title(pin))

        threads = min(os.cpu_count() or 1, _MOST_AT_ONCE)
        for found in in_parallel(load, pins, threads=threads):
            if isinstance(found, BaseException) and not isinstance(found, MistError):
                raise found
            yield found

    def schema(self, pin: LockedPackage, what: str) -> Schema:
        """Give a package's schema for its `inputs` or `outputs`; raises `PackageError`."""
        key = (pin.digest, what)
        if key not in self._schemas:
            descriptor = self.descriptor(pin)
            root = getattr(descriptor, what) if descriptor else {}
            self._schemas[key] = Schema(root, owner=title(pin), what=what)
        return self._schemas[key]

    def _packaged_apis(self) -> tuple[Api, ...]:
        descriptors = (self.descriptor(pin) for pin in self.lock.releases.values())
        return tuple(api for found in descriptors if found for api in found.provides.apis)


def title(pin: LockedPackage) -> str:
    """Name a pinned package in messages: `starter/data/redis@7.2.0`."""
    return f"{pin.package}@{pin.version}"
