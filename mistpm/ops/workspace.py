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
from mistpm.environment.location import FILE_NAME, as_seen, find_environment, here, lock_of
from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import DocumentError, TargetError, UsageError
from mistpm.lock.lockfile_document import parse_lockfile, read_lockfile
from mistpm.model.asker import Asker
from mistpm.model.environment import Environment, RegistryEntry
from mistpm.model.identity import FILE_REGISTRY, PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.ops.late_runtime import late_runtime
from mistpm.ops.limits import open_runtime, said_limits
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.environment_name import name_from_folder
from mistpm.ops.settings.new_environment import new_remembered
from mistpm.ops.settings.targets import ChosenTarget, choose_target, open_cluster, open_directory

if TYPE_CHECKING:
    from mistpm.package import PackageFile
    from mistpm.registry import Registries
    from mistpm.render import Memo
    from mistpm.resolve.world.limits import Limits
    from mistpm.target.cluster.cluster import ClusterTarget
    from mistpm.target.protocol import Target, TargetState
    from mistpm.wasm import Runtime


class Workspace:
    """An environment with its lock, registries, target and caches; each is opened when first used.

    `document` may be a draft that nothing has written yet; `drafted` gives a workspace with another
    draft that shares what is open.  `commanded` are the releases that are in the draft only, or otherwise;
    `home` is the name of the registry to which packages that are given by path belong, `packages` are those
    that were read already, by digest.  `is_looked_at` says that the environment has a file, which is not
    here: the document only tells what the target remembers.
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
        self.home = FILE_REGISTRY
        self.is_looked_at = False
        self.packages: dict[str, PackageFile] = {}

    def drafted(self, document: EnvironmentDocument) -> Workspace:
        """Give this workspace with another environment in it."""
        other = Workspace(document, self.options, self.reporter)
        before = self.environment.releases
        other.commanded = self.commanded | {
            name
            for name, entry in document.environment.releases.items()
            if before.get(name) != entry
        }
        other.home = self.home
        other.packages = self.packages
        shared = {"base", "target", "cluster", "state", "runtime", "memo", "lockfile"}
        if document.environment.registries == self.environment.registries:
            shared |= {"registries", "registry_entries"}
        other.preset(**{name: self.__dict__[name] for name in shared & set(self.__dict__)})
        return other

    def expect_renderings(self) -> None:
        """Make what all drafts need that are going to be rendered, so that they share it."""
        if "runtime" not in self.__dict__:
            self.preset(runtime=late_runtime(lambda: open_runtime(self.options.limits)))
        _ = self.memo, self.registries, self.base

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
        """Where relative paths of the environment start: the file's folder, or the target directory.

        A cluster has no folder: what it remembers says whole paths.
        """
        if self.document.path is not None:
            return self.document.path.parent
        chosen = self.chosen_target
        return Path("/") if chosen.is_cluster else chosen.directory

    @cached_property
    def chosen_target(self) -> ChosenTarget:
        """Which target is meant; raises `UsageError`."""
        folder = self.document.path.parent if self.document.path else Path()
        return choose_target(self.options, self.environment, folder)

    @cached_property
    def target(self) -> Target:
        """The target, open; raises `UsageError`."""
        if self.chosen_target.is_cluster:
            return self.cluster
        return open_directory(self.chosen_target)

    @property
    def address(self) -> str:
        """The server behind a target, empty for a directory; raises what opening the target does."""
        return self.cluster.address if self.chosen_target.is_cluster else ""

    @cached_property
    def cluster(self) -> ClusterTarget:
        """The target, which must be a cluster; raises `UsageError` (`needs-cluster`) where it is none."""
        if not self.chosen_target.is_cluster:
            raise UsageError(
                "needs-cluster",
                f"this needs a cluster, and {self.target.title} is none",
                note="what is in a directory has its history in Git, and whoever applies it knows its state",
                hint="name a cluster with --context NAME",
            )
        return open_cluster(
            self.chosen_target,
            environment_id=self.environment.id,
            patience=self.options.lock_timeout,
            note=self.reporter.detail,
        )

    @cached_property
    def state(self) -> TargetState:
        """What the target remembers; raises `TargetError`."""
        return self.target.state()

    @cached_property
    def registry_entries(self) -> dict[str, RegistryEntry]:
        """The registries by local alias: the file's, or the remembered and the user's."""
        if self.has_file:
            return self.environment.registries
        from mistpm.ops.settings.registry_book import user_registries

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
        from mistpm.resolve.world.limits import Limits

        return Limits(seconds=self.options.solve_timeout)

    @cached_property
    def runtime(self) -> Runtime:
        """What modules run in."""
        return open_runtime(self.options.limits)

    @cached_property
    def memo(self) -> Memo:
        """What packages answered, in this run and in others."""
        from mistpm.ops.render_store import RENDERS, RenderStore
        from mistpm.render import Memo

        limits = " ".join(said_limits(self.options.limits))
        return Memo(RenderStore(cache_folder() / RENDERS, self.environment.id, limits=limits))

    def identity_of(self, local: str) -> PackageId:
        """Give the identity of `ALIAS/GROUP/NAME`; raises `RegistryError` for an unknown alias."""
        alias, _, name = local.partition("/")
        return PackageId(f"{self.registries.own_name(alias)}/{name}")

    @property
    def lock_path(self) -> Path | None:
        """Where the lockfile is; None where the target remembers it."""
        return lock_of(self.document.path) if self.document.path else None

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


def registries_outside(options: Options) -> Registries:
    """Open the user's own registries, for questions that need no environment."""
    from mistpm.ops.settings.registry_book import user_registries
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
    """Open what the target remembers: a directory one environment, a cluster one in a namespace."""
    chosen = choose_target(options, None, Path())
    if not chosen.is_cluster:
        target = open_directory(chosen)
        state = target.state()
        title = f"the environment that {target.title} remembers"
        if state.environment is None:
            if state.environment_id:
                raise _elsewhere(target.title, (state.environment_name,))
            name = name_from_folder(chosen.directory)
            document = _new(name, title, target.title, make=make)
        else:
            document = decode_environment(state.environment, None, title=title)
        workspace = Workspace(document, options, reporter)
        workspace.preset(target=target, state=state)
        return workspace
    return _open_on_cluster(chosen, options, reporter, make=make)


