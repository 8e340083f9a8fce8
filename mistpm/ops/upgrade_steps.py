"""What the states that an upgrade leads through come to, as steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.model.finding import Finding
from mistpm.ops.checking import accept, faults
from mistpm.ops.leaving_out import failure_findings
from mistpm.ops.move_reasons import move_reasons
from mistpm.ops.proposing import Proposal, want
from mistpm.ops.rendering import render_locked
from mistpm.ops.step_contents import disappearing_apis, live_contents, rendered_contents
from mistpm.ops.upgrade_plan import Contents, UpgradeStep
from mistpm.ops.upgrade_states import State
from mistpm.target.protocol import Desired


def first_step(state: State, proposal: Proposal) -> UpgradeStep:
    """Give the step that is compared with the target."""
    return _step(state, live_contents(proposal))


def later_steps(states: Iterable[State], proposal: Proposal) -> tuple[UpgradeStep, ...]:
    """Give the steps after the proposed one, each compared with what the one before renders.

    Costs rendering every state; what does not change is in the cache of renderings.
    """
    steps, there = [], proposal.desired
    for state in states:
        desired, findings = _render(state)
        steps.append(
            _step(
                state,
                rendered_contents(
                    there,
                    desired,
                    is_cluster=bool(proposal.address),
                    findings=findings,
                    disappearing=disappearing_apis(there, state.before, state.after)
                    if state.before and state.after
                    else (),
                ),
            )
        )
        there = desired
    return tuple(steps)


def _step(state: State, contents: Contents) -> UpgradeStep:
    return UpgradeStep(
        kind=state.kind,
        contents=contents,
        minors=state.minors,
        kubernetes=state.kubernetes,
        before=state.before,
        after=state.after,
        moves=state.moves,
        reasons=move_reasons(state),
    )


def _render(state: State) -> tuple[Desired, tuple[Finding, ...]]:
    """Render what a state wants, and give what is noticed about it; errors among that forbid nothing yet."""
    workspace, lockfile = state.workspace, state.solved.lockfile
    rendered = render_locked(workspace, lockfile, state.solved.asking)
    found = (*rendered.findings, *faults(workspace, state.minors, rendered))
    findings = (*failure_findings(rendered), *accept(workspace, found))
    return want(workspace, lockfile, rendered), findings
