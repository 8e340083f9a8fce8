"""The states that an upgrade leads through: what the environment says in each, and what is locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mistpm.document.edits import Edit, Put, Remove
from mistpm.lock.question_digest import digest_question
from mistpm.model.minor import Minor
from mistpm.model.minors import minors_of
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.model.upgrade_path import PackageMove, PathMove
from mistpm.ops.asking import Asking, Sources, kubernetes_text
from mistpm.ops.computing import Computing
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Move, Solved, moves, record, solve_asked
from mistpm.ops.workspace import Workspace


class State(Struct, frozen=True, kw_only=True):
    """What holds after a step: the environment as it is written then, and its lock.

    `moves` are how versions differ from the state before.  `before` and `after` are the cluster's minors
    in a step of its own.  `sources` are where candidates came from.
    """

    kind: Literal["packages", "kubernetes"]
    workspace: Workspace
    sources: Sources
    solved: Solved
    moves: tuple[Move, ...] = ()
    before: Minor | None = None
    after: Minor | None = None

    @property
    def minors(self) -> tuple[Minor, ...]:
        """The Kubernetes versions that everything supports then."""
        return self.solved.asking.asked.question.minors

    @property
    def kubernetes(self) -> str:
        """What the environment says of them, empty where it leaves that to the lock."""
        return kubernetes_text(self.workspace)


class Trail:
    """Makes one state after the other; each goes on from the one before, the first from `present`.

    `goal` is what the environment notes as its goal on the way; without one it stays as it is written.  A state
    may be made shorter before the next is asked for; what the way to there says that pins support is not
    forgotten for that.  `left_out` are the parts without a solution that `--keep-going` leaves as they are.
    """

    def __init__(
        self,
        workspace: Workspace,
        present: Solved,
        sources: Sources,
        *,
        goal: Minor | None = None,
        left_out: tuple[Unresolved, ...] = (),
    ) -> None:
        self._workspace = workspace
        self._sources = sources
        self._asking = present.asking
        self._lockfile = present.lockfile
        self._before = present.previous
        self._goal = goal
        self._left_out = left_out
        self._supported: tuple[Minor, ...] = ()

    def follow(self, path_moves: Iterable[PathMove], *, is_whole: bool) -> Iterator[State]:
        """Give the states after these moves; after the last one the goal is reached if they are the whole way."""
        path_moves = tuple(path_moves)
        for number, move in enumerate(path_moves, start=1):
            yield self._move(move, is_last=is_whole and number == len(path_moves))

    def shorten(self, state: State, minors: tuple[Minor, ...]) -> State:
        """Give the state that was made last with fewer minors: what it renders does not support the others."""
        self._write(minors, is_last=False)
        solved = replace(self._kept(), previous=state.solved.previous)
        self._lockfile = self._before = solved.lockfile
        return replace(state, workspace=self._workspace, solved=solved)

    def stay(self, minors: tuple[Minor, ...], *, is_last: bool = False) -> State:
        """Give the state in which everything is as it is, but for these minors."""
        self._supported = tuple(sorted(minors))
        asking = self._write(self._supported, is_last=is_last)
        return self._state(solve_asked(self._workspace, asking, self._lockfile), "packages")

    def _move(self, move: PathMove, *, is_last: bool) -> State:
        if isinstance(move, PackageMove):
            self._supported = tuple(sorted(move.minors))
            asking = self._write(self._supported, is_last=is_last)
            return self._state(self._recorded(asking, move.resolution), "packages")
        is_up = move.before < move.after
        self._supported = tuple(
            minor
            for minor in self._supported
            if (minor >= move.after if is_up else minor <= move.after)
        )
        self._write(self._supported, is_last=is_last)
        return self._state(self._kept(), "kubernetes", before=move.before, after=move.after)

    def _kept(self) -> Solved:
        """Lock the same pins for other minors, which the way to there knows to be supported.

        What only a minor decides is solved: which APIs Kubernetes has, what packages answer that compute
        requirements; then something may not be needed any more.
        """
        asking, lockfile = self._asking, self._lockfile
        pins = nodes(lockfile).values()
        depends = any(
            pin.computed is not None or any(e.use == "api" for e in pin.dependencies.values())
            for pin in pins
        )
        if depends or lockfile.unresolved:
            return solve_asked(self._workspace, asking, lockfile)
        asked = asking.asked
        kept = replace(
            lockfile,
            question=digest_question(asked, lockfile.releases),
            kubernetes_range=asked.kubernetes,
            kubernetes=tuple(map(str, asked.question.minors)),
        )
        return Solved(lockfile=kept, previous=lockfile, asking=asking)

    def _recorded(self, asking: Asking, resolution: Resolution) -> Solved:
        computing = Computing(self._workspace, asking, self._lockfile.releases.values())
        whole = replace(resolution, unresolved=(*resolution.unresolved, *self._left_out))
        return record(asking, whole, computing, self._lockfile)

    def _state(
        self,
        solved: Solved,
        kind: Literal["packages", "kubernetes"],
        *,
        before: Minor | None = None,
        after: Minor | None = None,
    ) -> State:
        was, self._before = self._before, solved.lockfile
        self._lockfile = solved.lockfile
        return State(
            kind=kind,
            workspace=self._workspace,
            sources=self._sources,
            solved=replace(solved, previous=was),
            moves=moves(was, solved.lockfile),
            before=before,
            after=after,
        )

    def _write(self, minors: tuple[Minor, ...], *, is_last: bool) -> Asking:
        """Draft the environment of the next state; gives what it asks."""
        if self._goal is not None:
            edits = self._edits(minors, self._goal, is_last=is_last)
            self._workspace = self._workspace.drafted(self._workspace.document.edited(*edits))
        asked = self._asking.asked
        question = replace(asked.question, minors=minors)
        asked = replace(asked, question=question, kubernetes=kubernetes_text(self._workspace))
        self._asking = replace(self._asking, asked=asked)
        return self._asking

    def _edits(self, minors: tuple[Minor, ...], goal: Minor, *, is_last: bool) -> Iterator[Edit]:
        environment = self._workspace.environment
        if environment.kubernetes is not None and minors_of(environment.kubernetes) != minors:
            yield Put(path=("kubernetes",), value=range_text(minors))
        if not is_last:
            yield Put(path=("goal", "kubernetes"), value=str(goal))
        elif environment.goal is not None:
            yield Remove(path=("goal",))


def range_text(minors: tuple[Minor, ...]) -> str:
    """Write minors that follow each other as a range: `>=1.35 <1.37`."""
    return f">={minors[0]} <1.{minors[-1].number + 1}"
