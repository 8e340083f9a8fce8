"""The starter registry's own modules, ready to be run."""

from __future__ import annotations

import pytest
from template_modules import MODULES, Engine, TemplatePackage, load

from mistpm.wasm import Runtime


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """Give a runtime that the tests of this folder share."""
    return Runtime(cache=tmp_path_factory.mktemp("machine-code"))


@pytest.fixture(scope="session")
def engine(runtime: Runtime) -> Engine:
    """Give the Jinja engine."""
    return Engine(runtime, load(runtime, MODULES / "jinja.wasm"))


@pytest.fixture
def package(runtime: Runtime, engine: Engine) -> TemplatePackage:
    """Give the module of template packages."""
    return TemplatePackage(runtime, load(runtime, MODULES / "template.wasm"), engine)
