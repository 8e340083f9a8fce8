"""What a package renders is checked before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from toy_registry import ENGINE, ToyRegistry

from mistpm.errors import CheckError
from mistpm.model.minor import shown_minors
from mistpm.ops.packages.packing import PackReport, pack_package

BUDGET = """\
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: {{ name }}}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: {{ inputs.app }}}}}
"""
STARTER = Path(__file__).parents[2] / "registries" / "starter"


@pytest.fixture
def sources(folder: Path) -> Path:
    """Give a folder for sources inside a registry that has the engine."""
    registry = ToyRegistry(folder / "toy")
    registry.index()
    return folder / "toy" / "sources"


def write(sources: Path, text: str = BUDGET, **descriptor: Any) -> Path:
    """Write the sources of a package."""
    package = sources / "budget"
    (package / "templates").mkdir(parents=True, exist_ok=True)
    (package / "templates" / "a.yaml").write_text(text, encoding="utf-8")
    whole = {
        "apiVersion": "mistpm.dev/v1",
        "kind": "Package",
        "group": "apps",
        "name": "budget",
        "version": "1.0.0",
        "dependencies": {"engine": ENGINE},
        "build": {"module": "template", "assets": "templates"},
        "inputs": {"type": "object", "properties": {"app": {"type": "string", "default": "web"}}},
        **descriptor,
    }
    (package / "package.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    return package


def packed(package: Path, folder: Path, *, checks: bool = True) -> PackReport:
    """Pack sources into a folder."""
    return pack_package(package, folder, checks=checks)


def test_a_package_is_checked_for_what_it_supports(sources: Path, folder: Path) -> None:
    """Its engine comes from the registry in whose folder the sources lie."""
    report = packed(write(sources, kubernetes=">=1.22 <1.25"), folder)

    assert report.check is not None
    assert "1.22 to 1.24" == shown_minors(report.check.minors)
    assert [("deprecated-api", "1.22 to 1.24")] == [
        (each.code, shown_minors(each.minors)) for each in report.check.findings
    ]
    assert () == report.check.unchecked


def test_what_does_not_work_is_not_packed(sources: Path, folder: Path) -> None:
    """Unless that is wanted; nothing is written."""
    package = write(sources, kubernetes=">=1.23 <1.27")
    with pytest.raises(CheckError) as caught:
        packed(package, folder)

    assert """\
a finding forbids packing
  error: budget: PodDisruptionBudget.policy default/budget: apiVersion: `policy/v1beta1/PodDisruptionBudget` is gone since Kubernetes 1.25, on Kubernetes 1.25 and 1.26 (write it in `policy/v1/PodDisruptionBudget`, which exists since 1.21)
hint: nothing was written; mend what it renders, or the range of Kubernetes versions in `package.yaml`
hint: --no-check packs it as it is""" == str(caught.value)
    assert [] == list(folder.glob("*.wasm"))

    assert packed(package, folder, checks=False).check is None
    assert ["budget-1.0.0.mist-pack.wasm"] == [path.name for path in folder.glob("*.wasm")]


def test_what_cannot_be_rendered_is_packed(sources: Path, folder: Path) -> None:
    """It is said why it was not checked: an input without a default, an engine that nobody has."""
    required = {
        "type": "object",
        "required": ["app"],
        "properties": {"app": {"type": "string"}},
    }
    needing = packed(write(sources, inputs=required), folder)
    lost = packed(write(folder / "elsewhere"), folder)
    never = packed(write(sources, kubernetes=">=3"), folder)

    assert needing.check is not None
    assert lost.check is not None
    assert never.check is not None
    assert (
        "the inputs of `budget` do not fit `toy/apps/budget@1.0.0`",
        "inputs.app: is missing",
    ) == needing.check.unchecked
    assert "`budget` cannot be resolved" == lost.check.unchecked[0]
    assert ("it supports no Kubernetes version that is known",) == never.check.unchecked


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    sorted((STARTER / "packages").glob("*/*/*/package.yaml")),
    ids=lambda path: "-".join(path.parts[-3:-1]),
)
def test_the_starter_packages_are_right(source: Path, folder: Path) -> None:
    """With their defaults, on every Kubernetes version that they support; engines render nothing alone."""
    report = packed(source, folder)

    assert report.check is not None
    assert () == report.check.findings
    assert bool(report.check.unchecked) == ("engines" in source.parts)
