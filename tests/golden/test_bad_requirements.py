"""Requirements and registries that solving cannot make sense of, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_registries import RegistryFolder
from toy_registry import ToyRegistry, config_map
from transcript import Transcript


@pytest.fixture
def registry(folder: Path) -> RegistryFolder:
    """Make a registry called `mine` next to the session's folder, whose modules nobody renders."""
    return RegistryFolder(folder / "mine", name="mine")


@pytest.fixture
def here(session: Transcript, registry: RegistryFolder) -> Transcript:
    """Begin a session in an environment that knows the registry `mine`."""
    assert registry.path.exists()
    session.run("mistpm init --kubernetes 1.33")
    session.run("mistpm registry add mine ../mine")
    session.text = ""
    return session


def edit(session: Transcript, old: str, new: str) -> None:
    """Change the environment's file."""
    path = session.folder / "mistpm.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def need(package: str, version: str = "*", **more: Any) -> dict[str, Any]:
    """Make a descriptor's dependencies: one, called `it`."""
    return {"it": {"package": package, "version": version, **more}}


def test_ranges_that_cannot_be_read(here: Transcript, registry: RegistryFolder) -> None:
    """In the environment, in an author's file, in an index: each with its file and line."""
    registry.add("apps/app", "1.0.0")
    registry.index()
    here.run("mistpm add app -p mine/apps/app")
    edit(here, "package: mine/apps/app", 'package: mine/apps/app\n    version: ">=1 <"')
    here.run("mistpm lock")
    edit(here, '">=1 <"', '"^1"')
    file = registry.path / "index/apps/app.jsonl"
    line = json.loads(file.read_text(encoding="utf-8"))
    line["descriptor"]["dependencies"] = need("data/db", "1.2.3.4.x")
    registry.write("index/apps/app.jsonl", json.dumps(line))
    here.run("mistpm lock")
    source = here.folder / "source"
    source.mkdir()
    (source / "package.yaml").write_text(
        "apiVersion: mistpm.dev/v1\n"
        "kind: Package\n"
        "group: apps\n"
        "name: app\n"
        "version: 1.0.0\n"
        'kubernetes: ">=1.x.2"\n'
        "dependencies:\n"
        '  db: {package: data/db, version: "16 or newer"}\n'
        "  me: {package: apps/app}\n",
        encoding="utf-8",
    )
    here.run("mistpm pack source")
    here.expect("unreadable-ranges")


def test_packages_that_no_registry_has(here: Transcript, registry: RegistryFolder) -> None:
    """Who requires them is named, and what was perhaps meant."""
    registry.add("data/database", "1.0.0")
    registry.add("apps/old", "1.0.0", dependencies=need("data/database", "^1"))
    registry.add("apps/old", "2.0.0", dependencies=need("data/databse", "^1"))
    registry.add("apps/app", "1.0.0", dependencies=need("data/databse", "^1"))
    registry.add("apps/foreign", "1.0.0", dependencies=need("miner/data/database", "^1"))
    registry.index()
    here.run("mistpm add old -p mine/apps/old")
    here.run("mistpm lock")
    here.run("mistpm add app -p mine/apps/app")
    here.run("mistpm lock")
    here.run("mistpm why app")
    here.run("mistpm remove app")
    here.run("mistpm add foreign -p mine/apps/foreign")
    here.run("mistpm lock")
    here.run("mistpm remove foreign")
    edit(here, "package: mine/apps/old", "package: mine/apps/olt")
    here.run("mistpm lock")
    here.expect("packages-that-are-not-there")


def test_lines_of_an_index_that_are_not_valid(here: Transcript, registry: RegistryFolder) -> None:
    """All are told with file and line; who does not need the package goes on."""
    registry.add("apps/good", "1.0.0")
    registry.add("apps/bad", "1.0.0")
    registry.index()
    file = registry.path / "index/apps/bad.jsonl"
    good = file.read_text(encoding="utf-8").strip()

    def line(keep: str = "", /, **changes: Any) -> str:
        """Change the good line's keys, or its descriptor's."""
        made = json.loads(good)
        made.pop(keep, None)
        for key, value in changes.items():
            (made if key in {"digest", "size"} else made["descriptor"])[key] = value
        return json.dumps(made)

    lines = [
        good,
        "{not json",
        "[]",
        line("digest", version="1.1.0"),
        line(version="1.2.0", size="many"),
        line(version="1.3.0", digest="sha256:0815"),
        line(version="one"),
        line(version="1.4.0", name="other"),
        line(version="1.5.0", kubernetes=">=nope"),
        line(version="1.6.0", dependencies={"db": {"version": "^1"}}),
        line(version="1.7.0", dependecies={}),
        good,
        line(version="2.0.0", apiVersion="mistpm.dev/v2", unheard="of"),
    ]
    registry.write("index/apps/bad.jsonl", "\n".join(lines) + "\n")
    here.run("mistpm add bad -p mine/apps/bad")
    here.run("mistpm add good -p mine/apps/good")
    edit(here, "releases:", "releases:\n  bad: {package: mine/apps/bad}")
    here.run("mistpm lock")
    here.run("mistpm tree")
    here.run("mistpm why bad")
    here.run("mistpm lock --locked")
    here.run("mistpm registry index ../mine --check")
    here.expect("invalid-index-lines")


