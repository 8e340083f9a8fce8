"""The module that every template package is made of."""

from __future__ import annotations

from typing import Any

import pytest
from guest_modules import err, ok
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from template_modules import TemplatePackage

FACTS = {
    "abi": 1,
    "release": {"name": "shop", "namespace": "web"},
    "package": {"name": "starter/apps/shop", "version": "1.2.0"},
    "capabilities": {"kubernetesVersion": "1.33", "apiVersions": ["v1", "apps/v1"]},
    "dependencies": {"db": {"use": "install", "release": "shop-db", "outputs": {"host": "db.web"}}},
}


def cache(request: dict[str, Any]) -> dict[str, Any]:
    """Answer as a dependency that makes a Service and tells its host."""
    name = request["name"]
    return ok(
        {"service.yaml": f"kind: Service # {request['inputs']}\n"},
        objects=[{"kind": "Secret", "metadata": {"name": name}}],
        outputs={"host": f"{name}.svc"},
        warnings=[f"{name} has no password"],
    )


def message(result: dict[str, Any]) -> str:
    """Give the message of a failed render."""
    assert {"result": "Err"} == {"result": result["data"].pop("result")}
    text: str = result["data"].pop("message")
    assert {} == result["data"]
    return text


def test_what_templates_see(package: TemplatePackage) -> None:
    """Templates see the inputs and everything that the host tells."""
    template = (
        "{{ name }} {{ inputs.name }} {{ inputs.size }} {{ release.namespace }} {{ package.version }}"
        " {{ capabilities.kubernetesVersion }} {{ 'apps/v1' in capabilities.apiVersions }}"
        " {{ dependencies.db.outputs.host }} {{ calls|length }}"
    )

    result = package.render({"a.yaml": template}, {"size": "20Gi"}, FACTS)

    assert {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistResult",
        "data": {
            "result": "Ok",
            "files": {"a.yaml": "shop shop 20Gi web 1.2.0 1.33 true db.web 0"},
        },
        "mistpm": {"objects": [], "warnings": []},
    } == result
    assert [("engine", "shop-engine")] == package.asked


def test_calls(package: TemplatePackage) -> None:
    """`calls.json` decides which dependencies are rendered, and templates see their outputs."""
    assets = {
        "calls.json": (
            "{% import '_names' as names %}[\n"
            '  {"alias": "cache", "inputs": {"size": {{ inputs.size }} }}\n'
            "{% for zone in inputs.zones %}\n"
            '  , {"alias": "cache", "name": {{ names.of(zone)|tojson }}}\n'
            "{% endfor %}]\n"
        ),
        "_names": "{% macro of(zone) %}{{ name }}-{{ zone }}{% endmacro %}",
        "web.yaml": "{% for name, call in calls|items %}{{ name }} {{ call.alias }} {{ call.outputs.host }}\n{% endfor %}",
        "outputs.json": "{}",
        "message.txt": "ready\n",
        "warn.yaml": "{{ warn('own') }}",
    }

    result = package.render(assets, {"size": 3, "zones": ["eu", "us"]}, cache=cache)

    assert {
        "result": "Ok",
        "message": "ready\n",
        "files": {
            "shop-cache/service.yaml": "kind: Service # {'size': 3}\n",
            "shop-eu/service.yaml": "kind: Service # {}\n",
            "shop-us/service.yaml": "kind: Service # {}\n",
            "web.yaml": (
                "shop-cache cache shop-cache.svc\nshop-eu cache shop-eu.svc\nshop-us cache shop-us.svc\n"
            ),
        },
    } == result["data"]
    names = ["shop-cache", "shop-eu", "shop-us"]
    assert {
        "objects": [{"kind": "Secret", "metadata": {"name": name}} for name in names],
        "outputs": {},
        "warnings": [*(f"{name} has no password" for name in names), "own"],
    } == result["mistpm"]
    assert [
        ("engine", "shop-engine-calls"),
        *(("cache", name) for name in names),
        ("engine", "shop-engine"),
    ] == package.asked


@pytest.mark.parametrize(
    "source", ["", " \n", "[]", "\n[ ]\n", "{% if inputs.size is defined %}[{% endif %}"]
)
def test_no_calls(package: TemplatePackage, source: str) -> None:
    """An empty list, or nothing at all, asks for no calls."""
    result = package.render({"calls.json": source, "a": "1"}, cache=cache)

    assert {"a": "1"} == result["data"]["files"]


WRONG = {
    "no list": ('{"alias": "cache"}', "template `calls.json` gave no JSON list"),
    "no json": (
        '[\n  {"alias": "cache" "name": "a"}\n]',
        'template `calls.json` gave no JSON: a mistake in line 2: {"alias": "cache" "name": "a"}',
    ),
    "comma at the end": ("[{},]", "template `calls.json` gave no JSON: a mistake in line 1: [{},]"),
    "more": ("[] []", "template `calls.json` gave no JSON: a mistake in line 1: [] []"),
    "no alias": ('[{"name": "a"}]', "template `calls.json`, call 1: `alias` is missing"),
    "no object": ("[1]", "template `calls.json`, call 1: it is not an object"),
    "typo": (
        '[{"alias": "cache"}, {"alias": "cache", "input": {}}]',
        "template `calls.json`, call 2: there is no key `input` in a call",
    ),
    "alias": ('[{"alias": ["cache"]}]', "template `calls.json`, call 1: `alias` is not a string"),
    "name": ('[{"alias": "cache", "name": 1}]', "template `calls.json`, call 1: `name` is not a string"),
    "inputs": ('[{"alias": "cache", "inputs": []}]', "template `calls.json`, call 1: `inputs` is not an object"),
    "unknown alias": ('[{"alias": "queue"}]', "call `queue` failed: `queue` is not a dependency"),
    "undefined": ("[{{ x }}]", "template `calls.json`, line 1, at `{{ x }}`: `x` is undefined"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), WRONG.values(), ids=WRONG.keys())
