"""The environment that a command works on, and everything that hangs on it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mistpm.environment.environment_document import (
    EnvironmentDocument,
    decode_environment,
    read_environment,
)
from mistpm.environment.location import FILE_NAME, LOCK_NAME, as_seen, find_environment, here
from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import DocumentError, UsageError
from mistpm.lock.lockfile_document import parse_lockfile, read_lockfile
from mistpm.model.asker import Asker
from mistpm.model.environment import Environment, RegistryEntry
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.ops.environment_name import name_from_folder
from mistpm.ops.new_environment import new_remembered
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.targets import ChosenTarget, choose_target, open_target

if TYPE_CHECKING:
    from mistpm.registry import Registries
    from mistpm.resolve.limits import Limits
    from mistpm.target.protocol import Target, TargetState
    from mistpm.wasm import Runtime


class Workspace:
    """An environment with its lock, registries, target and caches; each is opened when first used.

    `document` may be a draft that nothing has written yet; `drafted` gives a workspace with another
    draft that shares what is open.  `commanded` are the releases that are in the draft only, or otherwise.
    """

    def __init__(
        self,
        document: EnvironmentDocument,
        options: Options,
        reporter: Reporter,
    ) -> None:
        self.document = document
        self.options = options
        self.reporter = reporter
        self.commanded: frozenset[str] = frozenset()

    def drafted(self, document: EnvironmentDocument) -> Workspace:
        """Give this workspace with another environment in it."""
        other = Workspace(document, self.options, self.reporter)
        before = self.environment.releases
        other.commanded = self.commanded | {
            name
            for name, entry in document.environment.releases.items()
            if before.get(name) != entry
        }
        shared = {"base", "target", "state", "runtime", "lockfile"}
        if document.environment.registries == self.environment.registries:
            shared |= {"registries", "registry_entries"}
        other.preset(**{name: self.__dict__[name] for name in shared & set(self.__dict__)})
        return other

    def preset(self, **opened: Any) -> None:
        """Give parts that are known already, so that they are not opened again."""
        self.__dict__.update(opened)

    @property
    def environment(self) -> Environment:
        """What the document means; raises `DocumentError`."""
        return self.document.environment

    @property
    def asker(self) -> Asker:
        """How explanations call the environment, and what only the command line asks for."""
        return Asker(title=self.document.title, is_file=self.has_file, commanded=self.commanded)

    @property
    def has_file(self) -> bool:
        """Whether a file of the user's is the only desired state."""
        return self.document.path is not None

    @cached_property
    def base(self) -> Path:
        """Where relative paths of the environment start: the file's folder, or the target directory."""
        if self.document.path is not None:
            return self.document.path.parent
        return self.chosen_target.base / self.chosen_target.entry.directory

    @cached_property
    def chosen_target(self) -> ChosenTarget:
        """Which target is meant; raises `UsageError`."""
        folder = self.document.path.parent if self.document.path else Path()
        return choose_target(self.options.target, self.environment, folder)

    @cached_property
    def target(self) -> Target:
        """The target, open; raises `UsageError`."""
        return open_target(self.chosen_target)

    @cached_property
    def state(self) -> TargetState:
        """What the target remembers; raises `TargetError`."""
        return self.target.state()

    @cached_property
    def registry_entries(self) -> dict[str, RegistryEntry]:
        """The registries by local alias: the file's, or the remembered and the user's."""
        if self.has_file:
            return self.environment.registries
        from mistpm.ops.registry_book import user_registries

        return {**user_registries(), **self.environment.registries}

    @cached_property
    def registries(self) -> Registries:
        """The registries, none of them asked yet."""
        from mistpm.registry import Registries

        return Registries(
            self.registry_entries,
            base=self.base,
            cache=cache_folder(),
            offline=self.options.offline,
            progress=lambda fetched: self.reporter.advance(fetched.what),
        )

    @property
    def limits(self) -> Limits:
        """How long solving may take."""
        from mistpm.resolve.limits import Limits

        return Limits(seconds=self.options.solve_timeout)

    @cached_property
    def runtime(self) -> Runtime:
        """What modules run in."""
        return open_runtime()

    def identity_of(self, local: str) -> PackageId:
        """Give the identity of `ALIAS/GROUP/NAME`; raises `RegistryError` for an unknown alias."""
        alias, _, name = local.partition("/")
        return PackageId(f"{self.registries.own_name(alias)}/{name}")

    @property
    def has_target(self) -> bool:
        """Whether a target is given, on the command line or in the environment."""
        return bool(self.options.target or self.environment.target)

    @property
    def lock_path(self) -> Path | None:
        """Where the lockfile is; None where the target remembers it."""
        return self.document.path.parent / LOCK_NAME if self.document.path else None

    @property
    def lock_title(self) -> str:
        """What messages call the lock."""
        return (
            str(as_seen(self.lock_path)) if self.lock_path else f"the lock of {self.target.title}"
        )

    @cached_property
    def lockfile(self) -> Lockfile | None:
        """The lock as it was written last, None where there is none; raises `LockError`."""
        if self.lock_path is not None:
            return read_lockfile(self.lock_path)
        if self.state.lock is None:
            return None
        return parse_lockfile(self.state.lock, title=self.lock_title)


