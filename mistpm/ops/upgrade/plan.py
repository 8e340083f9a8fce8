"""What an upgrade would do, step by step: packages, then the cluster one minor at a time, then packages again."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.change import Change, Diff
from mistpm.model.finding import Finding
from mistpm.model.graph import Graph
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId
from mistpm.model.upgrade_path import Blocked
from mistpm.ops.checks.checking import forbidding
from mistpm.ops.locking import Move
from mistpm.ops.views.held_back import HeldBack


class Restart(Struct, frozen=True, kw_only=True):
    """What becomes of a workload's Pods, in words, because these fields change.

    Among `Contents.restarts` they are replaced or begin anew; among `Contents.no_restarts` they run on
    although what they were made from changes, or what they use, such as a ConfigMap.
    """

    resource: ResourceId
    release: str
    paths: tuple[str, ...] = ()
    how: str = ""


class FixedFields(Struct, frozen=True, kw_only=True):
    """An object that an update cannot bring where it should be: its fields, and the way out in words.

    `is_replaced` tells that mistpm itself deletes it and makes it anew, so that nobody has to act.
    """

    resource: ResourceId
    release: str
    paths: tuple[str, ...]
    way_out: str
    is_replaced: bool = False


class Disappearing(Struct, frozen=True, kw_only=True):
    """An API that a cluster no longer serves after a step.

    `replacement` is the one to use instead, if there is one; `advice` says it in words, also where something
    else than an API does the work.  `users` are the rendered objects that are still
    written in it, by release; `others` whoever else was seen using it (a field manager and an object, on a
    cluster).
    """

    api: Api
    replacement: Api | None = None
    advice: str = ""
    users: tuple[tuple[str, ResourceId], ...] = ()
    others: tuple[tuple[str, ResourceId], ...] = ()


class Contents(Struct, frozen=True, kw_only=True):
    """What a step changes in the target.

    `data` are the changes that lose data, each with a reason that says which; `is_live` tells whether the
    changes were compared with what is there, or with what the step before renders.
    """

    diff: Diff
    is_live: bool
    data: tuple[Change, ...] = ()
    restarts: tuple[Restart, ...] = ()
    no_restarts: tuple[Restart, ...] = ()
    fixed: tuple[FixedFields, ...] = ()
    disappearing: tuple[Disappearing, ...] = ()
    findings: tuple[Finding, ...] = ()


class UpgradeStep(Struct, frozen=True, kw_only=True):
    """One step: packages move, or the cluster goes up by a minor (`before` to `after`).

    `minors` are supported when it is done, `kubernetes` is what the environment's file then says about them.
    `contents` of a cluster's step is what installing again changes then, for packages that look at the
    Kubernetes version.  `reasons` tell in lines why nodes move, by node.
    """

    kind: Literal["packages", "kubernetes"]
    contents: Contents
    minors: tuple[Minor, ...]
    kubernetes: str
    before: Minor | None = None
    after: Minor | None = None
    moves: tuple[Move, ...] = ()
    reasons: dict[str, tuple[str, ...]] = {}

    @property
    def needs_mending(self) -> bool:
        """Tell whether it cannot be done as it is: a finding forbids it, or fields cannot be changed in place."""
        contents = self.contents
        return bool(forbidding(contents.findings)) or any(
            not each.is_replaced for each in contents.fixed
        )


class UpgradePlan(Struct, frozen=True, kw_only=True):
    """All steps; the first ones, up to a cluster's step, can be taken at once.

    `start` and `goal` are Kubernetes versions, None where packages alone are upgraded.  `findings` are about
    the plan as a whole, such as packages that support less than they say.  `graphs` are what
    depends on what, before and after.  `command` is what was asked (`upgrade --kubernetes 1.37`), `saved` the
    file that the plan is saved in, if it is: both stand in what to do next.
    """

    target: str
    address: str = ""
    start: Minor | None = None
    goal: Minor | None = None
    steps: tuple[UpgradeStep, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    findings: tuple[Finding, ...] = ()
    blocked: Blocked | None = None
    graphs: tuple[Graph, Graph] | None = None
    command: str = "upgrade"
    saved: str = ""