def test_calls_that_cannot_be_made(package: TemplatePackage, source: str, expected: str) -> None:
    """What is wrong with `calls.json` is told with its place, and nothing is rendered."""
    result = package.render({"calls.json": source, "a": "1"}, cache=cache)

    assert expected == message(result)
    assert ("engine", "shop-engine") not in package.asked


def test_a_call_that_fails(package: TemplatePackage) -> None:
    """A failed call ends the render, with its alias and its own words."""
    refusal = 'no "cache" for you\nfür heute'

    result = package.render(
        {"calls.json": '[{"alias": "cache"}]', "a": "1"}, cache=lambda _: err(refusal)
    )

    assert f"call `cache` failed: {refusal}" == message(result)


def test_an_error_in_a_template(package: TemplatePackage) -> None:
    """The engine's message comes through whole."""
    expected = (
        'template `_ü`, line 2, at `{{ "y" + 1 }}`: tried to use + operator on unsupported types'
    )

    result = package.render({"a.yaml": "{% include '_ü' %}", "_ü": '\n{{ "y" + 1 }}'})

    assert f"{expected} string and number\nfrom template `a.yaml`, line 1" == message(result)


@pytest.mark.parametrize(
    "answer", [{}, {"data": {"result": "Ok?"}}, {"data": {"result": "Err", "message": 1}}]
)
def test_an_engine_that_says_nothing(package: TemplatePackage, answer: dict[str, Any]) -> None:
    """An answer that is no result is a failure all the same."""
    answer = {"data": {"result": "?"}, **answer}

    result = package.render({"a": "1"}, engine=lambda _: answer)

    assert "the call failed without a message" == message(result)


def test_two_files_of_one_path(package: TemplatePackage) -> None:
    """A template cannot hide a file of a call."""
    assets = {"calls.json": '[{"alias": "cache"}]', "shop-cache/service.yaml": "kind: Pod\n"}

    assert ("the file `shop-cache/service.yaml` comes from a call and from a template") == message(
        package.render(assets, cache=cache)
    )


def test_a_package_without_assets(package: TemplatePackage) -> None:
    """No templates, no files."""
    assert {"result": "Ok", "files": {}} == package.render({})["data"]


@pytest.mark.parametrize(
    "document", [b"", b"{", b'{"data": {"name": "x"}} x', b"\xff", b"[" * 2000]
)
def test_an_input_that_is_no_json(package: TemplatePackage, document: bytes) -> None:
    """A host that sends something else is told so."""
    assert (
        b'{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistResult","data":{"result":"Err",'
        b'"message":"the input is not JSON"}}'
    ) == package.raw(document)


@pytest.mark.slow
def test_large_packages(package: TemplatePackage) -> None:
    """Two megabytes of inputs and some hundred templates pass."""
    assets = {f"{number:03}.yaml": "{{ inputs.text|length }}" for number in range(300)}

    files = package.render(assets, {"text": "é" * 1_000_000})["data"]["files"]

    assert dict.fromkeys(assets, "1000000") == files


TEXTS = st.text(max_size=20)
NAMES = st.text(min_size=1, max_size=10).filter(
    lambda text: text not in {"calls.json", "outputs.json", "message.txt"}
)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(NAMES, TEXTS.filter(str.strip), max_size=4),
    st.dictionaries(
        TEXTS,
        st.one_of(TEXTS, st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        max_size=4,
    ),
    TEXTS,
)
def test_nothing_is_lost_on_the_way(
    package: TemplatePackage, files: dict[str, str], inputs: dict[str, Any], name: str
) -> None:
    """Whatever letters names and texts are made of, they arrive as they are."""
    assets = {path: "{{ read('_" + str(number) + "') }}" for number, path in enumerate(files)}
    assets |= {f"_{number}": text for number, text in enumerate(files.values())}
    assets["calls.json"] = (
        '[{"alias": "x", "name": {{ name|tojson }}, "inputs": {{ inputs|tojson }}}]'
    )
    asked = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append((request["name"], request["inputs"]))
        return ok(outputs=request["inputs"])

    assets["outputs.json"] = "{{ calls[name].outputs|tojson }}"
    inputs["name"] = name

    result = package.render(assets, inputs, x=answer)

    partials = {path for path in files if path.split("/")[-1].startswith("_")}
    assert {path: text for path, text in files.items() if path not in partials} == result["data"][
        "files"
    ]
    assert [(name, inputs)] == asked
    assert inputs == result["mistpm"]["outputs"]


def test_info(package: TemplatePackage) -> None:
    """The module tells a name of its own: that of a package is in its descriptor."""
    assert (
        b'{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistPackage","metadata":{"name":"template"}}'
    ) == package.info()
