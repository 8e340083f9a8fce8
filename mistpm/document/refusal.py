"""The error that tells all problems of a document."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.errors import DocumentError, Problem


def refusal(reference: str, file: str, problems: Iterable[Problem]) -> DocumentError:
    """Give the error for a document that has problems, in the order of their lines."""
    found = tuple(sorted(problems))
    count = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
    return DocumentError(reference, f"`{file}` has {count}", found)
