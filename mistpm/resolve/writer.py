"""The one writer: causes told as lines (`specs/resolve.md#words`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from mistpm.model.cause import (
    Asked,
    Cause,
    Configured,
    Conflict,
    ConflictsWith,
    Dependent,
    NeedsKubernetes,
    NotCallable,
    OncePerEnvironment,
    OneOwner,
    Pinned,
    ProvidedAlready,
    Requires,
    RequiresApi,
    Yanked,
)
from mistpm.resolve.listing import Listing


def lines(conflict: Conflict) -> tuple[str, ...]:
    """Tell a conflict, one line for each cause, in the order of its grounds."""
    found = tuple(told(ground.cause, ground.versions) for ground in conflict.grounds)
    return found if conflict.minimal else (*found, "some of this may not be part of the conflict")


@singledispatch
def told(cause: Cause, versions: str) -> str:
    """Tell one cause, which speaks of these versions."""
    raise NotImplementedError(cause, versions)


@told.register
def _(cause: Asked, versions: str) -> str:
    del versions  # what is asked for is a range
    at = f" at{_range(cause.range)}" if _range(cause.range) else ""
    return f"{cause.release} is asked for{at} in mistpm.yaml{_but(cause.unmet)}"


@told.register
def _(cause: Configured, versions: str) -> str:
    del versions
    return f"the settings ask for {cause.package}{_range(cause.range)}"


@told.register
def _(cause: Requires, versions: str) -> str:
    verb = "requires" if cause.use == "install" else "calls"
    bound = f" (bound to {cause.bound})" if cause.bound else ""
    but = _but(f"{cause.provided} is provided" if cause.provided else cause.unmet)
    who = _dependent(cause.dependent, versions)
    return f"{who} {verb} {cause.package}{_range(cause.range)}{bound}{but}"


@told.register
def _(cause: RequiresApi, versions: str) -> str:
    return f"{_dependent(cause.dependent, versions)} needs the API {cause.api}{_but(cause.unmet)}"


@told.register
def _(cause: NeedsKubernetes, versions: str) -> str:
    includes = f"the environment includes {joined_words(cause.missing)}"
    return f"{cause.package} {versions} needs Kubernetes {cause.range}; {includes}"


@told.register
def _(cause: Yanked, versions: str) -> str:
    return f"{cause.package} {versions} is yanked"


@told.register
def _(cause: NotCallable, versions: str) -> str:
    return f"{cause.package} {versions} cannot be called: it is cluster-wide or provides APIs"


@told.register
def _(cause: OneOwner, versions: str) -> str:
    del versions  # the owners' own requirements tell them
    what = _kind(cause.group, cause.kind)
    return f"only one release can provide {what}; {joined_words(cause.owners)} would"


@told.register
def _(cause: ProvidedAlready, versions: str) -> str:
    what = _kind(cause.group, cause.kind)
    return f"{cause.package} {versions} provides {what}, which is provided already"


@told.register
def _(cause: OncePerEnvironment, versions: str) -> str:
    releases = joined_words(cause.releases)
    return f"{cause.package} {versions} is cluster-wide: it can have one release, not {releases}"


@told.register
def _(cause: ConflictsWith, versions: str) -> str:
    but = _but(f"{cause.provided} is provided" if cause.provided else "")
    who = _dependent(cause.dependent, versions)
    return f"{who} refuses to be together with {cause.package}{_range(cause.range)}{but}"


@told.register
def _(cause: Pinned, versions: str) -> str:
    del versions  # these are all the others
    return f"{cause.node} is at {cause.package} {cause.version}"


def versions_text(listing: Listing, mask: int) -> str:
    """Tell some versions of a package, neighbours together: `1.0.0, 1.2.0 to 1.4.0`, oldest first."""
    runs: list[tuple[int, int]] = []
    for place in range(len(listing.candidates) - 1, -1, -1):
        if mask >> place & 1:
            if runs and runs[-1][1] == place + 1:
                runs[-1] = runs[-1][0], place
            else:
                runs.append((place, place))
    texts = []
    for oldest, newest in runs:
        first, last = listing.candidates[oldest].version, listing.candidates[newest].version
        texts.append(f"{first} to {last}" if oldest != newest else str(first))
    return ", ".join(texts)


def joined_words(words: Sequence[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _dependent(dependent: Dependent, versions: str) -> str:
    what = f"{dependent.package} {versions}".rstrip()
    if dependent.release and not dependent.pulled_in:
        return f"{dependent.release} ({what})"
    return what


def _range(text: str) -> str:
    return f" {text}" if text not in {"", "*"} else ""


def _but(reason: str) -> str:
    return f"; {reason}" if reason else ""


def _kind(group: str, kind: str) -> str:
    return f"{group}/{kind}" if group else kind
