"""WASI 0.2 as components get it: nothing in it depends on the machine, or reaches it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from component_text import component_guest, made
from guest_modules import digest

from mistpm.model.answer import Answer
from mistpm.wasm import Limits, Runtime
from mistpm.wasm.component.wasi import MOST_WRITTEN, START

SECOND = 10**9


class Ask(Protocol):
    """Runs a component, `wasi.wat` if no other is given, and gives its answer."""

    def __call__(
        self,
        given: bytes,
        component: bytes | None = None,
        *,
        log: Callable[[int, str], None] = ...,
        **limits: Any,
    ) -> bytes:
        """Give the raw answer; `limits` differ from the defaults."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for machine code and modules: each component is compiled once."""
    return tmp_path_factory.mktemp("wasi")


@pytest.fixture(scope="module")
def apart(folder: Path) -> Runtime:
    """Give a runtime with default limits, whose process is used again and again."""
    return Runtime(cache=folder / "code")


@pytest.fixture(scope="module")
def wasi() -> bytes:
    """Give the component that does with WASI what it is told."""
    return component_guest("wasi")


@pytest.fixture
def ask(apart: Runtime, folder: Path, wasi: bytes) -> Ask:
    """Run a component."""

    def ask_it(
        given: bytes,
        component: bytes | None = None,
        *,
        log: Callable[[int, str], None] = lambda _level, _text: None,
        **limits: Any,
    ) -> bytes:
        runtime = Runtime(cache=folder / "code", limits=Limits(**limits)) if limits else apart
        data = component or wasi
        path = folder / "wasi.wasm"
        path.write_bytes(data)
        return runtime.generate(
            runtime.load(path, digest(data)),
            given,
            budget=runtime.budget(),
            answer=lambda _: Answer(status=0, body=b"{}"),
            log=log,
        )

    return ask_it


def number(answer: bytes) -> int:
    """Read the number that the guest tells."""
    return int(answer, 16)


def test_time_passes_by_waiting_only(ask: Ask) -> None:
    """All clocks start with the year 2000; waiting for a second moves them by one, at once."""
    assert START + SECOND == number(ask(b"t"))
    assert START // SECOND // 60 + 1 == number(ask(b"m"))


def test_who_waits_for_several_gets_the_first(ask: Ask) -> None:
    """The clock jumps to the first of them, which is the only one that has come."""
    assert 1 == number(ask(b"p"))


def test_random_numbers_follow_from_the_input(ask: Ask) -> None:
    """They are the same for the same input in any process, and others for another one."""
    found = {ask(b"r1"), ask(b"r1"), ask(b"r1", call_depth=3)}

    assert 1 == len(found)
    assert ask(b"r2") not in found


def test_random_bytes_have_a_limit(ask: Ask, problem: Any) -> None:
    """A mebibyte can be had at once, as in preview 1."""
    assert 2**20 == number(ask(b"b"))
    with problem() as found:
        ask(b"B")

    assert (
        "guest-trap",
        """\
`wasi.wasm` stopped: it asked for 1048577 random bytes, where 1048576 can be had at once
  in function 18
hint: this is a fault in the package: tell its author""",
    ) == found.shown


def test_output_is_logged_by_lines(ask: Ask) -> None:
    """Standard output and error are messages; what has no end of line is told at the end."""
    told: list[tuple[int, str]] = []
    answers = [
        number(ask(kind + b"one\ntwo", log=lambda *entry: told.append(entry)))
        for kind in (b"o", b"e")
    ]

    assert [0, 0] == answers
    assert [(1, "one"), (1, "two")] * 2 == told


def test_output_counts_as_log(ask: Ask, problem: Any) -> None:
    """Whoever writes too much reaches the limit `log`."""
    with problem() as found:
        ask(b"o" + b"x" * 3000, log_bytes=2000)

    assert "log-too-large" == found.shown[0]


def test_so_much_may_be_written_at_once(ask: Ask, problem: Any) -> None:
    """A guest is told how much, and ended when it writes more."""
    assert MOST_WRITTEN == number(ask(b"c"))
    assert 0 == number(ask(b"o" + b"x" * MOST_WRITTEN))
    with problem() as found:
        ask(b"o" + b"x" * (MOST_WRITTEN + 1))

    assert (
        "guest-trap",
        """\
`wasi.wasm` stopped: it wrote 4097 bytes, where 4096 were allowed at once
  in function 18
hint: this is a fault in the package: tell its author""",
    ) == found.shown


def test_who_exits_has_failed(ask: Ask, problem: Any) -> None:
    """`exit` ends the render with what was written to standard error before."""
    with problem() as found:
        ask(b"xfirst\nthere is no title")

    assert (
        "guest-exit",
        """\
`wasi.wasm` ended with exit status 1
  its last words:
    first
    there is no title
hint: what it wrote says why; if it does not, tell the package's author""",
    ) == found.shown


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        pytest.param(b"i", 1, id="standard input is closed"),
        pytest.param(b"q", 1, id="a stream that is none takes nothing"),
        pytest.param(b"d", 0, id="no folders"),
        pytest.param(b"s", 2, id="no sockets: not-supported"),
    ],
)
def test_there_is_nothing_else(ask: Ask, letter: bytes, expected: int) -> None:
    """What mistpm does not have says so in the words of its type."""
    assert expected == number(ask(letter))


