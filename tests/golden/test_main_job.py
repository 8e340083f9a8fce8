"""The main job, as a user sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_registry import ToyRegistry, config_map
from transcript import Transcript


@pytest.mark.slow
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


def test_a_directory_remembers_for_as_long_as_it_holds_something(session: Transcript) -> None:
    """A namespace that was kept belongs to the environment still, which goes on from there."""
    session.run("mistpm registry add toy ../toy")
    session.run("mistpm install meter -p toy/watch/meter -n watch --target directory:out --yes")
    session.run("mistpm uninstall meter --target directory:out --yes")
    session.run("mistpm list --target directory:out")
    session.run("mistpm install again -p toy/watch/meter -n watch --target directory:out --yes")
    session.run("mistpm uninstall again --target directory:out --yes --delete-namespace")
    session.run("mistpm list --target directory:out")
    session.expect("a-namespace-is-kept")


def test_changing_a_release_says_only_what_changes(session: Transcript) -> None:
    """Inputs and bindings are laid upon those that are there, and a new name is known everywhere."""
    session.run("mistpm init")
    session.run("mistpm registry add toy ../toy")
    session.run("mistpm info toy/apps/app")
    session.run("mistpm add app -p toy/apps/app:^1 -s '{replicas: 2, tls: {host: a.example.org}}'")
    with (session.folder / "mistpm.yaml").open("a", encoding="utf-8") as file:
        file.write("targets:\n  test:\n    directory: ./test\n    inputs: {app: {replicas: 1}}\n")
        file.write("    patches: {ap: []}\nsettings:\n  toy/data/databas: {namespace: data}\n")
    session.run("mistpm install app -s 'tls: {on: true}' --yes")
    session.run("mistpm rename app shop")
    session.show("mistpm.yaml")
    session.run("mistpm install shop -s 'replicas: null, tls: {hots: null, on: null}'")
    session.run("mistpm add shop -p toy/apps/app -s 'replicas: null, tls: {hots: null, on: null}'")
    session.show("mistpm.yaml")
    session.run("mistpm add shop -p toy/apps/app -s replicas=3,tls.on=null")
    session.run("mistpm add shop --version '>=1 <2'")
    session.run("mistpm why data/database")
    session.run("mistpm why database --output yaml")
    session.expect("changing-a-release")


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


def test_a_packed_file_is_installed_with_a_registry_that_is_new(
    session: Transcript, folder: Path
) -> None:
    """One command: the registry is written down where the release is."""
    registry = ToyRegistry(folder / "mine", name="mine")
    engine = {"package": "mine/engines/jinja", "version": "^1", "use": "call"}
    registry.publish("apps/web", "1.0.0", {"a.yaml": config_map()}, dependencies={"engine": engine})
    registry.index()
    module = "../mine/apps/web/web-1.0.0.mist-pack.wasm"
    session.run(f"mistpm render web -p {module} --registry mine=../mine")
    session.run("mistpm init")
    session.run(f"mistpm install web -p {module} --yes")
    session.run(f"mistpm install web -p {module} --registry mine --yes")
    session.run(f"mistpm install web -p {module} --registry mine=../mien --yes")
    session.run(f"mistpm install web -p {module} --registry mine=../mine --yes")
    session.show("mistpm.yaml")
    session.run(f"mistpm install web -p {module} --registry mine=../mine --yes")
    session.run("mistpm add app -p toy/apps/app --registry toy=../toy")
    session.run("mistpm install --registry mine=../toy --registry toy=../toy")
    session.say("where no file is wanted")
    (session.folder / "mistpm.yaml").unlink()
    session.run(f"mistpm install web -p {module} --registry mine=../mine -t directory:out --yes")
    session.run("mistpm install web -s 'a: b' -t directory:out --yes")
    session.expect("with-a-new-registry")


def test_one_file_for_several_targets(session: Transcript) -> None:
    """What is taken out of the file is taken from all of them, and nobody is taken for another one."""
    session.run("mistpm init")
    session.run("mistpm registry add toy ../toy")
    session.run("mistpm add meter -p toy/watch/meter")
    file = session.folder / "mistpm.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        f"{text}targets:\n  test: {{directory: ./test}}\n"
        "  prod: {directory: ./prod, inputs: {meter: {level: 3}}}\n",
        encoding="utf-8",
    )
    session.run("mistpm install --yes")
    session.run("mistpm install --target prod")
    session.run("mistpm install --target prod --yes")
    session.run("mistpm uninstall meter -t prod --yes")
    session.run("mistpm status")
    session.run("mistpm install --yes")
    session.run("mistpm install --yes --remove-unneeded")
    session.say("no target of its own")
    session.prepare("mistpm add meter -p toy/watch/meter")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("target:\n  directory: ./deploy\n", ""), encoding="utf-8")
    session.run("mistpm plan")
    session.run("mistpm status -t prod")
    session.say("one place twice")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("./test", "prod"), encoding="utf-8")
    session.run("mistpm plan -t prod")
    session.expect("several-targets")
