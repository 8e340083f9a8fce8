"""What guests log is told once."""

from __future__ import annotations

from mistpm.ops.log_lines import log_lines


def test_a_warning_is_told_by_the_log_or_by_a_finding() -> None:
    """Findings tell those of what was rendered, whoever was called; the log tells all else."""
    log = [
        ("shop", 0, "a"),
        ("shop -> cache", 2, "b"),
        ("shop", 3, "c"),
        ("web", 1, "d"),
        ("web", 2, "e"),
        ("web -> cache", 3, "f"),
    ]

    assert [
        "debug: shop: a",
        "info: web: d",
        "warning: web: e",
        "error: web -> cache: f",
    ] == list(log_lines(log, {"shop"}))
