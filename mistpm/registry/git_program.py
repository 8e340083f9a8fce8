"""Running the `git` program on a bare repository in the cache."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO, Final, cast

SECONDS: Final = 600
"""How long one command of git may take."""

_LOCAL: Final = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What a hook or an alias of git leaves in the environment, and is not about our repository."""


class GitError(Exception):
    """A command failed; the text is what git said."""


class GitMissingError(GitError):
    """There is no `git` program."""


class Git:
    """Commands on the bare repository `folder` whose remote `origin` is `url`.

    The URL is handed over in the environment, so credentials in it are neither stored nor shown in
    the list of processes.  Git never asks anything on the terminal; keys and credential helpers work
    as the user set them up.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._environment = _environment(
            {
                "remote.origin.url": url,
                "fetch.recurseSubmodules": "no",
                "gc.autoDetach": "false",
                "maintenance.autoDetach": "false",
                "http.lowSpeedLimit": "100",
                "http.lowSpeedTime": "60",
                "core.hooksPath": os.devnull,
            }
        )

    def run(self, *arguments: str, given: str = "", network: bool = False) -> bytes:
        """Run a command and give its output; raises `GitError`.

        Without `network` git may use none, not even to fetch what a partial clone has left out.
        """
        try:
            done = subprocess.run(
                self._command(arguments),
                env=self._permitted(network=network),
                input=given.encode(),
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise GitMissingError("the program `git` is not there") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git took longer than {SECONDS} seconds") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise GitError(said or f"git ended with {done.returncode} and said nothing")
        return done.stdout

    def blob(self, name: str, limit: int) -> bytes:
        """Give the first `limit` bytes of a blob that is at hand; raises `GitError`."""
        with subprocess.Popen(
            self._command(("cat-file", "blob", name)),
            env=self._permitted(network=False),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            data = cast("IO[bytes]", process.stdout).read(limit)
            if len(data) == limit:
                process.kill()
            elif process.wait():
                raise GitError(f"the object {name} cannot be read")
        return data

    def _command(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return ("git", f"--git-dir={self._folder}", *arguments)

    def _permitted(self, *, network: bool) -> dict[str, str]:
        return self._environment if network else {**self._environment, "GIT_ALLOW_PROTOCOL": "none"}


def _environment(configuration: dict[str, str]) -> dict[str, str]:
    found = {key: value for key, value in os.environ.items() if key not in _LOCAL}
    given = found.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isdigit() else 0
    for at, (key, value) in enumerate(configuration.items(), start=count):
        found[f"GIT_CONFIG_KEY_{at}"] = key
        found[f"GIT_CONFIG_VALUE_{at}"] = value
    found["GIT_CONFIG_COUNT"] = str(count + len(configuration))
    found["GIT_TERMINAL_PROMPT"] = "0"
    found["LC_ALL"] = "C"
    return found
