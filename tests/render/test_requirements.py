"""What a package is asked for its requirements, and what it may answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from computing_modules import LOOP, TRAP, computing, refusing, requiring
from guest_modules import digest
from msgspec.structs import replace

from mistpm.errors import DocumentError, MistError, PackageError, RenderError
from mistpm.model.descriptor import Candidate, Dependency, Descriptor
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.minor import parse_minor
from mistpm.model.presence import parse_api
from mistpm.model.ranges import parse_range
from mistpm.model.version import parse_version
from mistpm.render.requirements import Inquiry, ask, make_inquiry
from mistpm.wasm import Limits, Runtime

FAULT = "hint: this is a fault in the package: tell its author"
SCHEMA = {
    "type": "object",
    "properties": {
        "storage": {"type": "string", "enum": ["local", "s3"], "default": "local"},
        "password": {"type": "string", "writeOnly": True},
    },
}


def candidate(module: bytes = b"", **descriptor: Any) -> Candidate:
    """Make a version of a package."""
    version = parse_version("1.0.0")
    return Candidate(
        package=PackageId("starter/apps/web"),
        version=version,
        digest=digest(module),
        size=len(module),
        descriptor=Descriptor(
            api_version="mistpm.dev/v1",
            kind="Package",
            group="apps",
            name="web",
            version=version,
            computed=True,
            **{"inputs": SCHEMA, **descriptor},
        ),
    )


def inquiry(inputs: dict[str, Any] | None = None, **changes: Any) -> Inquiry:
    """Make what a release `web` is asked."""
    how = {"minor": parse_minor("1.33"), "release": "web", "candidate": candidate(), **changes}
    return make_inquiry(how.pop("release"), how.pop("candidate"), inputs or {}, **how)


def envelope(inputs: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Give the document."""
    found: dict[str, Any] = json.loads(inquiry(inputs, **changes).envelope)
    return found


def answer(tmp_path: Path, module: bytes, limits: Limits | None = None, **descriptor: Any) -> Any:
    """Ask a module, in a file, for a release without inputs."""
    path = tmp_path / "web.wasm"
    path.write_bytes(module)
    asked = inquiry(candidate=candidate(module, **descriptor))
    return ask(asked, path, Runtime(cache=None, limits=limits), log=lambda _level, _text: None)


def refused(tmp_path: Path, text: str, **descriptor: Any) -> str:
    """Give the text of the error for an answer."""
    with pytest.raises(RenderError) as caught:
        answer(tmp_path, computing(text), **descriptor)

    assert "invalid-requirements" == caught.value.reference
    return str(caught.value)


def test_what_a_package_sees() -> None:
    """Inputs with their defaults, names, and what is known of the cluster; no namespace, no dependencies."""
    seen = envelope({"storage": "s3"}, provided=(parse_api("a.b/v1/Kind"),))
    capabilities = seen["mistpm"].pop("capabilities")

    assert {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistInput",
        "data": {"name": "web", "storage": "s3"},
        "mistpm": {
            "abi": 1,
            "release": {"name": "web"},
            "package": {"name": "starter/apps/web", "version": "1.0.0"},
        },
    } == seen
    assert "1.33" == capabilities["kubernetesVersion"]
    assert {"a.b/v1", "a.b/v1/Kind", "apps/v1", "apps/v1/Deployment"} <= {
        *capabilities["apiVersions"]
    }


def test_inputs_are_completed() -> None:
    """What nobody wrote has its default."""
    assert {"name": "web", "storage": "local"} == envelope()["data"]


def test_a_secret_is_a_placeholder_wherever_it_comes_from() -> None:
    """A package sees that a secret is given, and nothing of its source."""
    one = inquiry({"password": {"fromEnv": "ONE"}})
    other = inquiry({"password": {"fromFile": "other"}})

    assert one.digest == other.digest
    assert json.loads(one.envelope)["data"]["password"].startswith("mistpm_secret_")
    assert inquiry().digest != one.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": {"storage": "s3"}},
        {"release": "other"},
        {"minor": parse_minor("1.32")},
        {"provided": (parse_api("a.b/v1/Kind"),)},
        {"candidate": candidate(b"other")},
    ],
)
def test_the_digest_is_of_everything_that_decides(changes: dict[str, Any]) -> None:
    """Another input, release, minor, provided API or module is another question."""
    assert inquiry().digest != inquiry(**changes).digest


def test_inputs_that_do_not_fit() -> None:
    """A package is not asked with inputs that it does not take."""
    with pytest.raises(DocumentError) as caught:
        inquiry({"storage": "tape", "password": "secret"})

    assert (
        "secret-literal",
        """\
the inputs of `web` do not fit `starter/apps/web@1.0.0`
  inputs.password: is a secret and may not be written out\
 (write {fromEnv: NAME}, {fromFile: PATH}, {fromSecret: {name: NAME, key: KEY}} or {generate: 24})
  inputs.storage: "tape" is none of "local", "s3\"""",
    ) == (caught.value.reference, str(caught.value))


