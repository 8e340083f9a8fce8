"""Listings: a package's versions newest first, sets of them as bit masks.

Bit 0 is the newest version.  A mask is an ordinary integer, so that sets of a thousand versions are
cut and joined in one step: `specs/resolve.md#masks`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

from mistpm.model.descriptor import Candidate, Conflict, Descriptor
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.model.ranges import ANY, Range
from mistpm.model.version import Version
from mistpm.model.version_set import VersionSet
from mistpm.resolve.world.profile import Profile, Statement, mask_of, profiles
from mistpm.resolve.world.series import series_of


class Listing:
    """All versions of one package; worked out once for a catalogue.

    Making it costs one comparison of descriptors per version.
    """

    def __init__(self, package: PackageId, candidates: Sequence[Candidate]) -> None:
        self.package = package
        self.candidates = _newest_first(candidates)
        self.all = (1 << len(self.candidates)) - 1
        self._oldest_first = [candidate.version.key for candidate in reversed(self.candidates)]
        self.prereleases = mask_of(
            at for at, candidate in enumerate(self.candidates) if candidate.version.is_prerelease
        )
        self._eligible: dict[tuple[str, bool], int] = {}
        self._profile_at: dict[int, Profile] = {}
        self.profiles = profiles(self.candidates)

    def matching(self, versions: VersionSet) -> int:
        """Give what is in a set of versions; costs a binary search per end of an interval."""
        count, mask = len(self._oldest_first), 0
        for start, end in versions.intervals():
            first = bisect_left(self._oldest_first, start)
            last = count if end is None else bisect_left(self._oldest_first, end)
            if first < last:
                mask |= (1 << (count - first)) - (1 << (count - last))
        return mask

    def eligible(self, range_: Range, *, prereleases: bool) -> int:
        """Give what may meet a requirement, as `mistpm.model.ranges.eligible` does."""
        key = (range_.text, prereleases)
        mask = self._eligible.get(key)
        if mask is None:
            mask = matching = self.matching(range_.versions)
            if not prereleases and matching & ~self.prereleases:
                asked = self.matching(range_.prereleases) & self.prereleases
                mask = matching & ~self.prereleases | asked
            self._eligible[key] = mask
        return mask

    @cached_property
    def series(self) -> dict[str, int]:
        """Give the versions of each series, newest series first."""
        masks: dict[str, int] = {}
        for place, candidate in enumerate(self.candidates):
            name = series_of(candidate.version)
            masks[name] = masks.get(name, 0) | 1 << place
        return masks

    def best(self, mask: int) -> int:
        """Give the bit of the newest of some versions; yanked ones are the last resort."""
        return newest(mask & ~self.yanked or mask)

    def better(self, place: int) -> int:
        """Give the versions that are better than the one at a bit."""
        newer = (1 << place) - 1
        return self.all & ~self.yanked | newer if self.yanked >> place & 1 else newer & ~self.yanked

    def rank(self, mask: int) -> tuple[bool, int]:
        """Give what orders sets of versions by the best of each, the best set first."""
        return not mask & ~self.yanked, self.best(mask)

    def place(self, version: Version) -> int | None:
        """Give the bit of a version; None where there is no such version."""
        count = len(self._oldest_first)
        first = bisect_left(self._oldest_first, version.key)
        if first == count or self._oldest_first[first] != version.key:
            return None
        return count - 1 - first

    @cached_property
    def yanked(self) -> int:
        """Give the versions that were withdrawn."""
        mask = 0
        for profile in self.profiles:
            mask |= profile.mask if profile.yanked else 0
        return mask

    def profile(self, place: int) -> Profile:
        """Give the profile of the version at a bit."""
        found = self._profile_at.get(place)
        if found is None:
            found = next(profile for profile in self.profiles if profile.mask >> place & 1)
            self._profile_at[place] = found
        return found

    def providing(self, api: Api) -> int:
        """Give the versions that provide an API."""
        return self._where(lambda descriptor: api in descriptor.provides.apis)

    @cached_property
    def computing(self) -> int:
        """Give the versions that compute further requirements."""
        return self._where(lambda descriptor: descriptor.computed)

    @cached_property
    def kubernetes(self) -> dict[Range, int]:
        """Give the versions by the versions of Kubernetes that they need, where they say so."""
        masks: dict[Range, int] = {}
        for profile in self.profiles:
            needed = profile.descriptor.kubernetes
            if needed is not None:
                masks[needed] = masks.get(needed, 0) | profile.mask
        return masks

    @cached_property
    def following(self) -> dict[Range, int]:
        """Give the versions by what may move to them in one step, where they say so."""
        masks: dict[Range, int] = {}
        for place, candidate in enumerate(self.candidates):
            before = candidate.descriptor.upgrades.from_
            if before != ANY:
                masks[before] = masks.get(before, 0) | 1 << place
        return masks

    @cached_property
    def exclusive(self) -> int:
        """Give the versions that cannot be beside certain others."""
        return self._where(lambda d: bool(d.provides.apis or d.conflicts or d.scope == "cluster"))

    @cached_property
    def requires(self) -> frozenset[PackageId | None]:
        """Give the packages that some version requires; None stands for every API."""
        return frozenset(statement.package for statement in self.statements)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Give what versions state that they depend on, each once."""
        return tuple(dict.fromkeys(s for profile in self.profiles for s in profile.statements))

    @cached_property
    def stating(self) -> dict[tuple[str, str], list[Statement]]:
        """Give what states each requirement, by use and text: under several aliases it may be."""
        found: dict[tuple[str, str], list[Statement]] = {}
        for statement in self.statements:
            found.setdefault((statement.use, statement.text), []).append(statement)
        return found

    @cached_property
    def cluster_wide(self) -> int:
        """Give the versions of which there is at most one release."""
        return self._where(lambda descriptor: descriptor.scope == "cluster")

    def owning(self, group: str, kind: str) -> int:
        """Give the versions that provide a kind of a group, in any of its versions."""
        return self._where(
            lambda d: any((api.group, api.kind) == (group, kind) for api in d.provides.apis)
        )

    def refusing(self, conflict: Conflict) -> int:
        """Give the versions that refuse to be beside the same."""
        return self._where(lambda descriptor: conflict in descriptor.conflicts)

    @cached_property
    def is_conditional(self) -> bool:
        """Tell whether some version has a condition, so that inputs make a difference."""
        return any(
            dependency.when
            for profile in self.profiles
            for dependency in profile.descriptor.dependencies.values()
        )

    def _where(self, holds: Callable[[Descriptor], bool]) -> int:
        mask = 0
        for profile in self.profiles:
            mask |= profile.mask if holds(profile.descriptor) else 0
        return mask


def _newest_first(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Order candidates; of equal versions (`1.2` and `1.2.0`) one is kept, always the same."""
    if len({candidate.version.key for candidate in candidates}) < len(candidates):
        by_text = sorted(candidates, key=lambda c: (c.version.text, c.digest), reverse=True)
        candidates = list({candidate.version.key: candidate for candidate in by_text}.values())
    return tuple(sorted(candidates, key=lambda candidate: candidate.version.key, reverse=True))


def newest(mask: int) -> int:
    """Give the lowest bit that is set: the newest version's place."""
    return (mask & -mask).bit_length() - 1
