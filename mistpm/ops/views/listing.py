"""What the environment consists of, as the file and the lock tell."""

from __future__ import annotations

from msgspec import Struct

from mistpm.ops.lock_graph import needed_by
from mistpm.ops.workspace import Workspace


class ListedRelease(Struct, frozen=True, kw_only=True, rename="camel"):
    """A release; `version` is empty where the lock has none, `needed_by` where the file asks for it."""

    release: str
    package: str
    version: str
    needed_by: str


def list_releases(workspace: Workspace) -> tuple[ListedRelease, ...]:
    """Give the file's releases in its order, then those that were pulled in, by name."""
    lockfile = workspace.lockfile
    locked = lockfile.releases if lockfile else {}
    above = needed_by(lockfile) if lockfile else {}
    asked = workspace.environment.releases
    listed = [
        ListedRelease(
            release=name,
            package=entry.package,
            version=str(locked[name].version) if name in locked else "",
            needed_by="",
        )
        for name, entry in asked.items()
    ]
    for name, release in locked.items():
        if name in asked:
            continue
        needing = sorted({need.node for need in above.get(name, ()) if need.node in locked})
        listed.append(
            ListedRelease(
                release=name,
                package=str(release.package),
                version=str(release.version),
                needed_by=", ".join(needing) or "nobody any more",
            )
        )
    return tuple(listed)
