"""What README.md tells a stranger to type does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTING_UP = ("make ", "source ")
WITHOUT_A_FILE = "## Without any file"


def commands(text: str) -> list[str]:
    """Give the command lines of a text, those left out that set mistpm up."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if not line.startswith(SETTING_UP)]


def files(text: str) -> dict[str, str]:
    """Give the files of a text: blocks that begin with the file's name."""
    return dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", text, re.DOTALL))


def run(lines: list[str], folder: Path) -> str:
    """Run lines as a shell would, until one fails; gives what they print."""
    program = folder.parent / "bin" / "mistpm"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!{sys.executable}\nfrom mistpm.cli import main\nmain()\n")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)],
        cwd=folder,
        env={**os.environ, "PATH": path, "MISTPM_CONFIG_DIR": str(folder / "config")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_commands_work(tmp_path: Path) -> None:
    """From the first example to a package of one's own in a registry of one's own."""
    before, rest = README.split(WITHOUT_A_FILE)
    _, after = rest.split("\n## ", 1)
    folder = tmp_path / "mistpm"
    folder.mkdir()
    (folder / "registries").symlink_to(ROOT / "registries")
    for path, text in files(after).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    run(commands(before) + commands(after), folder)

    assert (folder / "deploy" / "web" / "54-deployment.apps-default-web.yaml").is_file()


@pytest.mark.slow
def test_the_commands_without_a_file_work(tmp_path: Path) -> None:
    """In an empty folder, with a package's file."""
    text = README.split(WITHOUT_A_FILE)[1].split("\n## ")[0]
    folder = tmp_path / "empty"
    folder.mkdir()
    for module in (ROOT / "tests" / "guests" / "published").glob("namespace-*.wasm"):
        shutil.copy(module, folder)

    assert "kind: Namespace\n" in run(commands(text), folder)


def test_links_lead_somewhere() -> None:
    """Every file that the page links to is there."""
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [] == [link for link in links if not (ROOT / link).exists()]
