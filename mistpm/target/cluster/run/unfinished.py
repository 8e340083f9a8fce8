"""Telling why a run did not come to its end, and how far it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from mistpm.apply import Outcome
from mistpm.errors import TargetError, TargetTimeoutError
from mistpm.model.resource import ResourceId

_MOST: Final = 10
_AGAIN: Final = "run the same command again: it goes on where this one stopped"


def unfinished(
    outcome: Outcome,
    *,
    title: str,
    seconds: float,
    explain: Callable[[ResourceId], tuple[str, ...]],
    done: str,
    is_removal: bool = False,
) -> TargetError:
    """Give the error for an outcome that is not complete; raises `KeyboardInterrupt` for one that was stopped.

    `explain` gives what is known about an object that did not get ready; it is asked for a few.
    `done` says how far the run came, empty where there was nothing to do.
    """
    if outcome.is_interrupted:
        raise KeyboardInterrupt
    context = (*_lines(outcome, explain), *filter(None, [done]))
    if outcome.failures:
        failed = _named([each.resource for each in outcome.failures])
        return TargetError(
            "not-deleted" if is_removal else "not-applied",
            f"{failed} could not be deleted from the {title}"
            if is_removal
            else f"{failed} failed in the {title}",
            context=context,
            hint=f"mend what is named and {_AGAIN}",
        )
    if not outcome.unready:
        message = f"time was over before all was {'deleted from' if is_removal else 'applied to'} the {title}"
    else:
        what = "go from" if is_removal else "get ready in"
        message = f"{_named([*outcome.unready])} did not {what} the {title} within {seconds:g} s"
    return TargetTimeoutError(
        "not-gone" if is_removal else "not-ready",
        message,
        context=context,
        hint=f"{_AGAIN}\n`--timeout` allows more time",
    )


def _lines(outcome: Outcome, explain: Callable[[ResourceId], tuple[str, ...]]) -> Iterator[str]:
    for failure in outcome.failures:
        yield f"`{failure.resource}`: {failure.why}"
        yield from (f"  {line}" for line in failure.context)
    for number, (resource, why) in enumerate(outcome.unready.items()):
        yield f"`{resource}`: {why or 'nothing is known of it'}"
        if number < _MOST:
            yield from (f"  {line}" for line in explain(resource))
    yield from _untouched(outcome)


def _untouched(outcome: Outcome) -> Iterator[str]:
    """Tell what did not begin, and what each waits for."""
    for number, (resource, causes) in enumerate(outcome.untouched.items()):
        if number == _MOST:
            yield f"and {_objects(len(outcome.untouched) - _MOST)} more were not begun"
            return
        waits = ", ".join(f"`{each}`" for each in causes)
        yield f"`{resource}` was not begun" + (f": it waits for {waits}" if waits else "")


def _named(resources: Sequence[ResourceId]) -> str:
    return f"`{resources[0]}`" if len(resources) == 1 else _objects(len(resources))


def _objects(count: int) -> str:
    return "1 object" if count == 1 else f"{count} objects"
