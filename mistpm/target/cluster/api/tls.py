"""Secure connections to an API server: whom we trust, and who we say we are."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from collections.abc import Iterable

from mistpm.errors import TargetError
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import Login


class SharedContext(ssl.SSLContext):
    """A context that several connections may be opened with at the same time.

    urllib3 sets the protocols to offer before each handshake. OpenSSL frees what was set before, and
    another connection that is just being made may be copying it: what is sent then is no greeting that
    a server could read.
    """

    _is_offering = False

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Offer the protocols of the first call; all callers want the same ones."""
        if not self._is_offering:
            self._is_offering = True
            super().set_alpn_protocols(alpn_protocols)


def tls_context(connection: Connection, login: Login) -> ssl.SSLContext:
    """Give what connections are secured with; raises `TargetError` for certificates that are none."""
    context = SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if connection.authority:
            context.load_verify_locations(cadata=connection.authority.decode("latin-1"))
        else:
            context.load_default_certs()
    except ssl.SSLError as error:
        raise _broken(connection, "certificate-authority", "it holds no certificates") from error
    context.set_alpn_protocols(["http/1.1"])
    # Newer Pythons ask of authorities what those of many clusters, made by older tools, do not have.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if not connection.is_verified:
        _accept_anybody(context)
    if login.certificate:
        _add_certificate(context, connection, login)
    return context


def _accept_anybody(context: ssl.SSLContext) -> None:
    """Do as `insecure-skip-tls-verify` says, without a warning for each request."""
    from urllib3.exceptions import InsecureRequestWarning

    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    warnings.simplefilter("ignore", InsecureRequestWarning)


def _add_certificate(context: ssl.SSLContext, connection: Connection, login: Login) -> None:
    with tempfile.NamedTemporaryFile() as file:  # OpenSSL reads certificates from files only
        file.write(login.certificate + b"\n" + login.key)
        file.flush()
        try:
            context.load_cert_chain(file.name, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            why = "it does not fit its `client-key`, or is no certificate"
            raise _broken(connection, "client-certificate", why) from error


def _no_password() -> str:
    raise ValueError("a key with a password is not asked for it, as nobody may be there")


def _broken(connection: Connection, key: str, why: str) -> TargetError:
    return TargetError(
        "kubeconfig-invalid",
        f"`{key}` for the {connection.title} cannot be used: {why}",
        hint="log in again, or mend the kubeconfig",
    )
