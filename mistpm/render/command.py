"""Commands as packages: what they are started with and what they may answer, as Yoke's flights do; components answer alike.

`specs/host-abi.md`, "Commands" and "Components", has the conventions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mistpm import document
from mistpm.errors import DocumentError, RenderError
from mistpm.render.envelope import write
from mistpm.render.inputs import NAME
from mistpm.render.result import KIND, Result, read_result
from mistpm.render.stages import with_order

YOKE_VERSION = "v0.20.27"
"""The version of Yoke whose conventions these are; flights may look at it."""


ARGUMENTS = "--"
"""The input that becomes arguments: what `yoke takeoff RELEASE FLIGHT -- ARGUMENTS` gives a flight."""


class CommandInput(Struct, frozen=True, kw_only=True):
    """What a command is started with."""

    stdin: bytes
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


def command_input(envelope: Mapping[str, Any], encoded: bytes) -> CommandInput:
    """Make a command's input of an envelope and the bytes that it is written as.

    Raises `RenderError` (`invalid-input`) for arguments that are none.
    """
    inputs = {k: v for k, v in envelope["data"].items() if k not in {NAME, ARGUMENTS}}
    name = envelope["data"][NAME]
    namespace = envelope["mistpm"]["release"]["namespace"]
    return CommandInput(
        stdin=write(inputs),
        arguments=(name, *_arguments(envelope["data"].get(ARGUMENTS, []))),
        environment=(
            ("MISTPM_INPUT", encoded.decode()),
            ("NAMESPACE", namespace),
            ("YOKE_NAMESPACE", namespace),
            ("YOKE_RELEASE", name),
            ("YOKE_VERSION", YOKE_VERSION),
        ),
    )


def _arguments(given: Any) -> tuple[str, ...]:
    """Read the arguments; they are texts, because `010` and `yes` mean something else to YAML."""
    if not isinstance(given, list) or not all(
        isinstance(each, str) and "\0" not in each for each in given
    ):
        raise RenderError(
            "invalid-input",
            f"`inputs.{ARGUMENTS}` is not a list of texts",
            note="they are the arguments of a command",
            hint=f'write `"{ARGUMENTS}": ["-replicas", "2"]`',
        )
    return tuple(given)


def read_stdout(raw: bytes, *, package: str) -> Result:
    """Read what a command wrote: a result document, or manifests as kubectl takes them, lists in lists too.

    Raises `RenderError` as `read_result` does.
    """
    if not raw.strip():
        raise _nothing(f"`{package}` wrote nothing to standard output", "a command", "writes")
    return _read(raw, "stdout.yaml", package)


def read_component_answer(raw: bytes, *, package: str) -> Result:
    """Read what a component answered, as `read_stdout` does."""
    if not raw.strip():
        raise _nothing(f"`{package}` answered with an empty text", "a component", "answers")
    return _read(raw, "manifests.yaml", package)


def _read(raw: bytes, file: str, package: str) -> Result:
    if KIND.encode() in raw and _is_result(raw):
        return read_result(raw, package=package)
    return Result(files={file: with_order(raw.decode(), origin=file, package=package)})


def _nothing(message: str, who: str, does: str) -> RenderError:
    return RenderError(
        "invalid-output",
        message,
        note=f"{who} that has no manifests to give {does} `[]`",
        hint="this is a fault in the package: tell its author",
    )


def _is_result(raw: bytes) -> bool:
    try:
        found = document.load(raw.decode(), file="the answer")
    except DocumentError:
        return False  # several documents, or something of which reading manifests tells more
    return isinstance(found, dict) and found.get("kind") == KIND
