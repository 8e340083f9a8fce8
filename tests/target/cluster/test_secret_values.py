"""Values of secrets: where they come from, where they are put, and that nobody sees them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import desired_states as states
import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi

from mistpm.errors import TargetError
from mistpm.model.environment import SecretSource
from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest
from mistpm.model.secrets import SecretInput, make_placeholder
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.secrets.secret_values import SecretValues

ID = states.ID
KEPT = f"mistpm-{ID}-generated"


def secret(path: str, *, release: str = "shop", call: str = "", **source: Any) -> SecretInput:
    """Give an input that is a secret."""
    return SecretInput(
        placeholder=make_placeholder(ID, release, call, path),
        release=release,
        call=call,
        path=path,
        source=SecretSource(**source),
    )


PASSWORD = secret("inputs.password", from_env="PASSWORD")
TOKEN = secret("inputs.token", from_file="token")
KEY = secret("inputs.key", generate=24)


def holding(*secrets: SecretInput, name: str = "shop", **content: Any) -> Manifest:
    """Give a Secret with the placeholders of some secrets in it."""
    placeholders = tuple(sorted(each.placeholder for each in secrets))
    return states.manifest("Secret", name, secrets=placeholders, **content)


def encoded(value: str | bytes) -> str:
    """Give what stands in a Secret's `data`."""
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


class Values:
    """Makes `SecretValues` for some secrets."""

    def __init__(self, client: Client, namespace: str, base: Path) -> None:
        self._client = client
        self._namespace = namespace
        self._base = base

    def __call__(
        self, *secrets: SecretInput, environ: Mapping[str, str] | None = None, **more: Any
    ) -> SecretValues:
        """Give values, with these variables in the environment."""
        return SecretValues(
            more.pop("client", self._client),
            namespace=self._namespace,
            environment_id=ID,
            base=self._base,
            secrets=secrets,
            environ=environ or {},
            **more,
        )


@pytest.fixture
def values(client: Client, namespace: str, tmp_path: Path) -> Values:
    """Give what makes `SecretValues` in the test's namespace and folder."""
    return Values(client, namespace, tmp_path)


def test_values_are_put_into_both_fields(values: Values, tmp_path: Path) -> None:
    """Several values in one text, texts and bytes, in `data` and in `stringData`: all ends up in `data`."""
    (tmp_path / "token").write_bytes(b"\xff\x00\n")
    manifest = holding(
        PASSWORD,
        TOKEN,
        data={"url": encoded(f"u:{PASSWORD.placeholder}@{TOKEN.placeholder}"), "plain": "AAEC"},
        stringData={
            "token": TOKEN.placeholder,
            "config": f"password: {PASSWORD.placeholder}\n",
            "note": "no secret",
        },
        type="Opaque",
    )
    before = repr(manifest.data)

    filled = values(PASSWORD, TOKEN, environ={"PASSWORD": "hunter2é"}).fill(manifest)

    assert filled == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": manifest.data["metadata"],
        "type": "Opaque",
        "data": {
            "url": encoded(b"u:hunter2\xc3\xa9@\xff\x00\n"),
            "plain": "AAEC",
            "token": encoded(b"\xff\x00\n"),
            "config": encoded("password: hunter2é\n"),
            "note": encoded("no secret"),
        },
    }
    assert before == repr(manifest.data)


def test_string_data_wins(values: Values) -> None:
    """A key that is in both fields has the value of `stringData`, as on the server."""
    manifest = holding(PASSWORD, data={"a": encoded(PASSWORD.placeholder)}, stringData={"a": "b"})

    assert {"a": encoded("b")} == values(PASSWORD, environ={"PASSWORD": "x"}).fill(manifest)["data"]


def test_what_goes_from_string_data_is_gone(
    values: Values, api: KubernetesApi, namespace: str
) -> None:
    """The server would keep a key that is no longer in `stringData`; of what we apply it does not."""
    path = f"/api/v1/namespaces/{namespace}/secrets/shop"
    kept = []
    for fill in (lambda manifest: manifest.data, values().fill):
        for keys in ({"a": "1", "b": "2"}, {"a": "1"}):
            manifest = states.manifest("Secret", "shop", namespace, stringData=keys)
            assert api.apply(path, fill(manifest)).status in {200, 201}
        kept.append(sorted(api.get(path).body["data"]))
        api.delete(path)

    assert [["a", "b"], ["a"]] == kept


@pytest.mark.parametrize(
    "content",
    [
        {"stringData": {"a": 5}},
        {"stringData": ["a"]},
        {"data": "a", "stringData": {"b": "c"}},
        {"data": {"a": None}},
        {"data": {"a": "no base64"}},
        {},
    ],
)
def test_what_is_no_secret_is_left_to_the_server(values: Values, content: dict[str, Any]) -> None:
    """A Secret that the server refuses is handed to it as it is, to be refused in its words."""
    manifest = states.manifest("Secret", "shop", **content)

    assert manifest.data == values().fill(manifest)


