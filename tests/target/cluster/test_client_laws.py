"""Laws of what is sent, and of what is read from kubeconfigs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mistpm.errors import TargetError
from mistpm.target.cluster.api.client import APPLY, JSON, encoded
from mistpm.target.cluster.api.connection import connect

CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS | st.sampled_from('\x7f\x85\x9f\u2028\u2029\ufeff\ufffe\uffff\n\t\\"'))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=5,
)
NAMES = st.sampled_from(["one", "two", "three"])


@pytest.mark.slow
@given(st.dictionaries(TEXTS, VALUES, max_size=3))
@example({"white space beside what ends a line in YAML": " \u2028 \u2029 "})
def test_what_is_applied_is_json_and_yaml(body: dict[str, Any]) -> None:
    """Whoever reads a body, as JSON or as YAML, finds the same (Go's reader of YAML is made from libyaml)."""
    applied = encoded(body, APPLY)

    assert json.loads(encoded(body, JSON)) == json.loads(applied)
    assert _without_floats(body) == _without_floats(yaml.load(applied, yaml.CSafeLoader))


def _without_floats(value: Any) -> Any:
    """Leave out what PyYAML reads otherwise: numbers such as `1e16`, a text for YAML 1.1."""
    if isinstance(value, float) or (isinstance(value, str) and _is_number(value)):
        return 0.0
    if isinstance(value, dict):
        return {key: _without_floats(each) for key, each in value.items()}
    return [_without_floats(each) for each in value] if isinstance(value, list) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@st.composite
def kubeconfigs(draw: st.DrawFn) -> dict[str, Any]:
    """Give a file with some clusters, users and contexts, which need not fit together."""
    value = st.integers(0, 99)
    contexts = {
        name: {"cluster": draw(NAMES), "user": draw(NAMES), "namespace": f"n{draw(value)}"}
        for name in draw(st.sets(NAMES))
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": name, "cluster": {"server": f"https://host{draw(value)}"}}
            for name in sorted(draw(st.sets(NAMES)))
        ],
        "users": [
            {"name": name, "user": {"token": f"token{draw(value)}"}}
            for name in sorted(draw(st.sets(NAMES)))
        ],
        "contexts": [{"name": name, "context": contexts[name]} for name in sorted(contexts)],
    }


@pytest.mark.slow
@given(st.lists(kubeconfigs(), min_size=1, max_size=3), NAMES)
def test_files_are_merged_as_the_kubernetes_package_does(
    documents: list[dict[str, Any]], name: str
) -> None:
    """Whatever stands in several files, we find what `kubernetes.config` finds in them."""
    from kubernetes.client.configuration import Configuration
    from kubernetes.config.config_exception import ConfigException
    from kubernetes.config.kube_config import load_kube_config

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(documents))]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(json.dumps(document))
        listed = ":".join(map(str, paths))
        theirs: object
        ours: object
        try:
            configuration = Configuration()
            load_kube_config(listed, name, client_configuration=configuration)
            theirs = (configuration.host, configuration.api_key.get("BearerToken"))
        except ConfigException:
            theirs = None
        try:
            connection = connect(name, environ={"KUBECONFIG": listed})
            header = connection.credentials.login().headers.get("Authorization")
            ours = (connection.server, header)
        except TargetError as error:
            # A context whose user is not there: we refuse it, the package goes on as nobody.
            ours = None if "user" not in error.message else theirs

    assert theirs == ours
