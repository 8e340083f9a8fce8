"""Fetch released packages through their registries' own clients, for the scripts that build data."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def python_package(name: str, release: str, folder: Path) -> Path:
    """Fetch a release with pip unless it is in the folder; give its wheel or source archive."""
    pattern = f"{name.replace('-', '[-_]')}-{release}[-.]*"
    if not any(folder.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*command, "--dest", str(folder), f"{name}=={release}"], check=True)
    return next(folder.glob(pattern))


def members(package: Path, ending: str) -> Iterator[tuple[str, bytes]]:
    """Give the names and contents of a wheel's or source archive's files whose name ends so."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                if name.endswith(ending):
                    yield name, archive.read(name)
        return
    with tarfile.open(package) as source:
        for member in source:
            stream = source.extractfile(member) if member.name.endswith(ending) else None
            if stream is not None:
                yield member.name, stream.read()


def kubernetes_definitions(
    release: str, folder: Path, ending: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the OpenAPI definitions in a release of `kubernetes-validate`, with the minor of each set."""
    package = python_package("kubernetes-validate", release, folder)
    for name, content in members(package, f"{ending}/_definitions.json"):
        minor = name.split("/")[-2].split(".")[1]
        document = json.loads(content)
        yield int(minor), document.get("$defs") or document["definitions"]


def go_module(name: str, version: str) -> Path:
    """Fetch a Go module, verified against Go's checksum database; give the folder of its files."""
    command = ["go", "mod", "download", "-json", f"{name}@{version}"]
    with tempfile.TemporaryDirectory() as outside_any_module:
        result = subprocess.run(command, capture_output=True, cwd=outside_any_module, check=False)
    answer = json.loads(result.stdout or "{}")
    if "Dir" not in answer:
        sys.exit(f"{name}@{version}: {answer.get('Error') or result.stderr.decode()}")
    return Path(answer["Dir"])
