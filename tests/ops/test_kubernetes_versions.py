"""Kubernetes versions as a user names them on the command line."""

from __future__ import annotations

import pytest

from mistpm.errors import UsageError
from mistpm.ops.checks.kubernetes_versions import parse_kubernetes_versions


def minors(*texts: str) -> str:
    """Read versions; gives the minors in one text."""
    return " ".join(str(minor) for minor in parse_kubernetes_versions(texts).minors)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.31", "1.31"),
        ("v1.31", "1.31"),
        ("1.31,1.33", "1.31 1.33"),
        (" 1.33, v1.31 1.31", "1.31 1.33"),
        ("1.31.4", "1.31"),
        ("v1.31.4-eks-1a2b,1.32.0+k3s1", "1.31 1.32"),
        (">=1.29 <1.32", "1.29 1.30 1.31"),
        (">=1.29,<1.31", "1.29 1.30"),
        ("~1.30", "1.30"),
        ("1.30.x", "1.30"),
        ("1.29 - 1.30", "1.29 1.30"),
        ("1.29-1.31", "1.29 1.30 1.31"),
        ("v1.29-v1.30", "1.29 1.30"),
        ("^1.36", "1.36 1.37"),
    ],
)
def test_versions(text: str, expected: str) -> None:
    """One, several, ranges, and what clusters report."""
    assert expected == minors(text)


def test_several_options_add_up() -> None:
    """The order and repetitions make no difference."""
    assert "1.29 1.31 1.33" == minors("1.33", "1.31,1.29", "1.33")


def test_unknown_versions_are_findings() -> None:
    """All of them, and the others are looked at."""
    found = parse_kubernetes_versions(("1.31,1.99", "1.9", ">=2"))

    assert ["1.31"] == [str(minor) for minor in found.minors]
    assert [
        "error: Kubernetes `1.99` is not known, so nothing was checked for it; this mistpm knows 1.16 to 1.37",
        "error: Kubernetes `1.9` is not known, so nothing was checked for it; this mistpm knows 1.16 to 1.37",
        "error: Kubernetes `>=2` is not known, so nothing was checked for it; this mistpm knows 1.16 to 1.37",
    ] == [str(finding) for finding in found.findings]
    assert "name one of those; a newer mistpm knows what came after 1.37" == found.findings[0].hint


def test_what_is_no_version_is_an_error() -> None:
    """Everything that is none is named at once."""
    with pytest.raises(UsageError) as caught:
        parse_kubernetes_versions(("1.31,newest,33", ">=a", "", " , ", "2.0"))

    assert """\
--kubernetes names what is no Kubernetes version
  `newest` is not a version of Kubernetes; write one as `1.33`.
  `33` is not a version of Kubernetes; write one as `1.33`.
  `>=a` is not a range: at character 3, `a` is not a version: `a` is not a number.
  `` names no version.
  ` , ` names no version.
  `2.0` is not a version of Kubernetes; write one as `1.33`.
hint: write --kubernetes 1.33, several as 1.31,1.33, or a range as ">=1.31 <1.34\"""" == str(
        caught.value
    )
