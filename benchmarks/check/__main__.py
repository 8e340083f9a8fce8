"""Objects a second, and whole processes: `python -m benchmarks.check`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from benchmarks.check.manifests import manifests
from benchmarks.large_environment import MISTPM

PEER = "kubernetes-validate==1.37.0"
FOLDER = Path(__file__).parents[2] / "build" / "peers" / "kubernetes-validate"

OURS = """\
import json, sys, time
data = json.load(open(sys.argv[1]))
begin = time.perf_counter()
from mistpm.check import CustomKinds, check_manifests, subjects_of
from mistpm.model.minor import parse_minor
minors = tuple(map(parse_minor, sys.argv[2].split(",")))
def check():
    subjects = [subject for each in data for subject in subjects_of(each)[0]]
    assert check_manifests(subjects, minors, CustomKinds()) == ()
check()
middle = time.perf_counter()
check()
print(middle - begin, time.perf_counter() - middle)
"""
THEIRS = """\
import json, sys, time
data = json.load(open(sys.argv[1]))
begin = time.perf_counter()
import kubernetes_validate
def check():
    for minor in sys.argv[2].split(","):
        for each in data:
            kubernetes_validate.validate(each, minor, strict=True)
check()
middle = time.perf_counter()
check()
print(middle - begin, time.perf_counter() - middle)
"""


def main() -> None:
    """Measure and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=5000, help="how many mistpm checks")
    parser.add_argument("--peer-objects", type=int, default=100, help="how many the peer checks")
    given = parser.parse_args()
    _install()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"{'in a process':44} {'first time':>12} {'again':>12}")
        for minors in ("1.37", "1.33,1.35,1.37", ",".join(f"1.{n}" for n in range(25, 38))):
            name = f"mistpm, minors: {minors.count(',') + 1}"
            _in_process(name, OURS, given.objects, minors, folder)
        _in_process("kubernetes-validate, minors: 1", THEIRS, given.peer_objects, "1.37", folder)
        print(f"\n{'whole process, 1000 objects in YAML':44} {'seconds':>12}")
        file = _written(folder, 1000)
        check = [MISTPM, "check", "-f", str(file), "-k"]
        _whole("mistpm check, 1 minor", [*check, "1.37"])
        _whole("mistpm check, 13 minors", [*check, ">=1.25"])
        few = _written(folder, given.peer_objects)
        program = [sys.executable, str(FOLDER / "bin" / "kubernetes-validate")]
        _whole(
            f"kubernetes-validate, {given.peer_objects} objects", [*program, "--strict", str(few)]
        )


def _install() -> None:
    """Put the peer into a folder of its own: it is no dependency of anything here."""
    if not FOLDER.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER), PEER]
        subprocess.run(command, check=True)


def _in_process(name: str, code: str, objects: int, minors: str, folder: Path) -> None:
    """Run a program that measures itself: imports and what is made once, then again."""
    file = folder / "objects.json"
    file.write_text(json.dumps(manifests(objects)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code, str(file), minors],
        env={**os.environ, "PYTHONPATH": str(FOLDER) if code is THEIRS else ""},
        capture_output=True,
        text=True,
        check=True,
    )
    first, again = map(float, done.stdout.split())
    print(f"{name:44} {objects / first:10,.0f}/s {objects / again:10,.0f}/s", flush=True)


def _written(folder: Path, objects: int) -> Path:
    file = folder / f"{objects}.yaml"
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump_all(manifests(objects), stream, Dumper=yaml.CSafeDumper)
    return file


def _whole(name: str, command: list[str]) -> None:
    begin = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(FOLDER) if "bin" in command[1] else ""},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print(f"{name:44} {time.perf_counter() - begin:10.2f} s", flush=True)


if __name__ == "__main__":
    main()
