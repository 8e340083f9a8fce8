"""Why something is not at another version, and what would change if it were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.errors import LockError, RegistryError, UsageError
from mistpm.ops.locking import Move, solve
from mistpm.ops.views.why_not import WhyNot, why_not

APP: dict[str, Any] = {"app": {"package": "toy/apps/app"}}


def ask(shop: Shop, text: str) -> WhyNot:
    """Ask about a version."""
    return why_not(shop.open(), text)


def kinds(report: WhyNot) -> list[Any]:
    """Give the kinds of causes."""
    return [cause["cause"] for cause in report.causes]


@pytest.fixture
def installed(shop: Shop) -> Shop:
    """Give an environment with an application and what it needs."""
    shop.write(releases=APP)
    shop.install()
    return shop


@pytest.fixture
def calling(shop: Shop) -> Shop:
    """Give an environment in which two packages call a third: one any version, the other the first."""
    registry = ToyRegistry(shop.folder / "mine", name="mine")
    for version in ("1.0.0", "2.0.0"):
        registry.publish("lib/lib", version, {"a.yaml": config_map()})
    for name, range_ in (("any", ">=1"), ("first", "^1")):
        lib = {"package": "lib/lib", "version": range_, "use": "call"}
        registry.publish(f"a/{name}", "1.0.0", {"a.yaml": config_map()}, dependencies={"lib": lib})
    registry.index()
    shop.write(releases={"first": {"package": "mine/a/first"}})
    shop.edit("{toy: {directory: ../toy}}", "{toy: {directory: ../toy}, mine: {directory: mine}}")
    shop.install()
    return shop


def test_what_stands_against_a_version_is_told(installed: Shop) -> None:
    """The newest one where none is named; as lines, and as data."""
    report = ask(installed, "db")

    assert (False, "db", "toy/data/db", "1.1.0", "2.0.0") == (
        report.possible,
        report.node,
        report.package,
        report.current,
        report.version,
    )
    assert (["asked", "pinned", "requires"], True) == (sorted(kinds(report)), report.minimal)
    assert "toy/data/db ^1" in "\n".join(report.explanation)
    assert ((), "", "") == (report.moves, report.command, report.edit)
    assert report == ask(installed, "toy/data/db@2.0.0") == ask(installed, "data/db@v2.0.0")


def test_kubernetes_stands_against_a_version(installed: Shop) -> None:
    """It is among the causes."""
    assert "needs-kubernetes" in kinds(ask(installed, "meter"))


def test_an_upgrade_gives_what_only_the_lock_keeps_away(installed: Shop) -> None:
    """The command is told, and does it."""
    installed.edit("toy/apps/app", "toy/apps/app\n    version: =1.0.0")
    installed.install()
    installed.edit("\n    version: =1.0.0", "")
    report = ask(installed, "app")

    assert (
        True,
        (Move(node="app", package="toy/apps/app", before="1.0.0", after="1.1.0"),),
        "mistpm upgrade app",
        1,
    ) == (report.possible, report.moves, report.command, len(report.stale))


def test_another_version_is_had_by_asking_for_it(installed: Shop) -> None:
    """A release of the file is put at a version by a command."""
    report = ask(installed, "app@1.0.0")

    assert (True, "mistpm install app -p toy/apps/app:1.0.0", "") == (
        report.possible,
        report.command,
        report.edit,
    )


def test_the_command_is_for_the_environment_that_was_named(installed: Shop) -> None:
    """It can be copied, wherever the file is and whatever the target."""
    report = why_not(
        installed.open(environment=Path("mistpm.yaml"), target="directory:my out"), "app@1.0.0"
    )

    assert (
        "mistpm install app -p toy/apps/app:1.0.0 -e mistpm.yaml -t 'directory:my out'"
    ) == report.command


def test_what_is_pulled_in_is_put_at_a_version_by_a_setting(installed: Shop) -> None:
    """The line is told, and does it."""
    report = ask(installed, "db@1.0.0")
    assert ("", 'settings: {toy/data/db: {version: "=1.0.0"}}') == (report.command, report.edit)
    text = installed.file.read_text(encoding="utf-8")
    installed.file.write_text(f"{text}{report.edit}\n", encoding="utf-8")

    assert report.moves == solve(installed.open()).moves


def test_what_is_there_already_changes_nothing(installed: Shop) -> None:
    """Neither a command nor an explanation."""
    report = ask(installed, "app@1.1.0")

    assert (True, (), "", "", ()) == (
        report.possible,
        report.moves,
        report.command,
        report.edit,
        report.explanation,
    )


def test_a_package_that_is_not_there_could_be_added(installed: Shop) -> None:
    """What would come along, and the command."""
    report = ask(installed, "toy/apps/lonely")

    assert (True, "lonely", "", "mistpm add lonely -p toy/apps/lonely:1.0.0") == (
        report.possible,
        report.node,
        report.current,
        report.command,
    )
    assert ["lonely"] == [move.node for move in report.moves]


def test_a_called_package_in_another_series(calling: Shop) -> None:
    """Its callers decide."""
    report = ask(calling, "lib/lib")

    assert (False, "mine/lib/lib@1", "1.0.0", "2.0.0", ["requires"]) == (
        report.possible,
        report.node,
        report.current,
        report.version,
        kinds(report),
    )


def test_a_called_package_that_fewer_series_keep_away(calling: Shop) -> None:
    """Another series could be there, but nothing would choose it: one is fewer than two."""
    calling.edit("releases:\n", "releases:\n  any: {package: mine/a/any}\n")
    calling.install()
    report = ask(calling, "mine/lib/lib@2.0.0")

    assert (True, False, "mine/lib/lib@2", ()) == (
        report.possible,
        report.needed,
        report.node,
        report.moves,
    )


def test_what_has_no_solution_is_explained(installed: Shop) -> None:
    """A release of the file that the lock has no version of."""
    installed.edit("releases:\n", "releases:\n  old: {package: toy/watch/meter, version: ^2}\n")
    report = ask(installed, "old")

    assert (False, "old", "toy/watch/meter", "") == (
        report.possible,
        report.node,
        report.package,
        report.current,
    )


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            "db@1.0.5",
            RegistryError,
            "`toy/data/db` has no version `1.0.5`\n"
            "  the nearest are 1.0.0, 1.1.0, 2.0.0\n"
            "hint: `mistpm info toy/data/db` lists its versions",
        ),
        (
            "db@^1",
            UsageError,
            "`^1` is not a version of `toy/data/db`\n"
            "  `^1` is not a version: it contains `^`.\n"
            "  the nearest are 1.0.0, 1.1.0, 2.0.0\n"
            "hint: `mistpm info toy/data/db` lists its versions",
        ),
        (
            "toy/apps/lonly",
            UsageError,
            "nothing in the lock is called `toy/apps/lonly`\n"
            "  did you mean `toy/apps/app`?\n"
            "hint: `mistpm tree` shows everything that is there",
        ),
    ],
)
def test_what_is_asked_wrongly_is_told(
    installed: Shop, text: str, kind: type[Exception], expected: str
) -> None:
    """With what was perhaps meant."""
    with pytest.raises(kind) as caught:
        ask(installed, text)

    assert expected == str(caught.value)


def test_a_package_of_several_releases_has_to_be_named(shop: Shop) -> None:
    """Each may be at another version."""
    shop.write(releases={"a": {"package": "toy/data/db"}, "b": {"package": "toy/data/db"}})
    shop.install()
    with pytest.raises(UsageError) as caught:
        ask(shop, "data/db@1.0.0")

    assert (
        "`data/db` means several things in the lock\n"
        "  a  toy/data/db 2.0.0\n"
        "  b  toy/data/db 2.0.0\n"
        "hint: name one of them: mistpm why-not a@1.0.0"
    ) == str(caught.value)


def test_without_a_lock_it_is_told_what_to_do(shop: Shop) -> None:
    """Solving comes first."""
    shop.write(releases=APP)
    with pytest.raises(LockError) as caught:
        ask(shop, "app")

    assert "lock-missing" == caught.value.reference
