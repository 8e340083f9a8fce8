"""A package that computes what it requires, as a user sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from computing_modules import TRAP, computing, requiring
from made_storage import publish_storage
from transcript import Transcript

from mistpm.ops.settings import new_environment

SOURCE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: web
version: 1.0.0
computed: true
inputs: {type: object, properties: {storage: {type: string, default: s3}}}
build: {module: module.wasm}
"""


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Transcript:
    """Begin in the folder of an environment without releases, a registry of such packages beside it."""
    publish_storage(folder / "toy")
    work = folder / "shop"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(new_environment, "new_id", lambda: "5f0c" * 8)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    transcript = Transcript(work)
    transcript.replace(str(folder), "/home/me")
    transcript.run('mistpm init --kubernetes ">=1.31 <1.33"')
    transcript.run("mistpm registry add toy ../toy")
    transcript.text = ""
    return transcript


def test_an_input_decides_what_is_needed(shop: Transcript) -> None:
    """Storage in S3 needs a package, local storage none."""
    shop.run("mistpm info toy/apps/web")
    shop.run('mistpm install web -p toy/apps/web -s "storage: s3" --yes')
    shop.show("mistpm.lock")
    shop.text = re.sub("sha256:[0-9a-f]{64}", "sha256:...", shop.text)
    shop.run("mistpm why minio")
    shop.run("mistpm tree")
    shop.say("another input is another question")
    edit(shop, "storage: s3", "storage: local")
    shop.run("mistpm lock --locked")
    shop.run("mistpm lock")
    shop.run("mistpm tree")
    shop.run("mistpm install --yes --remove-unneeded")
    shop.expect("computed-requirements")


def test_what_a_package_requires_cannot_be_had(shop: Transcript) -> None:
    """It computes what does not exist, says why it cannot tell, or answers nonsense."""
    shop.run('mistpm install web -p toy/apps/web -s "storage: new" --yes')
    for storage in ("disk", "none", "odd", "[]"):
        shop.run(f'mistpm install web -p toy/apps/web -s "storage: {storage}" --yes')
    shop.run("mistpm list")
    shop.expect("computed-requirements-failing")


def test_one_that_fails_leaves_the_others_alone(shop: Transcript) -> None:
    """A lock is made for the rest, which is installed where that is asked for."""
    shop.run('mistpm add web -p toy/apps/web -s "storage: none"')
    shop.run("mistpm add cache -p toy/data/cache")
    shop.run("mistpm lock")
    shop.run("mistpm install --yes")
    shop.run("mistpm install --yes --keep-going")
    shop.expect("computed-requirements-keep-going")


def test_an_author_sees_what_is_computed(shop: Transcript) -> None:
    """`pack` asks once, with the defaults of the inputs; so does `inspect`."""
    source = shop.folder.parent / "source"
    source.mkdir()
    (source / "package.yaml").write_text(SOURCE, encoding="utf-8")
    module = source / "module.wasm"
    module.write_bytes(computing(requiring(store="data/minio ^1", pods={"api": "v1/Pod"})))
    shop.run("mistpm pack ../source")
    shop.run("mistpm inspect web-1.0.0.mist-pack.wasm")
    module.write_bytes(computing(TRAP))
    shop.run("mistpm pack ../source --to bad.wasm")
    shop.text = re.sub("sha256:[0-9a-f]{64}", "sha256:...", shop.text)
    shop.expect("computed-requirements-packing")


def edit(shop: Transcript, old: str, new: str) -> None:
    """Change the environment's file."""
    file = shop.folder / "mistpm.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
