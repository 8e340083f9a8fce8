"""Planning an upgrade: of packages, or of Kubernetes with the packages that have to move for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mistpm.errors import CheckError, LockError, MistError, PlanError, ResolutionError, UsageError
from mistpm.lock.from_resolution import held_by
from mistpm.model.finding import Finding
from mistpm.model.graph import Graph
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import shown_minors
from mistpm.model.ranges import ANY
from mistpm.model.saved_plan import Following
from mistpm.model.upgrade_path import Blocked, KubernetesMove, PackageMove, UpgradePath
from mistpm.ops.asking import Sources, ask
from mistpm.ops.checks.checking import forbid_errors, forbidding
from mistpm.ops.computing import Computing
from mistpm.ops.failing import require_solved
from mistpm.ops.leaving_out import LEFT_OUT
from mistpm.ops.lock_graph import find_nodes, nodes
from mistpm.ops.locking import Solved, solve
from mistpm.ops.proposing import Proposal, Wishes, propose_solved
from mistpm.ops.upgrade.plan import UpgradePlan
from mistpm.ops.upgrade.request import CONTINUE, Journey, UpgradeRequest, find_journey, wanted_goal
from mistpm.ops.upgrade.saving import saved_plan, write_plan
from mistpm.ops.upgrade.shown_support import NarrowedSources, Shown, learn
from mistpm.ops.upgrade.states import State, Trail
from mistpm.ops.upgrade.steps import (
    RenderedState,
    first_step,
    lasting,
    later_steps,
    render_state,
    told_once,
)
from mistpm.ops.views.graph import graph_of
from mistpm.ops.views.holding import held_back
from mistpm.ops.workspace import Workspace


class Upgrade(Struct, frozen=True, kw_only=True):
    """A plan, and what it takes to begin with it.

    `states` are what holds after each step; `proposal` leads to the first of them, None where nothing is to
    be done.  `is_silent` tells that it changes nothing in the target, so that it is no step of the plan;
    `is_written` that the file and the lock say it already, too.
    """

    plan: UpgradePlan
    states: tuple[State, ...] = ()
    proposal: Proposal | None = None
    is_silent: bool = False
    is_written: bool = False

    @property
    def following(self) -> Following | None:
        """The step after the one that is proposed, None where that is the last."""
        steps = self.plan.steps if self.is_silent else self.plan.steps[1:]
        if not steps:
            return None
        step, command = steps[0], self.plan.command if self.plan.goal is None else CONTINUE
        if step.kind == "kubernetes" and not self.plan.address:
            command = f"{CONTINUE} --cluster-at {step.after}"
        return Following(
            kind=step.kind,
            before=str(step.before or ""),
            after=str(step.after or ""),
            command=command,
        )


def plan_upgrade(workspace: Workspace, request: UpgradeRequest) -> Upgrade:
    """Work out which steps lead to what is wanted, and what each of them changes; writes nothing but caches.

    The first step is compared with the target, later ones with what the step before renders.  Raises
    `LockError` where nothing is locked yet, `UsageError` for unknown names and versions, `RefusedError`,
    and every error of solving, fetching, rendering and reading the target.
    """
    lockfile = _locked(workspace)
    workspace.expect_renderings()
    goal = wanted_goal(workspace, request)
    if goal is None:
        return _packages(workspace, request, lockfile)
    present = solve(workspace)
    require_solved(present, keep_going=workspace.options.keep_going)
    minors = present.asking.asked.question.minors
    return _kubernetes(workspace, request, present, find_journey(workspace, request, goal, minors))


def obstacle(plan: UpgradePlan) -> MistError | None:
    """Give what forbids to begin with a plan, which tells why itself; None where nothing does.

    It is a `ResolutionError` (`upgrade-blocked`) where the goal cannot be reached, or a `CheckError` where
    findings forbid a step, be it a later one: nobody wants to be stuck half way.
    """
    if plan.blocked is not None:
        return _blocked(plan, plan.blocked)
    try:
        forbid_errors(finding for step in plan.steps for finding in step.contents.findings)
    except CheckError as error:
        return error
    return None


def _blocked(plan: UpgradePlan, blocked: Blocked) -> ResolutionError:
    furthest = blocked.at
    if furthest == plan.start:
        context, hint = f"not even {blocked.next}, which is the next", ""
    else:
        context = f"the furthest that can be reached is {furthest}"
        hint = f"`mistpm upgrade --kubernetes {furthest}` goes so far"
    message = f"Kubernetes {plan.goal} cannot be reached, and nothing was changed"
    return ResolutionError("upgrade-blocked", message, context=(context,), hint=hint)


def require_progress(before: UpgradePlan, now: UpgradePlan) -> None:
    """Raise `PlanError` where after a step no fewer are left: something does not stay as it was applied."""
    if len(now.steps) >= len(before.steps):
        raise PlanError(
            "upgrade-stalled",
            f"a step was taken, and as many are left as before: {len(now.steps)}",
            hint="`mistpm diff` shows what is not as it was applied; mend that, and run the command again",
        )


def save_upgrade(path: Path, workspace: Workspace, upgrade: Upgrade) -> None:
    """Save what an upgrade can do now; raises `UsageError` where that is nothing, `DocumentError`."""
    if upgrade.proposal is None:
        raise UsageError("nothing-to-save", "nothing would be done, so there is no plan to save")
    plan = saved_plan(
        workspace,
        upgrade.states[0].workspace,
        upgrade.proposal,
        command=upgrade.plan.command,
        following=upgrade.following,
    )
    write_plan(path, plan)


def _locked(workspace: Workspace) -> Lockfile:
    if workspace.lockfile is None:
        raise LockError(
            "lock-missing",
            f"`{workspace.document.title}` has no lock yet, so there is nothing to upgrade from",
            hint="`mistpm install` begins with the newest versions",
        )
    return workspace.lockfile


def _packages(workspace: Workspace, request: UpgradeRequest, lockfile: Lockfile) -> Upgrade:
    """Move the named releases or packages, or all, as far as they can; others only if they must."""
    from mistpm.resolve import upgrade_stages

    named = {node for name in request.names for node in find_nodes(lockfile, name)}
    free = frozenset(named if request.names else nodes(lockfile))
    asking = ask(workspace, lockfile, new_minors=not request.names)
    sources = Sources(workspace, asking.files)
    workspace.reporter.start("solving", 0)
    path = upgrade_stages(
        asking.asked.question,
        sources,
        held_by(lockfile, free),
        computing=Computing(workspace, asking, lockfile.releases.values()),
        limits=workspace.limits,
        asker=workspace.asker,
    )
    present = Solved(lockfile=lockfile, previous=lockfile, asking=asking)
    trail = Trail(workspace, present, sources)
    minors = asking.asked.question.minors
    opening = (
        (trail.stay(minors),) if not path.moves or _has_to_wait(workspace, present, path) else ()
    )
    states = (*opening, *trail.follow(path.moves, is_whole=True))
    last = states[-1]
    require_solved(last.solved, keep_going=workspace.options.keep_going)
    upgrade = _begin(workspace, request, tuple(map(render_state, states)))
    never = {part.releases[0]: part.explanation for part in path.held_back}
    held = tuple(
        replace(each, because=never[each.release]) if each.release in never else each
        for each in held_back(last.workspace, last.solved)
    )
    return replace(upgrade, plan=replace(upgrade.plan, held_back=held))


def _kubernetes(
    workspace: Workspace, request: UpgradeRequest, present: Solved, journey: Journey
) -> Upgrade:
    """Lead to another Kubernetes version, minor by minor.

    What packages say that they support is believed until what they render shows that it is less; then another
    way is looked for.  That ends: each time some version is believed less.
    """
    shown: Shown = {}
    is_new = True
    while is_new:
        sources = NarrowedSources(Sources(workspace, present.asking.files), shown.values())
        path = _find_path(workspace, present, journey, sources)
        rendered = tuple(_states(workspace, present, journey, path, sources))
        learned = [learn(shown, each.state.solved.lockfile, each.findings) for each in rendered]
        is_new = any(learned)
    upgrade = _begin(workspace, request, rendered)
    return replace(
        upgrade,
        plan=replace(
            upgrade.plan,
            start=journey.start,
            goal=journey.goal,
            blocked=path.blocked,
            findings=(
                *upgrade.plan.findings,
                *_ahead(workspace, present, journey),
                *(shown[key].finding() for key in sorted(shown)),
            ),
        ),
    )


def _ahead(workspace: Workspace, present: Solved, journey: Journey) -> Iterator[Finding]:
    """Tell that the cluster is where what is locked was not made for."""
    minors = present.asking.asked.question.minors
    if journey.start not in minors:
        yield Finding(
            severity="warning",
            code="cluster-ahead",
            message=f"the cluster runs Kubernetes {journey.start}, and what is locked is for"
            f" {shown_minors(minors)}: something may not work until the first step is done",
            minors=(journey.start,),
            hint=f"`{workspace.lock_title}` should be ahead of the cluster: go on after each minor",
        )


def _states(
    workspace: Workspace,
    present: Solved,
    journey: Journey,
    path: UpgradePath,
    sources: Sources,
) -> Iterator[RenderedState]:
    """Give the states on a path, each rendered before the next is made.

    Before a cluster's step comes one in which the environment says that it supports what comes then; after
    the last one, one in which it says that the goal is reached.
    """
    trail = Trail(workspace, present, sources, goal=journey.goal, left_out=present.unresolved)
    opening: tuple[State, ...] = ()
    if path.moves and isinstance(path.moves[0], KubernetesMove):
        opening = (trail.stay(path.minors),)
    elif _has_to_wait(workspace, present, path):
        opening = (trail.stay(present.asking.asked.question.minors),)
    elif not path.moves and path.blocked is None and journey.is_under_way:
        opening = (trail.stay((journey.goal,), is_last=True),)
    for state in chain(opening, trail.follow(path.moves, is_whole=path.blocked is None)):
        rendered = render_state(state)
        minors = state.minors if journey.is_descent else lasting(rendered)
        if minors != state.minors:
            rendered = render_state(trail.shorten(state, minors))
        yield rendered


def _has_to_wait(workspace: Workspace, present: Solved, path: UpgradePath) -> bool:
    """Tell whether what is locked has to be applied before packages move on from it.

    So it is where a version may only follow certain others, and a run was killed, or never was, that would have
    brought what is locked to where something else is.
    """
    lockfile, first = present.lockfile, path.moves[0] if path.moves else None
    if not isinstance(first, PackageMove) or not workspace.state.owned:
        return False
    follows = any(
        name in lockfile.releases
        and lockfile.releases[name].version != chosen.candidate.version
        and chosen.candidate.descriptor.upgrades.from_ != ANY
        for name, chosen in first.resolution.releases.items()
    )
    if not follows or present.is_new or first.minors[0] not in present.asking.asked.question.minors:
        return False
    return not propose_solved(workspace, present, is_for_show=True).diff.is_empty


def _find_path(
    workspace: Workspace, present: Solved, journey: Journey, sources: Sources
) -> UpgradePath:
    from mistpm.resolve import upgrade_path

    asking = present.asking
    question = asking.asked.question
    unsolved = {name for part in present.unresolved for name in part.releases}
    releases = tuple(each for each in question.releases if each.name not in unsolved)
    workspace.reporter.start("solving", 0)
    return upgrade_path(
        replace(question, releases=releases),
        sources,
        held_by(present.lockfile),
        start=journey.start,
        goal=journey.goal,
        computing=Computing(workspace, asking, present.lockfile.releases.values()),
        limits=workspace.limits,
        asker=workspace.asker,
    )


def _begin(
    workspace: Workspace, request: UpgradeRequest, rendered: tuple[RenderedState, ...]
) -> Upgrade:
    """Compare the first state with the target, and each of the others with the one before."""
    plan = UpgradePlan(
        target=workspace.target.title, address=workspace.address, command=request.command
    )
    if not rendered:
        return Upgrade(plan=plan)
    states = tuple(each.state for each in rendered)
    first = states[0]
    wishes = Wishes(reason=request.command)
    proposal = propose_solved(first.workspace, first.solved, wishes, is_for_show=True)
    begun = first_step(first, proposal)
    proposal = replace(proposal, moves=begun.moves, data=begun.contents.data)
    is_fine = not forbidding(proposal.findings)
    is_silent = is_fine and not first.moves and proposal.diff.is_empty
    steps = later_steps(rendered, is_cluster=bool(workspace.address))
    return Upgrade(
        plan=replace(
            plan,
            steps=told_once(steps if is_silent else (begun, *steps)),
            findings=tuple(
                each for each in proposal.findings if is_silent and each.code == LEFT_OUT
            ),
            graphs=_graphs(workspace, states[-1]),
        ),
        states=states,
        proposal=proposal,
        is_silent=is_silent,
        is_written=first.workspace.document.text == workspace.document.text
        and first.solved.lockfile == workspace.lockfile,
    )


def _graphs(workspace: Workspace, last: State) -> tuple[Graph, Graph]:
    """Draw what depends on what, before and after."""
    title = workspace.environment.name
    before = workspace.lockfile or last.solved.lockfile
    return graph_of(before, f"{title} before"), graph_of(last.solved.lockfile, f"{title} after")
