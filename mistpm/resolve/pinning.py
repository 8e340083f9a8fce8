"""What would be if something were at another version: `specs/resolve.md#why-not`."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.identity import PackageId
from mistpm.model.question import Held, Question, Wanted
from mistpm.model.resolution import Resolution, Unresolved, called_key
from mistpm.model.version import Version
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.limits import Deadline, Limits
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.series import series_of
from mistpm.resolve.world.source import CandidateSource
from mistpm.resolve.world.universe import Universe

_LIMITS = Limits()
_ASKER = Asker()


class Possible(Struct, frozen=True, kw_only=True):
    """A resolution in which a node, a release or a called package, is at the version in question.

    The node is missing from it where nothing would need it then.
    """

    node: str
    resolution: Resolution

    @property
    def is_needed(self) -> bool:
        """Whether the resolution has the node at all."""
        return self.node in self.resolution.releases or self.node in self.resolution.called


def why_not(
    question: Question,
    source: CandidateSource,
    held: Held,
    package: PackageId,
    version: Version,
    *,
    release: str = "",
    computing: Computing | None = None,
    limits: Limits = _LIMITS,
    asker: Asker = _ASKER,
) -> Possible | Unresolved:
    """Solve with a package at a version, with the fewest changes to what is held.

    Gives what would come out, or why it cannot be, the version in question among the causes.
    `release` says which release is meant where the file has several of the package; a package that
    nothing speaks of is asked for on top, under its own name.  Raises what `resolve` does.
    """
    node = release or _node(question, source, package, version, limits)
    if not node:
        node = package.name
        wanted = Wanted(name=node, package=package)
        question = replace(question, releases=(*question.releases, wanted))
    pins = {node: version}
    resolver = Resolver(question, source, held, limits, computing=computing, pins=pins, asker=asker)
    resolution = resolver.resolve()
    for part in resolution.unresolved:
        if node in part.releases or _is_pinned(part, node):
            return part
    return Possible(node=node, resolution=resolution)


def _node(
    question: Question,
    source: CandidateSource,
    package: PackageId,
    version: Version,
    limits: Limits,
) -> str:
    """Find the node that a package means: of the file, else called in that series, else pulled in."""
    catalogue = Catalogue(source, Deadline(limits))
    universe = Universe(Problem(question=question, relaxed=True), catalogue).grow()
    key = called_key(package, series_of(version))
    nodes = [node for node in universe.nodes.values() if node.package == package]
    for node in nodes:
        if node.kind == "asked" or node.key == key:
            return node.name
    return next((node.name for node in nodes if node.kind == "pulled-in"), "")


def _is_pinned(part: Unresolved, node: str) -> bool:
    grounds = part.conflict.grounds if part.conflict else ()
    return any(getattr(ground.cause, "node", "") == node for ground in grounds)
