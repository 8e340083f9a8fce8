"""What a package renders is checked before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from guest_modules import assemble
from toy_registry import ENGINE, ToyRegistry

from mistpm.document.edits import Put
from mistpm.errors import CheckError, MistError, PackageError, RegistryError
from mistpm.model.minor import shown_minors
from mistpm.model.minors import newest_minor
from mistpm.ops.options import Options
from mistpm.ops.packages.packing import PackReport, pack_package
from mistpm.ops.packages.packing_check import Trial
from mistpm.ops.packages.rendering_one import render_package
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.adding import Addition
from mistpm.ops.settings.registry_book import RegistryBook

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


def packed(package: Path, folder: Path, *, checks: bool = True, **inputs: Any) -> PackReport:
    """Pack sources into a folder."""
    return pack_package(package, folder, trial=Trial(inputs=inputs) if checks else None)


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


def test_what_cannot_be_run_is_not_packed(folder: Path) -> None:
    """The error says what is wrong with the module, also where inputs are missing to render it."""
    module = '(module (import "env" "seed" (func)) (memory (export "memory") 1) (func (export "_start")))'
    (folder / "a.wasm").write_bytes(assemble(module))
    package = write(
        folder,
        dependencies={},
        build={"module": "a.wasm"},
        inputs={"type": "object", "required": ["app"]},
    )
    (folder / "a.wasm").rename(package / "a.wasm")
    with pytest.raises(PackageError) as caught:
        packed(package, folder)

    assert """\
`budget-1.0.0.mist-pack.wasm` imports what a package cannot have: `env.seed`
note: a package may import `log`, `request`, `response` from `mistpm_v1`, and the functions of `wasi_snapshot_preview1`
hint: from `env` comes what is declared and nowhere defined: define it, or declare it as imported from `mistpm_v1`
hint: nothing was written; --no-check packs it as it is""" == str(caught.value)
    assert packed(package, folder, checks=False).check is None


UNFIT = """
hint: nothing was written; mend what it renders, or the range of Kubernetes versions in `package.yaml`
hint: --no-check packs it as it is"""
UNWRITTEN = """
hint: nothing was written; mend the package
hint: --no-check packs it as it is"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {app: "{{ inputs.app }}"}
"""
UNRENDERABLE: dict[str, tuple[dict[str, Any], str]] = {
    "a template that is no template": (
        {"text": "{% if %}\n" + CONFIG},
        """\
`toy/apps/budget@1.0.0` says: template `a.yaml`, line 1, at `{% if %}`: syntax error: unexpected end of block
  while rendering `budget` (toy/apps/budget@1.0.0)""",
    ),
    "an input that there is not": (
        {"text": CONFIG.replace("inputs.app", "inputs.nope")},
        """\
`toy/apps/budget@1.0.0` says: template `a.yaml`, line 4, at `{{ inputs.nope }}`: `inputs.nope` is undefined
  while rendering `budget` (toy/apps/budget@1.0.0)""",
    ),
    "what is no manifest": (
        {"text": "hello"},
        """\
`toy/apps/budget@1.0.0` made a file that cannot be read: `a.yaml`
  a.yaml: `"hello"` is not a Kubernetes manifest""",
    ),
    "a condition that is a number": (
        {"dependencies": {"engine": ENGINE, "db": {"package": "data/db", "when": "1"}}},
        """\
the condition of `db` in `toy/apps/budget@1.0.0` cannot be used for `budget`
  when: 1
  it gives a value of type int, not true or false""",
    ),
    "a condition on an input that no schema has": (
        {"dependencies": {"engine": ENGINE, "db": {"package": "data/db", "when": "inputs.tls"}}},
        """\
the condition of `db` in `toy/apps/budget@1.0.0` cannot be used for `budget`
  when: inputs.tls
  it reads the input `tls`, which is not given and has no default""",
    ),
    "a Kubernetes that nobody knows": (
        {"kubernetes": ">=1.60"},
        f"""\
