"""The main job, as a user sees it."""

from __future__ import annotations

from pathlib import Path

from toy_registry import ToyRegistry, config_map
from transcript import Transcript


def test_an_application_is_installed_with_everything_it_needs(session: Transcript) -> None:
    """From an empty folder to manifests, and back."""
    session.run('mistpm init --kubernetes ">=1.31 <1.33"')
    session.run("mistpm registry add toy ../toy")
    session.run("mistpm search data")
    session.run("mistpm add app -p toy/apps/app")
    session.show("mistpm.yaml")
    session.run("mistpm plan")
    session.run("mistpm install --yes")
    session.run("mistpm install")
    session.run("mistpm tree")
    session.run("mistpm why toy/watch/meter")
    session.run("mistpm list")
    session.run("mistpm status")
    session.run("mistpm upgrade --plan")
    session.run("mistpm uninstall app --yes")
    session.run("mistpm uninstall app --yes --remove-unneeded")
    session.run("mistpm uninstall app --yes --remove-unneeded --delete-data")
    session.run("mistpm list")
    session.expect("main-job")


def test_a_directory_remembers_what_is_installed(session: Transcript) -> None:
    """Mistletoe's form: no file, one command."""
    session.run("mistpm registry add toy ../toy")
    session.run(
        "mistpm install store -p toy/data/database:1.0.0 -s 'storage: 5Gi' --target directory:out --yes"
    )
    session.run("mistpm list --target directory:out")
    session.run("mistpm uninstall store --target directory:out --yes --delete-data")
    session.expect("without-a-file")


def test_a_package_tells_how_to_go_on(session: Transcript, folder: Path) -> None:
    """What a package says is shown once something of it was applied, and not again."""
    registry = ToyRegistry(folder / "mine", name="mine")
    registry.publish(
        "apps/web", "1.0.0", {"a.yaml": config_map(), "message.txt": "Open http://{{ name }}/\n"}
    )
    registry.index()
    session.run("mistpm registry add mine ../mine")
    session.run("mistpm install web -p mine/apps/web --target directory:out --yes")
    session.run("mistpm install --target directory:out --yes")
    session.expect("message-of-a-package")
