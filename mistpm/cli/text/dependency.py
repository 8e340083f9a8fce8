"""A dependency of a package in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistpm.model.descriptor import Dependency


def dependency_text(dependency: Dependency) -> str:
    """Write `installs data/redis ^7, when inputs.cache`."""
    when = f", when {dependency.when}" if dependency.when else ""
    if dependency.api is not None:
        rest = f", by default {dependency.default}" if dependency.default else ""
        return f"the API {dependency.api}{rest}{', optional' if dependency.optional else ''}{when}"
    verb = "calls" if dependency.use == "call" else "installs"
    return f"{verb} {dependency.package} {dependency.version}{when}"
