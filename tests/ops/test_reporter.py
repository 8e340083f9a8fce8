"""Who listens hears how far a long operation is."""

from __future__ import annotations

from made_shop import Shop

from mistpm.ops.options import Options
from mistpm.ops.proposing import propose
from mistpm.ops.reporter import Reporter
from mistpm.ops.views.outdated import outdated
from mistpm.ops.workspace import open_workspace


class Heard(Reporter):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.pieces: list[str] = []

    def start(self, what: str, total: int) -> None:
        """Note what begins."""
        self.begun.append(f"{what} {total}")

    def advance(self, piece: str) -> None:
        """Note what is done."""
        self.pieces.append(piece)


def test_nobody_has_to_listen() -> None:
    """The one that operations get where nobody does says nothing and does nothing."""
    reporter = Reporter()
    reporter.start("anything", 3)
    reporter.advance("a piece")
    reporter.detail("a line")
    reporter.finish()

    assert {} == vars(reporter)


def test_solving_fetching_and_rendering_are_heard(shop: Shop) -> None:
    """In this order; of what can be counted, every piece."""
    shop.write(releases={"app": {"package": "toy/apps/app"}})
    heard = Heard()
    propose(open_workspace(Options(), heard))
    kinds = [text.rpartition(" ")[0] for text in heard.begun]

    assert "solving 0" == heard.begun[0]
    assert kinds == sorted(kinds, key=["solving", "fetching", "rendering"].index)
    assert {"app", "db", "meter"} <= set(heard.pieces)


def test_looking_for_what_is_outdated_is_heard(shop: Shop) -> None:
    """It solves."""
    shop.write(releases={"db": {"package": "toy/data/db"}})
    shop.install()
    heard = Heard()
    outdated(open_workspace(Options(), heard))

    assert ["solving 0"] == heard.begun
