"""Looking at a release's inputs before they are written down."""

from __future__ import annotations

from mistpm.errors import DocumentError
from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Environment


def check_inputs(environment: Environment, name: str, descriptor: Descriptor) -> tuple[str, ...]:
    """Give what does not fit the package about the inputs of release `name`, a line for each.

    A version other than `descriptor`'s may be chosen in the end, so that is no error.  A secret that
    is written out is one, whatever the version: raises `DocumentError` (`secret-literal`).
    """
    from mistpm.render.inputs import prepare_inputs
    from mistpm.render.schema import Schema
    from mistpm.render.secrets import SecretOwner

    entry = environment.releases[name]
    title = f"{entry.package}@{descriptor.version}"
    inputs = prepare_inputs(
        Schema(descriptor.inputs, owner=title),
        entry.inputs,
        SecretOwner(environment_id=environment.id, release=name, namespace=entry.namespace),
    )
    if inputs.has_literals:
        raise DocumentError(
            "secret-literal",
            f"the inputs of `{name}` hold a secret of `{title}`, so they are not written down",
            inputs.problems,
        )
    return tuple(map(str, inputs.problems))
