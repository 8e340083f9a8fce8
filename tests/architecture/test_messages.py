"""Every error and finding has a reference that can be looked up in specs/messages.md."""

from __future__ import annotations

import pytest

from scripts import list_messages


@pytest.mark.slow
def test_the_page_is_what_the_code_says() -> None:
    """No reference is missing, none is left over; `python -m scripts.list_messages` writes the page."""
    assert list_messages.page() == list_messages.PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_exit_codes_are_explained() -> None:
    """Every exit code of an error stands in the table of exit codes."""
    codes = {list_messages.exit_code(each.kind) for each in list_messages.messages()} - {
        list_messages.NO_EXIT_CODE
    }
    told = list_messages.PAGE.read_text(encoding="utf-8").partition(list_messages.BEGIN)[0]

    assert {code for code in codes if f"| {code} |" not in told} == set()


@pytest.mark.slow
def test_nothing_is_explained_by_hand_that_is_gone() -> None:
    """What is said of a reference in words leaves with it."""
    assert set() == set(list_messages.IN_WORDS) - {
        each.reference for each in list_messages.messages()
    }
