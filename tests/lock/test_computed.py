"""What a lock keeps of packages that compute requirements, and what makes it stale."""

from __future__ import annotations

from typing import Any

import pytest
from made_locks import INQUIRY, asked_of, lock_of
from small_worlds import World, asking, dependency, setting

from mistpm.lock.freshness import is_fresh
from mistpm.lock.lockfile_document import format_lockfile, parse_lockfile
from mistpm.model.lockfile import LockedComputation
from mistpm.model.question import Question

INPUTS = {
    "properties": {
        "storage": {"type": "string"},
        "admin": {"properties": {"key": {"writeOnly": True}, "name": {"type": "string"}}},
    }
}


def storage() -> World:
    """Give an application that computes requirements, and one that pulls it in."""
    world = (
        World()
        .add("apps/web", "1.0.0", {"cache": "data/cache"}, computed=True, inputs=INPUTS)
        .add("apps/user", "1.0.0", {"web": "apps/web"})
        .add("data/cache", "1.0.0")
        .add("data/minio", "5.0.0")
    )
    world.answers["web", "starter/apps/web@1.0.0"] = {"store": dependency("data/minio ^5")}
    return world


def question(releases: dict[str, str] | None = None, **inputs: Any) -> Question:
    """Ask for the application, or for who pulls it in, with inputs of its own."""
    return asking(
        releases or {"web": "apps/web"},
        inputs={"web": inputs},
        settings=[setting("apps/web", inputs=inputs)] if releases else [],
    )


def test_a_lock_keeps_answers() -> None:
    """What was asked, what was answered, what is not told; and it is read as it is written."""
    made = lock_of(storage(), question())

    assert (
        LockedComputation(
            asked=INQUIRY,
            requirements={"store": dependency("data/minio ^5")},
            secrets=("admin.key",),
        )
        == made.releases["web"].computed
    )
    assert made.releases["minio"].computed is None
    assert made == parse_lockfile(format_lockfile(made).encode(), title="mistpm.lock")


@pytest.mark.parametrize("releases", [None, {"user": "apps/user"}])
@pytest.mark.parametrize(
    ("inputs", "fresh"),
    [
        ({"storage": "s3", "admin": {"key": {"fromEnv": "A"}, "name": "x"}}, True),
        ({"storage": "s3", "admin": {"key": {"fromEnv": "B"}, "name": "x"}}, True),
        ({"storage": "s3", "admin": {"key": {"fromEnv": "A"}, "name": "y"}}, False),
        ({"storage": "s3", "admin": {"name": "x"}}, False),
        ({"storage": "local", "admin": {"key": {"fromEnv": "A"}, "name": "x"}}, False),
        ({"storage": "s3", "admin": {"key": {"fromEnv": "A"}, "name": "x"}, "more": 1}, False),
    ],
)
def test_every_input_counts_but_where_a_secret_comes_from(
    releases: dict[str, str] | None, inputs: dict[str, Any], fresh: bool
) -> None:
    """Whether it is asked for in the file or pulled in and configured there."""
    admin = {"key": {"fromEnv": "A"}, "name": "x"}
    made = lock_of(storage(), question(releases, storage="s3", admin=admin))

    assert fresh == is_fresh(made, asked_of(question(releases, **inputs)))
