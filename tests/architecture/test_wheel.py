"""The wheel holds everything: installed elsewhere, mistpm works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PACKAGE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: hello
version: 1.0.0
dependencies:
  engine: {package: engines/jinja, version: "^1", use: call}
build: {module: template, assets: templates}
"""


@pytest.mark.slow
def test_the_wheel_works_without_the_checkout(tmp_path: Path) -> None:
    """`pip install` of the wheel brings the code, the presence table and the template module."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("mistpm-*.whl")
    site = tmp_path / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", site, wheel], check=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "package.yaml").write_text(PACKAGE, encoding="utf-8")
    variables = {**os.environ, "PYTHONPATH": str(site)}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=variables,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    where = run("-c", "import mistpm; print(mistpm.__file__)")
    run(str(site / "bin" / "mistpm"), "init", "--kubernetes", ">=1.30")
    packed = run(str(site / "bin" / "mistpm"), "pack")

    assert where.startswith(str(site))
    assert "Packed apps/hello 1.0.0 into hello-1.0.0.mist-pack.wasm" in packed


def test_the_template_module_is_the_registrys() -> None:
    """The module that `mistpm pack` uses is the one that is built and checked in the starter registry."""
    built = ROOT / "registries" / "starter" / "modules" / "template.wasm"

    assert (
        built.read_bytes() == (ROOT / "mistpm" / "package" / "data" / "template.wasm").read_bytes()
    )
