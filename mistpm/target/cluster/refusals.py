"""What a cluster will not take, told all at once before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId

Reference = Literal[
    "resource-not-owned",
    "field-conflicts",
    "manifest-refused",
    "kind-not-served",
    "namespace-missing",
    "must-be-replaced",
]


class Refusal(Struct, frozen=True, kw_only=True):
    """One reason why one object cannot be as it is wanted.

    `why` says it in a few words, with the field where it is about one; `origin` is where the manifest came
    from, for what its author has to mend.
    """

    reference: Reference
    resource: ResourceId
    release: str
    why: str
    origin: str = ""

    def __str__(self) -> str:
        """Give `Deployment.apps shop/gitea: why (starter/apps/gitea@1.2.0: deployment.yaml)`."""
        return f"{self.resource}: {self.why}" + (f" ({self.origin})" if self.origin else "")


_MESSAGES: Final[dict[Reference, tuple[str, str]]] = {
    "resource-not-owned": (
        "some resources are there already, and not this environment's",
        "take them over with `--adopt`, or choose other names",
    ),
    "field-conflicts": (
        "other field managers own fields that would be set",
        "take the fields with `--force-conflicts`, or leave them out with `patches:`",
    ),
    "manifest-refused": (
        "the cluster refuses some manifests",
        "other inputs, `patches:` or another version of the package mend it",
    ),
    "kind-not-served": (
        "some manifests are of kinds that the cluster does not have",
        "install what provides them, in this environment or on the cluster",
    ),
    "namespace-missing": (
        "some manifests are for namespaces that do not exist",
        "make the namespaces first",
    ),
    "must-be-replaced": (
        "some changes are to fields that cannot be changed",
        'allow deleting and making again with the annotation `mistpm.dev/replace: "true"`, by `patches:`',
    ),
}


def refusal_error(title: str, refusals: Sequence[Refusal]) -> TargetError:
    """Put all refusals into one error; its reference is `changes-refused` where they are of several sorts."""
    sorts = [sort for sort in _MESSAGES if any(each.reference == sort for each in refusals)]
    if len(sorts) == 1:
        message, hint = _MESSAGES[sorts[0]]
        return TargetError(
            sorts[0], f"{title}: {message}", context=tuple(map(str, refusals)), hint=hint
        )
    return TargetError(
        "changes-refused",
        f"{title}: some changes cannot be made",
        context=tuple(str(each) for sort in sorts for each in refusals if each.reference == sort),
        hint="\n".join(_MESSAGES[sort][1] for sort in sorts),
    )
