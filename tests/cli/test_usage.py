"""What a mistyped command line is answered with."""

from __future__ import annotations

import importlib

import pytest
from typer import main as typer_main

from mistpm.cli.application import run
from mistpm.cli.commands import SECTIONS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "instal",
            "error: there is no command `instal` [unknown-command]\n"
            "hint: did you mean `mistpm install`?\n",
        ),
        (
            "update shop",
            "error: there is no command `update` [unknown-command]\n"
            "hint: did you mean `mistpm upgrade`?\n",
        ),
        (
            "frobnicate",
            "error: there is no command `frobnicate` [unknown-command]\nhint: see `mistpm --help`\n",
        ),
        (
            "registry lst",
            "error: there is no command `registry lst` [unknown-command]\n"
            "hint: did you mean `mistpm registry list`?\n",
        ),
        (
            "install --hlep",
            "error: `mistpm install` has no option `--hlep` [usage]\nhint: did you mean `--help`?\n",
        ),
        (
            "lint",
            "error: there is no command `lint` [unknown-command]\n"
            "hint: did you mean `mistpm check`?\n",
        ),
        (
            "install --dry",
            "error: `mistpm install` has no option `--dry` [usage]\n"
            "hint: `mistpm plan` shows what would be done, and changes nothing\n",
        ),
        (
            "--context prod plan",
            "error: `mistpm` has no option `--context` [usage]\n"
            "hint: options stand behind the command: `mistpm plan --context`\n",
        ),
        (
            "drift",
            "error: there is no command `drift` [unknown-command]\n"
            "hint: did you mean `mistpm status --drift`?\n",
        ),
        (
            "rollback seven",
            "error: invalid value for `REVISION`: `seven` is not a whole number [usage]\n"
            "hint: see `mistpm rollback --help`\n",
        ),
        (
            "install --wait",
            "error: `mistpm install` has no option `--wait` [usage]\n"
            "hint: waiting until everything is ready is the default; `--no-wait` does not\n",
        ),
        (
            "install --version 1",
            "error: `mistpm install` has no option `--version` [usage]\n"
            "hint: a version stands behind the package: `-p PACKAGE:VERSION`\n",
        ),
        (
            "diff -A",
            "error: `mistpm diff` has no option `-A` [usage]\n"
            "hint: an environment is shown whole, in all its namespaces\n",
        ),
        (
            "install --yess",
            "error: `mistpm install` has no option `--yess` [usage]\n"
            "hint: see `mistpm install --help`\n",
        ),
        (
            "uninstall --delete-dta",
            "error: `mistpm uninstall` has no option `--delete-dta` [usage]\n"
            "hint: see `mistpm uninstall --help`\n",
        ),
        (
            "install -p",
            "error: option `-p` requires an argument [usage]\nhint: see `mistpm install --help`\n",
        ),
        (
            "rename shop",
            "error: missing argument `NEW` [usage]\nhint: see `mistpm rename --help`\n",
        ),
        (
            "status shop",
            "error: `mistpm status` takes no argument `shop` [usage]\nhint: see `mistpm status --help`\n",
        ),
        (
            "list -o xml",
            "error: invalid value for `--output` / `-o`: `xml` is not one of `text`, `json`, `yaml` [usage]\n"
            "hint: see `mistpm list --help`\n",
        ),
    ],
)
def test_a_mistyped_line_is_an_error_of_ours(
    capsys: pytest.CaptureFixture[str], line: str, expected: str
) -> None:
    """Exit code 64, nothing on standard output, and what was perhaps meant."""
    code = run(line.split())

    assert (64, "", expected) == (code, *capsys.readouterr())


def test_nothing_to_do_shows_the_help_as_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """A script that calls mistpm without a command does not go on as if something was done."""
    code = run([])
    seen = capsys.readouterr()

    assert (64, "") == (code, seen.out)
    assert seen.err.startswith("Usage: mistpm [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize("line", ["help install", "install --help", "install -h"])
def test_help_can_be_asked_for_in_several_ways(
    capsys: pytest.CaptureFixture[str], line: str
) -> None:
    """`help COMMAND`, `--help` and `-h` are one."""
    code = run(line.split())
    seen = capsys.readouterr()

    assert (0, "") == (code, seen.err)
    assert seen.out.startswith("Usage: mistpm install [OPTIONS] [NAME]\n")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """It is data, so it goes to standard output."""
    assert 0 == run(["--version"])
    assert capsys.readouterr().out.startswith("mistpm ")


def help_pages() -> list[list[str]]:
    """Give the arguments of every command, of those within commands too."""
    found = [[name] for section in SECTIONS.values() for name in section]
    for line in list(found):
        module = importlib.import_module(f"mistpm.cli.commands.{line[0].replace('-', '_')}")
        inner = getattr(typer_main.get_command(module.app), "commands", {})
        found += [[*line, name] for name in inner]
    return [[], *found]


@pytest.mark.parametrize("line", help_pages(), ids=" ".join)
def test_every_help_ends_with_an_example_that_can_be_copied(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    """It stands in one line of a terminal of 80 columns, and is of this command."""
    monkeypatch.setenv("COLUMNS", "80")
    assert 0 == run([*line, "--help"])
    *_, last = capsys.readouterr().out.rstrip().splitlines()

    assert last.strip().startswith("Example: ")
    assert " ".join(["mistpm", *line]) in last
