"""Carrying out an order of objects: each begins as soon as what it waits for has happened.

Knows nothing of clusters: what is done to an object is a function, how it fares is told as events.
"""

from mistpm.apply.events import Event, Failure, Outcome
from mistpm.apply.following import Following, InterruptedAgain

__all__ = ["Event", "Failure", "Following", "InterruptedAgain", "Outcome"]
