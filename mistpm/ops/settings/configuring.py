"""Making and changing an environment's file, and the user's registries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mistpm import document
from mistpm.document.edits import Edit, Put, Remove, Rename
from mistpm.environment.environment_document import EnvironmentDocument, read_environment
from mistpm.environment.location import FILE_NAME, is_there
from mistpm.errors import DocumentError, UsageError
from mistpm.lock.from_resolution import renamed
from mistpm.model.environment import Environment, ReleaseEntry, TargetEntry
from mistpm.model.minor import Minor
from mistpm.model.minors import newest_minor
from mistpm.ops.cluster_facts import known_minor
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.locking import write_lock
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.admitted_minors import admitted_minors
from mistpm.ops.settings.given_inputs import merge
from mistpm.ops.settings.new_environment import new_file, new_id
from mistpm.ops.settings.targets import ChosenTarget, open_cluster, other_targets
from mistpm.ops.workspace import Workspace, find_document


class Initialised(Struct, frozen=True, kw_only=True):
    """What `init` did: made the file, or only gave one that had no id an id."""

    path: str
    name: str
    id: str
    kubernetes: str
    target: str
    made: bool


class NewEnvironment(Struct, frozen=True, kw_only=True):
    """What a new environment is to be: where it is applied is a directory, or else a cluster's `context`.

    An empty `kubernetes` means the cluster's own version, and for a directory the newest known.
    """

    name: str
    kubernetes: str = ""
    directory: str = ""
    context: str = ""
    user: str = ""


def init(path: Path, new: NewEnvironment) -> Initialised:
    """Make an environment's file; one without an id gets one.

    A cluster is asked where its version is wanted.  Raises `UsageError`, `DocumentError`, `TargetError`.
    """
    if is_there(path):
        return _mend(path)
    kubernetes = new.kubernetes or str(_minor(new))
    made = EnvironmentDocument(
        new_file(
            name=new.name, kubernetes=kubernetes, directory=new.directory, context=new.context
        ),
        path,
    )
    try:
        environment = made.environment
    except DocumentError as error:
        raise DocumentError(
            "invalid-environment",
            f"`{path}` would not be valid, so it is not made",
            tuple(msgspec.structs.replace(each, file="", line=0) for each in error.problems),
        ) from error
    admitted_minors(kubernetes, str(path))
    if not path.parent.is_dir():
        raise UsageError("no-folder", f"`{path.parent}` is not a folder", hint="make it first")
    made.save()
    return _initialised(path, environment, made=True)


def _minor(new: NewEnvironment) -> Minor:
    if not new.context:
        return newest_minor()
    entry = TargetEntry(context=new.context)
    chosen = ChosenTarget(entry=entry, base=Path(), user=new.user)
    return known_minor(open_cluster(chosen, environment_id=""))


def _mend(path: Path) -> Initialised:
    found = read_environment(path)
    if found.environment.id:
        raise UsageError(
            "environment-exists",
            f"`{path}` exists already; it is the environment `{found.environment.name}`",
            hint="edit it, or `mistpm add` a release",
        )
    mended = found.edited(Put(path=("id",), value=new_id()))
    mended.save()
    return _initialised(path, mended.environment, made=False)


def _initialised(path: Path, environment: Environment, *, made: bool) -> Initialised:
    return Initialised(
        path=str(path),
        name=environment.name,
        id=environment.id,
        kubernetes=str(environment.kubernetes or ""),
        target=_written_target(environment.target),
        made=made,
    )


def _written_target(entry: TargetEntry | None) -> str:
    """Give `directory ./deploy`, `context prod`, or nothing where the file names none."""
    if entry is None:
        return ""
    return f"context {entry.context}" if entry.context else f"directory {entry.directory}"


def require_file(found: EnvironmentDocument | None) -> EnvironmentDocument:
    """Give the environment's file; raises `UsageError` where there is none."""
    if found is None or found.path is None:
        raise UsageError(
            "no-environment",
            f"there is no `{FILE_NAME}` here or in a folder above",
            hint="`mistpm init` makes one",
        )
    return found


def release_edits(name: str, entry: dict[str, Any], environment: Environment) -> tuple[Edit, ...]:
    """Give the edits that add release `name`, or change what the entry says of an existing one.

    `entry` holds plain data by the keys of `mistpm.yaml`; empty values are left out.  Bindings are laid
    upon those that are there, `inputs` are all that there are to be.
    """
    keep: dict[str, Any] = {}
    if name in environment.releases:
        keep = document.to_builtins(environment.releases[name])
    keep.pop("inputs", None)
    told = {key: value for key, value in entry.items() if value not in ("", {}, [], None)}
    if told.get("package") not in (None, keep.get("package")):
        keep.pop("version", None)
    return (Put(path=("releases", name), value=merge(keep, told)),)


