"""What the tests of packages share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from wasmtime import wat2wasm

PACKAGE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: data
name: postgresql
version: 16.4.0
build: {module: module.wasm}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a package's source: further lines of `package.yaml`, the module, more files."""

    def source(more: str = "", *, whole: str = "", wat: str = "(module)", **files: str) -> Path:
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        (folder / "package.yaml").write_text(whole or PACKAGE + more)
        (folder / "module.wasm").write_bytes(bytes(wat2wasm(wat)))
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return source
