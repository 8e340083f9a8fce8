"""Commands as packages: what they are told, what they may answer, calls in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from calling_guests import ask, asking, calls, handing_on
from guest_modules import ok
from wasi_modules import command, module, printing

from mistpm.errors import RenderError
from mistpm.plan.after import read_after
from mistpm.plan.objects import OrderedObject, order_objects
from mistpm.render.command import command_input
from mistpm.render.stages import with_order

MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
ENVIRONMENT = """
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAP % "a", ["a"]),
        ("\n---\n".join((MAP % "a", MAP % "b")), ["a", "b"]),
        (f"[{MAP % 'a'}, {MAP % 'b'}]", ["a", "b"]),
        (f"[[{MAP % 'a'}], [{MAP % 'b'}, null], []]", ["a", "b"]),
        (f"{{apiVersion: v1, kind: List, items: [{MAP % 'a'}]}}", ["a"]),
        ("[]", []),
        ("null\n", []),
        (json.dumps(ok({"x.yaml": MAP % "a"}, objects=[])), ["a"]),
    ],
)
def test_what_a_command_may_write(world: Any, text: str, expected: list[str]) -> None:
    """Manifests as kubectl takes them, stages as Yoke takes them, or a result document."""
    world.only(printing(text))

    assert expected == world.names()


def test_an_outcome_of_a_result_document(world: Any) -> None:
    """Outputs and warnings are for commands too."""
    world.only(printing(json.dumps(ok(outputs={"host": "db"}, warnings=["old"]))))
    rendered = world.render()

    assert {"host": "db"} == rendered.releases[0].outputs
    assert ["warning: shop: old"] == list(map(str, rendered.findings))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            " \n",
            """\
`starter/test/shop@1.0.0` wrote nothing to standard output
  while rendering `shop` (starter/test/shop@1.0.0)
note: a command that has no manifests to give writes `[]`
hint: this is a fault in the package: tell its author""",
        ),
        (
            "3",
            """\
`starter/test/shop@1.0.0` made a file that cannot be read: `stdout.yaml`
  stdout.yaml: `3` is not a Kubernetes manifest
hint: this is a fault in the package, or in the inputs that it was given""",
        ),
        (
            "{kind: MistResult}",
            """\
what `starter/test/shop@1.0.0` answered cannot be used
  while rendering `shop` (starter/test/shop@1.0.0)
  `apiVersion` is missing, must be `mistletoe.dev/v1alpha1`
hint: this is a fault in the package: tell its author""",
        ),
    ],
)
def test_what_it_may_not_write(world: Any, text: str, expected: str) -> None:
    """Nothing at all, what is no manifest, half a result."""
    world.only(printing(text))
    with pytest.raises(RenderError) as caught:
        world.render()

    assert expected == str(caught.value)


def test_a_failure_in_its_own_words(world: Any) -> None:
    """A command says on standard error why it fails."""
    world.only(printing("the input `host` is missing\n", to=2, code=1))
    with pytest.raises(RenderError) as caught:
        world.render()

    assert (
        str(caught.value)
        == """\
`starter/test/shop@1.0.0` ended with exit status 1
  while rendering `shop` (starter/test/shop@1.0.0)
  its last words: the input `host` is missing
hint: what it wrote says why; if it does not, tell the package's author"""
    )


def test_what_a_command_is_told(world: Any) -> None:
    """Inputs on standard input, without `name`; the name, the namespace and all else beside it."""
    world.package("echo", printing("[]"))
    spoken = command(
        """(drop (call $sizes (i32.const 16) (i32.const 20)))
    (drop (call $args_get (i32.const 32) (i32.const 100)))
    (call $write (i32.const 2) (i32.const 100) (i32.const 4))
    (call $write (i32.const 2) (i32.const 90) (i32.const 1))
    (i32.store (i32.const 24) (i32.const 2000)) (i32.store (i32.const 28) (i32.const 1000))
    (drop (call $fd_read (i32.const 0) (i32.const 24) (i32.const 1) (i32.const 16)))
    (call $write (i32.const 2) (i32.const 2000) (i32.load (i32.const 16)))
    (call $write (i32.const 2) (i32.const 90) (i32.const 1))
    (drop (memory.grow (i32.const 20)))
    (drop (call $environ_get (i32.const 32) (i32.const 65536)))
    (call $write (i32.const 2) (i32.const 65536) (i32.load (i32.const 20)))
    (call $write (i32.const 1) (i32.const 91) (i32.const 2))""",
        imports=ENVIRONMENT,
        more='(data (i32.const 90) "\\0a[]")',
    )
    world.only(spoken, namespace="web", inputs={"replicas": 2, "note": "é\x85"})
    told: list[str] = []
    world.render(log=lambda entry: told.append(entry[2]))
    arguments, inputs, variables = told
    found = dict(text.split("=", 1) for text in variables.split("\0") if text)
    envelope = json.loads(found.pop("MISTPM_INPUT"))

    assert "shop" == arguments
    assert '{"note":"é\\u0085","replicas":2}' == inputs
    assert {
        "NAMESPACE": "web",
        "YOKE_NAMESPACE": "web",
        "YOKE_RELEASE": "shop",
        "YOKE_VERSION": "v0.20.27",
    } == found
    assert {"name": "shop", "note": "é\x85", "replicas": 2} == envelope["data"]
    assert {"name": "shop", "namespace": "web"} == envelope["mistpm"]["release"]


