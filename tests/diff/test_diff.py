"""Changes in order, counted, and as text with secrets masked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.diff import count_by_action, in_order, unified
from mistpm.model.change import Action, Change
from mistpm.model.resource import ResourceId

SECRET = ResourceId("", "Secret", "shop", "gitea")
CONFIG = ResourceId("", "ConfigMap", "shop", "gitea")


def change(
    resource: ResourceId = CONFIG,
    *,
    action: Action = "update",
    release: str = "shop",
    before: str | None = None,
    after: str | None = None,
) -> Change:
    """Give a change of a file."""
    return Change(
        action=action,
        resource=resource,
        release=release,
        place="shop/file.yaml",
        before=before,
        after=after,
    )


def secret(values: str) -> str:
    """Give the text of a Secret with these lines of values."""
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: gitea\n{values}"


def test_order() -> None:
    """Release by release and kind by kind, then deletions the other way round, gone releases first."""
    namespace = ResourceId("", "Namespace", "", "shop")
    service = ResourceId("", "Service", "shop", "gitea")
    other = ResourceId("", "ConfigMap", "shop", "another")
    ordered = [
        change(namespace, release="", action="create"),
        change(other, release="db"),
        change(CONFIG, release="db", action="unchanged"),
        change(service, release="db"),
        change(CONFIG, release="app"),
        change(service, release="z-gone", action="delete"),
        change(CONFIG, release="a-gone", action="delete"),
        change(service, release="app", action="delete"),
        change(other, release="app", action="delete"),
        change(CONFIG, release="db", action="delete"),
        change(ResourceId("", "Namespace", "", "old"), release="", action="delete"),
    ]

    assert tuple(ordered) == in_order(reversed(ordered), ["db", "app"])


def test_counts() -> None:
    """Counts come in one order whatever the changes' order is; what there is none of is left out."""
    changes = [change(action=action) for action in ("delete", "create", "unchanged", "create")]

    assert [("create", 2), ("delete", 1), ("unchanged", 1)] == list(
        count_by_action(changes).items()
    )


def test_update() -> None:
    """An update shows what changes with a little around it."""
    before = "".join(f"line {number}\n" for number in range(1, 9))

    assert """\
--- shop/file.yaml
+++ shop/file.yaml
@@ -2,7 +2,7 @@
 line 2
 line 3
 line 4
-line 5
+line five
 line 6
 line 7
 line 8
""" == unified(change(before=before, after=before.replace("5", "five")))


def test_creation_and_deletion() -> None:
    """What is not there is `/dev/null`, as everywhere."""
    assert "--- /dev/null\n+++ shop/file.yaml\n@@ -0,0 +1 @@\n+a: b\n" == unified(
        change(action="create", after="a: b\n")
    )
    assert "--- shop/file.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a: b\n" == unified(
        change(action="delete", before="a: b\n")
    )


@pytest.mark.parametrize("text", [None, "", "a: b\n"])
def test_no_difference(text: str | None) -> None:
    """Where nothing changes nothing is shown."""
    assert "" == unified(change(before=text, after=text))


def test_missing_line_feed() -> None:
    """A file without a last line feed does not run two lines together."""
    assert "--- shop/file.yaml\n+++ shop/file.yaml\n@@ -1 +1 @@\n-a\n+b\n" == unified(
        change(before="a", after="b\n")
    )


def test_secrets_are_masked() -> None:
    """Of a Secret's values only those are told apart that change."""
    before = secret(
        "data:\n  same: c2FtZQ==\n  gone: Z29uZQ==\n  new: b2xk\nstringData:\n  url: a\n"
    )
    after = secret(
        "data:\n  same: c2FtZQ==\n  new: bmV3\n  more: bW9yZQ==\nstringData:\n  url: a\n"
    )

    assert """\
--- shop/file.yaml
+++ shop/file.yaml
@@ -4,7 +4,7 @@
   name: gitea
 data:
   same: (secret)
-  gone: (secret)
-  new: (secret, before)
+  new: (secret, after)
+  more: (secret)
 stringData:
   url: (secret)
""" == unified(change(SECRET, before=before, after=after))


def test_copy_in_an_annotation_is_masked() -> None:
    """The copy of the manifest that kubectl keeps in an annotation is hidden too."""
    name = "kubectl.kubernetes.io/last-applied-configuration"
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n"
        f'    {name}: \'{{"data":{{"a":"cGFzcw=="}}}}\'\n    other: shown\n'
    )

    assert f"""\
--- /dev/null
+++ shop/file.yaml
@@ -0,0 +1,6 @@
+apiVersion: v1
+kind: Secret
+metadata:
+  annotations:
+    {name}: (secret)
+    other: shown
""" == unified(change(SECRET, after=text))


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2\n",
        "kind: Secret\ndata: [hunter2]\n",
        "kind: Secret\ndata: {a: b}\n---\nkind: Secret\ndata: {a: hunter2}\n",
        "kind: List\nitems: [hunter2]\n",
        "hunter2: {\n",
        "- hunter2\n",
        "kind: Secret\nmetadata: {annotations: hunter2}\ndata: {a: b}\n",
    ],
)
def test_what_cannot_be_read_is_not_shown(text: str) -> None:
    """A file in a Secret's place that is no Secret may hold anything: nothing of it is shown."""
    shown = unified(change(SECRET, before=text, after=secret("data:\n  a: b\n")))

    assert "hunter2" not in shown
    assert "-(not shown: this is no Secret that can be read)\n" in shown


VALUES = st.dictionaries(st.sampled_from("abc"), st.text().map("hunter2".__add__), max_size=3)


@pytest.mark.slow
@given(VALUES, VALUES)
def test_no_value_is_ever_shown(before: dict[str, str], after: dict[str, str]) -> None:
    """Whatever a Secret holds, none of it is in the text."""
    texts = [
        json.dumps({"kind": "Secret", "data": values, "stringData": values})
        for values in (before, after)
    ]
    shown = unified(change(SECRET, before=texts[0], after=texts[1]))

    assert "hunter2" not in shown
