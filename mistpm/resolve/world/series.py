"""Series: the versions of a called package that may stand in for each other."""

from __future__ import annotations

from mistpm.model.version import Version


def series_of(version: Version) -> str:
    """Name the series of a version: its major, `0.MINOR` below 1.0, `0.0.PATCH` below 0.1."""
    if version.major:
        return str(version.major)
    if version.minor:
        return f"0.{version.minor}"
    return f"0.0.{version.patch}"
