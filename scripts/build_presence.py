"""Build `mistpm/model/data/kinds.json`: which kinds Kubernetes has, from which minor to which.

    python scripts/build_presence.py [--wheels FOLDER] [--check]

The facts come from two packages on PyPI that were made from Kubernetes' own OpenAPI documents
independently of each other: `lightkube-models` (every resource with scope and plural, one release
per minor) and `kubernetes-validate` (schemas, several minors in one release), which must name the
same kinds.  The documents describe everything that a server can serve; `OVERRIDES` and `enabled`
add what a server serves unless told otherwise.  The result depends on nothing but this file.

A new minor is added by its release in `LIGHTKUBE_MODELS` and a newer `KUBERNETES_VALIDATE`.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

FILE: Final = Path(__file__).parent.parent / "mistpm" / "model" / "data" / "kinds.json"

LIGHTKUBE_MODELS: Final = (
    *("1.16.15.8", "1.17.16.8", "1.18.14.8", "1.19.6.8", "1.20.1.8", "1.21.0.8", "1.22.0.8"),
    *("1.23.6.8", "1.24.1.8", "1.25.4.8", "1.26.0.8", "1.27.1.8", "1.28.1.8", "1.29.0.8"),
    *("1.30.0.8", "1.31.1.8", "1.32.0.8", "1.33.1.8", "1.34.0.8", "1.35.0.8", "1.36.3.8"),
    "1.37.0.8",
)
KUBERNETES_VALIDATE: Final = ("1.28.0", "1.37.0")  # minors 1.20 to 1.28 and 1.25 to 1.37

BETAS_OFF_SINCE: Final = 24
"""Beta APIs that are new in this minor or later are served only when asked for (KEP-3136)."""

Api: TypeAlias = tuple[str, str, str]


class Override(NamedTuple):
    """What the OpenAPI documents do not tell about the APIs that a pattern matches."""

    pattern: str
    reason: str
    enabled: bool | None = None
    removed: int | None = None


OVERRIDES: Final = (
    Override("apps/v1beta1/*", "switched off in 1.16, two minors before removal", enabled=False),
    Override("apps/v1beta2/*", "switched off in 1.16, two minors before removal", enabled=False),
    Override("extensions/v1beta1/*", "switched off in 1.16, but for Ingress", enabled=False),
    Override("extensions/v1beta1/Ingress", "stayed on until its removal in 1.22", enabled=True),
    Override("v1/EphemeralContainers", "needed an alpha feature gate", enabled=False),
    Override("flowcontrol.*/v1beta3/*", "successor of a beta that was on: KEP-3136", enabled=True),
    Override("policy/v1beta1/Eviction", "documents show the newest below `pods` only", removed=25),
)

NOT_SERVED: Final = {"APIGroup", "APIVersions", "DeleteOptions", "Status", "WatchEvent"}
"""Kinds that have a schema but are never objects."""


CLASS: Final = re.compile(
    r"^class \w+\(res\.(\w+),.*?_api_info = res\.ApiInfo\((.*?)^    \)", re.MULTILINE | re.DOTALL
)
FACT: Final = re.compile(r"(resource|plural|action)=(?:res\.ResourceDef)?(.*),$", re.MULTILINE)
"""How lightkube-models declares a resource: the class's base, and arguments of `ApiInfo`."""


class Resource(NamedTuple):
    """What one release of lightkube-models says about a kind."""

    plural: str
    namespaced: bool


