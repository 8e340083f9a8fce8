"""Whether the API that a manifest is written in is there at a minor: `specs/checks.md#apis`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache

from mistpm.check.problem import Problem
from mistpm.model.finding import Severity
from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minor import Minor
from mistpm.model.presence import Api, find_kind, parse_api

_API_VERSION = ("apiVersion",)
_WITHOUT_SUCCESSOR = {
    "policy/v1beta1/PodSecurityPolicy": "nothing replaces it: Pod Security Admission does its work,"
    " told by labels on namespaces",
    "v1/ComponentStatus": "nothing replaces it: ask the components themselves",
}


def built_in_problems(kind: Kind, minor: Minor, *, switched_on: bool) -> Iterator[Problem]:
    """Tell whether a kind of Kubernetes is gone at a minor, about to go, not there yet, or switched off.

    `switched_on` says that somebody knows it to be served all the same.
    """
    if kind.gone(minor):
        yield _gone(kind, minor)
    elif not kind.present(minor):
        yield _not_yet(kind, minor)
    else:
        if kind.deprecated is not None and kind.deprecated <= minor.number:
            yield _deprecated(kind, minor)
        if not kind.enabled and not switched_on:
            yield _off(kind)


def owns_group(group: str) -> bool:
    """Tell whether a group is Kubernetes' own, so that nobody else can have kinds in it."""
    return group in _by_group()


def unknown_kind(api: Api, minor: Minor) -> Problem:
    """Tell that nothing has such a kind."""
    own = owns_group(api.group)
    near = _nearest(api, minor)
    hint = f"did you mean `{near}`?" if near else ""
    if not own and not near:
        hint = (
            "give its definition (CRD) with it, or list it under `provided`, so that it is checked"
        )
    message = f"Kubernetes has no `{api}`" if own else f"nothing tells what `{api}` may contain"
    severity: Severity = "error" if own else "warning"
    path = ("kind",) if own and api.version in _versions(api.group) else _API_VERSION
    return Problem(code="unknown-kind", path=path, message=message, hint=hint, severity=severity)


def _gone(kind: Kind, minor: Minor) -> Problem:
    instead = successor(kind, minor)
    return Problem(
        code="removed-api",
        path=_API_VERSION,
        message=f"`{kind}` is gone since Kubernetes 1.{kind.removed}",
        hint=advice(kind, minor),
        replacement=str(instead or ""),
    )


def _deprecated(kind: Kind, minor: Minor) -> Problem:
    instead = successor(kind, minor)
    gone = f", and gone in 1.{kind.removed}" if kind.removed is not None else ""
    return Problem(
        code="deprecated-api",
        path=_API_VERSION,
        message=f"`{kind}` is deprecated since Kubernetes 1.{kind.deprecated}{gone}",
        hint=advice(kind, minor),
        severity="warning",
        replacement=str(instead or ""),
    )


def _not_yet(kind: Kind, minor: Minor) -> Problem:
    earlier = next((row for row in _related(kind) if row.served(minor)), None)
    return Problem(
        code="api-not-yet",
        path=_API_VERSION,
        message=f"`{kind}` exists only since Kubernetes 1.{kind.first}",
        hint=f"before that, it is `{earlier}`" if earlier else "",
    )


def _off(kind: Kind) -> Problem:
    group_version = f"{kind.group}/{kind.version}".lstrip("/")
    return Problem(
        code="api-off-by-default",
        path=_API_VERSION,
        message=f"an API server serves `{kind}` only where it is switched on",
        hint=f"start the API server with `--runtime-config={group_version}=true`,"
        " and list the API under `provided`",
        severity="warning",
    )


def advice(kind: Kind, minor: Minor) -> str:
    """Say what to do about a kind that goes, so that it works at a minor."""
    instead = successor(kind, minor)
    if instead is None:
        return _WITHOUT_SUCCESSOR.get(str(kind), "nothing replaces it")
    oldest = kind_table().oldest
    since = f", which exists since 1.{instead.first}" if instead.first > oldest else ""
    return f"write it in `{instead}`{since}"


def successor(kind: Kind, minor: Minor) -> Kind | None:
    """Give what to write instead of a kind: what replaces it, or what replaces that, still there."""
    seen = {kind}
    found: Kind | None = kind
    while found is not None and (found is kind or found.gone(minor)):
        found = find_kind(parse_api(found.replacement)) if found.replacement else None
        if found in seen:
            return None
        if found is not None:
            seen.add(found)
    return found


def _related(kind: Kind) -> list[Kind]:
    """Give the other versions of a kind, and what it replaces elsewhere, the steadiest first."""
    rows = [
        row
        for row in kind_table().kinds
        if row.kind == kind.kind
        and row != kind
        and (row.group == kind.group or row.replacement == str(kind))
    ]
    return sorted(rows, key=_steadiness)


def _nearest(api: Api, minor: Minor) -> Kind | None:
    """Give the kind that was probably meant: the same name elsewhere, or one like it in the group."""
    own = _by_group().get(api.group, ())
    same = [row for row in own if row.kind == api.kind]
    if not owns_group(api.group) and "." in api.group:
        return None  # somebody's custom resource, which may be called as it likes
    rows = same or [row for row in kind_table().kinds if row.kind == api.kind]
    if not rows:
        close = difflib.get_close_matches(api.kind, sorted({row.kind for row in own}), n=1)
        rows = [row for row in own if row.kind in close]
    served = [row for row in rows if row.served(minor) and row.plural]
    return min(served, key=_steadiness, default=None)


def _steadiness(kind: Kind) -> tuple[bool, int, str]:
    """Give a sort key: what is not deprecated first, then what came last."""
    order = ("stable", "beta", "alpha").index(kind.stability)
    return (kind.deprecated is not None, order, str(kind))


@cache
def _by_group() -> dict[str, tuple[Kind, ...]]:
    groups: dict[str, list[Kind]] = {}
    for kind in kind_table().kinds:
        groups.setdefault(kind.group, []).append(kind)
    return {group: tuple(kinds) for group, kinds in groups.items()}


@cache
def _versions(group: str) -> frozenset[str]:
    return frozenset(kind.version for kind in _by_group().get(group, ()))
