"""Registries in folders: names, listing, candidates, fetching, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_registries import DATE, EMPTY, RegistryFolder, digest, made_module, module_path

from mistpm import document
from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.model.descriptor import Candidate, Descriptor
from mistpm.model.identity import PackageId
from mistpm.model.version import parse_version
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]
HERE = {"directory": "starter"}
REDIS = PackageId("starter/data/redis")


def test_a_registry_has_a_name_of_its_own(folder: RegistryFolder, registries: Open) -> None:
    """`registry.yaml` names it; packages are identified by that, not by the local alias."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    opened = registries(mine=HERE)

    assert opened.own_name("mine") == "starter"
    assert [each.package for each in opened.candidates(REDIS)] == [REDIS]


def test_without_a_registry_file_the_alias_is_the_name(
    folder: RegistryFolder, registries: Open
) -> None:
    """Mistletoe's registries have no name of their own."""
    (folder.path / "registry.yaml").unlink()
    folder.add("data/redis", "7.2.1")

    assert registries(mine=HERE).own_name("mine") == "mine"


def test_keys_that_a_newer_mistpm_knows_do_no_harm(
    folder: RegistryFolder, registries: Open
) -> None:
    """Reading a registry.yaml is lenient about keys; the keeper's tool is not."""
    folder.write("registry.yaml", "name: corp\nmirrors: [elsewhere]\n")

    assert registries(mine=HERE).own_name("mine") == "corp"


@pytest.mark.parametrize("indexed", [True, False])
def test_candidates_come_oldest_first(
    folder: RegistryFolder, registries: Open, *, indexed: bool
) -> None:
    """Every version is a candidate with digest, size and the descriptor's solving part."""
    versions = ["7.10.0", "7.2.1", "8.0.0-rc.1"]
    data = {each: folder.add("data/redis", each, kubernetes=">=1.30") for each in versions}
    if indexed:
        folder.index()
    found = registries(starter=HERE).candidates(REDIS)

    assert ["7.2.1", "7.10.0", "8.0.0-rc.1"] == [str(each.version) for each in found]
    assert [digest(data[str(each.version)]) for each in found] == [each.digest for each in found]
    assert {str(each.descriptor.kubernetes) for each in found} == {">=1.30"}
    assert {each.published for each in found} == {DATE if indexed else ""}


def test_mistletoe_packages_need_no_descriptor(folder: RegistryFolder, registries: Open) -> None:
    """Group, name and version come from the path; there are no dependencies."""
    folder.put("tools/nginx", "v0.1.2", EMPTY)
    (found,) = registries(starter=HERE).candidates(PackageId("starter/tools/nginx"))
    expected = Candidate(
        package=PackageId("starter/tools/nginx"),
        version=parse_version("v0.1.2"),
        digest=digest(EMPTY),
        size=len(EMPTY),
        descriptor=Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group="tools",
            name="nginx",
            version=parse_version("v0.1.2"),
        ),
    )

    assert expected == found


@pytest.mark.parametrize("indexed", [True, False])
def test_packages_are_listed(folder: RegistryFolder, registries: Open, *, indexed: bool) -> None:
    """Names are sorted; the catalogue tells the newest version that is no pre-release."""
    folder.add("data/redis", "7.2.1")
    folder.add("data/redis", "8.0.0-rc.1")
    folder.add("apps/gitea", "1.22.0", description="Git with a tea cup")
    if indexed:
        folder.index()
    folder.write("apps/gitea/README.md", "not a module")
    opened = registries(starter=HERE)

    assert list(opened.packages("starter")) == ["apps/gitea", "data/redis"]
    assert [
        ("apps/gitea", "1.22.0", "Git with a tea cup"),
        ("data/redis", "7.2.1", ""),
    ] == [
        (each.package, str(each.version), each.description) for each in opened.catalogue("starter")
    ]


def test_a_list_of_packages_may_be_missing(folder: RegistryFolder, registries: Open) -> None:
    """An index without `packages.jsonl` is listed from its files."""
    folder.add("data/redis", "7.2.1", description="a cache")
    folder.index()
    (folder.path / "index/packages.jsonl").unlink()
    opened = registries(starter=HERE)

    assert list(opened.packages("starter")) == ["data/redis"]
    assert [each.description for each in opened.catalogue("starter")] == ["a cache"]


