"""Running modules: what goes in, what comes out, what they ask for on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from guest_modules import answering, calling, ok

from mistpm.errors import RenderError
from mistpm.wasm import Answer, Budget, Module, Runtime


def test_input_reaches_the_guest_and_its_answer_comes_back(render: Any) -> None:
    """A guest gets the envelope byte for byte, and what it gives back is given back."""
    envelope = '{"name": "Füße ☃ 😀"}'.encode()

    assert envelope == render("echo", envelope)


def test_large_input_and_answer(render: Any) -> None:
    """Five megabytes pass in both directions."""
    envelope = b'"' + b"x" * 5_000_000 + b'"'

    assert envelope == render("echo", envelope)


def test_fixed_answer(render: Any) -> None:
    """The helper for other rooms' tests makes packages with an answer of their own."""
    result = ok({"a.yaml": "kind: ConfigMap\n"}, outputs={"host": "db"})

    assert result == json.loads(render(answering(result)))


def test_info(runtime: Runtime, load: Any) -> None:
    """What a package says of itself is read without any input."""
    module = load(answering("{}", name="shop", labels={"mistletoe.dev/group": "apps"}))
    expected = {"name": "shop", "labels": {"mistletoe.dev/group": "apps"}}

    assert expected == json.loads(runtime.info(module))["metadata"]


def test_info_cannot_call(runtime: Runtime, load: Any) -> None:
    """While a package says what it is, it has no dependencies; nothing it logs is shown."""
    assert runtime.info(load("curious")) == b'{"message": "there are no dependencies here"}'


def test_module_is_shown_by_its_name(runtime: Runtime, load: Any, tmp_path: Path) -> None:
    """A module prints as the name it was given, otherwise as its file."""
    module = load("echo")
    named = runtime.load(tmp_path / "echo.wasm", module.digest, name="starter/apps/echo@1.0.0")

    assert ["echo.wasm", "starter/apps/echo@1.0.0"] == [str(module), str(named)]


def test_every_render_is_fresh(render: Any) -> None:
    """A guest that changes its memory finds it unchanged the next time."""
    assert [b"{}", b"{}"] == [render("reactor"), render("reactor")]


def test_reactor_is_initialised(render: Any) -> None:
    """`_initialize` runs before anything else: without it there would be no answer."""
    assert render("reactor") == b"{}"


def test_bindgen_imports_do_not_hinder(render: Any) -> None:
    """What wasm-bindgen leaves behind is provided, as functions that nobody may call."""
    assert render("bindgen") == b"{}"


def test_log(render: Any) -> None:
    """Messages arrive in order with their levels; bad bytes are replaced."""
    messages: list[tuple[int, str]] = []
    render("log", log=lambda level, text: messages.append((level, text)))

    assert [(0, "debug"), (3, "error"), (2, "\ufffd")] == messages


def test_log_comes_before_the_answer_to_a_request(render: Any) -> None:
    """What a guest logged before it made a request is known when the request is answered."""
    told: list[str] = []
    two = [answering("{}", log=(1, "first")), calling({"op": "call"})]

    def answer(_document: bytes) -> Answer:
        render(two[0], log=lambda _level, text: told.append(text))
        told.append("answered")
        return Answer(status=0, body=b"")

    render(two[1], answer=answer)

    assert ["first", "answered"] == told


def test_request_and_response(render: Any) -> None:
    """The host gets the request as it was made, the guest the response."""
    asked: list[bytes] = []

    def answer(document: bytes) -> Answer:
        asked.append(document)
        return Answer(status=0, body=b'{"kind": "MistResult"}')

    assert render("relay", b'{"op": "call"}', answer=answer) == b'{"kind": "MistResult"}'
    assert [b'{"op": "call"}'] == asked


@pytest.mark.parametrize("status", [0, -1, -2, -3, -4])
def test_statuses_reach_the_guest(render: Any, status: int) -> None:
    """An empty response has length 0; a failure is the negative number of the table."""
    result = render("status", answer=lambda _: Answer(status=status, body=b""))

    assert status == int(result)


def test_failed_request_has_a_response_too(render: Any) -> None:
    """With a negative status comes a document that says why."""
    assert render("relay") == b'{"message": "unknown alias"}'


def test_three_requests_in_order(render: Any) -> None:
    """A guest may make several requests; each has its own response."""
    asked: list[str] = []

    def answer(document: bytes) -> Answer:
        asked.append(json.loads(document)["name"])
        return Answer(status=0, body=json.dumps(len(asked)).encode())

    module = calling({"name": "a"}, {"name": "b"}, {"name": "c"})

    assert render(module, answer=answer) == b"3"
    assert ["a", "b", "c"] == asked


def test_calls_three_deep(runtime: Runtime, load: Any) -> None:
    """A package calls one that calls one that calls one; the innermost answer travels up."""
    modules = {alias: load(calling({"below": alias})) for alias in ("a", "b", "c")}
    modules["d"] = load(answering("the bottom"))
    depths: list[int] = []

    def run(alias: str, budget: Budget) -> bytes:
        depths.append(budget.depth)

        def answer(_document: bytes) -> Answer:
            return Answer(status=0, body=run(chr(ord(alias) + 1), budget.deeper()))

        return generate(runtime, modules[alias], budget, answer)

    assert run("a", runtime.budget()) == b"the bottom"
    assert [0, 1, 2, 3] == depths


def test_failure_in_a_call_ends_the_render(render: Any) -> None:
    """What the host raises while it answers is raised, though the guest ignores the status."""

    def answer(_document: bytes) -> Answer:
        raise RenderError("made-up", "the callee is broken")

    with pytest.raises(RenderError, match="the callee is broken"):
        render("careless", answer=answer)


def test_after_a_failure_nothing_is_asked_any_more(render: Any) -> None:
    """A guest that goes on after the host has failed gets a status each time, and no answer."""
    asked: list[bytes] = []

    def answer(document: bytes) -> Answer:
        asked.append(document)
        raise LookupError("a fault of ours")

    with pytest.raises(LookupError, match="a fault of ours"):
        render(calling({"n": 1}, {"n": 2}, {"n": 3}), answer=answer)
    assert [b'{"n": 1}'] == asked


def test_failure_in_the_log_ends_the_render(render: Any) -> None:
    """What `log` raises is raised as well."""

    def log(_level: int, _text: str) -> None:
        raise LookupError("a fault of ours")

    with pytest.raises(LookupError, match="a fault of ours"):
        render("log", log=log)


def test_positive_status_is_a_fault_of_ours(render: Any) -> None:
    """A positive status would look like a length, so it is refused where it is made."""
    with pytest.raises(ValueError, match="7 is no status: 0, or a negative number"):
        render("careless", answer=lambda _: Answer(status=7, body=b""))


def test_nan_has_the_same_bits_everywhere(render: Any) -> None:
    """0/0 is 0xffc00000 on one processor and 0x7fc00000 on another; guests see only the latter."""
    assert render("nan") == b"7fc00000"


def generate(runtime: Runtime, module: Module, budget: Budget, answer: Any) -> bytes:
    """Run a module without log."""
    return runtime.generate(
        module, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None
    )