def test_waiting_for_ever_more_is_ended(ask: Ask, problem: Any) -> None:
    """Things to wait for that are never dropped end with an error of time or room, and a good render follows."""
    with problem() as found:
        ask(b"f", seconds=0.5)

    assert found.shown[0] in {"guest-timeout", "guest-memory", "guest-trap"}
    assert START + SECOND == number(ask(b"t"))


FACTS = (Path(__file__).parents[1] / "guests" / "components" / "facts-1.0.0.wasm").read_bytes()


def test_a_program_with_its_library(ask: Ask) -> None:
    """What a C library makes of it: hours pass in no time, there are no files and variables."""
    told: list[tuple[int, str]] = []
    (manifest,) = json.loads(ask(b'{"data": {}}', FACTS, log=lambda *entry: told.append(entry)))
    facts = manifest["data"]
    random = facts.pop("random")

    assert {
        "time": str(START // SECOND),
        "file": "No such file or directory",
        "home": "unknown",
    } == facts
    assert [(1, "slept for 3600 s"), (0, '{"data": {}}')] == told
    assert random == json.loads(ask(b'{"data": {}}', FACTS))[0]["data"]["random"]
    assert random != json.loads(ask(b'{"data": {"a": 1}}', FACTS))[0]["data"]["random"]


def test_a_program_that_exits(ask: Ask, problem: Any) -> None:
    """Its own status is not told by WASI 0.2, its last words are."""
    with problem() as found:
        ask(b"refuse", FACTS)

    assert (
        "guest-exit",
        """\
`wasi.wasm` ended with exit status 1
  its last words: it is told to refuse
hint: what it wrote says why; if it does not, tell the package's author""",
    ) == found.shown


OTHER_TYPE = """(component
  (;host;)
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (param "of" string) (result string)))))
  (core func $now (canon lower (func $clock "now")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "now" (func $now (param i32 i32 i32)))
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (call $now (local.get $input) (local.get $size) (i32.const 16))
      unreachable))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "now" (func $now))))))
  (;lifted;))"""


def test_a_function_of_another_type_is_not_wasi(ask: Ask, problem: Any) -> None:
    """Nobody checks the types of what is imported from WASI before it is called."""
    with problem() as found:
        ask(b"x", made(OTHER_TYPE))

    assert (
        "guest-trap",
        """\
`wasi.wasm` stopped: it called `wasi:clocks/monotonic-clock@0.2.0#now`, which has another type in WASI
  in function 1
hint: this is a fault in the package: tell its author""",
    ) == found.shown


def calling(name: str, kind: str, core: str, given: str) -> bytes:
    """Give a component that calls one function, declared as `kind`, with what is `given` to it."""
    interface, function = name.split("#")
    call = f"(call $call {given})"
    if "result" in core:
        call = f"(drop {call})"
    return made(f"""(component
      (;host;)
      (import "wasi:{interface}@0.2.0" (instance $wasi
        (export "pollable" (type $one (sub resource)))
        (export "make" (func (result (own $one))))
        (export "{function}" (func {kind}))))
      (core func $make (canon lower (func $wasi "make")))
      (core func $asked (canon lower (func $wasi "{function}")
        (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
      (core module $main
        (import "wasi" "make" (func $make (result i32)))
        (import "wasi" "call" (func $call {core}))
        (func (export "render") (param i32 i32) (result i32)
          {call}
          unreachable))
      (core instance $main (instantiate $main
        (with "wasi" (instance (export "make" (func $make)) (export "call" (func $asked))))))
      (;lifted;))""")


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(
            (
                "io/poll#[method]pollable.block",
                '(param "self" (borrow $one)) (result (result u64))',
                "(param i32 i32)",
                "(call $make) (i32.const 16)",
            ),
            id="a result of nothing",
        ),
        pytest.param(
            (
                "random/random#get-random-bytes",
                '(param "len" u64) (result (own $one))',
                "(param i64) (result i32)",
                "(i64.const 8)",
            ),
            id="bytes as a resource",
        ),
        pytest.param(
            (
                "clocks/wall-clock#now",
                "(result (tuple char u32))",
                "(param i32)",
                "(i32.const 16)",
            ),
            id="a time as a character",
        ),
    ],
)
def test_an_answer_that_does_not_fit(
    ask: Ask, problem: Any, function: tuple[str, str, str, str]
) -> None:
    """Whatever type a function is said to answer with, its process lives to tell that it is another."""
    with problem() as found:
        ask(b"x", calling(*function))

    assert "guest-trap" == found.shown[0]
    assert "which has another type in WASI" in found.shown[1]


