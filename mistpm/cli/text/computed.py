"""What a package computes that it requires, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mistpm.cli.text.dependency import dependency_text

if TYPE_CHECKING:
    from mistpm.ops.packages.default_requirements import DefaultRequirements


def computed_lines(computed: DefaultRequirements | None) -> Iterator[str]:
    """Tell what a package requires with the defaults of its inputs; nothing if it computes nothing."""
    if computed is None:
        return
    if computed.unasked:
        yield "Computes requirements, but not from the defaults of its inputs:"
        yield from (f"  {problem}" for problem in computed.unasked)
    elif not computed.requirements:
        yield "Computes requirements; with the defaults of its inputs there are none"
    else:
        yield "Computes requirements; with the defaults of its inputs:"
        for alias, dependency in computed.requirements.items():
            yield f"  {alias}: {dependency_text(dependency)}"