def test_providers_of_an_api_are_found(folder: RegistryFolder, registries: Open) -> None:
    """Any version that provides it counts, and a broken registry is passed over."""
    api = "metrics.k8s.io/v1beta1/PodMetrics"
    folder.add("observability/metrics-server", "0.6.0", provides={"apis": [api]})
    folder.add("observability/metrics-server", "0.7.0")
    folder.index()
    opened = registries(starter=HERE, gone={"directory": "gone"})
    (line,) = opened.catalogue("starter")

    assert list(opened.providers(line.provides[0])) == ["starter/observability/metrics-server"]


def test_a_fetched_module_lies_in_the_store(folder: RegistryFolder, registries: Open) -> None:
    """Fetching gives a file with the candidate's bytes, which stays when the registry is gone."""
    data = folder.add("data/redis", "7.2.1")
    folder.index()
    opened = registries(starter=HERE)
    (pin,) = opened.candidates(REDIS)
    path = opened.fetch(pin)
    (folder.path / module_path("data/redis", "7.2.1")).unlink()

    assert path.read_bytes() == data
    assert path.is_relative_to(opened.store.root)
    assert opened.fetch(pin) == path


def test_a_damaged_entry_is_fetched_again(folder: RegistryFolder, registries: Open) -> None:
    """What became of a stored module does not matter: its digest is looked at, and it is mended."""
    data = folder.add("data/redis", "7.2.1")
    folder.index()
    opened = registries(starter=HERE)
    (pin,) = opened.candidates(REDIS)
    path = opened.fetch(pin)
    path.chmod(0o644)
    path.write_bytes(data[:-1] + b"!")
    again = registries(starter=HERE)

    assert again.fetch(pin).read_bytes() == data


