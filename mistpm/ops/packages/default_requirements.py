"""What a package requires that computes requirements, when nobody gives it any inputs."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mistpm.errors import DocumentError
from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.identity import FILE_REGISTRY, PackageId
from mistpm.model.minors import newest_minor
from mistpm.ops.limits import open_runtime
from mistpm.package import read_package


class DefaultRequirements(Struct, frozen=True, kw_only=True):
    """What a package answers for the defaults of its inputs, as the newest Kubernetes.

    `unasked` says why there is no answer: which inputs have no default, or what went wrong.
    """

    requirements: dict[str, Dependency] = {}
    unasked: tuple[str, ...] = ()


def ask_for_defaults(path: Path, limits: tuple[str, ...] = ()) -> DefaultRequirements | None:
    """Run a package once to see what it requires; None where it computes nothing.

    Raises `PackageError` where it is no package, `RenderError` where it fails or answers nonsense.
    """
    package = read_package(path)
    descriptor = package.descriptor
    if descriptor is None or not descriptor.computed:
        return None
    from mistpm.render.requirements import ask, make_inquiry

    candidate = Candidate(
        package=PackageId.of(FILE_REGISTRY, descriptor.group, descriptor.name),
        version=descriptor.version,
        digest=package.digest,
        size=package.size,
        descriptor=descriptor,
    )
    try:
        inquiry = make_inquiry(descriptor.name, candidate, {}, minor=newest_minor())
    except DocumentError as error:
        return DefaultRequirements(unasked=error.context)
    answer = ask(inquiry, path, open_runtime(limits), log=lambda _level, _text: None)
    return DefaultRequirements(requirements=answer)
