"""Packages that call packages while they render."""

from __future__ import annotations

from typing import Any

import pytest
from calling_guests import ask, asking, calls, handing_on, mirror
from guest_modules import answering, err, ok
from scripted_modules import (
    RESPONSE,
    call,
    log,
    result,
    scripted,
    value,
)

from mistpm.model.secrets import make_placeholder
from mistpm.render import Configuration, Memo
from mistpm.wasm import Runtime

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}


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
        " `apiVersion` is missing, must be `mistletoe.dev/v1alpha1`"
    )

    assert [
        (-3, "no"),
        (0, {"x": 1}),
        (-4, taken.format("x")),
        (-4, taken.format("y")),
        (-3, refused),
    ] == calls(world)


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
        "warning: shop: shop: it logged an error: three",
        "warning: shop: four",
    ] == list(map(str, rendered.findings))


def test_levels_that_there_are_not_are_the_nearest(world: Any) -> None:
    """Below debug there is debug, above error there is error."""
    world.package("shop", scripted(log(0xFFFFFFFF, "low"), log(4, "high"), result()))
    world.release("shop")
    heard: list[Any] = []
    world.render(log=heard.append)

    assert [("shop", 0, "low"), ("shop", 3, "high")] == heard


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
