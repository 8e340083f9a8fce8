"""A guest's request to render one of its dependencies, and why it may be turned down."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from mistpm.model.answer import BAD_REQUEST, Answer
from mistpm.model.data_path import DataPath, show_path
from mistpm.render.envelope import encode

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_LONGEST_NAME = 253


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """A request is not carried out; the guest gets a status and may go on."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    @property
    def answer(self) -> Answer:
        """What the guest gets."""
        body = encode({"message": self.message.encode(errors="replace").decode()})
        return Answer(status=self.status, body=body)


class Call(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request document; `name` is empty where the host is to choose it."""

    op: Literal["call"]
    alias: str
    name: str = ""
    inputs: dict[str, Any] = {}


_DECODER: Final = msgspec.json.Decoder(Call)
"""Made here, before there are threads: two that look at a type for the first time crash msgspec 0.22."""


def read_call(raw: bytes) -> Call:
    """Read a request; raises `Refusal`."""
    try:
        call = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(BAD_REQUEST, f"the request cannot be read: {error}") from None
    if call.name and not is_name(call.name):
        raise Refusal(
            BAD_REQUEST,
            f"`{call.name}` is not a name: lower-case letters, digits, `-` and `.`, {_LONGEST_NAME} at most",
        )
    return call


def is_name(name: str) -> bool:
    """Tell whether a call may be named so: Kubernetes must take it for an object's name."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def with_fixed(inputs: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Give a call's inputs with those that the caller's descriptor fixes by `with`.

    Mappings are merged.  Raises `Refusal` where the call says something else: solving has relied on
    what is fixed.
    """
    return _merged(inputs, fixed, ("inputs",))  # type: ignore[no-any-return]


def _merged(given: Any, fixed: Any, path: DataPath) -> Any:
    if isinstance(given, Mapping) and isinstance(fixed, Mapping):
        return {
            **given,
            **{
                key: _merged(given[key], value, (*path, key)) if key in given else value
                for key, value in fixed.items()
            },
        }
    written = json.dumps(fixed, sort_keys=True)
    if json.dumps(given, sort_keys=True) != written:
        raise Refusal(
            BAD_REQUEST, f"`{show_path(path)}` is fixed to `{written}` by the caller's `with`"
        )
    return fixed
