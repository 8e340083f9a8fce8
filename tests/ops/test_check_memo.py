"""What checking found last."""

from __future__ import annotations

from pathlib import Path

from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.memo import CheckMemo

FOUND = (
    Finding(
        severity="warning",
        code="deprecated-api",
        message="x",
        resource=ResourceId("apps", "Deployment", "shop", "web"),
        minors=(Minor(31), Minor(32)),
        line=7,
    ),
)


class Counting:
    """A check that counts how often it was made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> tuple[Finding, ...]:
        """Find one thing."""
        self.times += 1
        return FOUND


def test_the_same_question_is_asked_once(tmp_path: Path) -> None:
    """Also by another run; each other question is asked."""
    check = Counting()
    first = CheckMemo(tmp_path, "shop").findings(({"a": 1}, [1]), check)
    again = CheckMemo(tmp_path, "shop").findings(({"a": 1}, [1]), check)
    CheckMemo(tmp_path, "shop").findings(({"a": 1}, [2]), check)
    CheckMemo(tmp_path, "other").findings(({"a": 1}, [1]), check)

    assert FOUND == first == again
    assert 3 == check.times


def test_only_the_last_answers_are_kept(tmp_path: Path) -> None:
    """The file does not grow: the 33rd question takes the place of the first."""
    check = Counting()
    memo = CheckMemo(tmp_path, "shop")
    for number in (*range(33), 0, 32):
        memo.findings((number,), check)

    assert 34 == check.times


def test_a_damaged_file_means_checking_again(tmp_path: Path) -> None:
    """So does a folder that cannot be written."""
    check = Counting()
    memo = CheckMemo(tmp_path, "shop")
    memo.findings((1,), check)
    for path in (tmp_path / "checks").iterdir():
        path.write_bytes(b"[[")

    assert FOUND == memo.findings((1,), check)
    assert FOUND == CheckMemo(tmp_path / "checks" / "shop.json", "x").findings((1,), check)
    assert 3 == check.times
