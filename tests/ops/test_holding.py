"""What holds things at their versions."""

from __future__ import annotations

import pytest
from made_shop import Shop

from mistpm.errors import LockError
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.views.holding import held_back, held_now

RELEASES = {"app": {"package": "toy/apps/app", "version": "=1.0.0"}}


def now(*names: str) -> dict[str, tuple[str, str, int] | None]:
    """Give what holds nodes of the present lock: the newest version, the lines, how many causes."""
    found = held_now(Options(), Reporter(), names)
    return {
        name: (held.newest, "; ".join(held.because), len(held.causes)) if held else None
        for name, held in found.items()
    }


def test_what_holds_a_node_of_the_present_lock_is_told(shop: Shop) -> None:
    """A range of the file, Kubernetes, nothing at all; called packages too."""
    shop.write(releases=RELEASES)
    shop.install()

    assert {
        "app": ("1.1.0", "mistpm.yaml asks for toy/apps/app =1.0.0", 1),
        "meter": (
            "2.0.0",
            "toy/watch/meter 2.0.0 needs Kubernetes >=1.34, while the environment includes 1.31 and 1.32",
            1,
        ),
        "toy/engines/jinja@1": None,
    } == now("app", "meter", "toy/engines/jinja@1")


def test_the_lock_may_be_all_that_holds_it(shop: Shop) -> None:
    """Since the file allows more than it did."""
    shop.write(releases=RELEASES)
    shop.install()
    shop.edit("=1.0.0", "^1")

    assert {
        "app": (
            "1.1.0",
            "nothing but the lock keeps it there: `mistpm upgrade app` moves it",
            0,
        )
    } == now("app")


def test_what_cannot_be_resolved_is_held_by_nothing_else(shop: Shop) -> None:
    """In a report it is left out, with what is kept for it: that it failed is told elsewhere."""
    shop.write(releases={**RELEASES, "one": {"package": "toy/data/backup", "version": "=1.0.0"}})
    shop.install()
    shop.edit("toy/apps/app\n    version: =1.0.0", "toy/apps/app\n    version: ^9")
    workspace = shop.open()
    solved = solve(workspace)

    assert ["app"] == [name for part in solved.lockfile.unresolved for name in part.releases]
    assert ["one"] == [each.release for each in held_back(workspace, solved)]


def test_without_a_lock_nothing_is_held(shop: Shop) -> None:
    """Solving comes first."""
    shop.write(releases=RELEASES)
    with pytest.raises(LockError) as caught:
        now("app")

    assert "lock-missing" == caught.value.reference
