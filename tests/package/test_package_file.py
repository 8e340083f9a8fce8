"""Reading package files, ours and Mistletoe's, and what an index keeps of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from mistpm import document
from mistpm.errors import PackageError
from mistpm.model.descriptor import Descriptor
from mistpm.model.version import parse_version
from mistpm.package import (
    mistletoe_descriptor,
    name_after,
    read_package,
    solving_part,
    split_file_name,
)
from mistpm.package.specifier import admits

DESCRIPTOR = {
    "apiVersion": "mistpm.dev/v1",
    "kind": "Package",
    "group": "data",
    "name": "postgresql",
    "version": "16.4.0",
    "description": "PostgreSQL",
    "inputs": {"type": "object"},
    "outputs": {"type": "object"},
    "readiness": [{"kind": "Pod", "condition": "Ready"}],
}


def descriptor(**more: object) -> Descriptor:
    """Make a descriptor with more keys than the plain one has."""
    return document.convert({**DESCRIPTOR, **more}, Descriptor, file="x", reference="r")


def test_a_module_without_sections(tmp_path: Path) -> None:
    """A Mistletoe package has a digest and a size, but neither descriptor nor assets."""
    data = bytes(wat2wasm("(module)"))
    path = tmp_path / "namespace-1.0.0.mist-pack.wasm"
    path.write_bytes(data)
    package = read_package(path)

    assert "sha256:" + hashlib.sha256(data).hexdigest() == package.digest
    assert (len(data), None, {}) == (package.size, package.descriptor, package.assets)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a folder are errors that name them."""
    for path, why in (
        (tmp_path / "no.wasm", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(PackageError) as caught:
            read_package(path)

        assert f"`{path}` cannot be read: {why}" == str(caught.value)


def test_what_solving_needs() -> None:
    """Outputs and readiness are left out; the inputs' schema stays where it decides something."""
    call = {"cache": {"package": "data/redis", "use": "call"}}
    asking = {"cache": {"package": "data/redis", "when": "inputs.cache"}}
    plain: dict[str, object] = {"outputs": {}, "readiness": [], "inputs": {}}
    kept: dict[str, object] = {"outputs": {}, "readiness": []}

    assert descriptor(dependencies=call, **plain) == solving_part(descriptor(dependencies=call))
    assert descriptor(dependencies=asking, **kept) == solving_part(descriptor(dependencies=asking))
    assert descriptor(computed=True, **kept) == solving_part(descriptor(computed=True))


def test_the_solving_part_of_a_solving_part() -> None:
    """Taking the part again changes nothing."""
    once = solving_part(descriptor(computed=True))

    assert once == solving_part(once)


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("namespace-1.0.0.mist-pack.wasm", "namespace", "1.0.0"),
        ("cert-manager-v1.14.2-rc.1+2.mist-pack.wasm", "cert-manager", "v1.14.2-rc.1+2"),
        ("a-2-b-1.2.wasm", "a-2-b", "1.2"),
        ("namespace.wasm", "namespace", "0.0.0"),
        ("name-1.wasm", "name-1", "0.0.0"),
    ],
)
def test_file_names(file: str, name: str, version: str) -> None:
    """Name and version are told apart at the first dash that a version follows."""
    found = split_file_name(file)

    assert (name, version) == (found[0], str(found[1]))


def test_what_a_mistletoe_package_says() -> None:
    """Name and group are the module's own words, the version is the file's."""
    info = {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistPackage",
        "metadata": {"name": "namespace-example", "labels": {"mistletoe.dev/group": "examples"}},
    }
    made = mistletoe_descriptor(info, "other-0.1.2.mist-pack.wasm")

    assert (
        Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group="examples",
            name="namespace-example",
            version=parse_version("0.1.2"),
        )
        == made
    )


def test_what_a_mistletoe_package_leaves_out() -> None:
    """Without a name or group, the file's name and a group for such packages stand in."""
    made = mistletoe_descriptor({"metadata": None}, "namespace-0.1.2.wasm")

    assert ("mistletoe", "namespace", "0.1.2") == (made.group, made.name, str(made.version))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("greeting.wasm", "greeting"),
        ("my_tool.wasm", "my-tool"),
        ("My_Tool-1.2.3.mist-pack.wasm", "my-tool"),
        ("_a (1).b_.wasm", "a-1-.b"),
        ("Größe.wasm", "gr-e"),
        ("a" * 62 + "_bc.wasm", "a" * 62),
    ],
)
def test_a_package_that_does_not_say_its_name_has_its_file_s(file: str, name: str) -> None:
    """In lower case, with a dash for what no name has: compilers write `my_tool.wasm`."""
    assert (name, name) == (name_after(file), mistletoe_descriptor({}, file).name)


@pytest.mark.parametrize("file", ["_.wasm", "名.wasm", "-1.0.0.wasm"])
def test_a_file_that_gives_no_name_is_refused(file: str) -> None:
    """It can be renamed by who has it."""
    with pytest.raises(PackageError) as caught:
        mistletoe_descriptor({}, file)

    assert "unfit-file-name" == caught.value.reference
    assert str(caught.value) == (
        f"`{file}` does not say its name, and its file's is none for a package\n"
        "note: names are lower-case letters, digits, `-` and `.`, 63 at most\n"
        "hint: rename the file"
    )


@pytest.mark.parametrize("name", ["Name Space", "", 5, "../x", "a/b", "x" * 64, "a\n"])
def test_what_a_mistletoe_package_may_not_say(name: object) -> None:
    """A name that cannot be a package's is refused: it would become part of paths."""
    with pytest.raises(PackageError) as caught:
        mistletoe_descriptor({"metadata": {"name": name}}, "a-1.0.0.wasm")

    assert str(caught.value) == (
        f"`a-1.0.0.wasm` says that its name is `{name}`\n"
        "note: names are lower-case letters, digits, `-` and `.`, 63 at most\n"
        "hint: tell the package's author"
    )


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        ("", "0.1.0", True),
        (">=0.1,<1", "0.1.0", True),
        (">=0.1,<1", "0.2.0.dev1", True),
        ("~=0.2", "0.1.0", False),
        ("==0.*", "0.9.1", True),
        ("^1", "1.0.0", False),
    ],
)
def test_which_mistpm_is_admitted(specifier: str, version: str, expected: bool) -> None:
    """Specifiers are PEP 440's; what is none admits nothing."""
    assert expected == admits(specifier, version)
