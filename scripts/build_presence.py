"""Build `mistpm/model/data/kinds.json`: which kinds Kubernetes has, from which minor to which.

    python -m scripts.build_presence [--packages FOLDER] [--check]

Presence comes from two packages on PyPI that were made from Kubernetes' own OpenAPI documents
independently of each other: `lightkube-models` (every resource with scope and plural, one release
per minor) and `kubernetes-validate` (schemas, several minors in one release), which must name the
same kinds.  The documents describe everything that a server can serve; `OVERRIDES` and `enabled`
add what a server serves unless told otherwise.  Deprecation, plans and replacements come from
Kubernetes' own Go modules (`scripts.lifecycle`), which must agree on when an API ended.  The result
depends on nothing but the scripts.  How a minor is added: `specs/kubernetes-data.md`.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec

from mistpm.model.kinds import Kind
from scripts.lifecycle import Lifecycle, lifecycles
from scripts.lifecycle import sources as lifecycle_sources
from scripts.packages import kubernetes_definitions, python_package

FILE: Final = Path(__file__).parent.parent / "mistpm" / "model" / "data" / "kinds.json"

LIGHTKUBE_MODELS: Final = (
    *("1.16.15.8", "1.17.16.8", "1.18.14.8", "1.19.6.8", "1.20.1.8", "1.21.0.8", "1.22.0.8"),
    *("1.23.6.8", "1.24.1.8", "1.25.4.8", "1.26.0.8", "1.27.1.8", "1.28.1.8", "1.29.0.8"),
    *("1.30.0.8", "1.31.1.8", "1.32.0.8", "1.33.1.8", "1.34.0.8", "1.35.0.8", "1.36.3.8"),
    "1.37.0.8",
)
KUBERNETES_VALIDATE: Final = ("1.24.1", "1.37.0")  # minors up to 1.24, and 1.25 to 1.37

BETAS_OFF_SINCE: Final = 24
"""Beta APIs that are new in this minor or later are served only when asked for (KEP-3136)."""

Api: TypeAlias = tuple[str, str, str]


class Override(NamedTuple):
    """What the sources do not tell, or tell wrongly, about the APIs that a pattern matches."""

    pattern: str
    facts: dict[str, bool | int | str]
    reason: str


OFF_IN_16: Final = "off since 1.16; the documents have it until 1.17, for servers told to serve it"
UNTOLD: Final = "servers warn of it, though the modules do not say so"
OVERRIDES: Final = (
    Override("apps/v1beta1/*", {"removed": 16, "enabled": False}, OFF_IN_16),
    Override("apps/v1beta2/*", {"removed": 16, "enabled": False}, OFF_IN_16),
    Override("extensions/v1beta1/*", {"removed": 16, "enabled": False}, OFF_IN_16),
    Override("extensions/v1beta1/Ingress", {"removed": 22, "enabled": True}, "it stayed on"),
    Override("extensions/v1beta1/Scale", {"replacement": "autoscaling/v1/Scale"}, "as for `apps`"),
    Override("v1/EphemeralContainers", {"enabled": False}, "needed an alpha feature gate"),
    Override("flowcontrol.*/v1beta3/*", {"enabled": True}, "followed a beta that was on: KEP-3136"),
    Override("policy/v1beta1/Eviction", {"removed": 25}, "documents show the newest below `pods`"),
    Override("v1/ComponentStatus", {"deprecated": 19}, UNTOLD),
    Override("v1/Endpoints", {"deprecated": 33}, UNTOLD),
    Override("v1/Endpoints", {"replacement": "discovery.k8s.io/v1/EndpointSlice"}, UNTOLD),
)
"""In order: a later one replaces what an earlier one says."""

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
    parser.add_argument("--packages", type=Path, help="keep downloaded packages in this folder")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.packages or Path(temporary)
        text = build(folder)
    if options.check:
        same = FILE.read_text(encoding="utf-8") == text
        print(f"{FILE.name}: {'up to date' if same else 'differs from what the packages say'}")
        return 0 if same else 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


def build(folder: Path) -> str:
    """Give the text of the table; raises SystemExit where the sources disagree."""
    resources: dict[int, dict[Api, Resource]] = {}
    for release in LIGHTKUBE_MODELS:
        wheel = python_package("lightkube-models", release, folder)
        resources[int(release.split(".")[1])] = lightkube_resources(wheel)
    for release in KUBERNETES_VALIDATE:
        for minor, kinds in validate_kinds(release, folder):
            if minor in resources and kinds != set(resources[minor]):
                sys.exit(f"1.{minor}: the packages disagree on {kinds ^ set(resources[minor])}")
    sources = [f"lightkube-models {release}" for release in LIGHTKUBE_MODELS]
    sources += [f"kubernetes-validate {release}" for release in KUBERNETES_VALIDATE]
    sources += lifecycle_sources()
    present = tuple(presence(resources))
    plans = lifecycles()
    lines = ",\n".join(
        msgspec.json.encode(planned(kind, present, plans, newest=max(resources))).decode()
        for kind in present
    )
    return (
        f'{{\n"sources": {json.dumps(sources)},\n'
        f'"oldest": {min(resources)},\n"newest": {max(resources)},\n'
        f'"kinds": [\n{lines}\n]\n}}\n'
    )


def presence(resources: dict[int, dict[Api, Resource]]) -> Iterator[Kind]:
    """Give a row for each API, sorted, with what the documents and the overrides tell."""
    for api in sorted({api for found in resources.values() for api in found}):
        minors = [minor for minor, found in sorted(resources.items()) if api in found]
        if minors != list(range(minors[0], minors[-1] + 1)):
            sys.exit(f"{'/'.join(api)} comes and goes: {minors}")
        facts = {resources[minor][api] for minor in minors}
        if len(facts) != 1:
            sys.exit(f"{'/'.join(api)} changes its plural or scope: {facts}")
        resource = facts.pop()
        group, version, name = api
        kind = Kind(
            group=group,
            version=version,
            kind=name,
            plural=resource.plural,
            namespaced=resource.namespaced,
            first=minors[0],
            removed=minors[-1] + 1 if minors[-1] < max(resources) else None,
            enabled="alpha" not in version
            and ("beta" not in version or minors[0] < BETAS_OFF_SINCE),
        )
        for override in OVERRIDES:
            if fnmatchcase(str(kind), override.pattern):
                kind = msgspec.structs.replace(kind, **override.facts)
        yield kind


def planned(
    kind: Kind, present: tuple[Kind, ...], plans: dict[Api, Lifecycle], *, newest: int
) -> Kind:
    """Add what the modules tell, but to what an override has told.

    An API that is gone went when the documents say so; the modules must agree, except on alphas, for
    which they have a default that nobody keeps.  A deprecation that has not come is left out.
    """
    plan = plans.get((kind.group, kind.version, kind.kind))
    if plan is not None:
        ended = None if plan.removed is None or plan.removed > newest else plan.removed
        if ended != kind.removed and kind.stability != "alpha":
            sys.exit(f"{kind} ended in 1.{kind.removed}, but in 1.{ended} as the modules say")
        deprecated = kind.deprecated or plan.deprecated
        if deprecated is not None and deprecated >= (kind.removed or newest + 1):
            deprecated = None
        kind = msgspec.structs.replace(
            kind,
            deprecated=deprecated,
            planned=plan.removed if kind.removed is None else None,
            replacement=kind.replacement or plan.replacement,
        )
    known = {str(each) for each in present}
    ends = kind.removed or kind.deprecated or kind.planned
    if kind.replacement not in known:
        kind = msgspec.structs.replace(kind, replacement=successor(kind, present) if ends else "")
    return kind


def successor(kind: Kind, present: tuple[Kind, ...]) -> str:
    """Give the steadiest version of a kind that outlives this one: what modules often leave out."""
    later = [
        each
        for each in present
        if (each.group, each.kind) == (kind.group, kind.kind)
        and steadiness(each) > steadiness(kind)
        and (each.removed or sys.maxsize) > (kind.removed or 0)
    ]
    return str(max(later, key=steadiness)) if later else ""


def steadiness(kind: Kind) -> tuple[int, list[int]]:
    """Give a sort key, `v1alpha2` before `v1alpha10` before `v1beta1` before `v1` before `v2`."""
    numbers = [int(number) for number in re.findall(r"\d+", kind.version)]
    return ("alpha", "beta", "stable").index(kind.stability), numbers


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


def validate_kinds(release: str, folder: Path) -> Iterator[tuple[int, set[Api]]]:
    """Give the kinds that kubernetes-validate has schemas for, for every minor in a release."""
    for minor, schemas in kubernetes_definitions(release, folder, "-local"):
        yield (
            minor,
            {
                (api["group"], api["version"], api["kind"])
                for schema in schemas.values()
                for api in schema.get("x-kubernetes-group-version-kind", ())
                if not api["kind"].endswith("List") and api["kind"] not in NOT_SERVED
            },
        )


if __name__ == "__main__":
    sys.exit(main())
