"""Looking at a release's inputs before they are written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistpm.errors import DocumentError
from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Environment

if TYPE_CHECKING:
    from mistpm.render.inputs import Inputs


def check_inputs(environment: Environment, name: str, descriptor: Descriptor) -> tuple[str, ...]:
    """Give what does not fit the package about the inputs of release `name`, a line for each.

    A version other than `descriptor`'s may be chosen in the end, so that is no error.  A secret that
    is written out is one, whatever the version: raises `DocumentError` (`secret-literal`).
    """
    entry = environment.releases[name]
    inputs = ready_inputs(environment, name, descriptor)
    if inputs.has_literals:
        title = f"{entry.package}@{descriptor.version}"
        raise DocumentError(
            "secret-literal",
            f"the inputs of `{name}` hold a secret of `{title}`, so they are not written down",
            inputs.problems,
        )
    return tuple(map(str, inputs.problems))


def ready_inputs(environment: Environment, name: str, descriptor: Descriptor) -> Inputs:
    """Give the inputs of release `name` as the package gets them, with all that is wrong with them."""
    from mistpm.render.inputs import prepare_inputs
    from mistpm.render.schema import Schema
    from mistpm.render.secrets import SecretOwner

    entry = environment.releases[name]
    return prepare_inputs(
        Schema(descriptor.inputs, owner=f"{entry.package}@{descriptor.version}"),
        entry.inputs,
        SecretOwner(environment_id=environment.id, release=name, namespace=entry.namespace),
    )
