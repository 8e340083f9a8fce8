"""The views on a resolution, as a user sees them, and the wrong ways to ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy_registry import ToyRegistry, config_map
from transcript import Transcript


def test_what_is_there_and_why(shop: Transcript) -> None:
    """Trees downwards and upwards, paths, APIs, what bounds and what holds a version."""
    shop.prepare("mistpm add store -p toy/data/database:^1")
    shop.prepare("mistpm lock")
    shop.run("mistpm tree")
    shop.run("mistpm tree app --depth 1")
    shop.run("mistpm tree --invert engines/jinja")
    shop.run("mistpm why app")
    shop.run("mistpm why data/database")
    shop.run("mistpm why store@1.4.0 --held")
    shop.run("mistpm why meter --held")
    shop.run("mistpm why meter.example.org/v1/Reading")
    shop.run("mistpm why jinja --paths 2")
    shop.expect("why")


def test_why_something_is_not_at_another_version(shop: Transcript) -> None:
    """What stands against a version, and where nothing does, what would change and how to get it."""
    shop.prepare("mistpm lock")
    shop.run("mistpm why-not database")
    shop.run("mistpm why-not meter")
    shop.run("mistpm why-not app@1.0.0")
    shop.run("mistpm why-not database@1.0.0")
    shop.run("mistpm why-not app")
    shop.prepare("mistpm install app -p toy/apps/app:1.0.0 --yes")
    shop.run("mistpm why-not app@1.1.0")
    shop.run("mistpm why-not toy/data/database@2.0.0 --output json")
    shop.expect("why-not")


def test_what_is_outdated(shop: Transcript) -> None:
    """What an upgrade would give, what blocks the rest, and an exit code for CI."""
    shop.prepare("mistpm install app -p toy/apps/app:1.0.0 --yes")
    (shop.folder / "mistpm.yaml").write_text(
        (shop.folder / "mistpm.yaml").read_text(encoding="utf-8").replace("=1.0.0", "^1"),
        encoding="utf-8",
    )
    shop.prepare("mistpm lock")
    shop.run("mistpm outdated")
    shop.run("mistpm outdated --all -v --exit-code")
    shop.run("mistpm outdated --output json")
    shop.prepare("mistpm upgrade --yes")
    shop.run("mistpm outdated --exit-code")
    shop.run("mistpm outdated --all --offline")
    shop.expect("outdated")


def test_a_graph_in_every_form(shop: Transcript) -> None:
    """For Graphviz, for Markdown, for programs, and as a drawing."""
    shop.prepare("mistpm lock")
    shop.run("mistpm graph")
    shop.run("mistpm graph --output mermaid database")
    shop.run("mistpm graph --output app.svg app")
    shop.show("app.svg")
    shop.run("mistpm graph --output json meter")
    shop.expect("graph")


def test_views_for_programs(shop: Transcript) -> None:
    """Each view is one report."""
    shop.prepare("mistpm lock")
    shop.run("mistpm tree --depth 1 --output json")
    shop.run("mistpm why meter --output json")
    shop.expect("views-as-json")


def test_an_answer_that_is_not_complete(shop: Transcript, folder: Path) -> None:
    """What is known is told, what is not as well, and a program sees that by the exit code."""
    mine = ToyRegistry(folder / "mine", name="mine")
    for version in ("1.0.0", "1.1.0"):
        mine.publish("apps/other", version, {"a.yaml": config_map()})
    mine.index()
    shop.run("mistpm registry add mine ../mine")
    shop.run("mistpm add other -p mine/apps/other")
    shop.prepare("mistpm lock")
    mine.folder.rename(folder / "away")
    shop.run("mistpm outdated")
    shop.run("mistpm outdated --exit-code --output json")
    shop.run("mistpm search app")
    shop.run("mistpm search --output json apps/app")
    shop.run("mistpm list")
    shop.run("mistpm status")
    shop.run("mistpm upgrade --plan")
    shop.expect("answers-that-are-not-complete")


@pytest.mark.parametrize("view", ["tree", "why app", "why-not app", "outdated", "graph"])
def test_without_a_lock_every_view_says_what_to_do(shop: Transcript, view: str) -> None:
    """Nothing was solved yet."""
    shop.text = ""
    shop.run(f"mistpm {view}")

    assert (
        f"$ mistpm {view}\n"
        "error: `mistpm.yaml` has no lock yet [lock-missing]\n"
        "hint: `mistpm lock` solves and writes it\n"
        "[exit code 65]\n\n"
    ) == shop.text


@pytest.mark.parametrize("view", ["tree", "why app", "why-not app", "outdated", "graph"])
def test_without_an_environment_every_view_says_what_to_do(session: Transcript, view: str) -> None:
    """There is nothing to look at."""
    session.run(f"mistpm {view}")

    assert (
        f"$ mistpm {view}\n"
        "error: there is no `mistpm.yaml` here or in a folder above [no-environment]\n"
        "hint: `mistpm init` makes one; or say where with --target directory:PATH or --context NAME\n"
        "[exit code 64]\n\n"
    ) == session.text


def test_a_stale_lock_still_answers(shop: Transcript) -> None:
    """What it says, and that it is old; what solves takes the file as it is."""
    shop.prepare("mistpm lock")
    shop.prepare("mistpm add store -p toy/data/database:^2")
    shop.run("mistpm tree")
    shop.run("mistpm why meter")
    shop.run("mistpm why store")
    shop.run("mistpm why-not app@1.0.0")
    shop.run("mistpm outdated --all")
    shop.run("mistpm graph store")
    shop.run("mistpm graph --output stale.mmd")
    shop.run("mistpm why meter --output json")
    (shop.folder / "mistpm.yaml").write_text("kind: [", encoding="utf-8")
    shop.run("mistpm why meter")
    shop.expect("views-of-a-stale-lock")


def test_what_cannot_be_resolved_is_in_every_view(shop: Transcript) -> None:
    """The part is named, and `why` explains it from the lock alone."""
    shop.prepare("mistpm lock")
    shop.prepare("mistpm add old -p toy/watch/meter:^2")
    shop.run("mistpm lock")
    shop.run("mistpm tree")
    shop.run("mistpm tree old")
    shop.run("mistpm why old")
    shop.run("mistpm why-not old")
    shop.run("mistpm outdated")
    shop.run("mistpm graph --output mermaid")
    shop.expect("views-of-what-cannot-be-resolved")


def test_views_of_what_a_directory_remembers(session: Transcript) -> None:
    """Without a file, by the target's name; commands that are offered name it too."""
    session.prepare("mistpm registry add toy ../toy")
    session.prepare("mistpm install app -p toy/apps/app --target directory:out --yes")
    session.run("mistpm tree --target directory:out")
    session.run("mistpm why app --target directory:out")
    session.run("mistpm why-not app@1.0.0 --target directory:out")
    session.run("mistpm why-not toy/data/database --target directory:out")
    session.run("mistpm outdated --all --target directory:out")
    session.run("mistpm graph --target directory:out --output mermaid meter")
    session.expect("views-of-what-a-directory-remembers")


def test_wrong_names(shop: Transcript) -> None:
    """Mistyped, ambiguous, or at versions that there are not."""
    shop.prepare("mistpm add store -p toy/data/database:^1")
    shop.prepare("mistpm add second -p toy/data/database:^1")
    with (shop.folder / "mistpm.yaml").open("a", encoding="utf-8") as file:
        file.write("# app needs one of them\n")
    shop.prepare("mistpm add app -p toy/apps/app --bind db=store")
    shop.prepare("mistpm lock")
    shop.run("mistpm why databse")
    shop.run("mistpm tree databse")
    shop.run("mistpm graph databse")
    shop.run("mistpm why-not databse")
    shop.run("mistpm why data/database")
    shop.run("mistpm why store@1.0.0")
    shop.run("mistpm why-not data/database")
    shop.run("mistpm why-not store@1.5.0")
    shop.run("mistpm why-not store@next")
    shop.run("mistpm why-not toy/data/databse")
    shop.run("mistpm tree --invert")
    shop.run("mistpm tree --depth -1")
    shop.run("mistpm graph --output png")
    shop.run("mistpm graph --output svg --output dot")
    shop.run("mistpm graph --output nowhere/graph.svg")
    shop.expect("views-of-wrong-names")
