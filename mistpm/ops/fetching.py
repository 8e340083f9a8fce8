"""Getting the modules that a lock pins, verified, onto this machine."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from pathlib import Path

from msgspec import Struct

from mistpm.errors import DigestError, MistError
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.ops.asking import Asking
from mistpm.ops.workspace import Workspace
from mistpm.package import PackageFile, read_package


class Fetched(Struct, frozen=True, kw_only=True):
    """Packages by digest, and why others could not be had; empty unless that may be."""

    packages: dict[str, PackageFile]
    errors: dict[str, MistError] = {}


def fetch_locked(workspace: Workspace, lockfile: Lockfile, asking: Asking) -> Fetched:
    """Give every pinned package; what the content store has is not asked for again.

    Raises `RegistryError` where a registry does not have it any more, `DigestError` where its bytes
    are not those that were locked, `PackageError`; under `--keep-going` they are in the result.
    """
    pins = [*lockfile.releases.values(), *lockfile.called.values()]
    known = workspace.packages
    missing = [pin for pin in pins if pin.digest not in known]
    published = [pin for pin in missing if pin.package not in asking.files]
    workspace.reporter.start("fetching", len({pin.digest for pin in published}))
    keep_going = workspace.options.keep_going
    with suppress(MistError) if keep_going else nullcontext():
        workspace.registries.fetch_all(published)  # several at a time; below they are there
    errors: dict[str, MistError] = {}
    for pin in missing:
        try:
            known[pin.digest] = read_package(module_path(workspace, pin, asking))
        except MistError as error:
            if not keep_going:
                raise
            errors[pin.digest] = error
    return Fetched(
        packages={pin.digest: known[pin.digest] for pin in pins if pin.digest in known},
        errors=errors,
    )


def module_path(workspace: Workspace, pin: LockedPackage, asking: Asking) -> Path:
    """Give the file of a pinned module; raises as `fetch_locked` does."""
    file = asking.files.get(pin.package)
    if file is None:
        return workspace.registries.fetch(pin)
    if file.candidate.digest != pin.digest:
        raise DigestError(
            "digest-mismatch",
            f"`{file.path}` is not the file that was locked",
            context=(f"locked {pin.digest}", f"found  {file.candidate.digest}"),
            hint="`mistpm lock` accepts the new file",
        )
    return file.path
