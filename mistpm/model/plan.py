"""The order in which releases are rendered and applied."""

from __future__ import annotations

from msgspec import Struct


class Step(Struct, frozen=True, kw_only=True):
    """One release, and why it stands where it stands (`after postgresql: db`)."""

    release: str
    after: tuple[str, ...]
    reason: str


class Plan(Struct, frozen=True, kw_only=True):
    """Stages of steps; the steps of a stage need nothing of each other."""

    stages: tuple[tuple[Step, ...], ...]

    @property
    def order(self) -> tuple[str, ...]:
        """All releases, each after what it needs."""
        return tuple(step.release for stage in self.stages for step in stage)
