"""What rules versions out whatever else is chosen: `specs/resolve.md#exclusions`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mistpm.model.cause import (
    ConflictsWith,
    NeedsKubernetes,
    NotCallable,
    Pinned,
    ProvidedAlready,
    Yanked,
)
from mistpm.model.descriptor import Descriptor
from mistpm.model.minors import Minor, supports
from mistpm.model.question import Question
from mistpm.model.ranges import Range
from mistpm.model.version import Version
from mistpm.resolve.world.node import Exclusion, Node
from mistpm.resolve.world.profile import Profile


def exclusions(node: Node, question: Question, pin: Version | None) -> Iterator[Exclusion]:
    """Give every exclusion of a node, in an order that depends on its listing alone.

    Settings and the range of a release in the file are the universe's business.
    """
    listing = node.listing
    for range_, mask in listing.kubernetes.items():
        missing = _unsupported(range_, question.minors)
        if missing:
            needs = NeedsKubernetes(package=node.package, range=range_.text, missing=missing)
            yield Exclusion(cause=needs, mask=mask)
    if listing.exclusive or listing.computing:
        for profile in listing.profiles:
            yield from _of_profile(node, profile, question)
    held = node.held_place
    yanked = listing.yanked & ~(0 if held is None else 1 << held)
    if yanked:
        yield Exclusion(cause=Yanked(package=node.package), mask=yanked)
    if pin is not None:
        place = listing.place(pin)
        pinned = 0 if place is None else 1 << place
        cause = Pinned(node=node.name, package=node.package, version=pin.text)
        yield Exclusion(cause=cause, mask=listing.all & ~pinned)


def _of_profile(node: Node, profile: Profile, question: Question) -> Iterator[Exclusion]:
    descriptor, package = profile.descriptor, node.package
    if node.kind == "called":
        why = _not_callable(descriptor)
        if why:
            yield Exclusion(cause=NotCallable(package=package, why=why), mask=profile.mask)
    else:
        provided = {(api.group, api.kind) for api in question.provided_apis}
        for group, kind in sorted(kinds(descriptor) & provided):
            owned = ProvidedAlready(group=group, kind=kind, package=package)
            yield Exclusion(cause=owned, mask=profile.mask)
    for conflict in descriptor.conflicts:
        other = conflict.package.within(package.registry)
        version = question.provided_packages.get(other)
        if version is not None and version in conflict.version.versions:
            refused = ConflictsWith(
                dependent=node.dependent,
                package=other,
                range=conflict.version.text,
                provided=version.text,
            )
            yield Exclusion(cause=refused, mask=profile.mask)


def kinds(descriptor: Descriptor) -> set[tuple[str, str]]:
    """Give the (group, kind) pairs that a package owns where it is installed."""
    return {(api.group, api.kind) for api in descriptor.provides.apis}


def _not_callable(descriptor: Descriptor) -> str:
    """Say why a package cannot be rendered inside of another, if so."""
    if descriptor.scope == "cluster":
        return "is cluster-wide"
    if descriptor.provides.apis:
        return "provides APIs"
    return "computes requirements" if descriptor.computed else ""


@cache
def _unsupported(range_: Range, minors: tuple[Minor, ...]) -> tuple[str, ...]:
    return tuple(str(minor) for minor in minors if not supports(range_, minor))
