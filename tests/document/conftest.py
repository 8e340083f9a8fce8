"""What the tests of documents share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.errors import DocumentError


@pytest.fixture
def failure() -> Callable[..., str]:
    """Give reference and whole text of the error that a call raises."""

    def fail(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
        with pytest.raises(DocumentError) as caught:
            call(*arguments, **named)
        return f"{caught.value.reference}: {caught.value}"

    return fail
