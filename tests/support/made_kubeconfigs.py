"""Kubeconfigs as people have them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from mistpm.errors import TargetError
from mistpm.target.cluster.api.connection import connect


def encoded(text: str) -> str:
    """Give a text in base64."""
    return base64.b64encode(text.encode()).decode()


def kubeconfig(
    *,
    name: str = "prod",
    cluster: dict[str, Any] | None = None,
    user: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    current: str = "prod",
) -> dict[str, Any]:
    """Give a kubeconfig with one context."""
    cluster = {"server": "https://prod.example.org:6443"} if cluster is None else cluster
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": f"{name}-admin", "user": user or {}}],
        "contexts": [
            {
                "name": name,
                "context": {"cluster": name, "user": f"{name}-admin", **(context or {})},
            }
        ],
    }


def refusal(tmp_path: Path, context: str = "") -> str:
    """Give the reference and text of the error that connecting ends with; the folder is `DIR`."""
    with pytest.raises(TargetError) as caught:
        connect(context).credentials.login()
    return f"{caught.value.reference}\n{caught.value}".replace(str(tmp_path), "DIR")
