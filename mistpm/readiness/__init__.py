"""Whether live objects are ready, and why not: `specs/readiness.md`."""

from mistpm.readiness.assessing import assess
from mistpm.readiness.assessment import Assessment, State
from mistpm.readiness.conditions import concerns, meets
from mistpm.readiness.pods import Trouble, TroubleKind, trouble

__all__ = [
    "Assessment",
    "State",
    "Trouble",
    "TroubleKind",
    "assess",
    "concerns",
    "meets",
    "trouble",
]
