"""Being told of objects as they change: on the real server, and on one that does all wrong."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi
from scripted_api import Reply, ScriptedApi, Step, hang_up, scripted_api, status

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.watch.watching import Pace, Seen, Watches

Open = Callable[..., Client]
VERBS = ("list", "watch")
CONFIG_MAPS = ApiResource(
    group="", version="v1", kind="ConfigMap", plural="configmaps", namespaced=True, verbs=VERBS
)
QUICK = Pace(watch=5, silence=8, poll=0.01)
LABELS = {"watched": "yes"}


class Told:
    """What watches told: `name=value`, `name gone`."""

    def __init__(self) -> None:
        self._seen: queue.Queue[Seen] = queue.Queue()

    def put(self, seen: Seen) -> None:
        """Take note."""
        self._seen.put(seen)

    def next(self, seconds: float = 180) -> str:
        """Wait for the next that is told."""
        return shown(self._seen.get(timeout=seconds))

    def until(self, wanted: str) -> list[str]:
        """Give all that is told up to this."""
        lines = [self.next()]
        while lines[-1] != wanted:
            lines.append(self.next())
        return lines

    def whole(self) -> Seen:
        """Wait for the next that is told, and give it as it is."""
        return self._seen.get(timeout=180)

    def nothing(self) -> bool:
        """Tell that there was no more."""
        return self._seen.empty()


def shown(seen: Seen) -> str:
    """Give `name=value`, or `name gone`."""
    name = seen.data["metadata"]["name"]
    return f"{name} gone" if seen.is_gone else f"{name}={seen.data.get('data', {}).get('value')}"


def config_map(name: str, value: str, **metadata: Any) -> dict[str, Any]:
    """Give a ConfigMap that is watched."""
    metadata = {"name": name, "labels": LABELS, **metadata}
    return {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": {"value": value}}


@pytest.fixture
def told() -> Told:
    """Give a list of what is told."""
    return Told()


@pytest.fixture
def watch(client: Client, told: Told) -> Iterator[Watches]:
    """Give watches on the shared control plane."""
    watches = Watches(client, told.put, pace=QUICK)
    yield watches
    watches.close()


def test_what_is_there_and_what_changes(
    watch: Watches, told: Told, api: KubernetesApi, namespace: str
) -> None:
    """First all that there is, then each change; what has not the labels is nobody's business."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.apply(f"{path}/a", config_map("a", "1"))
    api.apply(f"{path}/other", config_map("other", "1", labels={}))

    watch.follow(CONFIG_MAPS, namespace, "watched=yes")
    watch.follow(CONFIG_MAPS, namespace, "watched=yes")
    first = told.whole()
    api.apply(f"{path}/b", config_map("b", "1"))
    made = told.next()
    api.apply(f"{path}/b", config_map("b", "2"))
    changed = told.next()
    api.delete(f"{path}/a")
    gone = told.whole()

    assert "a=1" == shown(first)
    assert ("v1", "ConfigMap") == (first.data["apiVersion"], first.data["kind"])
    [writer] = first.data["metadata"]["managedFields"]
    assert {"apiVersion", "fieldsType", "manager", "operation", "time"} == set(writer)
    assert ["b=1", "b=2", "a gone"] == [made, changed, shown(gone)]
    assert first.data["metadata"]["uid"] == gone.data["metadata"]["uid"]
    assert told.nothing()


