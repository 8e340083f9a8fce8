"""Causes in words: each as a sentence, and as what can follow on one ("..., which requires ...")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.cause import (
    Asked,
    Cause,
    Configured,
    ConflictsWith,
    Dependent,
    Ground,
    MayOnlyFollow,
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
from mistpm.model.identity import PackageId
from mistpm.resolve.explain.grouping import EVERY


class Phrase(Struct, frozen=True, kw_only=True):
    """A fact: a sentence of its own, and what is said where its subject was named just before.

    `likewise` is for where the same was just said of other versions, as far as `alike` tells.
    """

    alone: str
    following: str
    likewise: str = ""


def phrase(ground: Ground, asker: Asker) -> Phrase:
    """Tell a cause."""
    return _told(ground.cause, ground, asker)


def alike(one: Cause, other: Cause) -> bool:
    """Tell whether causes differ in their ranges alone: different versions require the same."""
    return (
        isinstance(one, Requires)
        and isinstance(other, Requires)
        and (one.dependent, one.use, one.package, one.bound, one.computed)
        == (other.dependent, other.use, other.package, other.bound, other.computed)
    )


def of_package(package: str, range_: str) -> str:
    """Name a package in a range."""
    return f"{package} {range_}" if range_ not in {"", "*"} else package


def these(name: str, versions: str) -> str:
    """Name versions of a package: `every version of x but 1.3.5`, `x 1.2.0 to 1.4.0`."""
    if versions.startswith(EVERY):
        return f"{EVERY} of {name}{versions.removeprefix(EVERY)}"
    return f"{name} {versions}".rstrip()


def joined_words(words: Sequence[str], last: str = "and") -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


@singledispatch
def _told(cause: Cause, ground: Ground, asker: Asker) -> Phrase:
    raise NotImplementedError(cause, ground, asker)


@_told.register
def _(cause: Asked, ground: Ground, asker: Asker) -> Phrase:
    name = f" as {cause.release}" if cause.release != PackageId(cause.package).name else ""
    what = of_package(cause.package, cause.range) + name
    text = f"for {what}{_but(cause.unmet)}{_note(ground)}"
    return Phrase(alone=f"{asker.asks(cause.release)} {text}", following=text)


@_told.register
def _(cause: Configured, ground: Ground, asker: Asker) -> Phrase:
    del ground, asker
    return Phrase(
        alone=f"the settings allow only {of_package(cause.package, cause.range)}",
        following=f"of which the settings allow only {cause.range}",
    )


@_told.register
def _(cause: Requires, ground: Ground, asker: Asker) -> Phrase:
    del asker
    verb = "requires" if cause.use == "install" else "calls"
    bound = cause.bound and cause.bound != PackageId(cause.package).name
    what = of_package(cause.package, cause.range) + (f" (bound to {cause.bound})" if bound else "")
    but = f"{cause.provided} is provided" if cause.provided else cause.unmet
    more = f"{_computed(cause)}{_but(but)}{_note(ground)}"
    told = _said(cause.dependent, ground, f"{verb} {what}{more}")
    return replace(told, likewise=f"{ground.versions} {verb} {cause.range}{more}")


@_told.register
def _(cause: RequiresApi, ground: Ground, asker: Asker) -> Phrase:
    del asker
    said = f"needs the API {cause.api}{_computed(cause)}{_but(cause.unmet)}{_note(ground)}"
    return _said(cause.dependent, ground, said)


@_told.register
def _(cause: NeedsKubernetes, ground: Ground, asker: Asker) -> Phrase:
    missing = joined_words(cause.missing)
    leaves = f"which leaves out {missing}" if asker.minors else ""
    includes = leaves or f"while the environment includes {missing}"
    dependent = Dependent(package=cause.package)
    return _said(dependent, ground, f"needs Kubernetes {cause.range}, {includes}")


@_told.register
def _(cause: MayOnlyFollow, ground: Ground, asker: Asker) -> Phrase:
    del asker
    said = f"may only follow {cause.range}, which cannot be reached from {cause.held}"
    return _said(Dependent(package=cause.package), ground, said)


@_told.register
def _(cause: Yanked, ground: Ground, asker: Asker) -> Phrase:
    del asker
    return _said(Dependent(package=cause.package), ground, "was yanked")


@_told.register
def _(cause: NotCallable, ground: Ground, asker: Asker) -> Phrase:
    del asker
    return _said(Dependent(package=cause.package), ground, f"{cause.why} and cannot be called")


@_told.register
def _(cause: OneOwner, ground: Ground, asker: Asker) -> Phrase:
    del ground, asker
    text = f"only one of {joined_words(cause.owners)} can provide {_kind(cause.group, cause.kind)}"
    return Phrase(alone=text, following=f"and {text}")


@_told.register
def _(cause: ProvidedAlready, ground: Ground, asker: Asker) -> Phrase:
    del asker
    what = f"provides {_kind(cause.group, cause.kind)}, which is provided already"
    return _said(Dependent(package=cause.package), ground, what)


@_told.register
def _(cause: OncePerEnvironment, ground: Ground, asker: Asker) -> Phrase:
    del asker
    releases = joined_words(cause.releases)
    why = f"is cluster-wide and can have one release, not {releases}"
    return _said(Dependent(package=cause.package), ground, why)


@_told.register
def _(cause: ConflictsWith, ground: Ground, asker: Asker) -> Phrase:
    del asker
    but = _but(f"{cause.provided} is provided" if cause.provided else "")
    what = of_package(cause.package, cause.range)
    return _said(cause.dependent, ground, f"refuses to be together with {what}{but}")


@_told.register
def _(cause: Pinned, ground: Ground, asker: Asker) -> Phrase:
    del ground, asker
    text = f"{cause.node} is at {cause.version}"
    return Phrase(alone=text, following=f"and {text}")


def _said(dependent: Dependent, ground: Ground, predicate: str) -> Phrase:
    subject = these(dependent.title, ground.versions)
    return Phrase(alone=f"{subject} {predicate}", following=f"which {predicate}")


def _computed(cause: Requires | RequiresApi) -> str:
    return " for its inputs" if cause.computed else ""


def _but(reason: str) -> str:
    return f", but {reason}" if reason else ""


def _note(ground: Ground) -> str:
    return f", {ground.note}" if ground.note else ""


def _kind(group: str, kind: str) -> str:
    return f"{group}/{kind}" if group else kind
