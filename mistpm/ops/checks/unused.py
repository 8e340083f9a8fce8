"""What an environment says of releases and packages that are not there: mostly a name that was mistyped."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mistpm.document import Place, Positions
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.model.environment import Environment, TargetEntry
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Solved


def unused_entries(document: EnvironmentDocument, solved: Solved) -> tuple[Finding, ...]:
    """Give a finding for each entry that configures nothing, with its line."""
    environment, lines = document.environment, Positions(document.text)
    found = (
        *_of_targets(environment, solved.lockfile),
        *_of_settings(environment, solved),
        *_of_provided(environment, solved),
    )
    if not document.path:
        return tuple(finding for _, finding in found)
    return tuple(
        replace(finding, file=document.title, line=lines.line(place)) for place, finding in found
    )


def _of_targets(environment: Environment, lockfile: Lockfile) -> Iterator[tuple[Place, Finding]]:
    known = {*environment.releases, *lockfile.releases}
    known.update(name for part in lockfile.unresolved for name in part.releases)
    places: dict[tuple[str, ...], TargetEntry] = {}
    if environment.target:
        places["target",] = environment.target
    places |= {("targets", name): entry for name, entry in environment.targets.items()}
    for place, target in places.items():
        for key, names in (("inputs", target.inputs), ("patches", target.patches)):
            for name in sorted(names.keys() - known):
                path = ".".join((*place, key, name))
                yield (
                    (*place, key, name),
                    Finding(
                        severity="warning",
                        code="unused-entry",
                        path=path,
                        message=f"`{path}` is for no release that there is",
                        hint="".join(did_you_mean(name, known)),
                    ),
                )


def _of_settings(environment: Environment, solved: Solved) -> Iterator[tuple[Place, Finding]]:
    if solved.lockfile.unresolved:
        return
    pulled_in = {pin.package for pin in solved.lockfile.releases.values() if not pin.requested}
    question = solved.asking.asked.question
    for key, setting in zip(environment.settings, question.settings, strict=True):
        if setting.package not in pulled_in:
            yield (
                ("settings", key),
                Finding(
                    severity="info",
                    code="unused-entry",
                    path=f"settings.{key}",
                    message=f"`settings.{key}` configures nothing: nothing pulls that package in",
                    hint="".join(did_you_mean(setting.package, pulled_in)),
                ),
            )


def _of_provided(environment: Environment, solved: Solved) -> Iterator[tuple[Place, Finding]]:
    """Tell of packages only: an API that is provided is something that templates can ask about."""
    if solved.lockfile.unresolved:
        return
    met = {
        edge.requires.partition(" ")[0]
        for pin in nodes(solved.lockfile).values()
        for edge in pin.dependencies.values()
        if edge.target == "provided"
    }
    provided = solved.asking.asked.question.provided_packages
    for key, package in zip(environment.provided.packages, provided, strict=True):
        if package not in met:
            yield (
                ("provided", "packages", key),
                Finding(
                    severity="info",
                    code="unused-entry",
                    path=f"provided.packages.{key}",
                    message=f"`provided.packages.{key}` meets nothing: nothing requires that package",
                ),
            )
