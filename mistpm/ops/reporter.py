"""Telling somebody how far a long operation is."""

from __future__ import annotations


class Reporter:
    """Hears of progress and does nothing with it; the command line has one that shows it."""

    def start(self, what: str, total: int) -> None:
        """Begin `total` pieces of work (`fetching`); 0: nobody knows how many."""

    def advance(self, piece: str) -> None:
        """One piece is done."""

    def finish(self) -> None:
        """All work that was begun is over, whether it went well or not."""

    def detail(self, line: str) -> None:
        """Say something that only `--verbose` shows."""

    def note(self, line: str) -> None:
        """Say what the command does besides what it was asked for."""
