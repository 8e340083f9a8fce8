"""WebAssembly modules: compiled, kept, run within limits.  The only room that knows wasmtime."""

from mistpm.model.answer import Answer
from mistpm.wasm.abi.limits import Budget, Limits
from mistpm.wasm.guest.module import Module
from mistpm.wasm.runtime import Runtime

__all__ = ["Answer", "Budget", "Limits", "Module", "Runtime"]
