"""Finding the target that a command means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mistpm.errors import TargetError, UsageError
from mistpm.model.environment import Environment, TargetEntry
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.options import Options
from mistpm.target.protocol import Target

if TYPE_CHECKING:
    from mistpm.target.cluster.cluster import ClusterTarget

STATE_NAMESPACE = "mistpm-system"
"""Where a cluster remembers environments unless something says otherwise."""


class ChosenTarget(Struct, frozen=True, kw_only=True):
    """A target's entry, with `base`, the folder in which its relative paths start.

    No `entry` means the current context of the kubeconfig, as for kubectl.  `namespace` is where a
    cluster remembers the environment, `user` as whom it is asked (empty: as the kubeconfig says).
    """

    entry: TargetEntry | None
    base: Path
    namespace: str = STATE_NAMESPACE
    user: str = ""

    @property
    def is_cluster(self) -> bool:
        """Whether it is a cluster and no directory."""
        return self.entry is None or bool(self.entry.context)

    @property
    def context(self) -> str:
        """The context of a cluster, empty for the current one."""
        return self.entry.context if self.entry else ""

    @property
    def directory(self) -> Path:
        """The path of a directory."""
        return self.base / (self.entry.directory if self.entry else "")


def choose_target(options: Options, environment: Environment | None, folder: Path) -> ChosenTarget:
    """Find what `--target` means: `directory:PATH`, `context:NAME`, or a name under `targets:`.

    Without it the environment's own `target:` is meant, and where there is none the kubeconfig's current
    context.  Paths on the command line start where the user is, paths in the file start where the file
    is.  Raises `UsageError`.
    """
    chosen = _find(options.target, environment, folder)
    if not chosen.is_cluster:
        for option, value in (("as", options.user), ("state-namespace", options.state_namespace)):
            if value:
                raise UsageError(
                    "no-cluster",
                    f"`--{option} {value}` is for clusters, and `{chosen.directory}` is a directory",
                    hint="name a cluster with --context NAME, or leave it out",
                )
        return chosen
    entries = (chosen.entry, environment)
    said = next((each.state.namespace for each in entries if each and each.state), "")
    namespace = options.state_namespace or said or STATE_NAMESPACE
    return replace(chosen, namespace=namespace, user=options.user)


def _find(text: str, environment: Environment | None, folder: Path) -> ChosenTarget:
    kind, colon, rest = text.partition(":")
    if colon and kind == "directory" and rest:
        return ChosenTarget(entry=TargetEntry(directory=rest), base=Path())
    if colon and kind == "context" and rest:
        return ChosenTarget(entry=TargetEntry(context=rest), base=Path())
    named = environment.targets if environment else {}
    if text in named:
        return ChosenTarget(entry=named[text], base=folder)
    if text:
        raise UsageError(
            "unknown-target",
            f"there is no target `{text}`",
            context=did_you_mean(text, named),
            hint="write directory:PATH, context:NAME, or a name that stands under `targets:` in mistpm.yaml",
        )
    default = environment.target if environment else None
    if named and default is None:
        raise UsageError(
            "no-target-chosen",
            f"the environment `{environment.name if environment else ''}` has targets, and none of them is chosen",
            context=did_you_mean("", named),
            hint="choose one with --target NAME; `target:` in mistpm.yaml says where to go without that",
        )
    return ChosenTarget(entry=default, base=folder)


def other_targets(environment: Environment, chosen: ChosenTarget) -> tuple[str, ...]:
    """Name the other places that an environment's file is for: `--target` takes those names."""
    places = {name: entry.place for name, entry in environment.targets.items()}
    if environment.target and environment.target.place not in places.values():
        kind, _, where = environment.target.place.partition(" ")
        places[f"{kind}:{where}"] = environment.target.place
    mine = chosen.entry.place if chosen.entry else ""
    return tuple(sorted(name for name, place in places.items() if place != mine))


def open_directory(chosen: ChosenTarget) -> Target:
    """Open a directory; nothing is read or made yet."""
    from mistpm.target.directory.directory import DirectoryTarget

    entry = chosen.entry
    return DirectoryTarget(
        chosen.directory, title=f"directory {entry.directory if entry else chosen.directory}"
    )


def open_cluster(
    chosen: ChosenTarget,
    *,
    environment_id: str,
    patience: float = 60.0,
    note: Callable[[str], None] = lambda _line: None,
) -> ClusterTarget:
    """Open a cluster; the kubeconfig is read, and nothing is sent yet.

    Another run's lock is waited for `patience` seconds; `note` hears of retries.  Raises `UsageError`
    (`no-target`) where none is named and there is no kubeconfig, `TargetError` for a context of no use.
    """
    from mistpm.target.cluster.api.connection import connect

    try:
        connection = connect(chosen.context, impersonate=chosen.user)
    except TargetError as error:
        if chosen.entry is None and error.reference == "no-kubeconfig":
            raise UsageError(
                "no-target",
                "no target is given, and there is no kubeconfig whose current context it could be",
                hint="name one with --target directory:PATH or --context NAME, or write `target:` in mistpm.yaml",
            ) from error
        raise
    from mistpm.target.cluster.cluster import ClusterTarget

    return ClusterTarget(
        connection,
        environment_id=environment_id,
        state_namespace=chosen.namespace,
        base=chosen.base,
        patience=patience,
        note=note,
    )
