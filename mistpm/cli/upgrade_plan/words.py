"""The words of an upgrade plan, the same in all its forms; nothing here is escaped for any of them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any, Final

from mistpm.cli.same_environment import same_environment
from mistpm.cli.terminal import count
from mistpm.diff.fields import FieldChange
from mistpm.model.change import Action
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, shown_minors
from mistpm.model.resource import ResourceId
from mistpm.ops.locking import Move
from mistpm.ops.upgrade.plan import Contents, Disappearing, UpgradePlan, UpgradeStep
from mistpm.ops.upgrade.request import CONTINUE

INSTALL: Final = "install"
"""The command whose plan has one step at most: `mistpm plan` shows it."""

LOST: Final = "Data that would be lost"
FIXED: Final = "Cannot be changed in place"
RESTARTS: Final = "Restarts"
NO_RESTARTS: Final = "Does not restart"
DISAPPEARING: Final = "APIs that disappear"
FINDINGS: Final = "Findings"
HELD_BACK: Final = "Held back"
RESOURCES: Final = "Resources"
BLOCKED: Final = "Why it goes no further"
NEXT: Final = "What to do next"

ACTIONS: Final[dict[Action, str]] = {
    "create": "added",
    "update": "changed",
    "adopt": "taken over",
    "delete": "removed",
    "keep": "kept",
}
"""What becomes of a resource, in the order in which it is told; what is unchanged is only counted."""

_LONGEST: Final = 64
"""Characters of a value that is shown within a line; what is longer is cut in its middle."""


def headline(plan: UpgradePlan) -> str:
    """Say in a line what the plan is about."""
    where = f"{plan.target} ({plan.address})" if plan.address else plan.target
    if plan.command == INSTALL:
        return f"Plan for {where}"
    if plan.goal is None:
        return f"Upgrade of {where}"
    if plan.start is None or plan.start == plan.goal:
        return f"Upgrade of {where} to Kubernetes {plan.goal}"
    return f"Upgrade of {where} from Kubernetes {plan.start} to {plan.goal}"


def outcome(plan: UpgradePlan) -> str:
    """Say how many steps there are, where they lead, and which of them cannot be done as they are.

    Empty where it goes without saying.
    """
    if plan.command == INSTALL:
        if not plan.steps:
            return "Nothing to do."
        return "It cannot be done as it is." if plan.steps[0].needs_mending else ""
    return f"{_course(plan)}{_mending(plan)}"


def _mending(plan: UpgradePlan) -> str:
    """Give ` But step 2 cannot be done as it is.`; empty where every step can be."""
    numbers = [str(number) for number, step in enumerate(plan.steps, start=1) if step.needs_mending]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f" But step {numbers[0]} cannot be done as it is."
    return f" But steps {', '.join(numbers[:-1])} and {numbers[-1]} cannot be done as they are."


def _course(plan: UpgradePlan) -> str:
    steps = count(len(plan.steps), "step")
    if plan.blocked is not None:
        reached = reaches(plan)
        far = (
            f"Kubernetes {reached}" if reached != plan.start else f"{reached}, where it is already"
        )
        return f"The goal cannot be reached: {steps}, and the furthest that can be is {far}."
    if not plan.steps:
        return (
            f"Nothing has to change for Kubernetes {plan.goal}."
            if plan.goal
            else "Nothing moves: everything is as new as it can be."
        )
    if plan.goal is None or plan.start == plan.goal:
        return f"{steps.capitalize()}."
    return f"{steps.capitalize()}, and Kubernetes {plan.goal} is reached."


def reaches(plan: UpgradePlan) -> Minor | None:
    """Give the minor that the steps lead to."""
    return next((step.after for step in reversed(plan.steps) if step.after), plan.start)


def step_title(step: UpgradeStep) -> str:
    """Say what a step does."""
    if step.kind == "kubernetes":
        back = "back " if step.before and step.after and step.after < step.before else ""
        return f"The cluster goes {back}from Kubernetes {step.before} to {step.after}"
    if not step.moves:
        return "What is locked is applied"
    return f"{count(len(step.moves), 'package').capitalize()} move{'s' * (len(step.moves) == 1)}"


def step_support(step: UpgradeStep) -> str:
    """Say which Kubernetes versions are supported when a step is done."""
    if not step.minors:
        return ""
    return f"afterwards everything supports Kubernetes {shown_minors(sorted(step.minors))}"


def basis(contents: Contents) -> str:
    """Say what the changes were compared with; empty where there are none."""
    if not contents.diff.having(*ACTIONS):
        return ""
    before = "there" if contents.is_live else "rendered before"
    return f"compared with what is {before}"


def tally(contents: Contents) -> str:
    """Give `2 added, 1 changed, 3 removed, 12 unchanged`."""
    actions = [change.action for change in contents.diff.changes]
    words = {**ACTIONS, "unchanged": "unchanged"}
    parts = [
        f"{actions.count(action)} {word}" for action, word in words.items() if action in actions
    ]
    return ", ".join(parts) or "none"


def versions(move: Move) -> str:
    """Give `1.2.0 -> 1.4.0`, `1.4.0, new`, `1.2.0, removed`."""
    if move.before and move.after:
        return f"{move.before} -> {move.after}{' (older)' if move.is_older else ''}"
    return f"{move.after}, new" if move.after else f"{move.before}, removed"


def value(value: Any) -> str:
    """Write a field's value in a line: as JSON, cut where it is long; a text of many lines is only counted."""
    if isinstance(value, str) and "\n" in value.rstrip("\n"):
        return f"(a text of {value.count(chr(10)) + (not value.endswith(chr(10)))} lines)"
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    half = (_LONGEST - 1) // 2
    return f"{text[: _LONGEST - 1 - half]}…{text[-half:]}"


