"""An upgrade plan as data, the form of `--output json` and `yaml`: `specs/upgrade-plan.md#json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mistpm.cli.finding_data import findings_data
from mistpm.cli.upgrade_plan.words import ACTIONS, next_steps, outcome, reaches
from mistpm.diff import unified
from mistpm.diff.fields import changed_fields
from mistpm.model.cause import cause_json
from mistpm.model.change import Change
from mistpm.model.minor import Minor
from mistpm.model.resolution import Unresolved
from mistpm.ops.upgrade.plan import Contents, Disappearing, Restart, UpgradePlan, UpgradeStep


def plan_data(plan: UpgradePlan, *, diff: bool = False) -> dict[str, Any]:
    """Give a plan as JSON-like data with all of its keys; with `diff` what changes line by line too."""
    blocked = plan.blocked
    return {
        "target": plan.target,
        "address": plan.address,
        "command": plan.command,
        "start": _minor(plan.start),
        "goal": _minor(plan.goal),
        "reaches": _minor(reaches(plan)),
        "outcome": outcome(plan),
        "findings": findings_data(plan.findings),
        "steps": [
            _step(number, step, diff=diff) for number, step in enumerate(plan.steps, start=1)
        ],
        "heldBack": [
            {
                "release": each.release,
                "package": each.package,
                "version": each.version,
                "newest": each.newest,
                "because": list(each.because),
                "causes": list(each.causes),
            }
            for each in plan.held_back
        ],
        "blocked": None
        if blocked is None
        else {
            "at": str(blocked.at),
            "next": str(blocked.next),
            "unresolved": [_unresolved(part) for part in blocked.unresolved],
        },
        "next": list(next_steps(plan)),
    }


def _step(number: int, step: UpgradeStep, *, diff: bool) -> dict[str, Any]:
    return {
        "number": number,
        "kind": step.kind,
        "before": _minor(step.before),
        "after": _minor(step.after),
        "supports": [str(minor) for minor in step.minors],
        "kubernetes": step.kubernetes,
        "needsMending": step.needs_mending,
        "moves": [
            {
                "node": move.node,
                "package": move.package,
                "before": move.before,
                "after": move.after,
                "direction": move.direction,
                "because": list(step.reasons.get(move.node, ())),
            }
            for move in step.moves
        ],
        **_contents(step.contents, diff=diff),
    }


def _contents(contents: Contents, *, diff: bool) -> dict[str, Any]:
    return {
        "comparedWith": "target" if contents.is_live else "step-before",
        "changes": [_change(change, diff=diff) for change in contents.diff.having(*ACTIONS)],
        "unchanged": len(contents.diff.having("unchanged")),
        "dataLost": [
            {"resource": str(each.resource), "release": each.release, "reason": each.reason}
            for each in contents.data
        ],
        "restarts": _restarts(contents.restarts),
        "noRestarts": _restarts(contents.no_restarts),
        "cannotChange": [
            {
                "resource": str(each.resource),
                "release": each.release,
                "fields": list(each.paths),
                "wayOut": each.way_out,
                "replaced": each.is_replaced,
            }
            for each in contents.fixed
        ],
        "disappearing": [_api(each) for each in contents.disappearing],
        "findings": findings_data(contents.findings),
    }


def _change(change: Change, *, diff: bool) -> dict[str, Any]:
    has_fields = change.action in {"update", "adopt"}
    return {
        "action": change.action,
        "resource": str(change.resource),
        "release": change.release,
        "place": change.place,
        "reason": change.reason,
        "replaced": change.replaced,
        "fields": list(changed_fields(change)) if has_fields else [],
        **({"diff": unified(change)} if diff else {}),
    }


def _restarts(workloads: Iterable[Restart]) -> list[dict[str, Any]]:
    return [
        {
            "resource": str(each.resource),
            "release": each.release,
            "fields": list(each.paths),
            "how": each.how,
        }
        for each in workloads
    ]


def _api(each: Disappearing) -> dict[str, Any]:
    return {
        "api": str(each.api),
        "replacement": str(each.replacement or ""),
        "advice": each.advice,
        "users": [
            {"release": release, "resource": str(resource)} for release, resource in each.users
        ],
        "others": [
            {"manager": manager, "resource": str(resource)} for manager, resource in each.others
        ],
    }


def _unresolved(part: Unresolved) -> dict[str, Any]:
    return {
        "releases": list(part.releases),
        "reference": part.reference,
        "explanation": list(part.explanation),
        "hints": list(part.hints),
        "causes": [cause_json(ground) for ground in part.conflict.grounds] if part.conflict else [],
    }


def _minor(minor: Minor | None) -> str | None:
    return None if minor is None else str(minor)