def find_release(environment: Environment, name: str) -> ReleaseEntry:
    """Give a release's entry; raises `UsageError` with what was perhaps meant."""
    if name not in environment.releases:
        raise UsageError(
            "unknown-release",
            f"there is no release `{name}` in the environment `{environment.name}`",
            context=did_you_mean(name, environment.releases),
            hint="`mistpm list` shows the releases",
        )
    return environment.releases[name]


def rename_edits(environment: Environment, old: str, new: str) -> tuple[Edit, ...]:
    """Give the edits that rename a release wherever the file names it.  Raises `UsageError`."""
    find_release(environment, old)
    if new in environment.releases:
        raise _exists(new, environment.releases[new].package)
    bound = [
        Put(path=(kind, name, "bind", alias), value=new)
        for kind, entries in (
            ("releases", environment.releases),
            ("settings", environment.settings),
        )
        for name, entry in entries.items()
        for alias, target in entry.bind.items()
        if target == old
    ]
    configured = [Rename(path=path, name=new) for path in _overlays(environment, old)]
    return (*bound, *configured, Rename(path=("releases", old), name=new))


def _removal(environment: Environment, names: tuple[str, ...]) -> list[Remove]:
    """Give the edits that take releases out, and what targets say of them."""
    paths = [path for name in names for path in (("releases", name), *_overlays(environment, name))]
    return [Remove(path=path) for path in paths]


def _overlays(environment: Environment, name: str) -> list[tuple[str, ...]]:
    """Give the places where targets configure a release."""
    targets: dict[tuple[str, ...], TargetEntry | None] = {("target",): environment.target}
    targets |= {("targets", key): entry for key, entry in environment.targets.items()}
    return [
        (*place, key, name)
        for place, target in targets.items()
        for key in ("inputs", "patches")
        if target is not None and name in getattr(target, key)
    ]


def draft_without(workspace: Workspace, names: tuple[str, ...]) -> Workspace:
    """Give the workspace with an environment that lacks these releases; nothing is written.

    What a killed run took out of the file but not off the target may be named again.  The reporter hears
    which other targets the file has: they lose the releases too.  Raises `UsageError` for a release that is
    not there.
    """
    environment = workspace.environment
    for name in names:
        if not (name in environment.releases or _is_left_over(workspace, name)):
            find_release(environment, name)
    taken = [name for name in names if name in environment.releases]
    others = other_targets(environment, workspace.chosen_target)
    if taken and others:
        releases, targets = (", ".join(f"`{each}`" for each in group) for group in (taken, others))
        workspace.reporter.note(
            f"{workspace.document.title} is for {targets} too:"
            f" what is there of {releases} goes with the next `mistpm install` there"
        )
    return workspace.drafted(workspace.document.edited(*_removal(environment, names)))


def _is_left_over(workspace: Workspace, name: str) -> bool:
    """Tell whether the target has a release that neither the file asks for nor another one needs."""
    locked = workspace.lockfile.releases.get(name) if workspace.lockfile else None
    is_needed = locked is not None and not locked.requested
    return not is_needed and any(owned.release == name for owned in workspace.state.owned)


class FileChange(Struct, frozen=True, kw_only=True):
    """Which releases a command changed in which file."""

    file: str
    names: tuple[str, ...]


def remove_releases(options: Options, names: tuple[str, ...]) -> FileChange:
    """Take releases out of the file, and bindings to them stay an error of the next solve.

    Raises `UsageError` when one is not there; then the file is not changed.
    """
    found = require_file(find_document(options))
    for name in names:
        find_release(found.environment, name)
    found.edited(*_removal(found.environment, names)).save()
    return FileChange(file=found.title, names=names)


def rename_release(options: Options, old: str, new: str) -> FileChange:
    """Rename a release in the file, and in the lock so that it keeps its version.

    Raises `UsageError`.
    """
    found = require_file(find_document(options))
    draft = found.edited(*rename_edits(found.environment, old, new))
    workspace = Workspace(draft, options, Reporter())
    lockfile = workspace.lockfile
    if lockfile is not None:
        if {old, new} <= lockfile.releases.keys():
            raise _exists(new, lockfile.releases[new].package)
        # the lock first: a run that is killed in between can be repeated as long as the file has `old`
        write_lock(workspace, renamed(lockfile, old, new))
    draft.save()
    return FileChange(file=found.title, names=(old, new))


def _exists(name: str, package: str) -> UsageError:
    return UsageError(
        "release-exists",
        f"there is a release `{name}` already, of {package}",
        hint="choose another name",
    )
