"""Cases made smaller while something stays true of them, and told as they are written in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace
from random_worlds import Case
from small_worlds import World

from mistpm.model.descriptor import Candidate, Descriptor, Provides
from mistpm.model.identity import PackageId
from mistpm.model.question import Held, Question
from mistpm.model.ranges import ANY


def smallest(case: Case, is_alike: Callable[[Case], bool]) -> Case:
    """Leave out of a case whatever can be, as long as `is_alike` holds."""
    while (smaller := next(filter(is_alike, smaller_cases(case)), None)) is not None:
        case = smaller
    return case


def smaller_cases(case: Case) -> Iterator[Case]:
    """Give a case without one thing each, the largest things first."""
    for package in case.world.packages:
        yield case._replace(world=changed(case.world, package, []))
    for number, wanted in enumerate(case.question.releases):
        releases = case.question.releases
        if not any(wanted.name in other.bind.values() for other in releases):
            others = releases[:number] + releases[number + 1 :]
            yield case._replace(question=replace(case.question, releases=others))
    for package, candidates in case.world.packages.items():
        for number, candidate in enumerate(candidates):
            rest = candidates[:number] + candidates[number + 1 :]
            yield case._replace(world=changed(case.world, package, rest))
            for lesser in smaller_candidates(candidate):
                rest = [*candidates[:number], lesser, *candidates[number + 1 :]]
                yield case._replace(world=changed(case.world, package, rest))
    for key in case.world.answers:
        world = copied(case.world)
        del world.answers[key]
        yield case._replace(world=world)
    yield from (case._replace(question=question) for question in smaller_questions(case.question))
    yield from (case._replace(held=held) for held in smaller_held(case.held))


def smaller_candidates(candidate: Candidate) -> Iterator[Candidate]:
    """Give a candidate that says one thing less."""
    descriptor = candidate.descriptor
    if candidate.yanked:
        yield replace(candidate, yanked=False)
    plain: dict[str, Any] = {
        "kubernetes": None,
        "scope": "namespace",
        "conflicts": (),
        "computed": False,
        "inputs": {},
        "provides": Provides(),
    }
    for field, value in plain.items():
        if getattr(descriptor, field) != value:
            yield said(candidate, replace(descriptor, **{field: value}))
    needs = descriptor.dependencies
    for alias, need in needs.items():
        rest = {other: needs[other] for other in needs if other != alias}
        yield said(candidate, replace(descriptor, dependencies=rest))
        simpler = [replace(need, when="")] if need.when else []
        simpler += [replace(need, with_={})] if need.with_ else []
        simpler += [replace(need, version=ANY)] if need.version != ANY else []
        for other in simpler:
            yield said(candidate, replace(descriptor, dependencies={**needs, alias: other}))


def smaller_questions(question: Question) -> Iterator[Question]:
    """Give a question that says one thing less."""
    for number, wanted in enumerate(question.releases):
        lesser = [replace(wanted, inputs={})] if wanted.inputs else []
        lesser += [replace(wanted, bind={})] if wanted.bind else []
        lesser += [replace(wanted, range=ANY)] if wanted.range != ANY else []
        for other in lesser:
            releases = question.releases
            rest = releases[number + 1 :]
            yield replace(question, releases=(*releases[:number], other, *rest))
    for number, setting in enumerate(question.settings):
        before, after = question.settings[:number], question.settings[number + 1 :]
        yield replace(question, settings=before + after)
        simpler: dict[str, Any] = {"range": ANY, "name": "", "bind": {}, "inputs": {}}
        for field, value in simpler.items():
            if getattr(setting, field) != value:
                other_setting = replace(setting, **{field: value})
                yield replace(question, settings=(*before, other_setting, *after))
    if len(question.minors) > 1:
        yield replace(question, minors=question.minors[:1])
    if question.provided_apis:
        yield replace(question, provided_apis=())
    if question.provided_packages:
        yield replace(question, provided_packages={})
    if question.prereleases:
        yield replace(question, prereleases=False)


def smaller_held(held: Held) -> Iterator[Held]:
    """Give what was held without one thing."""
    for name in held.releases:
        yield replace(held, releases={k: v for k, v in held.releases.items() if k != name})
    for name in held.called:
        yield replace(held, called={k: v for k, v in held.called.items() if k != name})
    for name in held.calls:
        yield replace(held, calls={k: v for k, v in held.calls.items() if k != name})
    for name in held.providers:
        yield replace(held, providers={k: v for k, v in held.providers.items() if k != name})
    for name in held.free:
        yield replace(held, free=held.free - {name})


def said(candidate: Candidate, descriptor: Descriptor) -> Candidate:
    """Give a candidate with another descriptor."""
    return replace(candidate, descriptor=descriptor)


def copied(world: World) -> World:
    """Give the same world once more."""
    other = World()
    other.packages = dict(world.packages)
    other.answers = dict(world.answers)
    return other


def changed(world: World, package: PackageId, candidates: list[Candidate]) -> World:
    """Give the same world with other candidates of a package; without any, there is no such package."""
    other = copied(world)
    other.packages[package] = candidates
    if not candidates:
        del other.packages[package]
    return other


def told_case(case: Case) -> str:
    """Write a case down, line by line."""
    lines = []
    for package, candidates in case.world.packages.items():
        for candidate in candidates:
            descriptor = candidate.descriptor
            said_ = {
                "yanked": bool(candidate.yanked),
                "kubernetes": descriptor.kubernetes and str(descriptor.kubernetes),
                "cluster": descriptor.scope == "cluster",
                "computed": descriptor.computed,
                "provides": [str(api) for api in descriptor.provides.apis],
                "conflicts": [f"{c.package} {c.version}" for c in descriptor.conflicts],
                "inputs": descriptor.inputs.get("properties"),
                "needs": {a: str_of(n) for a, n in descriptor.dependencies.items()},
            }
            told = ", ".join(f"{key}={value!r}" for key, value in said_.items() if value)
            lines.append(f"{package}@{candidate.version} {told}")
    for (name, text), needs in case.world.answers.items():
        lines.append(f"{name} at {text} computes { ({a: str_of(n) for a, n in needs.items()}) }")
    lines += [str_of(wanted) for wanted in case.question.releases]
    lines += [str_of(setting) for setting in case.question.settings]
    question = case.question
    lines.append(
        f"minors {' '.join(map(str, question.minors))}"
        f" provided {[str(api) for api in question.provided_apis]}"
        f" { ({str(k): str(v) for k, v in question.provided_packages.items()}) }"
        f" prereleases {question.prereleases}"
    )
    lines.append(
        f"held { ({k: f'{p} {v}' for k, (p, v) in case.held.releases.items()}) }"
        f" { ({k: str(v) for k, v in case.held.called.items()}) } free {sorted(case.held.free)}"
        f" calls {case.held.calls} providers {case.held.providers}"
    )
    return "\n".join(lines)


def str_of(thing: Any) -> str:
    """Tell what is not empty in a struct."""
    told = ((name, getattr(thing, name)) for name in thing.__struct_fields__)
    shown = (f"{name}={value}" for name, value in told if value not in ("", {}, None, False, ANY))
    return f"{type(thing).__name__}({', '.join(shown)})"
