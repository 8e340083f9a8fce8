"""What the shell offers for the word that is being typed; never an error, only fewer offers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

import typer

from mistpm.errors import MistError
from mistpm.ops.options import Options

PATIENCE = 3.0
"""Seconds."""


def complete_release(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the releases of the environment."""
    return _offers(incomplete, lambda: _releases(context))


def complete_locked(context: typer.Context, incomplete: str) -> list[str]:
    """Offer everything that the lock names."""
    return _offers(incomplete, lambda: _locked(context))


def complete_locked_version(context: typer.Context, incomplete: str) -> list[str]:
    """Offer what the lock names, and after an at sign the versions of its package."""
    return _offers(incomplete, lambda: _locked_versions(context, incomplete))


def complete_package(context: typer.Context, incomplete: str) -> list[str]:
    """Offer packages, and after a colon their versions."""
    return _offers(incomplete, lambda: _packages(context, incomplete))


def complete_registry(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the registries that are used here."""
    return _offers(incomplete, lambda: _registries(context))


def complete_target(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the targets that the environment names."""
    return _offers(incomplete, lambda: _targets(context))


def complete_context(incomplete: str) -> list[str]:
    """Offer the contexts of the kubeconfig."""
    return _offers(incomplete, _contexts)


def complete_limit(incomplete: str) -> list[str]:
    """Offer the names of limits."""
    return _offers(incomplete, _limits)


def complete_revision(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the revisions that the cluster has."""
    return _offers(incomplete, lambda: _revisions(context))


def complete_form(incomplete: str) -> list[str]:
    """Offer the forms of manifests."""
    from mistpm.cli.manifest_output import FORMS

    return _offers(incomplete, lambda: FORMS)


def complete_drawing(incomplete: str) -> list[str]:
    """Offer the forms of a graph."""
    from mistpm.cli.drawing_output import FORMS

    return _offers(incomplete, lambda: FORMS)


def _offers(incomplete: str, find: Callable[[], Iterable[str]]) -> list[str]:
    """Find offers for so long as somebody who types waits for them: a cluster may be far away, or down."""
    found: list[str] = []

    def look() -> None:
        with suppress(MistError):
            found.extend(each for each in find() if each.startswith(incomplete))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(PATIENCE)
    return [] if looking.is_alive() else found


def _releases(context: typer.Context) -> list[str]:
    from mistpm.ops.workspace import open_workspace

    return sorted(open_workspace(_options(context)).environment.releases)


def _locked(context: typer.Context) -> list[str]:
    from mistpm.ops.lock_graph import nodes
    from mistpm.ops.workspace import open_workspace

    lockfile = open_workspace(_options(context)).lockfile
    if lockfile is None:
        return []
    known = nodes(lockfile)
    return sorted({*known, *(str(locked.package) for locked in known.values())})


def _locked_versions(context: typer.Context, incomplete: str) -> list[str]:
    from mistpm.ops.lock_graph import find_nodes, nodes
    from mistpm.ops.packages.searching import versions_of
    from mistpm.ops.workspace import open_workspace

    name, at, _version = incomplete.rpartition("@")
    if not at:
        return _locked(context)
    workspace = open_workspace(_options(context))
    lockfile = workspace.lockfile
    if lockfile is None:
        return []
    package = nodes(lockfile)[find_nodes(lockfile, name)[0]].package
    offers = [f"{name}@{version}" for version in versions_of(workspace, package)]
    return [*offers, *(key for key in lockfile.called if key.startswith(f"{name}@"))]


def _packages(context: typer.Context, incomplete: str) -> list[str]:
    from mistpm.ops.packages.searching import known_packages, known_versions

    package, colon, _version = incomplete.partition(":")
    if colon:
        return [f"{package}:{version}" for version in known_versions(_options(context), package)]
    return sorted(known_packages(_options(context)))


def _registries(context: typer.Context) -> list[str]:
    from mistpm.ops.settings.registries import list_registries

    return [each.name for each in list_registries(_options(context))]


def _targets(context: typer.Context) -> list[str]:
    from mistpm.ops.workspace import find_document

    found = find_document(_options(context))
    named = sorted(found.environment.targets) if found else ()
    contexts = _contexts() or [""]
    return [*named, "directory:", *(f"context:{name}" for name in contexts)]


def _contexts() -> list[str]:
    from mistpm.target.cluster.api.kubeconfig import contexts

    return list(contexts())


def _limits() -> list[str]:
    from mistpm.ops.limits import limit_names

    return [f"{name}=" for name in limit_names()]


def _revisions(context: typer.Context) -> list[str]:
    from mistpm.ops.history import history
    from mistpm.ops.workspace import open_workspace

    return [str(each.number) for each in history(open_workspace(_options(context)))]


def _options(context: typer.Context) -> Options:
    """Give what the line says so far of where to look; no registry is asked while somebody types."""
    said = context.params
    target = f"context:{said['context']}" if said.get("context") else said.get("target") or ""
    return Options(
        environment=said.get("environment"),
        target=target,
        user=said.get("user") or "",
        state_namespace=said.get("state_namespace") or "",
        offline=True,
    )
