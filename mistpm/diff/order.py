"""The order of changes, and how many of each kind there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mistpm.model.change import Action, Change
from mistpm.model.ranks import rank
from mistpm.model.resource import ResourceId

ACTIONS: tuple[Action, ...] = ("create", "update", "adopt", "delete", "keep", "unchanged")


def in_order(changes: Iterable[Change], releases: Sequence[str]) -> tuple[Change, ...]:
    """Sort changes as they are carried out; `releases` are all that stay, in plan order.

    First what is there afterwards: release by release (the host's own namespaces before all), kinds by
    rank.  Then, the other way round, what is deleted: releases that are gone altogether first, the
    namespaces last.
    """
    position = {"": -1, **{release: at for at, release in enumerate(releases)}}

    def place(change: Change) -> tuple[int, str, int, ResourceId]:
        at = position.get(change.release, len(position))
        return at, change.release, rank(change.resource), change.resource

    ordered = sorted(changes, key=place)
    stays = [change for change in ordered if change.action != "delete"]
    goes = [change for change in reversed(ordered) if change.action == "delete"]
    return (*stays, *goes)


def count_by_action(changes: Iterable[Change]) -> dict[Action, int]:
    """Count changes by action, in the order in which they are told; an action without changes is left out."""
    actions = [change.action for change in changes]
    return {action: actions.count(action) for action in ACTIONS if action in actions}
