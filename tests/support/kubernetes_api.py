"""A plain client of a Kubernetes API: what tests look at a cluster with, beside what they test."""

from __future__ import annotations

import base64
import itertools
import json
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import urllib3
from eventually import eventually

APPLY = "application/apply-patch+yaml"
JSON = "application/json"
MERGE = "application/merge-patch+json"
PUT_OFF = 429


class Answer(NamedTuple):
    """What the API server answered; a body that is not JSON is text."""

    status: int
    body: Any
    headers: Mapping[str, str]


class KubernetesApi:
    """The API server of a kubeconfig, asked as its user; only what it puts off is tried again."""

    def __init__(self, kubeconfig: Path, *, token: str | None = None) -> None:
        document = json.loads(kubeconfig.read_text("utf-8"))
        cluster = document["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._server = cluster["server"]
        self._headers = {
            "Authorization": f"Bearer {token or document['users'][0]['user']['token']}",
            "Accept": JSON,
        }
        self._pool = urllib3.PoolManager(
            maxsize=8, ssl_context=ssl.create_default_context(cadata=authority), retries=False
        )

    def request(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        content_type: str = JSON,
        query: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        """Send one request; raises urllib3's errors where there is no answer.

        After a definition has changed, the server puts requests for its objects off for a moment
        (`storage is (re)initializing`): they are sent again, for as long as an answer may take.
        """
        until = time.monotonic() + timeout
        while True:
            response = self._pool.request(
                method,
                f"{self._server}{path}" + (f"?{urlencode(query)}" if query else ""),
                body=None if document is None else json.dumps(document),
                headers=self._headers | {"Content-Type": content_type},
                timeout=timeout,
            )
            text = response.data.decode()
            is_json = response.headers.get("Content-Type", "") == JSON and "watch" not in (
                query or {}
            )
            body = json.loads(text) if is_json else text
            if not (is_json and response.status == PUT_OFF) or time.monotonic() > until:
                return Answer(response.status, body, response.headers)
            time.sleep(0.02)

    def get(self, path: str, **parameters: str) -> Answer:
        """Read an object, or a list of them."""
        return self.request("GET", path, query=parameters)

    def create(self, path: str, document: object, **parameters: str) -> Answer:
        """Create an object in the collection of this path."""
        return self.request("POST", path, document, query=parameters)

    def apply(
        self, path: str, document: object, *, manager: str = "test", **parameters: str
    ) -> Answer:
        """Apply an object on the server, as a field manager."""
        parameters["fieldManager"] = manager
        return self.request("PATCH", path, document, content_type=APPLY, query=parameters)

    def delete(self, path: str, **options: object) -> Answer:
        """Delete an object, with delete options such as `propagationPolicy`."""
        return self.request("DELETE", path, options or None)

    def undefine(self, name: str) -> None:
        """Delete a definition of custom resources, and wait until it is gone.

        When the server's clean-up of it meets another writer of the definition, it takes the conflict for
        done, and looks again only five minutes later, unless the definition changes: so it is changed.
        """
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
        self.delete(path)
        for number in itertools.count():
            wake_up = {"metadata": {"annotations": {"example.test/asked": str(number)}}}
            until = time.monotonic() + 5
            while time.monotonic() < until:
                if is_gone(self.get(path)):
                    return
                time.sleep(0.02)
            assert number < 60, self.get(path).body
            self.request("PATCH", path, wake_up, content_type=MERGE)

    def wait_until_allowed(self, user: str, right: str, *, namespace: str = "") -> None:
        """Wait until a user has a right, `get pods` or `patch deployments.apps`.

        A role counts a moment after it is bound: the server's authorizer hears of it by a watch.
        """
        verb, _, kind = right.partition(" ")
        plural, _, group = kind.partition(".")
        attributes = {"namespace": namespace, "verb": verb, "group": group, "resource": plural}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "resourceAttributes": attributes},
        }
        path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        eventually(lambda: self.create(path, review).body["status"]["allowed"])

    def wait_for(
        self, path: str, is_so: Callable[[Answer], bool], *, seconds: float = 180
    ) -> Answer:
        """Ask until the answer is as it should be; raises AssertionError with the last one."""
        deadline = time.monotonic() + seconds
        while not is_so(answer := self.get(path)):
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{path}, after {seconds:g} s: {json.dumps(answer.body, indent=2)}"
                )
            time.sleep(0.02)
        return answer


def is_there(answer: Answer) -> bool:
    """Tell that an object exists."""
    return answer.status == 200


def is_gone(answer: Answer) -> bool:
    """Tell that an object does not exist any more."""
    return answer.status == 404


def has_condition(
    name: str, *, reason: str | None = None, value: str = "True"
) -> Callable[[Answer], bool]:
    """Tell that an object has a condition in its status, true unless said otherwise."""

    def is_so(answer: Answer) -> bool:
        conditions = answer.body.get("status", {}).get("conditions") or []
        return any(
            (each["type"], each["status"]) == (name, value) and reason in {None, each.get("reason")}
            for each in conditions
        )

    return is_so
