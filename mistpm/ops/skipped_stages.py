"""Versions that move further in one step than their package allows."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.model.finding import Finding
from mistpm.ops.locking import Solved
from mistpm.ops.workspace import Workspace


def skipped_stages(workspace: Workspace, solved: Solved) -> Iterator[Finding]:
    """Find releases that would go, where they are installed, to a version that may not follow the one they have.

    Packages must have been fetched.  An upgrade never does it; a range in the file may ask for it.
    """
    installed = {owned.release for owned in workspace.state.owned}
    before = solved.previous.releases if solved.previous else {}
    for name, pin in solved.lockfile.releases.items():
        was = before.get(name)
        package = workspace.packages.get(pin.digest)
        if was is None or was.package != pin.package or was.version == pin.version:
            continue
        if package is None or package.descriptor is None or name not in installed:
            continue
        range_ = package.descriptor.upgrades.from_
        if not range_.admits(was.version):
            yield Finding(
                severity="error",
                code="stage-skipped",
                message=f"{pin.package} {pin.version} may only follow {range_}, and {was.version} is installed",
                release=name,
                hint="let its range admit what is between, and `mistpm upgrade` goes there in stages",
            )
