"""Commands that are killed at any point and run again leave what an unkilled run leaves."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from desired_states import tree
from killing import Command, apart, kill_everywhere
from shop import FREE, INSTALL, KUBERNETES, publish_shop, write_shop
from transcript import Transcript

ALL = ("--yes", "--remove-unneeded", "--delete-data")
COMMANDS = {
    "install": INSTALL,
    "free": FREE,
    "rename": ("rename", "app", "store"),
    "again": ("install", *ALL),
    "upgrade": ("upgrade", *ALL),
    "uninstall": ("uninstall", "store", *ALL, "--delete-namespace"),
}
"""A life, in its order."""


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Live the life once, and give the folder before each command, by the command's name."""
    folder = tmp_path_factory.mktemp("kills")
    publish_shop(folder / "toy")
    work = folder / "work"
    write_shop(work)
    (work / "README.md").write_text("mine", encoding="utf-8")
    states = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        for name, command in COMMANDS.items():
            states[name] = shutil.copytree(work, folder / f"before-{name}")
            session = Transcript(work)
            assert 0 == session.run(shlex.join(("mistpm", *command))), session.text
    assert {"README.md", "mistpm.yaml", "mistpm.lock", "deploy"} == set(tree(work))
    return states


def say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Show a line in the test's output, captured or not."""
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["install", "rename", "upgrade", "uninstall"])
def test_killed_at_every_point(
    states: dict[str, Path], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment's file, its lock and its target are as an unkilled run leaves them."""
    start = states[name]
    command = Command(start, start.with_name(f"killed-{name}"), COMMANDS[name])
    counts = apart(kill_everywhere, command)

    say(capsys, f"kill points of `{name}`: {counts.steps} steps, {counts.moments} moments")
    assert counts.moments > counts.steps > 0


@pytest.mark.slow
def test_killed_on_the_way_to_another_kubernetes_version(
    states: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command again ends where an unkilled one does: packages moved, the goal noted."""
    start = states["upgrade"]
    command = Command(start, start.with_name("killed-kubernetes"), KUBERNETES)
    counts = apart(kill_everywhere, command)

    say(capsys, f"kill points on the way: {counts.steps} steps, {counts.moments} moments")
    assert counts.moments > counts.steps > 0


@pytest.mark.slow
def test_killed_while_filling_the_cache(
    states: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is half there of modules and machine code is no obstacle, and does not stay."""
    start = states["install"]
    work, cache = start.with_name("killed-cold"), start.with_name("cold")
    counts = apart(kill_everywhere, Command(start, work, INSTALL, cache=cache))

    say(capsys, f"kill points of an empty cache: {counts.steps} steps, {counts.moments} moments")
    assert counts.moments > counts.steps > 0


@pytest.mark.slow
def test_killed_by_the_clock(
    states: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Twenty times SIGKILL, spread over a whole `mistpm install`, every other one with an empty cache."""
    start = states["install"]
    command = Command(start, start.with_name("killed-by-the-clock"), INSTALL)
    cache = tmp_path / "cache"
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(cache))
    command.reset()
    begin = time.monotonic()
    assert 0 == command.start_process().wait()
    seconds = time.monotonic() - begin
    expected = tree(command.work)
    killed = 0
    for number in range(20):
        command.reset()
        if number % 2:
            shutil.rmtree(cache)
        process = command.start_process()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds * (number + 0.5) / 20)
        process.kill()
        killed += process.wait() != 0
        assert 0 == command.start_process().wait(), command.log.read_text(encoding="utf-8")
        assert expected == tree(command.work)

    say(capsys, f"timed kills: 20, of which {killed} met a run under way")
