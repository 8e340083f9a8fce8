"""The record: what is remembered of an environment, as bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mistpm.errors import TargetError
from mistpm.model.resource import ResourceId
from mistpm.model.revision import RevisionStatus, RevisionSummary
from mistpm.target.cluster.memory.inventory import OwnedObject, digest, place_of
from mistpm.target.cluster.memory.pieces import DamagedError
from mistpm.target.cluster.memory.record import (
    FORMAT,
    EnvironmentRecord,
    StoredRevision,
    kept_revisions,
    read_record,
    write_record,
)

ID = "5f0c2d"
TITLE = "what the cluster `prod` remembers of `shop`"
DEPLOYMENT = OwnedObject(
    resource=ResourceId("apps", "Deployment", "shop", "gitea"),
    api_version="apps/v1",
    release="shop",
    uid="19cbe5ae-18c9-4c94-9c8e-a9c51db362fa",
    intent=digest(b"manifest"),
    fields=digest(b"fields"),
    revision=2,
)
NAMESPACE = OwnedObject(resource=ResourceId("", "Namespace", "", "shop"), api_version="v1")


def revision(number: int, status: RevisionStatus = "applied") -> StoredRevision:
    """Give a revision."""
    summary = RevisionSummary(
        number=number,
        status=status,
        started="2026-11-21T17:00:00Z",
        releases={"shop": "1.2.0", "db": "16.4.0"},
    )
    return StoredRevision(summary=summary, pieces=(f"mistpm-{ID}-r{number}-0-1a2b",))


RECORD = EnvironmentRecord(
    format=FORMAT,
    id=ID,
    name="shop",
    document="kind: Environment\n",
    lock="lockVersion: 1\n",
    revisions=(revision(1), revision(2)),
    inventory=(NAMESPACE, DEPLOYMENT),
)


def test_what_was_written_is_read() -> None:
    """Nothing gets lost."""
    assert RECORD == read_record(write_record(RECORD), environment_id=ID, title=TITLE)


def test_the_order_of_the_inventory_is_not_in_the_bytes() -> None:
    """Whatever order objects were applied in, the bytes are the same."""
    turned = replace(RECORD, inventory=(DEPLOYMENT, NAMESPACE))

    assert write_record(RECORD) == write_record(turned)


def test_the_newest_line_of_a_resource_stays() -> None:
    """An inventory united of old and new lines has one line for each resource."""
    newer = replace(DEPLOYMENT, revision=3)
    record = replace(RECORD, inventory=(DEPLOYMENT, NAMESPACE, newer))

    read = read_record(write_record(record), environment_id=ID, title=TITLE)

    assert (NAMESPACE, newer) == read.inventory


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Another process writes the same."""
    code = (
        "import sys; sys.path.insert(0, 'tests/target/cluster'); import test_record as t;"
        "sys.stdout.buffer.write(t.write_record(t.RECORD))"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4711")
    }

    assert {write_record(RECORD)} == written


def test_a_newer_format_is_refused() -> None:
    """A record that a newer mistpm wrote is not guessed at."""
    data = json.dumps({"format": 2, "id": ID, "revisions": "elsewhere"}).encode()

    with pytest.raises(TargetError) as caught:
        read_record(data, environment_id=ID, title=TITLE)

    assert "state-too-new" == caught.value.reference
    assert (
        "what the cluster `prod` remembers of `shop` was written by a newer mistpm\n"
        "  it has the format 2; this mistpm reads 1\n"
        "hint: update mistpm"
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Input data was truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"\xff", "JSON is malformed: invalid character (byte 0)"),
        (b'{"format": 1}', "Object missing required field `id`"),
        (
            json.dumps({"format": 1, "id": ID, "name": "shop", "revisions": []}).encode(),
            "Expected `array` of length >= 1 - at `$.revisions`",
        ),
        (
            write_record(replace(RECORD, id="another")),
            "it is of the environment with the id `another`",
        ),
    ],
)
def test_damage_is_told(data: bytes, why: str) -> None:
    """Whatever is read, the answer is a sentence."""
    with pytest.raises(DamagedError) as caught:
        read_record(data, environment_id=ID, title=TITLE)

    assert why == str(caught.value)


@given(st.lists(st.sampled_from(["applied", "failed", "applying"]), min_size=1, max_size=30))
def test_revisions_are_capped(statuses: list[RevisionStatus]) -> None:
    """At most ten are kept: the newest, and the last applied one however old it is; their order stays."""
    revisions = tuple(revision(number, status) for number, status in enumerate(statuses, start=1))

    kept = kept_revisions(revisions)

    applied = [each for each in revisions if each.summary.status == "applied"][-1:]
    assert min(len(revisions), 10) == len(kept)
    assert revisions[-9:] == kept[-9:]
    assert all(each in kept for each in applied)
    assert sorted(kept, key=lambda each: each.summary.number) == list(kept)


def test_an_owned_object_is_shown_as_every_target_shows_it() -> None:
    """The inventory's lines are those of the protocol; a place is a path that people can read."""
    owned = DEPLOYMENT.owned

    assert ("shop", "shop/Deployment.apps/gitea") == (owned.release, owned.place)
    assert (DEPLOYMENT.resource, DEPLOYMENT.intent) == (owned.resource, owned.digest)
    assert "Namespace/shop" == place_of(NAMESPACE.resource)
