"""What is tried again, how often, and what a user with -v hears of it."""

from __future__ import annotations

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from scripted_api import (
    Reply,
    ScriptedApi,
    Step,
    half,
    hang_up,
    say_nothing,
    scripted_api,
    status,
)

from mistpm.errors import TargetError
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Answer, Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.api.retrying import Patience

PATH = "/api/v1/namespaces/shop/configmaps/menu"
OK = Reply(200, {"kind": "ConfigMap"})
BUSY = status(429, "TooManyRequests", "the server has received too many requests", after=1)
STALE = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


class Waits:
    """A clock that goes on when somebody waits; `pauses` are what was waited, rounded down."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[int] = []

    def pause(self, seconds: float) -> None:
        """Wait without waiting."""
        self.now += seconds
        self.pauses.append(int(seconds))

    def patience(self, *, seconds: float = 60) -> Patience:
        """Give patience that runs by this clock."""
        return Patience(seconds=seconds, clock=lambda: self.now, pause=self.pause)


@pytest.fixture
def waits() -> Waits:
    """Give a clock that nobody has to wait for."""
    return Waits()


def client_of(api: ScriptedApi, waits: Waits) -> Client:
    """Open a client of a scripted server, which it has talked with already."""
    connection = Connection(server=api.url, title="cluster test", credentials=StoredCredentials())
    api.steps.insert(0, Reply(200, {}))
    client = Client(connection, patience=waits.patience())
    client.get("/version")
    api.said.clear()
    return client


def tried(api: ScriptedApi) -> list[str]:
    """Give the methods of the requests that came in."""
    return [said.method for said in api.said]


def test_a_server_that_is_busy_is_asked_again_when_it_says(waits: Waits) -> None:
    """429 is waited for as `Retry-After` says."""
    with scripted_api(BUSY, BUSY, OK) as api:
        answer = client_of(api, waits).request("GET", PATH)

    assert Answer(status=200, data={"kind": "ConfigMap"}) == answer
    assert [1, 1] == waits.pauses


def test_every_further_try_is_told(waits: Waits) -> None:
    """What is told names the request, what happened, and how long is waited."""
    with scripted_api(BUSY, hang_up, OK) as api:
        connection = Connection(server=api.url, title="cluster t", credentials=StoredCredentials())
        heard: list[str] = []
        client = Client(connection, patience=waits.patience(), hear=heard.append)

        client.request("GET", PATH)

    host = api.url.removeprefix("http://")
    assert [
        f"GET {PATH}: 429 TooManyRequests; trying again in N s",
        f"GET {PATH}: the connection to `{host}` broke; trying again in N s",
    ] == [re.sub(r"in \d\.\d s", "in N s", line) for line in heard]


def test_a_text_instead_of_a_status_is_understood(waits: Waits) -> None:
    """Priority and fairness answers 429 in plain text."""
    text = Reply(429, "Too many requests, please try again later.\n", (("Retry-After", "2"),))
    with scripted_api(text, OK) as api:
        answer = client_of(api, waits).request("GET", PATH)

    assert 200 == answer.status
    assert [2] == waits.pauses


def test_patience_ends(waits: Waits) -> None:
    """A server that stays busy is left alone after the deadline; its last words are the error."""
    with scripted_api(status(429, "TooManyRequests", "slow down", after=20)) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError) as caught:
            client.request("PATCH", PATH, body={})

    assert f"PATCH {PATH}: 429 TooManyRequests: slow down" == str(caught.value)
    assert [20, 20] == waits.pauses


def test_a_request_can_be_given_less_patience(waits: Waits) -> None:
    """`patience=0` tries once."""
    with scripted_api(BUSY) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError, match="too many"):
            client.request("GET", PATH, patience=0)

    assert ["GET"] == tried(api)


@pytest.mark.parametrize("broken", [hang_up, half], ids=["reset", "half an answer"])
def test_a_broken_connection_is_made_again(waits: Waits, broken: Step) -> None:
    """A reset and half an answer are tried again."""
    with scripted_api(broken, broken, OK) as api:
        answer = client_of(api, waits).request("PATCH", PATH, body={})

    assert 200 == answer.status
    assert ["PATCH"] * 3 == tried(api)


def test_silence_ends(waits: Waits) -> None:
    """A server that says nothing is asked again, on another connection."""
    with scripted_api(say_nothing, OK) as api:
        answer = client_of(api, waits).request("GET", PATH, seconds=0.3)

    assert 200 == answer.status


def test_an_error_says_that_an_earlier_try_may_have_worked(waits: Waits) -> None:
    """A creation whose first try got no answer may find what it made itself."""
    there = status(409, "AlreadyExists", 'leases "shop" already exists', kind="leases", name="shop")
    with scripted_api(hang_up, there) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError) as broken:
            client.request("POST", PATH, body={})
        with pytest.raises(ApiError) as whole:
            client.request("POST", PATH, body={})

    assert (True, True) == (broken.value.is_already_there, broken.value.maybe_done)
    assert (True, False) == (whole.value.is_already_there, whole.value.maybe_done)


@pytest.mark.parametrize(
    "trouble",
    [
        status(500, "InternalError", "etcdserver: leader changed"),
        status(500, "InternalError", "etcdserver: request timed out"),
        status(503, "ServiceUnavailable", "apiserver is shutting down"),
        status(504, "Timeout", "the server was unable to return a response in the time allotted"),
        Reply(502, "<html>bad gateway</html>"),
    ],
    ids=["leader", "etcd", "shutting down", "timeout", "gateway"],
)
def test_trouble_of_the_server_passes(waits: Waits, trouble: Reply) -> None:
    """A 5xx that is no answer to the request is tried again."""
    with scripted_api(trouble, OK) as api:
        answer = client_of(api, waits).request("PATCH", PATH, body={})

    assert 200 == answer.status
    assert ["PATCH"] * 2 == tried(api)


@pytest.mark.parametrize(
    "answer",
    [
        status(
            500, "", "failed to create typed patch object (/x): .a: field not declared in schema"
        ),
        status(500, "InternalError", "an error on the server has prevented the request"),
        status(501, "NotImplemented", "the server does not do that"),
        status(400, "BadRequest", "strict decoding error: duplicate field"),
        status(500, "InternalError", "etcdserver: request is too large"),
        status(403, "Forbidden", "exceeded quota"),
        status(404, "NotFound", 'configmaps "menu" not found', kind="configmaps", name="menu"),
        status(409, "AlreadyExists", "already exists", kind="configmaps", name="menu"),
        status(422, "Invalid", "field is immutable"),
    ],
    ids=["schema", "internal", "501", "400", "large", "403", "404", "409", "422"],
)
def test_an_answer_is_an_answer(waits: Waits, answer: Reply) -> None:
    """What the server will say again is not asked again."""
    with scripted_api(answer) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError):
            client.request("PATCH", PATH, body={})

    assert ["PATCH"] == tried(api)


@pytest.mark.parametrize(
    "words",
    [
        'Internal error: failed calling webhook "a.b": connection refused',
        "conversion webhook for example.org/v1, Kind=Thing failed: connection refused",
    ],
)
def test_a_webhook_is_waited_for_by_who_knows_that_it_comes(waits: Waits, words: str) -> None:
    """A webhook that cannot be called is final, unless its Pods are about to start."""
    down = status(500, "InternalError", words)
    with scripted_api(down, down, OK) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError, match="connection refused"):
            client.request("PATCH", PATH, body={})
        answer = client.request("PATCH", PATH, body={}, also=("webhook",))

    assert 200 == answer.status


def test_an_api_that_is_not_there_yet_is_waited_for_by_who_made_it(waits: Waits) -> None:
    """A CRD that was just made is served a moment later; an object that is not there stays away."""
    unserved = Reply(404, "404 page not found\n")
    absent = status(404, "NotFound", 'configmaps "x" not found', kind="configmaps", name="x")
    with scripted_api(unserved, unserved, OK, absent) as api:
        client = client_of(api, waits)

        with pytest.raises(ApiError, match="404 page not found"):
            client.request("PATCH", PATH, body={})
        answer = client.request("PATCH", PATH, body={}, also=("unserved",))
        with pytest.raises(ApiError, match='configmaps "x" not found'):
            client.request("PATCH", PATH, body={}, also=("unserved",))

    assert 200 == answer.status


@pytest.mark.parametrize(
    "message",
    [
        'pods "web" is forbidden: status unknown for quota: few, resources: pods',
        'pods "web" is forbidden: error looking up service account shop/default:'
        ' serviceaccount "default" not found',
    ],
)
def test_a_namespace_that_is_new(waits: Waits, message: str) -> None:
    """What controllers have not looked at yet is forbidden, for a moment."""
    with scripted_api(status(403, "Forbidden", message), OK) as api:
        answer = client_of(api, waits).request("PATCH", PATH, body={})

    assert 200 == answer.status


def test_races_of_others_are_tried_again(waits: Waits) -> None:
    """Two at once count one quota: that one of them is told to come again is nobody's fault."""
    quota = f'Operation cannot be fulfilled on resourcequotas "few": {STALE}'
    race = status(409, "Conflict", quota, kind="resourcequotas", name="few")
    with scripted_api(race, OK) as api:
        body = {"metadata": {"resourceVersion": "7"}}
        answer = client_of(api, waits).request("PUT", PATH, body=body)

    assert 200 == answer.status


