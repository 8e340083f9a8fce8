"""`specs/host-abi.md` says what is so: its package renders, its numbers are the program's."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from guest_modules import assemble

from mistpm.model import answer
from mistpm.wasm import Limits, Runtime
from mistpm.wasm.abi.imports import IMPORTS
from mistpm.wasm.abi.limit_settings import NAMES

PAGE = (Path(__file__).parents[2] / "specs" / "host-abi.md").read_text(encoding="utf-8")
LIMITS = PAGE.partition("## Limits\n")[2]
MIB = 1024 * 1024


def blocks(language: str) -> list[str]:
    """Give the page's code blocks in one language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def folders(base: Path) -> dict[str, str]:
    """Keep what mistpm keeps in a folder of the test."""
    return {"MISTPM_CACHE_DIR": str(base / "cache"), "MISTPM_CONFIG_DIR": str(base / "config")}


@pytest.fixture
def greeting() -> bytes:
    """Assemble the page's package."""
    (text,) = blocks("wat")
    return assemble(text)


def test_the_package_renders(render: Any, greeting: bytes) -> None:
    """The package of the page answers with one manifest, and logs."""
    told: list[tuple[int, str]] = []
    document = yaml.safe_load(render(greeting, log=lambda *entry: told.append(entry)))
    manifest = yaml.safe_load(document["data"]["files"]["greeting.yaml"])

    assert "Ok" == document["data"]["result"]
    assert {"text": "hello"} == manifest["data"]
    assert [(1, "greeting")] == told


def test_the_package_says_what_it_is(runtime: Runtime, load: Any, greeting: bytes) -> None:
    """Its name is in what `__mistletoe_info` gives."""
    assert {"name": "greeting"} == json.loads(runtime.info(load(greeting)))["metadata"]


@pytest.mark.slow
def test_the_package_is_packed_and_rendered(greeting: bytes, tmp_path: Path) -> None:
    """With the page's descriptor it becomes a file, which `mistpm` renders."""
    (text,) = blocks("yaml")
    (tmp_path / "package.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "greeting.wasm").write_bytes(greeting)
    mistpm = Path(sys.executable).parent / "mistpm"
    commands = [line for block in blocks("console") for line in block.splitlines() if "." in line]
    shown = ""
    for command in commands[:3]:
        program, *arguments = shlex.split(command.removeprefix("$ "))

        assert program == "mistpm"
        shown = subprocess.run(
            [mistpm, *arguments],
            cwd=tmp_path,
            env={**os.environ, **folders(tmp_path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    manifest = yaml.safe_load(shown.removeprefix("---"))
    assert ("ConfigMap", "greeting") == (manifest["kind"], manifest["metadata"]["name"])


@pytest.mark.slow
def test_the_program_is_built_and_rendered(tmp_path: Path) -> None:
    """The page's program in Go is a package as it comes from the compiler."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go")
    (text,) = blocks("go")
    (tmp_path / "greeting.go").write_text(text, encoding="utf-8")
    shown = ""
    for line in blocks("console")[1].splitlines():
        shown = subprocess.run(
            ["sh", "-c", line.removeprefix("$ ")],
            cwd=tmp_path,
            env={
                **os.environ,
                **folders(tmp_path),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    manifest = yaml.safe_load(shown.removeprefix("---"))
    assert ("hello", {"text": "hello"}) == (manifest["metadata"]["name"], manifest["data"])


def test_every_import_is_on_the_page() -> None:
    """What a module may import is told, one by one or by its beginning."""
    known = [name for module in IMPORTS.values() for name in module]
    told = [name.replace("*", ".*") for name in re.findall(r"`(?:host\.)?([a-z0-9_]+\*?)`", PAGE)]

    assert [] == [name for name in known if not any(re.fullmatch(each, name) for each in told)]


def test_the_package_is_short() -> None:
    """It is about thirty lines long, as its heading says."""
    (text,) = blocks("wat")

    assert len(text.splitlines()) < 40


def test_documents_are_json() -> None:
    """Every document on the page can be read."""
    assert 5 == len([json.loads(block) for block in blocks("json")])


def test_statuses() -> None:
    """The table has the statuses that mistpm gives, and no others."""
    statuses = [int(found) for found in re.findall(r"^\| `(-\d)` \|", PAGE, re.MULTILINE)]
    known = [
        answer.BAD_REQUEST,
        answer.UNKNOWN_ALIAS,
        answer.DEPENDENCY_FAILED,
        answer.NAME_TAKEN,
    ]

    assert known == statuses


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("`time`", f"{Limits().seconds:g} s"),
        ("`calls`", f"{Limits().calls:,} runs"),
        ("`requests`", f"{Limits().requests:,},"),
        ("`depth`", f"{Limits().call_depth} calls"),
        ("`log`", f"{Limits().log_bytes // MIB} MiB"),
        ("`memory`", f"{Limits().memory_bytes // MIB} MiB"),
        ("`output`", f"{Limits().output_bytes // MIB} MiB"),
        ("`fuel`", str(Limits().fuel).lower()),
        ("`table`", f"{Limits().table_elements:,} elements"),
        ("`stack`", f"{Limits().stack_bytes // MIB} MiB"),
        ("`input`, `response`", f"{Limits().input_bytes // MIB} MiB"),
        ("`input`, `response`", f"{Limits().response_bytes // MIB} MiB"),
        ("`request`", f"{Limits().request_bytes // MIB} MiB"),
        ("`module`", f"{Limits().module_bytes // MIB} MiB"),
        ("`functions`, `exports`", f"{Limits().functions:,} each"),
        ("`functions`, `exports`", f"{Limits().exports:,} each"),
        ("`imports`", f"{Limits().imports:,}"),
        ("`custom-sections`", f"{Limits().custom_sections:,}"),
        ("`compile-time`", f"{Limits().compile_seconds:g} s of processor time, all cores together"),
        ("`compile-memory`", f"{Limits().compile_memory_bytes // MIB // 1024} GiB"),
    ],
)
def test_limits(row: str, value: str) -> None:
    """The table of limits has the program's defaults."""
    found = re.search(rf"^\| {re.escape(row)} \| (.*?) \|", LIMITS, re.MULTILINE)

    assert found is not None
    assert value in found[1]


def test_every_limit_has_a_name() -> None:
    """What users can set is all there is, and all of it is in the table."""
    rows = set(
        re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))
    )

    assert set(Limits.__struct_fields__) == set(NAMES.values())
    assert [] == sorted(set(NAMES) - rows)


def test_every_error_is_on_the_page() -> None:
    """Each reference that this room raises is named."""
    room = Path(__file__).parents[2] / "mistpm" / "wasm"
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(room.rglob("*.py")))
    raised = set(re.findall(r'Error\(\s*"([a-z0-9-]+)"', source))

    assert [] == sorted(reference for reference in raised if f"`{reference}`" not in PAGE)
