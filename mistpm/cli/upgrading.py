"""Carrying out an upgrade: shown, asked, done step by step, and stopped where a step is somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from mistpm.cli.applying import Flags, Screen, do_proposed, perform, told
from mistpm.cli.plan_output import PlanOutput, emit_plan, tell_saved
from mistpm.cli.terminal import Terminal
from mistpm.cli.upgrade_plan.data import plan_data
from mistpm.cli.upgrade_plan.text import show_plan
from mistpm.errors import RefusedError
from mistpm.model.saved_plan import Following
from mistpm.ops.installing import carry_out, require_complete
from mistpm.ops.options import Options
from mistpm.ops.upgrade.applying import options_of, propose_saved
from mistpm.ops.upgrade.plan import UpgradePlan
from mistpm.ops.upgrade.request import UpgradeRequest
from mistpm.ops.upgrade.saving import read_plan
from mistpm.ops.upgrade.upgrading import (
    Upgrade,
    obstacle,
    plan_upgrade,
    require_progress,
    save_upgrade,
)
from mistpm.ops.workspace import Workspace, open_workspace


def show_upgrade(
    options: Options,
    flags: Flags,
    request: UpgradeRequest,
    form: PlanOutput,
    out: Path | None = None,
) -> None:
    """Show what an upgrade would do, and change nothing; `out` is where its first step is saved.

    Ends with an error where its goal cannot be reached, or findings forbid a step.
    """
    screen = Screen(flags, is_text=form is PlanOutput.TEXT)
    with screen.working():
        workspace = open_workspace(options, screen.reporter)
        upgrade = plan_upgrade(workspace, request)
        plan = upgrade.plan
        in_the_way = obstacle(plan)
        if out is not None and in_the_way is None:
            save_upgrade(out, workspace, upgrade)
            plan = replace(plan, saved=str(out))
    tell_start(screen.terminal, plan)
    emit_plan(screen.terminal, form, plan, diff=flags.diff)
    if plan.saved:
        tell_saved(screen.terminal, plan.saved)
    if in_the_way is not None:
        raise in_the_way
    if upgrade.proposal is not None:
        require_complete(upgrade.proposal, is_plan=True)


def run_upgrade(options: Options, flags: Flags, request: UpgradeRequest) -> None:
    """Show what an upgrade would do, and do what can be done now, asking before each step."""
    screen = Screen(flags)
    with told(screen):
        _Run(screen, options).carry_on(request)


def run_saved(options: Options, flags: Flags, path: Path) -> None:
    """Do what a saved plan shows, if everything is as it was then."""
    screen = Screen(flags)
    with told(screen):
        with screen.working():
            plan = read_plan(path)
            workspace = open_workspace(options_of(options, plan.options), screen.reporter)
            now = propose_saved(workspace, plan, path)
        if now.proposal.diff.is_empty:
            require_writing(screen, now.workspace)
        perform(
            screen,
            now.workspace,
            now.proposal,
            lambda hear: carry_out(now.workspace, now.proposal, hear),
            lambda: {"next": plan.next},
        )
        require_complete(now.proposal)
    if screen.events is None and plan.next is not None:
        is_on_cluster = bool(plan.target.address)
        for line in ending(plan.next, is_on_cluster=is_on_cluster):
            screen.terminal.show(line)


class _Run:
    """One run of the command; what it has done is counted for the last event."""

    def __init__(self, screen: Screen, options: Options) -> None:
        self._screen = screen
        self._options = options
        self._steps = 0
        self._changes = 0

    def carry_on(self, request: UpgradeRequest) -> None:
        """Do one step after the other; each is planned from what is there then."""
        upgrade = self._begin(request)
        while True:
            self._show(upgrade.plan)
            if (in_the_way := obstacle(upgrade.plan)) is not None:
                raise in_the_way
            self._do(upgrade)
            following = upgrade.following
            if following is None or following.kind == "kubernetes" or not upgrade.plan.address:
                self._end(upgrade, following)
                return
            before, upgrade = upgrade, self._plan(request)
            require_progress(before.plan, upgrade.plan)

    def _begin(self, request: UpgradeRequest) -> Upgrade:
        """Plan from where the cluster is; a directory is first brought to where the environment is already.

        Raises `RefusedError` (`cluster-not-told`) where nobody says whether the cluster's step was taken.
        """
        before = self._plan(replace(request, cluster_at=""))
        if before.plan.address or not request.goes_on:
            return self._plan(request) if request.cluster_at else before
        following = before.following
        is_done = before.is_silent and before.is_written
        if not is_done or following is None or following.kind != "kubernetes":
            return before
        if not request.cluster_at:
            minor = following.after
            if not self._screen.terminal.confirm(f"Does the cluster run Kubernetes {minor} now?"):
                raise RefusedError(
                    "cluster-not-told",
                    f"a directory does not tell whether the cluster runs Kubernetes {minor} by now",
                    hint=f"once it does, say so: `mistpm {following.command}`",
                )
            request = replace(request, cluster_at=minor)
        return self._plan(request)

    def _plan(self, request: UpgradeRequest) -> Upgrade:
        with self._screen.working():
            return plan_upgrade(open_workspace(self._options, self._screen.reporter), request)

    def _show(self, plan: UpgradePlan) -> None:
        screen = self._screen
        tell_start(screen.terminal, plan)
        if screen.events is not None:
            screen.events.tell("planned", plan_data(plan, diff=screen.flags.diff))
        else:
            show_plan(screen.terminal, plan, diff=screen.flags.diff, is_running=True)

    def _do(self, upgrade: Upgrade) -> None:
        """Carry out what is proposed, if anything."""
        proposal = upgrade.proposal
        if proposal is None:
            return
        if upgrade.is_written and upgrade.is_silent:
            require_complete(proposal)
            return
        workspace = upgrade.states[0].workspace
        step = self._step(upgrade)
        if self._screen.events is None:
            for line in shortly(upgrade, step):
                self._screen.terminal.show(line)
        if proposal.diff.is_empty:
            require_writing(self._screen, workspace)
        done = do_proposed(
            self._screen,
            workspace,
            proposal,
            lambda hear: carry_out(workspace, proposal, hear),
            step=step,
        )
        if self._screen.events is None:
            self._screen.terminal.show(f"Wrote {written(workspace)}.")
            if step:
                self._screen.terminal.show(f"{step.capitalize()} is done.")
        require_complete(proposal)
        self._steps += not upgrade.is_silent
        self._changes += len(done.changes)

    def _step(self, upgrade: Upgrade) -> str:
        """Name what is done next where there are several steps: `step 2 of 3`."""
        steps = self._steps + len(upgrade.plan.steps)
        return "" if upgrade.is_silent or steps < 2 else f"step {self._steps + 1} of {steps}"

    def _end(self, upgrade: Upgrade, following: Following | None) -> None:
        """Say that all is done, or what has to be done elsewhere before going on."""
        screen, plan = self._screen, upgrade.plan
        if screen.events is not None:
            data = {"target": plan.target, "steps": self._steps, "changes": self._changes}
            screen.events.tell("done", {**data, "next": following})
        elif following is not None:
            for line in ending(following, is_on_cluster=bool(plan.address)):
                screen.terminal.show(line)
        elif plan.goal is not None and upgrade.proposal is not None:
            screen.terminal.show(f"Kubernetes {plan.goal} is reached.")


def require_writing(screen: Screen, workspace: Workspace) -> None:
    """Ask before the environment alone is changed; raises `RefusedError`."""
    files = written(workspace)
    if not screen.flags.consent.yes and not screen.terminal.confirm(f"Write {files}?"):
        raise RefusedError(
            "not-confirmed",
            f"{files} would be written",
            hint="confirm it with --yes; nothing was changed",
        )


def written(workspace: Workspace) -> str:
    """Name what holds the environment and its lock."""
    if workspace.has_file:
        return f"{workspace.document.title} and {workspace.lock_title}"
    return workspace.document.title


def tell_start(terminal: Terminal, plan: UpgradePlan) -> None:
    """Tell what is taken for granted of the cluster where none can be asked."""
    if plan.start is not None and not plan.address:
        terminal.say(f"The cluster is taken to run Kubernetes {plan.start}.")


def shortly(upgrade: Upgrade, step: str) -> Iterator[str]:
    """Say before the question how much of what was asked for is done now, and how to go on.

    `step` is the one of several that is done, empty where there is none.
    """
    following = upgrade.following
    if following is None:
        return
    yield ""
    go_on = f"`mistpm {following.command}` goes on."
    if following.kind == "kubernetes":
        done = f"Only {step} is done now." if step else "The first step is the cluster's own."
        yield f"{done} Once the cluster runs Kubernetes {following.after}, {go_on}"
    elif not upgrade.plan.address:
        yield f"Only {step} is done now. Once that is applied, {go_on}"
    else:
        yield f"First {step} is done; then the next one is shown, and asked for."


def ending(following: Following, *, is_on_cluster: bool) -> Iterator[str]:
    """Say what has to be done before going on, and how to go on."""
    if not is_on_cluster:
        yield "Commit what changed, and have it applied to the cluster."
    if following.kind == "kubernetes":
        yield f"Now bring the cluster itself from Kubernetes {following.before} to {following.after}."
    yield f"Then go on with `mistpm {following.command}`."
