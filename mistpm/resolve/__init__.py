"""Deciding which versions: SAT for the verdict and the optimum, resolvelib for the consistent set."""

from mistpm.resolve.blockers import blockers
from mistpm.resolve.computed import Computing
from mistpm.resolve.effort import Effort
from mistpm.resolve.limits import Limits
from mistpm.resolve.path import upgrade_path
from mistpm.resolve.pinning import Possible, why_not
from mistpm.resolve.resolving import resolve
from mistpm.resolve.stages import upgrade_stages

__all__ = [
    "Computing",
    "Effort",
    "Limits",
    "Possible",
    "blockers",
    "resolve",
    "upgrade_path",
    "upgrade_stages",
    "why_not",
]
