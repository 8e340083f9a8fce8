"""Asking a package what else it requires: `specs/host-abi.md`, "Computed requirements".

A package sees what decides the lock and nothing else, so that a lock is stale exactly when a package may
answer otherwise: no namespace, no target, nothing of a solution, of a secret only that there is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from mistpm import document
from mistpm.errors import DocumentError, Problem, RenderError
from mistpm.model.descriptor import Alias, Candidate, Dependency
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.wire import Wire
from mistpm.package.rules import answer_mistakes
from mistpm.render.capabilities import capabilities
from mistpm.render.envelope import encode
from mistpm.render.guest import Guest
from mistpm.render.inputs import prepare_inputs, require_fit
from mistpm.render.release import ABI
from mistpm.render.result import API_VERSION, PackageRefusedError
from mistpm.render.schema import Schema
from mistpm.render.secrets import SecretOwner

_FAULTS = 5


class RequirementsDocument(Wire, frozen=True, kw_only=True):
    """What a package answers; `error` is why it cannot."""

    api_version: Literal["mistpm.dev/v1"]
    kind: Literal["Requirements"]
    requirements: dict[Alias, Dependency] = {}
    error: str = ""


class Inquiry(Struct, frozen=True, kw_only=True):
    """What a candidate is asked for a release: the exact document."""

    release: str
    candidate: Candidate
    envelope: bytes

    @property
    def digest(self) -> str:
        """`sha256:…` over all that decides the answer: the module's digest and the document."""
        asked = hashlib.sha256(f"{self.candidate.digest}\n".encode() + self.envelope)
        return f"sha256:{asked.hexdigest()}"


def make_inquiry(
    release: str,
    candidate: Candidate,
    inputs: Mapping[str, Any],
    *,
    minor: Minor,
    provided: tuple[Api, ...] = (),
) -> Inquiry:
    """Put together what a candidate is asked; `inputs` are the user's, `minor` the lowest one.

    Raises `DocumentError` where the inputs do not fit the candidate's schema (`secret-literal`,
    `invalid-inputs`), `RenderError` (`invalid-input`), `PackageError` (`invalid-schema`).
    """
    package = str(candidate)
    schema = Schema(candidate.descriptor.inputs, owner=package)
    owner = SecretOwner(environment_id="", release=release, namespace="")
    prepared = prepare_inputs(schema, inputs, owner)
    require_fit(prepared, release=release, package=package)
    envelope = {
        "apiVersion": API_VERSION,
        "kind": "MistInput",
        "data": prepared.data,
        "mistpm": {
            "abi": ABI,
            "release": {"name": release},
            "package": {"name": str(candidate.package), "version": str(candidate.version)},
            "capabilities": capabilities(minor, provided=provided, packaged=()),
        },
    }
    return Inquiry(release=release, candidate=candidate, envelope=encode(envelope))


def ask(
    inquiry: Inquiry, path: Path, guest: Guest, *, log: Callable[[int, str], None]
) -> dict[str, Dependency]:
    """Run the candidate's module, the file at `path`, and give what it requires, by alias, sorted.

    Raises `PackageError` where the module cannot be used, `RenderError` where it fails
    (`package-failed` in its own words) or answers what cannot be used (`invalid-requirements`).
    """
    candidate, release = inquiry.candidate, inquiry.release
    module = guest.load(path, candidate.digest, name=str(candidate))
    try:
        raw = guest.requirements(module, inquiry.envelope, log=log)
        return _read(raw, candidate)
    except RenderError as error:
        error.path = (release,)
        where = f"while asking `{release}` ({candidate}) what it requires"
        error.context = (where, *error.context)
        raise


def _read(raw: bytes, candidate: Candidate) -> dict[str, Dependency]:
    try:
        found = document.convert(
            document.load(raw.decode(), file=""),
            RequirementsDocument,
            file="",
            reference="invalid-requirements",
        )
    except DocumentError as error:
        raise _invalid(candidate, error.problems) from None
    if found.error:
        message = f"`{candidate}` says: {found.error}"
        raise PackageRefusedError("package-failed", message, words=found.error)
    mistakes = tuple(
        Problem(path=document.shown_place(place), message=message, hint=hint)
        for place, message, hint in answer_mistakes(candidate.descriptor, found.requirements)
    )
    if mistakes:
        raise _invalid(candidate, mistakes)
    return dict(sorted(found.requirements.items()))


def _invalid(candidate: Candidate, problems: tuple[Problem, ...]) -> RenderError:
    return RenderError(
        "invalid-requirements",
        f"what `{candidate}` says that it requires cannot be used",
        context=tuple(map(str, problems[:_FAULTS])),
        hint="this is a fault in the package: tell its author",
    )
