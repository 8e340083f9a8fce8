"""What a shell offers while a command line is typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from toy_registry import ToyRegistry, config_map

from mistpm.cli.application import run
from mistpm.cli.completion import completing

PATIENCE = 300
"""Seconds that offers are waited for: a user would not wait so long, but a test must not depend on that."""
PROGRAM = f"""\
#!{sys.executable}
from mistpm.cli import main
from mistpm.cli.completion import completing

completing.PATIENCE = {PATIENCE}
main()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with an environment of one release, locked, and a target called staging."""
    folder = tmp_path_factory.mktemp("made")
    registry = ToyRegistry(folder / "toy")
    for version in ("1.0.0", "1.1.0"):
        registry.publish("apps/app", version, {"a.yaml": config_map()})
    registry.index()
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("MISTPM_CONFIG_DIR", str(folder / "no-config"))
        patched.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
        assert 0 == run(["init"])
        assert 0 == run(["registry", "add", "toy", "./toy"])
        assert 0 == run(["add", "web", "-p", "toy/apps/app"])
        assert 0 == run(["lock"])
    with (folder / "mistpm.yaml").open("a", encoding="utf-8") as file:
        file.write("targets:\n  staging: {directory: ./staging}\n")
    return folder


@pytest.fixture
def shop(made: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of it, and wait for offers on machines of any speed."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setattr(completing, "PATIENCE", PATIENCE)
    return folder


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mistpm unin", ["uninstall"]),
        ("mistpm registry rem", ["remove"]),
        ("mistpm install --keep", ["--keep-going"]),
        ("mistpm add x -p toy/a", ["toy/apps/app"]),
        ("mistpm install x -p toy/apps/app:", ["toy/apps/app:1.1.0", "toy/apps/app:1.0.0"]),
        ("mistpm info toy/apps/app:1.0", ["toy/apps/app:1.0.0"]),
        ("mistpm uninstall ", ["web"]),
        ("mistpm why ", ["toy/apps/app", "toy/engines/jinja", "toy/engines/jinja@1", "web"]),
        ("mistpm why-not ", ["toy/apps/app", "toy/engines/jinja", "toy/engines/jinja@1", "web"]),
        ("mistpm why-not web@", ["web@1.1.0", "web@1.0.0"]),
        ("mistpm why-not toy/engines/jinja@", ["toy/engines/jinja@1.0.0", "toy/engines/jinja@1"]),
        ("mistpm why-not nothing@", []),
        ("mistpm tree w", ["web"]),
        ("mistpm graph w", ["web"]),
        ("mistpm graph --output=s", ["svg"]),
        ("mistpm registry remove t", ["toy"]),
        ("mistpm status --target ", ["staging", "directory:", "context:"]),
        ("mistpm status --output=j", ["json"]),
        ("mistpm render --limit mem", ["memory="]),
        ("mistpm pack --limit compile", ["compile-time=", "compile-memory="]),
        ("mistpm completion ", ["bash", "zsh", "fish"]),
        ("mistpm pack ", []),
        ("mistpm install -e ", []),
        ("mistpm nonsense ", []),
        ("mistpm add x -p nowhere/apps/app:", []),
    ],
)
def test_words_are_offered(
    capsys: pytest.CaptureFixture[str], line: str, expected: list[str]
) -> None:
    """Commands, options, packages, versions, releases; nothing where a file may stand, never an error."""
    capsys.readouterr()
    code = run(["__complete", line])
    seen = capsys.readouterr()
    offered = [each.partition("\t")[0] for each in seen.out.splitlines()]

    assert (0, expected, "") == (code, offered, seen.err)


@pytest.mark.slow
def test_releases_that_a_target_remembers_are_offered(
    shop: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a file, what the line says of the target tells where to look."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(elsewhere / "config"))
    assert 0 == run(["registry", "add", "toy", str(shop / "toy")])
    assert 0 == run(["install", "mine", "-p", "toy/apps/app", "-t", "directory:out", "--yes"])
    capsys.readouterr()
    run(["__complete", "mistpm uninstall -t directory:out "])

    assert "mine\n" == capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mistpm install x -p toy/apps/a", ["toy/apps/app"]),
        # bash ends a word at a colon, and replaces only what stands behind it
        ("mistpm install x -p toy/apps/app:1.1", ["1.1.0"]),
        ("mistpm status --output=j", ["json"]),
    ],
)
def test_bash_completes_a_line(shop: Path, line: str, expected: list[str]) -> None:
    """The script is sourced in a real bash, which then asks as it does when a user presses Tab."""
    program = shop / "bin" / "mistpm"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(0o755)
    script = f"""
        eval "$(mistpm completion bash)"
        COMP_LINE='{line}' COMP_POINT={len(line)}
        _mistpm_complete
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        [shutil.which("bash") or "bash", "--norc", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
    )

    assert expected == done.stdout.split()
