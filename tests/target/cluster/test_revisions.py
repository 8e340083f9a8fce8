"""A revision is a stored desired state."""

from __future__ import annotations

import json
from typing import Any

import desired_states as states
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mistpm.errors import TargetError
from mistpm.model.environment import SecretSource
from mistpm.model.readiness import ReadinessCondition
from mistpm.model.secrets import SecretInput
from mistpm.target.cluster.memory.pieces import DamagedError
from mistpm.target.cluster.memory.revisions import read_revision, write_revision
from mistpm.target.protocol import Desired

TITLE = "revision 7 of the environment `shop`"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FULL = replace(
    states.INSTALLED,
    releases=(
        replace(
            states.INSTALLED.releases[0],
            outputs={"host": "db.shop.svc"},
            message="it listens on 5432",
            readiness=(
                ReadinessCondition(kind="Deployment.apps", condition="Available"),
                ReadinessCondition(kind="Job.batch", json_path="{.status.phase}", value=1.5),
            ),
        ),
        *states.INSTALLED.releases[1:],
    ),
    left_alone=("broken",),
    needs={"shop": ("db",), "db": ()},
    secrets=(
        SecretInput(
            placeholder="mistpm_secret_" + "0" * 40,
            release="db",
            path="inputs.password",
            source=SecretSource(from_secret=("shop", "db", "password")),
        ),
    ),
    reason="install shop",
)


@pytest.mark.parametrize("desired", [FULL, *states.STATES.values()])
def test_what_was_written_is_read(desired: Desired) -> None:
    """Nothing that is applied gets lost."""
    assert desired == read_revision(write_revision(desired), title=TITLE)


@pytest.mark.slow
@given(st.dictionaries(st.text(), JSON))
def test_manifests_are_kept_as_they_are(content: dict[str, Any]) -> None:
    """Whatever JSON holds, a manifest keeps: texts, large and broken numbers, in lists and mappings."""
    manifest = states.manifest("Thing.example.org", "one", content=content)
    desired = states.desired(states.release("shop", manifest))

    read = read_revision(write_revision(desired), title=TITLE)

    assert json.dumps(manifest.data, sort_keys=True) == json.dumps(
        read.releases[0].manifests[0].data, sort_keys=True
    )


def test_the_order_of_keys_is_not_in_the_bytes() -> None:
    """The same manifest gives the same bytes, whatever order its keys came in."""
    one, other = (
        states.desired(states.release("shop", states.manifest("ConfigMap", "shop", data=data)))
        for data in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})
    )

    assert write_revision(one) == write_revision(other)


def test_the_packages_own_files_are_left_out() -> None:
    """What manifests were made of is not stored a second time."""
    release = replace(states.INSTALLED.releases[0], files={"deployment.yaml": "kind: Deployment\n"})
    desired = replace(states.INSTALLED, releases=(release,))

    read = read_revision(write_revision(desired), title=TITLE)

    assert {} == read.releases[0].files
    assert release.manifests == read.releases[0].manifests


def test_a_newer_format_is_refused() -> None:
    """A revision that a newer mistpm wrote is not guessed at."""
    with pytest.raises(TargetError) as caught:
        read_revision(b'{"format": 12, "manifests": []}', title=TITLE)

    assert (
        "revision 7 of the environment `shop` was written by a newer mistpm\n"
        "  it has the format 12; this mistpm reads 1\n"
        "hint: update mistpm"
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"null", "Expected `object`, got `null`"),
        (b'{"format": "1"}', "Expected `int`, got `str` - at `$.format`"),
        (b'{"format": 1, "document": ""}', "Object missing required field `lock`"),
    ],
)
def test_damage_is_told(data: bytes, why: str) -> None:
    """Whatever is read, the answer is a sentence."""
    with pytest.raises(DamagedError) as caught:
        read_revision(data, title=TITLE)

    assert why == str(caught.value)
