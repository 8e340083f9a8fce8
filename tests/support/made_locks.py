"""Locks of made-up worlds, as `mistpm lock` makes them."""

from __future__ import annotations

from small_worlds import World, asking

from mistpm.lock.from_resolution import held_by, lock_resolution, with_order
from mistpm.lock.question_digest import Asked
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.model.question import Question
from mistpm.model.version import parse_version
from mistpm.ops.views.glance import Glance
from mistpm.plan.stages import plan_releases

INQUIRY = "sha256:" + "5" * 64
"""What stands for the digest of what a package was asked that computes requirements."""


def asked_of(question: Question, kubernetes: str = "") -> Asked:
    """Give a question as it is compared with a lock."""
    return Asked(question=question, kubernetes=kubernetes)


def lock_of(
    world: World, question: Question, previous: Lockfile | None = None, *, kubernetes: str = ""
) -> Lockfile:
    """Solve a question and lock the answer, with the fewest changes to a lock before."""
    resolution = world.resolve(question, held_by(previous))
    inquiries = dict.fromkeys(resolution.releases, INQUIRY)
    lockfile = lock_resolution(resolution, asked_of(question, kubernetes), previous, inquiries)
    return with_order(lockfile, plan_releases(lockfile))


def pinned(name: str, *targets: str, requested: bool = False) -> LockedPackage:
    """Pin a package that installs others."""
    return LockedPackage(
        package=PackageId(f"starter/g/{name}"),
        version=parse_version("1.0.0"),
        digest="sha256:" + "0" * 64,
        size=1,
        requested=requested,
        dependencies={
            f"to-{target}": LockedEdge(
                use="install", requires=f"starter/g/{target} ^1", target=target
            )
            for target in targets
        },
    )


def lock_of_edges(**edges: str) -> Lockfile:
    """Make a lock of releases and what they need: `a="* b c"`, `*` for those that were asked for."""
    return Lockfile(
        lock_version=1,
        mistpm=">=0.1",
        question="sha256:" + "0" * 64,
        kubernetes=("1.33",),
        releases={
            name: pinned(name, *text.replace("*", "").split(), requested=text.startswith("*"))
            for name, text in edges.items()
        },
    )


def seen(lockfile: Lockfile) -> Glance:
    """Give what a look at a lock alone tells."""
    return Glance(file="mistpm.yaml", lockfile=lockfile, environment=None)


DIAMOND = (
    World()
    .add(
        "apps/shop",
        "1.0.0",
        {"left": "apps/left ^1", "right": "apps/right", "pods": "api v1/Pod"},
    )
    .add("apps/left", "1.0.0", {"db": "data/db ^1", "log": "call lib/log"})
    .add("apps/right", "1.0.0", {"db": "data/db", "x": "optional api a.b/v1/K"})
    .add("data/db", "1.0.0", {"log": "call lib/log"})
    .add("lib/log", "1.0.0", {"text": "call lib/text"})
    .add("lib/text", "1.0.0")
)
DIAMOND_LOCK = lock_of(DIAMOND, asking({"shop": "apps/shop", "alone": "lib/text"}))
"""Two ways to one database, a package that is called by several, and APIs that others meet."""
