"""Checks over everything that was rendered, or is to be changed."""

from mistpm.check.data import data_at_risk
from mistpm.check.duplicates import duplicate_resources

__all__ = ["data_at_risk", "duplicate_resources"]
