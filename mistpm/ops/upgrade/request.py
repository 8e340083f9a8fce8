"""What is asked of an upgrade, and between which Kubernetes versions it leads."""

from __future__ import annotations

from msgspec import Struct

from mistpm.errors import RefusedError, UsageError
from mistpm.model.minor import InvalidMinorError, Minor, parse_minor, shown_minors
from mistpm.model.minors import newest_minor, oldest_minor
from mistpm.ops.cluster_facts import known_minor
from mistpm.ops.workspace import Workspace

CONTINUE = "upgrade --continue"


class UpgradeRequest(Struct, frozen=True, kw_only=True):
    """What a command wants: packages that may move, or a Kubernetes version that is to be reached.

    `goal` is a minor as it was written, empty where packages alone are to move.  `goes_on` says that the
    goal is the one in the environment.  `cluster_at` is what somebody says that the cluster runs, where no
    cluster can be asked; empty, and it is where it was.
    """

    names: tuple[str, ...] = ()
    goal: str = ""
    goes_on: bool = False
    allow_downgrade: bool = False
    cluster_at: str = ""

    @property
    def command(self) -> str:
        """The command, as a revision remembers it and as it can be typed again."""
        if self.goes_on:
            return CONTINUE
        words = ["upgrade", *self.names]
        words += [f"--kubernetes {self.goal}"] if self.goal else []
        words += ["--allow-downgrade"] if self.allow_downgrade else []
        return " ".join(words)


class Journey(Struct, frozen=True, kw_only=True):
    """From the Kubernetes version that is there to the one that is wanted; `is_under_way` after its first step."""

    start: Minor
    goal: Minor
    is_under_way: bool = False

    @property
    def is_descent(self) -> bool:
        """Whether it leads to an older version."""
        return self.goal < self.start


def wanted_goal(workspace: Workspace, request: UpgradeRequest) -> Minor | None:
    """Give the minor that is to be reached, None where packages alone are to move.

    Raises `UsageError` for one that is not known, and where there is nothing to go on with.
    """
    if not request.goes_on:
        return _known(request.goal, f"--kubernetes {request.goal}") if request.goal else None
    goal = workspace.environment.goal
    if goal is None:
        raise UsageError(
            "nothing-to-continue",
            f"no upgrade is under way: `{workspace.document.title}` has no `goal`",
            hint="`mistpm upgrade --kubernetes 1.NN` begins one",
        )
    return _known(goal.kubernetes, f"goal.kubernetes in {workspace.document.title}")


def find_journey(
    workspace: Workspace, request: UpgradeRequest, goal: Minor, minors: tuple[Minor, ...]
) -> Journey:
    """Find out where a way to `goal` begins: at a cluster's own minor, or at the oldest one of a directory's.

    `minors` are those that what is locked is for.  Raises `UsageError` for a cluster that is beyond the
    goal, `RefusedError` for a downgrade that was not allowed, `TargetError`.
    """
    under_way = request.goes_on
    start = _present(workspace, goal, minors, is_under_way=under_way)
    if request.cluster_at:
        start = _told(workspace, request.cluster_at, minors)
    journey = Journey(start=start, goal=goal, is_under_way=under_way)
    if not journey.is_descent:
        return journey
    title = workspace.target.title
    if under_way and start not in minors:
        raise UsageError(
            "beyond-the-goal",
            f"the {title} runs Kubernetes {start}, and the goal of the upgrade that is under way is {goal}",
            hint=f"`mistpm upgrade --kubernetes {start}` makes everything fit that version",
        )
    if not under_way and not request.allow_downgrade:
        is_cluster = workspace.chosen_target.is_cluster
        who = f"the {title} runs" if is_cluster else f"`{workspace.document.title}` is for"
        raise RefusedError(
            "downgrade-not-allowed",
            f"Kubernetes {goal} is older than {start}, which {who}",
            note="Kubernetes does not support going back: objects that the newer version stored may be"
            " unreadable for the older one, and what only the newer one serves is lost",
            hint="--allow-downgrade plans it all the same; --plan with it shows what would be lost",
        )
    return journey


def _known(text: str, where: str) -> Minor:
    try:
        minor = parse_minor(text)
    except InvalidMinorError as error:
        raise UsageError(
            "invalid-kubernetes",
            f"`{where}`: {error}",
            hint="for example 1.36; patches do not count",
        ) from error
    if oldest_minor() <= minor <= newest_minor():
        return minor
    newer = minor > newest_minor()
    raise UsageError(
        "unknown-kubernetes",
        f"`{where}`: this mistpm does not know Kubernetes {minor}",
        note=f"it knows {oldest_minor()} to {newest_minor()}, the newest when it was released",
        hint="a newer mistpm may know it" if newer else "",
    )


def _told(workspace: Workspace, text: str, minors: tuple[Minor, ...]) -> Minor:
    """Give the minor at which a directory's cluster is said to be; raises `UsageError`."""
    told = _known(text, f"--cluster-at {text}")
    title, target = workspace.document.title, workspace.target.title
    if workspace.chosen_target.is_cluster:
        raise UsageError(
            "cluster-told",
            f"`--cluster-at {text}` is for directories, and the {target} can be asked",
            hint="leave it out",
        )
    if told not in minors:
        raise UsageError(
            "cluster-elsewhere",
            f"`--cluster-at {text}`: what is locked is for Kubernetes {shown_minors(minors)}",
            note="each of the cluster's steps is one minor, and what is installed supports both sides of it",
            hint=f'if it is there all the same, write `kubernetes: "{told}"` into {title} and install that first',
        )
    return told


def _present(
    workspace: Workspace, goal: Minor, minors: tuple[Minor, ...], *, is_under_way: bool
) -> Minor:
    """Give the minor that the target runs.

    A directory does not tell.  There it is the oldest of those that everything supports; on a way down, which
    ends at that one, it is the newest.
    """
    if workspace.chosen_target.is_cluster:
        return known_minor(workspace.cluster)
    oldest, newest = minors[0], minors[-1]
    was_going_up = not is_under_way and workspace.environment.goal is not None
    is_descent = goal < oldest or (is_under_way and goal == oldest)
    return newest if is_descent and not was_going_up else oldest
