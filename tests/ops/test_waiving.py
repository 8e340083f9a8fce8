"""Findings that the environment's file accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.errors import DocumentError
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.waiving import waive

INGRESS = ResourceId("networking.k8s.io", "Ingress", "shop", "web")
FINDING = Finding(
    severity="error",
    code="removed-api",
    message="gone",
    release="shop",
    resource=INGRESS,
    path="spec.rules[0].host",
)


def document(*waivers: str) -> EnvironmentDocument:
    """Make an environment's file with these waivers."""
    lines = "".join(f"  - {waiver}\n" for waiver in waivers)
    text = f"apiVersion: mistpm.dev/v1\nkind: Environment\nname: shop\nwaivers:\n{lines}"
    return EnvironmentDocument(text, Path("mistpm.yaml"), title="mistpm.yaml")


def waived(waiver: str, finding: Finding = FINDING) -> str:
    """Give why a finding is accepted by one waiver that is good until long."""
    text = f"{{{waiver}, reason: we know, until: 2030-01-01}}"
    return waive([finding], document(text), today="2026-12-01")[0].waived


@pytest.mark.parametrize(
    "waiver",
    [
        "code: removed-api",
        "code: removed-api, release: shop",
        "code: removed-api, resource: {kind: Ingress, group: networking.k8s.io}",
        "code: removed-api, resource: {name: web, namespace: shop}",
        "code: removed-api, path: spec",
        "code: removed-api, path: spec.rules",
        'code: removed-api, path: "spec.rules[0].host"',
    ],
)
def test_a_waiver_accepts_what_it_describes(waiver: str) -> None:
    """What it leaves out may be anything; a path means what is in it too."""
    assert "we know" == waived(waiver)


@pytest.mark.parametrize(
    "waiver",
    [
        "code: deprecated-api",
        "code: removed-api, release: other",
        "code: removed-api, resource: {kind: Service}",
        "code: removed-api, resource: {namespace: other}",
        "code: removed-api, path: spec.rule",
        "code: removed-api, path: status",
    ],
)
def test_a_waiver_accepts_nothing_else(waiver: str) -> None:
    """Each of its parts has to fit."""
    assert "" == waived(waiver)


def test_a_waiver_of_a_resource_does_not_accept_what_has_none() -> None:
    """A finding about everything is no resource's."""
    about_all = Finding(severity="error", code="removed-api", message="x")

    assert "" == waived("code: removed-api, resource: {kind: Ingress}", about_all)
    assert "we know" == waived("code: removed-api", about_all)


def test_the_last_day_of_a_waiver() -> None:
    """It is good through that day; then what it accepted counts again, and that is told with its line."""
    written = document("{code: removed-api, reason: until the move, until: 2026-12-01}")
    [good] = waive([FINDING], written, today="2026-12-01")
    over, told = waive([FINDING], written, today="2026-12-02")

    assert ("until the move", "") == (good.waived, over.waived)
    assert (
        Finding(
            severity="warning",
            code="waiver-expired",
            message="the waiver of `removed-api` was good until 2026-12-01, so what it accepted counts"
            " again: until the move",
            path="waivers[0]",
            hint="mend what it is about, or give it another day",
            file="mistpm.yaml",
            line=5,
        )
        == told
    )


def test_waivers_that_nothing_needs() -> None:
    """Told only where everything was looked at; one that is over and unneeded is told so too."""
    written = document(
        "{code: removed-api, reason: a, until: 2030-01-01}",
        "{code: renders-differently, reason: b, until: 2030-01-01}",
        "{code: wrong-type, reason: c, until: 2020-01-01}",
    )

    assert 1 == len(waive([FINDING], written, today="2026-12-01"))
    assert [
        "info: waivers[1]: the waiver of `renders-differently` accepts nothing that was found",
        "info: waivers[2]: the waiver of `wrong-type` accepts nothing that was found",
    ] == [
        str(each) for each in waive([FINDING], written, today="2026-12-01", tells_unused=True)[1:]
    ]


def test_mistakes_in_waivers() -> None:
    """A waiver needs a reason and a day; all mistakes are told with their lines."""
    written = document(
        "{code: removed-api}",
        "{code: removed-api, reason: ' ', until: 2026-13-01}",
        "{code: x, reason: y, until: next year, kind: Ingress}",
    )
    with pytest.raises(DocumentError) as caught:
        _ = written.environment

    assert """\
`mistpm.yaml` has 5 mistakes
  mistpm.yaml:5: waivers[0]: `reason` is missing
  mistpm.yaml:5: waivers[0]: `until` is missing
  mistpm.yaml:6: waivers[1]: `until` is a day such as `2027-03-01`, and `2026-13-01` is none
  mistpm.yaml:6: waivers[1]: a waiver has a `reason`, and this one is empty
  mistpm.yaml:7: waivers[2].kind: `kind` is not known here (known: `code`, `path`, `reason`, `release`, `resource`, `until`)""" == str(
        caught.value
    )
