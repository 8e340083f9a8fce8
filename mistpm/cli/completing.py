"""What the shell offers for the word that is being typed; never an error, only fewer offers."""

from __future__ import annotations

from collections.abc import Callable

from mistpm.errors import MistError


def complete_release(incomplete: str) -> list[str]:
    """Offer the releases of the environment's file."""
    return _offers(incomplete, _releases)


def complete_locked(incomplete: str) -> list[str]:
    """Offer everything that the lock names."""
    return _offers(incomplete, _locked)


def complete_package(incomplete: str) -> list[str]:
    """Offer packages, and after a colon their versions."""
    return _offers(incomplete, lambda: _packages(incomplete))


def complete_target(incomplete: str) -> list[str]:
    """Offer the targets that the environment names."""
    return _offers(incomplete, _targets)


def _offers(incomplete: str, find: Callable[[], list[str]]) -> list[str]:
    try:
        return sorted(each for each in find() if each.startswith(incomplete))
    except MistError:
        return []


def _releases() -> list[str]:
    from mistpm.ops.options import Options
    from mistpm.ops.workspace import find_document

    found = find_document(Options())
    return list(found.environment.releases) if found else []


def _locked() -> list[str]:
    from mistpm.ops.lock_graph import nodes
    from mistpm.ops.options import Options
    from mistpm.ops.workspace import open_workspace

    lockfile = open_workspace(Options()).lockfile
    if lockfile is None:
        return []
    known = nodes(lockfile)
    return [*known, *{str(locked.package) for locked in known.values()}]


def _packages(incomplete: str) -> list[str]:
    from mistpm.ops.searching import known_packages, known_versions

    package, colon, _version = incomplete.partition(":")
    if colon:
        return [f"{package}:{version}" for version in known_versions(package)]
    return list(known_packages())


def _targets() -> list[str]:
    from mistpm.ops.options import Options
    from mistpm.ops.workspace import find_document

    found = find_document(Options())
    return ["directory:", "context:", *(found.environment.targets if found else {})]
