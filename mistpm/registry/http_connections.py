"""Connections to a web server: proxies, credentials, certificates."""

from __future__ import annotations

import netrc
import os
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from mistpm import __version__
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.parallel import MOST

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager


class HttpConnections:
    """Asks for single URLs; connections are used again.  May be used from several threads.

    User and password come from `home`, the registry's own address, or from the user's netrc file;
    they are sent to that scheme, host and port only.  Proxies come from the environment, certificate
    authorities from the system or `SSL_CERT_FILE`.
    """

    def __init__(self, home: str, policy: HttpPolicy) -> None:
        self._home = home
        self._policy = policy
        self._pools: dict[str, PoolManager] = {}

    def get(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Send one request and give the answer, its body unread; raises urllib3's `HTTPError`."""
        from urllib3 import Timeout

        own = {"User-Agent": f"mistpm/{__version__}", "Accept-Encoding": "gzip"}
        if _origin(url) == _origin(self._home) and self._authorization:
            own["Authorization"] = self._authorization
        return self._pool(url).request(
            "GET",
            url,
            headers={**own, **headers},
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=self._policy.connect_seconds, read=self._policy.silent_seconds),
        )

    def _pool(self, url: str) -> PoolManager:
        """Give the connections for a URL: direct ones, or those through its proxy."""
        from urllib3 import PoolManager, ProxyManager, make_headers

        parts = urlsplit(url)
        proxy = urllib.request.getproxies().get(parts.scheme, "")
        if proxy and urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
            proxy = ""
        if proxy not in self._pools:
            if proxy:
                user = unquote(urlsplit(proxy).netloc.rpartition("@")[0])
                headers = make_headers(proxy_basic_auth=user) if user else {}
                pool: PoolManager = ProxyManager(proxy, maxsize=MOST, proxy_headers=headers)
            else:
                pool = PoolManager(maxsize=MOST)
            self._pools[proxy] = pool
        return self._pools[proxy]

    @cached_property
    def _authorization(self) -> str:
        """The header for user and password, empty where there are none."""
        from urllib3 import make_headers

        parts = urlsplit(self._home)
        user = unquote(parts.netloc.rpartition("@")[0]) or _from_netrc(parts.hostname or "")
        return make_headers(basic_auth=user)["authorization"] if user else ""


def absolute(base: str, address: str) -> str:
    """Give a whole http or https address, empty where there is none."""
    try:
        url = urljoin(base, address)
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return url if valid else ""


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _from_netrc(host: str) -> str:
    """Find `USER:PASSWORD` for a host in the netrc file that `NETRC` names, or the user's own."""
    try:
        found = netrc.netrc(os.environ.get("NETRC")).authenticators(host)
    except (OSError, ValueError, netrc.NetrcParseError):
        return ""
    return f"{found[0]}:{found[2]}" if found else ""
