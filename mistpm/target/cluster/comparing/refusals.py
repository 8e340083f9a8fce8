"""What a cluster will not take, told all at once before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.model.change import Diff
from mistpm.model.finding import Finding
from mistpm.model.presence import Api
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

    @property
    def finding(self) -> Finding:
        """The same, where it is told beside what else is noticed."""
        return Finding(
            severity="error",
            code=self.reference,
            message=self.why,
            release=self.release,
            resource=self.resource,
            hint=next(head.hint for head in _HEADS if head.reference == self.reference),
        )


class ChangesRefusedError(TargetError):
    """The cluster will not take what is wanted; nothing was changed.

    `missing_apis` are those that manifests are written for and nobody provides, `diff` is what would be done
    if it took everything, `refusals` are what it does not take.
    """

    def __init__(
        self,
        reference: str,
        message: str,
        *,
        context: tuple[str, ...] = (),
        hint: str = "",
        missing_apis: tuple[Api, ...] = (),
        diff: Diff | None = None,
        refusals: tuple[Refusal, ...] = (),
    ) -> None:
        super().__init__(reference, message, context=context, hint=hint)
        self.missing_apis = missing_apis
        self.diff = diff
        self.refusals = refusals


_HEADS: Final = (
    TargetError(
        "resource-not-owned",
        "some resources are there already, and not this environment's",
        hint="take them over with `--adopt`, or choose other names",
    ),
    TargetError(
        "field-conflicts",
        "other field managers own fields that would be set",
        hint="take the fields with `--force-conflicts`, or leave them out with `patches:`",
    ),
    TargetError(
        "manifest-refused",
        "the cluster refuses some manifests",
        hint="other inputs, `patches:` or another version of the package mend it",
    ),
    TargetError(
        "kind-not-served",
        "some manifests are of kinds that the cluster does not have",
        hint="install what provides them, in this environment or on the cluster",
    ),
    TargetError(
        "namespace-missing",
        "some manifests are for namespaces that do not exist",
        hint="make the namespaces first",
    ),
    TargetError(
        "must-be-replaced",
        "some changes are to fields that cannot be changed",
        hint='allow deleting and making again with the annotation `mistpm.dev/replace: "true"`, by `patches:`',
    ),
)
"""What is said of each sort of refusal, in the order in which they are told."""


def refusal_error(
    title: str,
    refusals: Sequence[Refusal],
    missing_apis: tuple[Api, ...] = (),
    diff: Diff | None = None,
) -> ChangesRefusedError:
    """Put all refusals into one error; its reference is `changes-refused` where they are of several sorts."""
    told = {
        head: [str(each) for each in refusals if each.reference == head.reference]
        for head in _HEADS
    }
    heads = [head for head, lines in told.items() if lines]
    context = tuple(line for lines in told.values() for line in lines)
    if len(heads) > 1:
        return ChangesRefusedError(
            "changes-refused",
            f"{title}: some changes cannot be made",
            context=context,
            hint="\n".join(head.hint for head in heads),
            missing_apis=missing_apis,
            diff=diff,
            refusals=tuple(refusals),
        )
    [head] = heads
    return ChangesRefusedError(
        head.reference,
        f"{title}: {head.message}",
        context=context,
        hint=head.hint,
        missing_apis=missing_apis,
        diff=diff,
        refusals=tuple(refusals),
    )
