"""A registry in a Git repository, read through the `git` program: `specs/registry.md#git`."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistpm.errors import RegistryError
from mistpm.registry.git_program import SECONDS, Git, GitError, GitMissingError
from mistpm.registry.layout import (
    PACKAGES_FILE,
    REGISTRY_FILE,
    parse_index_file,
    parse_module_file,
)
from mistpm.registry.place import Place, blotted, without_credentials
from mistpm.registry.tree import Tree
from mistpm.registry.usage import unwritable

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ENTRY: Final = re.compile(r"100(?:644|755) blob ([0-9a-f]+)\t(.*)", re.DOTALL)
_UNFIT_REF: Final = re.compile(r"[\s~^:?*\[\\\x00-\x1f]|\.\.|^[-+]|@\{")
_LIMITED: Final = re.compile(r"shallow|filter|unadvertised|not our ref")
_HINT: Final = (
    "check the address and what it takes to get there: `git ls-remote` must be able to read it"
)
_FETCH: Final = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
_NO_BLOBS: Final = "--filter=blob:none"


class _Snapshot(Struct, frozen=True):
    """One commit of the registry: its blobs by path, and which of them were not fetched yet."""

    blobs: dict[str, str]
    missing: set[str]


class GitTree:
    """The files of one commit: the newest of a branch or tag, or the commit that `ref` names.

    The cache has one bare repository for each URL.  The first call of a run fetches once: the commit
    without history and, where the server can filter, without file contents; then all index files in
    one more request.  Modules come when they are asked for.  A commit that is in the cache is not
    fetched again.
    """

    distant = False

    def __init__(
        self,
        place: Place,
        *,
        url: str,
        ref: str,
        path: str,
        cache: Path,
        offline: bool = False,
    ) -> None:
        self.place = place
        self._url = url
        self._ref = ref
        self._path = path.strip("/")
        self._cache = cache
        self._offline = offline
        name = hashlib.sha256(without_credentials(url).encode()).hexdigest()[:32]
        self._folder = cache / f"{name}.git"
        self._tip = "refs/mistpm/" + hashlib.sha256(ref.encode()).hexdigest()[:32]
        self._git = Git(self._folder, url)
        self._threads = threading.RLock()
        self._known: _Snapshot | RegistryError | None = None

    def read(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Give the small files that exist among `paths`, with one run of git for all of them."""
        snapshot = self._snapshot
        wanted = {path: snapshot.blobs[path] for path in paths if path in snapshot.blobs}
        if not wanted:
            return {}
        if not snapshot.missing.isdisjoint(wanted.values()):
            raise self.place.not_remembered("the index")
        with self._reading():
            output = self._git.run("cat-file", "--batch", given="\n".join(wanted.values()) + "\n")
        return dict(zip(wanted, _batch(output), strict=True))

    def files(self) -> Sequence[str]:
        """List index files and modules; costs nothing more than the fetch."""
        return sorted(
            path
            for path in self._snapshot.blobs
            if parse_index_file(path) or parse_module_file(path)
        )

    def prepare(self, paths: Iterable[str]) -> None:
        """Fetch those of these modules that are not here yet, in one request."""
        self._fetch_blobs(self._snapshot, paths)

    def module(self, path: str, *, limit: int) -> bytes | None:
        """Give a module's bytes, None where it does not exist; at most `limit`."""
        self.prepare([path])
        blob = self._snapshot.blobs.get(path)
        if blob is None:
            return None
        with self._reading():
            return self._git.blob(blob, limit)

    def remembered(self) -> Tree:
        """Give the commit that was fetched last."""
        if self._offline:
            return self
        return GitTree(
            self.place,
            url=self._url,
            ref=self._ref,
            path=self._path,
            cache=self._cache,
            offline=True,
        )

    @property
    def _snapshot(self) -> _Snapshot:
        """The commit that this run works with; fetches when first asked, and remembers a failure."""
        with self._threads:
            if self._known is None:
                try:
                    self._known = self._see()
                except RegistryError as error:
                    self._known = error
        if isinstance(self._known, RegistryError):
            raise self._known
        return self._known

    def _see(self) -> _Snapshot:
        if self._offline:
            if not self._has_tip():
                raise self.place.not_remembered("the registry")
        elif not (_COMMIT.fullmatch(self._ref) and self._has_tip()):
            self._fetch_tip()
        root = f"{self._tip}^{{tree}}"
        if self._path:
            root = f"{self._tip}:{self._path}"
            if not self._succeeds("rev-parse", "--verify", "--quiet", f"{root}^{{tree}}"):
                raise self._unusable(f"it has no folder `{self._path}`", "check `path:`")
        with self._reading():
            listed = self._git.run("ls-tree", "-r", "-z", "--full-tree", root)
            objects = self._git.run("rev-list", "--objects", "--missing=print", root)
        entries = (
            _ENTRY.fullmatch(entry) for entry in listed.decode("utf-8", "replace").split("\0")
        )
        snapshot = _Snapshot(
            {entry[2]: entry[1] for entry in entries if entry},
            {
                line[1:]
                for line in objects.decode("utf-8", "replace").splitlines()
                if line[:1] == "?"
            },
        )
        if not self._offline:
            self._fetch_blobs(snapshot, filter(_is_small, snapshot.blobs))
        return snapshot

    def _fetch_tip(self) -> None:
        """Make `_tip` the commit that is wanted, without its history and its files' contents."""
        refspec = f"+{self._ref or 'HEAD'}:{self._tip}"
        if _UNFIT_REF.search(self._ref):
            raise self._unusable(f"`{self._ref}` cannot be a branch, tag or commit", "check `ref:`")
        with self._fetching():
            self._mend()
            self._git.run("init", "--bare", "--quiet", "--template=")
            try:
                self._git.run(*_FETCH, "--depth=1", _NO_BLOBS, "origin", refspec, network=True)
            except GitError as error:
                if not _LIMITED.search(str(error)):
                    raise
                self._fetch_everything(refspec)

    def _fetch_everything(self, refspec: str) -> None:
        """Fetch from a server that gives neither single commits nor parts of them."""
        if _COMMIT.fullmatch(self._ref):
            self._git.run(*_FETCH, "origin", "+refs/*:refs/mistpm/all/*", network=True)
            self._git.run("update-ref", self._tip, f"{self._ref}^{{commit}}")
        else:
            self._git.run(*_FETCH, "origin", refspec, network=True)

    def _mend(self) -> None:
        """Clear away what a killed or damaged run left; nobody else is here, the lock is ours.

        Files of a cache may be gone for many reasons; then everything is fetched anew.
        """
        if not self._folder.exists():
            return
        for stale in (*self._folder.glob("*.lock"), *self._folder.glob("refs/mistpm/*.lock")):
            stale.unlink(missing_ok=True)
        if not self._succeeds("rev-list", "--no-walk", "--objects", "--missing=print", "--all"):
            shutil.rmtree(self._folder)

    def _fetch_blobs(self, snapshot: _Snapshot, paths: Iterable[str]) -> None:
        """Fetch what is missing of these files, in one request."""
        with self._threads:
            wanted = {snapshot.blobs[path] for path in paths if path in snapshot.blobs}
            wanted &= snapshot.missing
            if not wanted:
                return
            if self._offline:
                raise self.place.not_remembered("a file of it")
            with self._fetching():
                self._git.run(
                    *("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, _NO_BLOBS),
                    *("--stdin", "origin"),
                    given="".join(f"{blob}\n" for blob in sorted(wanted)),
                    network=True,
                )
            snapshot.missing.difference_update(wanted)

    def _has_tip(self) -> bool:
        return self._succeeds("rev-parse", "--verify", "--quiet", f"{self._tip}^{{commit}}")

    def _succeeds(self, *arguments: str) -> bool:
        try:
            self._git.run(*arguments)
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError:
            return False
        return True

    @contextmanager
    def _fetching(self) -> Iterator[None]:
        """Keep other processes out while fetching, and say what went wrong in git's own words."""
        from filelock import FileLock, Timeout

        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder.with_suffix(".lock"), timeout=SECONDS):
                yield
        except Timeout as error:
            why = f"another mistpm has been fetching from it for {SECONDS} seconds"
            raise self._unusable(why, "wait for it, or end it") from error
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError as error:
            said = blotted(str(error), self._url)
            if "couldn't find remote ref" in said:
                what = f"branch, tag or commit `{self._ref}`" if self._ref else "commit yet"
                raise self._unusable(f"it has no {what}", "check `ref:`") from error
            raise self.place.unreachable(said, hint=_HINT, remembered=self._has_tip()) from error
        except OSError as error:
            raise unwritable(self._folder, error) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say what to do when the cache turns out to be damaged."""
        try:
            yield
        except GitMissingError as error:
            raise self._without_git() from error
        except GitError as error:
            raise RegistryError(
                "cache-damaged",
                f"what was fetched from the registry `{self.place.alias}` is damaged",
                context=(f"folder: {self._folder}", *str(error).splitlines()),
                hint="`mistpm cache clear` removes it; it is fetched again then",
            ) from error

    def _unusable(self, why: str, hint: str) -> RegistryError:
        return self.place.unreachable(why, hint=hint)

    def _without_git(self) -> RegistryError:
        return RegistryError(
            "git-missing",
            f"the registry `{self.place.alias}` needs the program `git`, which is not on the PATH",
            context=(f"address: {self.place.address}",),
            hint="install git",
        )


def _is_small(path: str) -> bool:
    return path in {REGISTRY_FILE, PACKAGES_FILE} or parse_index_file(path) is not None


def _batch(output: bytes) -> Iterator[bytes]:
    """Take apart what `git cat-file --batch` writes: `NAME TYPE SIZE`, the content, a line's end."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        yield output[end + 1 : end + 1 + size]
        at = end + size + 2
