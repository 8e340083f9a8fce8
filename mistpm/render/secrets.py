"""Secrets on their way in: sources become placeholders.

An input whose schema says `writeOnly: true` names a source (`fromEnv`, `fromFile`, `fromSecret`,
`generate`); nothing here looks at the source.  See `specs/rendering.md`, "Secrets".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from mistpm.errors import Problem
from mistpm.model.data_path import DataPath, show_path
from mistpm.model.environment import SecretSource
from mistpm.model.secrets import PLACEHOLDER, SecretInput, make_placeholder
from mistpm.render.data_path import is_at, texts
from mistpm.render.schema import Schema

HOW = "write {fromEnv: NAME}, {fromFile: PATH}, {fromSecret: {name: NAME, key: KEY}} or {generate: 24}"
_SHORTEST, _LONGEST = 8, 1024


class SecretOwner(Struct, frozen=True, kw_only=True):
    """Whose inputs these are: a release's, or those of a package that is called in its render.

    `namespace` is where a `fromSecret` without one looks; `issued` are the placeholders that a caller
    may hand on.
    """

    environment_id: str
    release: str
    namespace: str
    call: str = ""
    issued: Mapping[str, SecretInput] = {}


class TakenSecrets(Struct, frozen=True, kw_only=True):
    """Inputs with placeholders, what these stand for, and what was wrong."""

    data: dict[str, Any]
    secrets: tuple[SecretInput, ...]
    problems: tuple[Problem, ...]
    has_literals: bool


class InvalidSecretError(ValueError):
    """A secret is not given as it must be; `hint` says how, `is_literal` that it is written out."""

    def __init__(self, message: str, *, hint: str = HOW, is_literal: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.is_literal = is_literal


def take_secrets(
    schema: Schema, data: dict[str, Any], *, given: Mapping[str, Any], owner: SecretOwner
) -> TakenSecrets:
    """Replace every secret in `data` (completed inputs) by its placeholder.

    `given` are the inputs before completion: what is not in them is the package's own default, which
    can only be `generate`, lest a package helps itself to the user's variables and files.  In a call
    the caller gives placeholders that it was given itself, and nothing else.
    """
    secrets: list[SecretInput] = []
    problems = [] if owner.call else _forged(given)
    has_literals = False
    for path, schemas in schema.secrets(data):
        value, is_given = _get(data, path), is_at(given, path)
        shown = show_path(("inputs", *path))
        try:
            if value is None or (is_given and owner.call and _is_handed_on(value, owner)):
                continue
            source = _source(value, schemas, owner=owner, is_given=is_given)
        except InvalidSecretError as error:
            problems.append(Problem(path=shown, message=str(error), hint=error.hint))
            has_literals |= error.is_literal
            continue
        text = make_placeholder(owner.environment_id, owner.release, owner.call, shown)
        data = _replaced(data, path, text)
        secrets.append(
            SecretInput(
                placeholder=text, release=owner.release, call=owner.call, path=shown, source=source
            )
        )
    return TakenSecrets(
        data=data, secrets=tuple(secrets), problems=tuple(problems), has_literals=has_literals
    )


def _is_handed_on(value: Any, owner: SecretOwner) -> bool:
    """Tell that a caller gives a placeholder which it has itself; raises if it is anything else."""
    if isinstance(value, str) and value in owner.issued:
        return True
    raise InvalidSecretError("is a secret; a call takes only a placeholder for it", hint="")


def _source(
    value: Any, schemas: tuple[Mapping[str, Any], ...], *, owner: SecretOwner, is_given: bool
) -> SecretSource:
    """Read where a secret comes from; raises `InvalidSecretError`."""
    if not isinstance(value, Mapping):
        raise InvalidSecretError("is a secret and may not be written out", is_literal=True)
    source = parse_source(value, namespace=owner.namespace)
    if not is_given and not source.generate:
        raise InvalidSecretError(
            "has a default that looks into the user's files, variables or Secrets",
            hint="give it a source yourself, and tell the package's author: only `generate` may be a default",
        )
    if source.generate:
        _check_length(source.generate, schemas)
    return source


def parse_source(value: Mapping[str, Any], *, namespace: str) -> SecretSource:
    """Read `{fromEnv: NAME}` and its kin; raises `InvalidSecretError`.

    `namespace` is where a `fromSecret` without one looks.
    """
    if len(value) != 1 or next(iter(value)) not in _READERS:
        keys = ", ".join(f"`{key}`" for key in value) or "nothing"
        raise InvalidSecretError(f"is a secret and needs one source, not {keys}")
    [(key, argument)] = value.items()
    return _READERS[key](argument, namespace)


def _from_env(name: Any, _namespace: str) -> SecretSource:
    if not isinstance(name, str) or not name or "=" in name or "\0" in name:
        raise InvalidSecretError("`fromEnv` takes the name of an environment variable")
    return SecretSource(from_env=name)


def _from_file(path: Any, _namespace: str) -> SecretSource:
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidSecretError("`fromFile` takes the path of a file")
    return SecretSource(from_file=path)


def _from_secret(place: Any, namespace: str) -> SecretSource:
    if (
        not isinstance(place, Mapping)
        or not {"name", "key"} <= place.keys() <= {"namespace", "name", "key"}
        or not all(isinstance(part, str) and part for part in place.values())
    ):
        raise InvalidSecretError(
            "`fromSecret` takes a mapping with `name`, `key` and perhaps `namespace`"
        )
    return SecretSource(
        from_secret=(place.get("namespace", namespace), place["name"], place["key"])
    )


def _generate(length: Any, _namespace: str) -> SecretSource:
    if type(length) is not int or not _SHORTEST <= length <= _LONGEST:
        raise InvalidSecretError(
            f"`generate` takes a number of characters, {_SHORTEST} to {_LONGEST}"
        )
    return SecretSource(generate=length)


_READERS: Mapping[str, Callable[[Any, str], SecretSource]] = {
    "fromEnv": _from_env,
    "fromFile": _from_file,
    "fromSecret": _from_secret,
    "generate": _generate,
}


def _check_length(size: int, schemas: tuple[Mapping[str, Any], ...]) -> None:
    """Raise if a generated value would not have the length that the schema asks for."""
    shortest = max(schema.get("minLength", 0) for schema in schemas)
    longest = min(schema.get("maxLength", _LONGEST) for schema in schemas)
    if not shortest <= size <= longest:
        raise InvalidSecretError(
            f"`generate: {size}` does not make the {shortest} to {longest} characters that the package asks for"
        )


def _forged(given: Mapping[str, Any]) -> list[Problem]:
    """Find placeholders that somebody copied into inputs: nothing would ever replace them."""
    return [
        Problem(
            path=show_path(("inputs", *path)),
            message="holds the placeholder of a secret",
            hint="give the secret itself, as {fromEnv: NAME}; a package hands it on by its outputs",
        )
        for path, text in texts(given)
        if PLACEHOLDER.search(text)
    ]


def _get(data: Any, path: DataPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _replaced(data: Any, path: DataPath, value: Any) -> Any:
    """Give `data` with `value` at `path`, the original untouched."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    changed = dict(data) if isinstance(data, Mapping) else list(data)
    changed[step] = _replaced(data[step], rest, value)  # type: ignore[index]
    return changed
