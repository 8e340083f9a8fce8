"""Foresight: which packages a step of the search is about to ask for, so that they come together.

Where a round trip is dear, a level of the graph costs one and not one for each package:
`specs/resolve.md#sources`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mistpm.model.descriptor import Dependency
from mistpm.model.identity import PackageId
from mistpm.model.inputs import completed
from mistpm.resolve.world.conditions import InvalidConditionError, evaluate
from mistpm.resolve.world.node import Context
from mistpm.resolve.world.profile import Profile
from mistpm.resolve.world.requiring import given

if TYPE_CHECKING:
    from mistpm.resolve.world.universe import Universe


def foreseen(universe: Universe, context: Context, profile: Profile) -> Iterator[PackageId]:
    """Give the packages that `require` will ask for; none where it was called already.

    A condition that does not hold keeps a package away here as it does there, and so does an API that
    somebody else may turn out to provide.
    """
    if profile in context.requirements:
        return
    descriptor = profile.descriptor
    for alias, dependency in descriptor.dependencies.items():
        reference = dependency.package or (dependency.default if universe.is_growing else None)
        if reference is None or (dependency.api and given(universe.question, dependency.api)):
            continue
        package = reference.within(context.node.package.registry)
        called = dependency.package is not None and dependency.use == "call"
        bound = universe.binder.bind(context.binding, alias, package)
        if (called or bound.to == "pulled-in") and _holds(context, profile, dependency):
            yield package


def _holds(context: Context, profile: Profile, dependency: Dependency) -> bool:
    if not dependency.when:
        return True
    try:
        inputs = completed(context.inputs, profile.descriptor.inputs)
        return evaluate(dependency.when, inputs).holds is not False
    except InvalidConditionError:
        return False
