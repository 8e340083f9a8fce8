"""A cold cache: many packages compiled by `mistpm render`, beside nothing but compiling them.

`python -m benchmarks.compiling [--chain]`; with `--chain` each package needs the one before.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.large_environment import MISTPM, MODULES, environment_variables
from mistpm.package import pack
from mistpm.package.sections import encode_u32, parts, read_u32
from mistpm.registry.keeper import make_index

SIZE, RUNS = 20, 3
EXPORTS = 7

PURE = """
import sys, wasmtime
from mistpm.wasm.machine_code.engine import SETTINGS
config = wasmtime.Config()
for name, value in SETTINGS.items():
    setattr(config, name, value)
config.parallel_compilation = False
one = wasmtime.Engine(config)
for path in sys.argv[1:]:
    wasmtime.Module(one, open(path, "rb").read()).serialize()
"""
DESCRIPTOR = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: app-{number}
version: 1.0.0
dependencies: {dependencies}
build: {{module: module.wasm}}
"""
RELEASE = """\
  app-{number}:
    package: bench/apps/app-{number}
    inputs:
      data: {{}}
      templates: {{a.yaml: "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: app-{number}}}}}\\n"}}
"""


def variant(number: int) -> bytes:
    """Give the Jinja engine with one more export, so that its code is nobody else's."""
    data = (MODULES / "jinja.wasm").read_bytes()
    [part] = [part for part in parts(data) if part.identifier == EXPORTS]
    count, rest = read_u32(data, part.body, part.end)
    name = f"variant-{number}".encode()
    body = encode_u32(count + 1) + data[rest : part.end] + encode_u32(len(name)) + name + b"\0\0"
    section = bytes((EXPORTS,)) + encode_u32(len(body)) + body
    return data[: part.start] + section + data[part.end :]


def make_environment(folder: Path, *, chain: bool) -> list[Path]:
    """Publish the packages, write an environment with a release of each; give the modules."""
    registry, modules = folder / "registry", []
    for number in range(SIZE):
        source = folder / "sources" / str(number)
        source.mkdir(parents=True)
        modules.append(source / "module.wasm")
        modules[-1].write_bytes(variant(number))
        before = f"{{before: {{package: apps/app-{number - 1}}}}}" if chain and number else "{}"
        text = DESCRIPTOR.format(number=number, dependencies=before)
        (source / "package.yaml").write_text(text, encoding="utf-8")
        packed = pack(source, template=MODULES / "template.wasm")
        place = registry / "apps" / f"app-{number}"
        place.mkdir(parents=True)
        (place / packed.name).write_bytes(packed.data)
    (registry / "registry.yaml").write_text("name: bench\n", encoding="utf-8")
    make_index(registry, published="2026-01-31")
    (folder / "mistpm.yaml").write_text(
        "apiVersion: mistpm.dev/v1\nkind: Environment\nname: bench\nid: bench\nkubernetes: '1.35'\n"
        "target: {directory: ./deploy}\nregistries: {bench: {directory: ./registry}}\nreleases:\n"
        + "".join(RELEASE.format(number=number) for number in range(SIZE)),
        encoding="utf-8",
    )
    return modules


def spread(modules: list[Path]) -> float:
    """Compile everything in two processes, a half in each; gives seconds."""
    begin = time.perf_counter()
    halves = [
        subprocess.Popen([sys.executable, "-c", PURE, *map(str, modules[half::2])])
        for half in range(2)
    ]
    if any(process.wait() for process in halves):
        sys.exit("compiling failed")
    return time.perf_counter() - begin


def cold(folder: Path, *, keep: tuple[str, ...] = ()) -> float:
    """Render with an empty cache, except for the parts to keep; gives seconds."""
    for part in ("machine-code", "renders"):
        if part not in keep:
            shutil.rmtree(folder / "cache" / part, ignore_errors=True)
    begin = time.perf_counter()
    subprocess.run(
        [MISTPM, "render"],
        cwd=folder,
        env=environment_variables(folder),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin


def main() -> None:
    """Measure in turn and print medians."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        modules = make_environment(folder, chain="--chain" in sys.argv)
        size = modules[0].stat().st_size
        cold(folder)
        pairs = [(cold(folder), spread(modules)) for _ in range(RUNS)]
        warm = statistics.median(cold(folder, keep=("machine-code",)) for _ in range(RUNS))
    print(f"{SIZE} packages of {size:,} bytes")
    print(f"cold            {statistics.median(pair[0] for pair in pairs):6.2f} s")
    print(f"only compiling  {statistics.median(pair[1] for pair in pairs):6.2f} s, on two cores")
    print(f"ratio           {statistics.median(mine / pure for mine, pure in pairs):6.2f}")
    print(f"compiled before {warm:6.2f} s")


if __name__ == "__main__":
    main()
