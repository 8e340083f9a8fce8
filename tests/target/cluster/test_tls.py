"""Secure connections are opened by several threads at a time, all with one context."""

from __future__ import annotations

import ssl

from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import Login, StoredCredentials
from mistpm.target.cluster.api.tls import tls_context

OFFERED = b"\x00\x10\x00\x0b\x00\x09\x08http/1.1"
"""The extension of a greeting that names protocols, as RFC 7301 lays it out."""


def greeting(context: ssl.SSLContext) -> bytes:
    """Give what a connection sends first."""
    sent = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="example.org")
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise AssertionError("a handshake ended without a server")


def test_the_offered_protocols_are_never_set_again() -> None:
    """Setting them frees what another thread may be copying into its greeting at that moment."""
    connection = Connection(
        server="https://example.org", title="cluster", credentials=StoredCredentials()
    )
    context = tls_context(connection, Login())

    context.set_alpn_protocols(["h2"])

    assert OFFERED in greeting(context)
