"""Helpers of the checks' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.check import CustomKinds, Subject, check_manifests, subjects_of
from mistpm.model.finding import Finding
from mistpm.model.minor import parse_minor
from mistpm.model.presence import Api

Checked = Callable[..., tuple[Finding, ...]]


def _subject(data: dict[str, Any]) -> Subject:
    (subject,), findings = subjects_of(data)
    assert findings == ()
    return subject


@pytest.fixture
def subject() -> Callable[[dict[str, Any]], Subject]:
    """Make a subject of a manifest that is an object."""
    return _subject


@pytest.fixture
def check() -> Checked:
    """Check manifests at minors, by default at 1.33, against the definitions among them."""

    def checked(
        *manifests: dict[str, Any],
        at: str = "1.33",
        definitions: tuple[dict[str, Any], ...] = (),
        provided: tuple[Api, ...] = (),
    ) -> tuple[Finding, ...]:
        minors = [parse_minor(each) for each in at.split()]
        subjects = [_subject(each) for each in manifests]
        return check_manifests(subjects, minors, CustomKinds(definitions), provided=provided)

    return checked
