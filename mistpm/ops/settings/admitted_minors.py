"""The Kubernetes versions that a range means."""

from __future__ import annotations

from mistpm.errors import UsageError
from mistpm.model.minor import Minor
from mistpm.model.minors import minors_of, newest_minor, oldest_minor


def admitted_minors(text: str, file: str) -> tuple[Minor, ...]:
    """Give the minors that the range in `file` admits; raises `UsageError` when none of them is known."""
    minors = minors_of(text)
    if not minors:
        raise UsageError(
            "unknown-kubernetes",
            f"`kubernetes: {text}` in `{file}` admits no Kubernetes version that is known",
            note=f"this mistpm knows {oldest_minor()} to {newest_minor()}",
            hint='write a range such as ">=1.33 <1.36"',
        )
    return minors
