"""Packages for tests, made in a line: the `.wat` guests in `tests/guests`, and made-up ones.

    from guest_modules import answering, guest, ok

    guest("echo")                                  the bytes of echo.wat
    answering(ok({"a.yaml": "kind: ConfigMap"}))   a package with a fixed answer
    calling({"op": "call", "alias": "db"}, answer=ok(...))

`wasmtime.wat2wasm` assembles them; each is assembled once in a process.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wasmtime

FOLDER = Path(__file__).parents[1] / "guests"
SUPPORT = Path(__file__).parent
API_VERSION = "mistletoe.dev/v1alpha1"

_PACKAGE = """(module
  (import "mistpm_v1" "log" (func $log (param i32 i32 i32)))
  (import "mistpm_v1" "request" (func $request (param i32 i32) (result i32)))
  (import "mistpm_v1" "response" (func $response (param i32 i32) (result i32)))
  (memory (export "memory") {pages})
  {data}
  (func (export "__mistletoe_info") (result i32) (call $pair (i32.const {info}) (i32.const {info_size})))
  (func (export "__mistletoe_alloc") (param i32) (result i32)
    (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 0) (i32.const 65536)))))
    (i32.const {free}))
  (func (export "__mistletoe_dealloc") (param i32 i32))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32)
    {body})
  (func $pair (param i32 i32) (result i32)
    (i32.store (i32.const 0) (local.get 0))
    (i32.store (i32.const 4) (local.get 1))
    (i32.const 0)))
"""


@functools.cache
def assemble(text: str) -> bytes:
    """Give the module that WebAssembly text stands for."""
    return bytes(wasmtime.wat2wasm(text))


def guest(name: str) -> bytes:
    """Give the module of `NAME.wat` in this folder."""
    return assemble((FOLDER / f"{name}.wat").read_text(encoding="utf-8"))


def digest(module: bytes) -> str:
    """Give `sha256:…` over a module's bytes."""
    return f"sha256:{hashlib.sha256(module).hexdigest()}"


def ok(files: Mapping[str, str] | None = None, **mistpm: Any) -> dict[str, Any]:
    """Make a result document: `ok({path: text}, objects=[...], outputs={...}, warnings=[...])`."""
    document = {
        "apiVersion": API_VERSION,
        "kind": "MistResult",
        "data": {"result": "Ok", "files": dict(files or {})},
    }
    return {**document, "mistpm": mistpm} if mistpm else document


def err(message: str) -> dict[str, Any]:
    """Make the result document of a package that refuses."""
    data = {"result": "Err", "message": message}
    return {"apiVersion": API_VERSION, "kind": "MistResult", "data": data}


def answering(
    result: Mapping[str, Any] | str,
    *,
    name: str = "guest",
    labels: Mapping[str, str] | None = None,
    log: tuple[int, str] | None = None,
) -> bytes:
    """Make a package that always answers `result` (a document, or text as it is).

    `name` and `labels` are what `__mistletoe_info` tells; `log` is (level, message), logged first.
    """
    return _package(result, requests=(), name=name, labels=labels or {}, log=log)


def calling(
    *requests: Mapping[str, Any] | str,
    answer: Mapping[str, Any] | str | None = None,
    name: str = "guest",
) -> bytes:
    """Make a package that makes all `requests` in order, whatever comes back.

    Its answer is `answer`, or else the response to the last request (up to four megabytes).
    """
    return _package(answer, requests=requests, name=name, labels={}, log=None)


def heavy(functions: int = 100) -> bytes:
    """Make a package that is too large to be compiled in mistpm's own process; it answers `{}`."""
    spare = "\n  ".join(
        f'(func (export "f{number}") (param i32) (result i32)'
        f" (i32.mul (local.get 0) (i32.const {number})))"
        for number in range(functions)
    )
    text = (FOLDER / "reactor.wat").read_text(encoding="utf-8").rstrip()
    return assemble(f"{text[:-1]}\n  {spare})")


def _package(
    result: Mapping[str, Any] | str | None,
    *,
    requests: tuple[Mapping[str, Any] | str, ...],
    name: str,
    labels: Mapping[str, str],
    log: tuple[int, str] | None,
) -> bytes:
    info = {
        "apiVersion": API_VERSION,
        "kind": "MistPackage",
        "metadata": {"name": name, "labels": dict(labels)},
    }
    texts = [info, *requests, result or "", log[1] if log else ""]
    places = []
    data = []
    position = 8
    for text in texts:
        encoded = _text(text).encode()
        data.append(f'(data (i32.const {position}) "{_escaped(encoded)}")')
        places.append((position, len(encoded)))
        position += len(encoded)
    body = []
    if log:
        body.append(f"(call $log (i32.const {log[0]}) {_arguments(places[-1])})")
    body += [f"(drop (call $request {_arguments(place)}))" for place in places[1:-2]]
    if result is None:
        room = 4 * 1024 * 1024
        body.append("(drop (memory.grow (i32.const 65)))")
        body.append(
            f"(call $pair (i32.const {position}) (call $response (i32.const {position}) (i32.const {room})))"
        )
    else:
        body.append(f"(call $pair {_arguments(places[-2])})")
    return assemble(
        _PACKAGE.format(
            pages=1 + position // 65536,
            data="\n  ".join(data),
            info=places[0][0],
            info_size=places[0][1],
            free=position,
            body="\n    ".join(body),
        )
    )


def _text(document: Mapping[str, Any] | str) -> str:
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)


def _arguments(place: tuple[int, int]) -> str:
    return f"(i32.const {place[0]}) (i32.const {place[1]})"
