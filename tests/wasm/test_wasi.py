"""The functions of WASI, one by one: what each answers, what it writes."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.errors import RenderError
from mistpm.wasm.abi.imports import IMPORTS, WASI_MODULE
from mistpm.wasm.guest.memory import GuestMemory
from mistpm.wasm.guest.native import Memory
from mistpm.wasm.guest.wasi import (
    BADF,
    INVAL,
    MOST_RANDOM,
    NOSYS,
    NOTDIR,
    NOTSOCK,
    NOTSUP,
    SPIPE,
    START,
    Wasi,
)

HOUR = 3600 * 10**9


class Kept:
    """A stream that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""
        self.taken = 0

    def take(self, size: int) -> None:
        """Count."""
        self.taken += size

    def write(self, data: bytes) -> None:
        """Keep."""
        self.data += data


class Scene:
    """A guest's memory of one page, and what it calls."""

    def __init__(self, **given: Any) -> None:
        self._page = ctypes.create_string_buffer(65536)
        self.memory = GuestMemory("guest", Memory(ctypes.addressof(self._page), 65536))
        self.out, self.error = Kept(), Kept()
        self.wasi = Wasi(stdout=self.out, stderr=self.error, **given)

    def call(self, name: str, *numbers: int) -> int:
        """Call a function."""
        return self.wasi.function(name)(self.memory, *numbers)

    def put(self, place: int, data: bytes) -> None:
        """Write into the memory."""
        self.memory.write(place, data, "")

    def get(self, form: str, place: int) -> tuple[Any, ...]:
        """Read from the memory."""
        return struct.unpack(form, self.memory.read(place, struct.calcsize(form), ""))

    def now(self) -> int:
        """Read the clock."""
        assert self.call("clock_time_get", 0, 1, 800) == 0
        return int(self.get("<Q", 800)[0])

    def wait(self, *subscriptions: bytes) -> list[tuple[Any, ...]]:
        """Poll; give user data, error and type of each event."""
        self.put(1000, b"".join(subscriptions))
        assert self.call("poll_oneoff", 1000, 5000, len(subscriptions), 900) == 0
        return [self.get("<QHB", 5000 + 32 * number) for number in range(self.get("<I", 900)[0])]


@pytest.fixture
def scene() -> Callable[..., Scene]:
    """Make a scene."""
    return Scene


def clock(user: int, timeout: int, *, absolute: bool = False) -> bytes:
    """Subscribe to a clock."""
    return struct.pack("<QB7xI4xQQH6x", user, 0, 1, timeout, 0, int(absolute))


def stream(user: int, file: int, tag: int = 1) -> bytes:
    """Subscribe to a stream."""
    return struct.pack("<QB7xI28x", user, tag, file)


def test_arguments_and_variables(scene: Any) -> None:
    """Both come as pointers to texts that end with a zero byte."""
    found = scene(arguments=("shop", "ü"), environment=(("A", "1"), ("B", "x=y")))

    assert 0 == found.call("args_sizes_get", 0, 4)
    assert (2, 8) == found.get("<II", 0)
    assert 0 == found.call("args_get", 0, 100)
    assert (100, 105) == found.get("<II", 0)
    assert "shop\0ü\0".encode() == found.memory.read(100, 8, "")
    assert 0 == found.call("environ_sizes_get", 0, 4)
    assert (2, 10) == found.get("<II", 0)
    assert 0 == found.call("environ_get", 0, 100)
    assert b"A=1\0B=x=y\0" == found.memory.read(100, 10, "")


def test_reading_goes_on_where_it_stopped(scene: Any) -> None:
    """Standard input fills the buffers in order, then there is nothing left."""
    found = scene(stdin=b"hello world")
    found.put(0, struct.pack("<IIII", 100, 4, 200, 3))
    sizes = []
    for _ in range(3):
        assert found.call("fd_read", 0, 0, 2, 50) == 0
        sizes.append(found.get("<I", 50)[0])

    assert [7, 4, 0] == sizes
    assert b"orld" == found.memory.read(100, 4, "")
    assert b"o w" == found.memory.read(200, 3, "")


