"""Documents are read by several threads at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

READING = """
import sys
import threading

import msgspec

from mistpm import document

sys.setswitchinterval(1e-6)
for number in range(500):
    inner = msgspec.defstruct("Inner", [("count", int), ("names", list[str])], frozen=True)
    outer = msgspec.defstruct("Outer", [("one", inner), ("all", tuple[inner, ...])])
    together = threading.Barrier(2)

    def read():
        together.wait()
        document.from_json(b'{"one": {"count": 1, "names": []}, "all": []}', outer, file="f", reference="r")
        document.convert({"one": {"count": 1, "names": []}, "all": []}, outer, file="f", reference="r")

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("read")
"""


@pytest.mark.slow
def test_threads_that_look_at_a_type_for_the_first_time() -> None:
    """They would crash msgspec; in a process of its own, as it would take the others along."""
    done = subprocess.run(
        [sys.executable, "-c", READING], capture_output=True, text=True, check=False
    )

    assert (0, "read\n") == (done.returncode, done.stdout)
