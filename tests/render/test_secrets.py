"""Secrets: sources in, placeholders to the package, placeholders out inside Secrets only."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scripted_modules import INPUT, around, result, scripted, value

from mistpm.errors import DocumentError, RenderError
from mistpm.model.environment import SecretSource
from mistpm.model.resource import ResourceId
from mistpm.model.secrets import MARK, PLACEHOLDER, SecretInput, make_placeholder, secret_keys
from mistpm.render.placement import find_secrets

SCHEMA = {
    "type": "object",
    "properties": {
        "password": {"type": "string", "writeOnly": True, "minLength": 12},
        "user": {"type": "string"},
    },
}
SOURCES = {
    "fromEnv": ({"fromEnv": "PASSWORD"}, SecretSource(from_env="PASSWORD")),
    "fromFile": ({"fromFile": "./password"}, SecretSource(from_file="./password")),
    "fromSecret": (
        {"fromSecret": {"name": "db", "key": "password"}},
        SecretSource(from_secret=("shop", "db", "password")),
    ),
    "fromSecret elsewhere": (
        {"fromSecret": {"namespace": "data", "name": "db", "key": "password"}},
        SecretSource(from_secret=("data", "db", "password")),
    ),
    "generate": ({"generate": 24}, SecretSource(generate=24)),
}
TEXT = make_placeholder("5f0c", "web", "", "inputs.password")


def manifest(kind: str = "Secret", api: str = "v1", **rest: Any) -> dict[str, Any]:
    """Make a manifest of some kind."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "web"}, **rest}


def holding(document: dict[str, Any]) -> bytes:
    """Make a package whose only manifest is `document`, `HOLE` in it standing for the password."""
    before, after = result(objects=[document]).split("HOLE")
    return scripted(before, value("password"), after)


@pytest.mark.parametrize("source", SOURCES)
def test_a_secret_has_a_source(world: Any, source: str) -> None:
    """The package sees a placeholder, and the result tells what it stands for."""
    given, expected = SOURCES[source]
    world.package("web", holding(manifest(stringData={"uri": "db://HOLE@x"})), inputs=SCHEMA)
    world.release("web", namespace="shop", inputs={"password": given})

    rendered = world.render()
    [found] = rendered.releases[0].manifests

    assert (f"db://{TEXT}@x", (TEXT,)) == (found.data["stringData"]["uri"], found.secrets)
    assert (
        SecretInput(placeholder=TEXT, release="web", path="inputs.password", source=expected),
    ) == rendered.secrets


@pytest.mark.parametrize(
    ("given", "reference", "problem"),
    [
        ("hunter2hunter2", "secret-literal", "is a secret and may not be written out"),
        (7, "secret-literal", "is a secret and may not be written out"),
        ({}, "invalid-inputs", "is a secret and needs one source, not nothing"),
        (
            {"fromEnv": "A", "generate": 24},
            "invalid-inputs",
            "is a secret and needs one source, not `fromEnv`, `generate`",
        ),
        ({"env": "A"}, "invalid-inputs", "is a secret and needs one source, not `env`"),
        (
            {"fromEnv": "A=B"},
            "invalid-inputs",
            "`fromEnv` takes the name of an environment variable",
        ),
        ({"fromFile": 3}, "invalid-inputs", "`fromFile` takes the path of a file"),
        (
            {"fromSecret": {"name": "db"}},
            "invalid-inputs",
            "`fromSecret` takes a mapping with `name`, `key` and perhaps `namespace`",
        ),
        (
            {"generate": True},
            "invalid-inputs",
            "`generate` takes a number of characters, 8 to 1024",
        ),
        (
            {"generate": 8},
            "invalid-inputs",
            "`generate: 8` does not make the 12 to 1024 characters that the package asks for",
        ),
    ],
)
def test_anything_else_is_refused(world: Any, given: Any, reference: str, problem: str) -> None:
    """A secret is never written out, and never told in the error; the error says how to write it."""
    world.package("web", scripted(result()), inputs=SCHEMA)
    world.release("web", inputs={"password": given, "user": 1})

    with pytest.raises(DocumentError) as caught:
        world.render()

    assert reference == caught.value.reference
    assert (
        "the inputs of `web` do not fit `starter/test/web@1.0.0`\n"
        f"  inputs.password: {problem} (write {{fromEnv: NAME}}, {{fromFile: PATH}},"
        " {fromSecret: {name: NAME, key: KEY}} or {generate: 24})\n"
        "  inputs.user: 1 is not a string" == str(caught.value)
    )


