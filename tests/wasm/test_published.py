"""Modules built with Mistletoe's own crates: the host must take them as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from guest_modules import FOLDER, digest

from mistpm.wasm import Answer, Runtime


@pytest.mark.slow
@pytest.mark.parametrize("build", ["plain", "bindgen"])
def test_names_of_all_lengths(runtime: Runtime, build: str) -> None:
    """Names of 1 to 60 letters: for most of them, freeing the answer would trap."""
    path: Path = FOLDER / "published" / f"namespace-{build}-0.1.0.mist-pack.wasm"
    module = runtime.load(path, digest(path.read_bytes()))
    for length in range(1, 61):
        envelope = {
            "apiVersion": "mistletoe.dev/v1alpha1",
            "kind": "MistInput",
            "data": {"name": "n" * length},
        }
        answer = runtime.generate(
            module,
            json.dumps(envelope).encode(),
            budget=runtime.budget(),
            answer=lambda _: Answer(status=-2, body=b"{}"),
            log=lambda _level, _text: None,
        )

        assert f"name: {'n' * length}\n" in answer.decode()