def main() -> int:
    """Build the file, or with `--check` compare it; give the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheels", type=Path, help="keep downloaded packages in this folder")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.wheels or Path(temporary)
        text = build(folder)
    if options.check:
        same = FILE.read_text(encoding="utf-8") == text
        print(f"{FILE.name}: {'up to date' if same else 'differs from what the packages say'}")
        return 0 if same else 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


def build(folder: Path) -> str:
    """Give the text of the table; raises SystemExit where the two packages disagree."""
    resources: dict[int, dict[Api, Resource]] = {}
    for release in LIGHTKUBE_MODELS:
        wheel = download("lightkube-models", release, folder)
        resources[int(release.split(".")[1])] = lightkube_resources(wheel)
    for release in KUBERNETES_VALIDATE:
        for minor, kinds in validate_kinds(download("kubernetes-validate", release, folder)):
            if kinds != set(resources[minor]):
                sys.exit(f"1.{minor}: the packages disagree on {kinds ^ set(resources[minor])}")
    sources = [f"lightkube-models {release}" for release in LIGHTKUBE_MODELS]
    sources += [f"kubernetes-validate {release}" for release in KUBERNETES_VALIDATE]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows(resources))
    return (
        f'{{\n"sources": {json.dumps(sources)},\n'
        f'"oldest": {min(resources)},\n"newest": {max(resources)},\n'
        f'"kinds": [\n{lines}\n]\n}}\n'
    )


def rows(resources: dict[int, dict[Api, Resource]]) -> Iterator[tuple[object, ...]]:
    """Give one row per API, sorted, in the order of the fields of `mistpm.model.kinds.Kind`."""
    for api in sorted({api for found in resources.values() for api in found}):
        minors = [minor for minor, found in sorted(resources.items()) if api in found]
        if minors != list(range(minors[0], minors[-1] + 1)):
            sys.exit(f"{'/'.join(api)} comes and goes: {minors}")
        facts = {resources[minor][api] for minor in minors}
        if len(facts) != 1:
            sys.exit(f"{'/'.join(api)} changes its plural or scope: {facts}")
        resource = facts.pop()
        removed = minors[-1] + 1 if minors[-1] < max(resources) else None
        enabled = "alpha" not in api[1] and ("beta" not in api[1] or minors[0] < BETAS_OFF_SINCE)
        for override in OVERRIDES:
            if fnmatchcase("/".join(api).lstrip("/"), override.pattern):
                enabled = enabled if override.enabled is None else override.enabled
                removed = removed if override.removed is None else override.removed
        yield (*api, resource.plural, resource.namespaced, minors[0], removed, enabled)


def download(package: str, release: str, folder: Path) -> Path:
    """Fetch a wheel with pip unless it is in the folder; give its path."""
    pattern = f"{package.replace('-', '_')}-{release}-*.whl"
    if not any(folder.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(folder), f"{package}=={release}"]
        subprocess.run(command, check=True)
    return next(folder.glob(pattern))


def lightkube_resources(wheel: Path) -> dict[Api, Resource]:
    """Read the resources that lightkube-models declares as classes, without importing them.

    A kind that exists only below another resource (`Eviction`) has the empty plural.
    """
    resources: dict[Api, Resource] = {}
    below: dict[Api, Resource] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("lightkube/resources/"):
                for base, body in CLASS.findall(archive.read(name).decode()):
                    facts = dict(FACT.findall(body))
                    api = ast.literal_eval(facts["resource"])
                    if "action" in facts:
                        below[api] = Resource("", "Namespaced" in base)
                    else:
                        plural = ast.literal_eval(facts["plural"])
                        resources[api] = Resource(plural, "Namespaced" in base)
    return below | resources


def validate_kinds(wheel: Path) -> Iterator[tuple[int, set[Api]]]:
    """Give the kinds that kubernetes-validate has schemas for, for every minor in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            match = re.fullmatch(r".*/v1\.(\d+)\.0-local/_definitions\.json", name)
            if not match:
                continue
            document = json.loads(archive.read(name))
            schemas = document.get("$defs") or document["definitions"]
            yield (
                int(match[1]),
                {
                    (api["group"], api["version"], api["kind"])
                    for schema in schemas.values()
                    for api in schema.get("x-kubernetes-group-version-kind", ())
                    if not api["kind"].endswith("List") and api["kind"] not in NOT_SERVED
                },
            )


if __name__ == "__main__":
    sys.exit(main())
