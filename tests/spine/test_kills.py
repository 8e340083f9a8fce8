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
from guest_modules import answering, ok
from killing import Life, apart, kill_everywhere
from toy_registry import ToyRegistry, config_map
from transcript import Transcript

CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: NAME}\nspec: {}\n"
EMPTY = """\
# what runs here
apiVersion: mistpm.dev/v1
kind: Environment
name: shop
id: "000102030405060708090a0b0c0d0e0f"
kubernetes: ">=1.31 <1.33"
target: {directory: ./deploy}
registries:
  toy: {directory: ../toy}
settings:
  toy/watch/meter: {namespace: watch}
"""
ALL = ("--yes", "--remove-unneeded", "--delete-data")
INSTALL = ("install", "app", "-p", "toy/apps/app:1.0.0", "-n", "shop", "--yes")
FREE = ("install", "app", "-p", "toy/apps/app:^1", "--yes")
COMMANDS = {
    "install": INSTALL,
    "free": FREE,
    "rename": ("rename", "app", "store"),
    "again": ("install", *ALL),
    "upgrade": ("upgrade", *ALL),
    "uninstall": ("uninstall", "store", *ALL, "--delete-namespace"),
}
"""A life, in its order."""


def publish(folder: Path) -> None:
    """Publish an application that needs a database, and in its newest version an API too."""
    registry = ToyRegistry(folder)
    made = folder.parent / "made"
    made.mkdir()

    def module(name: str, data: bytes) -> Path:
        path = made / f"{name}.wasm"
        path.write_bytes(data)
        return path

    for version in ("1.0.0", "1.1.0"):
        files = {
            "claim.yaml": CLAIM.replace("NAME", "data"),
            "config.yaml": config_map(f"version: {version}", name="data"),
            f"config-{version}.yaml": config_map(name=f"data-{version}"),
        }
        registry.publish("data/db", version, module=module(f"db-{version}", answering(ok(files))))
    meter = answering(ok({"meter.yaml": config_map(name="meter")}))
    registry.publish(
        "watch/meter",
        "1.0.0",
        module=module("meter", meter),
        provides={"apis": ["meter.example.org/v1/Reading"]},
    )
    reading = {"api": "meter.example.org/v1/Reading", "default": "watch/meter"}
    for version, more in (("1.0.0", {}), ("1.1.0", {"meter": reading})):
        files = {"app.yaml": config_map(f"app: {version}", name="app")}
        registry.publish(
            "apps/app",
            version,
            module=module(f"app-{version}", answering(ok(files))),
            dependencies={"db": {"package": "data/db", "version": f"<={version}"}, **more},
        )
    registry.index()


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Live the life once, and give the folder before each command, by the command's name."""
    folder = tmp_path_factory.mktemp("kills")
    publish(folder / "toy")
    work = folder / "work"
    work.mkdir()
    (work / "mistpm.yaml").write_text(EMPTY, encoding="utf-8")
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
    life = Life(start, start.with_name(f"killed-{name}"), COMMANDS[name])
    counts = apart(kill_everywhere, life)

    say(capsys, f"kill points of `{name}`: {counts.steps} steps, {counts.moments} moments")
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
    life = Life(start, start.with_name("killed-by-the-clock"), INSTALL)
    cache = tmp_path / "cache"
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(cache))
    life.reset()
    begin = time.monotonic()
    assert 0 == life.start_process().wait()
    seconds = time.monotonic() - begin
    expected = tree(life.work)
    killed = 0
    for number in range(20):
        life.reset()
        if number % 2:
            shutil.rmtree(cache)
        process = life.start_process()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds * (number + 0.5) / 20)
        process.kill()
        killed += process.wait() != 0
        assert 0 == life.start_process().wait(), life.log.read_text(encoding="utf-8")
        assert expected == tree(life.work)

    say(capsys, f"timed kills: 20, of which {killed} met a run under way")
