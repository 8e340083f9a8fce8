"""Recording a resolution."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from mistpm.lock.question_digest import Asked, digest_question
from mistpm.lock.question_parts import question_parts
from mistpm.model.cause import cause_json
from mistpm.model.lockfile import (
    LOCK_VERSION,
    READERS,
    LockedComputation,
    LockedEdge,
    LockedFailure,
    LockedPackage,
    Lockfile,
)
from mistpm.model.plan import Plan
from mistpm.model.question import Held
from mistpm.model.resolution import Chosen, Resolution, Unresolved


def lock_resolution(
    resolution: Resolution,
    asked: Asked,
    previous: Lockfile | None,
    inquiries: Mapping[str, str] = MappingProxyType({}),
) -> Lockfile:
    """Record a resolution, still without the order that its plan gives; see `with_order`.

    `inquiries` has the digest of what each release that computes requirements was asked.  Releases
    without a solution keep their pins of the lock before, and what these need.
    """
    releases = {
        name: _locked(chosen, inquiries.get(name, ""))
        for name, chosen in resolution.releases.items()
    }
    called = {key: _locked(chosen) for key, chosen in resolution.called.items()}
    if previous is not None:
        _keep(
            {name for part in resolution.unresolved for name in part.releases},
            previous,
            releases,
            called,
        )
    releases = dict(sorted(releases.items()))
    return Lockfile(
        lock_version=LOCK_VERSION,
        mistpm=READERS,
        question=digest_question(asked, releases),
        kubernetes_range=asked.kubernetes,
        kubernetes=tuple(str(minor) for minor in asked.question.minors),
        asked=question_parts(asked, releases),
        releases=releases,
        called=dict(sorted(called.items())),
        unresolved=tuple(_failure(part) for part in resolution.unresolved),
    )


def _failure(part: Unresolved) -> LockedFailure:
    """Record a part; what a registry in the way said is a matter of today, with addresses in it."""
    conflict, explanation, hints = part.conflict, part.explanation, part.hints
    if part.is_open and not part.by_package:
        explanation, hints = (f"what it needs could not be asked for ({part.reference})",), ()
    return LockedFailure(
        releases=part.releases,
        explanation=(*explanation, *part.needs),
        hints=hints,
        causes=tuple(cause_json(ground) for ground in conflict.grounds) if conflict else (),
        minimal=conflict is None or conflict.minimal,
        reference=part.reference,
        by_package=part.by_package,
    )


def _keep(
    failed: set[str],
    previous: Lockfile,
    releases: dict[str, LockedPackage],
    called: dict[str, LockedPackage],
) -> None:
    """Add the pins that failed releases had, and of what they need those that are missing."""
    kept = {name: previous.releases[name] for name in failed & previous.releases.keys()}
    releases.update(kept)
    waiting = list(kept.values())
    while waiting:
        for edge in waiting.pop().dependencies.values():
            is_call = edge.use == "call"
            before, now = (previous.called, called) if is_call else (previous.releases, releases)
            if edge.target in before and edge.target not in now:
                now[edge.target] = before[edge.target]
                waiting.append(before[edge.target])


def with_order(lockfile: Lockfile, plan: Plan) -> Lockfile:
    """Record the stages in which the releases are rendered and applied."""
    order = tuple(tuple(step.release for step in stage) for stage in plan.stages)
    return msgspec.structs.replace(lockfile, order=order)


def held_by(lockfile: Lockfile | None, free: frozenset[str] = frozenset()) -> Held:
    """Give what a lock holds, for solving again with the fewest changes; `free` may move."""
    if lockfile is None:
        return Held()
    calls: dict[str, dict[str, str]] = {}
    providers: dict[str, str] = {}
    for name, locked in (*lockfile.releases.items(), *lockfile.called.items()):
        for alias, edge in locked.dependencies.items():
            if edge.use == "call":
                calls.setdefault(name, {})[alias] = edge.target
            elif edge.use == "api" and edge.target in lockfile.releases:
                providers[edge.requires] = edge.target
    return Held(
        releases={
            name: (release.package, release.version) for name, release in lockfile.releases.items()
        },
        called={key: called.version for key, called in lockfile.called.items()},
        calls=calls,
        providers=providers,
        free=free,
    )


def _locked(chosen: Chosen, inquiry: str = "") -> LockedPackage:
    candidate, computation = chosen.candidate, chosen.computation
    return LockedPackage(
        package=candidate.package,
        version=candidate.version,
        digest=candidate.digest,
        size=candidate.size,
        requested=chosen.requested,
        dependencies={
            edge.alias: LockedEdge(
                use=edge.use,
                requires=edge.requires,
                target=edge.target,
                optional=edge.optional,
                computed=edge.computed,
            )
            for edge in sorted(chosen.edges, key=lambda edge: edge.alias)
        },
        when=dict(sorted(chosen.when.items())),
        reads=tuple(sorted(chosen.reads)),
        computed=None
        if computation is None
        else LockedComputation(
            asked="" if computation.answer is None else inquiry,
            requirements=dict(sorted((computation.answer or {}).items())),
            secrets=computation.secrets,
        ),
    )


def renamed(lockfile: Lockfile, old: str, new: str) -> Lockfile:
    """Give the lock with a release under a new name; stale until the question is asked again."""
    releases = {
        (new if name == old else name): msgspec.structs.replace(
            release,
            dependencies={
                alias: msgspec.structs.replace(edge, target=new)
                if edge.target == old and edge.use != "call"
                else edge
                for alias, edge in release.dependencies.items()
            },
        )
        for name, release in lockfile.releases.items()
    }
    order = tuple(
        tuple(sorted(new if name == old else name for name in stage)) for stage in lockfile.order
    )
    return msgspec.structs.replace(lockfile, releases=dict(sorted(releases.items())), order=order)
