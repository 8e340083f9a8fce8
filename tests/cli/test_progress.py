"""What is shown while something takes long."""

from __future__ import annotations

import io
import re
import sys

import pytest

from mistpm.cli import progress
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.terminal import Terminal


class Screen(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def look(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Look at a terminal that shows bars at once; in the test itself, as pytest sets the streams anew."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "DELAY", 0)
    monkeypatch.setenv("TERM", "xterm")
    return screen


def wait_for_the_bar(reporter: TerminalReporter) -> None:
    """Wait until the timer has done its work."""
    timer = reporter._timer  # noqa: SLF001 - nobody else needs to know
    assert timer is not None
    timer.join()


def test_a_bar_counts_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is done, how far it is, and leaves an empty line."""
    screen = look(monkeypatch)
    reporter = TerminalReporter(Terminal())
    reporter.start("rendering", 3)
    wait_for_the_bar(reporter)
    reporter.advance("shop")
    reporter.finish()

    shown = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert " rendering ━━━━━━━━━━━━━━━━━━━━━━━━ 0/3" in shown
    assert " 1/3 shop\n" in shown
    assert shown.endswith("\x1b[2K")


def test_what_is_over_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that comes late finds its work done."""
    screen = look(monkeypatch)
    reporter = TerminalReporter(Terminal())
    reporter.start("solving", 0)
    reporter.finish()
    wait_for_the_bar(reporter)
    late = screen.getvalue()
    reporter._show(0)  # noqa: SLF001 - as a timer that could not be cancelled any more

    assert late == screen.getvalue()


def test_without_a_terminal_there_are_lines_and_only_when_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`-v` shows each piece of work; a log holds no bars."""
    for verbose in (0, 1):
        reporter = TerminalReporter(Terminal(verbose=verbose))
        reporter.start("rendering", 1)
        reporter.advance("shop")
        reporter.finish()

    assert ("", "rendering\nrendering: shop\n") == tuple(capsys.readouterr())


def test_compiling_is_told_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody sees a bar, a job of CI has one line for the whole run; other work has none, nor what programs read."""
    monkeypatch.setenv("CI", "true")
    reporter = TerminalReporter(Terminal())
    reporter.start("compiling", 20)
    reporter.start("rendering", 20)
    reporter.start("compiling", 3)
    TerminalReporter(Terminal(), tells=False).start("compiling", 20)

    assert capsys.readouterr().err == "compiling 20 modules\n"


def test_outside_of_ci_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error stays empty where it is kept in a file or a variable."""
    TerminalReporter(Terminal()).start("compiling", 20)

    assert capsys.readouterr().err == ""
