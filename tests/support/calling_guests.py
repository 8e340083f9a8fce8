"""Scripted modules that call, and what their calls got."""

from __future__ import annotations

from typing import Any

from scripted_modules import (
    INPUT,
    RESPONSE,
    STATUS,
    Step,
    around,
    call,
    result,
    scripted,
)


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
