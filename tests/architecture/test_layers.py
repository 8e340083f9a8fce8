"""The layer rule of specs/architecture.md, checked on the imports that the code really has."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "mistpm"
TESTS = ROOT.parent / "tests"

BOTTOM = {"errors", "atomic", "makeshift", "parallel"}
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
    "mistpm.wasm": ("abi", "machine_code", "guest", "component", ""),
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


@functools.cache
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
each_room = pytest.mark.parametrize("room", sorted({_room(path) for path in FILES}))
"""Rooms, and the files that stand beside them."""


def _told(room: str) -> dict[str, set[str]]:
    """Give what each file of a room imports, by its path."""
    return {str(path.relative_to(ROOT)): _imports(path) for path in FILES if _room(path) == room}


@each_room
def test_arrows_point_one_way(room: str) -> None:
    """A file imports only rooms that stand below its own."""
    allowed = {room, "__init__", "__version__", *BOTTOM, *ROOMS.get(room, set())}
    upwards = {
        f"{path} imports {name}"
        for path, names in _told(room).items()
        for name in names
        if name.startswith("mistpm.") and name.split(".")[1] not in allowed
    }

    assert set() == upwards


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


@each_room
def test_third_parties_stay_in_their_room(room: str) -> None:
    """A library that has a room is imported nowhere else."""
    strays = {
        f"{path} imports {name}"
        for path, names in _told(room).items()
        for name in names
        if room not in CONFINED.get(name.split(".", maxsplit=1)[0], {room})
    }

    assert set() == strays


def test_every_room_is_in_the_table() -> None:
    """A new room gets its arrows written down before it is used."""
    rooms = {_room(path) for path in FILES} - BOTTOM - {"__init__", "__main__"}

    assert rooms - set(ROOMS) == set()


def test_files_stay_readable() -> None:
    """No file, of the tests neither, is longer than 500 lines."""
    files = [*FILES, *TESTS.rglob("*.py")]

    assert [] == [path for path in files if len(path.read_text("utf-8").splitlines()) > 500]
