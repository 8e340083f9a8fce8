"""Everything that a user can get wrong, with the whole text that answers it."""

from __future__ import annotations

from pathlib import Path

import pytest
from transcript import Transcript


def edit(session: Transcript, old: str, new: str) -> None:
    """Change the environment's file."""
    path = session.folder / "mistpm.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_unknown_names(shop: Transcript) -> None:
    """A package, a registry, a release, a command, a version that is not there."""
    shop.run("mistpm add x -p toy/apps/ap")
    shop.run("mistpm add x -p tuy/apps/app")
    shop.run("mistpm add x -p toy/apps/app:^7")
    shop.run("mistpm install")
    shop.run("mistpm remove x")
    shop.run("mistpm remove ap")
    shop.run("mistpm upgrad")
    shop.run("mistpm info toy/data/databse")
    shop.run("mistpm install y -p apps")
    shop.expect("unknown-names")


def test_commands_that_are_typed_half(shop: Transcript) -> None:
    """What is said for nothing is an error, and the file stays as it is."""
    shop.run("mistpm install nope")
    shop.run("mistpm install -p toy/apps/app")
    shop.run("mistpm render app -s 'replicas: 2'")
    shop.run("mistpm render -o xml")
    shop.run("mistpm add app -p toy/apps/app -s replicas:2")
    shop.run("mistpm add app -p toy/apps/app:^^1")
    shop.run("mistpm add App -p toy/apps/app")
    shop.run("mistpm info ./app.wasm")
    shop.show("mistpm.yaml")
    shop.expect("typed-half")


def test_an_environment_that_cannot_be_made(session: Transcript) -> None:
    """What nothing could be solved for is refused before it is written."""
    session.run("mistpm init --kubernetes 9.99")
    session.run("mistpm init --kubernetes newest --name 'My Shop'")
    session.run("mistpm init nowhere")
    session.run("mistpm init --kubernetes 1.33")
    session.run("mistpm init")
    session.expect("no-environment-made")


def test_a_file_full_of_mistakes(shop: Transcript) -> None:
    """All at once, each with its line."""
    edit(shop, "releases:\n", "relases: {}\nprovided: {apis: [nonsense]}\nreleases:\n")
    edit(shop, "package: toy/apps/app", "package: toy/apps/app\n    version: 1.30\n    replicas: 2")
    shop.run("mistpm install")
    shop.expect("mistakes-in-the-file")


def test_inputs_that_break_the_schema(shop: Transcript) -> None:
    """The path of each, and the input that was perhaps meant."""
    shop.run("mistpm add app -p toy/apps/app -s 'replicas: none, tls: {host: 42}, replica: 3'")
    shop.run("mistpm install --yes")
    shop.expect("inputs-against-the-schema")


def test_a_secret_given_as_a_literal(shop: Transcript) -> None:
    """Nothing that is secret stands in a file that is meant for Git."""
    shop.run("mistpm add db -p toy/data/database -s 'password: hunter2'")
    shop.run("mistpm add db -p toy/data/database")
    edit(
        shop, "package: toy/data/database", "package: toy/data/database\n    inputs: {password: x}"
    )
    shop.run("mistpm install --yes")
    shop.expect("secret-as-a-literal")


def test_an_ambiguous_binding(shop: Transcript) -> None:
    """Two databases, and the application does not say which."""
    shop.run("mistpm add one -p toy/data/database:^1")
    shop.run("mistpm add two -p toy/data/database:^1")
    shop.run("mistpm install --yes")
    shop.run("mistpm add app -p toy/apps/app --bind db=three")
    shop.run("mistpm add app -p toy/apps/app --bind database=two")
    shop.run("mistpm add app -p toy/apps/app --bind db=two")
    shop.run("mistpm rename two three")
    shop.run("mistpm remove three")
    shop.run("mistpm install --yes")
    shop.expect("ambiguous-binding")


def test_what_cannot_be_had_together(shop: Transcript) -> None:
    """A range against a range, and Kubernetes against a package."""
    shop.run("mistpm add db -p toy/data/database:^2")
    shop.run("mistpm install --yes")
    shop.run("mistpm remove db")
    shop.run("mistpm add meter -p toy/watch/meter:^2")
    shop.run("mistpm lock")
    shop.expect("version-conflict")


def test_a_stale_lock_in_ci(shop: Transcript) -> None:
    """`--locked` changes nothing and says what changed."""
    shop.run("mistpm lock --locked")
    shop.run("mistpm lock")
    shop.run("mistpm lock --locked")
    shop.run("mistpm add db -p toy/data/database:^1")
    shop.run("mistpm install --locked --yes")
    shop.expect("stale-lock")