@pytest.mark.parametrize("version", [{}, {"resourceVersion": "7"}], ids=["any", "one version"])
def test_who_asks_for_one_version_is_told_of_another(waits: Waits, version: dict[str, str]) -> None:
    """That the object itself was modified is an answer only for who named its version."""
    stale = f'Operation cannot be fulfilled on configmaps "menu": {STALE}'
    race = status(409, "Conflict", stale, kind="configmaps", name="menu")
    with scripted_api(race, OK) as api:
        client = client_of(api, waits)
        with pytest.raises(ApiError) if version else nullcontext():
            client.request("PATCH", PATH, body={"metadata": version})

    assert (1 if version else 2) == len(api.said)


def test_a_server_that_never_answered_is_not_waited_for_long(waits: Waits) -> None:
    """Where nothing ever answered, the address is more likely wrong than the server away."""
    with socket.socket() as taken:  # a port that is bound, and on which nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        connection = Connection(
            server=f"http://127.0.0.1:{port}", title="cluster test", credentials=StoredCredentials()
        )
        client = Client(connection, patience=waits.patience())

        with pytest.raises(ApiError) as caught:
            client.get("/version")

    assert f"GET /version: Refused: no connection to `127.0.0.1:{port}`: connection refused" == str(
        caught.value
    )
    assert waits.now <= 1


