"""A copy of an environment's file that kept its id."""

from __future__ import annotations

from pathlib import Path

from made_shop import Shop

from mistpm.ops.proposing import Proposal

HINT = "give the copy another `id` (32 hexadecimal digits) and `target`, else it takes the original's place"


def copies(proposal: Proposal) -> list[tuple[str, str]]:
    """Give what is said of copies."""
    found = (each for each in proposal.findings if each.code == "copied-environment")
    return [(each.message, each.hint) for each in found]


def test_a_copy_beside_the_original_is_told(shop: Shop) -> None:
    """It names the original, and what would go."""
    shop.write(releases={"meter": {"package": "toy/watch/meter"}})
    shop.install()
    Path("copy.yaml").write_text(
        shop.file.read_text(encoding="utf-8").replace("meter:", "measure:"), encoding="utf-8"
    )
    message = (
        "`copy.yaml` looks like a copy of the environment that installed `meter`:"
        " `mistpm.yaml` beside it has the same `id`"
    )

    assert [(message, HINT)] == copies(shop.propose(environment=Path("copy.yaml")))
    assert [] == copies(shop.propose())


def test_a_file_that_was_never_locked_is_told(shop: Shop) -> None:
    """A copy in another folder has no lock, where nobody took the lock along."""
    shop.write(releases={"meter": {"package": "toy/watch/meter"}})
    shop.install()
    shop.lock.unlink()
    shop.edit("meter:", "measure:")
    message = (
        "`mistpm.yaml` looks like a copy of the environment that installed `meter`:"
        " `mistpm.yaml` has no lock, so it never had `meter`"
    )

    assert [(message, HINT)] == copies(shop.propose())


def test_who_removes_a_release_is_no_copy(shop: Shop) -> None:
    """Neither before it is locked without it, nor after that, nor with a copy beside it."""
    shop.write(releases={"meter": {"package": "toy/watch/meter"}})
    shop.install()
    Path("copy.yaml").write_text(shop.file.read_text(encoding="utf-8"), encoding="utf-8")
    shop.write()

    assert [] == copies(shop.propose())