def test_writing_takes_all_buffers(scene: Any) -> None:
    """Each buffer is counted before it is copied."""
    found = scene()
    found.put(0, struct.pack("<IIII", 100, 3, 103, 2))
    found.put(100, b"abcde")

    assert 0 == found.call("fd_write", 1, 0, 2, 50)
    assert (5,) == found.get("<I", 50)
    assert (b"abcde", 5, b"") == (found.out.data, found.out.taken, found.error.data)
    assert 0 == found.call("fd_write", 2, 0, 1, 50)
    assert b"abc" == found.error.data


def test_the_clock_moves_by_sleeping_only(scene: Any) -> None:
    """Time begins at the same moment, stands still while code runs, and jumps over what is slept."""
    found = scene()
    first = [found.now(), found.now()]
    events = found.wait(clock(7, 2 * HOUR), clock(8, HOUR), clock(9, START + HOUR, absolute=True))

    assert [START, START] == first
    assert [(8, 0, 0), (9, 0, 0)] == events
    assert START + HOUR == found.now()
    assert [(1, 0, 0)] == found.wait(clock(1, 5, absolute=True))
    assert START + HOUR == found.now()


def test_time_has_an_end(scene: Any) -> None:
    """The clock stops at the last moment that it can tell."""
    found = scene()
    for _ in range(3):
        assert [(1, 0, 0)] == found.wait(clock(1, 2**64 - 1))

    assert 2**64 - 1 == found.now()


def test_streams_are_ready_at_once(scene: Any) -> None:
    """Who waits for a stream and a clock is told of the stream, and no time passes."""
    found = scene()

    assert [(2, 0, 1), (3, BADF, 2)] == found.wait(clock(1, HOUR), stream(2, 0), stream(3, 9, 2))
    assert START == found.now()


def test_clocks_that_there_are_not(scene: Any) -> None:
    """There are four clocks, all alike."""
    found = scene()

    assert [0, 0, 0, 0, INVAL] == [found.call("clock_time_get", each, 0, 0) for each in range(5)]
    assert [0, INVAL] == [found.call("clock_res_get", each, 0) for each in (1, 4)]


def test_random_bytes_follow_from_the_input(scene: Any) -> None:
    """Equal inputs draw equal bytes, each time new ones; any difference in the input draws others."""

    def drawn(**given: Any) -> tuple[bytes, bytes]:
        found = scene(**given)
        both = []
        for _ in range(2):
            assert found.call("random_get", 0, 32) == 0
            both.append(found.memory.read(0, 32, ""))
        return both[0], both[1]

    inputs: list[dict[str, Any]] = [
        {},
        {"stdin": b"a"},
        {"arguments": ("a",)},
        {"environment": (("a", ""),)},
        {"seed": b"a"},
    ]
    first = [drawn(**given) for given in inputs]

    assert first == [drawn(**given) for given in inputs]
    assert 10 == len({part for both in first for part in both})


def test_too_much_at_once(scene: Any) -> None:
    """What would take the host long is refused, and nothing is done."""
    found = scene()

    assert INVAL == found.call("random_get", 0, MOST_RANDOM + 1)
    assert INVAL == found.call("fd_write", 1, 0, 1025, 0)
    assert INVAL == found.call("fd_read", 0, 0, 1025, 0)
    assert [INVAL, INVAL] == [found.call("poll_oneoff", 0, 0, count, 0) for count in (0, 1025)]


def test_streams_are_described(scene: Any) -> None:
    """They are no files and no terminals; what is not open is not described."""
    found = scene()

    assert [0, 0, 0, BADF] == [found.call("fd_fdstat_get", file, 0) for file in range(4)]
    assert 0 == found.call("fd_fdstat_get", 1, 0)
    assert (0, 0, 1 << 6 | 1 << 27, 0) == found.get("<BxHxxxxQQ", 0)
    assert 0 == found.call("fd_filestat_get", 0, 0)
    assert bytes(24) == found.memory.read(0, 24, "")
    assert BADF == found.call("fd_filestat_get", 3, 0)
    assert [0, BADF] == [found.call("fd_fdstat_set_flags", file, 4) for file in (0, 3)]


