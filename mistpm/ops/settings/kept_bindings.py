"""Bindings that nobody wrote, because a package had one release: another one of it makes them explicit."""

from __future__ import annotations

from msgspec import Struct

from mistpm.document.edits import Put
from mistpm.model.lockfile import LockedPackage
from mistpm.ops.workspace import Workspace


class KeptBinding(Struct, frozen=True, kw_only=True):
    """What a release is bound to by the lock, and has to say from now on.

    `place` is where the file says it: `releases.NAME`, or `settings.PACKAGE` for what is pulled in.
    """

    place: tuple[str, str]
    release: str
    alias: str
    target: str

    @property
    def edit(self) -> Put:
        """The edit that writes it down."""
        return Put(path=(*self.place, "bind", self.alias), value=self.target)

    def __str__(self) -> str:
        return (
            f"`{self.release}` stays with `{self.target}`, which is no longer the only release of its package:"
            f" `bind: {{{self.alias}: {self.target}}}` goes under `{'.'.join(self.place)}`"
        )


def kept_bindings(workspace: Workspace, name: str, package: str) -> tuple[KeptBinding, ...]:
    """Give what has to be written so that a release `name` of `package` changes no binding of others.

    Binding is decided from the file alone: the one release of a package meets every dependency on it, and
    with a second one that is open. What the lock says stays.  Reads the lock only where the file has
    exactly one other release of the package.  Raises `LockError`.
    """
    releases = workspace.environment.releases
    others = [each for each, entry in releases.items() if entry.package == package]
    if len(others) != 1 or name in others or workspace.lockfile is None:
        return ()
    locked = workspace.lockfile.releases
    return tuple(
        KeptBinding(place=place, release=release, alias=alias, target=others[0])
        for release, pin in sorted(locked.items())
        if release != name and (place := _place(workspace, release, pin, locked)) is not None
        for alias, edge in sorted(pin.dependencies.items())
        if (edge.use, edge.target) == ("install", others[0])
        and alias not in _written(workspace, place)
    )


def _place(
    workspace: Workspace, release: str, pin: LockedPackage, locked: dict[str, LockedPackage]
) -> tuple[str, str] | None:
    """Give where the file binds for a release; None where it has no name for the release's registry."""
    asked = workspace.environment.releases
    if release in asked:
        return ("releases", release)
    for name, entry in asked.items():
        if name in locked and locked[name].package.registry == pin.package.registry:
            alias = entry.package.partition("/")[0]
            return ("settings", f"{alias}/{pin.package.partition('/')[2]}")
    return None


def _written(workspace: Workspace, place: tuple[str, str]) -> dict[str, str]:
    kind, key = place
    environment = workspace.environment
    entry = (environment.releases if kind == "releases" else environment.settings).get(key)
    return entry.bind if entry else {}
