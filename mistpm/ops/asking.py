"""Turning an environment into the question that the resolver answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from mistpm.errors import DocumentError, Problem, RegistryError
from mistpm.lock.question_digest import Asked
from mistpm.model.descriptor import Candidate
from mistpm.model.environment import SettingEntry
from mistpm.model.identity import InvalidIdentityError, PackageId, parse_package_id
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor, parse_minor
from mistpm.model.presence import Api
from mistpm.ops.cluster_facts import own_minor
from mistpm.ops.packages.file_packages import FilePackage, read_file_package
from mistpm.ops.packages.package_argument import is_path
from mistpm.ops.settings.admitted_minors import admitted_minors
from mistpm.ops.settings.environment_question import question_of
from mistpm.ops.workspace import Workspace

_MISTAKES = {"registry-unknown", "registry-duplicate"}
"""What is wrong with the environment itself, not with a registry that does not answer."""

T = TypeVar("T")


class Asking(Struct, frozen=True, kw_only=True):
    """The question of an environment, with what only matters after solving.

    `files` are the packages that were given by path, `settings` the environment's by package.
    """

    asked: Asked
    files: dict[PackageId, FilePackage]
    settings: dict[PackageId, SettingEntry]


class Sources:
    """Where the resolver finds candidates: packages given by path first, then the registries."""

    def __init__(self, workspace: Workspace, files: dict[PackageId, FilePackage]) -> None:
        self._workspace = workspace
        self._files = files

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package; raises `RegistryError`."""
        if package in self._files:
            return (self._files[package].candidate,)
        return self._workspace.registries.candidates(package)

    @property
    def distant(self) -> bool:
        """Whether a round trip to some registry is dear."""
        return self._workspace.registries.distant

    def expect(self, packages: Collection[PackageId]) -> None:
        """Let the registries get together what is about to be asked for; raises nothing."""
        self._workspace.registries.expect([each for each in packages if each not in self._files])

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give packages that provide an API, as far as known."""
        return self._workspace.registries.providers(api)


def ask(workspace: Workspace, lockfile: Lockfile | None, *, new_minors: bool = False) -> Asking:
    """Make the question of a workspace's environment.

    The minors that `lockfile` recorded for the same range are kept, unless `new_minors`.  Reads the
    files of packages given by path, and the registries' own names, nothing else; where a registry
    does not tell its name, the lock may.  Raises `DocumentError` with every package that cannot be
    read, `UsageError`, `PackageError`, `RegistryError`.
    """
    environment = workspace.environment
    named = [entry.package for entry in environment.releases.values()]
    named += [*environment.settings, *environment.provided.packages]
    workspace.registries.expect_names(each.partition("/")[0] for each in named)
    naming = _Naming(workspace, lockfile)
    releases = {
        name: naming.package(f"releases.{name}.package", entry.package)
        for name, entry in environment.releases.items()
    }
    settings = naming.distinct("settings", environment.settings)
    provided = naming.distinct("provided.packages", environment.provided.packages)
    naming.finish()
    question = question_of(
        environment,
        releases=releases,
        settings=settings,
        provided=provided,
        minors=asked_minors(workspace, lockfile, new_minors=new_minors),
    )
    digests = {package: file.candidate.digest for package, file in naming.files.items()}
    asked = Asked(question=question, kubernetes=kubernetes_text(workspace), files=digests)
    return Asking(asked=asked, files=naming.files, settings=settings)


def kubernetes_text(workspace: Workspace) -> str:
    """Give the range of Kubernetes versions as the environment writes it, empty where it does not."""
    kubernetes = workspace.environment.kubernetes
    return kubernetes.text if kubernetes else ""


def asked_minors(
    workspace: Workspace, lockfile: Lockfile | None, *, new_minors: bool
) -> tuple[Minor, ...]:
    """Give the minors that everything must support; raises `UsageError` when the range has none.

    A cluster is asked for its own only where neither the file nor the lock says any.
    """
    text = kubernetes_text(workspace)
    if lockfile and lockfile.kubernetes_range == text and not new_minors:
        return tuple(parse_minor(minor) for minor in lockfile.kubernetes)
    if not text:
        return (own_minor(workspace),)
    return admitted_minors(text, workspace.document.title)


class _Naming:
    """Reads packages as the environment names them, collecting what is wrong."""

    def __init__(self, workspace: Workspace, lockfile: Lockfile | None) -> None:
        self._workspace = workspace
        self._lockfile = lockfile
        self._problems: list[Problem] = []
        self.files: dict[PackageId, FilePackage] = {}

    def package(self, place: str, text: str) -> PackageId:
        """Give the identity behind a local name or a path; a stand-in where there is none."""
        if is_path(text):
            file = read_file_package(self._workspace, text)
            self.files[file.candidate.package] = file
            return file.candidate.package
        try:
            local = parse_package_id(text)
        except InvalidIdentityError as error:
            self._note(place, str(error))
            return PackageId(text)
        return PackageId.of(self._own_name(local.registry), local.group, local.name)

    def _own_name(self, alias: str) -> str:
        """Give a registry's own name, from the lock where the registry does not tell.

        Where nobody does, and `--keep-going` is said, the alias stands for it: whatever needs the
        registry then has no solution.
        """
        try:
            return self._workspace.registries.own_name(alias)
        except RegistryError as error:
            locked = self._locked_name(alias)
            may_stand = locked or self._workspace.options.keep_going
            if error.reference in _MISTAKES or not may_stand:
                raise
            return locked or alias

    def _locked_name(self, alias: str) -> str:
        releases = self._lockfile.releases if self._lockfile else {}
        for name, entry in self._workspace.environment.releases.items():
            if name in releases and entry.package.partition("/")[0] == alias:
                registry, _, package = releases[name].package.partition("/")
                if entry.package == f"{alias}/{package}":
                    return registry
        return ""

    def distinct(self, place: str, entries: Mapping[str, T]) -> dict[PackageId, T]:
        """Give entries by what their keys name; two names of one package are a mistake."""
        found: dict[PackageId, T] = {}
        keys: dict[PackageId, str] = {}
        for key, entry in entries.items():
            package = self.package(f"{place}.{key}", key)
            if keys.setdefault(package, key) != key:
                message = f"this is the same package as `{keys[package]}`"
                self._note(f"{place}.{key}", message)
            found[package] = entry
        return found

    def _note(self, place: str, message: str) -> None:
        title = self._workspace.document.title
        self._problems.append(Problem(file=title, path=place, message=message))

    def finish(self) -> None:
        """Raise `DocumentError` when something was wrong."""
        if self._problems:
            title = self._workspace.document.title
            raise DocumentError(
                "invalid-environment", f"`{title}` is not valid", tuple(self._problems)
            )
