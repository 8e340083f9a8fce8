"""What a guest may use up, and what is left of it during one top-level render."""

from __future__ import annotations

import time

from msgspec import Struct

from mistpm.errors import RenderError

_KIB = 1024
_MIB = 1024 * _KIB
_LOG_ENTRY = 16
_MINUTE = 60


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds for compiling and running modules; `specs/host-abi.md` lists them with their reasons.

    Those down to `fuel` hold for one top-level render with everything it calls, the others for each
    instance, message or module.  `fuel` counts instructions; None counts none, which is faster.
    `compile_seconds` are of processor time, all cores together: what a module costs, however busy the machine is.
    """

    seconds: float = 30.0
    calls: int = 1_000
    requests: int = 10_000
    call_depth: int = 32
    log_bytes: int = _MIB
    memory_bytes: int = 256 * _MIB
    output_bytes: int = 32 * _MIB
    fuel: int | None = None

    table_elements: int = 100_000
    stack_bytes: int = _MIB
    input_bytes: int = 64 * _MIB
    request_bytes: int = 16 * _MIB
    response_bytes: int = 64 * _MIB

    module_bytes: int = 64 * _MIB
    functions: int = 100_000
    imports: int = 10_000
    exports: int = 100_000
    custom_sections: int = 1_000
    compile_seconds: float = 120.0
    compile_memory_bytes: int = 2048 * _MIB

    @property
    def compile_patience(self) -> float:
        """The wall-clock seconds after which compiling is given up, however little the processor did for it."""
        return 5 * self.compile_seconds + _MINUTE


class Left(Struct):
    """What a whole call chain shares; `memory_bytes` is what callers that wait do not hold."""

    calls: int
    requests: int
    log_bytes: int
    memory_bytes: int
    output_bytes: int
    fuel: int
    interrupted: bool = False


class Budget:
    """What one top-level render has left; handed down the call chain with `deeper()`.

    A chain runs one module at a time, so nothing here is locked: do not share one budget between
    renders that run in parallel.
    """

    def __init__(self, limits: Limits, *, above: Budget | None = None) -> None:
        self.limits = limits
        self.depth: int = above.depth + 1 if above else 0
        self.deadline: float = above.deadline if above else time.monotonic() + limits.seconds
        self.left: Left = above.left if above else _all(limits)

    def deeper(self) -> Budget:
        """Give the same budget one call further down; raises `RenderError`: `call-depth`."""
        if self.depth >= self.limits.call_depth:
            raise RenderError(
                "call-depth",
                f"packages call each other more than {self.limits.call_depth} levels deep",
                note=f"the limit `depth` is {self.limits.call_depth} nested calls in one render",
                hint="look for packages that call each other in a circle",
            )
        return Budget(self.limits, above=self)

    def interrupt(self) -> None:
        """Let nothing more run in this render."""
        self.left.interrupted = True

    def seconds_left(self) -> float:
        """Give the seconds until the deadline, negative when it has passed."""
        return self.deadline - time.monotonic()

    def take_call(self) -> None:
        """Count one run of a module; raises `RenderError`: `too-many-calls`."""
        if self.left.interrupted:
            raise KeyboardInterrupt
        self.left.calls -= 1
        if self.left.calls < 0:
            raise RenderError(
                "too-many-calls",
                f"one render ran more than {self.limits.calls} modules",
                note=f"the limit `calls` is {self.limits.calls} runs, the render itself and all calls counted",
                hint="a package may call another one in a loop: tell its author",
            )

    def take_request(self) -> None:
        """Count one request, whatever becomes of it; raises `RenderError`: `too-many-requests`."""
        self.left.requests -= 1
        if self.left.requests < 0:
            raise RenderError(
                "too-many-requests",
                f"one render made more than {self.limits.requests} requests",
                note=f"the limit `requests` is {self.limits.requests}, those that were turned down counted",
                hint="a package may ask in a loop: tell its author",
            )

    def take_log(self, size: int) -> None:
        """Count one log message of `size` bytes; raises `RenderError`: `log-too-large`."""
        self.left.log_bytes -= size + _LOG_ENTRY
        if self.left.log_bytes < 0:
            raise RenderError(
                "log-too-large",
                f"one render logged more than {self.limits.log_bytes} bytes",
                note=f"the limit `log` is {size_of(self.limits.log_bytes)};"
                f" each message counts its own bytes and {_LOG_ENTRY} more",
                hint="a package may log in a loop: tell its author",
            )

    def take_output(self, size: int, *, name: str, whole: int | None = None) -> None:
        """Count the answer of the module `name`, or what comes next of a `whole` of so many bytes.

        Raises `RenderError`: `output-too-large`.
        """
        self.left.output_bytes -= size
        if self.left.output_bytes < 0:
            raise RenderError(
                "output-too-large",
                f"`{name}` answered with {size if whole is None else whole} bytes",
                note=f"the limit `output` is {size_of(self.limits.output_bytes)}"
                " for all answers in one render together",
                hint="give it less to do, or tell the package's author",
            )


def _all(limits: Limits) -> Left:
    return Left(
        calls=limits.calls,
        requests=limits.requests,
        log_bytes=limits.log_bytes,
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        fuel=limits.fuel or 0,
    )


def size_of(size: int) -> str:
    """Write a number of bytes: `256 MiB`, `1000 bytes`, `1 byte`."""
    if size >= _MIB:
        return f"{size / _MIB:g} MiB"
    return "1 byte" if size == 1 else f"{size} bytes"
