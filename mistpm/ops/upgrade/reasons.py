"""Why versions move in a step of an upgrade."""

from __future__ import annotations

from mistpm.errors import RegistryError
from mistpm.model.descriptor import Candidate
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.minor import shown_minors
from mistpm.model.minors import supports
from mistpm.model.ranges import parse_range
from mistpm.ops.lock_graph import Need, needed_by, nodes
from mistpm.ops.locking import Move
from mistpm.ops.upgrade.states import State


def move_reasons(state: State) -> dict[str, tuple[str, ...]]:
    """Say in lines why nodes move in a step, by node, as far as that is more than that a version is newer."""
    return _Reasons(state).by_node()


class _Reasons:
    def __init__(self, state: State) -> None:
        self._state = state
        self._minors = state.minors
        self._was: Lockfile | None = state.solved.previous
        self._now = state.solved.lockfile
        self._sources = state.sources
        self._needed = needed_by(self._now)

    def by_node(self) -> dict[str, tuple[str, ...]]:
        """See `move_reasons`."""
        found = {move.node: self._of(move) for move in self._state.moves}
        return {node: lines for node, lines in found.items() if lines}

    def _of(self, move: Move) -> tuple[str, ...]:
        needs = self._needed.get(move.node, [])
        if not move.after:
            return ("nothing needs it any more",)
        if not move.before:
            return tuple(f"{_named(need, self._now)} needs it" for need in needs)
        before = nodes(self._was)[move.node] if self._was else None
        if before is None:
            return ()
        return (*self._by_kubernetes(before), *self._by_others(before, needs))

    def _by_kubernetes(self, before: LockedPackage) -> tuple[str, ...]:
        """Tell which of the minors the version before does not support."""
        candidate = self._candidate(before)
        if candidate is None or candidate.descriptor.kubernetes is None:
            return ()
        range_ = candidate.descriptor.kubernetes
        missing = [minor for minor in self._minors if not supports(range_, minor)]
        if not missing:
            return ()
        return (
            f"{before.version} supports Kubernetes {range_}, not {shown_minors(tuple(missing))}",
        )

    def _by_others(self, before: LockedPackage, needs: list[Need]) -> tuple[str, ...]:
        """Tell who needs the package in a range that the version before is not in."""
        return tuple(
            f"{_named(need, self._now)} requires {need.edge.requires}"
            for need in needs
            if need.range and not parse_range(need.range).admits(before.version)
        )

    def _candidate(self, pin: LockedPackage) -> Candidate | None:
        try:
            candidates = self._sources.candidates(pin.package)
        except RegistryError:
            return None
        return next((each for each in candidates if each.version == pin.version), None)


def _named(need: Need, lockfile: Lockfile) -> str:
    """Give `shop 1.2.0`, who needs something."""
    return f"{need.node} {nodes(lockfile)[need.node].version}"
