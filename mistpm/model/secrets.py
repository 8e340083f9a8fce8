"""Secrets stay outside of everything that is rendered, stored or shown: placeholders stand for them.

A placeholder consists of letters, digits and `_`, so that no quoting or escaping changes it, and is
made of 160 bits of a digest over the environment's random id: nobody meets one by accident, and no
package can guess another's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mistpm.model.environment import SecretSource

MARK = "mistpm_secret_"
"""What every placeholder begins with."""

PLACEHOLDER = re.compile(MARK + "[0-9a-f]{40}")
"""What a placeholder looks like inside a text."""


class SecretInput(Struct, frozen=True, kw_only=True):
    """An input whose value is put in when a release is applied.

    `release` and `path` (`inputs.admin.password`) say which input it is; `call` names the call when it
    is an input of a package that is called.
    """

    placeholder: str
    release: str
    call: str = ""
    path: str
    source: SecretSource


def make_placeholder(environment_id: str, release: str, call: str, path: str) -> str:
    """Give the text that stands for one secret input; always the same for the same input."""
    origin = json.dumps([environment_id, release, call, path]).encode()
    return MARK + hashlib.sha256(origin).hexdigest()[:40]


def decoded(value: object) -> str | None:
    """Give the text in a value of a Secret's `data`, or None where it is no base64 of a text.

    Bytes that are no UTF-8 become U+FFFD; a placeholder among them is still found.
    """
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return None


def secret_keys(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the keys of a `Secret` whose values hold placeholders, sorted: what somebody has to fill in."""
    plain = manifest.get("stringData") or {}
    encoded = manifest.get("data") or {}
    keys = {key for key, value in plain.items() if PLACEHOLDER.search(str(value))}
    keys |= {key for key, value in encoded.items() if PLACEHOLDER.search(decoded(value) or "")}
    return tuple(sorted(keys))
