"""Components: what they are given and answer, calls from and to every form, how they end."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from component_text import component_guest
from guest_modules import digest, guest

from mistpm.errors import MistError
from mistpm.model.answer import BAD_REQUEST, DEPENDENCY_FAILED, NAME_TAKEN, UNKNOWN_ALIAS
from mistpm.wasm import Answer, Budget, Limits, Runtime
from mistpm.wasm.component.run import ComponentRun

MIB = 2**20


class Run(Protocol):
    """Runs a component of `tests/guests/components` once, or a component's bytes."""

    def __call__(
        self,
        component: str | bytes,
        given: bytes = b"{}",
        *,
        answer: Callable[[bytes], Answer] = ...,
        log: Callable[[int, str], None] = ...,
        export: str = ...,
        within: Runtime | None = None,
        **limits: Any,
    ) -> bytes:
        """Give the raw answer; `limits` differ from the defaults."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for machine code and modules: each component is compiled once."""
    return tmp_path_factory.mktemp("components")


@pytest.fixture(scope="module")
def apart(folder: Path) -> Runtime:
    """Give a runtime with default limits."""
    return Runtime(cache=folder / "code")


@pytest.fixture
def run(apart: Runtime, folder: Path) -> Run:
    """Run a component."""

    def run_it(
        component: str | bytes,
        given: bytes = b"{}",
        *,
        answer: Callable[[bytes], Answer] = lambda _: Answer(status=UNKNOWN_ALIAS, body=b"{}"),
        log: Callable[[int, str], None] = lambda _level, _text: None,
        export: str = "render",
        within: Runtime | None = None,
        **limits: Any,
    ) -> bytes:
        if limits:
            within = Runtime(cache=folder / "code", limits=Limits(**limits))
        runtime = within or apart
        loaded = load(runtime, folder, component)
        if export == "requirements":
            return runtime.requirements(loaded, given, log=log)
        budget = runtime.budget()
        return runtime.generate(loaded, given, budget=budget, answer=answer, log=log)

    return run_it


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the process of every run."""
    found: list[int] = []
    go = ComponentRun.go

    def noted(run: ComponentRun, process: Any, export: str, given: bytes) -> Any:
        found.append(process.identifier)
        return go(run, process, export, given)

    monkeypatch.setattr(ComponentRun, "go", noted)
    return found


def load(runtime: Runtime, folder: Path, component: str | bytes) -> Any:
    """Load a component, by its guest's name or its bytes."""
    data = component_guest(component) if isinstance(component, str) else component
    path = folder / (f"{component}.wasm" if isinstance(component, str) else "made.wasm")
    path.write_bytes(data)
    return runtime.load(path, digest(data))


def test_the_answer_is_given_as_it_is(run: Run) -> None:
    """A component gets the input as a text, and what it answers comes back byte for byte."""
    text = json.dumps({"data": {"name": "shöp\u0000", "many": "x" * 200_000}}).encode()

    assert text == run("echo", text)


def test_a_reason_becomes_a_result_document(run: Run) -> None:
    """What `render` gives as its error is what a module writes as `result: Err`."""
    expected = {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistResult",
        "data": {"result": "Err", "message": 'no "storage"'},
    }

    assert expected == json.loads(run("refuse", b'no "storage"'))


def test_requirements(run: Run) -> None:
    """`requirements` answers with its document, or with the reason as its `error`."""
    nothing = {"apiVersion": "mistpm.dev/v1", "kind": "Requirements", "requirements": {}}
    answered = json.loads(run("computing", b"{}", export="requirements"))
    refused = json.loads(run("computing", b'{"data": {}}', export="requirements"))

    assert nothing == answered
    assert nothing == json.loads(refused["error"])


def test_it_says_what_computes(run: Run, problem: Any) -> None:
    """One that does not export `requirements` cannot be asked."""
    with problem() as found:
        run("echo", export="requirements")

    assert found.shown[0] == "missing-export"


def test_messages_have_levels(run: Run) -> None:
    """Every level is numbered as in the core interface; messages come in order, all before the answer."""
    told: list[tuple[int, str]] = []

    assert run("log", "grün".encode(), log=lambda *entry: told.append(entry)) == b"[]"
    assert [(level, "grün") for level in range(4)] == told


