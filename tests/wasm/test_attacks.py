"""The attacks of `tests/guests/attacks`: each does no harm, and would without the guard that it names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attack_guards import GUARDS
from attack_server import STILL_GUARDED
from attack_table import ATTACKS, Attack, attacks
from guest_modules import SUPPORT
from msgspec import convert

from mistpm.wasm import Limits

FAMILIES = {
    "ABI violations",
    "WASI abuse",
    "cache poisoning",
    "call abuse",
    "compile bombs",
    "components",
    "descriptors",
    "loops",
    "malformed modules",
    "memory",
    "output abuse",
    "recursion",
    "tables",
    "threads racing",
}
MOST_MIB = 350
LONGEST_TEXT = 20_000
Run = Callable[[Attack, str], dict[str, Any]]

each_attack = pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Give what runs an attack in a process of its own, with its guard `on` or `off`."""
    if sys.platform != "linux":
        pytest.skip("processes that are left behind are found through /proc")
    with subprocess.Popen(
        [sys.executable, SUPPORT / "attack_server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        asking, answers = server.stdin, server.stdout

        def ask(attack: Attack, guard: str) -> dict[str, Any]:
            asking.write(f"{attack.name} {guard}\n")
            asking.flush()
            found: dict[str, Any] = json.loads(answers.readline())
            return found

        yield ask
        asking.close()


@pytest.mark.slow
@each_attack
def test_an_attack_ends_as_it_must(run: Run, attack: Attack) -> None:
    """It ends with its error, within its memory; the process goes on and renders what is good."""
    found = run(attack, "on")
    report = found["report"]

    assert 0 == found["status"]
    assert attack.reference == report["reference"]
    assert re.fullmatch(pattern(attack.ends), report["ends"]), report["ends"]
    assert report["healthy"]
    assert report["peak"] <= attack.peak
    assert found["peak"] <= compiler_peak(attack)
    assert len(report["ends"]) <= LONGEST_TEXT


@pytest.mark.slow
@each_attack
def test_without_its_guard_an_attack_does_harm(run: Run, attack: Attack) -> None:
    """With the guard switched off, what the test above asserts does not hold."""
    found = run(attack, "off")
    report = found["report"]

    assert found["status"] != STILL_GUARDED
    assert (
        found["status"] != 0
        or attack.reference != report["reference"]
        or not (attack.reference or re.fullmatch(pattern(attack.ends), report["ends"]))
        or not report["healthy"]
        or found["peak"] > attack.peak
        or len(report["ends"]) > LONGEST_TEXT
    ), f"the guard `{attack.guard}` does not stop it: {report}"


def test_every_family_is_there() -> None:
    """No kind of attack is forgotten, and all of them together are many."""
    families = Counter(attack.family for attack in attacks())

    assert set(families) == FAMILIES
    assert len({attack.source for attack in attacks()}) >= 60


def test_every_source_is_used() -> None:
    """A source is an attack's, or what an attack calls, or what takes the place of another."""
    used = {attack.source for attack in attacks()} | {"cache_evil", "good"}
    used |= {called for attack in attacks() for called in attack.calls.values()}

    assert {path.stem for path in ATTACKS.glob("*.wat")} | {"good"} == used


def test_every_source_names_its_guard() -> None:
    """The comment at a source's head and the table agree, and the guard can be switched off."""
    for attack in attacks():
        text = (ATTACKS / f"{attack.source}.wat").read_text(encoding="utf-8")

        assert attack.guard in GUARDS
        if attack.name == attack.source:
            assert f";; Guard: {attack.guard}.\n" in text


def test_every_guard_is_attacked() -> None:
    """There is no guard without an attack that it stops."""
    assert set(GUARDS) == {attack.guard for attack in attacks()}


def test_no_attack_may_take_much() -> None:
    """What an attack may use is the memory of one guest, and what the host needs beside it."""
    assert max(attack.peak for attack in attacks()) <= MOST_MIB


def compiler_peak(attack: Attack) -> int:
    """Give the memory, in MiB, of a compiler that uses up its limit: its data, and its program."""
    limits = convert(attack.limits, Limits)
    return limits.compile_memory_bytes // 2**20 + attack.peak


def pattern(text: str) -> str:
    """Give the expression for a text in which `…` stands for something."""
    return "(?s:.*)".join(map(re.escape, text.split("…")))
