"""The layer rule of specs/architecture.md, checked on the imports that the code really has."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "mistpm"

BOTTOM = {"errors", "atomic", "parallel"}
ROOMS: dict[str, set[str]] = {
    "model": set(),
    "document": {"model"},
    "environment": {"model", "document"},
    "lock": {"model", "document"},
    "package": {"model", "document"},
    "registry": {"model", "document", "package"},
    "resolve": {"model"},
    "plan": {"model"},
    "wasm": {"model", "package"},
    "render": {"model", "document", "package", "plan"},
    "check": {"model"},
    "diff": {"model", "document"},
    "draw": {"model"},
    "readiness": {"model"},
    "apply": {"model"},
    "target": {"model", "document", "diff", "readiness", "plan", "apply"},
}
"""What each room may import besides itself and the bottom; arrows point one way."""

ROOMS["ops"] = {*ROOMS}
ROOMS["cli"] = {*ROOMS}

INNER: dict[str, tuple[str, ...]] = {
    "mistpm.resolve": ("world", "search", "explain", "", "upgrade"),
    "mistpm.target.cluster": ("api", "memory", "secrets", "watch", "comparing", "run", ""),
}
"""The folders of rooms that are built in layers, from the bottom up; `""` is what stands beside the folders."""

CONFINED: dict[str, set[str]] = {
    "celpy": {"check", "readiness", "resolve"},
    "jsonpatch": {"render"},
    "jsonschema_rs": {"check", "package", "render"},
    "kubernetes": {"target"},
    "networkx": {"plan"},
    "packaging": {"package"},
    "pysat": {"resolve"},
    "resolvelib": {"resolve"},
    "rich": {"cli"},
    "typer": {"cli"},
    "urllib3": {"registry", "target"},
    "wasmtime": {"wasm"},
    "yaml": {"document"},
}
"""Third parties, and the only rooms that may import them."""


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where an arrow leads"
            found.add(node.module or "")
            if node.module == "mistpm":
                found |= {f"mistpm.{alias.name}" for alias in node.names}
    return found


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_one_way(path: Path) -> None:
    """A file imports only rooms that stand below its own."""
    room = _room(path)
    allowed = {room, "__init__", *BOTTOM, *ROOMS.get(room, set())}
    used = {name.split(".")[1] for name in _imports(path) if name.startswith("mistpm.")}

    assert used - allowed - {"__version__"} == set()


@pytest.mark.parametrize("package", INNER)
def test_large_rooms_are_built_in_layers(package: str) -> None:
    """What is searched knows nothing of the search; speaking with a server knows nothing of what is said."""
    layers = INNER[package]
    folder = ROOT.parent / package.replace(".", "/")
    upwards = {
        f"{path.relative_to(folder)} imports {name}"
        for path in folder.rglob("*.py")
        for name in _imports(path)
        if name.startswith(f"{package}.") and path != folder / "__init__.py"
        if _layer(layers, path.parent.name) < _layer(layers, name[len(package) :].split(".")[1])
    }

    assert set() == upwards


def _layer(layers: tuple[str, ...], folder: str) -> int:
    return layers.index(folder if folder in layers else "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_third_parties_stay_in_their_room(path: Path) -> None:
    """A library that has a room is imported nowhere else."""
    room = _room(path)
    strays = {
        name
        for name in _imports(path)
        if room not in CONFINED.get(name.split(".", maxsplit=1)[0], {room})
    }

    assert strays == set()


def test_every_room_is_in_the_table() -> None:
    """A new room gets its arrows written down before it is used."""
    rooms = {_room(path) for path in FILES} - BOTTOM - {"__init__", "__main__"}

    assert rooms - set(ROOMS) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_readable(path: Path) -> None:
    """No file is longer than 500 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
