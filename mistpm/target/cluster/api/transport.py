"""Sending single requests to an API server: TLS, proxies, credentials, connections used again."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from mistpm import __version__
from mistpm.target.cluster.api.api_error import ApiError, from_answer
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import Login
from mistpm.target.cluster.api.proxies import environment_proxy, through_proxy
from mistpm.target.cluster.api.tls import tls_context

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

MOST: Final = 32
"""How many connections are kept; more are made where more threads ask at once."""

FAILURE: Final = 300
"""The lowest status that is no success."""

_CONNECT_SECONDS: Final = 10.0


class Request(Struct, frozen=True, kw_only=True):
    """One request: `target` is path and query, `seconds` how long the server may say nothing."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None = None
    seconds: float

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Transport:
    """Sends requests as the connection's user; may be used from several threads.

    Nothing is tried twice.  What never got an answer is an `ApiError` of status 0.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._session: tuple[Login, PoolManager] | None = None
        self._headers = {
            "User-Agent": f"mistpm/{__version__}",
            "Accept-Encoding": "gzip",
        }

    def send(self, request: Request, *, is_stream: bool = False) -> tuple[BaseHTTPResponse, Login]:
        """Send one request; give the answer, its body read unless `is_stream`, and the login that was used.

        Raises `ApiError`, and `TargetError` where there are no credentials to be had.
        """
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        login, pool = self._current()
        try:
            response = pool.urlopen(
                request.method,
                self._connection.server + request.target,
                body=request.body,
                headers=self._with_own({**self._headers, **login.headers, **request.headers}),
                redirect=False,
                retries=False,
                preload_content=not is_stream,
                timeout=Timeout(connect=_CONNECT_SECONDS, read=request.seconds),
            )
        except HTTPError as error:
            raise self._explained(error, request) from error
        return response, login

    def stream(self, request: Request) -> Stream:
        """Send a request whose answer comes line by line.  Raises `ApiError`."""
        response, _ = self.send(request, is_stream=True)
        if response.status >= FAILURE:
            with response:
                raise refused(request, response)
        return Stream(response, lambda error: self._explained(error, request))

    def renew(self, used: Login) -> bool:
        """Log in again unless somebody did since `used`; tells whether there are other credentials now."""
        with self._lock:
            if self._session and self._session[0] is not used:
                return True
            if not self._connection.credentials.can_renew:
                return False
            login, _ = self._open(self._connection.credentials.login())
            return login != used

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            if self._session:
                self._session[1].clear()

    def _with_own(self, headers: dict[str, str]) -> Mapping[str, str]:
        """Add the connection's headers, one of which may stand several times."""
        if not self._connection.headers:
            return headers
        from urllib3 import HTTPHeaderDict

        every = HTTPHeaderDict(headers)
        for name, value in self._connection.headers:
            every.add(name, value)
        return every

    def _current(self) -> tuple[Login, PoolManager]:
        session = self._session
        if session is None or _is_over(session[0]):
            with self._lock:
                session = self._session
                if session is None or _is_over(session[0]):
                    session = self._open(self._connection.credentials.login())
        return session

    def _explained(self, error: Exception, request: Request) -> ApiError:
        """Give the error for what urllib3 reports."""
        from urllib3 import exceptions

        host = urlsplit(self._connection.server).netloc
        match error:
            case exceptions.SSLError(args=(ssl.SSLEOFError() | ssl.SSLZeroReturnError(), *_)):
                reason, message = "Broken", f"the connection to `{host}` broke"
            case exceptions.SSLError(args=(ssl.SSLError(reason="WRONG_VERSION_NUMBER"), *_)):
                reason, message = "Address", f"what answers at `{host}` does not speak TLS"
            case exceptions.SSLError():
                why = getattr(error.args[0], "verify_message", "") or _plain(error)
                reason, message = "Certificate", f"no secure connection to `{host}`: {why}"
            case exceptions.NameResolutionError():
                reason, message = "UnknownHost", f"the host `{host}` is not known"
            case exceptions.NewConnectionError():
                reason, message = "Refused", f"no connection to `{host}`: {_plain(error)}"
            case exceptions.ConnectTimeoutError():
                reason = "Silent"
                message = f"`{host}` did not answer within {_CONNECT_SECONDS:g} seconds"
            case exceptions.ReadTimeoutError():
                seconds = _allowed(error, request)
                reason, message = "Silent", f"`{host}` said nothing for {seconds:g} seconds"
            case exceptions.ProxyError():
                reason, message = "Proxy", f"the proxy failed: {_plain(error)}"
            case exceptions.ProtocolError() | exceptions.DecodeError():
                reason, message = "Broken", f"the connection to `{host}` broke"
            case _:
                reason, message = "Address", _plain(error)
        return ApiError(0, reason, message, method=request.method, path=request.path)

    def _open(self, login: Login) -> tuple[Login, PoolManager]:
        """Use a login from now on; connections stay, unless its certificate is another one."""
        before = self._session
        if before and (before[0].certificate, before[0].key) == (login.certificate, login.key):
            self._session = (login, before[1])
        else:
            self._session = (login, self._pool(login))
        return self._session

    def _pool(self, login: Login) -> PoolManager:
        from urllib3 import PoolManager

        connection = self._connection
        arguments: dict[str, Any] = {"num_pools": 1, "maxsize": MOST}
        if connection.server.startswith("https:"):
            arguments["ssl_context"] = tls_context(connection, login)
            if connection.server_name:
                arguments["server_hostname"] = connection.server_name
        proxy = connection.proxy or environment_proxy(connection.server)
        return through_proxy(proxy, arguments) if proxy else PoolManager(**arguments)


class Stream:
    """The lines of an answer, as they come; `end` may be called from another thread than reads them."""

    def __init__(
        self, response: BaseHTTPResponse, explained: Callable[[Exception], ApiError]
    ) -> None:
        self._response = response
        self._explained = explained

    def __iter__(self) -> Iterator[bytes]:
        """Give the lines; raises `ApiError` where the connection breaks or says nothing for too long."""
        from urllib3.exceptions import HTTPError

        rest = b""
        try:
            while chunk := self._response.read1():
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
        except (HTTPError, OSError, ValueError) as error:  # the last where `end` came in between
            raise self._explained(error) from error
        finally:
            self._response.close()

    def end(self) -> None:
        """Have whoever reads see the end, at once."""
        with contextlib.suppress(OSError, ValueError):
            self._response.shutdown()


def refused(request: Request, response: BaseHTTPResponse) -> ApiError:
    """Give the error for an answer that is no success."""
    return from_answer(
        request.method, request.path, response.status, response.headers, response.data
    )


def _is_over(login: Login) -> bool:
    return login.expires is not None and time.time() >= login.expires


def _allowed(error: Exception, request: Request) -> float:
    """Give the seconds that ran out: urllib3 calls the TLS handshake reading, too, and gives it those to connect."""
    is_handshake = f"read timeout={_CONNECT_SECONDS}" in str(error)
    return _CONNECT_SECONDS if is_handshake else request.seconds


def _plain(error: Exception) -> str:
    """Give an error's own words: the operating system's where there are some."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return str(error)
