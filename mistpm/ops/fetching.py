"""Getting the modules that a lock pins, verified, onto this machine."""

from __future__ import annotations

from pathlib import Path

from mistpm.errors import DigestError
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.ops.asking import Asking
from mistpm.ops.file_packages import FilePackage
from mistpm.ops.workspace import Workspace
from mistpm.package import PackageFile, read_package


def fetch_locked(
    workspace: Workspace, lockfile: Lockfile, asking: Asking
) -> dict[str, PackageFile]:
    """Give every pinned package by digest; what the content store has is not asked for again.

    Raises `RegistryError` where a registry does not have it any more, `DigestError` where its bytes
    are not those that were locked.
    """
    pins = [*lockfile.releases.values(), *lockfile.called.values()]
    published = [pin for pin in pins if pin.package not in asking.files]
    workspace.reporter.start("fetching", len({pin.digest for pin in published}))
    paths = workspace.registries.fetch_all(published)
    for pin in pins:
        if pin.package in asking.files:
            paths[pin.digest] = _path(pin, asking.files[pin.package])
    return {digest: read_package(path) for digest, path in paths.items()}


def _path(pin: LockedPackage, file: FilePackage) -> Path:
    if file.candidate.digest != pin.digest:
        raise DigestError(
            "digest-mismatch",
            f"`{file.path}` is not the file that was locked",
            context=(f"locked {pin.digest}", f"found  {file.candidate.digest}"),
            hint="`mistpm lock` accepts the new file",
        )
    return file.path
