"""How the findings of a check look."""

from __future__ import annotations

import pytest

from mistpm.cli.terminal import Terminal
from mistpm.cli.text.check import show_check
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, shown_minors
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.checking import CheckReport

MINORS = tuple(map(Minor, (31, 32, 33)))
WEB = ResourceId("apps", "Deployment", "shop", "web")
FINDINGS = (
    Finding(
        severity="error",
        code="invalid-field",
        message="`spec` has no field `replica`",
        resource=WEB,
        path="spec.replica",
        hint="did you mean `replicas`?",
        minors=MINORS,
        file="a.yaml",
        line=7,
    ),
    Finding(
        severity="warning",
        code="deprecated-api",
        message="it is\x1b[31m going",
        resource=WEB,
        minors=MINORS[1:],
        file="a.yaml",
        line=9,
        waived="we know",
    ),
    Finding(severity="error", code="file-unreadable", message="it cannot be read", file="b.yaml"),
    Finding(
        severity="info",
        code="renders-differently",
        message="it is rendered otherwise",
        release="shop",
        resource=ResourceId("", "ConfigMap", "", ""),
        minors=MINORS[::2],
    ),
)


def shown(
    capsys: pytest.CaptureFixture[str], *findings: Finding, verbose: int = 0, files: int = 2
) -> str:
    """Show findings; gives what is printed."""
    report = CheckReport(minors=MINORS, findings=findings, resources=3, files=files)
    show_check(Terminal(verbose=verbose), report)
    return capsys.readouterr().out


def test_findings_stand_below_their_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its place, its hint, and the versions where it is not all of them; waived ones are counted."""
    assert """\
Deployment.apps shop/web
  a.yaml:7: error: spec.replica: `spec` has no field `replica` [invalid-field]
      hint: did you mean `replicas`?
b.yaml: error: it cannot be read [file-unreadable]
shop: ConfigMap without a name
  info: it is rendered otherwise [renders-differently]
      Kubernetes 1.31 and 1.33

Checked 3 resources in 2 files for Kubernetes 1.31 to 1.33: 2 errors, 1 info, 1 waived.
""" == shown(capsys, *FINDINGS)


def test_waived_findings_are_shown_when_more_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the reason; and nothing steers the terminal."""
    assert """\
Deployment.apps shop/web
  a.yaml:9: warning: it is\\x1b[31m going [deprecated-api]
      Kubernetes 1.32 and 1.33
      waived: we know

Checked 3 resources in 1 file for Kubernetes 1.31 to 1.33: 1 waived.
""" == shown(capsys, FINDINGS[1], verbose=1, files=1)


def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    """One line."""
    assert "Checked 3 resources for Kubernetes 1.31 to 1.33: nothing found.\n" == shown(
        capsys, files=0
    )


def test_what_many_resources_share_is_shown_for_some(capsys: pytest.CaptureFixture[str]) -> None:
    """And for all of them when more is asked for."""
    findings = [
        Finding(
            severity="error",
            code="removed-api",
            message="it is gone",
            resource=ResourceId("batch", "CronJob", "shop", f"job-{number:02}"),
        )
        for number in range(1, 1012)
    ]

    assert """\
CronJob.batch shop/job-01
  error: it is gone [removed-api]
CronJob.batch shop/job-02
  error: it is gone [removed-api]
CronJob.batch shop/job-03
  error: it is gone [removed-api]
      and 1,008 more like it; -v shows them

Checked 3 resources in 2 files for Kubernetes 1.31 to 1.33: 1011 errors.
""" == shown(capsys, *findings)
    assert 1011 == shown(capsys, *findings, verbose=1).count("it is gone")
    assert 10 == shown(capsys, *findings[:10]).count("it is gone")


def test_a_cluster_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Only named."""
    show_check(Terminal(), CheckReport(minors=MINORS[:1], findings=(), source="cluster test"))

    assert "Checked cluster test for Kubernetes 1.31: nothing found.\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((), ""),
        ((31,), "1.31"),
        ((31, 32), "1.31 and 1.32"),
        ((31, 33), "1.31 and 1.33"),
        ((31, 32, 33), "1.31 to 1.33"),
        ((21, 25, 26, 27), "1.21 and 1.25 to 1.27"),
        ((21, 22, 25), "1.21, 1.22, 1.25"),
    ],
)
def test_minors_are_put_together(numbers: tuple[int, ...], expected: str) -> None:
    """Runs of three and more."""
    assert expected == shown_minors(map(Minor, numbers))
