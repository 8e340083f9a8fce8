"""Doing several things at a time."""

from __future__ import annotations

import threading

import pytest

from mistpm.errors import MistError
from mistpm.registry.parallel import MOST, at_once


def test_results_come_in_the_order_of_the_items() -> None:
    """Whatever ends first, the order is that of the items."""
    assert list(at_once(lambda each: each * 2, range(100))) == [each * 2 for each in range(100)]
    assert list(at_once(str, [])) == []
    assert list(at_once(str, [1])) == ["1"]


def test_things_are_really_done_at_a_time() -> None:
    """As many as there are threads can wait for each other."""
    meeting = threading.Barrier(MOST)

    assert len(set(at_once(lambda _each: meeting.wait(120), range(MOST)))) == MOST


def test_mistakes_are_results_and_bugs_are_raised() -> None:
    """A `MistError` stands where the result would; anything else ends the whole."""

    def work(each: int) -> int:
        if each == 1:
            raise MistError("some-mistake", "a mistake")
        if each == 3:
            raise ZeroDivisionError
        return each

    first, second, third = at_once(work, range(3))

    assert (first, str(second), third) == (0, "a mistake", 2)
    with pytest.raises(ZeroDivisionError):
        list(at_once(work, range(5)))


def test_leaving_early_begins_nothing_more() -> None:
    """Who stops listening (Ctrl-C, an error) stops the work that did not begin."""
    begun: list[int] = []
    gate = threading.Event()

    def work(each: int) -> int:
        begun.append(each)
        if each:
            gate.wait(20)
        return each

    results = at_once(work, range(1000))
    next(results)
    results.close()  # type: ignore[attr-defined]
    gate.set()

    assert len(begun) <= MOST + 1
