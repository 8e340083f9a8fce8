"""Getting the modules that a lock pins, verified, onto this machine."""

from __future__ import annotations

from mistpm.errors import DigestError
from mistpm.model.descriptor import Candidate
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.ops.asking import Asking
from mistpm.ops.workspace import Workspace
from mistpm.package import PackageFile, read_package


def fetch_locked(
    workspace: Workspace, lockfile: Lockfile, asking: Asking
) -> dict[str, PackageFile]:
    """Give every pinned package by digest; what the content store has is not asked for again.

    Raises `RegistryError` where a registry does not have it any more, `DigestError` where its bytes
    are not those that were locked.
    """
    pins = {pin.digest: pin for pin in (*lockfile.releases.values(), *lockfile.called.values())}
    workspace.reporter.start("fetching", len(pins))
    packages: dict[str, PackageFile] = {}
    for digest, pin in sorted(pins.items()):
        packages[digest] = _fetch(workspace, pin, asking)
        workspace.reporter.advance(f"{pin.package}@{pin.version}")
    return packages


def _fetch(workspace: Workspace, pin: LockedPackage, asking: Asking) -> PackageFile:
    if pin.package in asking.files:
        file = asking.files[pin.package]
        _require_digest(pin, file.candidate)
        return read_package(file.path)
    stored = workspace.registries.store.get(pin.digest, pin.size)
    if stored is None:
        stored = workspace.registries.fetch(_candidate(workspace, pin))
    return read_package(stored)


def _candidate(workspace: Workspace, pin: LockedPackage) -> Candidate:
    """Find the pinned version in its registry; raises `DigestError` when it is another file there."""
    for candidate in workspace.registries.candidates(PackageId(pin.package)):
        if candidate.version == pin.version:
            _require_digest(pin, candidate)
            return candidate
    raise DigestError(
        "version-gone",
        f"`{pin.package}@{pin.version}` is locked, but its registry does not have it any more",
        hint="`mistpm upgrade` chooses among the versions that there are; keep what you need in a registry of your own",
    )


def _require_digest(pin: LockedPackage, candidate: Candidate) -> None:
    if candidate.digest != pin.digest:
        raise DigestError(
            "digest-mismatch",
            f"`{pin.package}@{pin.version}` is not the file that was locked",
            context=(f"locked {pin.digest}", f"found  {candidate.digest}"),
            note="a published version never changes; somebody replaced it, or the registry is another one",
            hint="ask the registry's keeper; to accept the new bytes, delete the entry from mistpm.lock and lock again",
        )
