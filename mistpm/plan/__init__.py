"""The order of releases: stages, reasons in words, and cycles as errors that name their path."""

from mistpm.plan.stages import plan_releases

__all__ = ["plan_releases"]
