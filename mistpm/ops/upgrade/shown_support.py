"""What rendering shows of the Kubernetes versions that packages support, whatever they say themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.descriptor import Candidate
from mistpm.model.finding import Finding
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor, shown_minors
from mistpm.model.presence import Api
from mistpm.model.ranges import Range, parse_range
from mistpm.model.version import Version
from mistpm.ops.asking import Sources

_TELLING = {"removed-api", "api-not-yet"}
"""Findings that say so for certain: the manifest is written in an API that a Kubernetes version has not."""


class ShownSupport(Struct, frozen=True, kw_only=True):
    """A version of a package that renders, here, what some Kubernetes versions do not have.

    `missing` are those of the minors that were looked at, sorted; `is_gone` tells that the API was there
    before them, otherwise it comes after them.
    """

    package: PackageId
    version: Version
    missing: tuple[Minor, ...]
    is_gone: bool
    release: str
    resource: str

    def narrowed(self, stated: Range | None) -> Range:
        """Give the range that the package should have stated."""
        bound = f"<{self.missing[0]}" if self.is_gone else f">=1.{self.missing[-1].number + 1}"
        alternatives = stated.text.split("||") if stated else [""]
        return parse_range(" || ".join(f"{each} {bound}".strip() for each in alternatives))

    def finding(self) -> Finding:
        """Say so, for whoever trusts what the package says."""
        return Finding(
            severity="warning",
            code="support-overstated",
            message=f"{self.package} {self.version} says that it supports Kubernetes"
            f" {shown_minors(self.missing)}, and renders {self.resource} in an API that is not there",
            release=self.release,
            minors=self.missing,
            hint="planned as if it did not say so; `kubernetes` in its package.yaml should be narrower",
        )


class NarrowedSources(Sources):
    """Sources in which some versions support less than they say."""

    def __init__(self, sources: Sources, shown: Iterable[ShownSupport]) -> None:
        self._sources = sources
        self._shown: dict[PackageId, list[ShownSupport]] = {}
        for each in shown:
            self._shown.setdefault(each.package, []).append(each)

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package; raises `RegistryError`."""
        found = self._sources.candidates(package)
        shown = self._shown.get(package)
        return [_narrowed(each, shown) for each in found] if shown else found

    @property
    def distant(self) -> bool:
        """Whether a round trip to some registry is dear."""
        return self._sources.distant

    def expect(self, packages: Collection[PackageId]) -> None:
        """Let the registries get together what is about to be asked for; raises nothing."""
        self._sources.expect(packages)

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give packages that provide an API, as far as known."""
        return self._sources.providers(api)


Shown = dict[tuple[PackageId, Version, bool], ShownSupport]
"""What was shown, by package, version, and whether something is gone or not there yet."""


def learn(shown: Shown, lockfile: Lockfile, findings: Iterable[Finding]) -> bool:
    """Add which locked versions render what is not there; tells whether any of that is new.

    What is waived does not count.
    """
    is_new = False
    for finding in findings:
        pin = lockfile.releases.get(finding.release)
        if pin is None or finding.code not in _TELLING or finding.waived or not finding.minors:
            continue
        key = (pin.package, pin.version, finding.code == "removed-api")
        before = shown[key].missing if key in shown else ()
        missing = tuple(sorted({*before, *finding.minors}))
        if missing != before:
            is_new = True
            shown[key] = ShownSupport(
                package=pin.package,
                version=pin.version,
                missing=missing,
                is_gone=key[2],
                release=finding.release,
                resource=f"{finding.resource} ({finding.api_version})",
            )
    return is_new


def _narrowed(candidate: Candidate, shown: Iterable[ShownSupport]) -> Candidate:
    descriptor = candidate.descriptor
    for each in shown:
        if each.version == candidate.version:
            descriptor = replace(descriptor, kubernetes=each.narrowed(descriptor.kubernetes))
    return replace(candidate, descriptor=descriptor)
