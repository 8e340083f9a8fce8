"""A minor of Kubernetes, `1.33`: what packages support and clusters run."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from mistpm.model.version import Version, parse_version

_MINOR = re.compile(r"v?1\.(0|[1-9][0-9]{0,3})")
_CLUSTER = re.compile(r"v?([0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:[-+].*)?")


class InvalidMinorError(ValueError):
    """A text names no minor of Kubernetes; the message is a whole sentence."""


class Minor(msgspec.Struct, frozen=True, order=True):
    """One minor, `1.number`; ordered, hashable, printed as `1.33`."""

    number: int

    def __str__(self) -> str:
        return f"1.{self.number}"


def parse_minor(text: str) -> Minor:
    """Read `1.33`; a leading `v` is accepted.

    The minor need not be one that the presence table knows.  Raises `InvalidMinorError`.
    """
    match = _MINOR.fullmatch(text)
    if match is None:
        raise InvalidMinorError(f"`{text}` is not a minor of Kubernetes; write one as `1.33`.")
    return Minor(int(match[1]))


def parse_cluster_version(text: str) -> Version:
    """Read the version that a cluster reports, its distributor's suffix cut off.

    `v1.33.2-eks-1a2b`, `v1.33.2+k3s1` and `1.33.2` are all 1.33.2.  Raises `InvalidVersionError`.
    """
    match = _CLUSTER.fullmatch(text)
    return parse_version(match[1] if match else text)


def minor_of(version: Version) -> Minor:
    """Give the minor that a Kubernetes version belongs to.  Raises `InvalidMinorError`."""
    return parse_minor(f"{version.major}.{version.minor}")


def shown_minors(minors: Iterable[Minor]) -> str:
    """Give `1.31`, `1.31 and 1.32`, `1.25 to 1.33`, `1.21, 1.25 to 1.27`."""
    runs: list[list[Minor]] = []
    for minor in minors:
        if runs and runs[-1][-1].number == minor.number - 1:
            runs[-1].append(minor)
        else:
            runs.append([minor])
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    text = ", ".join(parts)
    return text.replace(", ", " and ") if text.count(", ") == 1 else text
