"""Getting files from a static web server: retried, limited, redirected with care."""

from __future__ import annotations

import netrc
import os
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from msgspec import Struct

from mistpm import __version__
from mistpm.errors import RegistryError
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.parallel import MOST
from mistpm.registry.place import Place, blotted, without_credentials

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

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

    User and password come from the URL or from the user's netrc file; they are sent to that scheme,
    host and port only.  Proxies come from the environment, certificates from the system or
    `SSL_CERT_FILE`.  `remembered` says whether there is a cache that errors can point to.
    """

    def __init__(
        self, place: Place, url: str, policy: HttpPolicy, *, remembered: bool = False
    ) -> None:
        self._place = place
        self._given = url
        self._policy = policy
        self._remembered = remembered
        self._pools: dict[str, PoolManager] = {}
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
        try:
            parts = urlsplit(self._given)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            why = "this is no address that begins with http:// or https://"
            raise self._unreachable(why, "check what follows `http:`")
        netloc = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=netloc, path=parts.path.rstrip("/") + "/")

    def _try(self, path: str, conditions: Mapping[str, str], limit: int) -> Answer:
        from urllib3.exceptions import HTTPError

        deadline = self._policy.clock() + self._policy.total_seconds
        url = self._base._replace(path=self._base.path + quote(path)).geturl()
        try:
            response = self._follow(url, conditions)
            try:
                return self._answer(path, response, limit, deadline)
            finally:
                response.close()
                response.release_conn()
        except HTTPError as error:
            raise self._explained(path, error) from error

    def _follow(self, url: str, conditions: Mapping[str, str]) -> BaseHTTPResponse:
        """Ask, and go where redirections lead; never from https to http."""
        for _ in range(self._policy.redirects + 1):
            response = self._ask(url, conditions)
            location = response.get_redirect_location()
            if not location:
                return response
            response.drain_conn()
            response.release_conn()
            following = urljoin(url, location)
            scheme = urlsplit(following).scheme
            if scheme not in {"http", "https"} or (scheme == "http" and url.startswith("https:")):
                raise self._unreachable(f"it redirects to {without_credentials(following)}", _NEVER)
            url = following
        count = self._policy.redirects
        raise self._unreachable(f"it redirects more than {count} times, at last to {url}", _NEVER)

    def _ask(self, url: str, conditions: Mapping[str, str]) -> BaseHTTPResponse:
        from urllib3 import Timeout

        headers = {"User-Agent": f"mistpm/{__version__}", "Accept-Encoding": "gzip", **conditions}
        if _origin(url) == _origin(self._given) and self._authorization:
            headers["Authorization"] = self._authorization
        return self._pool(url).request(
            "GET",
            url,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=self._policy.connect_seconds, read=self._policy.silent_seconds),
        )

    def _answer(
        self,
        path: str,
        response: BaseHTTPResponse,
        limit: int,
        deadline: float,
    ) -> Answer:
        status = response.status
        if status == HTTPStatus.NOT_MODIFIED or status in _ABSENT:
            return Answer(status=min(status, HTTPStatus.NOT_FOUND))
        if status != HTTPStatus.OK:
            raise self._refused(path, response)
        body = bytearray()
        while len(body) < limit:
            chunk = response.read1(min(_CHUNK, limit - len(body)))
            if not chunk:
                break
            body += chunk
            if self._policy.clock() > deadline:
                why = f"not all of it came within {self._policy.total_seconds:g} seconds"
                raise self._unreachable(f"{path}: {why}")
        return Answer(
            status=status,
            body=bytes(body),
            etag=response.headers.get("ETag", ""),
            modified=response.headers.get("Last-Modified", ""),
        )

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

    def _pool(self, url: str) -> PoolManager:
        """Give the connections for a URL: direct ones, or those through its proxy."""
        from urllib3 import PoolManager, ProxyManager, make_headers

        parts = urlsplit(url)
        proxy = urllib.request.getproxies().get(parts.scheme, "")
        if proxy and urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
            proxy = ""
        if proxy not in self._pools:
            if proxy:
                user = urlsplit(proxy).netloc.rpartition("@")[0]
                headers = make_headers(proxy_basic_auth=unquote(user)) if user else {}
                pool: PoolManager = ProxyManager(proxy, maxsize=MOST, proxy_headers=headers)
            else:
                pool = PoolManager(maxsize=MOST)
            self._pools[proxy] = pool
        return self._pools[proxy]

    @cached_property
    def _authorization(self) -> str:
        """The header for user and password, empty where there are none."""
        from urllib3 import make_headers

        user = unquote(urlsplit(self._given).netloc.rpartition("@")[0])
        if not user and (found := _netrc(self._base.hostname or "")):
            user = f"{found[0]}:{found[1]}"
        return make_headers(basic_auth=user)["authorization"] if user else ""

    def _unreachable(self, why: str, hint: str = "") -> RegistryError:
        why = blotted(why, self._given)
        return self._place.unreachable(why, hint=hint, remembered=self._remembered)


_NEVER: Final = "write the address where the registry is now"
_CERTIFICATE: Final = "check the address; `SSL_CERT_FILE` can name a file with the certificate authorities that you trust"


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _plain(error: Exception) -> str:
    """Give an error's own words: the operating system's where there are some."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error)


def _netrc(host: str) -> tuple[str, str] | None:
    """Find user and password for a host in the netrc file that `NETRC` names, or the user's own."""
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return None
    return (found[0], found[2] or "") if found else None