def test_other_kinds_are_left_alone(values: Values) -> None:
    """Only Secrets of the core group have values put in."""
    for kind in ("ConfigMap", "Secret.example.org"):
        manifest = states.manifest(kind, "shop", stringData={"a": "b"})

        assert manifest.data == values().fill(manifest)


def test_a_secret_of_the_cluster_is_read(
    values: Values, api: KubernetesApi, namespace: str
) -> None:
    """`fromSecret` takes one key, byte by byte."""
    api.create(
        f"/api/v1/namespaces/{namespace}/secrets",
        {"metadata": {"name": "db"}, "data": {"key": encoded(b"\xfe\x00")}},
    )
    source = secret("inputs.db", from_secret=(namespace, "db", "key"))
    manifest = holding(source, data={"a": encoded(source.placeholder)})

    assert {"a": encoded(b"\xfe\x00")} == values(source).fill(manifest)["data"]


def test_all_that_is_absent_is_told_at_once(
    values: Values, api: KubernetesApi, namespace: str
) -> None:
    """Before anything is changed: every secret without a value, and what is missing of each."""
    api.create(
        f"/api/v1/namespaces/{namespace}/secrets",
        {"metadata": {"name": "there"}, "data": {"empty": ""}},
    )
    secrets = (
        PASSWORD,
        TOKEN,
        secret("inputs.blank", from_env="BLANK"),
        secret("inputs.below", from_file="token/below", call="shop-db", release="db"),
        secret("inputs.a", from_secret=(namespace, "there", "key")),
        secret("inputs.b", from_secret=(namespace, "gone", "key")),
        secret("inputs.c", from_secret=(namespace, "there", "empty")),
    )
    manifests = [
        holding(each, name=str(number), stringData={"key": each.placeholder})
        for number, each in enumerate(secrets)
    ]

    with pytest.raises(TargetError) as caught:
        values(*secrets, environ={"BLANK": ""}).prepare((each, None) for each in manifests)

    assert "secret-absent" == caught.value.reference
    assert str(caught.value) == (
        "7 secrets have no value\n"
        "  db: `inputs.below` of its call `shop-db`: the file `token/below` is not there\n"
        f"  shop: `inputs.a`: the Secret `{namespace}/there` has no key `key`\n"
        f"  shop: `inputs.b`: the Secret `{namespace}/gone` is not there\n"
        f"  shop: `inputs.blank`: the environment variable `BLANK` is empty\n"
        f"  shop: `inputs.c`: the key `empty` of the Secret `{namespace}/there` is empty\n"
        "  shop: `inputs.password`: the environment variable `PASSWORD` is not set\n"
        "  shop: `inputs.token`: the file `token` is not there\n"
        "note: where a live Secret has the value, and the text around it is the same, that is kept\n"
        "hint: set what is missing, or give the secret another source"
    )


def test_an_absent_source_keeps_the_live_value(values: Values) -> None:
    """What is live stays, wherever the secret stands, and a finding says so without the value."""
    live = {"data": {"url": encoded("u:hunter2@db"), "other": encoded("x")}}
    manifest = holding(PASSWORD, data={"url": encoded(f"u:{PASSWORD.placeholder}@db")})
    new = holding(PASSWORD, name="new", stringData={"password": PASSWORD.placeholder})
    found = values(PASSWORD)

    found.prepare([(new, None), (manifest, live)])

    assert {"url": encoded("u:hunter2@db")} == found.fill(manifest, live)["data"]
    assert {"password": encoded("hunter2")} == found.fill(new)["data"]
    assert found.findings == (
        Finding(
            severity="warning",
            code="secret-kept",
            message="`inputs.password` stays as it is live: the environment variable `PASSWORD` is not set",
            release="shop",
            hint="set what is missing, so that the secret can be made anew",
        ),
    )


def test_one_live_value_leads_to_another(values: Values, tmp_path: Path) -> None:
    """A value that is read in one place tells what stands beside it in another, also when sources changed."""
    (tmp_path / "token").write_bytes(b"new")
    manifest = holding(
        PASSWORD,
        TOKEN,
        KEY,
        stringData={
            "both": f"{PASSWORD.placeholder}:{KEY.placeholder}",
            "token": f"{TOKEN.placeholder} {PASSWORD.placeholder}",
        },
    )
    live = {"data": {"both": encoded("hunter:2:key"), "token": encoded("old hunter:2")}}
    found = values(PASSWORD, TOKEN, KEY)

    filled = found.fill(manifest, live)["data"]

    assert {"both": encoded("hunter:2:key"), "token": encoded("new hunter:2")} == filled


def test_a_live_value_that_cannot_be_told_is_absent(values: Values) -> None:
    """Where the text around it changed, nothing is guessed."""
    manifest = holding(PASSWORD, stringData={"url": f"v:{PASSWORD.placeholder}@db"})

    with pytest.raises(TargetError, match="a secret has no value"):
        values(PASSWORD).fill(manifest, {"data": {"url": encoded("u:hunter2@db")}})