def test_a_package_may_have_a_secret_generated(world: Any) -> None:
    """The schema's default for a secret can be `generate`."""
    schema = {"properties": {"password": {"writeOnly": True, "default": {"generate": 24}}}}
    world.package("web", holding(manifest(stringData={"a": "HOLE"})), inputs=schema)
    world.release("web")

    assert [SecretSource(generate=24)] == [found.source for found in world.render().secrets]


@pytest.mark.parametrize(
    "source", [{"fromEnv": "AWS_SECRET_ACCESS_KEY"}, {"fromFile": "/etc/shadow"}]
)
def test_a_package_does_not_help_itself_to_secrets(world: Any, source: dict[str, str]) -> None:
    """A default that names the user's variable or file is refused."""
    schema = {"properties": {"password": {"writeOnly": True, "default": source}}}
    world.package("web", holding(manifest(stringData={"a": "HOLE"})), inputs=schema)
    world.release("web")

    with pytest.raises(DocumentError) as caught:
        world.render()

    assert (
        "the inputs of `web` do not fit `starter/test/web@1.0.0`\n"
        "  inputs.password: has a default that looks into the user's files, variables or Secrets"
        " (give it a source yourself, and tell the package's author: only `generate` may be a default)"
        == str(caught.value)
    )


def test_a_copied_placeholder_is_refused(world: Any) -> None:
    """Placeholders come from sources, never from what somebody wrote."""
    world.package("web", scripted(result()), inputs=SCHEMA)
    world.release("web", inputs={"user": f"x{TEXT}"})

    with pytest.raises(DocumentError) as caught:
        world.render()

    assert (
        "inputs.user: holds the placeholder of a secret (give the secret itself, as {fromEnv: NAME};"
        " a package hands it on by its outputs)",
    ) == caught.value.context


def test_secrets_travel_by_outputs(world: Any) -> None:
    """A package gives its secret to those that depend on it; they place it as their own."""
    before, after = result(outputs={"password": "HOLE"}).split("HOLE")
    world.package("db", scripted(before, value("password"), after), inputs=SCHEMA)
    world.package("web", holding(manifest(stringData={"password": "HOLE"})))
    world.release("db", inputs={"password": {"generate": 24}})
    world.release("web", edges={"db": "install db"}, stage=1)

    rendered = world.render()
    placeholder = make_placeholder("5f0c", "db", "", "inputs.password")

    assert (placeholder,) == rendered.releases[1].manifests[0].secrets
    assert [("db", placeholder)] == [(s.release, s.placeholder) for s in rendered.secrets]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (manifest("ConfigMap", data={"password": "HOLE"}), "data.password"),
        (manifest("Secret", "example.org/v1", stringData={"a": "HOLE"}), "stringData.a"),
        (
            manifest(metadata={"name": "web", "annotations": {"x/y": "HOLE"}}),
            'metadata.annotations["x/y"]',
        ),
        (manifest("ConfigMap", data={"HOLE": "x"}), f"data.{TEXT}"),
        (manifest(stringData={"HOLE": "x"}), f"stringData.{TEXT}"),
        (
            manifest("Pod", spec={"containers": [{"env": [{"name": "P", "value": "a HOLE"}]}]}),
            "spec.containers[0].env[0].value",
        ),
    ],
)
def test_a_secret_stays_inside_secrets(world: Any, document: dict[str, Any], place: str) -> None:
    """A placeholder anywhere but in a Secret's values is an error that names the place."""
    world.package("web", holding(document), inputs=SCHEMA)
    world.release("web", inputs={"password": {"generate": 24}})

    with pytest.raises(RenderError) as caught:
        world.render()

    kind = f"{document['kind']}{'.example.org' if '/' in document['apiVersion'] else ''}"
    assert "secret-outside-secret" == caught.value.reference
    assert (
        f"a secret may only be inside a Secret, and it is in `{kind} default/web`\n"
        f"  at `{place}`\n"
        "hint: the package must read it from a Secret (`secretKeyRef`, a volume): tell its author"
        == str(caught.value)
    )


