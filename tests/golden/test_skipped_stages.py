"""A package of which no version may be skipped, as commands other than `upgrade` tell it."""

from __future__ import annotations

from made_old_packages import publish_stages
from toy_registry import ToyRegistry
from transcript import Transcript


def test_stages_that_an_installation_would_skip(session: Transcript) -> None:
    """It is refused; what is outdated, and why not, tell the way."""
    publish_stages(ToyRegistry(session.folder.parent / "mine", name="mine"))
    session.prepare("mistpm init --kubernetes 1.34")
    session.prepare("mistpm registry add toy ../mine")
    session.prepare("mistpm install store -p toy/data/store:1.0.0 --yes")
    file = session.folder / "mistpm.yaml"
    pinned = file.read_text("utf-8")
    file.write_text(pinned.replace("version: =1.0.0", 'version: ">=3"'), "utf-8")
    session.run("mistpm plan")
    session.run("mistpm install --yes")
    file.write_text(pinned.replace("version: =1.0.0", 'version: ">=1"'), "utf-8")
    session.run("mistpm outdated")
    session.run("mistpm why-not store")
    session.run("mistpm install store -p toy/data/store:3.0.0 --yes")
    session.expect("skipped-stages")