def _open_on_cluster(
    chosen: ChosenTarget, options: Options, reporter: Reporter, *, make: bool
) -> Workspace:
    try:
        cluster = open_cluster(chosen, environment_id="", note=reporter.detail)
    except UsageError as error:
        if error.reference == "no-target":
            raise _no_environment() from error
        raise
    known = cluster.environments()
    title = f"the environment that {cluster.title} remembers"
    remembered = [each for each in known if each.is_remembered]
    if len(remembered) > 1:
        raise TargetError(
            "several-environments",
            f"{cluster.title} remembers several environments in the namespace `{chosen.namespace}`",
            context=tuple(f"`{each.name}` ({each.id})" for each in remembered),
            hint="name the file of the one that you mean with --environment",
        )
    if not remembered:
        if known and not make:
            names = tuple(each.name for each in known)
            raise _elsewhere(cluster.title, names, advice=_LOOKING)
        name = name_from_folder(Path(cluster.context))
        document = _new(name, title, cluster.title, make=make)
        return Workspace(document, options, reporter)
    [one] = remembered
    mine = open_cluster(
        chosen, environment_id=one.id, patience=options.lock_timeout, note=reporter.detail
    )
    state = mine.state()
    document = decode_environment(state.environment or b"", None, title=title)
    workspace = Workspace(document, options, reporter)
    workspace.preset(target=mine, cluster=mine, state=state)
    return workspace


def _new(name: str, title: str, target: str, *, make: bool) -> EnvironmentDocument:
    if not make:
        raise UsageError(
            "nothing-installed",
            f"nothing is installed in {target}, and there is no `{FILE_NAME}` here",
            hint="`mistpm install NAME -p PACKAGE` installs a package there",
        )
    return EnvironmentDocument(new_remembered(name=name), None, title=title)


_LOOKING = (
    "\n`mistpm list --all` shows what is there, `mistpm status -e NAME` how one environment is"
)


def _elsewhere(target: str, names: tuple[str, ...], *, advice: str = "") -> UsageError:
    listed = ", ".join(f"`{name}`" for name in names)
    plural = len(names) > 1
    return UsageError(
        "environment-elsewhere",
        f"{target} belongs to the environment{'s' if plural else ''} {listed}, which"
        f" {'have files' if plural else 'has a file'} of {'their' if plural else 'its'} own",
        hint=f"work in the folder of that `{FILE_NAME}`, or name it with --environment{advice}",
    )


def _no_environment() -> UsageError:
    return UsageError(
        "no-environment",
        f"there is no `{FILE_NAME}` here or in a folder above",
        hint="`mistpm init` makes one; or say where with --target directory:PATH or --context NAME",
    )
