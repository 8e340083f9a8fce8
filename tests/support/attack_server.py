"""Runs attacks, each in a process of its own; a program.

It imports everything once, and then forks for each line that comes in, `NAME on` or `NAME off` (with the
attack's guard or without); forking takes milliseconds, importing half a second.  It answers a line of
JSON: how the process ended, what it reported (with the most memory that it had), the most memory that it
or its compilers had.  It must not start a thread, or make an engine, itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from attack_guards import GUARDS
from attack_table import Attack, attacks
from attack_world import AttackWorld

_SECONDS = {"on": 600, "off": 4}
_PROCESSOR_SECONDS = {"on": 300, "off": 2}
_DATA_BYTES = 1536 * 1024**2
STILL_GUARDED = 71


def run(attack: Attack, guard: str) -> dict[str, Any]:
    """Carry an attack out in a new process and give how that ended."""
    with tempfile.TemporaryDirectory() as folder:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reading)
            _attack(attack, guard, Path(folder), writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()  # the end of it is the end of the process
        _, status, usage = os.wait4(process, 0)
        _end_orphans()
    return {
        "status": os.waitstatus_to_exitcode(status),
        "peak": _mebibytes(usage),
        "seconds": usage.ru_utime + usage.ru_stime,
        "report": json.loads(said) if said else None,
    }


def _attack(attack: Attack, guard: str, folder: Path, writing: int) -> None:
    """Be the new process: good, attack, good again; never returns."""
    try:
        signal.alarm(_SECONDS[guard])
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS[guard], -1))
        resource.setrlimit(resource.RLIMIT_DATA, (_DATA_BYTES, _DATA_BYTES))
        tempfile.tempdir = str(folder)
        if guard == "off":
            attack = _unguarded(attack)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        world = AttackWorld(folder, attack)
        before = world.good()
        reference, text = world.attack()
        healthy = before == world.good()
        own = _mebibytes(resource.getrusage(resource.RUSAGE_SELF))
        report = {"reference": reference, "ends": text, "healthy": healthy, "peak": own}
        os.write(writing, json.dumps(report).encode())
    except BaseException as error:  # noqa: BLE001 - a fork must not return into its parent's code
        os.write(2, f"{attack.name}: {error!r}\n".encode())
        os._exit(70)
    os._exit(0)


def _unguarded(attack: Attack) -> Attack:
    """Switch the attack's guard off; where that fails it ends with a status of its own."""
    try:
        return GUARDS[attack.guard](attack)
    except Exception as error:  # noqa: BLE001 - as in `_attack`
        os.write(2, f"{attack.name}: its guard cannot be switched off: {error!r}\n".encode())
        os._exit(STILL_GUARDED)


def _mebibytes(usage: resource.struct_rusage) -> int:
    """Give the most memory that was in use at once, by one process."""
    return usage.ru_maxrss // 1024


def _adopt_orphans() -> None:
    """Become the parent of what a killed process leaves behind (Linux: `PR_SET_CHILD_SUBREAPER`)."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def _end_orphans() -> None:
    """End the compiler that a killed process has left behind."""
    for orphan in Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split():
        os.kill(int(orphan), signal.SIGKILL)
        os.waitpid(int(orphan), 0)


def main() -> None:
    """Serve until standard input ends."""
    _adopt_orphans()
    known = {attack.name: attack for attack in attacks()}
    for line in sys.stdin:
        name, guard = line.split()
        answer = run(known[name], guard)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
