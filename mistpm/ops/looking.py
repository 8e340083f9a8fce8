"""Looking at environments that a cluster remembers, wherever their files are."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mistpm import document
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.environment.location import is_file
from mistpm.errors import DocumentError, TargetError, UsageError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.environment import Environment, ReleaseEntry
from mistpm.model.lockfile import Lockfile
from mistpm.model.revision import RevisionSummary
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.targets import ChosenTarget, choose_target, open_cluster
from mistpm.ops.workspace import Workspace, find_document, open_workspace
from mistpm.target.protocol import TargetState


class AppliedRelease(Struct, frozen=True, kw_only=True):
    """A release as it was applied last: `version` is empty for what only owns something still."""

    release: str
    package: str = ""
    version: str = ""
    namespaces: tuple[str, ...] = ()
    resources: int = 0


class AppliedEnvironment(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a cluster remembers of an environment; `has_file` tells that its file is somebody's own.

    `problem` says why no more is known.
    """

    environment: str
    id: str
    has_file: bool
    revision: RevisionSummary | None = None
    releases: tuple[AppliedRelease, ...] = ()
    problem: str = ""


class AppliedEnvironments(Struct, frozen=True, kw_only=True):
    """All environments that a cluster remembers in a namespace."""

    target: str
    namespace: str
    environments: tuple[AppliedEnvironment, ...]


def list_environments(options: Options) -> AppliedEnvironments:
    """List what a cluster remembers in its state namespace; needs no file, and no right but on ConfigMaps.

    Costs two requests for each environment.  Raises `UsageError` (`needs-cluster`), `TargetError`.
    """
    chosen = _cluster_of(options)
    cluster = open_cluster(chosen, environment_id="")
    found = []
    for known in cluster.environments():
        told = AppliedEnvironment(
            environment=known.name, id=known.id, has_file=not known.is_remembered
        )
        mine = open_cluster(chosen, environment_id=known.id)
        try:
            state = mine.state()
            releases = _releases(state, _lock(state, known.name))
            revision = next(iter(mine.history()), None)
        except TargetError as error:
            if error.reference not in {"state-damaged", "state-too-new"}:
                raise
            found.append(replace(told, problem=error.message))
        else:
            found.append(replace(told, releases=releases, revision=revision))
    return AppliedEnvironments(
        target=cluster.title, namespace=chosen.namespace, environments=tuple(found)
    )


def open_to_look(options: Options, reporter: Reporter | None = None) -> Workspace:
    """Open as `open_workspace` does, or the environment of that name that the cluster remembers.

    A name is what is no file and looks like none.  Nothing can be installed from what is opened so.
    Raises `UsageError` (`unknown-environment`), `TargetError` (`several-environments`).
    """
    name = str(options.environment or "")
    if not name or Path(name).name != name or Path(name).suffix or is_file(Path(name)):
        return open_workspace(options, reporter)
    chosen = _cluster_of(replace(options, environment=None))
    cluster = open_cluster(chosen, environment_id="")
    known = cluster.environments()
    meant = [each for each in known if name in {each.name, each.id}]
    if not meant:
        raise UsageError(
            "unknown-environment",
            f"there is no file `{name}`, and the {cluster.title} remembers no environment of that name"
            f" in the namespace `{chosen.namespace}`",
            context=did_you_mean(name, (each.name for each in known)),
            hint="`mistpm list --all` lists them",
        )
    if len(meant) > 1:
        raise TargetError(
            "several-environments",
            f"the {cluster.title} remembers several environments `{name}` in the namespace `{chosen.namespace}`",
            context=tuple(f"`{each.id}`" for each in meant),
            hint="name the one that you mean by its id",
        )
    [one] = meant
    mine = open_cluster(chosen, environment_id=one.id)
    state = mine.state()
    title = f"the environment `{one.name}` that the {mine.title} remembers"
    text = document.dump(document.to_builtins(_environment(one.name, one.id, state)))
    workspace = Workspace(
        EnvironmentDocument(text, None, title=title), options, reporter or Reporter()
    )
    workspace.preset(chosen_target=chosen, target=mine, cluster=mine, state=state)
    workspace.is_looked_at = True
    return workspace


def _cluster_of(options: Options) -> ChosenTarget:
    """Give the cluster that the command line means, or else the environment's file, if there is one.

    Raises `UsageError` for a directory, `DocumentError` for a file of no use that is needed.
    """
    try:
        found = find_document(options)
        environment = found.environment if found else None
    except DocumentError:
        if not options.target.startswith("context:"):
            raise
        environment = None
    chosen = choose_target(options, environment, Path())
    if not chosen.is_cluster:
        raise UsageError(
            "needs-cluster",
            f"only a cluster remembers several environments, and `{chosen.directory}` is a directory",
            hint="name a cluster with --context NAME",
        )
    return chosen


def _lock(state: TargetState, name: str) -> Lockfile | None:
    return parse_lockfile(state.lock, title=f"the lock of `{name}`") if state.lock else None


def _environment(name: str, id_: str, state: TargetState) -> Environment:
    """Give what the lock tells of an environment: the releases that were asked for."""
    lockfile = _lock(state, name)
    pins = lockfile.releases.items() if lockfile else ()
    return Environment(
        api_version="mistpm.dev/v1",
        kind="Environment",
        name=name,
        id=id_,
        releases={
            key: ReleaseEntry(package=str(pin.package)) for key, pin in pins if pin.requested
        },
    )


def _releases(state: TargetState, lockfile: Lockfile | None) -> tuple[AppliedRelease, ...]:
    namespaces: dict[str, list[str]] = defaultdict(list)
    for owned in state.owned:
        if owned.release:
            namespaces[owned.release].append(owned.resource.namespace)
    pins = lockfile.releases if lockfile else {}
    return tuple(
        AppliedRelease(
            release=name,
            package=str(pins[name].package) if name in pins else "",
            version=str(pins[name].version) if name in pins else "",
            namespaces=tuple(sorted({*namespaces[name]} - {""})),
            resources=len(namespaces[name]),
        )
        for name in sorted({*pins, *namespaces})
    )
