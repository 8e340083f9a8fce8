"""Proxies in front of an API server."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import urllib.request
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from mistpm.errors import TargetError

if TYPE_CHECKING:
    from urllib3 import PoolManager


def environment_proxy(server: str) -> str:
    """Give the proxy that the environment has for a server, empty for none.

    There is none for this machine itself, and for what `NO_PROXY` lists: hosts, domains and, as Go's
    programs have it, networks (`10.0.0.0/8`).
    """
    parts = urlsplit(server)
    host = parts.hostname or ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme, "")
    if not proxy or host == "localhost" or urllib.request.proxy_bypass(parts.netloc):
        return ""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_loopback or any(address in each for each in _networks(proxies.get("no", ""))):
            return ""
    return proxy


def through_proxy(proxy: str, arguments: Mapping[str, Any]) -> PoolManager:
    """Give connections through a proxy; raises `TargetError` for one that cannot be used."""
    from urllib3 import ProxyManager, make_headers
    from urllib3.exceptions import HTTPError

    user = unquote(urlsplit(proxy).netloc.rpartition("@")[0])
    try:
        if proxy.startswith("socks"):
            return _through_socks(proxy, arguments)
        headers = make_headers(proxy_basic_auth=user) if user else None
        return ProxyManager(proxy, proxy_headers=headers, **arguments)
    except HTTPError as error:
        raise _unusable(proxy, str(error)) from error


def _through_socks(proxy: str, arguments: Mapping[str, Any]) -> PoolManager:
    if importlib.util.find_spec("socks") is None:
        raise _unusable(proxy, "the Python package `PySocks` is not installed")
    from urllib3.contrib.socks import SOCKSProxyManager

    return SOCKSProxyManager(proxy, **arguments)


def _unusable(proxy: str, why: str) -> TargetError:
    parts = urlsplit(proxy)
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return TargetError(
        "cluster-proxy",
        f"the proxy `{shown}` cannot be used: {why}",
        hint="check `proxy-url` in your kubeconfig, or `HTTPS_PROXY`",
    )


def _networks(listed: str) -> Iterator[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for part in listed.split(","):
        if "/" in part:
            with contextlib.suppress(ValueError):
                yield ipaddress.ip_network(part.strip(), strict=False)
