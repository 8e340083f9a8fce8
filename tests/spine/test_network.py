"""Registries that cannot be reached: what was fetched before goes on working, and nothing is half done."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from desired_states import tree
from made_registries import GitRegistry, Request, WebServer, serving
from shop import FREE, INSTALL, publish_shop, write_shop
from transcript import Transcript

from mistpm.registry.http_policy import HttpPolicy

MODULE = "/apps/app/app-1.0.0.mist-pack.wasm"


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Try again at once, with a cache that nobody else filled."""
    monkeypatch.setattr("mistpm.registry.registries.HttpPolicy", lambda: HttpPolicy(backoff=0))
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def web(folder: Path) -> Iterator[WebServer]:
    """Serve the registry."""
    publish_shop(folder / "toy")
    with serving(folder / "toy") as server:
        yield server


@pytest.fixture
def session(folder: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> Transcript:
    """Begin a session in an environment without releases whose registry is on that server."""
    work = write_shop(folder / "work", where=f'http: "{web.url}"').parent
    monkeypatch.chdir(work)
    session = Transcript(work)
    session.replace(web.url, "http://packages.example.org/")
    return session


@pytest.fixture
def repository(folder: Path) -> GitRegistry:
    """Give a Git repository with the registry in it."""
    publish_shop(folder / "toy")
    git = folder / "git"
    git.mkdir()
    repository = GitRegistry(git)
    shutil.copytree(folder / "toy", repository.folder.path, dirs_exist_ok=True)
    repository.push(index=False)
    return repository


def run(session: Transcript, *arguments: str) -> tuple[int, str]:
    """Run a command; gives its exit code and what is seen."""
    session.text = ""
    code = session.run(shlex.join(("mistpm", *arguments)))
    return code, session.text.split("\n", 1)[1]


def refuse(request: Request) -> None:
    """Answer as a server does that is out of order."""
    request.answer(500, b"out of order")


def test_error_of_the_server(session: Transcript, web: WebServer) -> None:
    """What it says is told, nothing is written, and later the same command works."""
    before = tree(session.folder)
    web.odd["/index/apps/app.jsonl"] = refuse
    code, text = run(session, *INSTALL)

    assert 69 == code
    assert "HTTP 500 Internal Server Error" in text
    assert text.startswith("error: the registry `toy` cannot be reached [registry-unreachable]")
    assert before == tree(session.folder)
    del web.odd["/index/apps/app.jsonl"]
    assert 0 == run(session, *INSTALL)[0]


def test_module_that_cannot_be_had(session: Transcript, web: WebServer) -> None:
    """Though it can be solved, nothing is written before every module is there."""
    before = tree(session.folder)
    web.odd[MODULE] = refuse
    code, text = run(session, *INSTALL)

    assert (69, True) == (code, "HTTP 500 Internal Server Error" in text)
    assert before == tree(session.folder)
    web.odd[MODULE] = lambda request: request.answer(200, b"something else")
    code, text = run(session, *INSTALL)
    assert (65, True) == (code, "[digest-mismatch]" in text), text
    assert before == tree(session.folder)


def test_server_that_is_gone(session: Transcript, web: WebServer) -> None:
    """What is locked and fetched needs no network; what is new does, unless it was seen before."""
    assert 0 == run(session, *INSTALL)[0]
    installed = tree(session.folder)
    web.stop()

    assert (0, "Nothing to do: 5 resources as wanted.\n\n") == run(session, "install")
    assert 0 == run(session, "status")[0]
    code, text = run(session, *FREE)
    assert (69, True) == (code, "Connection refused" in text)
    assert "or work with what was fetched before: --offline" in text
    assert installed == tree(session.folder)
    assert 0 == run(session, *FREE, "--offline")[0]
    code, text = run(session, "upgrade", "--yes", "--offline")
    assert (69, True) == (code, "[not-fetched]" in text), text


@pytest.mark.slow
def test_repository_that_is_gone(
    repository: GitRegistry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with Git."""
    work = write_shop(folder / "work", where=f'git: "{repository.url}"').parent
    monkeypatch.chdir(work)
    session = Transcript(work)
    assert 0 == run(session, *INSTALL)[0], session.text
    installed = tree(work)
    repository.bare.rename(folder / "elsewhere.git")

    assert 0 == run(session, "install", "--locked")[0], session.text
    code, text = run(session, *FREE)
    assert (69, True) == (code, "does not appear to be a git repository" in text), text
    assert installed == tree(work)
    assert 0 == run(session, *FREE, "--offline")[0], session.text


def test_one_of_two_is_gone(session: Transcript) -> None:
    """A registry that is not needed is not missed."""
    path = session.folder / "mistpm.yaml"
    text = path.read_text(encoding="utf-8")
    more = "registries:\n  more: {git: ../nowhere}\n  yet: {directory: ../nowhere}\n"
    path.write_text(text.replace("registries:\n", more), encoding="utf-8")

    assert 0 == run(session, *INSTALL)[0], session.text


def test_no_command_asks_twice(session: Transcript, web: WebServer) -> None:
    """Whatever solves asks for each index once, and a lock that still answers asks for nothing."""
    assert 0 == run(session, *INSTALL)[0]
    asking: tuple[tuple[str, ...], ...] = (
        ("outdated", "--all"),
        ("why-not", "app"),
        ("upgrade", "--plan"),
        FREE,
    )
    for command in asking:
        web.seen.clear()
        code, text = run(session, *command)
        assert 0 == code, text
        assert sorted(set(web.seen)) == sorted(web.seen), command
        assert any(path.startswith("/index/") for path in web.seen), command
    silent: tuple[tuple[str, ...], ...] = (("lock",), ("tree",), ("why", "app"), ("plan",))
    for command in silent:
        web.seen.clear()
        assert 0 == run(session, *command)[0]
        assert [] == web.seen, command
