"""Packages that call packages while they render."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guest_modules import answering, err, ok
from scripted_modules import (
    INPUT,
    LOOP,
    RESPONSE,
    STATUS,
    TRAP,
    Step,
    around,
    call,
    log,
    result,
    scripted,
    value,
)

from mistpm.errors import PackageError, RenderError
from mistpm.model.secrets import make_placeholder
from mistpm.render import Configuration, Memo
from mistpm.wasm import Limits, Runtime

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}


def asking(*requests: tuple[Step, ...]) -> bytes:
    """Make a package whose output `calls` holds status and response of each of its requests."""
    before, after = around(result(outputs={"calls": ["HOLE"]}))
    steps: list[Step] = [before]
    for number, request in enumerate(requests):
        comma = "," if number else ""
        steps += [*request, comma + '{"status":', STATUS, ',"response":', RESPONSE, "}"]
    return scripted(*steps, after)


def handing_on(request: tuple[Step, ...], fallback: bool = False) -> bytes:
    """Make a package that answers what the package it calls does."""
    return scripted(*request, RESPONSE) if not fallback else scripted(*request, result())


def mirror() -> bytes:
    """Make a package whose output `given` is its own input."""
    before, after = around(result(outputs={"given": "HOLE"}))
    return scripted(before, INPUT, after)


def ask(alias: str = "cache", /, **request: Any) -> tuple[Step, ...]:
    """Give the steps of a call."""
    return call({"op": "call", "alias": alias, **request})


def calls(world: Any) -> list[tuple[int, Any]]:
    """Render the release `shop` and give what its calls got: status, and message or outputs."""
    found = world.render().releases[-1].outputs["calls"]
    return [
        (
            one["status"],
            one["response"].get("message") or one["response"].get("mistpm", {}).get("outputs"),
        )
        for one in found
    ]


def test_the_answer_is_the_callees_result(world: Any) -> None:
    """A caller gets the whole result document as JSON, however the callee wrote it."""
    text = "apiVersion: mistletoe.dev/v1alpha1\nkind: MistResult\ndata: {result: Ok, files: {a.txt: any text}}"
    world.package("cache", answering(text))
    world.package("shop", asking(ask()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    [found] = world.render().releases[0].outputs["calls"]

    assert {
        "status": 0,
        "response": {
            "apiVersion": "mistletoe.dev/v1alpha1",
            "kind": "MistResult",
            "data": {"result": "Ok", "files": {"a.txt": "any text"}},
            "mistpm": {},
        },
    } == found


def test_a_callee_is_given_its_own_envelope(world: Any) -> None:
    """Name, package, completed inputs and assets are the callee's, release and capabilities the caller's."""
    schema = {"properties": {"size": {"type": "integer", "default": 3}}}
    world.package("cache", mirror(), inputs=schema, assets={"a": "b"}, default_namespace="caches")
    world.package("shop", asking(ask(inputs={"mode": "x"}), ask(name="other")))
    world.called("cache")
    world.release("shop", namespace="sales", edges={"cache": "call starter/test/cache@1"})
    first, second = (outputs["given"] for _, outputs in calls(world))

    assert {"name": "shop-cache", "mode": "x", "size": 3} == first["data"]
    assert {"name": "other", "size": 3} == second["data"]
    assert {"name": "shop", "namespace": "sales"} == first["mistpm"]["release"]
    assert {"name": "starter/test/cache", "version": "1.0.0"} == first["mistpm"]["package"]
    assert {"a": "b"} == first["mistpm"]["assets"]
    assert "1.33" == first["mistpm"]["capabilities"]["kubernetesVersion"]


def test_what_a_callee_needs_installed_was_bound_by_the_release(world: Any) -> None:
    """Calls nest; a callee sees its own calls, and releases that are bound under its path of aliases."""
    world.package("db", answering(ok(outputs={"host": "db.data"})))
    world.package("probe", mirror())
    world.package("cache", handing_on(ask("probe")))
    world.package("shop", asking(ask()))
    world.called("probe")
    world.called("cache", edges={"probe": "call starter/test/probe@1"})
    world.release("db", namespace="data")
    world.release(
        "shop",
        stage=1,
        edges={
            "cache": "call starter/test/cache@1",
            "cache.probe.store": "install db",
            "cache.store": "install db",
            "metrics": "api kubernetes",
        },
    )
    [(status, outputs)] = calls(world)

    assert 0 == status
    assert "shop-cache-probe" == outputs["given"]["data"]["name"]
    assert {
        "store": {
            "use": "install",
            "package": "starter/test/db",
            "version": "1.0.0",
            "release": "db",
            "namespace": "data",
            "outputs": {"host": "db.data"},
        }
    } == outputs["given"]["mistpm"]["dependencies"]


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


def test_with_is_merged_into_every_call(world: Any) -> None:
    """What the descriptor fixes is there whether the caller says it or not."""
    fixed = {"cache": {"mode": "small", "tls": {"on": True}}}
    world.package("cache", mirror())
    world.package("shop", asking(ask(inputs={"tls": {"host": "h"}})), fixed=fixed)
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    [(_, outputs)] = calls(world)

    assert {
        "name": "shop-cache",
        "mode": "small",
        "tls": {"host": "h", "on": True},
    } == outputs["given"]["data"]


def test_names_are_taken_once_in_a_render(world: Any) -> None:
    """A name is free again when its call failed, and calls further down take names as well."""
    world.package("probe", answering(ok(outputs={"x": 1})))
    world.package("cache", handing_on(ask("probe", name="x")))
    world.package("bad", answering(err("no")))
    world.package(
        "shop",
        asking(
            ask("bad", name="y"), ask(name="y"), ask(name="x"), ask("bad", name="y"), ask(name="z")
        ),
    )
    world.called("probe")
    world.called("cache", edges={"probe": "call starter/test/probe@1"})
    world.called("bad")
    world.release(
        "shop", edges={"cache": "call starter/test/cache@1", "bad": "call starter/test/bad@1"}
    )
    taken = "there is a call `{}` already: give this one another name"
    refused = (
        "what `starter/test/cache@1.0.0` answered cannot be used;"
        " `apiVersion` is nothing, must be `mistletoe.dev/v1alpha1`"
    )

    assert [
        (-3, "no"),
        (0, {"x": 1}),
        (-4, taken.format("x")),
        (-4, taken.format("y")),
        (-3, refused),
    ] == calls(world)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((TRAP,), "`starter/test/cache@1.0.0` stopped: it reached `unreachable`, as a panic or an abort does"),
        (("{}",), "what `starter/test/cache@1.0.0` answered cannot be used; `apiVersion` is nothing,"
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


def test_a_limit_ends_the_whole_render(world: Any) -> None:
    """Running out of time is no answer: the caller cannot go on, and the error says where it was."""
    world.runtime = Runtime(cache=None, limits=Limits(seconds=0.3))
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


PASSWORD = {"properties": {"password": {"type": "string", "writeOnly": True}}}


def test_a_callee_is_handed_the_caller_s_secret(world: Any) -> None:
    """A placeholder goes down into a call, and what the callee makes of it is the caller's."""
    before, after = result(objects=[{**POD, "kind": "Secret", "stringData": {"p": "HOLE"}}]).split(
        "HOLE"
    )
    world.package("cache", scripted(before, value("password"), after), inputs=PASSWORD)
    request = call('{"op":"call","alias":"cache","inputs":{"password":"', value("password"), '"}}')
    world.package("shop", handing_on(request), inputs=PASSWORD)
    world.called("cache")
    world.release(
        "shop",
        edges={"cache": "call starter/test/cache@1"},
        inputs={"password": {"fromEnv": "PASSWORD"}},
    )
    rendered = world.render()
    placeholder = make_placeholder("5f0c", "shop", "", "inputs.password")

    assert (placeholder,) == rendered.releases[0].manifests[0].secrets
    assert [placeholder] == [secret.placeholder for secret in rendered.secrets]