def test_requirements_on_oneself(here: Transcript, registry: RegistryFolder) -> None:
    """In range it is met, out of range it is what can never be; `mistpm pack` makes neither."""
    registry.add("apps/self", "1.0.0", dependencies=need("apps/self", "^1"))
    registry.add("apps/other", "1.0.0", dependencies=need("apps/other", "^2"))
    registry.index()
    here.run("mistpm add self -p mine/apps/self")
    here.run("mistpm lock")
    here.run("mistpm remove self")
    here.run("mistpm add other -p mine/apps/other")
    here.run("mistpm lock")
    here.expect("requirements-on-oneself")


def test_packages_that_call_each_other(here: Transcript, registry: RegistryFolder) -> None:
    """The circle is named, by `lock` and by everything else that would begin to render."""
    registry.add("apps/app", "1.0.0", dependencies=need("lib/one", use="call"))
    registry.add("lib/one", "1.0.0", dependencies=need("lib/two", "^1", use="call"))
    registry.add("lib/two", "1.0.0", dependencies=need("lib/one", "^1", use="call"))
    registry.index()
    here.run("mistpm add app -p mine/apps/app")
    here.run("mistpm lock")
    here.run("mistpm plan")
    here.run("mistpm render")
    here.expect("calls-in-a-circle")


def test_registries_in_the_way(here: Transcript, folder: Path) -> None:
    """What does not need them goes on; a clash beside them comes first."""
    registry = ToyRegistry(folder / "toys", name="toys")
    registry.publish("apps/app", "1.0.0", {"a.yaml": config_map()})
    registry.publish("data/db", "1.0.0", {"a.yaml": config_map()})
    more = {"cache": {"package": "corp/data/redis", "version": "^7"}}
    registry.publish("apps/shop", "1.0.0", {"a.yaml": config_map()})
    registry.publish("apps/shop", "2.0.0", {"a.yaml": config_map()}, dependencies=more)
    registry.index()
    here.run("mistpm registry add toys ../toys")
    edit(here, "registries:\n", "registries:\n  corp: {directory: ../corp}\n")
    here.run("mistpm add app -p toys/apps/app")
    here.run("mistpm add shop -p toys/apps/shop")
    here.run("mistpm lock")
    here.run("mistpm tree")
    here.run("mistpm why shop")
    here.run("mistpm install --yes")
    here.run("mistpm install --yes --keep-going")
    here.say("an older shop is not chosen because a registry is out of order; who wants it says so")
    here.run("mistpm add shop -p toys/apps/shop:^1")
    here.run("mistpm lock")
    here.run("mistpm add shop -p toys/apps/shop:^2")
    here.run("mistpm add db -p toys/data/db")
    edit(here, "package: toys/data/db", 'package: toys/data/db\n    version: "^2"')
    here.run("mistpm lock")
    here.expect("registries-in-the-way")


def test_a_limit_on_time(here: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given as an option or as a variable; it ends in an error of its own kind."""
    (here.folder.parent / "toys").mkdir()
    registry = RegistryFolder(here.folder.parent / "toys", name="toys")
    registry.add("apps/app", "1.0.0")
    registry.index()
    here.run("mistpm registry add toys ../toys")
    here.run("mistpm add app -p toys/apps/app")
    here.run("mistpm lock --solve-timeout 0.0000001")
    monkeypatch.setenv("MISTPM_SOLVE_TIMEOUT", "0.0000001")
    here.run("mistpm plan")
    here.run("mistpm lock --solve-timeout 60")
    monkeypatch.setenv("MISTPM_SOLVE_TIMEOUT", "soon")
    here.run("mistpm lock")
    here.expect("time-limit")
