"""The process in which components run, seen from mistpm: frames there and back, and its end.

A frame is a kind, the length of what follows, a number, and that many bytes.

    to the process     J asked, JSON        C machine code, or nothing     I the input
                       0 … 4 the answer to a request: the response, or what is wrong by status
    from the process   H ready              D described, JSON              L log, the number is the level
                       W written to the stream of the number
                       R request, JSON      O, E answered: ok, or error    T stopped, JSON
                       with R, O, E and T the number is the fuel that is left

Nothing that the process says is trusted: it runs what strangers wrote.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import time
from pathlib import Path

from msgspec import Struct

from mistpm.wasm.machine_code import engine as engine_program

PROGRAM = Path(__file__).with_name("program.py")
_HEADER = struct.Struct(">cIQ")
_ENVIRONMENT = {"RUST_BACKTRACE": "0"}
_LONGEST_COMPLAINT = 10_000


class LostProcessError(Exception):
    """The process has gone, or says what makes no sense; `reason` tells how."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Header(Struct, frozen=True):
    """What stands before a frame's bytes."""

    kind: bytes
    size: int
    number: int


class ComponentProcess:
    """A process for components; to be talked to from one thread at a time.

    Starting one takes 0.1 s, so it is used again as long as all goes well.  Raises `LostProcessError`.
    """

    def __init__(self, stack_bytes: int, *, fuel: bool) -> None:
        import socket  # late: without components they are not needed, and take as long as all else in here
        import subprocess

        self._socket, theirs = socket.socketpair()
        self._complaints, complaints = os.pipe()
        with theirs, os.fdopen(complaints, "wb") as stderr:
            program = (str(PROGRAM), str(stack_bytes), str(int(fuel)), str(engine_program.__file__))
            try:
                self._process = subprocess.Popen(
                    # -P: neither the current folder nor this room is where imports are looked for
                    [sys.executable, "-P", *program],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    env={**os.environ, **_ENVIRONMENT},
                    process_group=0,
                )
            except OSError as error:
                self._socket.close()
                os.close(self._complaints)
                raise LostProcessError(f"it cannot be started: {error.strerror}") from None
        self._ready = False

    @property
    def identifier(self) -> int:
        """Give the number by which the system knows it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it is still there."""
        return self._process.poll() is None

    def wait_until_ready(self, deadline: float) -> None:
        """Wait until it has started; raises `LostProcessError`."""
        if not self._ready:
            try:
                self._ready = self.header(deadline).kind == b"H"
            except TimeoutError:
                raise LostProcessError("it does not start") from None

    def send(self, kind: bytes, payload: bytes, deadline: float, number: int = 0) -> None:
        """Send a frame; raises `TimeoutError`, `LostProcessError`."""
        for data in (_HEADER.pack(kind, len(payload), number), payload):
            self._socket.settimeout(_left(deadline))
            try:
                self._socket.sendall(data)
            except ConnectionError:
                raise self._lost() from None

    def header(self, deadline: float) -> Header:
        """Wait for a frame and give its header; raises `TimeoutError`, `LostProcessError`."""
        return Header(*_HEADER.unpack(self.read(_HEADER.size, deadline)))

    def read(self, size: int, deadline: float) -> bytes:
        """Give the next bytes; raises `TimeoutError`, `LostProcessError`."""
        whole = bytearray(size)
        rest = memoryview(whole)
        while rest:
            self._socket.settimeout(_left(deadline))
            try:
                count = self._socket.recv_into(rest)
            except ConnectionError:
                count = 0
            if not count:
                raise self._lost()
            rest = rest[count:]
        return bytes(whole)

    def kill(self) -> None:
        """End it at once, from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End it and forget it."""
        self._process.kill()
        self._socket.close()
        self._process.wait()
        os.close(self._complaints)

    def _lost(self) -> LostProcessError:
        """Say how it ended, in its own words where it left some."""
        self._process.kill()
        status = self._process.wait()
        words = os.read(self._complaints, _LONGEST_COMPLAINT)
        lines = words.decode(errors="replace").strip().splitlines()
        if lines:
            return LostProcessError(lines[-1])
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return LostProcessError(f"it ended with {how}")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
