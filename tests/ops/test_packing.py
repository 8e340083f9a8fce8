"""Making packages, and looking inside them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from toy_registry import MODULES, config_map

from mistpm.errors import MistError
from mistpm.ops.packages.packing import inspect_file, pack_package

SOURCE = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: thing
version: 1.2.3
dependencies:
  engine: {package: engines/jinja, version: ^1, use: call}
build: {module: template, assets: templates}
"""
NAME = "thing-1.2.3.mist-pack.wasm"


@pytest.fixture
def source(folder: Path) -> Path:
    """Give the folder of a package's source, beside the current one."""
    source = folder / "source"
    (source / "templates").mkdir(parents=True)
    (source / "package.yaml").write_text(SOURCE)
    (source / "templates" / "a.yaml").write_text(config_map())
    return source


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (None, NAME),
        ("out", f"out/{NAME}"),
        ("deep/er", f"deep/er/{NAME}"),
        ("x.wasm", "x.wasm"),
        ("folder.d", f"folder.d/{NAME}"),
    ],
)
def test_a_package_goes_where_it_is_wanted(to: str | None, expected: str, source: Path) -> None:
    """Here, into a folder, or into a file; folders are made."""
    Path("folder.d").mkdir()
    report = pack_package(source, Path(to) if to else None)
    data = Path(expected).read_bytes()

    assert (expected, "apps/thing", "1.2.3", len(data)) == (
        report.file,
        report.package,
        report.version,
        report.size,
    )
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == report.digest


def test_packing_is_reproducible(source: Path) -> None:
    """The same files give the same bytes, under whatever name."""
    first = pack_package(source, Path("a"))
    second = pack_package(source / "package.yaml", Path("b.wasm"))

    assert (first.digest, first.size) == (second.digest, second.size)


@pytest.mark.parametrize(
    ("what", "to", "reference"),
    [
        ("nowhere", None, "no-package-source"),
        ("a" * 300, None, "no-package-source"),
        ("source", "source/package.yaml/x", "package-unwritable"),
        ("source", "a" * 300, "package-unwritable"),
        ("source", "a" * 300 + ".wasm", "package-unwritable"),
    ],
)
@pytest.mark.usefixtures("source")
def test_what_cannot_be_read_or_written_is_told(what: str, to: str | None, reference: str) -> None:
    """Nothing is left behind."""
    before = sorted(Path().rglob("*"))
    with pytest.raises(MistError) as caught:
        pack_package(Path(what), Path(to) if to else None)

    assert reference == caught.value.reference
    assert before == sorted(Path().rglob("*"))


def test_all_that_is_wrong_with_a_source_is_told(source: Path) -> None:
    """Also conditions, which only the resolver can read."""
    text = SOURCE.replace("version: 1.2.3", "version: one").replace("^1,", "^1, when: 'inputs.',")
    (source / "package.yaml").write_text(text)
    with pytest.raises(MistError) as caught:
        pack_package(source, None)

    assert "invalid-descriptor" == caught.value.reference


def test_a_package_can_be_looked_into(source: Path) -> None:
    """Its descriptor, assets and sections, without running it."""
    report = pack_package(source, None)
    found = inspect_file(Path(report.file))

    assert found.descriptor is not None
    assert (report.digest, "thing", ("a.yaml",), {}) == (
        found.digest,
        found.descriptor.name,
        found.assets,
        found.info,
    )
    assert {"mistpm.descriptor", "mistpm.assets"} <= {each.name for each in found.sections}


@pytest.mark.usefixtures("folder")
def test_a_package_without_a_descriptor_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the sandbox."""
    published = Path(__file__).parents[1] / "guests" / "published"
    file = next(path for path in sorted(published.rglob("*.wasm")))
    monkeypatch.chdir(published)
    found = inspect_file(file)

    assert found.descriptor is None
    assert "metadata" in found.info


@pytest.mark.parametrize("name", ["nothing.wasm", "folder", "a" * 300])
def test_what_is_no_file_is_told(name: str, folder: Path) -> None:
    """Nothing there, a folder, too long a name."""
    (folder / "folder").mkdir()
    with pytest.raises(MistError) as caught:
        inspect_file(Path(name))

    assert f"there is no file `{name}`\nhint: check the path" == str(caught.value)


def test_what_is_no_module_is_told(folder: Path) -> None:
    """A text, half a module."""
    (folder / "text.wasm").write_text("hello")
    (folder / "half.wasm").write_bytes((MODULES / "template.wasm").read_bytes()[:1000])
    for name, reference in (("text.wasm", "not-wasm"), ("half.wasm", "truncated-module")):
        with pytest.raises(MistError) as caught:
            inspect_file(Path(name))

        assert reference == caught.value.reference