@pytest.mark.parametrize(
    "given", ["literal", {"fromEnv": "HOME"}, {"fromFile": "/etc/shadow"}, {"generate": 24}]
)
def test_a_call_takes_only_a_placeholder(world: Any, given: Any) -> None:
    """A package cannot make the host look anywhere for it."""
    world.package("cache", mirror(), inputs=PASSWORD)
    world.package("shop", asking(ask(inputs={"password": given})))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    assert [
        (
            -3,
            "the inputs do not fit `starter/test/cache@1.0.0`: inputs.password: is a secret;"
            " a call takes only a placeholder for it",
        )
    ] == calls(world)


def test_a_callee_may_have_a_secret_generated(world: Any) -> None:
    """The default of a called package is a secret of the call, one for each call."""
    schema = {"properties": {"password": {"writeOnly": True, "default": {"generate": 24}}}}
    world.package("cache", mirror(), inputs=schema)
    world.package("shop", asking(ask(), ask(name="two")))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    rendered = world.render()
    given = [
        one["response"]["mistpm"]["outputs"]["given"]["data"]
        for one in rendered.releases[0].outputs["calls"]
    ]

    assert {("shop-cache", "inputs.password"), ("two", "inputs.password")} == {
        (secret.call, secret.path) for secret in rendered.secrets
    }
    assert {secret.placeholder for secret in rendered.secrets} == {one["password"] for one in given}


