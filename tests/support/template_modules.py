"""The Jinja engine and the module of template packages, driven from tests; see `registries/starter/src`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guest_modules import API_VERSION, digest

from mistpm.model.answer import DEPENDENCY_FAILED, UNKNOWN_ALIAS
from mistpm.wasm import Answer, Budget, Module, Runtime

MODULES = Path(__file__).parents[2] / "registries" / "starter" / "modules"


def dumped(document: Mapping[str, Any]) -> bytes:
    """Write JSON as the host does."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()


def envelope(data: Mapping[str, Any], **mistpm: Any) -> bytes:
    """Make the input document of a module."""
    document = {"apiVersion": API_VERSION, "kind": "MistInput", "data": data, "mistpm": mistpm}
    return dumped(document)


class Engine:
    """`engines/jinja`, called as its dependents call it."""

    def __init__(self, runtime: Runtime, module: Module) -> None:
        self._runtime = runtime
        self._module = module

    def raw(self, document: bytes, *, budget: Budget | None = None) -> bytes:
        """Give the result document for an input document, as bytes."""
        return self._runtime.generate(
            self._module,
            document,
            budget=budget or self._runtime.budget(),
            answer=lambda _: Answer(status=UNKNOWN_ALIAS, body=b"{}"),
            log=lambda _level, _text: None,
        )

    def info(self) -> bytes:
        """Give what the module says of itself."""
        return self._runtime.info(self._module)

    def result(
        self, templates: Mapping[str, Any], data: Any = None, **inputs: Any
    ) -> dict[str, Any]:
        """Give the result document for templates, their data and further inputs."""
        inputs = {"name": "shop-engine", "templates": templates, "data": data or {}, **inputs}
        found: dict[str, Any] = json.loads(self.raw(envelope(inputs)))
        return found

    def files(
        self, templates: Mapping[str, str], data: Any = None, **inputs: Any
    ) -> dict[str, str]:
        """Give the files that templates make."""
        found = self.result(templates, data, **inputs)["data"]
        assert found["result"] == "Ok", found["message"]
        files: dict[str, str] = found["files"]
        return files

    def text(self, source: str, /, **data: Any) -> str:
        """Give what one template makes of its data."""
        return self.files({"it": source}, data).get("it", "")

    def failure(self, templates: str | Mapping[str, Any], data: Any = None, **inputs: Any) -> str:
        """Give the message that templates fail with; a lone one is called `it`."""
        templates = {"it": templates} if isinstance(templates, str) else templates
        found = self.result(templates, data, **inputs)["data"]
        assert found.keys() == {"result", "message"}, found
        assert found["result"] == "Err"
        message: str = found["message"]
        return message


class TemplatePackage:
    """The module of template packages, with the real engine and made-up other dependencies.

    `asked` are the aliases and names that the last render called.
    """

    def __init__(self, runtime: Runtime, module: Module, engine: Engine) -> None:
        self._runtime = runtime
        self._module = module
        self._engine = engine
        self.asked: list[tuple[str, str]] = []

    def render(
        self,
        assets: Mapping[str, str],
        inputs: Mapping[str, Any] | None = None,
        /,
        facts: Mapping[str, Any] | None = None,
        **dependencies: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> dict[str, Any]:
        """Give the result document of a package with these assets.

        `facts` go into the envelope's `mistpm`; each dependency is a function from the request to a
        result document.
        """
        document = envelope(
            {"name": "shop", **(inputs or {})}, **{"assets": dict(assets), **(facts or {})}
        )
        found: dict[str, Any] = json.loads(self.raw(document, **dependencies))
        return found

    def info(self) -> bytes:
        """Give what the module says of itself."""
        return self._runtime.info(self._module)

    def raw(
        self, document: bytes, **dependencies: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> bytes:
        """Give the result document for an input document, as bytes."""
        self.asked = []
        budget = self._runtime.budget()

        def answer(raw: bytes) -> Answer:
            request = json.loads(raw)
            alias, name = request["alias"], request["name"]
            self.asked.append((alias, name))
            if alias in dependencies:
                result = dependencies[alias](request)
            elif alias == "engine":
                inner = envelope({**request["inputs"], "name": name})
                result = json.loads(self._engine.raw(inner, budget=budget.deeper()))
            else:
                message = f"`{alias}` is not a dependency"
                return Answer(status=UNKNOWN_ALIAS, body=dumped({"message": message}))
            if result["data"]["result"] == "Err":
                message = result["data"]["message"]
                return Answer(status=DEPENDENCY_FAILED, body=dumped({"message": message}))
            return Answer(status=0, body=dumped(result))

        return self._runtime.generate(
            self._module, document, budget=budget, answer=answer, log=lambda _level, _text: None
        )


def load(runtime: Runtime, path: Path) -> Module:
    """Load a module file that is trusted as it is."""
    return runtime.load(path, digest(path.read_bytes()))
