"""Asking packages for computed requirements: what the lock knows already is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.lockfile import LockedPackage
from mistpm.model.question import Question
from mistpm.model.resolution import Resolution
from mistpm.ops.asking import Asking
from mistpm.ops.fetching import module_path
from mistpm.ops.log_lines import log_line
from mistpm.ops.workspace import Workspace
from mistpm.package import read_package

if TYPE_CHECKING:
    from mistpm.render.requirements import Inquiry


class Computing:
    """Asks the modules of chosen candidates; fetches a module only to ask it.

    An answer is known by the digest of what was asked: from before, or from what is `locked`.
    """

    def __init__(
        self, workspace: Workspace, asking: Asking, locked: Iterable[LockedPackage]
    ) -> None:
        self._workspace = workspace
        self._files = asking.files
        self._known: dict[str, Mapping[str, Dependency]] = {
            pin.computed.asked: pin.computed.requirements
            for pin in locked
            if pin.computed is not None and pin.computed.asked
        }

    def requirements(
        self, release: str, candidate: Candidate, inputs: dict[str, Any], question: Question
    ) -> Mapping[str, Dependency]:
        """Give what a release of a candidate requires for these inputs, by alias.

        Raises `DocumentError` where the inputs do not fit, `RegistryError` and `DigestError` where the
        module cannot be had, `PackageError` and `RenderError` where it cannot be asked.
        """
        inquiry = _inquiry(release, candidate, inputs, question)
        if inquiry.digest not in self._known:
            self._known[inquiry.digest] = self._ask(inquiry)
        return self._known[inquiry.digest]

    def inquiries(self, resolution: Resolution, question: Question) -> dict[str, str]:
        """Give the digest of what each release of a resolution was asked, by name, as far as any was."""
        asked = {
            name: chosen
            for name, chosen in resolution.releases.items()
            if chosen.computation is not None and chosen.computation.answer is not None
        }
        return {
            name: _inquiry(
                name, chosen.candidate, question.inputs_of(name, chosen.candidate.package), question
            ).digest
            for name, chosen in asked.items()
        }

    def _ask(self, inquiry: Inquiry) -> dict[str, Dependency]:
        from mistpm.render.requirements import ask

        candidate, reporter = inquiry.candidate, self._workspace.reporter
        file = self._files.get(candidate.package)
        path = file.path if file is not None else self._workspace.registries.fetch(candidate)
        return ask(
            inquiry,
            path,
            self._workspace.runtime,
            log=lambda level, text: reporter.detail(log_line(inquiry.release, level, text)),
        )


def answers_otherwise(
    workspace: Workspace,
    asking: Asking,
    release: str,
    pin: LockedPackage,
    inputs: dict[str, Any],
) -> bool:
    """Tell whether a locked release requires something else with other inputs; may run its module.

    Raises as `Computing.requirements` does.
    """
    if pin.computed is None or not pin.computed.asked:
        return False
    package = read_package(module_path(workspace, pin, asking))
    if package.descriptor is None:
        return False
    candidate = Candidate(
        package=pin.package,
        version=pin.version,
        digest=pin.digest,
        size=pin.size,
        descriptor=package.descriptor,
    )
    computing = Computing(workspace, asking, [pin])
    answer = computing.requirements(release, candidate, inputs, asking.asked.question)
    return answer != pin.computed.requirements


def _inquiry(
    release: str, candidate: Candidate, inputs: Mapping[str, Any], question: Question
) -> Inquiry:
    from mistpm.render.requirements import make_inquiry

    minor, provided = min(question.minors), question.provided_apis
    return make_inquiry(release, candidate, inputs, minor=minor, provided=provided)
