"""Which errors are about one object, and which end a run."""

from __future__ import annotations

from typing import Final

from mistpm.apply import Event
from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.comparing.dry_run import server_words

_ENDS: Final = frozenset(
    {"cluster-unreachable", "cluster-unauthorized", "lease-lost", "target-moved"}
)
"""Errors after which nothing more is tried."""


def failure_of(error: ApiError | TargetError, resource: ResourceId, *, title: str) -> Event:
    """Give what is told of an object that could not be written or deleted; raises what ends the run."""
    described = (
        describe(error, title=title, resource=resource) if isinstance(error, ApiError) else error
    )
    if described.reference in _ENDS:
        raise described from error
    if isinstance(error, ApiError) and described.reference == "cluster-refused":
        words = server_words(error)
        return Event(
            state="failed", resource=resource, why=f"refused: {words[0]}", context=words[1:]
        )
    context = tuple(line for line in described.context if line != str(resource))
    return Event(state="failed", resource=resource, why=described.message, context=context)
