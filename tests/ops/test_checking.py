"""Checks as a part of proposing, and of a whole environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

from mistpm.check import manifests
from mistpm.cli.application import run
from mistpm.errors import CheckError, MistError
from mistpm.model.minor import shown_minors
from mistpm.ops.checks import checking
from mistpm.ops.checks.checking import CheckReport
from mistpm.ops.checks.live import check_live
from mistpm.ops.checks.of_environment import check_environment
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.status import status

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ name }}}
spec:
  {{ inputs.field }}: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: nginx}]
"""
BUDGET = """\
apiVersion: policy/{{ "v1" if capabilities.kubernetesVersion is at_least("1.25") else "v1beta1" }}
kind: PodDisruptionBudget
metadata: {name: {{ name }}}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""
SCALER = """\
apiVersion: autoscaling/{{ "v2" if capabilities.kubernetesVersion is at_least("1.26") else "v2beta2" if capabilities.kubernetesVersion is at_least("1.24") else "v1" }}
kind: HorizontalPodAutoscaler
metadata: {name: {{ name }}}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 3}
"""
FUSSY = """\
{% if not capabilities.kubernetesVersion is at_least("1.24") %}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ name }}}
{% else %}{{ missing.here }}{% endif %}
"""
READING = """\
apiVersion: meter.example.org/v1
kind: Reading
metadata: {name: {{ name }}}
"""


@pytest.fixture
def mine(shop: Shop, folder: Path) -> Shop:
    """Begin in an environment for 1.23 to 1.26, with packages that are right for some of them."""
    registry = ToyRegistry(folder / "mine", name="mine")
    inputs = {"type": "object", "properties": {"field": {"type": "string", "default": "replicas"}}}
    registry.publish("apps/web", "1.0.0", {"web.yaml": WEB}, inputs=inputs)
    registry.publish("apps/budget", "1.0.0", {"a.yaml": BUDGET}, kubernetes=">=1.20 <1.30")
    registry.publish("apps/scaler", "1.0.0", {"a.yaml": SCALER})
    registry.publish("apps/fussy", "1.0.0", {"a.yaml": FUSSY})
    registry.publish("apps/fixed", "1.0.0", {"a.yaml": config_map(name="fixed")})
    registry.publish("apps/reading", "1.0.0", {"a.yaml": READING})
    registry.index()
    shop.write()
    shop.edit("toy: {directory: ../toy}", "mine: {directory: ../mine}")
    shop.edit(">=1.31 <1.33", ">=1.23 <1.27")
    return shop


def release(shop: Shop, text: str) -> None:
    """Write the releases of an environment, and whatever else belongs behind."""
    with shop.file.open("a", encoding="utf-8") as file:
        file.write(f"releases:\n{text}")


def check(*kubernetes: str, **options: Any) -> CheckReport:
    """Check the environment here."""
    return check_environment(Options(**options), kubernetes, Reporter())


def told(report: CheckReport) -> list[str]:
    """Give what was found, with its versions."""
    return [f"{each} ({shown_minors(each.minors)})" for each in report.findings]


@pytest.mark.slow
def test_mistakes_forbid_applying(mine: Shop) -> None:
    """All of them, with their paths, the versions and what to do; nothing was changed."""
    release(mine, "  web: {package: mine/apps/web, inputs: {field: replica}}\n")
    with pytest.raises(CheckError) as caught:
        mine.propose()

    assert """\
a finding forbids applying
  error: web: Deployment.apps default/web: spec.replica: `spec` has no field `replica`, on Kubernetes 1.23 to 1.26 (did you mean `replicas`?)
