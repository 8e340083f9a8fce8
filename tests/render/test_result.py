"""What modules answer: read, or refused with what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guest_modules import answering, err, ok
from hypothesis import given, settings
from hypothesis import strategies as st

from mistpm.errors import RenderError
from mistpm.render.result import read_result

HINT = "hint: this is a fault in the package: tell its author"


def read(document: Any) -> Any:
    """Read an answer of `starter/test/web@1.0.0`."""
    text = document if isinstance(document, str) else json.dumps(document)
    return read_result(text.encode(), package="starter/test/web@1.0.0")


def test_json_is_read() -> None:
    """A whole answer has message, files by name, objects, outputs and warnings."""
    result = read(
        {
            **ok(
                {"b.yaml": "2", "a.yaml": "1"},
                objects=[{"kind": "A"}],
                outputs={"x": 1},
                warnings=["w"],
            ),
            "unknown": "keys are left alone",
        }
    )

    assert ["a.yaml", "b.yaml"] == list(result.files)
    assert ({"kind": "A"},) == result.objects
    assert ({"x": 1}, ("w",)) == (result.outputs, result.warnings)


def test_yaml_is_read_as_mistletoe_writes_it() -> None:
    """An answer may be YAML with files as block texts."""
    result = read(
        "apiVersion: mistletoe.dev/v1alpha1\nkind: MistResult\ndata:\n  result: Ok\n"
        "  message: done\n  files:\n    namespace.yaml: |\n      kind: Namespace\n"
    )

    assert ("done", {"namespace.yaml": "kind: Namespace\n"}) == (result.message, result.files)


def test_a_package_may_refuse() -> None:
    """`Err` is an error in the package's own words."""
    with pytest.raises(RenderError) as caught:
        read(err("replicas must be odd"))

    assert ("package-failed", "`starter/test/web@1.0.0` says: replicas must be odd") == (
        caught.value.reference,
        str(caught.value),
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "it is nothing, not a mapping"),
        ("[]", "it is a list, not a mapping"),
        ("{", "the answer:1: a bracket is not closed: column 2 of `{` (write `]` or `}`)"),
        ({}, "`apiVersion` is missing, must be `mistletoe.dev/v1alpha1`"),
        ({**ok(), "apiVersion": "v2"}, "`apiVersion` is `v2`, must be `mistletoe.dev/v1alpha1`"),
        ({**ok(), "kind": "MistPackage"}, "`kind` is `MistPackage`, must be `MistResult`"),
        ({**ok(), "data": None}, "`data.result` is missing, must be `Ok` or `Err`"),
        ({**ok(), "data": 3}, "`data` is a number, not a mapping"),
        ({**ok(), "data": {"result": "ok"}}, "`data.result` is `ok`, must be `Ok` or `Err`"),
        (
            {**ok(), "data": {"result": "Err", "message": 3}},
            "`data.message` is a number, not a text",
        ),
        (ok({"a": 1}), "the file `a` is a number, not a text"),  # type: ignore[dict-item]
        (ok(object=[]), "`mistpm.object` is not known\n  there are objects, outputs, warnings"),
        (ok(objects={}), "`mistpm.objects` is a mapping, not a list"),
        (ok(objects=[{}, "x"]), "`mistpm.objects[1]` is a text, not a mapping"),
        (ok(outputs=[]), "`mistpm.outputs` is a list, not a mapping"),
        (ok(warnings=[True]), "`mistpm.warnings[0]` is true or false, not a text"),
    ],
)
def test_another_answer_is_refused(answer: Any, reason: str) -> None:
    """Every other answer is an error that says what is wrong with it."""
    with pytest.raises(RenderError) as caught:
        read(answer)

    assert "invalid-output" == caught.value.reference
    assert f"what `starter/test/web@1.0.0` answered cannot be used\n  {reason}\n{HINT}" == str(
        caught.value
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("/etc/passwd", "it is absolute"),
        ("C:x", "it is absolute"),
        ("../x", "it climbs out of its folder"),
        ("a/../../x", "it climbs out of its folder"),
        ("a\\b", "it has a backslash"),
        ("a\0b", "it has control characters"),
        ("a//b", "a part of it is empty or `.`"),
        ("./a", "a part of it is empty or `.`"),
        ("a/", "a part of it is empty or `.`"),
        ("ä" * 128, "a part of it has more than 255 bytes"),
        ("web/a/b", "`web` is a file already"),
    ],
)
def test_file_names_stay_in_their_folder(name: str, reason: str) -> None:
    """A name that leads elsewhere, or that no file can have, is an error."""
    with pytest.raises(RenderError) as caught:
        read(ok({"web": "", name: ""}))

    assert "invalid-file-name" == caught.value.reference
    assert (
        f"`starter/test/web@1.0.0` made a file with a name that cannot be used: `{name}`\n  {reason}\n"
        "hint: names are relative paths such as `web/deployment.yaml`: tell the package's author"
        == str(caught.value)
    )


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_answer_is_a_bug(raw: bytes) -> None:
    """Whatever bytes a module answers, there is a result or an error for the user."""
    with pytest.raises(RenderError):
        read_result(raw, package="x")


def test_an_error_of_a_package_names_the_release(world: Any) -> None:
    """An error says in whose render it happened."""
    world.package("web", answering(err("no")))
    world.release("shop", "web")

    with pytest.raises(RenderError) as caught:
        world.render()

    assert ("shop",) == caught.value.path
    assert (
        "`starter/test/web@1.0.0` says: no\n  while rendering `shop` (starter/test/web@1.0.0)"
        == str(caught.value)
    )


def test_outputs_keep_their_promise(world: Any) -> None:
    """Outputs that do not fit the descriptor's schema are the package's fault."""
    schema = {"type": "object", "properties": {"port": {"type": "integer"}}, "required": ["host"]}
    world.package("web", answering(ok(outputs={"port": "x"})), outputs=schema)
    world.release("shop", "web")

    with pytest.raises(RenderError) as caught:
        world.render()

    assert (
        "the outputs of `starter/test/web@1.0.0` do not fit its own schema\n"
        "  while rendering `shop` (starter/test/web@1.0.0)\n"
        "  outputs.host: is missing\n"
        '  outputs.port: "x" is not an integer\n'
        f"{HINT}" == str(caught.value)
    )


def test_an_answer_with_what_is_behind_it_is_told() -> None:
    """Memory that was never written is zero: the length was too large."""
    with pytest.raises(RenderError) as caught:
        read_result(b'{"apiVersion": "x"}\n\0\0', package="p")

    assert (
        "what `p` answered cannot be used\n"
        "  the answer:2: the character U+0000 in column 1 is not allowed in YAML\n"
        "  is the length that it gave too large?\n"
        "hint: this is a fault in the package: tell its author" == str(caught.value)
    )
