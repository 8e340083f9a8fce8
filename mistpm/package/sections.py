"""The sections of a WebAssembly module, read and written without running anything.

A module is eight bytes of header, then sections: an identifier byte, a size, a body.  Identifier 0 is
a *custom* section: its body starts with a name, and engines ignore it.  That is where a package keeps
its descriptor and its assets (WebAssembly core specification 1.0, §5.5).  A component is built alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import Struct

from mistpm.errors import PackageError

DESCRIPTOR_SECTION = "mistpm.descriptor"
ASSETS_SECTION = "mistpm.assets"

_MAGIC = b"\0asm"
_CORE = b"\x01\0\0\0"
_COMPONENT = b"\x0d\0\x01\0"
_HEADER = 8
_CUSTOM = 0
_LONGEST_U32 = 5
_MOST_SECTIONS = 10_000
"""A section takes two bytes: without a limit a large file would take minutes and fill the memory."""


class Part(Struct, frozen=True, kw_only=True):
    """Any section: `data[start:end]` with its header, `data[body:end]` without."""

    identifier: int
    start: int
    body: int
    end: int

    @property
    def custom(self) -> bool:
        """Say whether an engine ignores this section."""
        return self.identifier == _CUSTOM


class Section(Struct, frozen=True, kw_only=True):
    """A custom section; `offset` is where its identifier byte stands in the module."""

    name: str
    payload: bytes
    offset: int


def read_sections(data: bytes, *, source: str = "") -> tuple[Section, ...]:
    """Give the custom sections of the module `data`, in their order.

    `source` names the file in errors.  Raises `PackageError`: `not-wasm`, `truncated-module`, `invalid-module`,
    `module-too-large` (in sections).  Costs a copy of the payloads, not of the code.
    """
    sections = []
    for part in parts(data, source=source):
        if part.custom:
            name, payload = _split_custom(data, part, source)
            sections.append(Section(name=name, payload=data[payload : part.end], offset=part.start))
    return tuple(sections)


def find_section(data: bytes, name: str, *, source: str = "") -> bytes | None:
    """Give the payload of the custom section `name`, or None.

    Raises what `read_sections` raises, and `duplicate-section` when there are several: two readers
    could otherwise take two different ones for the truth.
    """
    return find_sections(data, (name,), source=source)[name]


def find_sections(
    data: bytes, names: tuple[str, ...], *, source: str = ""
) -> dict[str, bytes | None]:
    """Give the payloads of several custom sections by name, as `find_section` does, in one walk."""
    sections = read_sections(data, source=source)
    return {name: _only(sections, name, source) for name in names}


def _only(sections: tuple[Section, ...], name: str, source: str) -> bytes | None:
    found = [section for section in sections if section.name == name]
    if len(found) > 1:
        raise PackageError(
            "duplicate-section",
            f"{_subject(source)} has {len(found)} custom sections called `{name}`; there may be one",
            hint="pack it again with `mistpm pack`",
        )
    return found[0].payload if found else None


def with_section(data: bytes, name: str, payload: bytes, *, source: str = "") -> bytes:
    """Give the module with the custom section `name` holding `payload`; all else byte for byte.

    The first section of that name is replaced where it stands and further ones are left out;
    without any, it is appended.  Raises what `read_sections` raises.
    """
    encoded = name.encode()
    body = encode_u32(len(encoded)) + encoded + payload
    section = bytes((_CUSTOM,)) + encode_u32(len(body)) + body
    pieces = [data[:_HEADER]]
    written = False
    for part in parts(data, source=source):
        if not part.custom or _split_custom(data, part, source)[0] != name:
            pieces.append(data[part.start : part.end])
        elif not written:
            pieces.append(section)
            written = True
    if not written:
        pieces.append(section)
    return b"".join(pieces)


def without_sections(data: bytes, *, keep: tuple[str, ...] = (), source: str = "") -> bytes:
    """Give the module without its custom sections, but for those whose names are in `keep`."""
    pieces = [data[:_HEADER]]
    pieces += [
        data[part.start : part.end]
        for part in parts(data, source=source)
        if not part.custom or _split_custom(data, part, source)[0] in keep
    ]
    return b"".join(pieces)


def code_digest(data: bytes, *, source: str = "") -> str:
    """Give `sha256:` and the digest over everything except the custom sections.

    Modules that differ only in descriptor, assets or debug information have one code digest, so they
    share machine code.
    """
    digest = hashlib.sha256(data[:_HEADER])
    view = memoryview(data)
    for part in parts(data, source=source):
        if not part.custom:
            digest.update(view[part.start : part.end])
    return f"sha256:{digest.hexdigest()}"


def is_component(data: bytes) -> bool:
    """Say whether the bytes begin as a component's, not as a core module's."""
    return data[:_HEADER] == _MAGIC + _COMPONENT


def parts(data: bytes, *, source: str = "") -> Iterator[Part]:
    """Walk over all sections; raises as `read_sections` does, when it comes to the fault."""
    _check_header(data, source)
    position = _HEADER
    count = 0
    while position < len(data):
        count += 1
        if count > _MOST_SECTIONS:
            raise PackageError(
                "module-too-large",
                f"{_subject(source)} has more than {_MOST_SECTIONS} sections",
                hint="build the package again",
            )
        start = position
        size, body = read_u32(data, start + 1, len(data), source=source)
        end = body + size
        if end > len(data):
            raise _truncated(
                source, f"the section at byte {start} ends at byte {end}, the file at {len(data)}"
            )
        yield Part(identifier=data[start], start=start, body=body, end=end)
        position = end


def read_u32(data: bytes, position: int, end: int, *, source: str = "") -> tuple[int, int]:
    """Read an unsigned LEB128 number before `end`; give it and the position after it."""
    value = 0
    for index in range(_LONGEST_U32):
        if position + index >= end:
            raise _truncated(source, f"a number at byte {position} is cut off")
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if value > 0xFFFFFFFF:
                break
            return value, position + index + 1
    raise _invalid(source, f"the number at byte {position} has more than 32 bits")


def read_name(data: bytes, position: int, end: int, *, source: str = "") -> tuple[str, int]:
    """Read a length and that many bytes of UTF-8 before `end`; give the text and what comes after."""
    size, start = read_u32(data, position, end, source=source)
    if start + size > end:
        raise _invalid(source, f"the name at byte {position} reaches over the end of its section")
    try:
        return data[start : start + size].decode(), start + size
    except UnicodeDecodeError:
        raise _invalid(source, f"the name at byte {position} is not UTF-8") from None


def encode_u32(value: int) -> bytes:
    """Write `value` as unsigned LEB128, as short as can be."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _split_custom(data: bytes, part: Part, source: str) -> tuple[str, int]:
    """Give a custom section's name and where its payload starts."""
    return read_name(data, part.body, part.end, source=source)


def _check_header(data: bytes, source: str) -> None:
    """Raise unless `data` starts as a module or a component does."""
    if data[:_HEADER] == _MAGIC + _CORE or is_component(data):
        return
    if (_MAGIC + _CORE).startswith(data) and data:
        raise _truncated(source, f"it has {len(data)} of the {_HEADER} bytes of a header")
    hint = "check what was downloaded, or build the package again"
    if data.startswith(b"version https://git-lfs"):
        hint = "this is a pointer to the file: run `git lfs pull` where it lies"
    raise PackageError(
        "not-wasm",
        f"{_subject(source)} is not a WebAssembly module",
        context=(f"it starts with {data[:_HEADER]!r}" if data else "it is empty",),
        hint=hint,
    )


def _subject(source: str) -> str:
    """Name the file, or say what it is where its name is not known."""
    return f"`{source}`" if source else "the file"


def _truncated(source: str, what: str) -> PackageError:
    return PackageError(
        "truncated-module",
        f"{_subject(source)} is cut off: {what}",
        hint="fetch or build the file again",
    )


def _invalid(source: str, what: str) -> PackageError:
    return PackageError(
        "invalid-module",
        f"{_subject(source)} is not a valid WebAssembly module: {what}",
        hint="build the package again",
    )
