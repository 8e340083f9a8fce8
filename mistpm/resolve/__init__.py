"""Deciding which versions: SAT for the verdict and the optimum, resolvelib for the consistent set."""

from mistpm.resolve.blockers import blockers
from mistpm.resolve.pinning import Possible, why_not
from mistpm.resolve.resolving import resolve
from mistpm.resolve.upgrade.path import upgrade_path
from mistpm.resolve.upgrade.stages import upgrade_stages
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.effort import Effort
from mistpm.resolve.world.limits import Limits

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
