"""Scenes on the shared control plane."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from kubernetes_api import KubernetesApi
from waiting_scene import SHORT, Scene

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.watch.expectation import Graces

Set = Callable[..., Scene]


@pytest.fixture
def scene(api: KubernetesApi, namespace: str, client: Client) -> Iterator[Set]:
    """Give a function that sets a scene; it takes other graces and another client."""
    with ExitStack() as stack:

        def set_it(graces: Graces = SHORT, client: Client = client) -> Scene:
            made = Scene(api, namespace, client, graces)
            stack.enter_context(made.readiness)
            return made

        yield set_it
