"""What is said of a proposal in one line."""

from __future__ import annotations

import pytest

from mistpm.cli.text.proposal import summary
from mistpm.model.change import Action, Change, Diff
from mistpm.model.resource import ResourceId


def diff(*actions: Action, is_unfinished: bool = False) -> Diff:
    """Give a diff with changes of these sorts."""
    return Diff(
        changes=tuple(
            Change(
                action=action,
                resource=ResourceId("", "ConfigMap", "shop", f"c{number}"),
                release="web",
            )
            for number, action in enumerate(actions)
        ),
        is_unfinished=is_unfinished,
    )


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (diff("create", "update", "update"), "1 to create, 2 to change."),
        (diff("unchanged", "unchanged"), "Nothing to do: 2 resources as wanted."),
        (diff(), "Nothing to do."),
        (diff("keep"), "Nothing to do."),
        (
            diff("unchanged", is_unfinished=True),
            "Nothing to change: 1 resource as wanted; the last run did not end well, so applying waits for it.",
        ),
        (diff("update", is_unfinished=True), "1 to change."),
    ],
)
def test_summary(given: Diff, line: str) -> None:
    """What is to be done, or that nothing is; after a run that did not end there is something to wait for."""
    assert line == summary(given)
