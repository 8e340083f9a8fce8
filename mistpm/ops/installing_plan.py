"""What `install` would do, as a plan of one step."""

from __future__ import annotations

from mistpm.model.minor import parse_minor
from mistpm.ops.asking import kubernetes_text
from mistpm.ops.proposing import Proposal
from mistpm.ops.upgrade.contents import live_contents
from mistpm.ops.upgrade.plan import UpgradePlan, UpgradeStep
from mistpm.ops.views.graph import graph_of
from mistpm.ops.workspace import Workspace


def install_plan(workspace: Workspace, proposal: Proposal, *, saved: str = "") -> UpgradePlan:
    """Give a proposal in the form that plans of upgrades have; `saved` is the file that it is saved in."""
    lockfile = proposal.lockfile
    name = workspace.environment.name
    step = UpgradeStep(
        kind="packages",
        contents=live_contents(proposal),
        minors=tuple(map(parse_minor, lockfile.kubernetes)),
        kubernetes=kubernetes_text(workspace),
        moves=proposal.moves,
    )
    is_idle = proposal.diff.is_empty and not proposal.moves and not proposal.desired.left_alone
    return UpgradePlan(
        target=proposal.target,
        address=proposal.address,
        steps=() if is_idle else (step,),
        held_back=proposal.held_back,
        graphs=(
            graph_of(workspace.lockfile or lockfile, f"{name} before"),
            graph_of(lockfile, f"{name} after"),
        ),
        command="install",
        saved=saved,
    )
