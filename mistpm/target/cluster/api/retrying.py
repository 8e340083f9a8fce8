"""Which failures of a request pass by themselves, and how long that is waited for."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, Literal

from msgspec import Struct

from mistpm.target.cluster.api.api_error import ApiError, is_schema_error

Trouble = Literal["busy", "connection", "server", "race", "webhook", "unserved", "login", "final"]
"""Why a request failed:

busy        429: the server wants to be left alone for a while
connection  there was no answer
server      a 5xx that passes: the server starts, ends, elects a leader
race        nobody's fault: a quota was counted by two at once (409), or a namespace is so new that
            its quota or service account are not ready (403)
webhook     an admission webhook cannot be called, which passes where its Pods are about to start
unserved    the API is not there, which passes where its CRD was just made
login       401: the credentials ran out
final       everything else: asking again gives the same answer
"""

PASSING: Final[frozenset[Trouble]] = frozenset({"busy", "connection", "server", "race"})
"""What every request is retried for; the caller knows whether `webhook` and `unserved` can pass."""

_PASSING_STATUS: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_PASSING_WORDS: Final = (
    "leader changed",
    "no leader",
    "not leader",
    "etcdserver: request timed out",
    "etcdserver: server stopped",
    "etcdserver: too many requests",
    "context deadline exceeded",
    "connection refused",
    "connection reset",
    "client connection lost",
    "unexpected EOF",
    "apiserver is shutting down",
)
_WEBHOOKS: Final = ("failed calling webhook", "conversion webhook for")
_RACE: Final = "the object has been modified"
_NEW_NAMESPACES: Final = (
    "status unknown for quota",
    'error looking up service account .*serviceaccount "default" not found',
)
"""What is forbidden in a namespace until controllers have looked at it."""

_PASSING_CONNECTIONS: Final = {"Refused", "Broken", "Silent", "UnknownHost"}


def classify(error: ApiError, *, is_conditional: bool = False) -> Trouble:
    """Tell what kind of trouble an error is.

    `is_conditional` says that the request was for one version of its object (`resourceVersion`): that
    the object was modified is then an answer.
    """
    match error.status:
        case 0:
            return "connection" if error.reason in _PASSING_CONNECTIONS else "final"
        case HTTPStatus.UNAUTHORIZED:
            return "login"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "busy"
        case HTTPStatus.FORBIDDEN:
            is_early = any(re.search(words, error.message) for words in _NEW_NAMESPACES)
            return "race" if is_early else "final"
        case HTTPStatus.CONFLICT:
            return "race" if _is_race(error, is_conditional) else "final"
        case HTTPStatus.NOT_FOUND:
            return "unserved" if error.is_unserved else "final"
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return _internal(error)
        case status if status in _PASSING_STATUS:
            return "server"
    return "final"


def _internal(error: ApiError) -> Trouble:
    """Tell apart what servers call an internal error: only its words do."""
    if is_schema_error(error):
        return "final"
    if any(words in error.message for words in _WEBHOOKS):
        return "webhook"
    return "server" if any(words in error.message for words in _PASSING_WORDS) else "final"


def _is_race(error: ApiError, is_conditional: bool) -> bool:
    """Tell whether a conflict is nobody's fault; a quota's names the quota, not what was to be made."""
    if _RACE not in error.message:
        return False
    about_itself = f"/{error.kind}/{error.name}/" in f"{error.path}/"
    return not (is_conditional and about_itself)


_spread = itertools.count()


class Patience(Struct, frozen=True, kw_only=True):
    """How long a request is tried again.

    `seconds` in all for one request, `connecting` while the server has never answered this process
    (it is more likely to be the wrong one than to come back).  `clock` and `pause` are for whoever cannot wait.
    """

    seconds: float = 60
    connecting: float = 1
    first: float = 0.1
    longest: float = 5
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def wait(self, attempt: int, asked: float | None) -> float:
        """Give the seconds before the next try: what the server asked for, else twice as long each time.

        A part is different for each caller, lest all that failed together come back together.
        """
        share = next(_spread) * 0.618 % 1
        if asked is not None:
            return asked + share * self.first
        return float(min(self.first * 2 ** (attempt - 1), self.longest) * (0.75 + share / 2))
