"""Getting files from a static web server: retried, limited, redirected with care."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urlsplit

from msgspec import Struct

from mistpm.errors import RegistryError
from mistpm.registry.http_connections import HttpConnections, absolute
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.place import Place, blotted, without_credentials

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_CHUNK: Final = 64 * 1024
_ABSENT: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_DENIED: Final = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
}
_PASSING: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_ERRORS_OF_SERVERS: Final = 500


class Answer(Struct, frozen=True, kw_only=True):
    """What a server said: `status` is 200, 304 (unchanged) or 404, `body` is empty but for 200."""

    status: int
    body: bytes = b""
    etag: str = ""
    modified: str = ""


class _PassingError(Exception):
    """Trying again may help; `after` is what the server says of when."""

    def __init__(self, why: str, *, after: str | None = None, connected: bool = True) -> None:
        super().__init__(why)
        self.after = after
        self.connected = connected


class HttpClient:
    """Gets files below one URL; may be used from several threads.

    `remembered` says whether there is a cache that errors can point to.
    """

    def __init__(
        self, place: Place, url: str, policy: HttpPolicy, *, remembered: bool = False
    ) -> None:
        self._place = place
        self._given = url
        self._policy = policy
        self._remembered = remembered
        self._connections = HttpConnections(url, policy)
        self._down: RegistryError | None = None

    def get(
        self,
        path: str,
        *,
        limit: int,
        conditions: Mapping[str, str] | None = None,
    ) -> Answer:
        """Get at most `limit` bytes of a file; `conditions` are headers such as `If-None-Match`.

        Raises `RegistryError` (`registry-unreachable`, `registry-denied`) after the last try.  When
        no connection could be made at all, every further call fails at once.
        """
        if self._down:
            raise self._down
        attempt = 1
        while True:
            try:
                return self._try(path, conditions or {}, limit)
            except _PassingError as trouble:
                if attempt == self._policy.attempts:
                    error = self._unreachable(f"{path}: {trouble}")
                    if not trouble.connected:
                        self._down = error
                    raise error from trouble
                self._policy.wait(attempt, trouble.after)
                attempt += 1

    @cached_property
    def _base(self) -> SplitResult:
        """The address without credentials; raises `RegistryError` where it is none."""
        parts = urlsplit(absolute("", self._given))
        if not parts.hostname:
            why = "this is no address that begins with http:// or https://"
            raise self._unreachable(why, "check what follows `http:`")
        netloc = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=netloc, path=parts.path.rstrip("/") + "/")

    def _try(self, path: str, conditions: Mapping[str, str], limit: int) -> Answer:
        from urllib3.exceptions import HTTPError

        url = self._base._replace(path=self._base.path + quote(path)).geturl()
        deadline = self._policy.clock() + self._policy.total_seconds
        try:
            with self._follow(url, conditions, deadline) as response:
                return self._answer(path, response, limit, deadline)
        except HTTPError as error:
            raise self._explained(path, error) from error

    def _follow(self, url: str, conditions: Mapping[str, str], deadline: float) -> BaseHTTPResponse:
        """Ask, and go where redirections lead; never from https to http."""
        for _ in range(self._policy.redirects + 1):
            response = self._connections.get(url, conditions)
            location = response.get_redirect_location()
            if not location:
                return response
            with response:
                self._body(response, _CHUNK, deadline)
            url = self._redirected(url, location)
        count = self._policy.redirects
        last = without_credentials(url)
        raise self._unreachable(f"it redirects more than {count} times, at last to {last}", _NEVER)

    def _redirected(self, url: str, location: str) -> str:
        """Give the address that a redirection leads to; raises where it must not be followed."""
        following = absolute(url, location)
        if not following or (following.startswith("http:") and url.startswith("https:")):
            shown = without_credentials(following or location)
            raise self._unreachable(f"it redirects to {shown}", _NEVER)
        return following

    def _answer(self, path: str, response: BaseHTTPResponse, limit: int, deadline: float) -> Answer:
        status = response.status
        body = self._body(response, limit if status == HTTPStatus.OK else _CHUNK, deadline)
        if status == HTTPStatus.NOT_MODIFIED or status in _ABSENT:
            return Answer(status=min(status, HTTPStatus.NOT_FOUND))
        if status != HTTPStatus.OK:
            raise self._refused(path, response)
        return Answer(
            status=status,
            body=body,
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
        )

    def _body(self, response: BaseHTTPResponse, limit: int, deadline: float) -> bytes:
        """Read at most `limit` bytes; a body that was read whole leaves its connection to the next."""
        from urllib3 import exceptions

        body = bytearray()
        while len(body) < limit:
            chunk = response.read1(min(_CHUNK, limit - len(body)))
            if not chunk:
                break
            body += chunk
            if self._policy.clock() > deadline:
                seconds = self._policy.total_seconds
                raise exceptions.TimeoutError(f"not all of it came within {seconds:g} seconds")
        return bytes(body)

    def _refused(self, path: str, response: BaseHTTPResponse) -> Exception:
        """Give the error for a status that is no answer; trying again may help with some."""
        status = response.status
        said = f"HTTP {status} {response.reason or ''}".rstrip()
        if status in _PASSING or status >= _ERRORS_OF_SERVERS:
            return _PassingError(said, after=response.headers.get("Retry-After"))
        if status in _DENIED:
            return RegistryError(
                "registry-denied",
                f"the registry `{self._place.alias}` does not let you in: {said}",
                context=(f"address: {self._place.address}", f"file: {path}"),
                hint="write user and password for its host into your netrc file",
            )
        return self._unreachable(f"{path}: {said}")

    def _explained(self, path: str, error: Exception) -> Exception:
        """Give the error for what urllib3 reports; trying again may help with most."""
        from urllib3 import exceptions

        host = self._base.hostname
        policy = self._policy
        match error:
            case exceptions.SSLError():
                why = getattr(error.args[0], "verify_message", "") or _plain(error)
                return self._unreachable(f"no secure connection to `{host}`: {why}", _CERTIFICATE)
            case exceptions.LocationValueError() | exceptions.ProxySchemeUnknown():
                return self._unreachable(f"{path}: {_plain(error)}")
            case exceptions.NameResolutionError():
                return _PassingError(f"the host `{host}` is not known", connected=False)
            case exceptions.NewConnectionError():
                return _PassingError(f"no connection to `{host}`: {_plain(error)}", connected=False)
            case exceptions.ConnectTimeoutError():
                why = f"`{host}` did not answer within {policy.connect_seconds:g} seconds"
                return _PassingError(why, connected=False)
            case exceptions.ReadTimeoutError():
                return _PassingError(f"nothing came for {policy.silent_seconds:g} seconds")
            case exceptions.ProxyError():
                return _PassingError(f"the proxy failed: {_plain(error)}", connected=False)
            case exceptions.ProtocolError():
                return _PassingError("the connection broke before everything was there")
        return self._unreachable(f"{path}: {_plain(error)}")

    def _unreachable(self, why: str, hint: str = "") -> RegistryError:
        why = blotted(why, self._given)
        return self._place.unreachable(why, hint=hint, remembered=self._remembered)


_NEVER: Final = "write the address where the registry is now"
_CERTIFICATE: Final = "check the address; `SSL_CERT_FILE` can name a file with the certificate authorities that you trust"


def _plain(error: Exception) -> str:
    """Give an error's own words: the operating system's where there are some."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error)
