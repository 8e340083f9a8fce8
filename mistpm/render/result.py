"""What a module answers, read and checked."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from msgspec import Struct

from mistpm import document
from mistpm.errors import DocumentError, RenderError
from mistpm.render.envelope import encode

API_VERSION = "mistletoe.dev/v1alpha1"
KIND = "MistResult"

_OURS = ("objects", "outputs", "warnings")
_LONGEST_NAME, _LONGEST_PATH = 255, 4096
_MOST_WARNINGS = 1_000
_FAULTS = 5
_LONGEST_SHOWN = 200
_LONGEST_MESSAGE = 10_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class PackageRefusedError(RenderError):
    """A package answered `Err`; `words` are its own."""

    def __init__(self, reference: str, message: str, *, words: str) -> None:
        super().__init__(reference, message)
        self.words = words


class Result(Struct, frozen=True, kw_only=True):
    """A package's answer: texts by relative path, manifests as they are, outputs, warnings."""

    message: str = ""
    files: dict[str, str] = {}
    objects: tuple[dict[str, Any], ...] = ()
    outputs: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        """Write it as the document that a caller gets; raises `RenderError` as `encode` does."""
        ours = {"objects": self.objects, "outputs": self.outputs, "warnings": self.warnings}
        data = {"result": "Ok", "message": self.message, "files": self.files}
        return encode(
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "data": {key: part for key, part in data.items() if part or key == "files"},
                "mistpm": {key: part for key, part in ours.items() if part},
            }
        )


def read_result(raw: bytes, *, package: str) -> Result:
    """Read what a module answered: JSON, or YAML as Mistletoe's packages write it.

    Raises `RenderError`: `package-failed` with the package's own message when it says `Err`,
    `invalid-output` and `invalid-file-name` when it is not the document of `specs/host-abi.md`.
    """
    answer = _Answer(_parsed(raw, package), package)
    answer.wants(("apiVersion",), API_VERSION)
    answer.wants(("kind",), KIND)
    data = answer.mapping("data")
    message = _cut(answer.text("data", "message"))
    if data.get("result") == "Err":
        words = message or "it gives no reason"
        raise PackageRefusedError("package-failed", f"`{package}` says: {words}", words=words)
    answer.wants(("data", "result"), "Ok", "Err")
    ours = answer.mapping("mistpm")
    for key in sorted(ours.keys() - set(_OURS)):
        answer.refuse(f"{_quoted(f'mistpm.{key}')} is not known", f"there are {', '.join(_OURS)}")
    files = answer.mapping("data", "files")
    for name, text in files.items():
        if not isinstance(text, str):
            answer.refuse(f"the file {_quoted(name)} is {_kind(text)}, not a text")
    _check_names(files, package)
    return Result(
        message=message,
        files=dict(sorted(files.items())),
        objects=answer.items("objects", dict),
        outputs=answer.mapping("mistpm", "outputs"),
        warnings=tuple(map(_cut, answer.items("warnings", str, most=_MOST_WARNINGS))),
    )


class _Answer:
    """An answer's document while it is looked through."""

    def __init__(self, found: Any, package: str) -> None:
        self._package = package
        if not isinstance(found, dict):
            self.refuse(f"it is {_kind(found)}, not a mapping")
        self._document: dict[str, Any] = found

    def refuse(self, *what: str) -> NoReturn:
        raise _invalid(self._package, *what)

    def wants(self, path: tuple[str, ...], *values: str) -> None:
        """Refuse unless one of these texts is at `path`."""
        found = self._at(path)
        if found not in values:
            wanted = " or ".join(f"`{value}`" for value in values)
            shown = "missing" if found is None else _quoted(found)
            self.refuse(f"`{'.'.join(path)}` is {shown}, must be {wanted}")

    def mapping(self, *path: str) -> dict[str, Any]:
        found = self._at(path)
        if found is not None and not isinstance(found, dict):
            self.refuse(f"`{'.'.join(path)}` is {_kind(found)}, not a mapping")
        return found or {}

    def text(self, *path: str) -> str:
        found = self._at(path)
        if found is not None and not isinstance(found, str):
            self.refuse(f"`{'.'.join(path)}` is {_kind(found)}, not a text")
        return found or ""

    def items(self, key: str, kind: type, *, most: int | None = None) -> tuple[Any, ...]:
        """Give the list `mistpm.KEY`, whose items must be of one kind, at `most` so many."""
        found = self._at(("mistpm", key))
        if found is None:
            return ()
        if not isinstance(found, list):
            self.refuse(f"`mistpm.{key}` is {_kind(found)}, not a list")
        if most is not None and len(found) > most:
            self.refuse(f"`mistpm.{key}` has {len(found):,} items; there may be {most:,}")
        for index, item in enumerate(found):
            if not isinstance(item, kind):
                wanted = "a mapping" if kind is dict else "a text"
                self.refuse(f"`mistpm.{key}[{index}]` is {_kind(item)}, not {wanted}")
        return tuple(found)

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self._document
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found


def _parsed(raw: bytes, package: str) -> Any:
    """Read JSON or YAML; a document of either is at most `document.DEEPEST` levels deep."""
    try:
        return document.load(raw.decode(), file="the answer")
    except UnicodeDecodeError:
        raise _invalid(package, "it is not UTF-8 text") from None
    except DocumentError as error:
        beyond = "is the length that it gave too large?" if b"\0" in raw else ""
        raise _invalid(package, *error.context[:_FAULTS], beyond) from None


def _check_names(files: dict[str, str], package: str) -> None:
    """Refuse names that lead out of a folder, or that a file system cannot hold."""
    for name in files:
        reason = _name_fault(name) or _taken_above(name, files)
        if reason:
            raise RenderError(
                "invalid-file-name",
                f"`{package}` made a file with a name that cannot be used: {_quoted(name)}",
                context=(reason,),
                hint="names are relative paths such as `web/deployment.yaml`: tell the package's author",
            )


def _taken_above(name: str, files: dict[str, str]) -> str | None:
    """Say which folder of a file's is itself a file."""
    above = name.rpartition("/")[0]
    while above:
        if above in files:
            return f"{_quoted(above)} is a file already"
        above = above.rpartition("/")[0]
    return None


def _name_fault(name: str) -> str | None:
    if not name:
        return "it is empty"
    if len(name.encode()) > _LONGEST_PATH:
        return f"it has more than {_LONGEST_PATH} bytes"
    parts = name.split("/")
    if _CONTROL.search(name):
        return "it has control characters"
    if "\\" in name:
        return "it has a backslash"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "it is absolute"
    if ".." in parts:
        return "it climbs out of its folder"
    if "" in parts or "." in parts:
        return "a part of it is empty or `.`"
    if any(len(part.encode()) > _LONGEST_NAME for part in parts):
        return f"a part of it has more than {_LONGEST_NAME} bytes"
    return None


def _invalid(package: str, *what: str) -> RenderError:
    return RenderError(
        "invalid-output",
        f"what `{package}` answered cannot be used",
        context=tuple(part for part in what if part),
        hint="this is a fault in the package: tell its author",
    )


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    return "nothing" if value is None else names.get(type(value), "a number")


def _cut(text: str) -> str:
    """Give what a stranger says to people, of very much the beginning."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _quoted(value: Any) -> str:
    """Show a value of a stranger's, of a long text only the beginning."""
    if not isinstance(value, str):
        return _kind(value)
    return f"`{value}`" if len(value) <= _LONGEST_SHOWN else f"`{value[:_LONGEST_SHOWN]}…`"
