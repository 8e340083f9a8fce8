"""How far a render is, told to whoever shows it."""

from __future__ import annotations


class Progress:
    """Hears of what is done, from several threads, and does nothing with it."""

    def compiling(self, total: int) -> None:
        """Hear that so many packages are compiled before rendering goes on."""

    def compiled(self, package: str) -> None:
        """Hear that one of them is compiled, or cannot be."""

    def rendered(self, release: str) -> None:
        """Hear that a release's package was run, or that what it answered before was found."""
