"""The same plan whoever makes it: hash seeds, time zones, the order of a registry's lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_old_packages import publish_old
from made_shop import Shop

PACKAGES = ("old/cron", "old/ingress", "old/scaler", "control/before", "control/after")
PROGRAM = (sys.executable, "-c", "from mistpm.cli import main; main()")


@pytest.mark.slow
def test_plans_are_the_same_to_the_byte(shop: Shop, folder: Path) -> None:
    """What is shown in every form, and what is saved."""
    registry = publish_old(folder / "mine").folder
    (registry / "registry.yaml").write_text("name: mine\n", "utf-8")
    entries = {name.rpartition("/")[2]: {"package": f"mine/{name}"} for name in PACKAGES}
    shop.write(releases={name: {**each, "version": "=1.0.0"} for name, each in entries.items()})
    shop.edit('">=1.31 <1.33"', '"1.21"')
    shop.edit("../toy}", "../toy}, mine: {directory: ../mine}")
    shop.install()
    shop.edit("\n    version: =1.0.0", "")
    shop.install()
    seen = set()
    for seed, zone in enumerate(("UTC", "Asia/Kathmandu", "Pacific/Kiritimati")):
        for path in sorted((registry / "index").glob("*/*.jsonl")):
            lines = path.read_text("utf-8").splitlines(keepends=True)
            turn = seed % len(lines)
            path.write_text("".join((*lines[turn:], *lines[:turn])), "utf-8")
        shown = tuple(
            subprocess.run(
                [*PROGRAM, "upgrade", "--kubernetes", "1.25", "--out", "a.mistplan", "-o", form],
                env={**os.environ, "PYTHONHASHSEED": str(seed), "TZ": zone},
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
            for form in ("text", "json", "markdown", "html")
        )
        seen.add((*shown, Path("a.mistplan").read_bytes()))

    assert 1 == len(seen)