def test_an_answer_is_dependencies(tmp_path: Path) -> None:
    """Each has what a dependency of a descriptor has, in the order of aliases."""
    module = computing(
        requiring(
            store="data/minio ^5",
            engine={"package": "engines/helm", "use": "call", "with": {"fast": True}},
            metrics={"api": "metrics.k8s.io/v1beta1/PodMetrics", "optional": True},
        )
    )
    found = answer(tmp_path, module)

    assert ["engine", "metrics", "store"] == list(found)
    assert {
        "engine": Dependency(
            package=PackageReference("engines/helm"), use="call", with_={"fast": True}
        ),
        "metrics": Dependency(api=parse_api("metrics.k8s.io/v1beta1/PodMetrics"), optional=True),
        "store": Dependency(package=PackageReference("data/minio"), version=parse_range("^5")),
    } == found


def test_an_answer_may_be_yaml_or_empty(tmp_path: Path) -> None:
    """Requiring nothing is an answer."""
    text = "apiVersion: mistpm.dev/v1\nkind: Requirements\n"

    assert {} == answer(tmp_path, computing(text))


def test_answers_that_are_none(tmp_path: Path) -> None:
    """What is wrong is told by its place, at most five things."""
    head = "what `starter/apps/web@1.0.0` says that it requires cannot be used"
    where = "  while asking `web` (starter/apps/web@1.0.0) what it requires"

    assert f"{head}\n{where}\n  nothing is written here; expected a mapping\n{FAULT}" == refused(
        tmp_path, ""
    )
    assert f"""\
{head}
{where}
  apiVersion: `mistletoe.dev/v1alpha1` is not one of `mistpm.dev/v1` (did you mean `mistpm.dev/v1`?)
  data: `data` is not known here (known: `apiVersion`, `error`, `kind`, `requirements`)
  kind: `MistResult` is not one of `Requirements`
{FAULT}""" == refused(
        tmp_path, '{"apiVersion": "mistletoe.dev/v1alpha1", "kind": "MistResult", "data": {}}'
    )
    assert f"""\
{head}
{where}
  requirements.Store: `Store` does not fit; write lower-case letters, digits and `-`, beginning with a letter
{FAULT}""" == refused(tmp_path, requiring(Store="data/minio"))


def test_answers_that_break_a_rule(tmp_path: Path) -> None:
    """What is computed is decided, and has aliases of its own."""
    dependencies = {"db": Dependency(package=PackageReference("data/db"))}
    told = refused(
        tmp_path,
        requiring(
            db="data/db ^2",
            itself="apps/web",
            store={"package": "data/minio", "when": "inputs.s3"},
            none="data/minio >2 <1",
        ),
        dependencies=dependencies,
    )

    assert (
        f"""\
what `starter/apps/web@1.0.0` says that it requires cannot be used
  while asking `web` (starter/apps/web@1.0.0) what it requires
  requirements.db: `dependencies` of the descriptor has an alias `db` already
  requirements.itself.package: `apps/web` cannot depend on itself
  requirements.store.when: what is computed is decided already: there is no `when`
  requirements.none.version: `>2 <1` admits no version at all
{FAULT}"""
        == told
    )


@pytest.mark.parametrize(
    ("module", "reference", "message"),
    [
        (
            computing(refusing("storage s3 needs a bucket")),
            "package-failed",
            "`starter/apps/web@1.0.0` says: storage s3 needs a bucket",
        ),
        (
            computing(TRAP),
            "guest-trap",
            "`starter/apps/web@1.0.0` stopped: it reached `unreachable`, as a panic or an abort does",
        ),
        (
            computing(LOOP),
            "guest-timeout",
            "`starter/apps/web@1.0.0` did not finish in time",
        ),
    ],
)
def test_who_fails_is_named(tmp_path: Path, module: bytes, reference: str, message: str) -> None:
    """The error names the package, the release and what it was doing."""
    with pytest.raises(RenderError) as caught:
        answer(tmp_path, module, limits=Limits(seconds=0.3 if reference == "guest-timeout" else 30))
    error = caught.value

    assert (reference, message, ("web",)) == (error.reference, error.message, error.path)
    assert "while asking `web` (starter/apps/web@1.0.0) what it requires" == error.context[0]


def test_a_module_that_is_none(tmp_path: Path) -> None:
    """A file that cannot be loaded is the package's fault, as in a render."""
    path = tmp_path / "web.wasm"
    path.write_bytes(b"no module")
    asked = inquiry(candidate=candidate(b"no module"))
    with pytest.raises(MistError) as caught:
        ask(asked, path, Runtime(cache=None), log=lambda _level, _text: None)

    assert isinstance(caught.value, PackageError)


def test_equal_questions_have_equal_bytes() -> None:
    """The order of inputs does not matter."""
    both = {"storage": "s3", "size": 1}

    assert inquiry(both) == inquiry(dict(reversed(both.items())))
    assert replace(inquiry(both), release="web").digest == inquiry(both).digest


def test_the_page_says_what_is_asked_and_answered(tmp_path: Path) -> None:
    """`specs/host-abi.md` has an input with the keys that there are, and an answer that is read."""
    page = (Path(__file__).parents[2] / "specs" / "host-abi.md").read_text(encoding="utf-8")
    section = page.partition("## Computed requirements\n")[2].partition("\n## ")[0]
    asked, answered = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    seen, told = envelope(), json.loads(asked)

    assert seen.keys() == told.keys()
    assert seen["mistpm"].keys() == told["mistpm"].keys()
    assert seen["mistpm"]["release"].keys() == told["mistpm"]["release"].keys()
    assert ["store"] == list(answer(tmp_path, computing(answered)))