@pytest.mark.slow
def test_watches_end_and_go_on(
    client: Client, told: Told, api: KubernetesApi, namespace: str
) -> None:
    """Whatever happens while watches end and begin is told, once."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/a"
    watches = Watches(client, told.put, pace=Pace(watch=1, poll=0.01))
    watches.follow(CONFIG_MAPS, namespace, "watched=yes")
    deadline = time.monotonic() + 3.5

    lines: list[str] = []
    values: list[str] = []
    while time.monotonic() < deadline:
        values.append(f"a={len(values)}")
        api.apply(path, config_map("a", str(len(lines))))
        lines.append(told.next())

    watches.close()
    assert values == lines


@pytest.mark.slow
def test_after_a_restart_of_the_server(
    own_control_plane: ControlPlane, open_client: Open, told: Told
) -> None:
    """The server forgets where watches were; what changed meanwhile is told."""
    api = own_control_plane.api()
    path = "/api/v1/namespaces/default/configmaps"
    api.apply(f"{path}/a", config_map("a", "1"))
    api.apply(f"{path}/b", config_map("b", "1"))
    watches = Watches(open_client(own_control_plane.kubeconfig()), told.put, pace=QUICK)
    watches.follow(CONFIG_MAPS, "default", "watched=yes")
    before = [told.next(), told.next()]

    own_control_plane.kill()
    own_control_plane.start()
    api.delete(f"{path}/a")
    api.apply(f"{path}/b", config_map("b", "2"))
    after = sorted([told.next(), told.next()])

    watches.close()
    assert ["a=1", "b=1"] == before
    assert ["a gone", "b=2"] == after
    assert told.nothing()


def test_nothing_is_told_after_the_end(
    watch: Watches, told: Told, api: KubernetesApi, namespace: str
) -> None:
    """Closing ends at once, also what waits for a change."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/a"
    api.apply(path, config_map("a", "1"))
    watch.follow(CONFIG_MAPS, namespace, "watched=yes")
    first = told.next()

    watch.close()
    api.apply(path, config_map("a", "2"))
    watch.follow(CONFIG_MAPS, "default", "watched=yes")

    assert "a=1" == first
    assert told.nothing()


def test_who_is_told_may_follow_more(
    client: Client, told: Told, api: KubernetesApi, namespace: str
) -> None:
    """From one object to those that belong to it."""
    api.apply(f"/api/v1/namespaces/{namespace}/configmaps/a", config_map("a", "1"))
    secrets = ApiResource(
        group="", version="v1", kind="Secret", plural="secrets", namespaced=True, verbs=VERBS
    )
    secret = {**config_map("s", "1"), "kind": "Secret", "data": {"value": "MQ=="}}
    api.apply(f"/api/v1/namespaces/{namespace}/secrets/s", secret)

    def put(seen: Seen) -> None:
        told.put(seen)
        watches.follow(secrets, namespace, "watched=yes")

    watches = Watches(client, put, pace=QUICK)
    watches.follow(CONFIG_MAPS, namespace, "watched=yes")
    lines = [told.next(), told.next()]

    watches.close()
    assert ["a=1", "s=MQ=="] == lines


def test_a_kind_that_nobody_serves(watch: Watches, told: Told) -> None:
    """Its objects are gone, which is told once; it may come back."""
    unserved = ApiResource(
        group="example.org", version="v1", kind="Thing", plural="things", namespaced=True
    )
    watch.follow(unserved, "default")
    eventually(lambda: watch.troubles)

    assert told.nothing()
    assert (
        "GET /apis/example.org/v1/namespaces/default/things: 404 Not Found: 404 page not found"
        == str(watch.troubles[0])
    )


def listed(version: int, *items: dict[str, Any]) -> Reply:
    """Give a list."""
    metadata = {"resourceVersion": str(version)}
    return Reply(200, {"kind": "ConfigMapList", "metadata": metadata, "items": list(items)})


def item(name: str, value: str, version: int, uid: str = "u") -> dict[str, Any]:
    """Give an item of a list, which has no kind."""
    metadata = {"name": name, "namespace": "n", "resourceVersion": str(version), "uid": uid}
    return {"metadata": metadata, "data": {"value": value}}


