"""The keeper's tool: making, checking, yanking."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from computing_modules import computing
from hypothesis import given
from hypothesis import strategies as st
from made_registries import DATE, EMPTY, RegistryFolder, digest, made_module, module_path

from mistpm import document
from mistpm.errors import DocumentError, RegistryError, UsageError
from mistpm.model.identity import PackageReference
from mistpm.model.version import parse_version
from mistpm.package.sections import DESCRIPTOR_SECTION, find_section, with_section
from mistpm.registry.index import read_index, write_index
from mistpm.registry.keeper import IndexReport, check_index, make_index
from mistpm.registry.yanking import unyank, yank

REDIS = PackageReference("data/redis")
INDEX = "index/data/redis.jsonl"


def problems(folder: RegistryFolder) -> str:
    """Give the whole text of what checking finds, with the folder's path as `DIR`."""
    with pytest.raises(DocumentError) as found:
        check_index(folder.path)
    return str(found.value).replace(str(folder.path), "DIR")


def lines(folder: RegistryFolder, path: str = INDEX) -> list[dict[str, object]]:
    """Give the lines of an index file."""
    return [document.load(line, file="") for line in folder.files()[path].decode().splitlines()]


def test_an_index_is_made_of_modules(folder: RegistryFolder) -> None:
    """One file per package, one line per version, and one file that lists all packages."""
    redis = folder.add("data/redis", "7.10.0", description="a cache", outputs={"type": "object"})
    folder.add("data/redis", "7.2.1")
    folder.put("tools/nginx", "0.1.0", EMPTY)
    report = make_index(folder.path, published=DATE)
    again = make_index(folder.path, published="2027-01-01")

    assert again == IndexReport(packages=2, versions=3)
    assert report == IndexReport(
        packages=2,
        versions=3,
        written=(INDEX, "index/packages.jsonl", "index/tools/nginx.jsonl"),
    )
    assert check_index(folder.path) == again
    assert lines(folder)[1] == {
        "digest": digest(redis),
        "size": len(redis),
        "published": DATE,
        "descriptor": {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Package",
            "group": "data",
            "name": "redis",
            "version": "7.10.0",
            "description": "a cache",
        },
    }
    assert lines(folder, "index/packages.jsonl") == [
        {"package": "data/redis", "version": "7.10.0", "description": "a cache"},
        {"package": "tools/nginx", "version": "0.1.0"},
    ]


def test_what_a_new_index_would_change_is_told(folder: RegistryFolder) -> None:
    """Missing and stale lines come all at once, and writing mends them."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    folder.add("data/redis", "7.2.2")
    folder.add("apps/gitea", "1.0.0")
    text = (folder.path / INDEX).read_text()
    (folder.path / INDEX).write_text(text.replace('"name":', '"kubernetes":"<1.30","name":'))

    expected = f"""\
the registry in `DIR` has 3 mistakes
  {INDEX}: the line of version `7.2.1` is not what its module says (`mistpm registry index` writes it anew)
  {INDEX}: version `7.2.2` has no line (`mistpm registry index` adds it)
  index/apps/gitea.jsonl: version `1.0.0` has no line (`mistpm registry index` adds it)"""

    assert "\n".join(sorted(expected.splitlines())) == "\n".join(
        sorted(problems(folder).splitlines())
    )

    folder.index(published="2027-01-01")

    assert check_index(folder.path).versions == 3
    assert [line["published"] for line in lines(folder)] == [DATE, "2027-01-01"]


def test_bytes_matter_too(folder: RegistryFolder) -> None:
    """An index with the right lines in another order or spelling is not the one that is written."""
    folder.add("data/redis", "7.2.1")
    folder.add("data/redis", "7.2.2")
    folder.index()
    right = folder.files()
    text = right[INDEX].decode().splitlines(keepends=True)
    folder.write(INDEX, "".join(reversed(text)))
    (folder.path / "index/packages.jsonl").unlink()

    assert (
        problems(folder)
        == """\
