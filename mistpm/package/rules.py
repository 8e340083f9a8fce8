"""What a descriptor must keep to beyond its shape: `specs/package.md`, "Rules"."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from mistpm.model.descriptor import Dependency, Descriptor
from mistpm.model.presence import find_kind
from mistpm.model.ranges import Range
from mistpm.model.readiness import ReadinessCondition
from mistpm.package.schemas import Mistake, schema_mistakes
from mistpm.package.specifier import fault


def descriptor_mistakes(descriptor: Descriptor) -> Iterator[Mistake]:
    """Give every rule that a descriptor breaks."""
    if message := fault(descriptor.mistpm):
        yield ("mistpm",), message, ""
    if descriptor.kubernetes is not None:
        yield from _empty_range(descriptor.kubernetes, ("kubernetes",))
    yield from _empty_range(descriptor.upgrades.from_, ("upgrades", "from"))
    own = f"{descriptor.group}/{descriptor.name}"
    for alias, dependency in descriptor.dependencies.items():
        yield from _dependency_mistakes(descriptor, alias, dependency)
    for index, conflict in enumerate(descriptor.conflicts):
        yield from _empty_range(conflict.version, ("conflicts", index, "version"))
        if conflict.package == own:
            hint = "`scope: cluster` allows one release of a package in an environment"
            message = f"`{own}` cannot conflict with itself"
            yield ("conflicts", index, "package"), message, hint
    yield from _provided_mistakes(descriptor)
    for index, namespace in enumerate(descriptor.namespaces):
        if namespace in descriptor.namespaces[:index]:
            yield ("namespaces", index), f"`{namespace}` is written twice", ""
    yield from schema_mistakes(descriptor.inputs, ("inputs",))
    yield from schema_mistakes(descriptor.outputs, ("outputs",))
    for key, schema in (("inputs", descriptor.inputs), ("outputs", descriptor.outputs)):
        if schema.get("type", "object") != "object":
            yield (key, "type"), f"`{key}` are a mapping: the type is `object`", ""


def answer_mistakes(descriptor: Descriptor, answer: Mapping[str, Dependency]) -> Iterator[Mistake]:
    """Give every rule that computed requirements break; `descriptor` is of who computed them."""
    for alias, dependency in answer.items():
        if alias in descriptor.dependencies:
            message = f"`dependencies` of the descriptor has an alias `{alias}` already"
            yield ("requirements", alias), message, ""
        if dependency.when:
            message = "what is computed is decided already: there is no `when`"
            yield ("requirements", alias, "when"), message, ""
        for (_, *place), message, hint in _dependency_mistakes(descriptor, alias, dependency):
            yield ("requirements", *place), message, hint


def module_mistakes(
    descriptor: Descriptor, exports: Collection[str], computing: str
) -> Iterator[Mistake]:
    """Give what a descriptor says otherwise than its module does.

    `computing` is what the module would export if it computed requirements from inputs.
    """
    if descriptor.computed and computing not in exports:
        yield ("computed",), f"the module does not export `{computing}`", ""
    if computing in exports and not descriptor.computed:
        message = f"the module exports `{computing}`, which nobody will ask"
        yield (), message, "write `computed: true`"


def template_mistakes(descriptor: Descriptor) -> Iterator[Mistake]:
    """Give what a package of templates lacks."""
    engine = descriptor.dependencies.get("engine")
    if engine is None or engine.package is None or engine.use != "call":
        yield (
            ("dependencies",),
            "a package of templates calls its engine by the alias `engine`",
            "write `engine: {package: engines/jinja, version: ..., use: call}`",
        )


def condition_mistakes(
    descriptor: Descriptor, paths_read: Callable[[str], tuple[str, ...]]
) -> Iterator[Mistake]:
    """Give what is wrong with each `when`: it must be readable, and read inputs that are no secrets.

    `paths_read` gives the inputs that a condition reads (`tls.enabled`), or raises `ValueError`.
    """
    for alias, dependency in descriptor.dependencies.items():
        place = ("dependencies", alias, "when")
        if not dependency.when:
            continue
        try:
            paths = paths_read(dependency.when)
        except ValueError as error:
            yield place, str(error), ""
            continue
        for path in paths:
            yield from ((place, *told) for told in _path_mistakes(path, descriptor.inputs))


def readiness_mistakes(
    descriptor: Descriptor,
    read: Callable[[ReadinessCondition], Iterable[tuple[str, str, str]]],
) -> Iterator[Mistake]:
    """Give what is wrong with each readiness condition; `read` tells key, mistake and hint of one."""
    for index, condition in enumerate(descriptor.readiness):
        for key, message, hint in read(condition):
            yield ("readiness", index, key), message, hint


def _path_mistakes(path: str, root: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what is wrong with reading the input at a path, as message and hint."""
    schema: Any = root
    for step in path.split("."):
        if not isinstance(schema, dict) or "$ref" in schema or "properties" not in schema:
            return  # what is there cannot be told without an instance
        known = schema["properties"]
        if step not in known:
            if schema.get("additionalProperties") is False:
                close = difflib.get_close_matches(step, sorted(known), n=1)
                hint = f"did you mean `{close[0]}`?" if close else ""
                yield f"it reads `inputs.{path}`, and there is no such input", hint
            return
        schema = known[step]
        if isinstance(schema, dict) and schema.get("writeOnly") is True:
            yield f"it reads `inputs.{path}`, which is a secret", ""
            return


def _dependency_mistakes(
    descriptor: Descriptor, alias: str, dependency: Dependency
) -> Iterator[Mistake]:
    place = ("dependencies", alias)
    yield from _empty_range(dependency.version, (*place, "version"))
    own = f"{descriptor.group}/{descriptor.name}"
    for key, package in (("package", dependency.package), ("default", dependency.default)):
        if package == own:
            yield (*place, key), f"`{own}` cannot depend on itself", ""
    if dependency.api is not None and dependency.api in descriptor.provides.apis:
        yield (*place, "api"), f"`{own}` provides `{dependency.api}` itself", "leave it out"


def _provided_mistakes(descriptor: Descriptor) -> Iterator[Mistake]:
    apis = descriptor.provides.apis
    for index, api in enumerate(apis):
        place = ("provides", "apis", index)
        if api in apis[:index]:
            yield place, f"`{api}` is written twice", ""
        elif find_kind(api) is not None:
            yield place, f"`{api}` is Kubernetes' own; a package cannot provide it", ""


def _empty_range(range_: Range, place: tuple[str | int, ...]) -> Iterator[Mistake]:
    if range_.versions.is_empty():
        yield place, f"`{range_}` admits no version at all", ""
