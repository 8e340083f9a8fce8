"""What makes a lock stale: a digest over everything that decides a resolution, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mistpm import document
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedComputation, LockedPackage
from mistpm.model.question import Question


class Asked(Struct, frozen=True, kw_only=True):
    """A question with the parts that only freshness needs.

    `kubernetes` is the range as written (empty: not given).  `files` maps packages that were given by
    path to the digest of the file.
    """

    question: Question
    kubernetes: str = ""
    files: dict[PackageId, str] = {}


def digest_question(asked: Asked, locked: Mapping[str, LockedPackage]) -> str:
    """Give `sha256:…` over the question; costs one pass over it, and no registry is read.

    `locked` are the releases of the lock: only inputs count that conditions read when it was made
    (`*`: all of them), or that a package was told which computes requirements.  The order of releases counts, other orders do not.
    """
    question = asked.question
    pins = {name: pin for name, pin in locked.items() if pin.requested}
    pulled_in = {pin.package: pin for pin in locked.values() if not pin.requested}
    told = {
        "kubernetes": asked.kubernetes,
        "policy": {"prereleases": question.prereleases},
        "provided": {
            "apis": sorted({str(api) for api in question.provided_apis}),
            "packages": {
                str(package): str(version)
                for package, version in question.provided_packages.items()
            },
        },
        "releases": [
            {
                "name": wanted.name,
                "package": str(wanted.package),
                "range": wanted.range.text,
                "bind": wanted.bind,
                "file": asked.files.get(wanted.package, ""),
                "inputs": counting_inputs(wanted.inputs, pins.get(wanted.name)),
            }
            for wanted in question.releases
        ],
        "settings": {
            str(setting.package): {
                "range": setting.range.text,
                "name": setting.name,
                "bind": setting.bind,
                "inputs": counting_inputs(setting.inputs, pulled_in.get(setting.package)),
            }
            for setting in question.settings
        },
    }
    return "sha256:" + hashlib.sha256(document.to_json(told)).hexdigest()


def counting_inputs(inputs: dict[str, Any], pin: LockedPackage | None) -> dict[str, Any]:
    """Give what counts of a release's inputs: what conditions read, and what a package may be told."""
    if pin is None:
        return {}
    found = read_inputs(inputs, pin.reads)
    return found if pin.computed is None else {**found, "": told_inputs(inputs, pin.computed)}


def told_inputs(inputs: dict[str, Any], computation: LockedComputation) -> dict[str, Any]:
    """Give what a package that computes requirements sees of inputs: of a secret, that it is given."""
    secrets = frozenset(computation.secrets)

    def told(value: Any, path: tuple[str, ...]) -> Any:
        if ".".join(path) in secrets:
            return True
        if isinstance(value, dict):
            return {key: told(each, (*path, key)) for key, each in value.items()}
        return value

    return {key: told(value, (key,)) for key, value in inputs.items()}


def read_inputs(inputs: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    """Give what conditions that read `paths` (`*`: everything) see of inputs, to compare or to digest.

    A path that leads nowhere is left out, but for how far it leads: below a mapping that the user gave
    other defaults hold than below one that is missing.
    """
    if "*" in paths:
        return {"*": inputs}
    found: dict[str, Any] = {}
    for path in paths:
        value: Any = inputs
        for depth, key in enumerate(keys := path.split(".")):
            if not isinstance(value, dict) or key not in value:
                if depth:
                    found[path] = ".".join(keys[:depth])
                break
            value = value[key]
        else:
            found[path] = [value]
    return found
