"""Documents of files, taken apart into what is to be checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.check import duplicate_subjects, subject_of, subjects_of
from mistpm.model.finding import Finding, Severity
from mistpm.model.resource import Manifest, ResourceId

CONFIG: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
PATH = tuple[str | int, ...]


def line_of(path: PATH) -> int | None:
    """Give lines for the first two items of a list, and what is in them."""
    lines: dict[PATH, int] = {
        ("items", 0): 4,
        ("items", 1): 9,
        ("items", 1, "kind"): 10,
        ("items", 1, "items", 0): 11,
    }
    return lines.get(path)


def test_an_object() -> None:
    """An object is one subject, with what identifies it."""
    data = {**CONFIG, "metadata": {"name": "a", "namespace": "shop"}}
    (subject,), findings = subjects_of(data, release="shop", file="a.yaml")

    assert () == findings
    assert ResourceId("", "ConfigMap", "shop", "a") == subject.resource
    assert ("v1/ConfigMap", "shop", "a.yaml") == (str(subject.api), subject.release, subject.file)


def test_a_cluster_wide_object() -> None:
    """A kind without a namespace has none, whatever is written."""
    data = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "b"}}
    (subject,), _ = subjects_of(data)

    assert ResourceId("", "Namespace", "", "a") == subject.resource


def test_nothing() -> None:
    """An empty document is nothing, and so is an empty list."""
    assert ((), ()) == subjects_of(None)
    assert ((), ()) == subjects_of({"apiVersion": "v1", "kind": "List"})


def test_lists() -> None:
    """A list gives its items in their order, those of lists in it as well; lines are those of the file."""
    other = {**CONFIG, "metadata": {"name": "b"}}
    third = {**CONFIG, "metadata": {"name": "c"}}
    inner = {"apiVersion": "v1", "kind": "List", "items": [other]}
    document = {"apiVersion": "v1", "kind": "List", "items": [CONFIG, inner, third]}
    subjects, findings = subjects_of(document, file="a.yaml", line_of=line_of)

    assert () == findings
    assert [("a", 4), ("b", 11), ("c", 0)] == [(s.resource.name, s.line(())) for s in subjects]


def test_the_list_of_a_kind() -> None:
    """What a server answers as a list of one kind says the kind once for all."""
    document = {"apiVersion": "v1", "kind": "ConfigMapList", "items": [{"metadata": {"name": "a"}}]}
    subjects, findings = subjects_of(document)

    assert () == findings
    assert ["v1/ConfigMap"] == [str(subject.api) for subject in subjects]


def test_a_kind_that_is_called_a_list() -> None:
    """A custom kind may be called `AllowList`: it has a spec."""
    document = {"apiVersion": "example.org/v1", "kind": "AllowList", "spec": {}, "items": []}
    subjects, _ = subjects_of(document)

    assert ["example.org/v1/AllowList"] == [str(subject.api) for subject in subjects]


def test_what_is_no_object() -> None:
    """What is no object of Kubernetes is told with its place, and the rest goes on."""
    document = {"apiVersion": "v1", "kind": "List", "items": [3, {**CONFIG, "kind": None}, CONFIG]}
    subjects, findings = subjects_of(document, file="a.yaml", line_of=line_of)
    expected = (
        Finding(
            severity="error",
            code="wrong-type",
            message="a Kubernetes object must be a mapping, not `3`",
            file="a.yaml",
            line=4,
        ),
        Finding(
            severity="error",
            code="missing-field",
            message="`kind` is missing",
            api_version="v1",
            path="kind",
            file="a.yaml",
            line=10,
        ),
    )

    assert expected == findings
    assert ["a"] == [subject.resource.name for subject in subjects]


def test_identities_that_are_none() -> None:
    """Both texts that every object has are looked at at once."""
    _, findings = subjects_of({"apiVersion": 1, "kind": ["a"]})
    _, malformed = subjects_of({"apiVersion": "a/b/c", "kind": "Shop"})
    expected = [
        ("wrong-type", "`apiVersion` must be a text, not `1`"),
        ("wrong-type", "`kind` must be a text, not a list"),
        ("invalid-value", "`apiVersion` must be `GROUP/VERSION`, or `v1`, not the text `a/b/c`"),
    ]

    assert expected == [(each.code, each.message) for each in (*findings, *malformed)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["apiVersion", "kind", "items", "metadata", "spec", "x"]),
            inner | st.sampled_from(["v1", "List", "ConfigMapList", "ConfigMap"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(document=ANYTHING)
def test_any_document(document: Any) -> None:
    """Whatever a document holds is taken apart without a traceback, and nothing is both."""
    subjects, findings = subjects_of(document)

    assert all(subject.resource.kind and subject.api_version for subject in subjects)
    assert all(finding.severity == "error" for finding in findings)


def test_rendered_manifests() -> None:
    """A rendered manifest is a subject of its release."""
    resource = ResourceId("", "ConfigMap", "shop", "a")
    manifest = Manifest(id=resource, api_version="v1", data=CONFIG, origin="here")
    subject = subject_of(manifest, "shop")

    assert (resource, "v1", CONFIG, "shop") == (
        subject.resource,
        subject.api_version,
        subject.data,
        subject.release,
    )


@pytest.mark.parametrize(
    ("file", "severity", "hint"),
    [
        ("a.yaml", "error", "leave out one of them"),
        ("b.yaml", "warning", "leave out one of them, if they are applied together"),
    ],
)
def test_duplicates(file: str, severity: Severity, hint: str) -> None:
    """A resource that is written again is told at each place but the first, whatever the version."""
    first, _ = subjects_of(CONFIG, file="a.yaml", line_of=lambda _path: 3)
    second, _ = subjects_of({**CONFIG, "apiVersion": "v2"}, file=file, line_of=lambda _path: 7)
    made, _ = subjects_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a"}})
    expected = Finding(
        severity=severity,
        code="duplicate-resource",
        message="it is written already in `a.yaml`, line 3",
        resource=ResourceId("", "ConfigMap", "", "a"),
        api_version="v2",
        hint=hint,
        file=file,
        line=7,
    )

    assert (expected,) == duplicate_subjects((*second, *made, *made, *first))
