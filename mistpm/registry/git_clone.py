"""A bare, partial clone in the cache: what it holds, and fetching what it lacks."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistpm.errors import RegistryError
from mistpm.makeshift import MAKESHIFT
from mistpm.registry.git_program import SECONDS, Git, GitError, GitMissingError
from mistpm.registry.place import Place, blotted, without_credentials
from mistpm.registry.usage import unwritable

COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""The whole name of a commit; an abbreviation cannot be asked of a server."""

_UNFIT_REF: Final = re.compile(r"[\s~^:?*\[\\\x00-\x1f]|\.\.|^[-+]|@\{")
_LIMITED: Final = re.compile(r"shallow|filter|unadvertised|not our ref")
_ENTRY: Final = re.compile(r"100(?:644|755) blob ([0-9a-f]+)\t(.*)", re.DOTALL)
_FETCH: Final = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
_NO_BLOBS: Final = "--filter=blob:none"
_HINT: Final = (
    "check the address and what it takes to get there: `git ls-remote` must be able to read it"
)


class Snapshot(Struct, frozen=True):
    """The files of one commit: blobs by path, and those of them that are not here yet."""

    blobs: dict[str, str]
    missing: set[str]


class GitClone:
    """The cache's clone of one URL, shared by all refs and all processes.

    Fetching happens under a lock.  Commits come without their history and, where the server can
    filter, without the contents of files; blobs come when they are asked for.  Reading never uses the
    network.
    """

    def __init__(self, place: Place, url: str, cache: Path) -> None:
        self._place = place
        self._url = url
        self._folder = cache / f"{_short(without_credentials(url))}.git"
        self._git = Git(self._folder, url)

    def tip_of(self, ref: str) -> str:
        """Give the name under which the clone keeps the commit that `ref` meant when it was fetched."""
        return f"refs/mistpm/{_short(ref)}"

    def has(self, tip: str) -> bool:
        """Tell whether a commit was fetched."""
        return self._succeeds("rev-parse", "--verify", "--quiet", f"{tip}^{{commit}}")

    def fetch_commit(self, ref: str) -> None:
        """Fetch the commit that `ref` means (empty: the server's HEAD) and keep it as `tip_of(ref)`."""
        if _UNFIT_REF.search(ref):
            raise self.unusable(f"`{ref}` cannot be a branch, tag or commit", "check `ref:`")
        tip = self.tip_of(ref)
        self._move_where_it_can_be_written()
        with self._fetching(ref):
            self._mend()
            self._git.run("init", "--bare", "--quiet", "--template=")
            try:
                refspec = f"+{ref or 'HEAD'}:{tip}"
                self._git.run(*_FETCH, "--depth=1", _NO_BLOBS, "origin", refspec, network=True)
            except GitError as error:
                if not _LIMITED.search(str(error)):
                    raise
                self._fetch_whole(ref, tip)

    def fetch_blobs(self, blobs: Collection[str]) -> None:
        """Fetch the contents of files, in one request."""
        with self._fetching():
            self._git.run(
                *("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, _NO_BLOBS),
                *("--stdin", "origin"),
                given="".join(f"{blob}\n" for blob in sorted(blobs)),
                network=True,
            )

    def snapshot(self, tip: str, folder: str) -> Snapshot:
        """List the files of a commit, or of a folder in it."""
        root = f"{tip}:{folder}" if folder else f"{tip}^{{tree}}"
        if folder and not self._succeeds("ls-tree", root):
            raise self.unusable(f"it has no folder `{folder}`", "check `path:`")
        with self._reading():
            listed = self._git.run("ls-tree", "-r", "-z", "--full-tree", root)
            objects = self._git.run("rev-list", "--objects", "--missing=print", root)
        lines = objects.decode("utf-8", "replace").splitlines()
        entries = map(_ENTRY.fullmatch, listed.decode("utf-8", "replace").split("\0"))
        return Snapshot(
            {entry[2]: entry[1] for entry in entries if entry},
            {line[1:] for line in lines if line.startswith("?")},
        )

    def contents(self, blobs: Sequence[str]) -> tuple[bytes, ...]:
        """Give the contents of files that are here, with one run of git."""
        with self._reading():
            output = self._git.run("cat-file", "--batch", given="\n".join((*blobs, "")))
            return tuple(_batch(output))

    def beginning(self, blob: str, limit: int) -> bytes:
        """Give at most `limit` bytes of a file that is here."""
        with self._reading():
            return self._git.blob(blob, limit)

    def unusable(self, why: str, hint: str) -> RegistryError:
        """Give the error for a repository that is not what its entry says."""
        return self._place.unreachable(why, hint=hint)

    def _move_where_it_can_be_written(self) -> None:
        """Go to the folder of this run where the cache cannot be written; what it has is not used then."""
        cache = self._folder.parent
        try:
            cache.mkdir(parents=True, exist_ok=True)
            for place in (cache, self._folder):
                if place.exists() and not os.access(place, os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            with suppress(OSError):
                self._folder = MAKESHIFT.make(cache, error) / self._folder.name
                self._git = Git(self._folder, self._url)

    def _fetch_whole(self, ref: str, tip: str) -> None:
        """Fetch from a server that gives neither single commits nor parts of them.

        The attempt to get parts has marked the clone as partial; git would look for what it takes to
        be missing on and on.
        """
        self._succeeds("config", "--remove-section", "remote.origin")
        if not COMMIT.fullmatch(ref):
            self._git.run(*_FETCH, "origin", f"+{ref or 'HEAD'}:{tip}", network=True)
            return
        self._git.run(*_FETCH, "origin", "+refs/*:refs/mistpm/all/*", network=True)
        if not self.has(ref):
            raise self._no_such(ref)
        self._git.run("update-ref", tip, ref)

    def _mend(self) -> None:
        """Clear away what a killed git left; nobody else is at work here, for the lock is ours.

        Files of a cache may be gone for many reasons; then everything is fetched anew.
        """
        if not self._folder.exists():
            return
        for stale in (*self._folder.glob("*.lock"), *self._folder.glob("refs/mistpm/*.lock")):
            stale.unlink(missing_ok=True)
        if not self._succeeds("rev-list", "--no-walk", "--objects", "--missing=print", "--all"):
            shutil.rmtree(self._folder)

    def _succeeds(self, *arguments: str) -> bool:
        try:
            self._git.run(*arguments)
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError:
            return False
        return True

    @contextmanager
    def _fetching(self, ref: str = "") -> Iterator[None]:
        """Keep other processes out while fetching, and tell what went wrong in git's own words."""
        from filelock import FileLock, Timeout

        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder.with_suffix(".lock"), timeout=SECONDS):
                yield
        except Timeout as error:
            why = f"another mistpm has been fetching from it for {SECONDS} seconds"
            raise self.unusable(why, "wait for it, or end it") from error
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError as error:
            if "couldn't find remote ref" in str(error):
                raise self._no_such(ref) from error
            said = blotted(str(error), self._url)
            before = self.has(self.tip_of(ref))
            raise self._place.unreachable(said, hint=_HINT, remembered=before) from error
        except OSError as error:
            raise unwritable(self._folder, error) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Tell what to do when the cache turns out to be damaged."""
        try:
            yield
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError as error:
            raise RegistryError(
                "cache-damaged",
                f"what was fetched from the registry `{self._place.alias}` is damaged",
                context=(f"folder: {self._folder}", *str(error).splitlines()),
                hint="`mistpm cache clear` removes it; it is fetched again then",
            ) from error

    def _no_such(self, ref: str) -> RegistryError:
        what = f"branch, tag or commit `{ref}`" if ref else "commit yet"
        return self.unusable(f"it has no {what}", "check `ref:`")

    def _without_git(self) -> RegistryError:
        return RegistryError(
            "git-missing",
            f"the registry `{self._place.alias}` needs the program `git`, which is not on the PATH",
            context=(f"address: {self._place.address}",),
            hint="install git",
        )


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _batch(output: bytes) -> Iterator[bytes]:
    """Take apart what `git cat-file --batch` writes: `NAME TYPE SIZE`, the content, a line's end."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        match output[at:end].split():
            case [_, b"blob", size]:
                start, at = end + 1, end + 2 + int(size)
                yield output[start : at - 1]
            case _:
                raise GitError(output[at:end].decode())
