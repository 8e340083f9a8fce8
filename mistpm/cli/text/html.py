"""Writing HTML in which a text is a text: only what this module makes is markup."""

from __future__ import annotations

import re
from html import escape

from mistpm.cli.terminal import printable

_CODE = re.compile(r"`([^`\n]+)`")
_NOT_HTML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


class Html(str):
    """Markup that may stand in a page as it is."""

    __slots__ = ()


def text(said: str) -> Html:
    """Give a text as it is read; what would steer or turn the writing is shown as an escape."""
    return Html(escape(_NOT_HTML.sub("\ufffd", printable(said))))


def prose(said: str) -> Html:
    """Give a sentence; what stands in backticks is code."""
    parts = _CODE.split(said)
    return joined(
        *(element("code", part) if at % 2 else text(part) for at, part in enumerate(parts))
    )


def element(name: str, *content: str, **attributes: str) -> Html:
    """Give an element: what is no `Html` in it is a text; `class_` is written as `class`.

    An underscore within an attribute's name is a hyphen; one with an empty value stands without a value.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + (f'="{text(value)}"' if value else "")
        for key, value in attributes.items()
    )
    return Html(f"<{name}{written}>{joined(*content)}</{name}>")


def joined(*content: str) -> Html:
    """Put markup and texts together."""
    return Html("".join(each if isinstance(each, Html) else text(each) for each in content))