def test_a_lock_that_cannot_be_read(shop: Transcript) -> None:
    """From the future, or broken by a merge."""
    shop.run("mistpm lock")
    lock = shop.folder / "mistpm.lock"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(
        text.replace("lockVersion: 1", "lockVersion: 9").replace(
            'mistpm: ">=0.1"', 'mistpm: ">=3.0"'
        )
    )
    shop.run("mistpm install")
    lock.write_text(text.replace("releases:", "<<<<<<< HEAD\nreleases:"))
    shop.run("mistpm install")
    lock.write_text(text.replace("size:", "sise:", 1))
    shop.run("mistpm install")
    shop.expect("unreadable-lock")


@pytest.mark.slow
def test_a_second_environment_in_the_same_folder(shop: Transcript, tmp_path: Path) -> None:
    """What another environment owns is not touched."""
    shop.run("mistpm install --yes")
    other = tmp_path / "other"
    other.mkdir()
    text = (shop.folder / "mistpm.yaml").read_text(encoding="utf-8")
    text = text.replace("5f0c", "abcd").replace("name: shop", "name: other")
    (other / "mistpm.yaml").write_text(text.replace("./deploy", "../shop/deploy"))
    shop.run("mistpm install --yes --environment ../other/mistpm.yaml")
    shop.expect("second-environment")


def test_files_in_the_way(shop: Transcript) -> None:
    """A file that mistpm did not write is not overwritten."""
    place = shop.folder / "deploy" / "app" / "31-configmap-default-app.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("mine\n")
    shop.run("mistpm install --yes")
    shop.expect("file-in-the-way")


def test_no_environment(session: Transcript) -> None:
    """Outside of everything, commands say how to begin."""
    session.run("mistpm install")
    session.run("mistpm list")
    session.run("mistpm list --target directory:nowhere")
    session.run("mistpm add app -p toy/apps/app")
    session.run("mistpm install x --target cluster")
    session.run("mistpm install x -p toy/apps/app --target context:prod")
    session.run("mistpm render x -p ./missing.wasm")
    session.expect("no-environment")


def test_going_on_without_what_cannot_be_had(shop: Transcript) -> None:
    """`--keep-going` installs the rest, leaves what was there alone, and says so with its exit code."""
    shop.run("mistpm add good -p toy/data/database:^1")
    shop.run("mistpm add bad -p toy/watch/meter:^2")
    shop.run("mistpm remove app")
    shop.run("mistpm install --yes")
    shop.run("mistpm install --yes --keep-going")
    shop.run("mistpm list")
    shop.expect("keep-going")


def test_two_environment_files_in_one_folder(shop: Transcript) -> None:
    """Each has a lock of its own, and what is to be typed next names the file that was named."""
    text = (shop.folder / "mistpm.yaml").read_text(encoding="utf-8")
    for name, range_ in (("prod", "=1.0.0"), ("staging", "=1.1.0")):
        (shop.folder / f"{name}.yaml").write_text(
            text.replace("name: shop", f"name: {name}").replace(
                "package: toy/apps/app", f"package: toy/apps/app\n    version: '{range_}'"
            ),
            encoding="utf-8",
        )
    shop.run("mistpm lock -e prod.yaml")
    shop.run("mistpm lock -e staging.yaml")
    shop.run("mistpm list -e prod.yaml")
    shop.run("mistpm lock --locked --environment=prod.yaml")
    edit(shop, "package: toy/apps/app", "package: toy/apps/app\n    version: '=1.0.0'")
    shop.run("mistpm tree")
    shop.run("mistpm tree -e mistpm.yaml")
    shop.run("mistpm remove nope -e prod.yaml")
    (shop.folder / "prod.lock").unlink()
    shop.run("mistpm tree -e prod.yaml")
    shop.run("mistpm lock -e prod.yaml --locked")

    assert {"mistpm.yaml", "prod.yaml", "staging.yaml", "staging.lock"} == {
        path.name for path in shop.folder.iterdir()
    }
    shop.expect("two-files-in-a-folder")


@pytest.mark.slow
def test_a_cache_that_cannot_be_written(
    shop: Transcript, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything works without, and says so once."""
    (folder / "a-file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "a-file" / "cache"))
    shop.run("mistpm plan")
    shop.run("mistpm install --yes")
    shop.run("mistpm install --yes --output json")
    shop.run("mistpm info toy/apps/app --output yaml")
    shop.run("mistpm list")
    shop.run("mistpm cache show")
    shop.run("mistpm cache clear")
    shop.expect("a-cache-that-cannot-be-written")