def test_what_guests_log_is_told_in_order(world: Any) -> None:
    """Warnings become findings with the way to the package, the rest goes to whoever listens."""
    world.package(
        "cache", scripted(log(1, "one"), log(2, "two"), result(warnings=["not told twice"]))
    )
    world.package(
        "shop", scripted(log(0, "zero"), *ask(), log(3, "three"), result(warnings=["four"]))
    )
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    heard: list[Any] = []
    rendered = world.render(log=heard.append)

    assert [
        ("shop", 0, "zero"),
        ("shop -> cache", 1, "one"),
        ("shop -> cache", 2, "two"),
        ("shop", 3, "three"),
    ] == heard
    assert [
        "warning: shop: shop -> cache: two",
        "warning: shop: shop: three",
        "warning: shop: four",
    ] == list(map(str, rendered.findings))


def test_a_callee_s_number_that_json_readers_refuse_is_its_fault(world: Any) -> None:
    """A result that cannot be handed on is an answer for the caller."""
    answer = json.dumps(ok(outputs={})).replace('"outputs": {}', f'"outputs": {{"x": {2**70}}}')
    world.package("cache", answering(answer))
    world.package("shop", asking(ask()))
    world.called("cache")
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    assert [(-3, "`outputs.x`: the number does not fit in 64 bits")] == calls(world)


class Counting:
    """A runtime that counts what it runs."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.runs = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    def generate(self, *arguments: Any, **options: Any) -> bytes:
        """Run a module."""
        self.runs += 1
        return self._runtime.generate(*arguments, **options)


def test_a_call_that_was_made_before_is_not_made_again(world: Any) -> None:
    """A caller with other inputs runs again; what it asks of others as before is remembered, names and all."""
    world.package("probe", answering(ok(outputs={"x": 1})))
    world.package("cache", scripted(log(2, "asked"), *ask("probe"), RESPONSE))
    world.package("shop", asking(ask(), ask("probe", name="shop-cache-probe"), ask(name="b")))
    world.called("probe")
    world.called("cache", edges={"probe": "call starter/test/probe@1"})
    edges = {"cache": "call starter/test/cache@1", "probe": "call starter/test/probe@1"}
    world.release("shop", edges=edges)
    world.runtime = Counting(world.runtime)
    memo = Memo()
    runs, found, findings = [], [], []
    for size in (1, 2, 2):
        world.configurations["shop"] = Configuration(inputs={"size": size})
        rendered = world.render(memo=memo)
        runs.append(world.runtime.runs)
        found.append(rendered.releases[0].outputs)
        findings.append([str(found) for found in rendered.findings if found.code == "guest-log"])

    assert [5, 6, 6] == runs
    assert found[0] == found[1] == found[2]
    assert [["warning: shop: shop -> cache: asked"] * 2] * 3 == findings
    assert [0, -4, 0] == [one["status"] for one in found[0]["calls"]]
