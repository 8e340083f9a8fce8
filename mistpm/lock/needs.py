"""Which releases must be ready before one, read from a lock."""

from __future__ import annotations

from mistpm.model.lockfile import Lockfile


def needs(lockfile: Lockfile) -> dict[str, tuple[str, ...]]:
    """Give for each release those that it binds, or that provide an API to it, sorted.

    The lock's stages are the plan's (`specs/plan.md`), so an optional edge orders something exactly where
    it leads to an earlier stage.
    """
    stage = {name: number for number, names in enumerate(lockfile.order) for name in names}
    return {
        name: tuple(
            sorted(
                {
                    edge.target
                    for edge in lockfile.releases[name].dependencies.values()
                    if edge.use != "call" and stage.get(edge.target, len(stage)) < stage[name]
                }
            )
        )
        for name in sorted(stage)
    }
