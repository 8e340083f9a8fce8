"""The example in `specs/templates.md` is a package that renders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from template_modules import TemplatePackage

PAGE = Path(__file__).parents[2] / "specs" / "templates.md"
INPUTS = {
    "replicas": 2,
    "autoscaling": False,
    "image": "nginx:1.29",
    "env": {"B": "yes", "A": "é: 1"},
}
FACTS = {
    "release": {"name": "shop", "namespace": "web"},
    "dependencies": {"db": {"outputs": {"host": "db.web.svc"}}},
}


@pytest.fixture
def assets() -> dict[str, str]:
    """Give the example's templates, as they stand in the page."""
    page = PAGE.read_text(encoding="utf-8").split("## An example", 1)[1]
    lines = re.findall(r"^templates/(\S+) {2,}(.+)$", page, re.MULTILINE)
    blocks = re.findall(
        r"^```yaml\n# templates/([^\s:]+).*?\n(.*?)^```", page, re.MULTILINE | re.DOTALL
    )
    return {path: f"{text}\n" for path, text in [*lines, *blocks]}


def manifests(result: dict[str, Any]) -> dict[str, Any]:
    """Read the files of a result."""
    assert result["data"]["result"] == "Ok", result["data"]["message"]
    return {path: yaml.safe_load(text) for path, text in result["data"]["files"].items()}


def test_the_example(package: TemplatePackage, assets: dict[str, str]) -> None:
    """A Deployment with its environment in order, outputs, and no autoscaler."""
    result = package.render(assets, INPUTS, FACTS)

    found = manifests(result)
    assert ["deployment.yaml"] == list(found)
    spec = found["deployment.yaml"]["spec"]
    labels = {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "shop"}
    assert labels == found["deployment.yaml"]["metadata"]["labels"]
    assert (2, {"matchLabels": labels}) == (spec["replicas"], spec["selector"])
    (container,) = spec["template"]["spec"]["containers"]
    assert [
        {"name": "A", "value": "é: 1"},
        {"name": "B", "value": "yes"},
        {"name": "DATABASE", "value": "db.web.svc"},
    ] == container["env"]
    assert {"host": "shop.web.svc", "port": 80} == result["mistpm"]["outputs"]


def test_the_example_with_autoscaling(package: TemplatePackage, assets: dict[str, str]) -> None:
    """An input changes which files there are."""
    found = manifests(package.render(assets, {**INPUTS, "autoscaling": True}, FACTS))

    assert ["autoscaler.yaml", "deployment.yaml"] == sorted(found)
    assert 2 == found["autoscaler.yaml"]["spec"]["maxReplicas"]
    assert "replicas" not in found["deployment.yaml"]["spec"]


def test_the_error_of_the_page(package: TemplatePackage) -> None:
    """The message that the page shows is the one that comes."""
    expected = PAGE.read_text(encoding="utf-8").split("how that template was reached:\n\n```\n")[1]
    assets = {
        "deployment.yaml": "\n" * 7 + "{% include '_labels.yaml' %}",
        "_labels.yaml": "\n\nimage: {{ inputs.image.tag }}",
    }

    result = package.render(assets, {"image": {}})

    assert expected.split("\n```")[0] == result["data"]["message"]