hint: nothing was changed; the inputs, `patches:` or another version of the package mend it""" == str(
        caught.value
    )
    assert not mine.lock.exists()


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("plan", "1 to create.\n"),
        ("plan --output markdown", "It cannot be done as it is.\n"),
        ("diff", "# create Deployment.apps default/web\n"),
    ],
)
def test_mistakes_do_not_hide_what_would_be_done(
    mine: Shop, capsys: pytest.CaptureFixture[str], command: str, shown: str
) -> None:
    """Nothing is changed by looking, so all is shown, and the exit code tells that it cannot be done."""
    release(mine, "  web: {package: mine/apps/web, inputs: {field: replica}}\n")
    code = run(command.split())
    out, err = capsys.readouterr()

    assert 65 == code
    assert shown in out
    assert "spec.replica" in f"{out}{err}"
    assert err.endswith(
        "error: a finding forbids applying [findings]\n"
        "hint: nothing was changed; the inputs, `patches:` or another version of the package mend it\n"
    )


def test_what_cannot_be_done_is_not_saved(mine: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A saved plan is one that can be applied."""
    release(mine, "  web: {package: mine/apps/web, inputs: {field: replica}}\n")
    code = run(["plan", "--out", "web.plan"])

    assert (65, False) == (code, Path("web.plan").exists())
    assert "a finding forbids applying [findings]\nhint: nothing" in capsys.readouterr().err


def test_mistakes_do_not_hide_how_things_are(mine: Shop) -> None:
    """What was installed before somebody looked can still be looked at."""
    release(mine, "  web: {package: mine/apps/web, inputs: {field: replica}}\n")
    [found] = status(mine.open()).releases

    assert ("web", 1) == (found.release, found.resources)


def test_a_resource_that_is_there_twice_cannot_be_waived(mine: Shop) -> None:
    """Not even to be shown: only one of them could be there."""
    release(
        mine,
        "  one: {package: mine/apps/fixed}\n  two: {package: mine/apps/fixed}\n"
        "waivers: [{code: duplicate-resource, reason: x, until: 2030-01-01}]\n",
    )
    for look in (mine.propose, lambda: status(mine.open())):
        with pytest.raises(CheckError) as caught:
            look()

        assert 1 == len(caught.value.context)


def test_a_waiver_lets_it_pass(mine: Shop) -> None:
    """The proposal tells of it, with the reason; after its day it does not hold."""
    release(
        mine,
        "  web: {package: mine/apps/web, inputs: {field: replica}}\n"
        "waivers: [{code: invalid-field, release: web, reason: known, until: 2026-12-01}]\n",
    )
    [finding] = mine.propose(today="2026-12-01").findings

    assert ("spec.replica", "known") == (finding.path, finding.waived)
    with pytest.raises(CheckError):
        mine.propose(today="2026-12-02")


def test_warnings_forbid_nothing(mine: Shop) -> None:
    """A kind that nobody knows; `provided` says that it is there."""
    release(mine, "  reading: {package: mine/apps/reading}\n")

    assert ["unknown-scope", "unknown-kind"] == [each.code for each in mine.propose().findings]

    mine.file.write_text(
        mine.file.read_text(encoding="utf-8") + "provided: {apis: [meter.example.org/v1/Reading]}\n"
    )

    assert ["unknown-scope"] == [each.code for each in mine.propose().findings]


