"""Talking with an API server: requests in JSON, tried again where that helps."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.retrying import PASSING, Patience, Trouble, classify
from mistpm.target.cluster.api.transport import FAILURE, Request, Stream, Transport, refused

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

MANAGER: Final = "mistpm"
"""Our field manager."""

JSON: Final = "application/json"
APPLY: Final = "application/apply-patch+yaml"
_NOTHING: Final[Mapping[str, str]] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What the server answered; `data` is text where it is not JSON.  `warnings` are the server's own."""

    status: int
    data: Any
    warnings: tuple[str, ...] = ()


class Client:
    """Asks one API server as one user; may be used from several threads.

    A failure that passes by itself is waited for as `patience` says (`retrying.py`), credentials that
    ran out are had again once; `hear` is told of each further try.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        hear: Callable[[str], None] = lambda _: None,
        patience: Patience | None = None,
    ) -> None:
        self.connection = connection
        self._hear = hear
        self._closed = threading.Event()
        self._patience = patience or Patience(pause=lambda seconds: _rest(self._closed, seconds))
        self._transport = Transport(connection)
        self._is_known = False

    @property
    def title(self) -> str:
        """How messages call the cluster: `cluster prod`."""
        return self.connection.title

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = _NOTHING,
        body: object = None,
        content_type: str = JSON,
        accept: str = JSON,
        seconds: float = 30.0,
        patience: float | None = None,
        also: tuple[Trouble, ...] = (),
        check: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Send a request and give the answer, which is a success.

        `seconds` is how long the server may say nothing, `patience` how many seconds the request is
        tried again, `also` what it is tried again for besides `PASSING`.  `check` is called before it is
        tried again, and raises where it may not be any more.

        Raises `ApiError`: what the server refused, or the last trouble; `maybe_done` where an earlier
        try may have been carried out (a creation may then find what it made itself).  Raises
        `TargetError` where there are no credentials to be had.
        """
        headers = {"Accept": accept}
        content = None
        if body is not None:
            headers["Content-Type"] = content_type
            content = encoded(body, content_type)
        request = Request(
            method=method,
            target=f"{path}?{urlencode(query)}" if query else path,
            headers=headers,
            body=content,
            seconds=seconds,
        )
        is_conditional = _names_version(body)
        trying = _Trying(self._patience, patience, also)
        while True:
            try:
                return self._try(request, trying)
            except ApiError as error:
                trying.failed(error, classify(error, is_conditional=is_conditional), self._is_known)
                pause = trying.pause(error)
                if pause is None:
                    raise
                said = f"{error.status} {error.reason}" if error.status else error.message
                self._hear(f"{method} {path}: {said}; trying again in {pause:.1f} s")
                self._patience.pause(pause)
                if self._closed.is_set():
                    raise
            check()

    def get(self, path: str, **query: str) -> Any:
        """Read an object or a list; raises `ApiError`."""
        return self.request("GET", path, query=query).data

    def apply(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        dry_run: bool = False,
        force: bool = False,
        also: tuple[Trouble, ...] = (),
        check: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Apply an object on the server as our field manager; status 201 where it was not there.

        Fields that the kind does not have are an error.  `check` is as for `request`.  Raises `ApiError`.
        """
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        if force:
            query["force"] = "true"
        return self.request(
            "PATCH", path, query=query, body=body, content_type=APPLY, also=also, check=check
        )

    def delete(self, path: str, *, uid: str = "", propagation: str = "Background") -> bool:
        """Delete an object, if it has this uid; tells whether it was there.  Raises `ApiError`."""
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation,
        }
        if uid:
            options["preconditions"] = {"uid": uid}
        try:
            self.request("DELETE", path, body=options)
        except ApiError as error:
            if error.is_not_found:
                return False
            raise
        return True

    def pages(self, path: str, *, limit: int = 500, **query: str) -> Iterator[dict[str, Any]]:
        """Give a list page by page; the last page's `metadata.resourceVersion` is where a watch starts.

        Raises `ApiError`; `is_gone` where it took so long that the rest is not to be had any more.
        """
        for answer in self.answers(path, limit=limit, **query):
            yield answer.data

    def answers(
        self, path: str, *, limit: int = 500, accept: str = JSON, **query: str
    ) -> Iterator[Answer]:
        """Give a list page by page as `pages` does, each as the whole answer."""
        token = ""
        while True:
            more = {"continue": token} if token else {}
            asked = {"limit": str(limit), **query, **more}
            page = self.request("GET", path, query=asked, accept=accept)
            yield page
            token = page.data.get("metadata", {}).get("continue") or ""
            if not token:
                return

    def stream(self, path: str, *, query: Mapping[str, str], seconds: float) -> Stream:
        """Ask for an answer that comes line by line, such as a watch; nothing is tried twice.

        Raises `ApiError`; so does reading, also where nothing comes for so many seconds.
        """
        request = Request(
            method="GET",
            target=f"{path}?{urlencode(query)}",
            headers={"Accept": JSON, "Accept-Encoding": "identity"},
            seconds=seconds,
        )
        return self._transport.stream(request)

    def close(self) -> None:
        """Close the connections; requests that wait to be tried again end with their error."""
        self._closed.set()
        self._transport.close()

    def _try(self, request: Request, trying: _Trying) -> Answer:
        response, login = self._transport.send(request)
        self._is_known = True
        if response.status < FAILURE:
            return _answer(request, response)
        error = refused(request, response)
        if error.is_unauthorized and trying.may_log_in() and self._transport.renew(login):
            self._hear(f"{request.method} {request.path}: 401 {error.reason}; logged in again")
            return self._try(request, trying)
        raise error


class _Trying:
    """How often one request was tried, and whether it will be again."""

    def __init__(
        self, patience: Patience, seconds: float | None, also: tuple[Trouble, ...]
    ) -> None:
        self._patience = patience
        self._seconds = patience.seconds if seconds is None else seconds
        self._wanted = PASSING.union(also)
        self._start = patience.clock()
        self._attempt = 0
        self._maybe_done = False
        self._logged_in = False
        self._trouble: Trouble = "final"
        self._limit = 0.0

    def may_log_in(self) -> bool:
        """Tell whether this is the first time that credentials are had again."""
        first = not self._logged_in
        self._logged_in = True
        return first

    def failed(self, error: ApiError, trouble: Trouble, is_known: bool) -> None:
        """Count a failure."""
        self._attempt += 1
        error.maybe_done = self._maybe_done
        self._trouble = trouble
        self._maybe_done |= error.reason in {"Broken", "Silent"} or trouble == "server"
        self._limit = self._seconds if is_known else min(self._seconds, self._patience.connecting)

    def pause(self, error: ApiError) -> float | None:
        """Give the seconds before the next try, None where there is none."""
        if self._trouble not in self._wanted:
            return None
        pause = self._patience.wait(self._attempt, error.retry_after)
        over = self._patience.clock() - self._start + pause > self._limit
        return None if over else pause


_UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def encoded(body: object, content_type: str) -> bytes:
    """Give a body as JSON, for server-side apply as JSON that is YAML, too.

    The server reads what is applied as YAML, which ends lines at characters that JSON lets stand in
    texts, and forbids others.
    """
    content = msgspec.json.encode(body)
    if content_type != APPLY or (content.isascii() and b"\x7f" not in content):
        return content
    text = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", content.decode())
    return text.encode()


def _names_version(body: object) -> bool:
    """Tell whether a request is for one version of its object."""
    metadata = body.get("metadata") if isinstance(body, Mapping) else None
    return isinstance(metadata, Mapping) and "resourceVersion" in metadata


def _answer(request: Request, response: BaseHTTPResponse) -> Answer:
    """Give a success; raises `ApiError` where JSON was asked for and something else came."""
    data: Any = response.data
    if response.headers.get("Content-Type", "").startswith(JSON):
        try:
            data = msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise _unexpected(request, 0, "Broken", "the answer is not whole") from error
        if not isinstance(data, dict):
            raise _unexpected(request, response.status, "NotKubernetes", "it answers no object")
    elif request.headers["Accept"].startswith(JSON):
        raise _unexpected(request, response.status, "NotKubernetes", "it does not answer in JSON")
    else:
        data = data.decode("utf-8", "replace")
    return Answer(
        status=response.status,
        data=data,
        warnings=tuple(_warning(each) for each in response.headers.getlist("Warning")),
    )


def _unexpected(request: Request, status: int, reason: str, message: str) -> ApiError:
    return ApiError(status, reason, message, method=request.method, path=request.path)


def _warning(header: str) -> str:
    """Give the text of a header such as `299 - "unknown field"`."""
    match = re.fullmatch(r'\d{3} \S+ "(.*)"(?: ".*")?', header)
    return match[1].replace('\\"', '"').replace("\\\\", "\\") if match else header


def _rest(closed: threading.Event, seconds: float) -> None:
    closed.wait(seconds)
