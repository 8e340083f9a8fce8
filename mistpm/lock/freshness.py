"""Whether a lock still answers what is asked, and if not, what changed since."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.lock.question_digest import Asked, digest_question
from mistpm.lock.question_parts import question_parts
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.question import Wanted


def is_fresh(lockfile: Lockfile, asked: Asked) -> bool:
    """Tell whether nothing that decides the resolution changed; costs one digest."""
    return lockfile.kubernetes == _minors(asked) and lockfile.question == digest_question(
        asked, lockfile.releases
    )


def what_changed(lockfile: Lockfile, asked: Asked) -> tuple[str, ...]:
    """Say in lines what makes the lock stale; never empty.

    A lock that does not note the parts of its question tells less: then this is what its pins contradict.
    """
    wanted = {release.name: release for release in asked.question.releases}
    lines = [line for name in sorted(wanted) for line in _changed(lockfile, asked, wanted[name])]
    lines.extend(
        f"release `{name}` is no longer asked for"
        for name, release in sorted(lockfile.releases.items())
        if release.requested and name not in wanted
    )
    lines.extend(_kubernetes(lockfile, asked))
    if lockfile.asked is None:
        return tuple(lines) or (
            "what is asked is not what this lock answers; it does not note of what it was made, so more cannot be told",
        )
    lines.extend(_parts(lockfile, lockfile.asked, asked))
    return tuple(lines) or ("the order of `releases` is another one now",)


def _changed(lockfile: Lockfile, asked: Asked, wanted: Wanted) -> Iterator[str]:
    """Say what is asked of a release now and is not so in the lock."""
    locked = lockfile.releases.get(wanted.name)
    if locked is None:
        if not any(wanted.name in part.releases for part in lockfile.unresolved):
            yield f"release `{wanted.name}` is new"
    elif locked.package != wanted.package:
        yield f"release `{wanted.name}` is of {wanted.package} now, was of {locked.package}"
    else:
        if not locked.requested:
            yield f"release `{wanted.name}` is asked for now, was only pulled in"
        if asked.files.get(wanted.package, locked.digest) != locked.digest:
            yield f"release `{wanted.name}` is of a file that changed"
        if lockfile.asked is None:
            yield from _contradicted(locked, wanted)


def _contradicted(locked: LockedPackage, wanted: Wanted) -> Iterator[str]:
    """Say what is asked of a release and is not so in its pin."""
    if not wanted.range.admits(locked.version):
        yield f"release `{wanted.name}` asks for `{wanted.range}` now; locked is {locked.version}"
    for alias, target in sorted(wanted.bind.items()):
        edge = locked.dependencies.get(alias)
        if edge is not None and edge.target != target:
            yield f"release `{wanted.name}` binds `{alias}` to `{target}` now, was `{edge.target}`"


def _parts(lockfile: Lockfile, before: dict[str, str], asked: Asked) -> Iterator[str]:
    """Say which parts of the question changed; those of a release that comes or goes are told with it."""
    now = question_parts(asked, lockfile.releases)
    unresolved = {name for part in lockfile.unresolved for name in part.releases}
    known = unresolved | {name for name, pin in lockfile.releases.items() if pin.requested}
    stay = [each.name for each in asked.question.releases if each.name in known]
    for place in sorted({*before, *now}):
        was, is_now = before.get(place), now.get(place)
        if was == is_now:
            continue
        if place.startswith("releases.") and not any(
            place.startswith(f"releases.{name}.") for name in stay
        ):
            continue
        if place.endswith(".inputs"):
            yield f"`{place}`: what requirements depend on changed"
        elif was is None:
            yield f"`{place}` is {f'`{is_now}` now' if is_now else 'there now'}, was not given"
        elif is_now is None:
            yield f"`{place}` is not given any more{f', was `{was}`' if was else ''}"
        else:
            yield f"`{place}` is `{is_now}` now, was `{was}`"


def _kubernetes(lockfile: Lockfile, asked: Asked) -> Iterator[str]:
    if _minors(asked) != lockfile.kubernetes:
        yield f"Kubernetes is {_span(_minors(asked))} now, was {_span(lockfile.kubernetes)}"
    elif asked.kubernetes != lockfile.kubernetes_range:
        was, now = (text or "nothing" for text in (lockfile.kubernetes_range, asked.kubernetes))
        yield f"`kubernetes` says {now} now, was {was}"


def _minors(asked: Asked) -> tuple[str, ...]:
    return tuple(str(minor) for minor in asked.question.minors)


def _span(minors: tuple[str, ...]) -> str:
    return minors[0] if len(minors) == 1 else f"{minors[0]} to {minors[-1]}"