def test_other_bytes_than_pinned_are_never_used(
    folder: RegistryFolder, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """A module that was replaced is an error that names both digests, and nothing is stored."""
    before = folder.add("data/redis", "7.2.1", code=b"one")
    folder.index()
    after = folder.add("data/redis", "7.2.1", code=b"two")
    opened = registries(starter=HERE)
    (pin,) = opened.candidates(REDIS)
    with pytest.raises(DigestError) as found:
        opened.fetch(pin)

    expected = f"""\
digest-mismatch
`starter/data/redis@7.2.1` is not the file that it must be; it is not used
  expected {digest(before)}, {len(before)} bytes
  found    {digest(after)}
  from starter
note: a published version never changes: it was replaced there, or damaged on its way here
hint: ask the registry's keeper which one is right"""

    assert expected == shown(found.value, tmp_path)
    assert opened.store.usage().files == 0


@pytest.mark.parametrize(("change", "size"), [(b"longer", "more than {} bytes"), (b"", "{} bytes")])
def test_a_module_of_another_size_is_never_used(
    folder: RegistryFolder, registries: Open, change: bytes, size: str
) -> None:
    """A size that is not the pinned one is told instead of a digest."""
    before = folder.add("data/redis", "7.2.1", code=b"one")
    folder.index()
    after = folder.put("data/redis", "7.2.1", before + change if change else before[:-1])
    opened = registries(starter=HERE)
    with pytest.raises(DigestError) as found:
        opened.fetch(opened.candidates(REDIS)[0])

    assert f"found    {size.format(min(len(after), len(before)))}" == found.value.context[1]


def test_an_index_that_differs_from_the_module_is_a_lie(
    folder: RegistryFolder, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """Every difference that decides a solution is named, also when the module was stored before."""
    folder.add(
        "data/redis",
        "7.2.1",
        kubernetes=">=1.30",
        dependencies={"certs": {"package": "security/certs", "version": "^1"}},
    )
    folder.index()
    honest = registries(starter=HERE)
    honest.fetch(honest.candidates(REDIS)[0])
    file = folder.path / "index/data/redis.jsonl"
    text = file.read_text().replace('"^1"', '"^2"').replace('"kubernetes":">=1.30",', "")
    file.write_text(text)
    lying = registries(starter=HERE)
    with pytest.raises(RegistryError) as found:
        lying.fetch(lying.candidates(REDIS)[0])

    expected = """\
registry-lies
the registry `starter` says of `starter/data/redis@7.2.1` what the module itself does not
  address: starter
  dependencies.certs.version: the index says `"^2"`, the module says `"^1"`
  kubernetes: the index says nothing, the module says `">=1.30"`
hint: do not use it; tell the registry's keeper: `mistpm registry index DIR --check` shows what is wrong"""

    assert expected == shown(found.value, tmp_path)

    lying.store.clear()
    with pytest.raises(RegistryError) as found:
        lying.fetch(lying.candidates(REDIS)[0])

    assert expected == shown(found.value, tmp_path)


def test_a_missing_module_is_an_error(
    folder: RegistryFolder, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """An index line without a file names the file."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    (folder.path / module_path("data/redis", "7.2.1")).unlink()
    opened = registries(starter=HERE)
    with pytest.raises(RegistryError) as found:
        opened.fetch(opened.candidates(REDIS)[0])

    expected = """\
module-missing
the registry `starter` has no module for `starter/data/redis@7.2.1`
  address: starter
  file: data/redis/redis-7.2.1.mist-pack.wasm
hint: tell the registry's keeper; `mistpm upgrade` chooses among the versions that there are"""

    assert expected == shown(found.value, tmp_path)


@pytest.mark.parametrize(
    ("asked", "guess"),
    [
        ("data/redsi", "\n  did you mean `data/redis`?"),
        ("cache/redis", "\n  did you mean `data/redis`?"),
        ("data/Redis", "\n  did you mean `data/redis`?"),
        ("apps/wordpress", ""),
    ],
)
@pytest.mark.parametrize("indexed", [True, False])
def test_an_unknown_package_is_not_found(
    folder: RegistryFolder,
    registries: Open,
    asked: str,
    guess: str,
    *,
    indexed: bool,
) -> None:
    """The error says which registry was asked, and what was perhaps meant."""
    folder.add("data/redis", "7.2.1")
    folder.add("apps/gitea", "1.0.0")
    if indexed:
        folder.index()
    opened = registries(starter=HERE)
    with pytest.raises(RegistryError) as found:
        opened.candidates(PackageId(f"starter/{asked}"))

    expected = f"""\
the registry `starter` has no package `{asked}`
  address: starter{guess}
hint: `mistpm search` lists its packages"""

    assert expected == str(found.value)
    assert found.value.reference == "package-not-found"


def test_a_module_that_is_not_in_the_index_is_not_found(
    folder: RegistryFolder, registries: Open
) -> None:
    """Where there is an index, only what it lists is published; the error tells that a file is there."""
    folder.add("apps/gitea", "1.0.0")
    folder.index()
    folder.add("data/redis", "7.2.1")
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)

    assert found.value.note == "it has modules of it that are not in its index"


def test_a_folder_that_is_not_there_is_unreachable(
    registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """The error names the registry, where it should be, and what to do."""
    with pytest.raises(RegistryError) as found:
        registries(corp={"directory": "../gone"}).own_name("corp")

    expected = """\
registry-unreachable
the registry `corp` cannot be reached
  address: ../gone
  there is no such folder
hint: check the path after `directory:`"""

    assert expected == shown(found.value, tmp_path)


def test_a_file_instead_of_a_folder_is_unreachable(registries: Open, tmp_path: Path) -> None:
    """A file is no registry."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryError) as found:
        registries(corp={"directory": "file"}).own_name("corp")

    assert found.value.context == ("address: file", "it is not a folder")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: [", "registry.yaml"),
        ("description: no name", "registry.yaml: `name` is missing"),
        ("name: 1.30", "registry.yaml: name: "),
        (
            "name: file",
            "registry.yaml: `name: file` is taken: packages given by their path have it",
        ),
        (b"name: \xff", "registry.yaml: it is not UTF-8 text: byte 6 is wrong"),
    ],
)
def test_a_registry_file_must_name_the_registry(
    folder: RegistryFolder, registries: Open, text: str | bytes, problem: str
) -> None:
    """A registry.yaml without a usable name is an error of that registry."""
    folder.write("registry.yaml", text)
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).own_name("starter")

    assert found.value.reference == "invalid-registry"
    assert found.value.context[1].startswith(problem)


def test_all_that_is_wrong_with_an_index_is_told(
    folder: RegistryFolder, registries: Open, shown: Shown, tmp_path: Path
) -> None:
    """Every line's problems come at once, with their lines."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    good = (folder.path / "index/data/redis.jsonl").read_text()
    other = good.replace('"redis"', '"rebis"').replace("7.2.1", "7.2.2")
    bad = good.replace("7.2.1", "7.2").replace("sha256:", "md5:")
    folder.write("index/data/redis.jsonl", f"{good}\n{good}{other}{{}}\nnonsense\n{bad}")
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)
    wrong = document.load(bad, file="")["digest"]

    expected = f"""\
invalid-registry
the registry `starter` has a file that cannot be used: `index/data/redis.jsonl`
  address: starter
  index/data/redis.jsonl:3: there is a line for version `7.2.1` before this one
  index/data/redis.jsonl:4: the line is about `data/rebis`, the file about `data/redis`
  index/data/redis.jsonl:5: `descriptor` is missing
  index/data/redis.jsonl:5: `digest` is missing
  index/data/redis.jsonl:5: `size` is missing
  index/data/redis.jsonl:6: this is no JSON: JSON is malformed: invalid character (byte 4)
  index/data/redis.jsonl:7: `digest` is `{wrong}`, not `sha256:` and 64 hexadecimal digits
hint: tell the registry's keeper; `mistpm registry index DIR --check` shows what is wrong there"""

    assert expected == shown(found.value, tmp_path)


def test_lines_for_a_newer_mistpm_are_left_out(folder: RegistryFolder, registries: Open) -> None:
    """What this mistpm cannot read and is not meant to read does not hide the other versions."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    good = (folder.path / "index/data/redis.jsonl").read_text()
    newer = good.replace("mistpm.dev/v1", "mistpm.dev/v2")
    needing = good.replace('"name":', '"mistpm":">=99","moods":[],"name":')
    folder.write("index/data/redis.jsonl", newer + good + needing)

    assert [str(each.version) for each in registries(starter=HERE).candidates(REDIS)] == ["7.2.1"]


def test_versions_for_another_mistpm_are_no_candidates(
    folder: RegistryFolder, registries: Open
) -> None:
    """What this mistpm could not use is never chosen."""
    folder.add("data/redis", "7.2.1", mistpm=">=0")
    folder.index()
    line = (folder.path / "index/data/redis.jsonl").read_text()
    newer = line.replace('">=0"', '">=99"').replace("7.2.1", "8.0.0")
    folder.write("index/data/redis.jsonl", line + newer)

    assert [str(each.version) for each in registries(starter=HERE).candidates(REDIS)] == ["7.2.1"]


@pytest.mark.parametrize("spec", [">=0", ""])
def test_unknown_keys_for_this_mistpm_are_an_error(
    folder: RegistryFolder, registries: Open, spec: str
) -> None:
    """A line that says it is for this mistpm must be readable."""
    folder.add("data/redis", "7.2.1")
    folder.index()
    good = (folder.path / "index/data/redis.jsonl").read_text()
    line = good.replace('"name":', f'"mistpm":"{spec}","moods":[],"name":')
    folder.write("index/data/redis.jsonl", line)
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)

    assert found.value.reference == "invalid-registry"


def test_a_module_in_the_wrong_place_is_an_error(folder: RegistryFolder, registries: Open) -> None:
    """Without an index, the descriptor must still say what the path says."""
    folder.put("data/redis", "7.2.1", made_module("data/rebis", "7.2.0"))
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)

    assert found.value.context[1:] == (
        "the descriptor's `name` is `rebis`, the path says `redis`",
        "the descriptor's `version` is `7.2.0`, the path says `7.2.1`",
    )


def test_a_huge_module_is_refused(
    folder: RegistryFolder, registries: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no index tells a module's size, there is a limit for all."""
    monkeypatch.setattr("mistpm.registry.tree_registry.MODULE_LIMIT", 1000)
    folder.add("data/redis", "7.2.1", code=b"x" * 1000)
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)

    assert found.value.reference == "too-large"


def test_what_is_no_module_is_an_error(folder: RegistryFolder, registries: Open) -> None:
    """Without an index, a file that is no module is found when the package is asked for."""
    folder.put("data/redis", "7.2.1", b"<html>")
    with pytest.raises(RegistryError) as found:
        registries(starter=HERE).candidates(REDIS)

    assert found.value.reference == "invalid-registry"
    assert found.value.context[1] == (
        "`data/redis/redis-7.2.1.mist-pack.wasm` is not a WebAssembly module"
    )