def field_values(field: FieldChange) -> str:
    """Give `1 -> 2`, `2, added`, `1, removed`."""
    if field.action == "add":
        return f"{value(field.after)}, added"
    if field.action == "remove":
        return f"{value(field.before)}, removed"
    before, after = value(field.before), value(field.after)
    return f"{before} -> {after}" if before != after else f"{after}, changed"


def split_apis(contents: Contents) -> tuple[tuple[Disappearing, ...], tuple[Disappearing, ...]]:
    """Part the APIs that disappear into those that somebody uses and those that nobody was seen to use."""
    apis = contents.disappearing
    used = tuple(each for each in apis if each.users or each.others)
    return used, tuple(each for each in apis if each not in used)


def unused(apis: Sequence[Disappearing]) -> str:
    """Count the APIs that disappear and that nobody was seen to use; empty where there are none."""
    return f"{count(len(apis), 'API')} that nothing here uses" if apis else ""


def finding_text(finding: Finding) -> str:
    """Say what a finding is about, what is the matter, at which minors, and what to do."""
    where = ": ".join(
        each for each in (finding.release, str(finding.resource or ""), finding.path) if each
    )
    text = f"{where}: {finding.message}" if where else finding.message
    minors = f" [Kubernetes {shown_minors(finding.minors)}]" if finding.minors else ""
    waived = f" (waived: {finding.waived})" if finding.waived else ""
    return text + minors + (f" ({finding.hint})" if finding.hint else "") + waived


def owner(resource: ResourceId, release: str) -> str:
    """Give `Deployment.apps shop/web of web`."""
    return f"{resource} of {release}" if release else str(resource)


def ending(plan: UpgradePlan) -> tuple[str, ...]:
    """Say why the plan ends before its goal, if it does: the explanation first, then what would help."""
    blocked = plan.blocked
    if blocked is None:
        return ()
    way = f"takes the environment from Kubernetes {blocked.at} to {blocked.next}"
    if blocked.at == blocked.next:
        way = f"supports Kubernetes {blocked.at}"
    lines = [f"No set of packages {way}."]
    for part in blocked.unresolved:
        lines += part.explanation
    lines += [f"hint: {hint}" for part in blocked.unresolved for hint in part.hints]
    return tuple(lines)


def next_steps(plan: UpgradePlan) -> tuple[str, ...]:
    """Say what to do now, a line for each thing, in order; commands name the file and the target that were named."""
    return tuple(map(same_environment, _next_steps(plan)))


def _next_steps(plan: UpgradePlan) -> tuple[str, ...]:
    """Say what to do.

    A saved plan, and a run on a directory, end after one step; on a cluster a run goes on until the cluster
    itself is to go up.  A plan that ends before its goal is none to carry out, but one up to there is.
    """
    if plan.blocked is not None:
        reached = reaches(plan)
        nearer = f"Run `mistpm upgrade --kubernetes {reached}` to go as far as that."
        return (nearer,) if plan.steps and reached != plan.start else ()
    at_hand = next(
        (number for number, step in enumerate(plan.steps) if step.kind == "kubernetes"),
        len(plan.steps),
    )
    go_on = CONTINUE if plan.goal else plan.command
    again = f"Run `mistpm {go_on}`: it plans again from what is there then, and goes on."
    lines: list[str] = []
    command = f"mistpm apply {shlex.quote(plan.saved)}" if plan.saved else f"mistpm {plan.command}"
    if at_hand:
        done = 1 if plan.saved or not plan.address else at_hand
        which = "step 1" if done == 1 else f"steps 1 to {done}"
        lines.append(f"Run `{command}`: it does {which}, and asks before it changes anything.")
        if not plan.address:
            lines.append("Commit what changed, and let it be applied to the cluster.")
        if done < at_hand:
            return (*lines, again)
    elif plan.steps and not plan.command.startswith(CONTINUE):
        lines.append(
            f"Run `{command}`: it notes where this leads, and what is to be supported on the way."
        )
    if at_hand < len(plan.steps):
        step = plan.steps[at_hand]
        lines.append(f"Bring the cluster itself from Kubernetes {step.before} to {step.after}.")
        if not plan.address:  # nobody but the user knows what the cluster runs
            again = again.replace("--continue", f"--continue --cluster-at {step.after}")
        lines.append(again)
    return tuple(lines)
