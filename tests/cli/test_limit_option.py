"""`--limit`: which commands have it, what a mistake is told, what it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_registry import ToyRegistry, config_map

from mistpm.cli.application import run
from mistpm.cli.commands import SECTIONS

COMMANDS = sorted(name for section in SECTIONS.values() for name in section)
RUNNING = {"add", "apply", "inspect", "pack"}
"""Commands that run packages and solve nothing."""


@pytest.fixture
def shop(folder: Path) -> Path:
    """Make a folder with an environment of one release, locked, and the source of its package."""
    registry = ToyRegistry(folder / "toy")
    registry.publish("apps/app", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    for line in ("init", "registry add toy ./toy", "add web -p toy/apps/app", "lock"):
        assert 0 == run(line.split())
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_runs_packages_has_it(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """What solves may ask packages what they require; the others with it run them without solving."""
    run([command, "--help"])
    text = capsys.readouterr().out

    assert ("--limit " in text) == ("--solve-timeout" in text or command in RUNNING)


def test_a_mistake_is_told_whether_or_not_a_package_is_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is looked for: there is not even an environment."""
    code = run(["render", "--limit", "time=1m", "--limit", "memry=1GiB"])
    expected = """\
error: `memry=1GiB` is not a limit: there is no such limit [invalid-limit]
hint: did you mean `memory`?
"""

    assert [] == list(folder.iterdir())
    assert (64, ("", expected)) == (code, tuple(capsys.readouterr()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "render",
        "plan -t directory:out",
        "diff -t directory:out",
        "check",
        "install -t directory:out --yes",
        "upgrade -t directory:out --yes",
        "status -t directory:out",
        "pack toy-sources/apps/app/1.0.0 --registry toy",
    ],
)
@pytest.mark.usefixtures("shop")
def test_it_holds_whatever_is_remembered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """What was rendered within wider limits is not used; the option wins over the variable, either way."""
    monkeypatch.setenv("MISTPM_LIMITS", "output=1MiB")
    assert 0 == run(["render"])
    capsys.readouterr()
    refused = run([*line.split(), "--limit", "output=10"])
    told = capsys.readouterr()
    monkeypatch.setenv("MISTPM_LIMITS", "output=10")
    run([*line.split(), "--limit", "output=1MiB"])
    allowed = capsys.readouterr()

    assert "answered with" in told.out + told.err, (refused, told)
    assert "answered with" not in allowed.out + allowed.err
