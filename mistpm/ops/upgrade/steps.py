"""What the states that an upgrade leads through come to, as steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.ops.checks.checking import accept, faults
from mistpm.ops.checks.definition_safety import definition_safety
from mistpm.ops.checks.writers import Writers, other_writers
from mistpm.ops.leaving_out import failure_findings
from mistpm.ops.locking import moved
from mistpm.ops.proposing import Proposal, want
from mistpm.ops.rendering import render_locked
from mistpm.ops.upgrade.contents import disappearing_apis, live_contents, rendered_contents
from mistpm.ops.upgrade.plan import Contents, Disappearing, UpgradeStep
from mistpm.ops.upgrade.reasons import move_reasons
from mistpm.ops.upgrade.states import State
from mistpm.target.protocol import Desired


class RenderedState(Struct, frozen=True, kw_only=True):
    """A state, what it wants of the target, and what is noticed about that; errors among it forbid nothing yet."""

    state: State
    desired: Desired
    findings: tuple[Finding, ...]


def render_state(state: State) -> RenderedState:
    """Render what a state wants, and check it for every Kubernetes version that it is to support."""
    workspace, lockfile = state.workspace, state.solved.lockfile
    rendered = render_locked(workspace, lockfile, state.solved.asking)
    found = (*rendered.findings, *faults(workspace, state.minors, rendered))
    return RenderedState(
        state=state,
        desired=want(workspace, lockfile, rendered),
        findings=(*failure_findings(rendered), *accept(workspace, found)),
    )


def lasting(rendered: RenderedState) -> tuple[Minor, ...]:
    """Give the minors of a state that goes up for which what it renders is right.

    Packages are told the lowest minor, and may render something else when that is another one.  So only for
    this and the next must all be right, which a step of the cluster leads to; what is wrong only later makes
    the state end before that.
    """
    minors = rendered.state.minors
    wrong = [
        finding.minors[0]
        for finding in rendered.findings
        if finding.severity == "error" and not finding.waived and finding.minors
    ]
    end = min((minor for minor in wrong if minor not in minors[:2]), default=None)
    return minors if end is None else tuple(minor for minor in minors if minor < end)


def first_step(state: State, proposal: Proposal) -> UpgradeStep:
    """Give the step that is compared with the target."""
    return _step(state, live_contents(proposal), proposal.desired)


def later_steps(rendered: Sequence[RenderedState], *, is_cluster: bool) -> tuple[UpgradeStep, ...]:
    """Give the steps after the first, each compared with what the one before renders.

    A cluster is asked who else uses what goes on the way: a request for each kind and 500 objects.
    """
    others = _others([each.state for each in rendered]) if is_cluster else {}
    return tuple(
        _step(
            after.state,
            _with_definitions(
                rendered_contents(
                    before.desired,
                    after.desired,
                    is_cluster=is_cluster,
                    findings=after.findings,
                    disappearing=_disappearing(before.desired, after.state, others),
                ),
                after.state,
            ),
            after.desired,
        )
        for before, after in pairwise(rendered)
    )


def _with_definitions(contents: Contents, state: State) -> Contents:
    """Add what is dangerous about definitions that change, and what a cluster will refuse to change."""
    is_cluster = state.workspace.chosen_target.is_cluster
    found = (*definition_safety(contents.diff.changes), *(_fixed(contents) if is_cluster else ()))
    return replace(contents, findings=(*contents.findings, *accept(state.workspace, found)))


def _fixed(contents: Contents) -> Iterator[Finding]:
    """Find fields that nobody can change, as the first step's are found by asking; a directory's are shown."""
    replaced = {change.resource for change in contents.diff.changes if change.replaced}
    for each in contents.fixed:
        if each.resource not in replaced:
            yield Finding(
                severity="error",
                code="must-be-replaced",
                message=f"{', '.join(each.paths)} cannot be changed in place",
                release=each.release,
                resource=each.resource,
                hint=each.way_out,
            )


def told_once(steps: Iterable[UpgradeStep]) -> tuple[UpgradeStep, ...]:
    """Leave out what an earlier step tells already, errors apart: a deprecated API is one on the whole way."""
    seen: set[tuple[object, ...]] = set()
    found = []
    for step in steps:
        findings = tuple(
            finding
            for finding in step.contents.findings
            if finding.severity == "error" or _subject(finding) not in seen
        )
        seen |= {_subject(finding) for finding in findings}
        contents = replace(step.contents, findings=findings)
        found.append(replace(step, contents=contents))
    return tuple(found)


def _subject(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.release, finding.resource, finding.path, finding.message


def _disappearing(there: Desired, state: State, others: Writers) -> tuple[Disappearing, ...]:
    if state.before is None or state.after is None:
        return ()
    return disappearing_apis(there, state.before, state.after, others=others)


def _others(states: Sequence[State]) -> Writers:
    """Find who else writes, on the cluster, what any of the states takes away."""
    minors = [each for state in states for each in (state.before, state.after) if each is not None]
    if not minors:
        return {}
    workspace = states[0].workspace
    return other_writers(workspace.cluster, workspace.environment.id, minors[0], minors[-1])


def _step(state: State, contents: Contents, desired: Desired) -> UpgradeStep:
    return UpgradeStep(
        kind=state.kind,
        contents=contents,
        minors=state.minors,
        kubernetes=state.kubernetes,
        before=state.before,
        after=state.after,
        moves=moved(state.moves, desired.left_alone),
        reasons=move_reasons(state),
    )
