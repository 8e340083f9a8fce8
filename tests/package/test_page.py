"""What `specs/package.md` shows is what packing takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from mistpm.model.descriptor import Conflict, Dependency, Descriptor, Provides, Upgrades
from mistpm.model.readiness import ReadinessCondition
from mistpm.package import pack
from mistpm.package.packing import Build
from mistpm.readiness.mistakes import readiness_mistakes

PAGE = (Path(__file__).parents[2] / "specs" / "package.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_can_be_packed(example: str, tmp_path: Path) -> None:
    """Every example of the page makes a package."""
    for folder in ("assets", "templates"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").touch()
    (tmp_path / "postgresql.wasm").write_bytes(bytes(wat2wasm("(module)")))
    (tmp_path / "package.yaml").write_text(example)
    packed = pack(
        tmp_path, template=tmp_path / "postgresql.wasm", read_readiness=readiness_mistakes
    )

    assert example.count(f"\nname: {packed.descriptor.name}\n") == 1


def test_every_key_is_explained() -> None:
    """The tables name every key that a `package.yaml` can have."""
    shapes = (Descriptor, Dependency, Provides, Conflict, Upgrades, ReadinessCondition, Build)
    keys = {key for shape in shapes for key in shape.__struct_encode_fields__}
    rows = " ".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))
    told = {part for key in re.findall(r"`([a-zA-Z.]+)`", rows) for part in key.split(".")}

    assert set() == keys - told
