"""Modules as code, and commands as packages, as a user meets them."""

from __future__ import annotations

import pytest
from component_text import component_guest
from guest_modules import FOLDER, assemble, guest
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
WASI = """(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (core module $main (func (export "render") (result i32) (i32.const 0)))
  (core instance $main (instantiate $main))
  (func (export "run") (result u32) (canon lift (core func $main "render"))))"""
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
        "component": (FOLDER / "components" / "settings-1.0.0.wasm").read_bytes(),
        "wasi": assemble(WASI),
        "manifest": committed("manifest"),
    }.items():
        (session.folder / f"{name}.wasm").write_bytes(module)
    (session.folder / "text.wasm").write_text("hello, world", encoding="utf-8")
    session.text = ""
    return session


@pytest.mark.slow
def test_modules_are_looked_into(here: Transcript) -> None:
    """What a module is, and everything for which it would be refused."""
    for name in ("manifest", "refused", "threads", "computed", "component", "wasi", "text", "gone"):
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


@pytest.mark.slow
def test_files_are_named_by_compilers(here: Transcript) -> None:
    """What says no name has its file's, in the manner of packages; one that gives none is refused everywhere."""
    for name, like in (("My_tool", "manifest"), ("_", "manifest"), ("my_part", "component")):
        module = (here.folder / f"{like}.wasm").read_bytes()
        (here.folder / f"{name}.wasm").write_bytes(module)
    here.run("mistpm inspect ./My_tool.wasm")
    here.run("mistpm inspect ./my_part.wasm")
    here.run("mistpm inspect module --exit-code ./My_tool.wasm")
    here.run('mistpm render shop -p ./My_tool.wasm -s "replicas: 2"')
    here.run("mistpm inspect ./_.wasm")
    here.run("mistpm inspect module --exit-code ./_.wasm")
    here.run("mistpm render shop -p ./_.wasm")
    here.run("mistpm inspect --exit-code ./_.wasm")
    here.expect("file-names")


@pytest.mark.slow
def test_a_component_is_a_package(session: Transcript) -> None:
    """It is packed, published, installed with what it calls, and kept; it says why it refuses, and where it stops."""
    registry = ToyRegistry(session.folder.parent / "mine", name="mine")
    registry.publish("data/cache", "1.0.0", {"map.yaml": config_map("of: {{ inputs.of }}")})
    registry.publish(
        "apps/settings",
        "1.0.0",
        module=FOLDER / "components" / "settings-1.0.0.wasm",
        dependencies={"cache": {"package": "data/cache", "version": "^1", "use": "call"}},
    )
    stopping = session.folder.parent / "stopping.wasm"
    stopping.write_bytes(component_guest("trap"))
    registry.publish("apps/stopping", "1.0.0", module=stopping)
    registry.index()
    session.run('mistpm init --kubernetes ">=1.31 <1.33"')
    session.run("mistpm registry add mine ../mine")
    session.text = ""
    session.run('mistpm install shop -p mine/apps/settings -s "text: hello" --yes')
    session.run("mistpm render shop")
    session.run("mistpm install")
    session.run('mistpm render other -p mine/apps/settings -s "refuse: not today"')
    session.run("mistpm render stopping -p mine/apps/stopping -v")
    session.run("mistpm add stopping -p mine/apps/stopping")
    session.run("mistpm install --keep-going --yes")
    session.expect("components")
