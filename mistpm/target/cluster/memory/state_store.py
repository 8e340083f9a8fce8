"""The objects in which a cluster remembers environments: read, made, replaced, removed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from mistpm.errors import TargetError
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import MANAGER, Client
from mistpm.target.marks import MANAGER_LABEL

METADATA_ONLY: Final = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
_MANAGED: Final = {"fieldManager": MANAGER}
_TRIES: Final = 5  # others write labels now and then, but not all the time


def unchecked() -> None:
    """Let every write pass."""


class StateStore:
    """ConfigMaps and Secrets (by their plural) in one namespace; raises `TargetError` for whatever fails.

    `check` is called before every write: it raises when this run may not write any more.
    """

    def __init__(
        self, client: Client, namespace: str, *, check: Callable[[], None] = unchecked
    ) -> None:
        self.client = client
        self.namespace = namespace
        self._check = check
        self._written: dict[str, str] = {}  # the version of what was written last, by plural

    def get(self, plural: str, name: str) -> dict[str, Any] | None:
        """Read an object; None where it is not there."""
        try:
            found: dict[str, Any] = self.client.get(self._path(plural, name))
        except ApiError as error:
            if error.is_not_found:
                return None
            raise self._described(error) from error
        return found

    def names(self, plural: str, selector: str) -> tuple[str, ...]:
        """List the names of the objects that a label selector means, without what is in them.

        They are those that were there when this wrote one last: a newer list is only to be had after
        up to a tenth of a second, in which the server makes sure that it has missed nothing.
        """
        query = {}
        if version := self._written.get(plural):
            query = {"resourceVersion": version, "resourceVersionMatch": "NotOlderThan"}
        return tuple(each["name"] for each in self.metadata(plural, selector, **query))

    def metadata(self, plural: str, selector: str, **query: str) -> tuple[dict[str, Any], ...]:
        """List the metadata of objects; none where there is no such namespace."""
        try:
            answer = self.client.request(
                "GET",
                self._path(plural),
                query={"labelSelector": selector, **query},
                accept=METADATA_ONLY,
            )
        except ApiError as error:
            raise self._described(error) from error
        return tuple(each["metadata"] for each in answer.data["items"] or ())

    def create(self, plural: str, body: dict[str, Any], *, what: str) -> dict[str, Any]:
        """Make an object, and the namespace where it is missing.

        One that is there with the same data is it: an earlier try made it.  Raises `TargetError`
        `target-moved` where another run made another one; `what` says what it is about.
        """
        self._check()
        try:
            made = create_in(self.client, self.namespace, self._path(plural), body)
        except ApiError as error:
            if not error.is_already_there:
                raise self._described(error) from error
            found = self.get(plural, body["metadata"]["name"])
            if found is None or _content(found) != _content(body):
                raise self._moved(what) from error
            made = found
        return self._noted(plural, made)

    def replace(
        self, plural: str, body: dict[str, Any], *, before: dict[str, Any], what: str
    ) -> dict[str, Any]:
        """Put an object in the place of `before`, as it was read; labels that others put on it stay.

        Raises `TargetError` `target-moved` where other data is in it by now.
        """
        self._check()
        for _ in range(_TRIES):
            replacing = {**body, "metadata": _metadata(body["metadata"], before["metadata"])}
            path = self._path(plural, body["metadata"]["name"])
            try:
                answer = self.client.request("PUT", path, query=_MANAGED, body=replacing)
            except ApiError as error:
                found = self._changed(error, plural, before)
                if found is not None and _content(found) == _content(body):
                    return self._noted(plural, found)  # a try that got no answer did it
                before = self._same(found, before, what)
            else:
                return self._noted(plural, answer.data)
        raise self._moved(what)

    def delete(self, plural: str, name: str) -> None:
        """Remove an object, if it is there."""
        self._check()
        try:
            self._delete(plural, name, {})
        except ApiError as error:
            if not error.is_not_found:
                raise self._described(error) from error

    def delete_as_read(self, plural: str, before: dict[str, Any], *, what: str) -> None:
        """Remove an object, unless it is not as it was read; raises `TargetError` `target-moved` then."""
        self._check()
        name = before["metadata"]["name"]
        for _ in range(_TRIES):
            try:
                self._delete(
                    plural, name, {"resourceVersion": before["metadata"]["resourceVersion"]}
                )
            except ApiError as error:
                if error.is_not_found:
                    return
                before = self._same(self._changed(error, plural, before), before, what)
            else:
                return
        raise self._moved(what)

    def _noted(self, plural: str, written: dict[str, Any]) -> dict[str, Any]:
        self._written[plural] = written["metadata"]["resourceVersion"]
        return written

    def _delete(self, plural: str, name: str, preconditions: dict[str, str]) -> None:
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
        self.client.request("DELETE", self._path(plural, name), body=options)

    def _changed(
        self, error: ApiError, plural: str, before: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Read what is there, after another version than `before` was found."""
        if not error.is_conflict and not error.is_not_found:
            raise self._described(error) from error
        return self.get(plural, before["metadata"]["name"])

    def _same(
        self, found: dict[str, Any] | None, before: dict[str, Any], what: str
    ) -> dict[str, Any]:
        """Give what is there if others changed nothing but labels and the like."""
        if found is None or _content(found) != _content(before):
            raise self._moved(what)
        return found

    def _path(self, plural: str, name: str = "") -> str:
        path = f"/api/v1/namespaces/{self.namespace}/{plural}"
        return f"{path}/{name}" if name else path

    def _moved(self, what: str) -> TargetError:
        return TargetError(
            "target-moved",
            f"{what} in the {self.client.title} was changed meanwhile, by somebody else or another mistpm",
            hint="run the command again",
        )

    def _described(self, error: ApiError) -> TargetError:
        return describe_state_error(error, self.client)


