"""Sets of fields, as `managedFields` has them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.target.cluster.comparing.adoption import former_owner, migration, needs_migration
from mistpm.target.cluster.comparing.field_sets import (
    FieldSet,
    difference,
    lacking,
    paths,
    set_of,
    union,
    without,
)

MAIN = 'k:{"name":"main"}'


def _tidy(fields: FieldSet) -> dict[str, Any]:
    """Give a set as servers write it: nothing is below the field itself."""
    return {key: {} if key == "." else _tidy(below) for key, below in fields.items()}


SETS = st.recursive(
    st.just({}),
    lambda inner: st.dictionaries(st.sampled_from([".", "f:a", "f:b"]), inner, min_size=1),
    max_leaves=6,
).map(_tidy)


def test_paths() -> None:
    """Paths are written as in the server's conflicts."""
    fields = {
        "f:metadata": {"f:finalizers": {".": {}, 'v:"example.com/a"': {}}},
        "f:spec": {"f:containers": {MAIN: {".": {}, "f:image": {}}}, "f:args": {"i:0": {}}},
    }

    assert (
        ".metadata.finalizers",
        '.metadata.finalizers[="example.com/a"]',
        ".spec.args[0]",
        '.spec.containers[name="main"]',
        '.spec.containers[name="main"].image',
    ) == paths(fields)


def test_union() -> None:
    """A field that one set has as a whole and the other one in parts stays a field itself."""
    assert {"f:a": {".": {}, "f:b": {}}, "f:c": {}} == union(
        {"f:a": {}}, {"f:a": {"f:b": {}}, "f:c": {}}
    )


def test_difference() -> None:
    """What the other set has in parts stays, but for these parts."""
    one: dict[str, Any] = {
        "f:labels": {".": {}, "f:a": {}, "f:b": {}},
        "f:spec": {"f:x": {}},
        "f:data": {".": {}},
    }

    assert {"f:labels": {".": {}, "f:b": {}}, "f:spec": {"f:x": {}}, "f:data": {}} == difference(
        one, {"f:labels": {"f:a": {}}}
    )


@pytest.mark.slow
@given(SETS, SETS)
def test_laws(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Together they are the same either way; a set has nothing that it has not."""
    assert set(paths(union(one, other))) == set(paths(union(other, one)))
    assert set(paths(one)) | set(paths(other)) <= set(paths(union(one, other)))
    assert {} == difference(one, one)
    assert {} == difference(one, union(one, other))


def test_taking_fields_away() -> None:
    """Fields go with what stands below them; lists and mappings that are left empty go too."""
    pod = {
        "labels": {"a": "1"},
        "kept": {"a": "1"},
        "containers": [
            {"name": "main", "image": "i", "default": "d"},
            {"name": "side", "image": "j"},
        ],
        "finalizers": ["a", "b"],
        "args": ["x", "y"],
    }
    fields: dict[str, Any] = {
        "f:labels": {".": {}, "f:a": {}},
        "f:kept": {"f:a": {}},
        "f:containers": {MAIN: {}, 'k:{"name":"side"}': {"f:image": {}}},
        "f:finalizers": {'v:"a"': {}},
        "f:args": {"i:1": {}},
        "f:absent": {"f:a": {}},
    }

    assert {
        "kept": {},
        "containers": [{"name": "side"}],
        "finalizers": ["b"],
        "args": ["x"],
    } == without(pod, fields)


def test_what_a_manifest_lacks() -> None:
    """Fields of a set that a manifest does not speak of any more, however deep."""
    fields: dict[str, Any] = {
        "f:labels": {"f:a": {}, "f:b": {}},
        "f:annotations": {".": {}, "f:a": {}},
        "f:containers": {
            MAIN: {".": {}, "f:name": {}, "f:image": {}},
            'k:{"name":"side"}': {".": {}},
        },
        "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}},
        "f:finalizers": {'v:"a"': {}},
    }
    manifest = {
        "labels": {"a": "1"},
        "containers": [{"name": "main"}],
        "ports": [{"port": 80}],
        "finalizers": ["b"],
    }

    assert {
        "f:labels": {"f:b": {}},
        "f:annotations": {},
        "f:containers": {MAIN: {"f:image": {}}, 'k:{"name":"side"}': {}},
        "f:finalizers": {'v:"a"': {}},
    } == lacking(manifest, fields)
    assert {} == lacking(manifest, {"f:labels": {"f:a": {}}})


def entry(manager: str, operation: str = "Update", **more: Any) -> dict[str, Any]:
    """Give an entry of `managedFields`."""
    fields: dict[str, Any] = {"f:data": {f"f:{manager}": {}}}
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "v1",
        "fieldsV1": fields,
        **more,
    }


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    """Give an object with these entries."""
    return {"metadata": {"resourceVersion": "7", "managedFields": list(entries)}}


def test_migration() -> None:
    """Entries of whole appliers become ours; controllers, subresources and other versions of the API do not."""
    controller = entry("controller")
    status = entry("kubectl", subresource="status")
    other = entry("helm", apiVersion="v1beta1", time="2026-01-01T00:00:00Z")
    newest = entry("kubectl-client-side-apply", time="2026-02-01T00:00:00Z")
    [fields, version] = migration(live(other, controller, newest, status))

    assert [
        controller,
        status,
        {**newest, "manager": "mistpm", "operation": "Apply"},
    ] == fields["value"]
    assert {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"} == version
    assert not needs_migration(live(controller, status))


def test_migration_into_ours() -> None:
    """Where there is an entry of ours already, it is the one that grows."""
    ours = entry("mistpm", "Apply")
    [fields, _] = migration(live(ours, entry("helm")))

    assert [{**ours, "fieldsV1": set_of([ours, entry("helm")])}] == fields["value"]


def test_nobody() -> None:
    """An object without any trace is somebody else's all the same."""
    assert "it is somebody else's" == former_owner({"metadata": {}})
    assert "it is managed by `argo`" == former_owner(
        {"metadata": {"labels": {"app.kubernetes.io/managed-by": "argo"}}}
    )
