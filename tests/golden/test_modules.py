"""Modules as code, and commands as packages, as a user meets them."""

from __future__ import annotations

import pytest
from guest_modules import assemble, guest
from toy_registry import ToyRegistry, config_map
from transcript import Transcript
from wasi_modules import committed

from mistpm.package.sections import DESCRIPTOR_SECTION, with_section

REFUSED = """(module
  (import "mistpm_v1" "log" (func (param i64)))
  (import "env" "now" (func (result i64)))
  (memory (export "memory") 1 2)
  (func (export "__mistletoe_info") (param i32))
  (@custom "mistpm.descriptor" "{}"))"""
COMPUTED = (
    b'{"apiVersion":"mistpm.dev/v1","kind":"Package","group":"apps","name":"shop","version":"1.0.0",'
    b'"computed":true}'
)
PACKAGE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: manifest
version: 1.0.0
inputs: {type: object, properties: {replicas: {type: integer, default: 1}}, additionalProperties: false}
build: {module: manifest.wasm}
"""


@pytest.fixture
def here(session: Transcript) -> Transcript:
    """Begin a session in an environment that knows the registry `mine`, with some modules beside it."""
    registry = ToyRegistry(session.folder.parent / "mine", name="mine")
    registry.publish("apps/web", "1.0.0", {"map.yaml": config_map()})
    session.run('mistpm init --kubernetes ">=1.31 <1.33"')
    session.run("mistpm registry add mine ../mine")
    for name, module in {
        "refused": assemble(REFUSED),
        "threads": guest("threads"),
        "computed": with_section(guest("echo"), DESCRIPTOR_SECTION, COMPUTED),
        "component": b"\0asm\x0d\0\x01\0",
        "manifest": committed("manifest"),
    }.items():
        (session.folder / f"{name}.wasm").write_bytes(module)
    (session.folder / "text.wasm").write_text("hello, world", encoding="utf-8")
    session.text = ""
    return session


def test_modules_are_looked_into(here: Transcript) -> None:
    """What a module is, and everything for which it would be refused."""
    for name in ("manifest", "refused", "threads", "computed", "component", "text", "gone"):
        here.run(f"mistpm inspect module ./{name}.wasm")
    here.run("mistpm inspect module ./refused.wasm --output json")
    here.run("mistpm inspect module mine/apps/web:^1")
    here.run("mistpm inspect module mine/apps/web:^2")
    here.run("mistpm inspect one two")
    here.expect("inspect-module")


def test_a_command_is_a_package(here: Transcript) -> None:
    """It is rendered by its path, and says on standard error why it fails."""
    here.run('mistpm render shop -p ./manifest.wasm -s "replicas: 2"')
    here.run('mistpm render shop -p ./manifest.wasm -s "fail: true"')
    here.run("mistpm inspect ./manifest.wasm")
    here.say("with a descriptor")
    (here.folder / "package.yaml").write_text(PACKAGE, encoding="utf-8")
    here.run("mistpm pack .")
    here.run('mistpm render shop -p ./manifest-1.0.0.mist-pack.wasm -s "replica: 2"')
    here.run("mistpm install shop -p ./manifest-1.0.0.mist-pack.wasm --yes")
    here.run("mistpm install")
    here.expect("commands")