def create_in(client: Client, namespace: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make an object in a state namespace, and the namespace where it is missing.

    Raises `ApiError`; `TargetError` where the namespace cannot be made.
    """
    try:
        return _post(client, path, body)
    except ApiError as error:
        if not error.is_not_found:
            raise
    _make_namespace(client, namespace)
    return _post(client, path, body)


def describe_state_error(error: ApiError, client: Client) -> TargetError:
    """Give the error that a user sees when state cannot be read or written."""
    described = describe(error, title=client.title)
    # without Secrets one can look around; who lacks more is perhaps to have state elsewhere
    if error.is_right_missing and not (error.method == "GET" and "/secrets" in error.path):
        described.hint += (
            "\nor keep the state where you may write: `--state-namespace NAME`,"
            " or `state: {namespace: NAME}` in mistpm.yaml"
        )
    return described


def decoded(value: object) -> bytes | None:
    """Give the bytes of a value of `binaryData` or of a Secret; None where it is no base64."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _content(data: dict[str, Any]) -> tuple[Any, Any]:
    return data.get("data"), data.get("binaryData")


def _metadata(wanted: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Give our metadata for the next version of an object, with what others wrote beside it."""
    kept = {
        key: {**(before.get(key) or {}), **(wanted.get(key) or {})}
        for key in ("labels", "annotations")
    }
    return {**wanted, **kept, "resourceVersion": before["resourceVersion"]}


def _post(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = client.request("POST", path, query=_MANAGED, body=body).data
    return made


def _make_namespace(client: Client, name: str) -> None:
    """Make a state namespace; it belongs to no environment, and stays when the last one is gone."""
    body = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {MANAGER_LABEL: MANAGER}},
    }
    try:
        _post(client, "/api/v1/namespaces", body)
    except ApiError as error:
        if error.is_right_missing:
            raise TargetError(
                "state-namespace-missing",
                f"the {client.title} has no namespace `{name}` to remember the environment in, and you may not make it",
                hint="have it made by somebody who may, or keep the state in a namespace that there is: "
                "`state: {namespace: NAME}` in mistpm.yaml",
            ) from error
        if not error.is_already_there:
            raise describe(error, title=client.title) from error
