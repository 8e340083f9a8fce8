"""Applying to a cluster while whoever reads goes away: what was begun is brought to its end."""

from __future__ import annotations

import os
import subprocess
import sys

from made_cluster_shop import ClusterShop

from mistpm.ops.history import history

INSTALL = [sys.executable, "-c", "from mistpm.cli import main; main()", "install", "--yes", "-v"]


def test_nobody_reads_standard_error(cluster_shop: ClusterShop) -> None:
    """Lines that nobody reads are no reason to stop in the middle."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        INSTALL, cwd=cluster_shop.folder, check=False, stdout=subprocess.PIPE, stderr=writer
    )
    os.close(writer)

    assert 0 == done.returncode
    assert b"; everything is ready.\n" in done.stdout
    assert ["applied"] == [each.status for each in history(cluster_shop.open())]


def test_nobody_reads_events_any_more(cluster_shop: ClusterShop) -> None:
    """A program that has seen enough ends nothing but its own reading."""
    cluster_shop.write(
        releases={"web": cluster_shop.release(inputs={"image": "fake.test/slow:1s"})}
    )
    running = subprocess.Popen(
        [*INSTALL, "--output", "json"],
        cwd=cluster_shop.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert running.stdout is not None
    assert b'"event": "proposed"' in running.stdout.readline()
    assert b'"event": "progress"' in running.stdout.readline()
    running.stdout.close()

    assert running.wait(300) in {0, 141}
    assert ["applied"] == [each.status for each in history(cluster_shop.open())]