the registry in `DIR` has 2 mistakes
  index/data/redis.jsonl: this is not what the modules say (`mistpm registry index` writes it)
  index/packages.jsonl: this file is missing (`mistpm registry index` writes it)"""
    )

    folder.index()

    assert folder.files() == right


def test_a_module_is_what_its_descriptor_says(folder: RegistryFolder) -> None:
    """Requirements that nobody would ask for, or that nobody can, are no package."""
    folder.add("data/redis", "7.2.1", computed=True)
    described = find_section(made_module("data/redis", "7.2.2"), DESCRIPTOR_SECTION, source="redis")
    assert described is not None
    module = with_section(computing("{}"), DESCRIPTOR_SECTION, bytes(described))
    folder.put("data/redis", "7.2.2", module)

    assert """\
  data/redis/redis-7.2.1.mist-pack.wasm: the module does not export `__mistpm_requirements` (pack it again)
  data/redis/redis-7.2.2.mist-pack.wasm: the module exports `__mistpm_requirements`, which nobody will ask\
 (write `computed: true`)""" in problems(folder)


def test_everything_wrong_comes_at_once(folder: RegistryFolder) -> None:
    """Checking and making report the same mistakes of modules and files, and nothing is written."""
    folder.write("registry.yaml", "nam: starter\n")
    folder.put("data/redis", "7.2.1", made_module("data/rebis", "7.2.0"))
    folder.put("data/redis", "7.2.2", b"<html>")
    folder.put("data/redis", "7.2.3", made_module("data/redis", "7.2.3", version_="1"))
    folder.add("data/redis", "7.3")
    folder.add("data/redis", "7.3.0")
    folder.write("data/redis-1.0.0.mist-pack.wasm", EMPTY)
    folder.write("data/redis/rebis-1.0.0.mist-pack.wasm", EMPTY)
    folder.write("index/README", "hello")
    before = folder.files()
    with pytest.raises(DocumentError) as made:
        make_index(folder.path, published=DATE)
    text = str(made.value)

    for expected in (
        "registry.yaml:1: nam: ",
        "data/redis/redis-7.2.1.mist-pack.wasm: the descriptor's `name` is `rebis`, the path says `redis`",
        "data/redis/redis-7.2.1.mist-pack.wasm: the descriptor's `version` is `7.2.0`, the path says `7.2.1`",
        "data/redis/redis-7.2.2.mist-pack.wasm: `data/redis/redis-7.2.2.mist-pack.wasm` is not a WebAssembly module",
        "data/redis/redis-7.2.3.mist-pack.wasm: ",
        "data/redis/redis-7.3.mist-pack.wasm: this is the same version as `data/redis/redis-7.3.0.mist-pack.wasm`",
        "data/redis-1.0.0.mist-pack.wasm: no package is looked for here",
        "data/redis/rebis-1.0.0.mist-pack.wasm: no package is looked for here",
        "index/README: this is no index file",
    ):
        assert f"\n  {expected}" in text
    assert folder.files() == before
    assert set(text.splitlines()[1:]) < set(problems(folder).splitlines())


def test_a_published_version_never_changes(folder: RegistryFolder) -> None:
    """Other bytes under a published version are refused, unless the keeper insists."""
    before = folder.add("data/redis", "7.2.1", code=b"one")
    folder.index()
    after = folder.add("data/redis", "7.2.1", code=b"two")
    expected = f"""\
the registry in `DIR` has a mistake
  index/data/redis.jsonl: version `7.2.1` was published with the digest {digest(before)}, now it has {digest(after)} (publish what changed as a new version, or use --replace)"""

    assert expected == problems(folder)
    with pytest.raises(DocumentError) as found:
        folder.index()
    assert expected == str(found.value).replace(str(folder.path), "DIR")

    folder.index(published="2027-01-01", replace=True)

    assert [(line["digest"], line["published"]) for line in lines(folder)] == [
        (digest(after), "2027-01-01")
    ]


def test_a_published_version_never_disappears(folder: RegistryFolder) -> None:
    """A line without its module is refused, unless the keeper insists."""
    folder.add("data/redis", "7.2.1")
    folder.add("apps/gitea", "1.0.0")
    folder.index()
    (folder.path / module_path("data/redis", "7.2.1")).unlink()

    assert problems(folder).splitlines()[:2] == [
        "the registry in `DIR` has a mistake",
        "  index/data/redis.jsonl: version `7.2.1` has a line, but `data/redis/redis-7.2.1.mist-pack.wasm` is not there (put the module back (and yank the version), or use --replace)",
    ]

    folder.index(replace=True)

    assert sorted(path for path in folder.files() if path.startswith("index/")) == [
        "index/apps/gitea.jsonl",
        "index/packages.jsonl",
    ]
    assert check_index(folder.path).packages == 1


def test_yanking_is_kept(folder: RegistryFolder) -> None:
    """A yanked version keeps its mark when the index is made anew, and is no newest version."""
    folder.add("data/redis", "7.2.1")
    folder.add("data/redis", "7.2.2")
    folder.index()
    before = folder.files()
    changed = yank(folder.path, REDIS, parse_version("7.2.2"), reason="loses data")
    folder.index()

    assert changed == (INDEX, "index/packages.jsonl")
    assert [line.get("yanked", False) for line in lines(folder)] == [False, "loses data"]
    assert lines(folder, "index/packages.jsonl")[0]["version"] == "7.2.1"
    assert check_index(folder.path).versions == 2

    unyank(folder.path, REDIS, parse_version("7.2.2"))

    assert folder.files() == before
    assert unyank(folder.path, REDIS, parse_version("7.2.2")) == ()


def test_yanking_without_a_reason(folder: RegistryFolder) -> None:
    """A reason is good to have, and can be left out."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    yank(folder.path, REDIS, parse_version("7.2.1"))

    assert lines(folder)[0]["yanked"] is True


