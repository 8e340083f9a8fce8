"""Documents: reading YAML and JSON into the nouns of `mistpm.model`, and writing them.

The Struct classes of `mistpm.model` are the only description of a document's shape.  msgspec reads
what is right; only for what is wrong a second walk finds all problems with their lines.
"""

from typing import Any

from mistpm.document.conversion import convert, from_json, read, to_builtins, to_json
from mistpm.document.positions import Place, Positions, shown_place
from mistpm.document.reader import Amount, is_deep, load, load_documents, load_manifests
from mistpm.document.refusal import refusal


def dump(data: Any) -> str:
    """Write JSON-like data as YAML; see `mistpm.document.writer`, which is loaded when it is needed."""
    from mistpm.document.writer import dump as write

    return write(data)


def dump_inline(data: Any) -> str:
    """Write JSON-like data within one line; see `mistpm.document.writer`."""
    from mistpm.document.writer import dump_inline as write

    return write(data)


__all__ = [
    "Amount",
    "Place",
    "Positions",
    "convert",
    "dump",
    "dump_inline",
    "from_json",
    "is_deep",
    "load",
    "load_documents",
    "load_manifests",
    "read",
    "refusal",
    "shown_place",
    "to_builtins",
    "to_json",
]