def open_workspace(options: Options, reporter: Reporter | None = None) -> Workspace:
    """Open the environment's file, or what the target remembers.

    Raises `UsageError` when there is neither, `DocumentError` for a file without an id.
    """
    return _open(options, reporter or Reporter(), make=False)


def open_or_make_workspace(options: Options, reporter: Reporter | None = None) -> Workspace:
    """Open as `open_workspace` does, but an empty target gets a new environment that it remembers."""
    return _open(options, reporter or Reporter(), make=True)


def open_runtime() -> Runtime:
    """Give what modules run in."""
    from mistpm.ops.caching import MACHINE_CODE
    from mistpm.wasm import Runtime

    return Runtime(cache=cache_folder() / MACHINE_CODE)


def registries_outside(options: Options) -> Registries:
    """Open the user's own registries, for questions that need no environment."""
    from mistpm.ops.registry_book import user_registries
    from mistpm.registry import Registries

    return Registries(user_registries(), base=Path(), cache=cache_folder(), offline=options.offline)


def find_document(options: Options) -> EnvironmentDocument | None:
    """Give the environment's file, None where there is none; raises `DocumentError`."""
    path = options.environment or find_environment(here())
    if path is None:
        return None
    return read_environment(as_seen(path))


def _open(options: Options, reporter: Reporter, *, make: bool) -> Workspace:
    found = find_document(options)
    if found is None:
        return _open_remembered(options, reporter, make=make)
    if not found.environment.id:
        raise DocumentError(
            "environment-without-id",
            f"`{found.title}` has no `id`, which marks what the environment owns",
            hint="`mistpm init` writes one into it",
        )
    return Workspace(found, options, reporter)


def _open_remembered(options: Options, reporter: Reporter, *, make: bool) -> Workspace:
    if not options.target:
        raise UsageError(
            "no-environment",
            f"there is no `{FILE_NAME}` here or in a folder above",
            hint="`mistpm init` makes one; or say where with --target directory:PATH",
        )
    chosen = choose_target(options.target, None, Path())
    target = open_target(chosen)
    state = target.state()
    title = f"the environment that {target.title} remembers"
    if state.environment is not None:
        document = decode_environment(state.environment, None, title=title)
    elif state.environment_id:
        raise UsageError(
            "environment-elsewhere",
            f"{target.title} belongs to the environment `{state.environment_name}`, which has a file of its own",
            hint=f"work in the folder of that `{FILE_NAME}`, or name it with --environment",
        )
    elif make:
        name = name_from_folder(chosen.base / chosen.entry.directory)
        document = EnvironmentDocument(new_remembered(name=name), None, title=title)
    else:
        raise UsageError(
            "nothing-installed",
            f"nothing is installed in {target.title}, and there is no `{FILE_NAME}` here",
            hint="`mistpm install NAME -p PACKAGE` installs a package there",
        )
    workspace = Workspace(document, options, reporter)
    workspace.preset(target=target, state=state)
    return workspace
