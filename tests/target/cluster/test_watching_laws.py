"""Whatever goes wrong between us and the server: in the end we know what it knows."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from eventually import eventually
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_api import Reply, hang_up, scripted_api, status

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.api.retrying import Patience
from mistpm.target.cluster.watch.watching import Pace, Seen, Watches

Change = Literal["put", "delete", "make again"]
End = Literal["end", "reset", "half", "expired", "silent"]
CONFIG_MAPS = ApiResource(
    group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True
)


class Happening(NamedTuple):
    """What changes before the next watch is answered, and how that watch ends.

    expired: the server does not remember what happened before now, and says so for ever
    silent: nothing comes, as from a proxy that holds all back
    """

    changes: tuple[tuple[str, Change], ...]
    end: End


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        st.lists(
            st.tuples(st.sampled_from("ab"), st.sampled_from(["put", "delete", "make again"])),
            max_size=3,
        ).map(tuple),
        st.sampled_from(["end", "reset", "half", "expired", "silent"]),
    ),
    max_size=12,
)


class Server:
    """An API server with objects of one kind, to which the next thing happens with every watch."""

    def __init__(self, happenings: list[Happening]) -> None:
        self._happenings = happenings
        self._events: list[tuple[int, str, dict[str, Any]]] = []
        self._version = 1
        self._oldest = 0
        self.objects: dict[str, dict[str, Any]] = {}
        self.is_quiet = not happenings

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a list or a watch."""
        sending: Any = handler
        query = parse_qs(urlsplit(handler.path).query)
        if "watch" not in query:
            metadata = {"resourceVersion": str(self._version)}
            items = [self.objects[name] for name in sorted(self.objects)]
            sending.send(Reply(200, {"metadata": metadata, "items": items}))
            return
        happening = self._happenings.pop(0) if self._happenings else None
        for name, change in happening.changes if happening else ():
            if change != "put":
                self._delete(name)
            if change != "delete":
                self._put(name)
        if happening and happening.end == "expired":
            self._oldest = self._version
        since = int(query["resourceVersion"][0])
        if since < self._oldest and since % 2:
            sending.send(status(410, "Expired", "too old resource version"))
        else:
            self._watch(handler, since, happening.end if happening else "end")
        self.is_quiet = not self._happenings

    def _delete(self, name: str) -> None:
        before = self.objects.pop(name, None)
        if before:
            self._version += 1
            self._events.append((self._version, "DELETED", self._item(name, before)))

    def _put(self, name: str) -> None:
        self._version += 1
        before = self.objects.get(name)
        self.objects[name] = self._item(name, before)
        kind = "MODIFIED" if before else "ADDED"
        self._events.append((self._version, kind, self.objects[name]))

    def _item(self, name: str, before: dict[str, Any] | None) -> dict[str, Any]:
        uid = before["metadata"]["uid"] if before else f"uid-{self._version}"
        return {
            "metadata": {"name": name, "uid": uid, "resourceVersion": str(self._version)},
            "data": {"value": str(self._version)},
        }

    def _watch(self, handler: BaseHTTPRequestHandler, since: int, end: End) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.close_connection = True
        if since < self._oldest:
            self._send(handler, "ERROR", {"code": 410})
        elif end != "silent":
            for version, kind, item in self._events:
                if version > since:
                    self._send(handler, kind, item)
            self._end(handler, end)

    def _end(self, handler: BaseHTTPRequestHandler, end: End) -> None:
        if end == "half":
            handler.wfile.write(b'{"type": "MODIF')
        elif end == "reset":
            handler.wfile.flush()
            hang_up(handler)
        else:
            self._send(handler, "BOOKMARK", {"metadata": {"resourceVersion": str(self._version)}})

    def _send(self, handler: BaseHTTPRequestHandler, kind: str, item: dict[str, Any]) -> None:
        handler.wfile.write(json.dumps({"type": kind, "object": item}).encode() + b"\n")


@pytest.mark.slow
@settings(max_examples=60)
@given(HAPPENINGS)
def test_in_the_end_we_know_what_the_server_knows(happenings: list[Happening]) -> None:
    """Watches that end, break, expire or forget events leave no trace in what is known."""
    known: dict[str, dict[str, Any]] = {}

    def put(seen: Seen) -> None:
        name, uid = seen.data["metadata"]["name"], seen.data["metadata"]["uid"]
        before = known.get(name)
        if seen.is_gone:
            assert before is not None
            assert before["metadata"]["uid"] == uid
            del known[name]
        else:
            assert before is None or before["metadata"]["uid"] == uid
            known[name] = seen.data

    def values(objects: dict[str, dict[str, Any]]) -> dict[str, str]:
        return {name: each["data"]["value"] for name, each in sorted(objects.items())}

    server = Server(list(happenings))
    with scripted_api(server.answer) as api:
        connection = Connection(server=api.url, title="cluster t", credentials=StoredCredentials())
        client = Client(connection, patience=Patience(first=0.001))
        watches = Watches(client, put, pace=Pace(poll=0.001))
        watches.follow(CONFIG_MAPS, "n")
        eventually(lambda: server.is_quiet and values(known) == values(server.objects))
        watches.close()