def test_the_same_manifests_are_validated_once(mine: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second proposal finds what the first did without looking; a change is looked at."""
    looked_at: list[int] = []

    def counted(subjects: Any, *rest: Any, **options: Any) -> Any:
        looked_at.append(len(subjects))
        return manifests.check_manifests(subjects, *rest, **options)

    monkeypatch.setattr(checking, "check_manifests", counted)
    release(mine, "  reading: {package: mine/apps/reading}\n  web: {package: mine/apps/web}\n")
    first, again = mine.propose(), mine.propose()

    assert ([2], first.findings) == (looked_at, again.findings)

    mine.edit("web: {package: mine/apps/web}", "other: {package: mine/apps/web}")
    mine.propose()

    assert [2, 2] == looked_at


def test_what_is_rendered_for_a_version_is_checked_for_it_and_later_ones(mine: Shop) -> None:
    """What differs is told; what is applied is what is rendered for the lowest."""
    release(mine, "  budget: {package: mine/apps/budget}\n  web: {package: mine/apps/web}\n")
    report = check()

    assert [
        "info: budget: PodDisruptionBudget.policy default/budget: it is rendered otherwise than for 1.23: `apiVersion` (1.25 and 1.26)",
        "warning: budget: PodDisruptionBudget.policy default/budget: apiVersion: `policy/v1beta1/PodDisruptionBudget` is deprecated since Kubernetes 1.21, and gone in 1.25 (1.23 and 1.24)",
        "error: budget: PodDisruptionBudget.policy default/budget: apiVersion: `policy/v1beta1/PodDisruptionBudget` is gone since Kubernetes 1.25 (1.25 and 1.26)",
    ] == told(report)
    assert (2, "mistpm.yaml") == (report.resources, report.source)
    lines = {"": 5, "budget": 9, "web": 10}
    assert {name: ("mistpm.yaml", line) for name, line in lines.items()} == report.places
    assert not mine.lock.exists()


def test_what_is_rendered_for_a_later_version_is_checked_for_those_after_it(mine: Shop) -> None:
    """Once 1.24 is the lowest version, what is rendered for it is there while the cluster goes to 1.26."""
    release(mine, "  scaler: {package: mine/apps/scaler}\n")

    assert [("removed-api", "1.26")] == [
        (each.code, shown_minors(each.minors))
        for each in check().findings
        if each.severity == "error"
    ]


def test_other_versions_than_the_environment_s(mine: Shop) -> None:
    """What is locked is looked at for those; a package that does not support them is told."""
    release(mine, "  budget: {package: mine/apps/budget}\n")

    assert [] == told(check("1.27"))
    assert [
        "error: budget: its package supports Kubernetes `>=1.20 <1.30` only (1.31)",
    ] == told(check("1.25,1.31"))
    assert [
        "error: Kubernetes `1.99` is not known, so nothing was checked for it; this mistpm knows 1.16 to 1.37 ()",
    ] == told(check("1.25,1.99"))


def test_a_version_that_is_not_known(mine: Shop) -> None:
    """Nothing else is looked at in its place."""
    release(mine, "  budget: {package: mine/apps/nowhere}\n")
    unknown = "error: Kubernetes `1.99` is not known, so nothing was checked for it; this mistpm knows 1.16 to 1.37 ()"
    report = check("1.99")

    assert [unknown] == told(report)
    assert ((), 0) == (report.minors, report.resources)
    assert [unknown] == told(check_live(Options(target="context:nowhere"), ("1.99",), Reporter()))


def test_what_cannot_be_rendered(mine: Shop) -> None:
    """It is told for the versions where that is so, and hides nothing else."""
    release(mine, "  fussy: {package: mine/apps/fussy}\n  reading: {package: mine/apps/reading}\n")

    assert {
        ("fussy", "not-rendered", "1.24 to 1.26"),
        ("reading", "unknown-kind", "1.23 to 1.26"),
        ("reading", "unknown-scope", ""),
    } == {(each.release, each.code, shown_minors(each.minors)) for each in check().findings}
    assert {
        ("fussy", "not-rendered"),
        ("reading", "unknown-kind"),
        ("reading", "unknown-scope"),
    } == {(each.release, each.code) for each in check("1.25").findings}


def test_what_has_no_solution(mine: Shop) -> None:
    """It is told like everything else, and hides nothing."""
    release(
        mine,
        '  budget: {package: mine/apps/budget, version: ">=7"}\n  reading: {package: mine/apps/reading}\n',
    )
    report = check("1.25")

    assert ["error: budget: `budget` cannot be resolved (1.25)"] == told(report)[:1]
    assert {"not-rendered", "unknown-kind", "unknown-scope"} == {e.code for e in report.findings}


def test_waivers_that_nothing_needs_are_told_after_a_whole_check(mine: Shop) -> None:
    """Not where only some versions were looked at."""
    release(
        mine,
        "  web: {package: mine/apps/web}\n"
        "waivers: [{code: removed-api, reason: x, until: 2030-01-01}]\n",
    )

    assert ["waiver-unused"] == [each.code for each in check().findings]
    assert [] == [each.code for each in check("1.25").findings]


@pytest.mark.usefixtures("folder")
def test_no_environment() -> None:
    """The hint tells what else can be checked."""
    with pytest.raises(MistError) as caught:
        check()

    assert "no-environment" == caught.value.reference
    assert "`mistpm check -f FILE` checks files, `mistpm check --cluster` a cluster" in (
        caught.value.hint
    )
