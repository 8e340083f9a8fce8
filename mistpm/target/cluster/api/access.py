"""What a user may do: asked of the server before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client

_PATH: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_AT_ONCE: Final = 8


class Right(Struct, frozen=True, order=True, kw_only=True):
    """May do `verb` with a resource; an empty `namespace` means everywhere, or a kind without namespaces.

    `plural` may have a subresource: `pods/log`.
    """

    verb: str
    group: str
    plural: str
    namespace: str = ""

    def __str__(self) -> str:
        """Give `patch deployments.apps in namespace shop`."""
        plural = f"{self.plural}.{self.group}" if self.group else self.plural
        where = f"in the namespace {self.namespace}" if self.namespace else "in the whole cluster"
        return f"{self.verb} {plural} {where}"


EVERYTHING: Final = Right(verb="*", group="*", plural="*")
"""What a cluster's administrator may."""


def missing_rights(client: Client, wanted: Iterable[Right]) -> tuple[Right, ...]:
    """Give the rights that the user has not, sorted; none where the server does not tell.

    One request for an administrator, else one for each right, some at once.  Raises `ApiError`.
    """
    rights = sorted(set(wanted))
    if not rights:
        return ()
    try:
        if _has(client, EVERYTHING):
            return ()
    except ApiError as error:
        if error.is_forbidden or error.is_not_found:
            return ()
        raise
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        has = pool.map(lambda right: _has(client, right), rights)
        return tuple(right for right, had in zip(rights, has, strict=True) if not had)


def forbidden(title: str, missing: Iterable[Right]) -> TargetError:
    """Give the error that names rights that are missing."""
    return TargetError(
        "cluster-forbidden",
        f"you lack rights in the {title}; nothing was changed",
        context=tuple(f"not allowed: {right}" for right in missing),
        hint="ask for a role that allows it",
    )


def _has(client: Client, right: Right) -> bool:
    plural, _, subresource = right.plural.partition("/")
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": plural,
        "subresource": subresource,
        "namespace": right.namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    answer = client.request("POST", _PATH, body=review)
    return bool(answer.data["status"].get("allowed"))
