"""The life of a secret in a cluster, from its source to its end."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import desired_states as states
import pytest
from kubernetes_api import KubernetesApi
from msgspec.structs import replace

from mistpm.errors import TargetError
from mistpm.model.change import Diff
from mistpm.model.environment import SecretSource
from mistpm.model.resource import RenderedRelease
from mistpm.model.secrets import SecretInput, make_placeholder
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.protocol import Desired, Permissions

VARIABLE = "MISTPM_TEST_PASSWORD"
FIRST, SECOND = "hunter2-hunter2", "tr0ub4dor&3"


def secret_input(path: str, source: SecretSource) -> SecretInput:
    """Give a secret input of the release `shop`."""
    placeholder = make_placeholder(states.ID, "shop", "", path)
    return SecretInput(placeholder=placeholder, release="shop", path=path, source=source)


PASSWORD = secret_input("inputs.password", SecretSource(from_env=VARIABLE))
KEY = secret_input("inputs.key", SecretSource(generate=32))


class Shop:
    """One environment with one Secret, on the cluster."""

    def __init__(self, client: Client, api: KubernetesApi, namespace: str, base: Path) -> None:
        self._client = client
        self._api = api
        self._namespace = namespace
        self._base = base

    def desired(self, suffix: str = "") -> Desired:
        """Give the environment with both secrets; `suffix` changes the text around the password."""
        placeholders = tuple(sorted((PASSWORD.placeholder, KEY.placeholder)))
        manifest = states.manifest(
            "Secret",
            "shop",
            self._namespace,
            secrets=placeholders,
            stringData={"url": f"db://u:{PASSWORD.placeholder}@db{suffix}", "key": KEY.placeholder},
        )
        return self._with(states.release("shop", manifest))

    def nothing(self) -> Desired:
        """Give the environment without anything."""
        return replace(self._with(), lock=b"")

    def apply(self, desired: Desired, *, force: bool = False) -> Diff:
        """Compare and apply, as another process each time."""
        permissions = Permissions(force_conflicts=force)
        target = ClusterTarget(
            self._client.connection,
            environment_id=states.ID,
            state_namespace=self._namespace,
            base=self._base,
        )
        diff = target.diff(desired, permissions)
        target.apply(desired, diff, permissions)
        return diff

    def live(self) -> dict[str, str]:
        """Give the values of the live Secret."""
        data = self._api.get(self.path).body["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def stored(self) -> str:
        """Give all that the state namespace holds, unpacked, but generated secrets and the Secret itself."""
        found = []
        for plural, field in (("configmaps", "binaryData"), ("secrets", "data")):
            body = self._api.get(f"/api/v1/namespaces/{self._namespace}/{plural}").body
            found.append(repr([each["metadata"] for each in body["items"]]))
            found += [
                gzip.decompress(base64.b64decode(value)).decode()
                for each in body["items"]
                for key, value in each.get(field, {}).items()
                if key == "gzip"
            ]
        return "".join(found)

    @property
    def path(self) -> str:
        """Where the Secret is."""
        return f"/api/v1/namespaces/{self._namespace}/secrets/shop"

    def _with(self, *releases: RenderedRelease) -> Desired:
        return replace(states.desired(*releases), secrets=(PASSWORD, KEY))


@pytest.fixture
def shop(client: Client, api: KubernetesApi, namespace: str, tmp_path: Path) -> Shop:
    """Give the environment, with nothing applied yet."""
    return Shop(client, api, namespace, tmp_path)


def actions(diff: Diff) -> list[str]:
    """Give what would happen to the Secret."""
    return [change.action for change in diff.changes]


def test_a_secret_lives(shop: Shop, api: KubernetesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made from its source, unchanged, made anew with the source, kept without it, mended, and gone."""
    monkeypatch.setenv(VARIABLE, FIRST)
    made = shop.apply(shop.desired())
    first = shop.live()
    again = shop.apply(shop.desired())
    monkeypatch.setenv(VARIABLE, SECOND)
    changed = shop.apply(shop.desired())
    second = shop.live()
    monkeypatch.delenv(VARIABLE)
    kept = shop.apply(shop.desired())

    assert [["create"], ["unchanged"], ["update"], ["unchanged"]] == [
        actions(diff) for diff in (made, again, changed, kept)
    ]
    assert (f"db://u:{FIRST}@db", f"db://u:{SECOND}@db") == (first["url"], second["url"])
    assert (32, first["key"]) == (len(first["key"]), second["key"])
    assert ["secret-kept"] == [each.code for each in kept.findings]
    assert second == shop.live()

    edit = {"data": {"key": base64.b64encode(b"edited").decode()}}
    api.request("PATCH", shop.path, edit, content_type="application/merge-patch+json")
    assert ["update"] == actions(shop.apply(shop.desired(), force=True))
    assert second == shop.live()

    assert ["delete"] == actions(shop.apply(shop.nothing()))
    assert 404 == api.get(shop.path).status


def test_a_value_that_cannot_be_kept_changes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the text around a value changed and its source is absent, that is told before anything is written."""
    monkeypatch.setenv(VARIABLE, FIRST)
    shop.apply(shop.desired())
    before = shop.live()
    monkeypatch.delenv(VARIABLE)

    with pytest.raises(TargetError, match="a secret has no value"):
        shop.apply(shop.desired("/shop"))

    assert before == shop.live()
    monkeypatch.setenv(VARIABLE, SECOND)
    shop.apply(shop.desired("/shop"))
    assert f"db://u:{SECOND}@db/shop" == shop.live()["url"]


def test_values_are_nowhere_but_in_the_secret(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the diff nor anything that is remembered has a value in it, before and after it changed."""
    shown = []
    for value in (FIRST, SECOND):
        monkeypatch.setenv(VARIABLE, value)
        shown.append(repr(shop.apply(shop.desired())))
    key = shop.live()["key"]
    texts = ("".join(shown), shop.stored())

    assert all(PASSWORD.placeholder in text for text in texts[1:])
    for value in (FIRST, SECOND, key):
        encoded = base64.b64encode(value.encode()).decode()
        assert [False] * 4 == [word in text for text in texts for word in (value, encoded)]