ISSUED = {
    TEXT: SecretInput(
        placeholder=TEXT, release="web", path="inputs.password", source=SecretSource(generate=24)
    )
}
RESOURCE = ResourceId("", "Secret", "shop", "web")


@settings(max_examples=100, deadline=None)
@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
@example(before=b"", after=b"")
def test_base64_is_looked_into(before: bytes, after: bytes) -> None:
    """A placeholder is found in `data`, and wherever else somebody put its base64."""
    encoded = base64.b64encode(before + TEXT.encode() + after).decode()
    good = manifest(data={"a": encoded, "b": None})
    bad = manifest("ConfigMap", binaryData={"a": encoded})

    assert (TEXT,) == find_secrets(good, RESOURCE, ISSUED)
    assert ("a",) == secret_keys(good)
    with pytest.raises(RenderError, match="a secret may only be inside a Secret"):
        find_secrets(bad, RESOURCE, ISSUED)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            manifest(data={"a": TEXT}),
            "the value is not base64\n  at `data.a`\nhint: use `stringData`",
        ),
        (
            manifest(stringData={"a": TEXT.upper()}),
            "its placeholder was changed, or is within base64 once more\n  at `stringData.a`\n"
            "hint: the package must hand a secret on as it got it: tell its author",
        ),
        (
            manifest(stringData={"auth": base64.b64encode(f"user:{TEXT}".encode()).decode()}),
            "its placeholder was changed, or is within base64 once more\n  at `stringData.auth`\n"
            "hint: the package must hand a secret on as it got it: tell its author",
        ),
        (
            manifest(stringData={"a": MARK + "0" * 40}),
            "nothing stands behind its placeholder\n  at `stringData.a`",
        ),
    ],
)
def test_a_secret_that_cannot_be_put_in_is_told(document: dict[str, Any], reason: str) -> None:
    """What a package changed, packed twice or made up would reach the cluster as nonsense."""
    with pytest.raises(RenderError) as caught:
        find_secrets(document, RESOURCE, ISSUED)

    assert "secret-unusable" == caught.value.reference
    assert f"a secret in `Secret shop/web` cannot be put in: {reason}" == str(caught.value)


parts = st.text(max_size=12)


@pytest.mark.slow
@given(st.tuples(parts, parts, parts, parts), st.tuples(parts, parts, parts, parts))
@settings(max_examples=200, deadline=None)
def test_placeholders_differ_where_their_origins_do(one: Any, other: Any) -> None:
    """Two inputs never share a placeholder, one always has the same, made of plain characters."""
    first, second = make_placeholder(*one), make_placeholder(*other)

    assert (one == other) == (first == second)
    assert PLACEHOLDER.fullmatch(first)
    assert re.fullmatch("[A-Za-z0-9_]+", first)


SHAPES = st.recursive(
    st.sampled_from(["HOLE", "a HOLE", "plain", "HOLEHOLE"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["Secret", "ConfigMap"]),
    key=st.sampled_from(["stringData", "data", "spec"]),
    shape=SHAPES,
)
def test_no_placeholder_ever_leaves_a_secret(kind: str, key: str, shape: Any) -> None:
    """Whatever a manifest looks like, it is refused or has placeholders only where they may be."""
    document = manifest(kind, **{key: _filled(shape)})
    try:
        found = find_secrets(document, ResourceId("", kind, "", "web"), ISSUED)
    except RenderError:
        return
    rest = {**document, "stringData": None} if kind == "Secret" else document

    assert TEXT not in str(rest)
    assert (TEXT,) == found or TEXT not in str(document)


def _filled(shape: Any) -> Any:
    if isinstance(shape, str):
        return shape.replace("HOLE", TEXT)
    if isinstance(shape, list):
        return list(map(_filled, shape))
    return {key: _filled(item) for key, item in shape.items()}


def test_the_package_is_given_the_placeholder_and_nothing_else(world: Any) -> None:
    """Neither the source nor anything of the value is in what the package is given."""
    before, after = around(result(outputs={"given": "HOLE"}))
    world.package("web", scripted(before, INPUT, after), inputs=SCHEMA)
    world.release("web", inputs={"password": {"fromEnv": "SHOP_PASSWORD"}})

    given = world.render().releases[0].outputs["given"]

    assert {"name": "web", "password": TEXT} == given["data"]
    assert "SHOP_PASSWORD" not in str(given)
