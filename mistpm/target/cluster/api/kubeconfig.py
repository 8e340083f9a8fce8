"""Reading kubeconfigs as kubectl does: several files as one, contexts, files beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mistpm.document.reader import load_manifests
from mistpm.errors import MistError, TargetError

_PARTS: Final = ("clusters", "users", "contexts")
_SHOWN: Final = 8


class Entry(Struct, frozen=True, kw_only=True):
    """One named cluster, user or context of a kubeconfig; relative paths in it start at `folder`."""

    name: str
    data: dict[str, Any]
    folder: Path


class ChosenContext(Struct, frozen=True, kw_only=True):
    """A context with all that belongs to it; `user` is empty where it names none."""

    name: str
    namespace: str
    cluster: Entry
    user: Entry


class Kubeconfig(Struct, frozen=True, kw_only=True):
    """All that the files say together: of what has one name, the first counts."""

    files: tuple[Path, ...]
    current: str = ""
    clusters: dict[str, Entry] = {}
    users: dict[str, Entry] = {}
    contexts: dict[str, Entry] = {}

    def choose(self, name: str) -> ChosenContext:
        """Find a context, an empty name means the current one.  Raises `TargetError`."""
        wanted = name or self.current
        if not wanted:
            raise TargetError(
                "no-context",
                "the kubeconfig has no current context",
                context=self._known(self.contexts),
                hint="name one with --context, or choose one: kubectl config use-context NAME",
            )
        context = self.contexts.get(wanted)
        if context is None:
            raise TargetError(
                "unknown-context",
                f"there is no context `{wanted}` in the kubeconfig",
                context=(*_meant(wanted, self.contexts), *self._places()),
                hint="" if name else "choose another one: kubectl config use-context NAME",
            )
        user = _text(context.data, "user")
        return ChosenContext(
            name=wanted,
            namespace=_text(context.data, "namespace") or "default",
            cluster=self._part(context, "cluster", self.clusters),
            user=self._part(context, "user", self.users)
            if user
            else Entry(name="", data={}, folder=context.folder),
        )

    def _part(self, context: Entry, key: str, known: Mapping[str, Entry]) -> Entry:
        name = _text(context.data, key)
        if name in known:
            return known[name]
        what = f"the {key} `{name}`, which the kubeconfig has not" if name else f"no {key}"
        raise TargetError(
            "kubeconfig-incomplete",
            f"the context `{context.name}` names {what}",
            context=(*_meant(name, known), *self._places()),
            hint="mend the kubeconfig, or choose another context",
        )

    def _known(self, entries: Mapping[str, Entry]) -> tuple[str, ...]:
        return (*_meant("", entries), *self._places())

    def _places(self) -> tuple[str, ...]:
        return tuple(f"read: {path}" for path in self.files)


def kubeconfig_paths(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Give the files that `KUBECONFIG` lists, or the one in the user's home; they need not exist."""
    listed = [part for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if not listed:
        # where nobody knows the home the `~` stays, and nothing is there
        home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - `Path` raises then
        return (Path(home, ".kube", "config"),)
    return tuple(dict.fromkeys(Path(part) for part in listed))


def read_kubeconfig(paths: Iterable[Path]) -> Kubeconfig | None:
    """Read files and merge them; those that do not exist are left out, None where none does.

    Raises `TargetError` (`kubeconfig-unreadable`) for a file that is no kubeconfig.
    """
    files: list[Path] = []
    current = ""
    parts: dict[str, dict[str, Entry]] = {part: {} for part in _PARTS}
    for path in paths:
        data = _read(path)
        if data is None:
            continue
        files.append(path)
        current = current or _text(data, "current-context")
        for part, entries in parts.items():
            for entry in _entries(path, data, part):
                entries.setdefault(entry.name, entry)
    return Kubeconfig(files=tuple(files), current=current, **parts) if files else None


def contexts() -> tuple[str, ...]:
    """Give the names of all contexts, sorted; none where the kubeconfig cannot be read."""
    try:
        kubeconfig = read_kubeconfig(kubeconfig_paths())
    except TargetError:
        return ()
    return tuple(sorted(kubeconfig.contexts)) if kubeconfig else ()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not a text"
        raise _unreadable(path, why.lower()) from error
    try:
        documents = load_manifests(text, origin=str(path), quoted=False)
    except MistError as error:
        raise _unreadable(path, "it is not YAML", error.context) from error
    if len(documents) > 1:
        raise _unreadable(path, "it has several documents")
    return documents[0] if documents else {}


def _entries(path: Path, data: Mapping[str, Any], part: str) -> Iterable[Entry]:
    """Give the entries of one of the three lists; raises `TargetError` where it is no list of named ones."""
    listed = data.get(part) or []
    key = part.removesuffix("s")
    for each in listed if isinstance(listed, list) else [listed]:
        name = each.get("name") if isinstance(each, dict) else None
        inner = (each.get(key) or {}) if isinstance(each, dict) else None
        if not isinstance(name, str) or not isinstance(inner, dict):
            raise _unreadable(path, f"`{part}` is not a list of mappings with `name` and `{key}`")
        yield Entry(name=name, data=inner, folder=path.absolute().parent)


def _text(data: Mapping[str, Any], key: str) -> str:
    """Give a text; whatever stands there instead names nothing that there is."""
    value = data.get(key)
    return "" if value is None else str(value)


def _unreadable(path: Path, why: str, context: tuple[str, ...] = ()) -> TargetError:
    return TargetError(
        "kubeconfig-unreadable",
        f"the kubeconfig `{path}` cannot be read: {why}",
        context=context,
        hint="mend the file; `KUBECONFIG` can name another one",
    )


def _meant(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give one line with the name that is meant, or those that there are."""
    import difflib

    names = sorted(known)
    if close := difflib.get_close_matches(name, names, n=1):
        return (f"did you mean `{close[0]}`?",)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = ", ".join(f"`{each}`" for each in names[:_SHOWN])
    return (f"known: {listed}{more}",) if names else ()
