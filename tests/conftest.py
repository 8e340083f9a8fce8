"""What all tests have in common: no clock in Hypothesis, and nobody's own configuration."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

settings.register_profile(
    "mistpm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mistpm")
# Hypothesis also tries numbers and texts that it finds in whatever of ours is imported by then.  So what a test is
# given would depend on which tests came before it, and that differs from one run with several workers to the next.
providers._get_local_constants = Constants  # noqa: SLF001 - there is no setting for it

pytest_plugins = ["control_plane_fixtures"]

for name in (
    "CI",
    "MISTPM_LIMITS",
    "NO_COLOR",
    "KUBECONFIG",
    "MISTPM_CONFIG_DIR",
    "MISTPM_CACHE_DIR",
):
    os.environ.pop(name, None)  # not in a fixture: those of the whole session would come before it


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell starts what it runs in the background so, and what ignores Ctrl-C hands that down: tests press it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests away from the user's cache, configuration and clusters, and from what CI sets."""
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "no-config"))
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("KUBECONFIG", str(folder / "no-kubeconfig"))
    monkeypatch.setenv("COLUMNS", "100")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests say of themselves, such as how often they crashed: workers' output is not shown."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "said":
                terminalreporter.write_line(str(value))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
