"""The parts of a question, so that a lock that does not answer it any more can say which of them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mistpm import document
from mistpm.lock.question_digest import Asked, counting_inputs
from mistpm.model.lockfile import LockedPackage
from mistpm.model.ranges import ANY

_DIGITS: Final = 12


def question_parts(asked: Asked, locked: Mapping[str, LockedPackage]) -> dict[str, str]:
    """Give what is asked by its place in the environment's file: as it is written, of inputs a digest.

    Packages, the order of releases and Kubernetes versions are left out: of these the lock tells more.  Inputs
    count as in `digest_question`, by what `locked` says.
    """
    return dict(sorted(_parts(asked, locked)))


def _parts(asked: Asked, locked: Mapping[str, LockedPackage]) -> Iterator[tuple[str, str]]:
    question = asked.question
    if question.prereleases:
        yield "policy.prereleases", "true"
    for api in question.provided_apis:
        yield f"provided.apis.{api}", ""
    for package, version in question.provided_packages.items():
        yield f"provided.packages.{package}", str(version)
    for wanted in question.releases:
        pin = locked.get(wanted.name)
        inputs = counting_inputs(wanted.inputs, pin if pin and pin.requested else None)
        yield from _entry(f"releases.{wanted.name}", wanted.range.text, wanted.bind, inputs)
    pulled_in = {pin.package: pin for pin in locked.values() if not pin.requested}
    for setting in question.settings:
        place = f"settings.{setting.package}"
        inputs = counting_inputs(setting.inputs, pulled_in.get(setting.package))
        yield from _entry(place, setting.range.text, setting.bind, inputs)
        if setting.name:
            yield f"{place}.name", setting.name


def _entry(
    place: str, range_: str, bind: Mapping[str, str], inputs: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    if range_ != ANY.text:
        yield f"{place}.version", range_
    for alias, release in bind.items():
        yield f"{place}.bind.{alias}", release
    if inputs:
        digest = hashlib.sha256(document.to_json(inputs)).hexdigest()
        yield f"{place}.inputs", f"sha256:{digest[:_DIGITS]}"
