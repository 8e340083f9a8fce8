"""WebAssembly modules: compiled, kept, run within limits.  The only room that knows wasmtime."""

from mistpm.model.answer import Answer
from mistpm.wasm.limits import Budget, Limits
from mistpm.wasm.module import Module
from mistpm.wasm.runtime import Runtime

__all__ = ["Answer", "Budget", "Limits", "Module", "Runtime"]
