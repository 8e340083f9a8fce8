"""What is solved at a time: a question, or a part of it, and what is held fixed on top."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from mistpm.errors import MistError
from mistpm.model.asker import Asker
from mistpm.model.cause import Cause
from mistpm.model.minor import Minor
from mistpm.model.question import Held, Question
from mistpm.model.version import Version


class Problem(Struct, frozen=True, kw_only=True):
    """A question with what was held before.

    `begin` names the releases of the file to begin at (None: all), others come in where something is
    bound to them; `absent` are releases that have no solution, `gaps` those of which nobody can tell
    whether they have one, with what is in the way.  `pins` keeps nodes (a release's name or a
    called key) at a version.  `relaxed` keeps in mind the versions that something excludes, so that
    an explanation can say what excludes them.  `only_held` considers nothing but what is held.  `passes_by` tells
    that the minors come one after the other, so that none by itself rules out what does not support it, and that
    what versions compute depends on when they are there.  `out_of_reach` has for releases of the file
    which versions, as masks, can never follow what is held of them, and why.

    The rest is for explanations alone: `asker` tells who asks.  What helps has to help for the minors `ahead`, one set
    after the other, as well, and to a question that `leads` where somebody wants to get.
    """

    question: Question
    held: Held = Held()
    begin: frozenset[str] | None = None
    absent: frozenset[str] = frozenset()
    gaps: dict[str, MistError] = {}
    pins: dict[str, Version] = {}
    relaxed: bool = False
    only_held: bool = False
    passes_by: bool = False
    out_of_reach: dict[str, tuple[tuple[Cause, int], ...]] = {}
    asker: Asker = Asker()
    ahead: tuple[tuple[Minor, ...], ...] = ()
    leads: Callable[[Question], bool] | None = None
