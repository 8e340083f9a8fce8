"""The question that an environment asks, once its packages have their identities."""

from __future__ import annotations

from collections.abc import Mapping

from mistpm.model.environment import Environment, SettingEntry
from mistpm.model.identity import PackageId
from mistpm.model.minor import Minor
from mistpm.model.question import Question, Setting, Wanted
from mistpm.model.version import Version


def question_of(
    environment: Environment,
    *,
    releases: Mapping[str, PackageId],
    settings: Mapping[PackageId, SettingEntry],
    provided: Mapping[PackageId, Version],
    minors: tuple[Minor, ...],
) -> Question:
    """Put a question together from the file and from what its names mean; reads nothing."""
    return Question(
        releases=tuple(
            Wanted(
                name=name,
                package=releases[name],
                range=entry.version,
                bind=entry.bind,
                inputs=entry.inputs,
            )
            for name, entry in environment.releases.items()
        ),
        settings=tuple(
            Setting(
                package=package,
                range=entry.version,
                name=entry.name,
                bind=entry.bind,
                inputs=entry.inputs,
            )
            for package, entry in settings.items()
        ),
        minors=minors,
        provided_apis=environment.provided.apis,
        provided_packages=dict(provided),
        prereleases=environment.policy.prereleases,
    )