`budget` supports no Kubernetes version that mistpm knows: `>=1.60`
  the newest is {newest_minor()}""",
    ),
}


@pytest.mark.parametrize("case", UNRENDERABLE)
def test_what_cannot_be_rendered_is_not_packed(sources: Path, folder: Path, case: str) -> None:
    """Nothing is written, unless checking is not wanted."""
    what, told = UNRENDERABLE[case]
    package = write(sources, **{"text": CONFIG, **what})
    with pytest.raises(MistError) as caught:
        packed(package, folder)

    assert told + (UNFIT if "kubernetes" in what else UNWRITTEN) == str(caught.value)
    assert 65 == caught.value.exit_code
    assert [] == list(folder.glob("*.wasm"))

    packed(package, folder, checks=False)

    assert ["budget-1.0.0.mist-pack.wasm"] == [path.name for path in folder.glob("*.wasm")]


REQUIRED = {"type": "object", "required": ["app"], "properties": {"app": {"type": "string"}}}


def test_required_inputs_are_given_to_check_it_with(sources: Path, folder: Path) -> None:
    """Without them it is packed and said that nothing was checked; they must fit, and are not kept."""
    package = write(sources, CONFIG, inputs=REQUIRED, kubernetes=">=1.33 <1.35")
    without = packed(package, folder).check
    given = packed(package, folder, app="web").check
    with pytest.raises(MistError) as caught:
        packed(package, folder, app=3)

    assert without is not None
    assert given is not None
    assert (
        "it requires inputs that have no default",
        "inputs.app: is missing",
        'hint: -s "key: value" gives some to check it with',
    ) == without.unchecked
    assert ("1.33 and 1.34", ()) == (shown_minors(given.minors), given.unchecked)
    assert (
        "the inputs of `budget` do not fit `toy/apps/budget@1.0.0`\n"
        "  inputs.app: 3 is not a string" + UNWRITTEN
    ) == str(caught.value)


def test_what_is_in_no_registry_here_keeps_nobody_from_packing(sources: Path, folder: Path) -> None:
    """It is said what is lacking, and what to do."""
    elsewhere = {"engine": ENGINE, "db": {"package": "other/data/db"}}
    api = {"engine": ENGINE, "monitor": {"api": "example.org/v1/Monitor"}}
    lost = packed(write(folder / "elsewhere", CONFIG), folder).check
    unknown = packed(write(sources, CONFIG, dependencies=elsewhere), folder).check
    nobody = packed(write(sources, CONFIG, dependencies=api), folder).check

    assert lost is not None
    assert unknown is not None
    assert nobody is not None
    assert (
        "`budget` cannot be resolved",
        "Because the package to pack asks for file/apps/budget,",
        "    which calls file/engines/jinja ^1, but a package that is given by its path has no registry to look in,",
        "  budget cannot be had.",
        "hint: `mistpm pack` and `mistpm render` look in the registry that --registry names",
        "hint: to install it, put it into that registry, or write its dependencies as `REGISTRY/GROUP/NAME`",
    ) == lost.unchecked
    assert (
        "hint: `mistpm registry add NAME WHERE` adds it, if you trust it" == unknown.unchecked[-1]
    )
    assert (
        "hint: list example.org/v1/Monitor under `provided`, if something else provides it"
        == nobody.unchecked[-1]
    )


def test_the_registry_that_it_goes_to_has_its_dependencies(sources: Path, folder: Path) -> None:
    """That in whose folder `--to` lies, or that `--registry` names; the named one wins."""
    package = write(folder / "elsewhere", CONFIG)
    by_folder = pack_package(package, sources.parent / "apps" / "budget").check
    RegistryBook(None).edit(
        Put(path=("registries", "mine"), value={"directory": str(sources.parent)})
    )
    by_name = pack_package(package, None, trial=Trial(registry="mine")).check
    with pytest.raises(RegistryError) as caught:
        pack_package(package, None, trial=Trial(registry="mime"))

    assert by_folder is not None
    assert by_name is not None
    assert ((), ()) == (by_folder.unchecked, by_name.unchecked)
    assert (
        "there is no registry `mime`\n"
        "  did you mean `mine`?\n"
        "hint: `mistpm registry add mime WHERE` adds it, `mistpm registry list` shows those that there are"
    ) == str(caught.value)


def test_a_file_is_rendered_as_a_package_of_a_registry(sources: Path, folder: Path) -> None:
    """So its own dependencies are found before it is published."""
    file = packed(write(folder / "elsewhere", CONFIG), folder).file
    entry = {"directory": str(sources.parent)}
    RegistryBook(None).edit(Put(path=("registries", "mine"), value=entry))
    addition = Addition(name="budget", package=file)
    report = render_package(Options(), addition, Reporter(), registry="mine")

    assert ["ConfigMap"] == [
        manifest.id.kind for each in report.releases for manifest in each.manifests
    ]


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
