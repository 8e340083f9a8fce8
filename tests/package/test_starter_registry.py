"""The starter registry is what its sources make."""

from __future__ import annotations

from pathlib import Path

from scripts.build_registry import STARTER, build, built_files


def test_building_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    """Modules and index come out byte for byte, in whatever folder and on whatever day."""
    build(STARTER, tmp_path, published="2000-01-01")
    committed = {path: (STARTER / path).read_bytes() for path in built_files(STARTER)}

    assert committed == {path: (tmp_path / path).read_bytes() for path in built_files(tmp_path)}