def test_what_is_closed_stays_closed(scene: Any) -> None:
    """A stream is closed once, and is of no use afterwards."""
    found = scene()

    assert [0, BADF, BADF] == [found.call("fd_close", file) for file in (1, 1, 3)]
    assert BADF == found.call("fd_write", 1, 0, 1, 0)
    assert BADF == found.call("fd_fdstat_get", 1, 0)


@pytest.mark.parametrize("name", sorted(set(IMPORTS[WASI_MODULE]) - set(dir(Wasi))))
def test_all_else_is_refused(scene: Any, name: str) -> None:
    """On a stream by what it is not, on anything else because it is not open; nothing is written."""
    parameters = IMPORTS[WASI_MODULE][name].partition(">")[0]
    refused = scene().call(name, 1, *[0] * (len(parameters) - 1))
    elsewhere = scene().call(name, 3, *[0] * (len(parameters) - 1))
    kinds = {"path": NOTDIR, "sock": NOTSOCK, "proc": NOSYS}
    expected = kinds.get(name[:4], NOTSUP)
    if name in {"fd_seek", "fd_tell", "fd_pread", "fd_pwrite"}:
        expected = SPIPE
    if name in {"path_symlink", "fd_prestat_get", "fd_prestat_dir_name"}:
        expected = BADF

    assert expected == refused
    assert (NOSYS if name[:4] == "proc" else BADF) == elsewhere


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("args_sizes_get", (65536, 0)),
        ("args_get", (0, 65534)),
        ("clock_time_get", (0, 0, 65530)),
        ("fd_write", (1, 65533, 1, 0)),
        ("fd_read", (0, 0, 1, 65533)),
        ("poll_oneoff", (65500, 0, 1, 0)),
        ("random_get", (65535, 2)),
        ("random_get", (2**32 - 1, 1)),
        ("fd_filestat_get", (1, 65500)),
    ],
)
def test_pointers_outside_of_the_memory(scene: Any, name: str, numbers: tuple[int, ...]) -> None:
    """A bad pointer ends the render, as it does in mistpm's own functions."""
    with pytest.raises(RenderError) as caught:
        scene(arguments=("shop",), stdin=b"abc").call(name, *numbers)

    assert "invalid-pointer" == caught.value.reference


numbers = st.integers(0, 2**64 - 1) | st.integers(0, 70000) | st.sampled_from([2**32 - 1, 2**63])
calls = st.lists(
    st.tuples(
        st.sampled_from(sorted(IMPORTS[WASI_MODULE])), st.lists(numbers, min_size=9, max_size=9)
    ),
    max_size=20,
)


@pytest.mark.slow
@given(calls=calls, memory=st.binary(max_size=300))
def test_whatever_is_called(calls: list[tuple[str, list[int]]], memory: bytes) -> None:
    """Any calls in any order answer with an error number or a bad pointer, twice alike."""

    def play() -> list[object]:
        scene = Scene(arguments=("shop",), environment=(("A", "1"),), stdin=b"input")
        scene.put(0, memory)
        found: list[object] = []
        for name, given_numbers in calls:
            kinds = IMPORTS[WASI_MODULE][name].partition(">")[0]
            fit = [
                number % (2**64 if kind == "I" else 2**32)
                for number, kind in zip(given_numbers, kinds, strict=False)
            ]
            try:
                found.append(scene.call(name, *fit))
            except RenderError as error:
                found.append(error.reference)
        return [*found, scene.out.data, scene.error.data, scene.memory.read(0, 65536, "")]

    first = play()

    assert first == play()
    known = {0, BADF, INVAL, NOSYS, NOTDIR, NOTSOCK, NOTSUP, SPIPE, "invalid-pointer"}
    assert set(first[:-3]) <= known