@pytest.mark.parametrize(
    ("package", "version", "expected"),
    [
        (
            "data/redsi",
            "7.2.1",
            "the index in `DIR` has no package `data/redsi`\n  did you mean `data/redis`?",
        ),
        (
            "data/redis",
            "7.2.2",
            "the index in `DIR` has no version `7.2.2` of `data/redis`\n  did you mean `7.2.1`?",
        ),
    ],
)
def test_yanking_what_is_not_there(
    folder: RegistryFolder, package: str, version: str, expected: str
) -> None:
    """A typo is an error with a guess."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    with pytest.raises(UsageError) as found:
        yank(folder.path, PackageReference(package), parse_version(version))

    assert expected == str(found.value).replace(str(folder.path), "DIR")


def test_yanking_in_a_broken_index(folder: RegistryFolder) -> None:
    """An index that cannot be read is not rewritten."""
    folder.write(INDEX, "nonsense")
    with pytest.raises(DocumentError) as found:
        yank(folder.path, REDIS, parse_version("7.2.1"))

    assert found.value.reference == "invalid-index"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A path that is no folder is a mistake on the command line."""
    with pytest.raises(UsageError) as found:
        check_index(tmp_path / "gone")

    assert found.value.reference == "no-folder"


def test_a_date_that_is_none(folder: RegistryFolder) -> None:
    """The date goes into lines that never change, so it is looked at."""
    with pytest.raises(UsageError) as found:
        make_index(folder.path, published="yesterday")

    assert found.value.reference == "invalid-date"


def test_a_folder_that_cannot_be_written(folder: RegistryFolder) -> None:
    """The error names the file."""
    folder.add("data/redis", "7.2.1")
    folder.write("index", "a file where a folder must be")
    with pytest.raises(RegistryError) as found:
        folder.index()

    assert found.value.reference == "registry-folder"


def test_sources_beside_modules_do_no_harm(folder: RegistryFolder) -> None:
    """Other files, also modules deeper down, are the keeper's own business."""
    folder.add("data/redis", "7.2.1")
    folder.write("src/redis/target/wasm/redis-0.0.0.mist-pack.wasm", b"being built")
    folder.write("src/redis/redis.wasm", b"being built")
    folder.write("README.md", "hello")
    folder.index()

    assert check_index(folder.path) == IndexReport(packages=1, versions=1)


VERSIONS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", "-rc.1", "+2"])),
    min_size=1,
    max_size=12,
    unique=True,
)


@pytest.mark.slow
@given(VERSIONS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_lines_does_not_matter(
    versions: list[tuple[int, int, str]], random: Random, yanked: bool
) -> None:
    """Shuffled lines read alike, and writing what was read gives the same bytes again."""
    texts = [f"{major}.{minor}.0{rest}" for major, minor, rest in versions]
    made = [
        {
            "digest": digest(text.encode()),
            "size": 1 + len(text),
            "yanked": yanked and "old",
            "descriptor": {
                "apiVersion": "mistpm.dev/v1",
                "kind": "Package",
                "group": "data",
                "name": "redis",
                "version": text,
                "dependencies": {"db": {"package": "data/db", "version": ">=1 <2"}},
            },
        }
        for text in texts
    ]
    data = [document.to_json(line) + b"\n" for line in made]
    read = read_index(b"".join(data), group="data", name="redis", file=INDEX)
    random.shuffle(data)
    shuffled = read_index(b"".join(data), group="data", name="redis", file=INDEX)

    assert read == shuffled
    assert sorted(read, key=lambda line: line.descriptor.version) == list(read)
    assert read_index(write_index(read), group="data", name="redis", file=INDEX) == read
    assert write_index(shuffled) == write_index(read)
