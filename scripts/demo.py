"""`make demo`: the main job on the starter registry, as a user would do it, every command and its output shown.

Works in `build/demo`, with a cache of its own, so that it begins like a fresh machine.  Fails when a
command does not end as it should.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "demo"
REFUSED = 77


class Demo:
    """A folder, and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "CI"},
            "MISTPM_CACHE_DIR": str(FOLDER / ".cache"),
            "MISTPM_CONFIG_DIR": str(FOLDER / ".config"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        folder.mkdir(parents=True)

    def say(self, text: str) -> None:
        """Tell what comes next."""
        print(f"\n# {text}", flush=True)

    def run(self, command: str, *, expect: int = 0) -> None:
        """Run a command line, show it and its output; stop when it ends otherwise than expected."""
        print(f"\n$ {command}", flush=True)
        code = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.folder, env=self.environment, check=False
        ).returncode
        if code != expect:
            sys.exit(f"demo: `{command}` ended with {code}, not with {expect}")


def main() -> None:
    """Run the demonstration."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shop = Demo(FOLDER / "shop")
    shop.say("A new environment for two Kubernetes versions, and where packages come from.")
    shop.run('mistpm init --kubernetes ">=1.31 <1.33"')
    shop.run("mistpm registry add starter ../../../registries/starter")
    shop.run("mistpm search")
    shop.say("What we want: Gitea, and a database of our own for it.")
    shop.run("mistpm add shop-db -p starter/data/postgresql --namespace shop")
    shop.run('mistpm add shop -p starter/apps/gitea --namespace shop -s "replicas: 2"')
    shop.run("cat mistpm.yaml")
    shop.say("Solve, lock, fetch, verify, render, show, apply: with everything that is needed.")
    shop.run("mistpm install --yes")
    shop.run("ls -R deploy")
    shop.say("What is there, and why.")
    shop.run("mistpm tree")
    shop.run("mistpm why starter/observability/metrics-server")
    shop.run("mistpm status")
    shop.say("What an upgrade would do, and what holds it back.")
    shop.run("mistpm upgrade --plan")
    shop.say("Uninstalling takes along what nobody needs any more, but not without being told.")
    shop.run("mistpm uninstall shop --yes", expect=REFUSED)
    shop.run("mistpm uninstall shop --yes --remove-unneeded --delete-data")
    shop.run("mistpm list")
    shop.say("The same without any file: the directory remembers what is installed in it.")
    empty = Demo(FOLDER / "empty")
    empty.run("mistpm registry add starter ../../../registries/starter")
    empty.run(
        'mistpm install my-cache -p starter/data/redis:7.4.1 -s "memory: 256Mi" --target directory:out --yes'
    )
    module = ROOT / "tests" / "guests" / "published" / "namespace-plain-0.1.0.mist-pack.wasm"
    empty.say("A package made with Mistletoe's own SDK, straight from its file.")
    empty.run(f"mistpm render my-namespace -p {os.path.relpath(module, empty.folder)} -o yaml")


if __name__ == "__main__":
    main()
