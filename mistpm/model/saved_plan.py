"""A plan that was saved to be applied later: `specs/upgrades.md#saved-plans`."""

from __future__ import annotations

from typing import Literal

from mistpm.model.wire import Wire

PLAN_VERSION = 1
"""The version of the format; a newer one is refused."""


class SavedOptions(Wire, frozen=True, kw_only=True):
    """What the command line said about where and how, as far as it decides what is done."""

    target: str = ""
    user: str = ""
    state_namespace: str = ""
    keep_going: bool = False
    adopt: bool = False
    delete_namespaces: bool = False
    force_conflicts: bool = False


class SavedTarget(Wire, frozen=True, kw_only=True):
    """Which target was looked at; `identity` is that of a cluster, empty where it did not tell."""

    title: str
    address: str = ""
    identity: str = ""


class SavedChange(Wire, frozen=True, kw_only=True):
    """One change that was shown; `digest` is over both its texts, in which secrets are masked."""

    action: str
    resource: str
    release: str = ""
    digest: str


class Following(Wire, frozen=True, kw_only=True):
    """The step that comes after what was done: one of the cluster, or of packages that wait for that to be applied.

    `before` and `after` are the cluster's minors; `command` goes on when that is so.
    """

    kind: Literal["packages", "kubernetes"]
    before: str = ""
    after: str = ""
    command: str


class SavedPlan(Wire, frozen=True, kw_only=True):
    """What was compared with a target and shown, and all that it takes to do that and nothing else.

    `environment` is its id, `file` and `lock` are digests of the environment and of its lock as they were
    (empty: there was none).  `new_file` is the digest of the environment when it is done, `kubernetes` and
    `goal` what it says then (empty: nothing), `new_lock` the whole lock.  `rendered` has a digest of what each release renders.  No secret
    is in it, nor a digest of one.
    """

    plan_version: int
    mistpm: str
    command: str
    environment: str
    name: str
    file: str
    new_file: str
    lock: str = ""
    target: SavedTarget
    options: SavedOptions = SavedOptions()
    kubernetes: str = ""
    goal: str = ""
    new_lock: str
    rendered: dict[str, str] = {}
    changes: tuple[SavedChange, ...] = ()
    unneeded: tuple[str, ...] = ()
    next: Following | None = None
