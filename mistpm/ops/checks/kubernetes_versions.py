"""Kubernetes versions as a user names them on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.finding import Finding
from mistpm.model.minor import InvalidMinorError, Minor, minor_of, parse_cluster_version
from mistpm.model.minors import known_minors, minors_of, newest_minor, oldest_minor
from mistpm.model.ranges import InvalidRangeError
from mistpm.model.version import InvalidVersionError

_RANGE = re.compile(r"[<>=~^*|!]|\s-\s|[xX](?:\s|$)")
_FROM_TO = re.compile(r"\s*(v?1\.[0-9]+)-(v?1\.[0-9]+)\s*")
_BETWEEN = re.compile(r"[,\s]+")


class KubernetesVersions(Struct, frozen=True, kw_only=True):
    """The known minors that were meant, oldest first, and a finding for each version that is not known."""

    minors: tuple[Minor, ...]
    findings: tuple[Finding, ...] = ()


def parse_kubernetes_versions(texts: Iterable[str]) -> KubernetesVersions:
    """Read versions: `1.31`, `v1.31`, `1.31.4-eks-1`, several (`1.31,1.33`), or a range (`>=1.29 <1.34`, `1.29-1.33`).

    A range means the known minors in it.  Raises `UsageError` (`invalid-kubernetes`) naming everything
    that is no version; one that is not known is a finding, so that the others are looked at.
    """
    found: set[Minor] = set()
    unknown: dict[str, Finding] = {}
    mistakes: list[str] = []
    for text in (_FROM_TO.sub(r"\1 - \2", each) for each in texts):
        is_range = bool(_RANGE.search(text))
        parts = [text] if is_range else [part for part in _BETWEEN.split(text) if part]
        if not parts:
            mistakes.append(f"`{text}` names no version.")
        for part in parts:
            try:
                minors = minors_of(part) if is_range else (_minor(part),)
            except InvalidRangeError as error:
                mistakes.append(str(error))
                continue
            except (InvalidMinorError, InvalidVersionError):
                mistakes.append(f"`{part}` is not a version of Kubernetes; write one as `1.33`.")
                continue
            known = set(minors) & set(known_minors())
            found |= known
            if not known:
                unknown[part] = _unknown(part)
    if mistakes:
        raise UsageError(
            "invalid-kubernetes",
            "--kubernetes names what is no Kubernetes version",
            context=tuple(mistakes),
            hint='write --kubernetes 1.33, several as 1.31,1.33, or a range as ">=1.31 <1.34"',
        )
    return KubernetesVersions(minors=tuple(sorted(found)), findings=tuple(unknown.values()))


def _minor(text: str) -> Minor:
    return minor_of(parse_cluster_version(text))


def _unknown(text: str) -> Finding:
    oldest, newest = oldest_minor(), newest_minor()
    return Finding(
        severity="error",
        code="kubernetes-unknown",
        message=f"Kubernetes `{text}` is not known, so nothing was checked for it; this mistpm knows"
        f" {oldest} to {newest}",
        hint=f"name one of those; a newer mistpm knows what came after {newest}",
    )
