"""A process may die at any request: the next run makes the cluster as if it had not died."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from control_plane import ControlPlane
from crash_points import Crash, Moment
from crashed_lives import BEFORE, differences, live_crashed, live_whole


@pytest.mark.slow
@pytest.mark.parametrize("operation", list(BEFORE))
def test_crash_at_every_request(
    operation: str, control_plane: ControlPlane, record_property: Callable[[str, object], None]
) -> None:
    """Before or after each request of each operation: run again, and all is as without the crash."""
    whole = live_whole(control_plane, operation)
    moments: Iterator[Moment] = itertools.cycle(("before", "after"))
    crashes = [Crash(number, next(moments)) for number in range(len(whole.requests))]
    outcomes = list(live_crashed(control_plane, operation, crashes))
    differing = {
        f"{crash.moment} {whole.requests[crash.number]} ({crash.number})": differences(
            whole.objects, outcome.objects
        )
        for crash, outcome in zip(crashes, outcomes, strict=True)
        if whole.objects != outcome.objects
    }
    reached = sum(outcome.died for outcome in outcomes)
    kinds = Counter(request.split()[0] for request in whole.requests)
    said = f"{operation}: {len(crashes)} requests {dict(kinds)}, {reached} crashes"
    record_property("said", said)

    assert {} == differing
    # how often somebody who waits asks differs from run to run; what is written does not
    assert reached >= len({request for request in whole.requests if is_write(request)})


def is_write(request: str) -> bool:
    """Tell whether a request changes something."""
    return request.startswith(("POST ", "PUT ", "PATCH ", "DELETE "))
