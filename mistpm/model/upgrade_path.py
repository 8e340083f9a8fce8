"""A way from one set of releases and Kubernetes version to others, move by move."""

from __future__ import annotations

from msgspec import Struct

from mistpm.model.minor import Minor
from mistpm.model.resolution import Resolution, Unresolved


class PackageMove(Struct, frozen=True, kw_only=True):
    """Pins change while Kubernetes stays; what is chosen then supports all of `minors`.

    On a path to another minor, the first of `minors` is the one that the cluster runs at that time, and the
    last the one up to which nothing else needs to move.
    """

    minors: tuple[Minor, ...]
    resolution: Resolution


class KubernetesMove(Struct, frozen=True, kw_only=True):
    """The cluster goes up by one minor, while pins stay."""

    before: Minor
    after: Minor


PathMove = PackageMove | KubernetesMove


class Blocked(Struct, frozen=True, kw_only=True):
    """Why a path ends before its goal: no set supports both `at` and `next`, or none can be moved to.

    `unresolved` are the parts that stand in the way, with explanation and hints as for any resolution.
    """

    at: Minor
    next: Minor
    unresolved: tuple[Unresolved, ...]


class UpgradePath(Struct, frozen=True, kw_only=True):
    """The moves in order, none where everything is as wanted.

    `minors` are those that what is pinned now supports before the first package move.  Where the goal
    cannot be reached, the moves lead to the furthest minor that can be, and `blocked` tells why.  `held_back`
    tells of newer versions that nothing stands against but that they may not follow what is held.
    """

    moves: tuple[PathMove, ...] = ()
    minors: tuple[Minor, ...] = ()
    blocked: Blocked | None = None
    held_back: tuple[Unresolved, ...] = ()
