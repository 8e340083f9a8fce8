"""Components as packages: what they may answer, how they refuse, calls by the rules of all packages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from calling_guests import ask, asking, calls, handing_on, mirror
from component_text import component_guest, made
from guest_modules import FOLDER, err, ok

from mistpm.errors import RenderError
from mistpm.package.sections import with_section

MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
CACHE = {"cache": "call starter/test/cache@1"}
SETTINGS = (FOLDER / "components" / "settings-1.0.0.wasm").read_bytes()


def answering(text: str, *, reason: bool = False) -> bytes:
    """Make a component that always answers `text`, or refuses with it."""
    data = "".join(f"\\{byte:02x}" for byte in text.encode())
    return made(f"""(component
      (;host;)
      (core module $main
        (;main;)
        (data (i32.const 16) "{data}")
        (func (export "render") (param i32 i32) (result i32)
          (i32.store (i32.const 0) (i32.const {int(reason)}))
          (i32.store (i32.const 4) (i32.const 16))
          (i32.store (i32.const 8) (i32.const {len(text.encode())}))
          (i32.const 0)))
      (;exports;))""")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAP % "a", ["a"]),
        ("\n---\n".join((MAP % "a", MAP % "b")), ["a", "b"]),
        (f"[{MAP % 'a'}, {MAP % 'b'}]", ["a", "b"]),
        ("[]", []),
        (json.dumps(ok({"x.yaml": MAP % "a"}, objects=[])), ["a"]),
    ],
)
def test_what_a_component_may_answer(world: Any, text: str, expected: list[str]) -> None:
    """Manifests as kubectl takes them, or a result document."""
    world.only(answering(text))

    assert expected == world.names()


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        (
            answering("no storage", reason=True),
            """\
`starter/test/shop@1.0.0` says: no storage
  while rendering `shop` (starter/test/shop@1.0.0)""",
        ),
        (
            answering("", reason=True),
            """\
`starter/test/shop@1.0.0` says: it gives no reason
  while rendering `shop` (starter/test/shop@1.0.0)""",
        ),
        (
            answering(json.dumps(err("in a document"))),
            """\
`starter/test/shop@1.0.0` says: in a document
  while rendering `shop` (starter/test/shop@1.0.0)""",
        ),
        (
            answering(" \n"),
            """\
`starter/test/shop@1.0.0` answered with an empty text
  while rendering `shop` (starter/test/shop@1.0.0)
note: a component that has no manifests to give answers `[]`
hint: this is a fault in the package: tell its author""",
        ),
        (
            component_guest("trap"),
            """\
`starter/test/shop@1.0.0` stopped: it reached `unreachable`, as a panic or an abort does
  while rendering `shop` (starter/test/shop@1.0.0)
  in `inner`
hint: this is a fault in the package: tell its author""",
        ),
    ],
)
def test_how_it_fails(world: Any, component: bytes, expected: str) -> None:
    """It says so in its own words, or it is said what is wrong with it."""
    world.only(component)
    with pytest.raises(RenderError) as caught:
        world.render()

    assert expected == str(caught.value)


def test_the_input_is_that_of_all_packages(world: Any) -> None:
    """A component is given the same document as a module."""
    world.package("shop", SETTINGS)
    world.package("twin", mirror())
    world.release("shop", inputs={"text": "grün"})
    world.release("twin", inputs={"text": "grün"})
    rendered = {each.name: each for each in world.render().releases}
    [manifest] = rendered["shop"].manifests
    given = rendered["twin"].outputs["given"]["data"]

    assert {**given, "name": "shop"} == json.loads(manifest.data["data"]["settings.json"])
    assert rendered["shop"].outputs == {"configMap": "shop"}


def test_it_calls_its_dependencies(world: Any) -> None:
    """What a component calls is rendered as for any caller, and it gets the result document."""
    world.package("shop", SETTINGS)
    world.package("cache", with_section(SETTINGS, "another", b""))
    world.called("cache")
    world.release("shop", edges=CACHE)

    assert ["shop", "shop-cache"] == world.names()


def test_a_failing_dependency_is_survived(world: Any) -> None:
    """The component hears of the failure, may go on, and what it logs of it is told."""
    world.package("shop", SETTINGS)
    world.package("cache", component_guest("trap"))
    world.called("cache")
    world.release("shop", edges=CACHE)
    rendered = world.render()

    assert ["shop"] == [each.data["metadata"]["name"] for each in rendered.releases[0].manifests]
    assert "`starter/test/cache@1.0.0` stopped" in str(rendered.findings[0])


def test_a_module_calls_a_component(world: Any) -> None:
    """A component that is called answers its caller with a result document, or with a status."""
    world.package("shop", asking(ask(), ask(), ask(name="other", inputs={"refuse": "not today"})))
    world.package("cache", SETTINGS)
    world.called("cache")
    world.release("shop", edges=CACHE)
    expected = [
        (-4, "there is a call `shop-cache` already: give this one another name"),
        (-3, "not today"),
    ]
    [(_, outputs), *others] = calls(world)

    assert {"configMap": "shop-cache"} == outputs
    assert expected == others


def test_a_chain_of_forms(world: Any) -> None:
    """A component calls a module that calls a component; the answer comes back through all."""
    world.package("shop", component_guest("relay"))
    world.package("middle", handing_on(ask("next")))
    far = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "far"}}
    world.package("last", answering(json.dumps(ok(objects=[far]))))
    world.called("last")
    world.called("middle", edges={"next": "call starter/test/last@1"})
    world.release("shop", edges={"next": "call starter/test/middle@1"})

    assert ["far"] == world.names()
