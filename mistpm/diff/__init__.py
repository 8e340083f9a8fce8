"""Differences as users see them: in order, counted, as text, with what is secret masked."""

from mistpm.diff.order import count_by_action, in_order
from mistpm.diff.text import unified

__all__ = ["count_by_action", "in_order", "unified"]
