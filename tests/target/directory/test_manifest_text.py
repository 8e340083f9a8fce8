"""The text of a manifest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.document import load_manifests
from mistpm.target.directory.manifest_text import manifest_text


def test_order_and_marks() -> None:
    """What a reader looks for comes first, the rest is sorted, lists stay; ownership is marked."""
    data = {
        "spec": {"b": 1, "a": [{"z": "yes", "c": None}, 3]},
        "metadata": {
            "uid": "1",
            "annotations": {"b": "2", "a": "1"},
            "labels": {"app": "gitea"},
            "namespace": "shop",
            "name": "gitea",
        },
        "kind": "Deployment",
        "apiVersion": "apps/v1",
    }

    assert """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: gitea
  namespace: shop
  labels:
    app: gitea
    app.kubernetes.io/managed-by: mistpm
    mistletoe.dev/tied-to-install-name: shop
    mistpm.dev/environment: 5f0c2d
    mistpm.dev/release: shop
  annotations:
    a: "1"
    b: "2"
  uid: "1"
spec:
  a:
  - c: null
    z: "yes"
  - 3
  b: 1
""" == manifest_text(data, environment_id="5f0c2d", release="shop")


def test_marks_of_a_package() -> None:
    """A package's own `managed-by` stays; ownership is the host's to say."""
    labels = {
        "app.kubernetes.io/managed-by": "operator",
        "mistpm.dev/environment": "mine",
        "mistpm.dev/release": "mine",
        "mistletoe.dev/tied-to-install-name": "mine",
    }
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": labels}}

    assert """\
apiVersion: v1
kind: Pod
metadata:
  name: a
  labels:
    app.kubernetes.io/managed-by: operator
    mistletoe.dev/tied-to-install-name: shop
    mistpm.dev/environment: 5f0c2d
    mistpm.dev/release: shop
""" == manifest_text(data, environment_id="5f0c2d", release="shop")
    assert "mine" == labels["mistpm.dev/release"]


def test_namespace_of_the_host() -> None:
    """What belongs to no release carries the environment only."""
    data = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": None}}

    assert """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    app.kubernetes.io/managed-by: mistpm
    mistpm.dev/environment: 5f0c2d
""" == manifest_text(data, environment_id="5f0c2d", release="")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.slow
@given(JSON, st.randoms(use_true_random=False))
def test_same_data_same_text(content: Any, random: Any) -> None:
    """The order of keys makes no difference, and kubectl reads what the package meant."""

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    data = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "data": {"content": content},
    }
    text = manifest_text(data, environment_id="5f0c2d", release="shop")
    (read,) = load_manifests(text, origin="test")

    assert text == manifest_text(shuffled(data), environment_id="5f0c2d", release="shop")
    assert {"content": content} == read["data"]
