"""Who asks: how an explanation calls the environment, and what the command line asked for."""

from __future__ import annotations

from msgspec import Struct


class Asker(Struct, frozen=True, kw_only=True):
    """Where the releases of a question were asked for.

    `title` is the environment's file, or in words what remembers it; `is_file` whether somebody can
    write into it; `commanded` are releases that only the command line asks for.  `minors` are, in words, those between which a
    cluster is on its way, where that is what is asked about.
    """

    title: str = "mistpm.yaml"
    is_file: bool = True
    commanded: frozenset[str] = frozenset()
    minors: str = ""

    def asks(self, release: str) -> str:
        """Begin a sentence about what is asked for: `mistpm.yaml asks`, `you ask`."""
        return "you ask" if release in self.commanded else f"{self.title} asks"
