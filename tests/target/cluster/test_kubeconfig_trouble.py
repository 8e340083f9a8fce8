"""Kubeconfigs that are missing, or not whole: what is wrong is told, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_kubeconfigs import kubeconfig, refusal

from mistpm.errors import TargetError
from mistpm.target.cluster.api.connection import connect

Write = Callable[..., Path]


def test_no_kubeconfig(tmp_path: Path) -> None:
    """Where nothing tells of a cluster, what was looked for is told."""
    with pytest.raises(TargetError) as caught:
        connect(environ={"KUBECONFIG": f"{tmp_path}/a:{tmp_path}/b"})

    assert (
        "no-kubeconfig\n"
        "there is no kubeconfig, so no cluster is known\n"
        "  looked for: DIR/a\n"
        "  looked for: DIR/b\n"
        "hint: `KUBECONFIG` names the file; your cluster's provider has a command that writes one\n"
        "hint: without a cluster, write to a directory: --target directory:PATH"
        == f"{caught.value.reference}\n{caught.value}".replace(str(tmp_path), "DIR")
    )


def test_an_empty_kubeconfig(write: Write, tmp_path: Path) -> None:
    """A file without any context, such as tools leave behind."""
    write("")

    assert (
        "no-context\n"
        "the kubeconfig has no current context\n"
        "  read: DIR/config\n"
        "hint: name one with --context, or choose one: kubectl config use-context NAME"
        == refusal(tmp_path)
    )


def test_an_unknown_context(write: Write, tmp_path: Path) -> None:
    """A context that is not there: the one that is meant."""
    write(kubeconfig(name="production"), "a")
    write(kubeconfig(name="staging"), "b")

    assert (
        "unknown-context\n"
        "there is no context `prodution` in the kubeconfig\n"
        "  did you mean `production`?\n"
        "  read: DIR/a\n"
        "  read: DIR/b" == refusal(tmp_path, "prodution")
    )
    assert (
        "unknown-context\n"
        "there is no context `x` in the kubeconfig\n"
        "  known: `production`, `staging`\n"
        "  read: DIR/a\n"
        "  read: DIR/b" == refusal(tmp_path, "x")
    )


def test_a_current_context_that_is_gone(write: Write, tmp_path: Path) -> None:
    """A kubeconfig may name a context that was removed from it."""
    write(kubeconfig(current="old"))

    assert (
        "unknown-context\n"
        "there is no context `old` in the kubeconfig\n"
        "  known: `prod`\n"
        "  read: DIR/config\n"
        "hint: choose another one: kubectl config use-context NAME" == refusal(tmp_path)
    )


def test_no_current_context(write: Write, tmp_path: Path) -> None:
    """Without a current context one must be named."""
    write(kubeconfig(current=""))

    assert (
        "no-context\n"
        "the kubeconfig has no current context\n"
        "  known: `prod`\n"
        "  read: DIR/config\n"
        "hint: name one with --context, or choose one: kubectl config use-context NAME"
        == refusal(tmp_path)
    )


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            {"cluster": "prd"},
            "the context `prod` names the cluster `prd`, which the kubeconfig has not\n"
            "  did you mean `prod`?",
        ),
        ({"cluster": ""}, "the context `prod` names no cluster\n  known: `prod`"),
        (
            {"user": "ann"},
            "the context `prod` names the user `ann`, which the kubeconfig has not\n"
            "  known: `prod-admin`",
        ),
    ],
)
def test_a_context_that_is_not_whole(
    write: Write, tmp_path: Path, part: dict[str, Any], message: str
) -> None:
    """A context whose cluster or user is missing."""
    write(kubeconfig(context=part))

    assert (
        f"kubeconfig-incomplete\n{message}\n"
        "  read: DIR/config\n"
        "hint: mend the kubeconfig, or choose another context" == refusal(tmp_path)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "contexts: [",
            "it is not YAML\n  DIR/config:1: a bracket is not closed (write `]` or `}`)",
        ),
        (
            "just a text",
            'it is not YAML\n  DIR/config: `"just a text"` is not a Kubernetes manifest',
        ),
        ("a: 1\n---\nb: 2\n", "it has several documents"),
        ("contexts: {a: {}}", "`contexts` is not a list of mappings with `name` and `context`"),
        ("users: [{user: {}}]", "`users` is not a list of mappings with `name` and `user`"),
    ],
)
def test_what_is_no_kubeconfig(write: Write, tmp_path: Path, text: str, why: str) -> None:
    """A file that is not YAML, or not a kubeconfig."""
    write(text)

    assert (
        f"kubeconfig-unreadable\nthe kubeconfig `DIR/config` cannot be read: {why}\n"
        "hint: mend the file; `KUBECONFIG` can name another one" == refusal(tmp_path)
    )


def test_a_kubeconfig_that_is_no_text(tmp_path: Path, write: Write) -> None:
    """Bytes, and a folder in its place."""
    path = write({})
    path.write_bytes(b"\xff\xfe\x00")
    bytes_said = refusal(tmp_path)
    path.unlink()
    path.mkdir()

    hint = "hint: mend the file; `KUBECONFIG` can name another one"
    start = "kubeconfig-unreadable\nthe kubeconfig `DIR/config` cannot be read: "
    assert f"{start}it is not a text\n{hint}" == bytes_said
    assert f"{start}is a directory\n{hint}" == refusal(tmp_path)


def test_files_that_are_not_there(write: Write, tmp_path: Path) -> None:
    """A certificate's or token's file that is missing is named."""
    write(kubeconfig(cluster={"server": "https://a:1", "certificate-authority": "ca.crt"}), "a")
    write(kubeconfig(name="test", user={"tokenFile": "/nowhere/token"}), "b")

    assert (
        "kubeconfig-file\n"
        "`DIR/ca.crt` cannot be read: no such file or directory\n"
        "  it is the `certificate-authority` in the kubeconfig\n"
        "hint: log in again, or mend the kubeconfig" == refusal(tmp_path)
    )
    assert (
        "kubeconfig-file\n"
        "`/nowhere/token` cannot be read: no such file or directory\n"
        "  it is the `tokenFile` in the kubeconfig\n"
        "hint: log in again, or mend the kubeconfig" == refusal(tmp_path, "test")
    )


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ({}, "`server` of `prod` in the kubeconfig cannot be used: it is missing"),
        (
            {"server": "https://a", "certificate-authority-data": "§"},
            "`certificate-authority-data` of `prod` in the kubeconfig cannot be used: it is not base64",
        ),
        (
            {"server": 6443},
            "`server` of `prod` in the kubeconfig cannot be used: it is no text; quote it",
        ),
        (
            {"server": "https://a", "insecure-skip-tls-verify": "false"},
            "`insecure-skip-tls-verify` of `prod` in the kubeconfig cannot be used:"
            " it is neither true nor false",
        ),
    ],
)
def test_values_that_are_none(
    write: Write, tmp_path: Path, cluster: dict[str, Any], message: str
) -> None:
    """A cluster without an address, what is not base64, and what is of another type."""
    write(kubeconfig(cluster=cluster))

    hint = "hint: log in again, or mend the kubeconfig"
    assert f"kubeconfig-invalid\n{message}\n{hint}" == refusal(tmp_path)


def test_a_token_that_is_none(write: Write, tmp_path: Path) -> None:
    """What cannot be sent is not sent."""
    write(kubeconfig(user={"token": "two\nlines"}))

    assert (
        "kubeconfig-invalid\n"
        "the token cannot be used: it has characters that no token has\n"
        "hint: log in again, or mend the kubeconfig" == refusal(tmp_path)
    )
