"""Packages that other people's tools made run unmodified; `published/README.md` tells their origin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import wasmtime
import yaml
from template_modules import dumped, envelope, load

from mistpm.model.answer import DEPENDENCY_FAILED
from mistpm.wasm import Answer, Runtime

PUBLISHED = Path(__file__).parent / "published"
NAMESPACES = ("namespace-plain-0.1.0", "namespace-bindgen-0.1.0")


def render(
    runtime: Runtime, name: str, inputs: dict[str, Any], answer: Answer | None = None
) -> Any:
    """Render a published module and read its answer, JSON or YAML."""
    module = load(runtime, PUBLISHED / f"{name}.mist-pack.wasm")
    found = runtime.generate(
        module,
        envelope(inputs, abi=1),
        budget=runtime.budget(),
        answer=lambda _: answer or Answer(status=-2, body=b"{}"),
        log=lambda _level, _text: None,
    )
    return yaml.safe_load(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMESPACES)
def test_mistletoe_package(runtime: Runtime, name: str) -> None:
    """A package of Mistletoe's own crates, with and without wasm-bindgen."""
    found = render(runtime, name, {"name": "web", "labels": {"team": "größe"}, "pods": 5})

    assert ("mistletoe.dev/v1alpha1", "MistResult") == (found["apiVersion"], found["kind"])
    assert "namespace web is ready to be applied" == found["data"]["message"]
    files = found["data"]["files"]
    assert ["namespace.yaml", "limits/pods.yaml"] == list(files)
    assert {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "web", "labels": {"team": "größe"}},
    } == yaml.safe_load(files["namespace.yaml"])
    assert {"hard": {"pods": "5"}} == yaml.safe_load(files["limits/pods.yaml"])["spec"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMESPACES)
def test_mistletoe_package_refuses(runtime: Runtime, name: str) -> None:
    """Its errors are results, not traps: the package's own, and those of its reader."""
    refused = render(runtime, name, {"name": "kube-system"})["data"]
    unread = render(runtime, name, {"name": "web", "pods": "many"})["data"]

    assert {"result": "Err", "message": "`kube-system` belongs to Kubernetes"} == refused
    assert {"result": "Err", "message": 'invalid type: string "many", expected u32'} == unread


@pytest.mark.parametrize("name", NAMESPACES)
def test_mistletoe_info(runtime: Runtime, name: str) -> None:
    """Name and labels are what the package's macro was given."""
    found = yaml.safe_load(runtime.info(load(runtime, PUBLISHED / f"{name}.mist-pack.wasm")))

    assert {"name": "namespace", "labels": {"mistletoe.dev/group": "tests"}} == found["metadata"]


@pytest.mark.slow
def test_imports() -> None:
    """One of the two has wasm-bindgen's imports, the other none."""
    engine = wasmtime.Engine()
    imports = {
        name: {
            found.module
            for found in wasmtime.Module.from_file(
                engine, str(PUBLISHED / f"{name}.mist-pack.wasm")
            ).imports
        }
        for name in NAMESPACES
    }

    assert {
        "namespace-plain-0.1.0": set(),
        "namespace-bindgen-0.1.0": {"__wbindgen_placeholder__", "__wbindgen_externref_xform__"},
    } == imports


@pytest.mark.slow
def test_freeing_the_answer_of_a_mistletoe_package_traps() -> None:
    """Why the host frees nothing: Mistletoe's macro hands out a length that is not the allocated one."""
    engine = wasmtime.Engine()
    module = wasmtime.Module.from_file(
        engine, str(PUBLISHED / "namespace-plain-0.1.0.mist-pack.wasm")
    )
    store = wasmtime.Store(engine)
    exports = wasmtime.Instance(store, module, []).exports(store)
    memory = exports["memory"]
    assert isinstance(memory, wasmtime.Memory)

    def call(name: str, *arguments: int) -> int:
        function = exports[f"__mistletoe_{name}"]
        assert isinstance(function, wasmtime.Func)
        return int(function(store, *arguments) or 0)

    document = envelope({"name": "a"})  # it depends on the length
    address = call("alloc", len(document))
    memory.write(store, document, address)
    pair = call("generate", address, len(document))
    answer, length = (
        int.from_bytes(memory.read(store, place, place + 4), "little") for place in (pair, pair + 4)
    )

    assert bytes(memory.read(store, answer, answer + length)).startswith(b"apiVersion:")
    with pytest.raises(wasmtime.Trap, match="unreachable"):
        call("dealloc", answer, length)


def test_c_package(runtime: Runtime) -> None:
    """A package in C hands an input on to its dependency and takes over the files."""
    asked = []

    def answer(request: bytes) -> Answer:
        asked.append(json.loads(request))
        files = {"stock.yaml": 'kind: "ä"\n', "b/c.yaml": ""}
        return Answer(status=0, body=dumped({"data": {"result": "Ok", "files": files}}))

    found = json.loads(
        runtime.generate(
            load(runtime, PUBLISHED / "storefront-1.0.0.mist-pack.wasm"),
            envelope({"name": "shop", "item": 'a "big" täble', "more": [{"name": "x"}]}),
            budget=runtime.budget(),
            answer=answer,
            log=lambda _level, _text: None,
        )
    )

    assert [{"op": "call", "alias": "stock", "inputs": {"item": 'a "big" täble'}}] == asked
    assert {
        "front.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  ports:\n  - port: 80\n",
        "stock.yaml": 'kind: "ä"\n',
        "b/c.yaml": "",
    } == found["data"]["files"]


def test_c_package_whose_dependency_fails(runtime: Runtime) -> None:
    """It tells the host's message as its own error."""
    refused = Answer(status=DEPENDENCY_FAILED, body=dumped({"message": 'sold "out"'}))

    found = render(runtime, "storefront-1.0.0", {"name": "shop"}, refused)

    assert {"result": "Err", "message": 'stock: sold "out"'} == found["data"]


def test_zig_package(runtime: Runtime) -> None:
    """A package in Zig gives an object and an output."""
    found = render(runtime, "cronjob-1.0.0", {"name": "tidy", "command": ["sh", "-c", 'echo "é"']})

    assert {"result": "Ok"} == found["data"]
    assert {"schedule": "@daily"} == found["mistpm"]["outputs"]
    (job,) = found["mistpm"]["objects"]
    assert ("CronJob", "tidy") == (job["kind"], job["metadata"]["name"])
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert ["sh", "-c", 'echo "é"'] == pod["containers"][0]["command"]


def test_zig_package_refuses(runtime: Runtime) -> None:
    """Its reader's errors are the render's."""
    found = render(runtime, "cronjob-1.0.0", {"name": "tidy", "schedule": 5})

    assert {"result": "Err", "message": "UnexpectedToken"} == found["data"]