def test_a_call_is_the_same_request(run: Run) -> None:
    """A component's call reaches the host as a module's request does; the response is handed back as it is."""
    asked: list[Any] = []

    def answer(document: bytes) -> Answer:
        asked.append(json.loads(document))
        return Answer(status=0, body="grün".encode())

    assert "grün".encode() == run("relay", b'{"a": [1, "\\u0000"]}', answer=answer)
    assert [{"op": "call", "alias": "next", "inputs": {"a": [1, "\u0000"]}}] == asked


def test_a_call_may_have_a_name(run: Run) -> None:
    """The name is handed on where one is given, and only there."""
    asked: list[Any] = []

    def answer(document: bytes) -> Answer:
        asked.append(json.loads(document))
        return Answer(status=NAME_TAKEN, body=b'{"message": "taken"}')

    run("named", answer=answer)

    assert [{"op": "call", "alias": "next", "inputs": {}, "name": "one"}] * 2 == asked


@pytest.mark.parametrize("status", [BAD_REQUEST, UNKNOWN_ALIAS, DEPENDENCY_FAILED, NAME_TAKEN])
def test_a_status_is_an_error_with_words(run: Run, status: int) -> None:
    """Each negative status is one case of the error, whose text is the message; the component may go on."""
    body = json.dumps({"message": f"because of {status}"}).encode()
    answered = run("relay", answer=lambda _: Answer(status=status, body=body))

    assert f"because of {status}" == json.loads(answered)["data"]["message"]


@pytest.mark.parametrize("inputs", [b"", b"[]", b"{", b"1", b"[" * 100_000, b'{}, "op": "else"'])
def test_inputs_are_an_object(run: Run, inputs: bytes) -> None:
    """What is no JSON object is turned down, and the host is not asked."""

    def never(_document: bytes) -> Answer:
        raise AssertionError

    answered = run("relay", inputs, answer=never)

    assert json.loads(answered)["data"]["message"] == "the inputs are no JSON object"


def test_a_large_request_is_turned_down(run: Run) -> None:
    """A request beyond its limit is an error that the component may handle."""
    answered = run("relay", b'{"a": "' + b"x" * 1000 + b'"}', request_bytes=1000)

    assert json.loads(answered)["data"]["message"] == "a request may have 1000 bytes"


def test_every_form_calls_every_other(apart: Runtime, folder: Path) -> None:
    """Calls lead from a component to a component, to a module, and from a module to a component."""
    module = folder / "relay-module.wasm"
    module.write_bytes(guest("relay"))
    chain = [
        load(apart, folder, "relay"),
        load(apart, folder, "relay"),
        apart.load(module, digest(guest("relay"))),
        load(apart, folder, "echo"),
    ]

    def run_it(depth: int, given: bytes, budget: Budget) -> bytes:
        return apart.generate(
            chain[depth],
            given,
            budget=budget,
            answer=lambda _: Answer(
                status=0, body=run_it(depth + 1, b'{"from": %d}' % depth, budget.deeper())
            ),
            log=lambda _level, _text: None,
        )

    assert run_it(0, b"{}", apart.budget()) == b'{"from": 2}'


def test_a_component_that_can_call_leaves_half_of_the_memory(folder: Path) -> None:
    """Those that it calls have the other half, whatever the component took."""
    runtime = Runtime(cache=folder / "code", limits=Limits(memory_bytes=64 * MIB))
    relay, budget = load(runtime, folder, "relay"), runtime.budget()
    left: list[int] = []

    def answer(_document: bytes) -> Answer:
        left.append(budget.left.memory_bytes)
        return Answer(status=0, body=b"{}")

    runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None)

    assert [32 * MIB] == left
    assert 64 * MIB == budget.left.memory_bytes


def test_fuel_is_shared_with_those_that_are_called(folder: Path) -> None:
    """What a call uses up is gone for its caller, and the same is left on every run."""
    runtime = Runtime(cache=folder / "code", limits=Limits(fuel=1_000_000))
    relay = load(runtime, folder, "relay")

    def left_after(spent: int) -> int:
        budget = runtime.budget()

        def answer(_document: bytes) -> Answer:
            budget.left.fuel -= spent
            return Answer(status=0, body=b"{}")

        runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None)
        return budget.left.fuel

    untouched = left_after(0)

    assert 0 < untouched < 1_000_000
    assert untouched - 1000 == left_after(1000)


def test_out_of_fuel(run: Run, problem: Any) -> None:
    """A component that needs more instructions than there are is ended, as a module is."""
    with problem() as found:
        run("loop", fuel=10_000)

    assert found.shown[0] == "guest-fuel"


