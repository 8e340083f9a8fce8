"""A look at a lock: what it says, and whether the environment's file still asks for that.

Nothing is opened for it but these two files, so that who only looks does not wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mistpm import document
from mistpm.environment.location import as_seen, find_environment, here, is_there, lock_of
from mistpm.errors import DocumentError, LockError, MistError, UsageError
from mistpm.lock.lockfile_document import read_lockfile
from mistpm.model.environment import Environment, ReleaseEntry
from mistpm.model.identity import FILE_REGISTRY, PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor, parse_minor
from mistpm.ops.options import Options
from mistpm.ops.packages.package_argument import is_path

if TYPE_CHECKING:
    from mistpm.lock.question_digest import Asked


class Glance(Struct, frozen=True, kw_only=True):
    """A lock with the environment that it is for.

    `file` is what messages call that; `stale` says in lines what makes the lock stale, as far as both
    files tell.  `environment` is None where the file cannot be read: the lock tells enough.
    """

    file: str
    lockfile: Lockfile
    environment: Environment | None
    stale: tuple[str, ...] = ()


def glance(options: Options) -> Glance:
    """Look at the lock beside the environment's file, or at the one that a target remembers.

    Raises `LockError` (`lock-missing` where there is none), `UsageError` where there is no environment.
    """
    file = options.environment or find_environment(here())
    if file is None or not is_there(file):
        return _remembered(options)
    lockfile = read_lockfile(as_seen(lock_of(file)))
    if lockfile is None:
        raise lock_missing(str(as_seen(file)))
    title = str(as_seen(file))
    try:
        environment = document.read(
            file.read_bytes().decode(), Environment, file=title, reference="invalid-environment"
        )
    except (DocumentError, OSError, UnicodeDecodeError):
        broken = f"`{title}` cannot be read"
        return Glance(file=title, lockfile=lockfile, environment=None, stale=(broken,))
    names = _own_names(lockfile, environment)
    stale = staleness(lockfile, _asked(lockfile, environment, file.parent, names))
    if stale and not _is_certain(lockfile, environment, names):
        stale = _exactly(options, lockfile, stale)
    return Glance(file=title, lockfile=lockfile, environment=environment, stale=stale)


def lock_missing(title: str) -> LockError:
    """Say that nothing was solved yet."""
    return LockError(
        "lock-missing",
        f"`{title}` has no lock yet",
        hint="`mistpm lock` solves and writes it",
    )


def require_locked(seen: Glance, text: str) -> None:
    """Raise `UsageError` (`not-in-the-lock`) for a release of the file that the lock has no version of."""
    asked = seen.environment.releases if seen.environment else {}
    if text not in asked or text in seen.lockfile.releases:
        return
    if any(text in part.releases for part in seen.lockfile.unresolved):
        raise UsageError(
            "not-in-the-lock",
            f"`{text}` cannot be resolved, so the lock has no version of it",
            hint=f"`mistpm why {text}` tells why",
        )
    raise UsageError(
        "not-in-the-lock",
        f"`{seen.file}` asks for `{text}`, which is not in the lock yet",
        hint="`mistpm lock` solves it",
    )


def staleness(lockfile: Lockfile, asked: Asked) -> tuple[str, ...]:
    """Say in lines what is asked that a lock does not answer, nothing where it answers all."""
    from mistpm.lock.freshness import is_fresh, what_changed

    return () if is_fresh(lockfile, asked) else what_changed(lockfile, asked)


def _asked(
    lockfile: Lockfile, environment: Environment, folder: Path, names: Mapping[str, str]
) -> Asked:
    """Give what an environment asks, as far as it and the lock tell.

    What the file calls a registry is taken to be what it was when the lock was written, so no
    registry is asked; a package given by its path is read for its digest, from `folder`.
    """
    from mistpm.lock.question_digest import Asked
    from mistpm.ops.settings.environment_question import question_of

    releases = {
        name: _package(entry, lockfile, name, names) for name, entry in environment.releases.items()
    }
    provided = environment.provided.packages.items()
    question = question_of(
        environment,
        releases=releases,
        settings={_identity(key, names): entry for key, entry in environment.settings.items()},
        provided={_identity(key, names): version for key, version in provided},
        minors=_minors(lockfile, environment),
    )
    return Asked(
        question=question,
        kubernetes=environment.kubernetes.text if environment.kubernetes else "",
        files={
            releases[name]: _digest(folder / entry.package)
            for name, entry in environment.releases.items()
            if is_path(entry.package)
        },
    )


def _is_certain(lockfile: Lockfile, environment: Environment, names: Mapping[str, str]) -> bool:
    """Tell whether the lock knows the identity of everything that the file names."""
    texts = [
        *(entry.package for entry in environment.releases.values() if not is_path(entry.package)),
        *environment.settings,
        *environment.provided.packages,
    ]
    known = all(text.partition("/")[0] in names for text in texts)
    return known and all(
        name in lockfile.releases
        for name, entry in environment.releases.items()
        if is_path(entry.package)
    )


def _exactly(options: Options, lockfile: Lockfile, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Say what is stale by asking the registries for their names, as far as that needs no network."""
    from mistpm.ops.asking import ask
    from mistpm.ops.workspace import open_workspace

    try:
        return staleness(
            lockfile, ask(open_workspace(replace(options, offline=True)), lockfile).asked
        )
    except MistError:
        return otherwise


def _remembered(options: Options) -> Glance:
    from mistpm.ops.looking import open_to_look

    workspace = open_to_look(options)
    if workspace.lockfile is None:
        raise lock_missing(workspace.document.title)
    return Glance(
        file=workspace.document.title,
        lockfile=workspace.lockfile,
        environment=workspace.environment,
    )


def _own_names(lockfile: Lockfile, environment: Environment) -> dict[str, str]:
    """Give the registries' own names by what the file calls them, as releases of the lock tell."""
    names: dict[str, str] = {}
    for name, entry in environment.releases.items():
        locked = lockfile.releases.get(name)
        alias, _, package = entry.package.partition("/")
        if locked is not None and locked.package.partition("/")[2] == package:
            names.setdefault(alias, locked.package.registry)
    return names


def _identity(text: str, names: Mapping[str, str]) -> PackageId:
    alias, _, package = text.partition("/")
    return PackageId(f"{names.get(alias, alias)}/{package}")


def _package(
    entry: ReleaseEntry, lockfile: Lockfile, name: str, names: Mapping[str, str]
) -> PackageId:
    if not is_path(entry.package):
        return _identity(entry.package, names)
    locked = lockfile.releases.get(name)
    is_file = locked is not None and locked.package.registry == FILE_REGISTRY
    return locked.package if locked is not None and is_file else PackageId(entry.package)


def _digest(path: Path) -> str:
    """Give the digest of a package's file, empty where it cannot be read."""
    from hashlib import file_digest

    try:
        with path.open("rb") as file:
            return f"sha256:{file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return ""


def _minors(lockfile: Lockfile, environment: Environment) -> tuple[Minor, ...]:
    """Give the lock's minors as long as the range is the same, else what it means today."""
    text = environment.kubernetes.text if environment.kubernetes else ""
    if text == lockfile.kubernetes_range:
        return tuple(parse_minor(minor) for minor in lockfile.kubernetes)
    from mistpm.model.minors import minors_of, newest_minor

    return minors_of(text) or (newest_minor(),) if text else (newest_minor(),)