def test_arguments_of_a_command() -> None:
    """The input `--` is what comes behind `--` elsewhere: arguments, and nothing of standard input."""
    told = command_input(
        {
            "data": {"name": "shop", "--": ["-replicas", "2"], "a": 1},
            "mistpm": {"release": {"namespace": ""}},
        },
        b"{}",
    )

    assert ("shop", "-replicas", "2") == told.arguments
    assert b'{"a":1}' == told.stdin


@pytest.mark.parametrize("given", ["-replicas", [2], ["a\0b"], {"replicas": "2"}])
def test_what_are_no_arguments(world: Any, given: Any) -> None:
    """They are a list of texts, whatever YAML has made of what was written."""
    world.only(printing("[]"), inputs={"--": given})
    with pytest.raises(RenderError) as caught:
        world.render()

    assert "invalid-input" == caught.value.reference
    assert (
        str(caught.value)
        == """\
`inputs.--` is not a list of texts
  while rendering `shop` (starter/test/shop@1.0.0)
note: they are the arguments of a command
hint: write `"--": ["-replicas", "2"]`"""
    )


SECOND = """{apiVersion: batch/v1, kind: Job, metadata: {name: fill, annotations: {mistpm.dev/after: Job.batch/init}}},
 {apiVersion: v1, kind: ConfigMap, metadata: {name: late}}"""
STAGES = f"""[[{{apiVersion: batch/v1, kind: Job, metadata: {{name: init}}}}, {MAP % "a"}],
 [], [{SECOND}], [{{apiVersion: v1, kind: List, items: [{MAP % "last"}]}}]]"""


def test_stages_become_an_order(world: Any) -> None:
    """What comes in a later stage waits for what the one before has of its own rank or a lower one."""
    world.only(printing(STAGES))
    [release] = world.render().releases
    after = {each.id.name: each.data["metadata"].get("annotations") for each in release.manifests}

    assert {
        "init": None,
        "a": None,
        "fill": {"mistpm.dev/after": "Job.batch/init, ConfigMap/a"},
        "late": {"mistpm.dev/after": "ConfigMap/a"},
        "last": {"mistpm.dev/after": "ConfigMap/late"},
    } == after


def test_stages_are_an_order_that_can_be_planned(world: Any) -> None:
    """No circle comes of them, and every name is found."""
    world.only(printing(STAGES))
    [release] = world.render().releases

    after = read_after(release)
    objects = [
        OrderedObject(release="shop", resource=each.id, after=after.get(each.id, ()))
        for each in release.manifests
    ]
    order = order_objects(objects, {})

    assert ["fill", "last", "late"] == sorted(each.name for each in after)
    assert len(objects) <= len(order.waits)


@pytest.mark.parametrize(
    "text",
    [
        f"[[{MAP % 'a'}]]",
        f"[{MAP % 'a'}]",
        f"[[{MAP % 'a'}], {MAP % 'b'}]",
        "[[",
        "[[3], [{MAP % 'b'}]]",
    ],
)
def test_what_is_in_no_stages_stays_as_it_is(text: str) -> None:
    """One stage is no order, and what cannot be read is not touched."""
    assert text == with_order(text, origin="stdout.yaml", package="a")


def test_a_command_calls(world: Any) -> None:
    """The C command renders its dependency and goes on with the answer's status."""
    world.package("cache", printing("[]"))
    world.called("cache")
    world.package("shop", module("manifest"))
    world.release("shop", edges={"cache": "call starter/test/cache@1"})
    [manifest] = world.render().releases[0].manifests

    assert "0" == manifest.data["data"]["status"]


def test_a_command_is_called(world: Any) -> None:
    """What it wrote is a file of the response; how it failed is told, and the caller may go on."""
    world.package("cache", printing(MAP % "a"))
    world.package("broken", printing("no space left\n", to=2, code=4))
    for name in ("cache", "broken"):
        world.called(name)
    world.package("shop", asking(ask(), ask("broken")))
    edges = {name: f"call starter/test/{name}@1" for name in ("cache", "broken")}
    world.release("shop", edges=edges)

    assert [
        (0, {}),
        (
            -3,
            "`starter/test/broken@1.0.0` ended with exit status 4; its last words: no space left",
        ),
    ] == [(status, told or {}) for status, told in calls(world)]


def test_a_response_that_is_handed_on(world: Any) -> None:
    """A library that answers with a command's manifests."""
    world.package("cache", printing(f"[[{MAP % 'a'}]]"))
    world.called("cache")
    shop_module = handing_on(ask())
    world.package("shop", shop_module)
    world.release("shop", edges={"cache": "call starter/test/cache@1"})

    assert ["a"] == world.names()


@pytest.mark.slow
def test_a_flight(world: Any) -> None:
    """A Go program as Yoke's flights are: stages of resources, a clock that is not the machine's."""
    world.only(module("flight"), namespace="web", inputs={"replicas": 3})
    first, second = (world.render().releases[0].manifests for _ in range(2))

    assert [each.data for each in first] == [each.data for each in second]
    assert [("ConfigMap", "shop"), ("Deployment", "shop")] == [
        (each.data["kind"], each.data["metadata"]["name"]) for each in first
    ]
    assert "2000-01-01T01:00:00Z" == first[0].data["data"]["made"]
    assert 3 == first[1].data["spec"]["replicas"]


@pytest.mark.slow
def test_a_flight_that_refuses(world: Any) -> None:
    """Inputs that it does not know are refused in its own words."""
    world.package("shop", module("flight"))
    world.release("shop", inputs={"replica": 3})
    with pytest.raises(RenderError) as caught:
        world.render()

    assert '  its last words: json: unknown field "replica"' in str(caught.value)
