"""What an object would roughly look like after applying a manifest."""

from __future__ import annotations

from typing import Any

from mistpm.diff.overlay import overlaid, overlaid_definition


def test_named_items_are_merged() -> None:
    """What the manifest does not speak of stays, in lists too whose items have names."""
    live = {"spec": {"paused": True, "containers": [{"name": "main", "image": "a", "tty": True}]}}
    manifest = {"spec": {"containers": [{"name": "main", "image": "b"}, {"name": "other"}]}}

    assert {
        "spec": {
            "paused": True,
            "containers": [{"name": "main", "image": "b", "tty": True}, {"name": "other"}],
        }
    } == overlaid(live, manifest)


def test_versions_of_a_definition_are_one_value() -> None:
    """A version that the manifest does not have goes, and so does what its schema leaves out."""
    live = {"spec": {"conversion": {"strategy": "None"}, "versions": versions("v1alpha1", "v1")}}
    manifest: dict[str, Any] = {"spec": {"versions": versions("v1")}}

    assert {
        "spec": {"conversion": {"strategy": "None"}, "versions": versions("v1")}
    } == overlaid_definition(live, manifest)
    assert 2 == len(overlaid(live, manifest)["spec"]["versions"])


def test_a_definition_that_is_none() -> None:
    """What has no spec, or no versions, is laid over like everything else."""
    live = {"spec": {"versions": versions("v1")}}

    for manifest in ({}, {"spec": None}, {"spec": {"group": "example.org"}}):
        assert overlaid(live, manifest) == overlaid_definition(live, manifest)


def versions(*names: str) -> list[dict[str, str]]:
    """Give versions by their names."""
    return [{"name": name} for name in names]
