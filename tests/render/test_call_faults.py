"""Calls that are turned down, that fail, and that end the whole render."""

from __future__ import annotations

import json
from typing import Any

import pytest
from calling_guests import ask, asking, calls, handing_on
from guest_modules import answering, err, ok
from scripted_modules import (
    LOOP,
    RESPONSE,
    TRAP,
    Step,
    call,
    result,
    scripted,
)

from mistpm.errors import PackageError, RenderError
from mistpm.wasm import Limits, Runtime


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        (call("{"), -1, "the request cannot be read: Input data was truncated"),
        (
            call({"op": "fetch"}),
            -1,
            "the request cannot be read: Invalid enum value 'fetch' - at `$.op`",
        ),
        (
            call({"op": "call"}),
            -1,
            "the request cannot be read: Object missing required field `alias`",
        ),
        (
            ask(data={}),
            -1,
            "the request cannot be read: Object contains unknown field `data`",
        ),
        (
            ask(inputs=[]),
            -1,
            "the request cannot be read: Expected `object`, got `array` - at `$.inputs`",
        ),
        (
            ask(name="A b"),
            -1,
            "`A b` is not a name: lower-case letters, digits, `-` and `.`, 253 at most",
        ),
        (
            ask(inputs={"mode": "big"}),
            -1,
            '`inputs.mode` is fixed to `"small"` by the caller\'s `with`',
        ),
        (
            ask(inputs={"tls": {"on": 1}}),
            -1,
            "`inputs.tls.on` is fixed to `true` by the caller's `with`",
        ),
        (
            ask("nothing"),
            -2,
            "`nothing` is not a dependency of `starter/test/shop@1.0.0`; there are bad, cache, off",
        ),
        (
            ask("db"),
            -2,
            "`db` is not a dependency that it may call of `starter/test/shop@1.0.0`;"
            " there are bad, cache, off",
        ),
        (
            ask("off"),
            -2,
            "`off` is not a dependency under these inputs of `starter/test/shop@1.0.0`;"
            " there are bad, cache, off",
        ),
        (
            ask(inputs={"size": "x", "sise": 1}),
            -3,
            "the inputs do not fit `starter/test/cache@1.0.0`: inputs.sise: is not known"
            ' (did you mean `size`?); inputs.size: "x" is not an integer',
        ),
        (ask("bad"), -3, "no"),
        (ask(name="shop"), -4, "there is a call `shop` already: give this one another name"),
    ],
)
def test_a_request_may_be_turned_down(
    world: Any, request_: tuple[Step, ...], status: int, message: str
) -> None:
    """Each fault has its status and a message; the caller goes on."""
    schema = {
        "type": "object",
        "properties": {
            "size": {"type": "integer"},
            "mode": {"type": "string"},
            "tls": {"type": "object"},
        },
        "additionalProperties": False,
    }
    world.package("db", answering(ok()))
    world.package("cache", answering(ok(outputs={"x": 1})), inputs=schema)
    world.package("bad", answering(err("no")))
    world.package(
        "shop",
        asking(request_, ask(inputs={"mode": "small"}, name="again")),
        fixed={"cache": {"mode": "small", "tls": {"on": True}}},
    )
    world.called("cache")
    world.called("bad")
    world.release("db")
    world.release(
        "shop",
        stage=1,
        edges={
            "db": "install db",
            "cache": "call starter/test/cache@1",
            "bad": "call starter/test/bad@1",
            "off": "call starter/test/cache@1",
        },
        when={"off": False},
    )

    assert [(status, message), (0, {"x": 1})] == calls(world)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((TRAP,), "`starter/test/cache@1.0.0` stopped: it reached `unreachable`, as a panic or an abort does"),
        (("{}",), "what `starter/test/cache@1.0.0` answered cannot be used; `apiVersion` is missing,"
                  " must be `mistletoe.dev/v1alpha1`"),
        ((result({"../x": ""}),), "`starter/test/cache@1.0.0` made a file with a name that cannot be"
                                  " used: `../x`; it climbs out of its folder"),
    ],
)  # fmt: skip
def test_a_callee_s_own_fault_is_not_the_end(
    world: Any, steps: tuple[Step, ...], message: str
) -> None:
    """A trap or a bad answer of a callee is an answer for the caller, which may go on without it."""
    world.package("cache", scripted(*steps))
    world.package("shop", asking(ask()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    [(status, found)] = calls(world)

    assert -3 == status
    assert (
        message == found.removesuffix("; in function 4").removesuffix("; in `4`").split("; in ")[0]
    )


def test_a_failed_call_that_the_caller_hides_is_told(world: Any) -> None:
    """By the log at once, and by the error of a render that fails after it."""
    world.package("cache", scripted(TRAP))
    world.package("shop", handing_on(ask()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    heard: list[Any] = []
    with pytest.raises(RenderError) as caught:
        world.render(log=heard.append)
    stopped = "`starter/test/cache@1.0.0` stopped: it reached `unreachable`, as a panic or an abort does; in `__mistletoe_generate`"

    assert [("shop -> cache", 1, f"the call failed: {stopped}")] == heard
    assert (
        "what `starter/test/shop@1.0.0` answered cannot be used\n"
        "  while rendering `shop` (starter/test/shop@1.0.0)\n"
        "  `apiVersion` is missing, must be `mistletoe.dev/v1alpha1`\n"
        f"  its call of `shop -> cache` had failed: {stopped}\n"
        "hint: this is a fault in the package: tell its author" == str(caught.value)
    )


def test_a_name_that_grows_too_long_is_told(world: Any) -> None:
    """The name that the host would choose must still be one that Kubernetes takes."""
    name = "x" * 250
    world.package("probe", answering(ok()))
    world.package("cache", asking(ask("probe")))
    world.package("shop", scripted(*ask(name=name), RESPONSE))
    world.called("probe")
    world.called("cache", edges={"probe": "call starter/test/probe@1"})
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    assert [(-1, f"`{name}-probe` is too long for a name: give the call one")] == calls(world)


@pytest.mark.slow
def test_a_limit_ends_the_whole_render(world: Any) -> None:
    """Running out of time is no answer: the caller cannot go on, and the error says where it was."""
    world.runtime = Runtime(cache=None, limits=Limits(seconds=3))
    world.package("loop", scripted(LOOP))
    world.package("cache", handing_on(ask("loop"), fallback=True))
    world.package("shop", handing_on(ask(), fallback=True))
    world.called("loop")
    world.called("cache", edges={"loop": "call starter/test/loop@1"})
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    with pytest.raises(RenderError) as caught:
        world.render()

    assert ("guest-timeout", ("shop", "cache", "loop")) == (
        caught.value.reference,
        caught.value.path,
    )
    assert (
        "while rendering `shop -> cache -> loop` (starter/test/loop@1.0.0)"
        == (caught.value.context[0])
    )


def test_calls_are_not_endless(world: Any) -> None:
    """A package that calls itself reaches the limit of depth, whatever it makes of the answers."""
    world.package("cache", handing_on(ask(), fallback=True))
    world.called("cache", edges={"cache": "call starter/test/cache@1"})
    world.release("shop", "cache", edges={"cache": "call starter/test/cache@1"})

    with pytest.raises(RenderError) as caught:
        world.render()

    assert "call-depth" == caught.value.reference
    assert ("shop", *["cache"] * 33) == caught.value.path


def test_a_module_that_cannot_be_loaded_ends_the_render(world: Any) -> None:
    """A called file that is no module is an error of its own, even if nothing calls it."""
    world.package("cache", b"not wasm")
    world.package("shop", answering(ok()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    with pytest.raises(PackageError, match="is not a WebAssembly module"):
        world.render()


def test_a_callee_s_number_that_json_readers_refuse_is_its_fault(world: Any) -> None:
    """A result that cannot be handed on is an answer for the caller."""
    answer = json.dumps(ok(outputs={})).replace('"outputs": {}', f'"outputs": {{"x": {2**70}}}')
    world.package("cache", answering(answer))
    world.package("shop", asking(ask()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    assert [(-3, "`outputs.x`: the number does not fit in 64 bits")] == calls(world)