def test_a_negative_size(ask: Ask, problem: Any) -> None:
    """Where a guest says that sizes are signed, less than nothing is too much."""
    kind = '(param "len" s64) (result (list u8))'
    given = "(i64.const -1) (i32.const 16)"
    with problem() as found:
        ask(b"x", calling("random/random#get-random-bytes", kind, "(param i64 i32)", given))

    assert "guest-trap" == found.shown[0]
    assert "it asked for -1 random bytes" in found.shown[1]


SYSTEM = """(component
  (;host;)
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (export "output-stream" (type $stream (sub resource)))
    (export "get-stdout" (func (result (own $stream))))))
  (alias export $stdout "output-stream" (type $stream))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "pollable" (type $moment (sub resource)))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $moment))))))
  (alias export $clock "pollable" (type $moment))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (alias outer 1 $moment (type $moment))
    (export "pollable" (type $pollable (eq $moment)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core func $out (canon lower (func $stdout "get-stdout")))
  (core func $drop (canon resource.drop $stream))
  (core func $now (canon lower (func $clock "now")))
  (core func $wait (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "exit" (func $exit (param i32)))
    (import "wasi" "out" (func $out (result i32)))
    (import "wasi" "drop" (func $drop (param i32)))
    (import "wasi" "now" (func $now (result i64)))
    (import "wasi" "wait" (func $wait (param i64) (result i32)))
    (import "wasi" "block" (func $block (param i32)))
    MORE
    (func (export "render") (param i32 i32) (result i32)
      (local $moment i32)
      BODY
      (i32.store (i32.const 0) (i32.const 0))
      (i32.store (i32.const 4) (i32.const 32))
      (i32.store (i32.const 8) (i32.const 8))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance
      (export "exit" (func $exit)) (export "out" (func $out)) (export "drop" (func $drop))
      (export "now" (func $now)) (export "wait" (func $wait)) (export "block" (func $block))))))
  (;lifted;))"""


def system(body: str, more: str = "") -> bytes:
    """Give a component that does this, with more functions if wanted, and answers the eight bytes at 32."""
    return made(SYSTEM.replace("BODY", body).replace("MORE", more))


def test_what_is_dropped_is_nothing_else(ask: Ask) -> None:
    """A stream that is dropped changes nothing of a moment that is waited for."""
    body = """(local.set $moment (call $wait (i64.const 5)))
      (call $drop (call $out))
      (call $block (local.get $moment))
      (i64.store (i32.const 32) (i64.rem_u (call $now) (i64.const 10)))
      (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const 0x3030303030303030)))"""

    assert b"50000000" == ask(b"x", system(body))


def test_time_has_an_end(ask: Ask) -> None:
    """Who waits for the last moment there is, and then longer, is there at once."""
    body = """(call $block (call $wait (i64.const -1)))
      (call $block (call $wait (i64.const -1)))
      (if (i64.eq (call $now) (i64.const -1)) (then (i64.store (i32.const 32) (i64.const 0x3030303030303030))))"""

    assert b"0" * 8 == ask(b"x", system(body))


def test_who_exits_while_starting_has_failed(ask: Ask, problem: Any) -> None:
    """`exit` may be called before there is an instance."""
    with problem() as found:
        ask(b"x", system("", "(func $start (call $exit (i32.const 1))) (start $start)"))

    assert (
        "guest-exit",
        """\
`wasi.wasm` ended with exit status 1
hint: what it wrote says why; if it does not, tell the package's author""",
    ) == found.shown


def many_parts(levels: int) -> str:
    """Give a component with a type that is twice itself, so many times."""
    types = "".join(f"(type $t{n + 1} (tuple $t{n} $t{n}))" for n in range(levels))
    return f"""(component
  (;host;)
  (import "wasi:cli/environment@0.2.0" (instance $wasi
    (type $t0 (option string)) {types}
    (export "get-arguments" (func (result $t{levels})))))
  (core func $get (canon lower (func $wasi "get-arguments")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $main
    (import "libc" "memory" (memory 1))
    (import "wasi" "get" (func $get (param i32)))
    (func (export "render") (param $input i32) (param $size i32) (result i32)
      (call $get (i32.const 1024))
      (i32.store (i32.const 0) (i32.const 0))
      (i32.store (i32.const 8) (i32.const 0))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "wasi" (instance (export "get" (func $get))))))
  (;lifted;))"""


def test_a_type_may_have_so_many_parts(ask: Ask, problem: Any) -> None:
    """An answer is made by its type, which may not be made of itself without end."""
    assert b"" == ask(b"x", made(many_parts(5)))
    with problem() as found:
        ask(b"x", made(many_parts(9)))

    assert "guest-trap" == found.shown[0]
    assert "which has another type in WASI" in found.shown[1]


@pytest.mark.slow
def test_the_same_in_a_hundred_runs(ask: Ask) -> None:
    """Times and random numbers are the same again, in a process that has been used."""
    assert 2 == len({ask(letter) for _ in range(100) for letter in (b"r", b"p")})
