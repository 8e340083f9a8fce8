"""The same environment gives the same bytes, whoever installs it, wherever, and in whatever mood."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from bazaar import write_environment
from desired_states import tree
from msgspec import Struct

RUNS = 20
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "")
LOCALES = ("C", "C.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1", "")
UMASKS = ("022", "077", "000", "027")
WORKERS = (1, 2, 3, 8)
CACHES = (
    "warm",
    "warm",
    "empty",
    "warm",
    "no machine code",
    "read-only",
    "no room for machine code",
)
PLACES = ("work", "below", "elsewhere")

PROGRAM = """
import os, sys
from functools import partial
umask, workers, *arguments = sys.argv[1:]
os.umask(int(umask, 8))
sys.setswitchinterval(1e-6 if int(workers) > 2 else 0.005)
import mistpm.ops.rendering as rendering
rendering.render_environment = partial(rendering.render_environment, workers=int(workers))
from mistpm.cli.application import run
sys.exit(run(arguments))
"""


class Variation(Struct, frozen=True, kw_only=True):
    """How one run differs from the others."""

    number: int
    zone: str
    locale: str
    umask: str
    workers: int
    cache: str
    place: str


VARIATIONS = [
    Variation(
        number=number,
        zone=ZONES[number % len(ZONES)],
        locale=LOCALES[number * 2 % len(LOCALES)],
        umask=UMASKS[number % len(UMASKS)],
        workers=WORKERS[number // 2 % len(WORKERS)],
        cache=CACHES[number % len(CACHES)],
        place=PLACES[number % len(PLACES)],
    )
    for number in range(RUNS)
]


@pytest.fixture
def warm(work: Path, tmp_path: Path) -> Path:
    """Give a cache that has everything, after one installation."""
    cache = tmp_path / "warm"
    install(VARIATIONS[0], work, cache)
    return cache


@pytest.mark.slow
def test_machines_make_no_difference(bazaar: Path, warm: Path, work: Path, tmp_path: Path) -> None:
    """Hash seed, zone, locale, threads, cache, folder, umask, order of files and lines: no byte."""
    expected = outcome(work)

    def run(variation: Variation) -> tuple[bytes, dict[str, bytes | None]]:
        folder = tmp_path / str(variation.number)
        registry = shuffled_registry(bazaar, folder, variation)
        environment = shuffled_environment(folder / "home" / "env", registry, variation)
        cache = prepared_cache(warm, folder, variation)
        install(variation, environment, cache)
        return outcome(environment)

    with ThreadPoolExecutor(2) as threads:
        for variation, found in zip(VARIATIONS, threads.map(run, VARIATIONS), strict=True):
            assert expected == found, variation


def outcome(work: Path) -> tuple[bytes, dict[str, bytes | None]]:
    """Give the lock and the whole target."""
    return (work / "mistpm.lock").read_bytes(), tree(work / "deploy")


def install(variation: Variation, work: Path, cache: Path) -> None:
    """Install in a process of its own."""
    below = work / "sub" / "folder"
    below.mkdir(parents=True)
    place, arguments = {
        "work": (work, ()),
        "below": (below, ()),
        "elsewhere": (Path("/"), ("--environment", str(work / "mistpm.yaml"))),
    }[variation.place]
    done = subprocess.run(
        (
            *(sys.executable, "-c", PROGRAM, variation.umask, str(variation.workers)),
            *("install", "--yes", *arguments),
        ),
        cwd=place,
        env={
            **os.environ,
            "PYTHONHASHSEED": str(variation.number),
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "TZ": variation.zone,
            "LC_ALL": variation.locale,
            "LANG": variation.locale,
            "MISTPM_CACHE_DIR": str(cache),
        },
        capture_output=True,
        check=False,
    )
    assert 0 == done.returncode, (variation, done.stdout.decode(), done.stderr.decode())


def prepared_cache(warm: Path, folder: Path, variation: Variation) -> Path:
    """Make the cache that a run finds."""
    cache = folder / "cache"
    if variation.cache == "warm":
        return warm
    if variation.cache == "empty":
        return cache
    shutil.copytree(warm, cache)
    if variation.cache in {"no machine code", "no room for machine code"}:
        shutil.rmtree(cache / "machine-code")
    if variation.cache == "no room for machine code":  # even for root, whom permissions do not stop
        (cache / "machine-code").write_text("not a folder", encoding="utf-8")
    if variation.cache == "read-only":
        for path in (cache, *cache.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222)
    return cache


def shuffled_registry(bazaar: Path, folder: Path, variation: Variation) -> Path:
    """Copy the registry with its files made, and its index's lines written, in another order."""
    luck = random.Random(variation.number)  # noqa: S311 - not a secret
    copy = folder / f"registry-{variation.number}"
    paths = sorted(path for path in bazaar.rglob("*") if path.is_file())
    luck.shuffle(paths)
    for path in paths:
        place = copy / path.relative_to(bazaar)
        place.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        if path.suffix == ".jsonl":
            lines = data.splitlines(keepends=True)
            luck.shuffle(lines)
            data = b"".join(lines)
        place.write_bytes(data)
    return copy


def shuffled_environment(folder: Path, registry: Path, variation: Variation) -> Path:
    """Write the environment with the keys of all mappings but the releases in another order."""
    luck = random.Random(variation.number)  # noqa: S311 - not a secret
    path = write_environment(folder, registry)

    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        luck.shuffle(keys)
        return {key: value[key] if key == "releases" else shuffled(value[key]) for key in keys}

    environment = shuffled(yaml.safe_load(path.read_text(encoding="utf-8")))
    environment["releases"] = {
        name: shuffled(release) for name, release in environment["releases"].items()
    }
    text = yaml.safe_dump(environment, sort_keys=False, allow_unicode=bool(variation.number % 2))
    path.write_text(text, encoding="utf-8")
    return folder
