"""Deciding which versions: SAT for the verdict and the optimum, resolvelib for the consistent set."""

from mistpm.resolve.blockers import blockers
from mistpm.resolve.computed import Computing
from mistpm.resolve.effort import Effort
from mistpm.resolve.limits import Limits
from mistpm.resolve.pinning import Possible, why_not
from mistpm.resolve.resolving import resolve

__all__ = ["Computing", "Effort", "Limits", "Possible", "blockers", "resolve", "why_not"]
