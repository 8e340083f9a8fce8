"""Locks of made-up worlds, as `mistpm lock` makes them."""

from __future__ import annotations

from small_worlds import World

from mistpm.lock.from_resolution import held_by, lock_resolution, with_order
from mistpm.lock.question_digest import Asked
from mistpm.model.lockfile import Lockfile
from mistpm.model.question import Question
from mistpm.plan import plan_releases


def asked_of(question: Question, kubernetes: str = "") -> Asked:
    """Give a question as it is compared with a lock."""
    return Asked(question=question, kubernetes=kubernetes)


def lock_of(
    world: World, question: Question, previous: Lockfile | None = None, *, kubernetes: str = ""
) -> Lockfile:
    """Solve a question and lock the answer, with the fewest changes to a lock before."""
    resolution = world.resolve(question, held_by(previous))
    lockfile = lock_resolution(resolution, asked_of(question, kubernetes), previous)
    return with_order(lockfile, plan_releases(lockfile))
