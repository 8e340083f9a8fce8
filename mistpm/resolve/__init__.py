"""Deciding which versions: SAT for the verdict and the optimum, resolvelib for the consistent set."""

from mistpm.resolve.resolving import resolve

__all__ = ["resolve"]
