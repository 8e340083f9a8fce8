"""Why something is not at another version, or what would change if it were."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mistpm.errors import RegistryError
from mistpm.lock.from_resolution import held_by
from mistpm.model.cause import Ground, MayOnlyFollow, cause_json
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.resolution import Chosen, Resolution, Unresolved
from mistpm.model.version import Version
from mistpm.ops.asking import Asking, Sources, ask
from mistpm.ops.computing import Computing
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Move, move_between
from mistpm.ops.packages.package_argument import is_path
from mistpm.ops.upgrade.stepping_stones import stepping_stones
from mistpm.ops.views.glance import lock_missing, staleness
from mistpm.ops.views.meant_version import Meant, find_meant, meant_version
from mistpm.ops.workspace import Workspace

if TYPE_CHECKING:
    from mistpm.resolve import Possible


class WhyNot(Struct, frozen=True, kw_only=True, rename="camel"):
    """What stands against a version, or what having it would change.

    `node` is the release or called package in question, `current` its version in the lock, empty where
    it has none.  Where the version is not `possible`, `explanation` tells why in lines, `hints` are changes
    that were tried out and would help, `causes` the causes as data, of which none can be left out if
    `minimal`.  Where it is, `moves` are what would change, `command` does it, and `edit` says what to
    write into mistpm.yaml where no command does.  `steps` are the versions on the way, the last one among
    them, where it may not follow the current one at once; then `command` or `edit` may be for the first of them.
    """

    environment: str
    stale: tuple[str, ...]
    node: str
    package: str
    current: str
    version: str
    possible: bool
    needed: bool = True
    moves: tuple[Move, ...] = ()
    steps: tuple[str, ...] = ()
    command: str = ""
    edit: str = ""
    explanation: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    causes: tuple[dict[str, Any], ...] = ()
    minimal: bool = True


def why_not(workspace: Workspace, text: str) -> WhyNot:
    """Solve with what `text` names at a version: `NAME@VERSION`, or `NAME` for its newest one.

    Keeps to the lock as far as that can be, writes nothing.  Raises `UsageError` for a name that is
    unknown or means several releases, `RegistryError` for a version that there is not, `LockError`.
    """
    lockfile = workspace.lockfile
    if lockfile is None:
        raise lock_missing(workspace.document.title)
    asking = ask(workspace, lockfile)
    sources = Sources(workspace, asking.files)
    meant = find_meant(workspace, asking.asked.question, lockfile, text)
    candidates = sources.candidates(meant.package)
    version = meant_version(meant, candidates, prereleases=asking.asked.question.prereleases)
    return _Pinning(workspace, lockfile, asking, sources).answer(meant, version)


class _Pinning:
    """Solving with something at another version than the lock has."""

    def __init__(
        self, workspace: Workspace, lockfile: Lockfile, asking: Asking, sources: Sources
    ) -> None:
        self._workspace = workspace
        self._lockfile = lockfile
        self._asking = asking
        self._sources = sources
        self._computing = Computing(workspace, asking, lockfile.releases.values())

    def answer(self, meant: Meant, version: Version) -> WhyNot:
        """Tell why it cannot be, or what would change."""
        from mistpm.resolve import Possible

        now = nodes(self._lockfile).get(meant.node)
        found = self._solve(meant, version)
        told = WhyNot(
            environment=self._workspace.document.title,
            stale=staleness(self._lockfile, self._asking.asked),
            node=found.node if isinstance(found, Possible) else meant.node or meant.package.name,
            package=str(meant.package),
            current=str(now.version) if now else "",
            version=str(version),
            possible=isinstance(found, Possible),
        )
        if not isinstance(found, Possible):
            grounds = found.conflict.grounds if found.conflict else ()
            return replace(
                told,
                explanation=found.explanation,
                hints=found.hints,
                causes=tuple(cause_json(ground) for ground in grounds),
                minimal=found.conflict.minimal if found.conflict else True,
            )
        told = replace(told, needed=found.is_needed, moves=_moves(self._lockfile, found.resolution))
        if told.current == told.version or not told.needed:
            return told
        if now is not None and found.node == meant.node and meant.node in self._lockfile.releases:
            stones = self._stones(now, version)
            if stones is None:
                return self._out_of_reach(told, now, version)
            told = replace(told, steps=tuple(map(str, (*stones, version))) if stones else ())
        return self._with_what_does_it(told, meant)

    def _stones(self, now: LockedPackage, version: Version) -> tuple[Version, ...] | None:
        """Give the versions between a pin and another version, none where it may follow; None without a way."""
        candidates = self._sources.candidates(now.package)
        minors = self._asking.asked.question.minors
        return stepping_stones(candidates, now.version, version, minors)

    def _out_of_reach(self, told: WhyNot, now: LockedPackage, version: Version) -> WhyNot:
        """Tell that a version could be there, but cannot be come to."""
        from mistpm.resolve.explain.writer import facts

        candidates = self._sources.candidates(now.package)
        grounds = tuple(
            Ground(
                cause=MayOnlyFollow(
                    package=now.package,
                    range=each.descriptor.upgrades.from_.text,
                    held=now.version.text,
                ),
                versions=version.text,
            )
            for each in candidates
            if each.version == version
        )
        return replace(
            told,
            possible=False,
            moves=(),
            explanation=facts(grounds, self._workspace.asker),
            causes=tuple(cause_json(ground) for ground in grounds),
        )

    def _solve(self, meant: Meant, version: Version) -> Possible | Unresolved:
        from mistpm.resolve import Possible, blockers, why_not

        question, held = self._asking.asked.question, held_by(self._lockfile)
        limits, asker = self._workspace.limits, self._workspace.asker
        is_release = meant.node in self._asked or meant.node in self._lockfile.releases
        found = why_not(
            question,
            self._sources,
            held,
            meant.package,
            version,
            release=meant.node if is_release else "",
            computing=self._computing,
            limits=limits,
            asker=asker,
        )
        if isinstance(found, Possible) and self._is_on_top(meant, found):
            blocked = blockers(
                question,
                self._sources,
                held,
                meant.node,
                version,
                computing=self._computing,
                limits=limits,
                asker=asker,
            )
            return blocked or found
        return found

    def _is_on_top(self, meant: Meant, found: Possible) -> bool:
        """Tell whether a called package was asked for besides, because no range leads to that series."""
        return meant.node in self._lockfile.called and "@" not in found.node

    def _with_what_does_it(self, told: WhyNot, meant: Meant) -> WhyNot:
        """Add the command that makes it so: an upgrade where that gives this very version."""
        if meant.node and self._after_upgrade(meant.node, told.node) == told.version:
            return replace(told, command=self._command("upgrade", meant.node))
        version = told.steps[0] if told.steps else told.version
        entry = self._workspace.environment.releases.get(told.node)
        if entry is None and meant.node:
            if told.node not in self._lockfile.releases:
                return told
            key = self._local_name(meant.package)
            return replace(told, edit=f'settings: {{{key}: {{version: "={version}"}}}}')
        written = entry.package if entry else self._local_name(meant.package)
        if is_path(written):
            return told
        verb = "add" if entry is None and self._workspace.has_file else "install"
        command = self._command(verb, told.node, "-p", f"{written}:{version}")
        return replace(told, command=command)

    def _command(self, *words: str) -> str:
        """Give a command for the environment that the user named."""
        options = self._workspace.options
        where = ["-e", str(options.environment)] if options.environment else []
        where += ["-t", options.target] if options.target and words[0] != "add" else []
        return shlex.join(["mistpm", *words, *where])

    def _after_upgrade(self, freed: str, node: str) -> str:
        """Give the version that a node has after an upgrade of one alone, empty where it has none."""
        from mistpm.resolve import resolve

        resolution = resolve(
            self._asking.asked.question,
            self._sources,
            held_by(self._lockfile, frozenset({freed})),
            computing=self._computing,
            limits=self._workspace.limits,
        )
        chosen = {**resolution.releases, **resolution.called}.get(node)
        return str(chosen.candidate.version) if chosen else ""

    def _local_name(self, package: PackageId) -> str:
        """Give a package as mistpm.yaml calls it."""
        for alias in self._workspace.registries.aliases:
            with suppress(RegistryError):
                if self._workspace.registries.own_name(alias) == package.registry:
                    return f"{alias}/{package.group}/{package.name}"
        return str(package)

    @property
    def _asked(self) -> set[str]:
        return {wanted.name for wanted in self._asking.asked.question.releases}


def _moves(lockfile: Lockfile, resolution: Resolution) -> tuple[Move, ...]:
    """Compare a lock with a resolution, releases before called packages, each by name."""
    return (
        *_changed(lockfile.releases, resolution.releases),
        *_changed(lockfile.called, resolution.called),
    )


def _changed(before: dict[str, LockedPackage], after: dict[str, Chosen]) -> Iterator[Move]:
    for node in sorted({*before, *after}):
        was = before.get(node)
        now = after[node].candidate if node in after else None
        if (was and (was.package, was.version)) != (now and (now.package, now.version)):
            yield move_between(node, was, now)