def test_pauses_grow_and_spread() -> None:
    """Each pause is about twice the one before, up to a limit, and no two callers wait alike."""
    patience = Patience()

    pauses = [patience.wait(attempt, None) for attempt in range(1, 12)]
    same = {patience.wait(5, None) for _ in range(50)}

    assert all(0.75 <= pause / min(0.1 * 2**n, 5) <= 1.25 for n, pause in enumerate(pauses))
    assert 50 == len(same)


def test_closing_ends_waiting() -> None:
    """Who waits to try again gets the error when the client is closed."""
    with scripted_api(OK, status(429, "TooManyRequests", "slow down", after=30)) as api:
        connection = Connection(server=api.url, title="cluster t", credentials=StoredCredentials())
        waiting = threading.Event()
        client = Client(connection, hear=lambda _: waiting.set())
        client.get("/version")

        with ThreadPoolExecutor() as pool:
            asked = pool.submit(client.get, PATH)
            waiting.wait(120)
            client.close()

        with pytest.raises(ApiError, match="slow down"):
            asked.result()


def test_before_a_request_is_tried_again_it_is_asked_whether_it_may(waits: Waits) -> None:
    """Who lost the lease meanwhile sends nothing more; the first try was asked for by the caller."""
    asked = []

    def check() -> None:
        asked.append(waits.now)
        if len(asked) == 2:
            raise TargetError("lease-lost", "this run may not go on")

    with scripted_api(BUSY, BUSY, OK) as api:
        with pytest.raises(TargetError) as caught:
            client_of(api, waits).apply(PATH, {"kind": "ConfigMap"}, check=check)

        assert ("lease-lost", ["PATCH", "PATCH"]) == (caught.value.reference, tried(api))
    assert sorted(asked) == asked
    assert 2 == len(set(asked))
