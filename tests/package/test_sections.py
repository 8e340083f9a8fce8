"""Custom sections: read, written and left out, the rest of the module byte for byte."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from guest_modules import guest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.errors import PackageError
from mistpm.package.sections import (
    Section,
    code_digest,
    encode_u32,
    find_section,
    parts,
    read_sections,
    read_u32,
    with_section,
    without_sections,
)

HEADER = b"\0asm\1\0\0\0"


def custom(name: str, payload: bytes) -> bytes:
    """Make a custom section."""
    body = encode_u32(len(name.encode())) + name.encode() + payload
    return b"\0" + encode_u32(len(body)) + body


names = st.text(max_size=20)
payloads = st.binary(max_size=300)
others = st.tuples(st.integers(1, 13), payloads).map(
    lambda pair: bytes([pair[0]]) + encode_u32(len(pair[1])) + pair[1]
)
customs = st.tuples(names, payloads).map(lambda pair: custom(*pair))
modules = st.lists(others | customs, max_size=8).map(lambda sections: HEADER + b"".join(sections))


def test_sections_of_a_module() -> None:
    """A real module's custom sections are found with their places."""
    data = with_section(HEADER + custom("first", b"1"), "second", b"22")
    expected = (
        Section(name="first", payload=b"1", offset=8),
        Section(name="second", payload=b"22", offset=17),
    )

    assert expected == read_sections(data)


def test_module_without_sections() -> None:
    """Eight bytes are a module already."""
    assert () == read_sections(HEADER)


def test_section_is_replaced_in_place() -> None:
    """A section that is there keeps its place among the others."""
    data = HEADER + custom("a", b"1") + custom("b", b"2") + custom("c", b"3")
    expected = HEADER + custom("a", b"1") + custom("b", b"new") + custom("c", b"3")

    assert expected == with_section(data, "b", b"new")


def test_section_is_appended() -> None:
    """A section that is not there comes last."""
    data = guest("echo")

    assert data + custom("mistpm.descriptor", b"{}") == with_section(
        data, "mistpm.descriptor", b"{}"
    )


def test_duplicates_are_replaced_by_one() -> None:
    """Writing a section leaves exactly one of that name."""
    data = HEADER + custom("a", b"1") + custom("b", b"2") + custom("a", b"3")

    assert HEADER + custom("a", b"new") + custom("b", b"2") == with_section(data, "a", b"new")


def test_duplicates_are_not_chosen_from() -> None:
    """Reading one of two sections of a name would be a guess."""
    data = HEADER + custom("mistpm.descriptor", b"1") + custom("mistpm.descriptor", b"2")
    with pytest.raises(PackageError) as caught:
        find_section(data, "mistpm.descriptor", source="shop.wasm")
    expected = """\
`shop.wasm` has 2 custom sections called `mistpm.descriptor`; there may be one
hint: pack it again with `mistpm pack`"""

    assert ("duplicate-section", expected) == (caught.value.reference, str(caught.value))


@pytest.mark.slow
@given(modules, names, payloads)
def test_what_is_written_is_read(data: bytes, name: str, payload: bytes) -> None:
    """The section that was written is found; the code is what it was; writing again changes nothing."""
    written = with_section(data, name, payload)

    assert payload == find_section(written, name)
    assert code_digest(data) == code_digest(written)
    assert written == with_section(written, name, payload)
    assert contents(data, but=name) == contents(written, but=name)


def contents(data: bytes, *, but: str) -> list[tuple[str, bytes]]:
    """Give names and payloads of all custom sections but those of one name."""
    return [(found.name, found.payload) for found in read_sections(data) if found.name != but]


@given(modules)
def test_nothing_is_lost(data: bytes) -> None:
    """The header and all parts together are the module."""
    pieces = [data[part.start : part.end] for part in parts(data)]

    assert data == data[:8] + b"".join(pieces)


@pytest.mark.slow
@given(modules)
def test_code_digest_is_that_of_the_rest(data: bytes) -> None:
    """The code digest is the SHA-256 of the module without its custom sections."""
    code = without_sections(data)

    assert () == read_sections(code)
    assert f"sha256:{hashlib.sha256(code).hexdigest()}" == code_digest(data)


def test_some_sections_may_be_kept() -> None:
    """Function names are kept for backtraces while all else that is custom goes."""
    data = HEADER + custom("name", b"1") + custom("mistpm.assets", b"2")

    assert HEADER + custom("name", b"1") == without_sections(data, keep=("name",))


@given(st.binary(max_size=200) | modules.flatmap(lambda data: st.sampled_from(cuts(data))))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes are: sections, or a `PackageError`."""
    with suppress(PackageError):
        read_sections(data)


def cuts(data: bytes) -> list[bytes]:
    """Give all beginnings of a module."""
    return [data[:end] for end in range(len(data) + 1)]


@given(st.integers(0, 0xFFFFFFFF))
def test_numbers(value: int) -> None:
    """Numbers are written in at most five bytes, and read back with the position after them."""
    encoded = encode_u32(value)

    assert (value, len(encoded)) == read_u32(encoded + b"x", 0, len(encoded) + 1)
    assert len(encoded) <= 5


@pytest.mark.parametrize(
    ("data", "reference", "expected"),
    [
        (
            b"",
            "not-wasm",
            """\
`a.wasm` is not a WebAssembly module
  it is empty
hint: check what was downloaded, or build the package again""",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "not-wasm",
            """\
`a.wasm` is not a WebAssembly module
  it starts with b'version '
hint: this is a pointer to the file: run `git lfs pull` where it lies""",
        ),
        (
            b"\0asm\2\0\0\0",
            "not-wasm",
            """\
`a.wasm` is not a WebAssembly module
  it starts with b'\\x00asm\\x02\\x00\\x00\\x00'
hint: check what was downloaded, or build the package again""",
        ),
        (
            b"\0asm\1",
            "truncated-module",
            """\
`a.wasm` is cut off: it has 5 of the 8 bytes of a header
hint: fetch or build the file again""",
        ),
        (
            HEADER + b"\1",
            "truncated-module",
            """\
`a.wasm` is cut off: a number at byte 9 is cut off
hint: fetch or build the file again""",
        ),
        (
            HEADER + b"\1\5abc",
            "truncated-module",
            """\
`a.wasm` is cut off: the section at byte 8 ends at byte 15, the file at 13
hint: fetch or build the file again""",
        ),
        (
            HEADER + b"\1\xff\xff\xff\xff\x7f",
            "invalid-module",
            """\
`a.wasm` is not a valid WebAssembly module: the number at byte 9 has more than 32 bits
hint: build the package again""",
        ),
        (
            HEADER + b"\0\2\5a",
            "invalid-module",
            """\
`a.wasm` is not a valid WebAssembly module: the name at byte 10 reaches over the end of its section
hint: build the package again""",
        ),
        (
            HEADER + b"\0\2\1\xff",
            "invalid-module",
            """\
`a.wasm` is not a valid WebAssembly module: the name at byte 10 is not UTF-8
hint: build the package again""",
        ),
    ],
)
def test_bad_files(data: bytes, reference: str, expected: str) -> None:
    """What cannot be read says where and why."""
    with pytest.raises(PackageError) as caught:
        read_sections(data, source="a.wasm")

    assert (reference, expected) == (caught.value.reference, str(caught.value))


def test_name_of_the_file_may_be_unknown() -> None:
    """Without a source the text says `the file`."""
    with pytest.raises(PackageError) as caught:
        read_sections(b"text")

    assert "the file is not a WebAssembly module" == caught.value.message
