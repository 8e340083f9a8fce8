"""Commands that are suggested work on what the user works on."""

from __future__ import annotations

import pytest

from mistpm.cli.same_environment import same_environment, working_on


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "`mistpm install` or `mistpm add NAME`"),
        (
            ("status", "-e", "a b.yaml"),
            "`mistpm install -e 'a b.yaml'` or `mistpm add NAME -e 'a b.yaml'`",
        ),
        (("status", "--target=prod"), "`mistpm install -t prod` or `mistpm add NAME`"),
        (
            ("status", "--context", "c", "--as", "me", "--state-namespace", "n"),
            "`mistpm install --context c --as me --state-namespace n` or `mistpm add NAME`",
        ),
        (("status", "-t"), "`mistpm install` or `mistpm add NAME`"),
    ],
)
def test_what_was_named_is_named_again(arguments: tuple[str, ...], told: str) -> None:
    """A target only where a command has one."""
    with working_on(arguments):
        assert told == same_environment("`mistpm install` or `mistpm add NAME`")


def test_what_names_a_place_itself_is_left_alone() -> None:
    """Two would contradict each other."""
    text = "`mistpm status -e NAME --context other`, `mistpm apply x.mistplan`, `kubectl get pods`"
    with working_on(("plan", "-e", "mistpm.yaml", "-t", "prod", "--as", "me")):
        assert text == same_environment(text)


def test_outside_a_command_nothing_is_named() -> None:
    """As in tests."""
    assert "`mistpm install`" == same_environment("`mistpm install`")