def events(*pairs: tuple[str, dict[str, Any]], then: Step | None = None) -> Step:
    """Give a watch's answer, which ends after these events, or as `then` does."""

    def stream(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        for kind, data in pairs:
            handler.wfile.write(json.dumps({"type": kind, "object": data}).encode() + b"\n")
        handler.wfile.flush()
        if callable(then):
            then(handler)
        handler.close_connection = True

    return stream


def follow(api: ScriptedApi, told: Told) -> Watches:
    """Follow ConfigMaps on a scripted server."""
    connection = Connection(server=api.url, title="cluster t", credentials=StoredCredentials())
    watches = Watches(Client(connection), told.put, pace=QUICK)
    watches.follow(CONFIG_MAPS, "n")
    return watches


def asked(api: ScriptedApi, count: int) -> list[str]:
    """Give `list`, or `watch` with the version from which, of the first requests."""
    eventually(lambda: len(api.said) >= count)
    queries = [parse_qs(urlsplit(said.target).query) for said in api.said[:count]]
    return [
        f"watch {query['resourceVersion'][0]}" if "watch" in query else "list" for query in queries
    ]


def test_a_watch_goes_on_where_it_ended(told: Told) -> None:
    """Also from a bookmark; one that said nothing at all is not trusted."""
    bookmark = {"metadata": {"resourceVersion": "9"}}
    with scripted_api(
        listed(5, item("a", "1", 4)),
        events(("MODIFIED", item("a", "2", 6))),
        events(("BOOKMARK", bookmark)),
        events(),
        listed(9, item("a", "3", 8)),
        status(500, "InternalError", "no more"),
    ) as api:
        watches = follow(api, told)
        lines = told.until("a=3")
        order = asked(api, 6)
        watches.close()

    assert ["a=1", "a=2", "a=3"] == lines
    assert ["list", "watch 5", "watch 6", "watch 9", "list", "watch 9"] == order


def test_a_version_that_is_too_old(told: Told) -> None:
    """410, as an answer or as an event, begins anew: with what is there and what is gone."""
    gone = {"kind": "Status", "code": 410, "reason": "Expired", "metadata": {}}
    with scripted_api(
        listed(5, item("a", "1", 1), item("b", "1", 2)),
        events(("ERROR", gone)),
        listed(9, item("b", "1", 2), item("c", "1", 8)),
        status(410, "Expired", "too old resource version"),
        listed(11, item("c", "2", 10)),
        events(("DELETED", item("c", "2", 12))),
    ) as api:
        watches = follow(api, told)
        lines = told.until("c gone")
        watches.close()

    assert ["a=1", "b=1", "c=1", "a gone", "c=2", "b gone", "c gone"] == lines


def test_an_object_that_was_made_again(told: Told) -> None:
    """Deleted and made again between two lists: the old one is gone, the new one is there."""
    with scripted_api(
        listed(5, item("a", "1", 1, "old")),
        status(410, "Expired", "too old"),
        listed(9, item("a", "1", 8, "new")),
        events(("BOOKMARK", {"metadata": {"resourceVersion": "9"}})),
    ) as api:
        watches = follow(api, told)
        first, gone, made = told.whole(), told.whole(), told.whole()
        watches.close()

    assert ["a=1", "a gone", "a=1"] == [shown(first), shown(gone), shown(made)]
    assert ["old", "new"] == [each.data["metadata"]["uid"] for each in (gone, made)]


@pytest.mark.parametrize("broken", [hang_up, events(then=hang_up)], ids=["at once", "in between"])
def test_a_watch_that_breaks(told: Told, broken: Step) -> None:
    """A reset begins anew; objects that stayed as they were are not told again."""
    with scripted_api(
        listed(5, item("a", "1", 1)),
        broken,
        listed(6, item("a", "1", 1)),
        broken,
        listed(7, item("a", "2", 7)),
        broken,
        listed(7, item("a", "2", 7)),
    ) as api:
        watches = follow(api, told)
        lines = told.until("a=2")
        watches.close()

    assert ["a=1", "a=2"] == lines


def test_half_an_event(told: Told) -> None:
    """What is no JSON is not read on."""

    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b'{"type": "MODI\n')

    with scripted_api(
        listed(5, item("a", "1", 1)), events(then=half), listed(6, item("a", "2", 6))
    ) as api:
        watches = follow(api, told)
        lines = told.until("a=2")
        watches.close()

    assert ["a=1", "a=2"] == lines


@pytest.mark.parametrize("code", [403, 405])
def test_a_watch_that_is_not_allowed(told: Told, code: int) -> None:
    """Who may list and not watch is told by listing."""
    with scripted_api(
        listed(5, item("a", "1", 1)),
        status(code, "No", "you may not watch"),
        listed(6, item("a", "2", 6)),
        listed(7),
        listed(8, item("a", "3", 8)),
    ) as api:
        watches = follow(api, told)
        lines = told.until("a=3")
        order = asked(api, 5)
        watches.close()

    assert ["a=1", "a=2", "a gone", "a=3"] == lines
    assert ["list", "watch 5", "list", "list", "list"] == order


def test_a_list_that_is_not_allowed(told: Told) -> None:
    """What cannot be listed is known, and tried again."""
    with scripted_api(
        status(403, "Forbidden", "you may not list"),
        status(403, "Forbidden", "you may not list"),
        listed(5, item("a", "1", 1)),
        events(("BOOKMARK", {"metadata": {"resourceVersion": "9"}})),
    ) as api:
        watches = follow(api, told)
        eventually(lambda: watches.troubles or not told.nothing())
        lines = told.until("a=1")
        eventually(lambda: not watches.troubles)
        watches.close()

    assert ["a=1"] == lines
