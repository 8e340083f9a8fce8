"""Finding the target that a command means."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.environment import Environment, TargetEntry
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.target.protocol import Target


class ChosenTarget(Struct, frozen=True, kw_only=True):
    """A target's entry, with `base`, the folder in which its relative paths start."""

    entry: TargetEntry
    base: Path


def choose_target(text: str, environment: Environment | None, folder: Path) -> ChosenTarget:
    """Find what `--target` means: `directory:PATH`, `context:NAME`, or a name under `targets:`.

    An empty `text` means the environment's own `target:`.  Paths on the command line start where the
    user is, paths in the file start where the file is.  Raises `UsageError`.
    """
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
    if environment and environment.target:
        return ChosenTarget(entry=environment.target, base=folder)
    raise UsageError(
        "no-target",
        "no target is given",
        hint="name one with --target directory:PATH, or write `target:` in mistpm.yaml",
    )


def open_target(chosen: ChosenTarget) -> Target:
    """Open a target; nothing is read or made yet.  Raises `UsageError` for what cannot be opened."""
    if chosen.entry.context:
        raise UsageError(
            "cluster-target",
            f"the context `{chosen.entry.context}` is a cluster; this mistpm writes to directories only",
            hint="write to a directory with --target directory:PATH and apply that with kubectl or GitOps",
        )
    from mistpm.target.directory.directory import DirectoryTarget

    path = chosen.base / chosen.entry.directory
    return DirectoryTarget(path, title=f"directory {chosen.entry.directory}")
