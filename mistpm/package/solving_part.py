"""What solving needs of a descriptor; an index holds this of every version."""

from __future__ import annotations

import msgspec

from mistpm.model.descriptor import Descriptor


def solving_part(descriptor: Descriptor) -> Descriptor:
    """Give the descriptor without what only rendering needs: `outputs` and `readiness`.

    The schema of the inputs stays where their defaults decide something: where a dependency has a
    `when`, or requirements are computed.
    """
    asks = descriptor.computed or any(each.when for each in descriptor.dependencies.values())
    return msgspec.structs.replace(
        descriptor, inputs=descriptor.inputs if asks else {}, outputs={}, readiness=()
    )
