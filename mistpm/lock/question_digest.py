"""What makes a lock stale: a digest over everything that decides a resolution, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

from msgspec import Struct

from mistpm import document
from mistpm.model.identity import PackageId
from mistpm.model.question import Question


class Asked(Struct, frozen=True, kw_only=True):
    """A question with the parts that only freshness needs.

    `kubernetes` is the range as written (empty: not given).  `files` maps packages that were given by
    path to the digest of the file.
    """

    question: Question
    kubernetes: str = ""
    files: dict[PackageId, str] = {}


def digest_question(asked: Asked, reads: dict[str, tuple[str, ...]]) -> str:
    """Give `sha256:…` over the question; costs one pass over it, and no registry is read.

    `reads` maps releases to the paths of inputs that some condition read when the lock was made
    (`*`: all of them); only these inputs count.  The order of releases counts, other orders do not.
    """
    question = asked.question
    told = {
        "kubernetes": asked.kubernetes,
        "policy": {"prereleases": question.prereleases},
        "provided": {
            "apis": sorted(str(api) for api in question.provided_apis),
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
                "inputs": read_inputs(wanted.inputs, reads.get(wanted.name, ())),
            }
            for wanted in question.releases
        ],
        "settings": {
            str(setting.package): {
                "range": setting.range.text,
                "name": setting.name,
                "bind": setting.bind,
                "inputs": read_inputs(
                    setting.inputs, reads.get(setting.name or setting.package.name, ())
                ),
            }
            for setting in question.settings
        },
    }
    return "sha256:" + hashlib.sha256(document.to_json(told)).hexdigest()


def read_inputs(inputs: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    """Give the values at `paths`, absent ones left out."""
    if "*" in paths:
        return {"*": inputs}
    found: dict[str, Any] = {}
    for path in paths:
        value: Any = inputs
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                break
            value = value[key]
        else:
            found[path] = value
    return found