def test_a_trap_says_where(run: Run, problem: Any) -> None:
    """A trap names the function it was in; the others are for `-v`."""
    with problem() as found:
        run("trap")
    expected = """\
`trap.wasm` stopped: it reached `unreachable`, as a panic or an abort does
  in `inner`
hint: this is a fault in the package: tell its author"""

    assert ("guest-trap", expected) == found.shown
    assert ("`inner`", "function 3") == found.error.backtrace


@pytest.mark.slow
def test_out_of_time(run: Run, problem: Any) -> None:
    """A component that does not end is ended at the deadline, and it says where it was."""
    with problem() as found:
        run("loop", seconds=1)
    expected = """\
`loop.wasm` did not finish in time
  in `spin`
note: the limit `time` is 1 s for one render with everything it calls
hint: try again; if that does not help the package loops or does too much: tell its author
hint: `--limit time=2s` allows more"""

    assert ("guest-timeout", expected) == found.shown


def test_a_process_is_used_again(run: Run, processes: list[int]) -> None:
    """Runs that end well share a process; one that does not takes it along."""
    for _ in range(3):
        run("echo")
    with pytest.raises(MistError):
        run("trap")
    run("echo")

    assert 1 == len(set(processes[:3]))
    assert processes[3] == processes[2]
    assert processes[4] != processes[3]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_process_keeps_nothing_of_a_run(run: Run, processes: list[int]) -> None:
    """What a run took is given back when it ends: forty runs need no more than one."""
    for _ in range(40):
        run("echo", b'"' + b"x" * 5_000_000 + b'"')
    [process] = set(processes)
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    [size] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")]

    assert size < 150 * 1024


@pytest.mark.slow
def test_a_killed_process_ends_its_run_only(run: Run, problem: Any, processes: list[int]) -> None:
    """If the system kills the process, that render fails with words, and the next one works."""

    def answer(_document: bytes) -> Answer:
        os.kill(processes[-1], signal.SIGKILL)
        return Answer(status=0, body=b"{}")

    with problem() as found:
        run("relay", answer=answer)
    expected = """\
the process of `relay.wasm` has ended before it answered
  it ended with SIGKILL
hint: try again; if that does not help it is a fault in the package or in wasmtime: tell the author"""

    assert ("guest-process", expected) == found.shown
    assert run("echo") == b"{}"


def test_an_idle_process_that_is_gone_is_not_used(run: Run, processes: list[int]) -> None:
    """A process that has ended while nobody needed it is replaced."""
    run("echo")
    os.kill(processes[-1], signal.SIGKILL)
    os.waitid(os.P_PID, processes[-1], os.WEXITED | os.WNOWAIT)

    assert run("echo") == b"{}"


@pytest.mark.slow
def test_nothing_is_left_behind(folder: Path, run: Run, processes: list[int]) -> None:
    """A runtime that nobody has any more has no processes."""
    run("echo", within=Runtime(cache=folder / "code"))
    gc.collect()

    with pytest.raises(ProcessLookupError):
        os.kill(processes[-1], 0)


def test_what_an_answer_raises_ends_the_run(run: Run, processes: list[int]) -> None:
    """What the host raises while it answers is raised at once, and the process is gone."""

    def answer(_document: bytes) -> Answer:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run("relay", answer=answer)
    with pytest.raises(ProcessLookupError):
        os.kill(processes[-1], 0)


def test_a_large_response_is_refused(run: Run, problem: Any) -> None:
    """A response beyond its limit ends the render."""
    with problem() as found:
        run("relay", answer=lambda _: Answer(status=0, body=b"x" * 101), response_bytes=100)

    assert found.shown[0] == "response-too-large"


def test_what_it_is(apart: Runtime, folder: Path) -> None:
    """It is known as a component, needs no start as a command does, and says nothing of itself."""
    loaded = load(apart, folder, "echo")

    assert apart.is_component(loaded)
    assert not apart.is_command(loaded)
    assert json.loads(apart.info(loaded))["metadata"]["labels"] == {
        "mistletoe.dev/group": "components"
    }
    assert str(loaded) == "echo.wasm"


@pytest.mark.slow
def test_the_same_thousand_times(run: Run) -> None:
    """The same input gets the same answer, in one process and in many, cold and warm."""
    given = json.dumps({"data": {"name": "shop"}}).encode()
    answers = {run("echo", given) for _ in range(1000)}
    answers |= {run("echo", given, log_bytes=1000 + number) for number in range(3)}

    assert {given} == answers
