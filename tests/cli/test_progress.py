"""What is shown while something takes long."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from toy_registry import ToyRegistry, config_map

from mistpm.cli import progress
from mistpm.cli.application import run
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


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with an environment of one release, in CI, and with nothing compiled yet."""
    registry = ToyRegistry(folder / "toy")
    registry.publish("apps/app", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    for line in ("init", "registry add toy ./toy", "add web -p toy/apps/app", "lock"):
        assert 0 == run(line.split())
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cold"))
    monkeypatch.setenv("CI", "true")
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("render", 1),
        ("render -o json", 0),
        ("plan -t directory:out", 1),
        ("plan -t directory:out -o json", 0),
        ("plan -t directory:out -o markdown", 0),
        ("diff -t directory:out", 1),
        ("diff -t directory:out -o yaml", 0),
        ("check", 1),
        ("check -o json", 0),
        ("check -o sarif", 0),
        ("install -t directory:out --yes", 1),
        ("install -t directory:out --yes -o json", 0),
        ("upgrade -t directory:out --plan", 1),
        ("upgrade -t directory:out --plan -o json", 0),
        ("upgrade -t directory:out --yes -o yaml", 0),
    ],
)
def test_a_cold_cache_in_ci(capsys: pytest.CaptureFixture[str], line: str, times: int) -> None:
    """Compiling is told at most once, only to people, and never on standard output."""
    capsys.readouterr()
    run(line.split())
    seen = capsys.readouterr()

    assert (0, times) == (seen.out.count("compiling"), seen.err.count("compiling"))