def test_a_generated_value_is_made_once(values: Values, api: KubernetesApi, namespace: str) -> None:
    """It is the same from the diff to the next runs, and nothing is written before it is kept."""
    manifest = holding(KEY, data={"key": encoded(KEY.placeholder)})
    path = f"/api/v1/namespaces/{namespace}/secrets/{KEPT}"
    first = values(KEY)

    shown = first.fill(manifest)
    before = api.get(path).status
    first.keep()
    first.keep()

    again = values(KEY).fill(manifest)
    value = base64.b64decode(shown["data"]["key"]).decode()
    there = api.get(path).body
    assert (404, shown) == (before, again)
    assert (24, True) == (len(value), value.isalnum())
    assert ("mistpm.dev/generated", {KEY.placeholder: encoded(value)}) == (
        there["type"],
        there["data"],
    )
    assert "generated" == there["metadata"]["labels"]["mistpm.dev/state"]


def test_a_generated_value_that_was_lost_is_found_live(values: Values) -> None:
    """Where what was kept is gone, the value in use is kept anew, rather than another made."""
    manifest = holding(KEY, data={"key": encoded(KEY.placeholder)})
    live = {"data": {"key": encoded("in use since ever")}}
    first = values(KEY)

    first.fill(manifest, live)
    first.keep()

    assert live["data"] == values(KEY).fill(manifest)["data"]


def test_more_generated_values_are_added(
    values: Values, api: KubernetesApi, namespace: str
) -> None:
    """What is kept already stays as it is."""
    other = secret("inputs.other", generate=8)
    manifests = [holding(each, data={"key": encoded(each.placeholder)}) for each in (KEY, other)]
    filled = []
    for manifest in manifests:
        found = values(KEY, other)
        filled.append(found.fill(manifest)["data"]["key"])
        found.keep()

    kept = api.get(f"/api/v1/namespaces/{namespace}/secrets/{KEPT}").body["data"]

    assert dict(zip((KEY.placeholder, other.placeholder), filled, strict=True)) == kept


def test_two_that_generate_are_told_apart(values: Values) -> None:
    """Who would keep another value than somebody else just did is stopped."""
    manifest = holding(KEY, data={"key": encoded(KEY.placeholder)})
    first, second = values(KEY), values(KEY)
    for each in (first, second):
        each.fill(manifest)
    first.keep()

    with pytest.raises(TargetError) as caught:
        second.keep()

    assert str(caught.value) == (
        "what is kept of generated secrets in the cluster test was changed meanwhile, by somebody "
        "else or another mistpm\n"
        "hint: run the command again"
    )


def test_nothing_is_asked_where_there_is_no_secret(
    values: Values, control_plane: ControlPlane, open_client: Callable[..., Client]
) -> None:
    """Manifests without placeholders cost no request, and need no rights."""
    developer = open_client(control_plane.kubeconfig("developer"))
    found = values(PASSWORD, KEY, client=developer)
    manifest = states.manifest("Secret", "shop", stringData={"a": "b"})

    found.prepare([(manifest, None)])

    assert {"a": encoded("b")} == found.fill(manifest)["data"]
    found.keep()
    assert ((), ()) == (found.findings, found.hidden)


def test_a_right_that_is_missing_is_named(
    values: Values, control_plane: ControlPlane, open_client: Callable[..., Client]
) -> None:
    """Who may not read the Secret that a source names is told which right that takes."""
    developer = open_client(control_plane.kubeconfig("developer"))
    source = secret("inputs.db", from_secret=("kube-system", "db", "key"))

    with pytest.raises(TargetError) as caught:
        values(source, client=developer).fill(holding(source, stringData={"a": source.placeholder}))

    assert str(caught.value) == (
        "the cluster test does not let `developer` get `secrets` in the namespace `kube-system`\n"
        "hint: ask for a role that allows it"
    )


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            Path.mkdir,
            "the file `token`, which a secret comes from, cannot be read: Is a directory\n"
            "hint: check the path and the permissions",
        ),
        (
            lambda path: path.write_bytes(b"x" * (1024 * 1024 + 1)),
            "the file `token`, which a secret comes from, is larger than a Secret may be\n"
            "  Kubernetes allows 1 MiB\nhint: check the path",
        ),
    ],
    ids=["folder", "large"],
)
def test_a_file_that_cannot_be_used_is_told(
    values: Values, tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    """A file that is there and no secret is an error of its own, not an absent source."""
    make(tmp_path / "token")

    with pytest.raises(TargetError) as caught:
        values(TOKEN).fill(holding(TOKEN, stringData={"a": TOKEN.placeholder}))

    assert why == str(caught.value)


def test_values_are_shown_nowhere(values: Values, tmp_path: Path) -> None:
    """Neither what prints an object nor a finding has a value in it; who hides them can ask for them."""
    (tmp_path / "token").write_bytes(b"\xff")
    found = values(PASSWORD, TOKEN, KEY, environ={"PASSWORD": "hunter2"})
    manifest = holding(PASSWORD, TOKEN, stringData={"a": PASSWORD.placeholder + TOKEN.placeholder})
    found.fill(manifest)

    shown = f"{found!r} {found} {found.findings} {manifest!r}"

    assert "hunter2" not in shown
    assert ("hunter2",) == found.hidden
