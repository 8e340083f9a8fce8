"""Adding, listing and removing registries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from mistpm import document
from mistpm.document.edits import Put, Remove
from mistpm.environment.location import as_written
from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import UsageError
from mistpm.model.environment import RegistryEntry
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.options import Options
from mistpm.ops.settings.registry_book import RegistryBook
from mistpm.ops.workspace import Workspace, find_document
from mistpm.registry import Registries
from mistpm.registry.kinds import is_remote
from mistpm.registry.place import without_credentials

KINDS = ("directory", "git", "http")
_SCHEMES = ("https", "http", "ssh", "git", "file")


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
    book = RegistryBook(find_document(options))
    entry = _entry(given, book.place)
    _refuse_other(given.name, entry, book.entries)
    registries = Registries(
        {given.name: entry}, base=book.base, cache=cache_folder(), offline=options.offline
    )
    packages = registries.packages(given.name)
    book.edit(Put(path=("registries", given.name), value=document.to_builtins(entry)))
    return RegistryAdded(
        name=given.name,
        own_name=registries.own_name(given.name),
        file=book.title,
        packages=len(packages),
    )


def list_registries(options: Options) -> tuple[ListedRegistry, ...]:
    """Give the registries of the environment's file, or the user's own, by name."""
    return tuple(
        ListedRegistry(name=name, kind=kind, where=without_credentials(where))
        for name, entry in sorted(RegistryBook(find_document(options)).entries.items())
        for kind in KINDS
        if (where := getattr(entry, kind))
    )


def remove_registry(options: Options, name: str) -> RegistryChange:
    """Take a registry out of the environment's file or the user's configuration; raises `UsageError`."""
    book = RegistryBook(find_document(options))
    if name not in book.entries:
        raise UsageError(
            "registry-unknown",
            f"there is no registry `{name}`",
            context=did_you_mean(name, book.entries),
            hint="`mistpm registry list` shows those that there are",
        )
    book.edit(Remove(path=("registries", name)))
    return RegistryChange(name=name, file=book.title)


def with_registries(workspace: Workspace, given: Sequence[str]) -> Workspace:
    """Give the workspace with registries that the command line names, each as `NAME=WHERE`, in it.

    Nothing is written.  Each is asked for its own name.  Raises `UsageError`, `DocumentError`,
    `RegistryError` for one that cannot be reached.
    """
    # a directory that will remember it may not be there yet, and `out/..` is nowhere then
    base = workspace.base if workspace.has_file else Path("/")
    place = partial(as_written, folder=base)
    known = workspace.registry_entries
    added: dict[str, RegistryEntry] = {}
    for text in given:
        name, equals, where = text.partition("=")
        if not (name and equals and where):
            raise UsageError(
                "invalid-registry-option",
                f"`--registry {without_credentials(text)}` does not say a name and a place",
                hint="write --registry NAME=WHERE: a folder, a Git repository or a web address",
            )
        entry = _entry(NewRegistry(name=name, where=where), place)
        _refuse_other(name, entry, {**known, **added})
        if name not in known:
            added[name] = entry
            workspace.reporter.note(f"new registry {name}: {without_credentials(where)}")
    if not added:
        return workspace
    puts = [
        Put(path=("registries", name), value=document.to_builtins(entry))
        for name, entry in added.items()
    ]
    registered = workspace.drafted(workspace.document.edited(*puts))
    for name in added:
        registered.registries.own_name(name)
    return registered


def _refuse_other(name: str, entry: RegistryEntry, known: Mapping[str, RegistryEntry]) -> None:
    """Refuse the name of another registry."""
    if known.get(name, entry) != entry:
        raise UsageError(
            "registry-exists",
            f"there is a registry `{name}` already",
            hint=f"choose another name, or `mistpm registry remove {name}` first",
        )


def _entry(given: NewRegistry, place: Callable[[str], str]) -> RegistryEntry:
    """Give the entry of a registry; `place` writes a path of the command line as it is written down."""
    kind = given.kind or _guess(given.where)
    if kind not in KINDS:
        raise UsageError(
            "unknown-kind",
            f"`--kind {given.kind}` is not a kind of registry",
            context=did_you_mean(given.kind, KINDS),
            hint="write directory, git or http",
        )
    _check_scheme(given.where)
    is_path = kind == "directory" or (kind == "git" and not is_remote(given.where))
    is_to_place = is_path and given.where and not given.where.startswith("~")
    where = place(given.where) if is_to_place else given.where
    try:
        return RegistryEntry(**{kind: where}, ref=given.ref, path=given.path)
    except ValueError as error:
        raise UsageError(
            "invalid-registry",
            f"`{given.where}` cannot be a registry of the kind {kind}"
            if given.where
            else "it is not said where the registry is",
            context=tuple(map(str, error.args)),
            hint="name a folder, a Git repository (--kind git) or a web address",
        ) from error


def _check_scheme(where: str) -> None:
    """Refuse an address of a scheme that nothing here speaks, instead of taking it for a folder."""
    scheme, separator, _ = where.partition("://")
    if not separator or scheme in _SCHEMES or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return
    hint = "name a folder, a Git repository (--kind git) or a web address"
    if scheme.startswith("git+") and scheme.removeprefix("git+") in _SCHEMES:
        hint = f"write --kind git {without_credentials(where.removeprefix('git+'))}"
    raise UsageError(
        "unknown-scheme",
        f"`{without_credentials(where)}` cannot be a registry: mistpm does not speak `{scheme}://`",
        context=(f"it speaks {', '.join(f'`{each}://`' for each in _SCHEMES)}",),
        hint=hint,
    )


def _guess(where: str) -> str:
    if where.startswith(("git@", "ssh://", "git://", "file://")) or where.endswith(".git"):
        return "git"
    return "http" if re.match(r"https?://", where) else "directory"
