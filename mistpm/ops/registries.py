"""Adding, listing and removing registries, and the keeper's index."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

from msgspec import Struct

from mistpm import document
from mistpm.document.edits import Put, Remove
from mistpm.environment.user_configuration import (
    cache_folder,
    configuration_folder,
    edit_user_configuration,
    read_user_configuration,
)
from mistpm.errors import UsageError
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import InvalidIdentityError, parse_package_reference
from mistpm.model.version import InvalidVersionError, parse_version
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.options import Options
from mistpm.ops.workspace import find_document
from mistpm.registry import Registries
from mistpm.registry.keeper import IndexReport, check_index, make_index
from mistpm.registry.yanking import unyank, yank

KINDS = ("directory", "git", "http")


class NewRegistry(Struct, frozen=True, kw_only=True):
    """A registry as the command line describes it; an empty `kind` is guessed from `where`."""

    name: str
    where: str
    kind: str = ""
    ref: str = ""
    path: str = ""


class RegistryAdded(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a registry was written down, what it calls itself and how many packages it has."""

    name: str
    own_name: str
    file: str
    packages: int


class RegistryChange(Struct, frozen=True, kw_only=True):
    """A registry that was taken out of a file."""

    name: str
    file: str


class ListedRegistry(Struct, frozen=True, kw_only=True):
    """One registry that is used here."""

    name: str
    kind: str
    where: str


def add_registry(options: Options, given: NewRegistry) -> RegistryAdded:
    """Write a registry into the environment's file or the user's configuration, after looking at it.

    Raises `UsageError`, `RegistryError` when it cannot be reached; then nothing is written.
    """
    found = find_document(options)
    base = found.folder if found else configuration_folder()
    entry = _entry(given, base)
    known = found.environment.registries if found else read_user_configuration().registries
    if given.name in known and known[given.name] != entry:
        raise UsageError(
            "registry-exists",
            f"there is a registry `{given.name}` already",
            hint=f"choose another name, or `mistpm registry remove {given.name}` first",
        )
    registries = Registries(
        {given.name: entry}, base=base, cache=cache_folder(), offline=options.offline
    )
    packages = registries.packages(given.name)
    edit = Put(path=("registries", given.name), value=document.to_builtins(entry))
    if found:
        found.edited(edit).save()
    else:
        edit_user_configuration(edit)
    return RegistryAdded(
        name=given.name,
        own_name=registries.own_name(given.name),
        file=found.title if found else str(configuration_folder() / "config.yaml"),
        packages=len(packages),
    )


def list_registries(options: Options) -> tuple[ListedRegistry, ...]:
    """Give the registries of the environment's file, or the user's own, by name."""
    found = find_document(options)
    entries = found.environment.registries if found else read_user_configuration().registries
    return tuple(
        ListedRegistry(name=name, kind=kind, where=where)
        for name, entry in sorted(entries.items())
        for kind, where in (_kind_and_place(entry),)
    )


def remove_registry(options: Options, name: str) -> RegistryChange:
    """Take a registry out of the environment's file or the user's configuration; raises `UsageError`."""
    found = find_document(options)
    entries = found.environment.registries if found else read_user_configuration().registries
    if name not in entries:
        raise UsageError(
            "registry-unknown",
            f"there is no registry `{name}`",
            context=did_you_mean(name, entries),
            hint="`mistpm registry list` shows those that there are",
        )
    edit = Remove(path=("registries", name))
    if found:
        found.edited(edit).save()
        return RegistryChange(name=name, file=found.title)
    edit_user_configuration(edit)
    return RegistryChange(name=name, file=str(configuration_folder() / "config.yaml"))


def index_registry(
    folder: Path, *, check: bool, replace: bool = False, today: str = ""
) -> IndexReport:
    """Write or check the index of a registry's folder; new versions are dated `today`.

    Raises `RegistryError` with everything that is wrong.
    """
    if check:
        return check_index(folder)
    date = today or dt.datetime.now(tz=dt.UTC).date().isoformat()
    return make_index(folder, published=date, replace=replace)


class Yanked(Struct, frozen=True, kw_only=True):
    """A version that was marked, or whose mark was taken away; `changed` are the index files written."""

    package: str
    version: str
    yanked: bool
    changed: tuple[str, ...]


def yank_version(folder: Path, text: str, *, reason: str, undo: bool) -> Yanked:
    """Mark `GROUP/NAME:VERSION` in a registry's folder as yanked, or take the mark away.

    Raises `UsageError` for what is not in the index, `DocumentError`.
    """
    name, _, number = text.partition(":")
    try:
        package, version = parse_package_reference(name), parse_version(number)
    except (InvalidIdentityError, InvalidVersionError) as error:
        raise UsageError(
            "invalid-package",
            f"`{text}` is not a version of a package",
            context=(str(error),),
            hint="write GROUP/NAME:VERSION, such as data/redis:7.4.1",
        ) from error
    if undo:
        changed = unyank(folder, package, version)
    else:
        changed = yank(folder, package, version, reason=reason)
    return Yanked(package=package, version=number, yanked=not undo, changed=changed)


def _entry(given: NewRegistry, base: Path) -> RegistryEntry:
    kind = given.kind or _guess(given.where)
    if kind not in KINDS:
        raise UsageError(
            "unknown-kind",
            f"`--kind {given.kind}` is not a kind of registry",
            context=did_you_mean(given.kind, KINDS),
            hint="write directory, git or http",
        )
    if kind == "directory":
        return RegistryEntry(directory=_relative(given.where, base))
    if kind == "http":
        return RegistryEntry(http=given.where)
    local = not _looks_remote(given.where)
    where = _relative(given.where, base) if local else given.where
    return RegistryEntry(git=where, ref=given.ref, path=given.path)


def _guess(where: str) -> str:
    if where.startswith(("git@", "ssh://", "git://", "file://")) or where.endswith(".git"):
        return "git"
    return "http" if re.match(r"https?://", where) else "directory"


def _looks_remote(where: str) -> bool:
    return "://" in where or bool(re.match(r"[\w.-]+@[\w.-]+:", where))


def _relative(where: str, base: Path) -> str:
    """Give a path on the command line as the file writes it: from the file's folder."""
    path = Path(where)
    if path.is_absolute():
        return where
    if base == configuration_folder():
        return str(path.resolve())
    relative = os.path.relpath(path, base)
    return relative if relative.startswith("..") else f"./{relative}"


def _kind_and_place(entry: RegistryEntry) -> tuple[str, str]:
    for kind in KINDS:
        if where := getattr(entry, kind):
            return kind, str(where)
    return "", ""
