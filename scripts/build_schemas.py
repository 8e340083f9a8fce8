"""Build `mistpm/check/data/schemas.json`: what the objects of Kubernetes' own kinds may contain.

    python -m scripts.build_schemas [--packages FOLDER] [--check]

The schemas come from `kubernetes-validate` on PyPI, which carries Kubernetes' OpenAPI documents, several minors in
one release.  They are brought to one form for all minors (the releases differ in theirs), made to refuse what an API
server refuses and nothing else, and written once for as long as they stay the same.  The result depends on nothing
but the scripts and the presence table.  What is changed, and how a minor is added: `specs/kubernetes-data.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mistpm.model.kinds import kind_table
from mistpm.model.minor import Minor
from scripts.enumerations import VERSIONS, enumerations
from scripts.packages import kubernetes_definitions
from scripts.strict_schemas import Definitions, Schema, reachable, strict_definitions

FILE: Final = Path(__file__).parent.parent / "mistpm" / "check" / "data" / "schemas.json"

KUBERNETES_VALIDATE: Final = {"1.24.1": range(16, 25), "1.37.0": range(25, 38)}
"""Releases, and the minors that are taken from each."""


def main() -> int:
    """Build the file, or with `--check` compare it; give the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packages", type=Path, help="keep downloaded packages in this folder")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        text = build(options.packages or Path(temporary))
    if options.check:
        same = FILE.read_text(encoding="utf-8") == text
        print(f"{FILE.name}: {'up to date' if same else 'differs from what the packages say'}")
        return 0 if same else 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


def build(folder: Path) -> str:
    """Give the text of the file."""
    kinds: dict[str, list[tuple[int, str, str]]] = {}
    definitions: dict[str, list[tuple[int, Schema]]] = {}
    minors = []
    for minor, documents in sorted(all_documents(folder)):
        minors.append(minor)
        served = set(roots(documents, minor))
        strict = strict_definitions(documents, {name for _, name in served}, enumerations(minor))
        for api, name in sorted(served):
            digest = closure_digest(strict, name)
            changes = kinds.setdefault(api, [])
            if not changes or changes[-1][1:] != (name, digest):
                changes.append((minor, name, digest))
        for name, schema in strict.items():
            changes_of = definitions.setdefault(name, [])
            if not changes_of or changes_of[-1][1] != schema:
                changes_of.append((minor, schema))
        for api in kinds.keys() - {api for api, _ in served}:
            if kinds[api][-1][1]:
                kinds[api].append((minor, "", ""))
    sources = [f"kubernetes-validate {release}" for release in KUBERNETES_VALIDATE]
    sources += [f"k8s.io/api {version}" for version in VERSIONS]
    return (
        f'{{\n"sources": {json.dumps(sources)},\n"minors": {json.dumps(minors)},\n'
        f'"kinds": {lines(kinds)},\n"definitions": {lines(definitions)}\n}}\n'
    )


def lines(table: dict[str, Any]) -> str:
    """Write a mapping as JSON with a line for each key, sorted."""
    rows = (f"{json.dumps(key)}:{compact(table[key])}" for key in sorted(table))
    return "{\n" + ",\n".join(rows) + "\n}"


def compact(value: object) -> str:
    """Write JSON without spaces, keys sorted."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def roots(documents: Definitions, minor: int) -> Iterator[tuple[str, str]]:
    """Give each kind of the presence table that a minor has, as text, with the name of its definition."""
    known = {str(kind) for kind in kind_table().kinds if kind.present(Minor(minor))}
    for name, schema in documents.items():
        for api in schema.get("x-kubernetes-group-version-kind", ()):
            text = "/".join(part for part in (api["group"], api["version"], api["kind"]) if part)
            if text in known:
                yield text, name


def closure_digest(definitions: Definitions, name: str) -> str:
    """Give a digest of one definition with all that it needs."""
    closure = {each: definitions[each] for each in reachable(definitions, {name})}
    return hashlib.sha256(compact([name, closure]).encode()).hexdigest()[:12]


def all_documents(folder: Path) -> Iterator[tuple[int, Definitions]]:
    """Give the minors that are taken from the releases, each with its definitions."""
    for release, minors in KUBERNETES_VALIDATE.items():
        for minor, definitions in kubernetes_definitions(release, folder, "-local-strict"):
            if minor in minors:
                yield minor, definitions


if __name__ == "__main__":
    sys.exit(main())
