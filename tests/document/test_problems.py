"""Every problem of a document at once, with line, path and what to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm import document
from mistpm.document.positions import shown_place
from mistpm.document.problems import find_problems
from mistpm.document.scalar_types import decode
from mistpm.errors import DocumentError
from mistpm.model.descriptor import Descriptor, IndexLine
from mistpm.model.environment import Environment
from mistpm.model.lockfile import Lockfile

DESCRIPTOR: dict[str, Any] = {
    "apiVersion": "mistpm.dev/v1",
    "kind": "Package",
    "group": "data",
    "name": "postgresql",
    "version": "16.4.0",
    "kubernetes": ">=1.28",
    "scope": "namespace",
    "defaultNamespace": "databases",
    "namespaces": ["one", "two"],
    "dependencies": {
        "certs": {"package": "security/cert-manager", "version": "^1.14", "when": "inputs.tls"},
        "exporter": {"package": "observability/exporter", "use": "call", "with": {"mode": "x"}},
        "metrics": {"api": "metrics.k8s.io/v1beta1/PodMetrics", "default": "a/metrics-server"},
    },
    "provides": {"apis": ["v1/Pod"]},
    "conflicts": [{"package": "data/postgres-legacy", "version": "<2"}],
    "upgrades": {"from": ">=15"},
    "computed": False,
    "inputs": {"type": "object"},
    "readiness": [{"kind": "Pod", "condition": "Ready"}],
}
ENVIRONMENT: dict[str, Any] = {
    "apiVersion": "mistpm.dev/v1",
    "kind": "Environment",
    "name": "shop",
    "kubernetes": ">=1.33 <1.36",
    "target": {"directory": "./deploy"},
    "targets": {"staging": {"context": "staging", "inputs": {"shop": {"a": 1}}}},
    "registries": {"starter": {"directory": "x"}, "corp": {"git": "g", "ref": "main"}},
    "provided": {"apis": ["apps/v1/Deployment"], "packages": {"a/b/c": "1.2.3"}},
    "settings": {"starter/a/b": {"inputs": {"replicas": 2}, "bind": {"db": "x"}}},
    "releases": {
        "shop": {"package": "starter/apps/gitea", "version": "^1", "patches": [{"merge": {"a": 1}}]}
    },
    "policy": {"prereleases": True},
    "waivers": [
        {"code": "a", "resource": {"kind": "Ingress"}, "reason": "b", "until": "2027-03-01"}
    ],
    "goal": {"kubernetes": "1.37"},
}
INDEX_LINE = {"digest": "sha256:0", "size": 12, "yanked": "broken", "descriptor": DESCRIPTOR}
LOCKFILE: dict[str, Any] = {
    "lockVersion": 1,
    "mistpm": ">=0.1",
    "question": "sha256:0",
    "kubernetes": ["1.33"],
    "releases": {
        "a": {
            "package": "starter/a/b",
            "version": "1.0.0",
            "digest": "sha256:0",
            "size": 1,
            "dependencies": {"db": {"use": "install", "requires": "^1", "target": "b"}},
            "when": {"db": True},
        }
    },
    "order": [["a"]],
}
SHAPES: tuple[tuple[type, dict[str, Any]], ...] = (
    (Descriptor, DESCRIPTOR),
    (Environment, ENVIRONMENT),
    (IndexLine, INDEX_LINE),
    (Lockfile, LOCKFILE),
)

odd_values: st.SearchStrategy[Any] = st.sampled_from(
    (
        None, True, False, 0, 1, 1.5, -3, "", "x", "A b", "1.2", "^1", "v1/Pod", "a/b", "a/b/c",
        "call", "install", "x" * 100, "abc\n", [], {}, ["x"], [None], {"x": "y"}, {"merge": {"a": 1}}, [[]],
    )
).map(copy.deepcopy)  # fmt: skip


@st.composite
def mistaken(draw: st.DrawFn) -> tuple[type, Any]:
    """Make a document in which some places were overwritten, dropped or added."""
    type_, data = draw(st.sampled_from(SHAPES))
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(0, 3))):
        at: Any = data
        while draw(st.booleans()) and (
            inner := [v for v in (at.values() if isinstance(at, dict) else at) if v]
        ):
            further = [v for v in inner if isinstance(v, dict | list)]
            if not further:
                break
            at = draw(st.sampled_from(further))
        if isinstance(at, list):
            at.append(draw(odd_values))
        elif draw(st.booleans()) and at:
            key = draw(st.sampled_from(sorted(at)))
            if draw(st.booleans()):
                at[key] = draw(odd_values)
            else:
                del at[key]
        else:
            at[draw(st.sampled_from(["x", "A", "version", "abc\n", "use", "api", "", "a.b"]))] = (
                draw(odd_values)
            )
    return type_, data


@pytest.mark.slow
@given(mistaken())
def test_the_walk_accepts_what_msgspec_accepts(case: tuple[type, Any]) -> None:
    """The walk finds a problem exactly where msgspec refuses."""
    type_, data = case
    try:
        msgspec.convert(data, type_, dec_hook=decode)
        accepted = True
    except msgspec.ValidationError:
        accepted = False

    assert accepted == (find_problems(data, type_, file="x", lines=None) == ())


@pytest.mark.parametrize(("type_", "data"), SHAPES)
def test_the_shapes_are_right(type_: type[Any], data: dict[str, Any]) -> None:
    """What the tests start from is read, and written again as it was."""
    read = document.convert(data, type_, file="x", reference="r")
    again = document.from_json(document.to_json(read), type_, file="x", reference="r")

    assert read == again
    assert document.to_builtins(read) == document.load(
        document.dump(document.to_builtins(again)), file="x"
    )


def test_a_mistaken_environment(failure: Callable[..., str]) -> None:
    """All mistakes of a file come at once, in the order of its lines."""
    text = """\
apiVersion: mistpm.dev/v2
kind: Environment
name: My Shop
kubernetes: 1.30
targets:
  staging: {directory: x, context: y}
registries:
  starter: {directory: x, ref: main}
  corp: {}
provided:
  apis: [apps/Deployment, v1/Pod]
  packages: {a/b/c: 2}
releases:
  shop:
    pakage: starter/apps/gitea
    version: "^1 |"
    inputs: text
    patches:
    - select: {kind: [Deployment]}
  a.b: {package: yes, namespace: kube_system}
  "x\\n": {package: p}
policy: {prereleases: no}
goal:
colour: red
"""

    assert (
        failure(document.read, text, Environment, file="mistpm.yaml", reference="bad")
        == """\
bad: `mistpm.yaml` has 17 mistakes
  mistpm.yaml:1: apiVersion: `mistpm.dev/v2` is not one of `mistpm.dev/v1` (did you mean `mistpm.dev/v1`?)
  mistpm.yaml:3: name: `My Shop` does not fit; write lower-case letters, digits, `-` and `.`
  mistpm.yaml:4: kubernetes: 1.30 is a number; write it in quotes: "1.30"
  mistpm.yaml:6: targets.staging: a target has exactly one of `directory` and `context`
  mistpm.yaml:8: registries.starter: `ref` goes with `git`
  mistpm.yaml:9: registries.corp: a registry has exactly one of `directory`, `git` and `http`
  mistpm.yaml:11: provided.apis[0]: `apps/Deployment` is not an API; write `group/version/Kind`, such as `apps/v1/Deployment`, or `v1/Pod` for the core group
  mistpm.yaml:12: provided.packages.a/b/c: 2 is a number; write it in quotes: "2"
  mistpm.yaml:14: releases.shop: `package` is missing
  mistpm.yaml:15: releases.shop.pakage: `pakage` is not known here (did you mean `package`?)
  mistpm.yaml:16: releases.shop.version: `^1 |` is not a range: at character 4, a bound is missing before `|`
  mistpm.yaml:17: releases.shop.inputs: expected a mapping, found a text
  mistpm.yaml:19: releases.shop.patches[0].select.kind: expected a text, found a list
  mistpm.yaml:20: releases."a.b".namespace: `kube_system` does not fit; write a DNS label: lower-case letters, digits and `-`
  mistpm.yaml:21: releases."x\\n": `x
` does not fit; write lower-case letters, digits, `-` and `.`
  mistpm.yaml:22: policy.prereleases: expected `true` or `false`, found a text
  mistpm.yaml:24: colour: `colour` is not known here (known: `apiVersion`, `goal`, `id`, `kind`, `kubernetes`, `name`, `policy`, `provided`, `registries`, `releases`, `settings`, `state`, `target`, `targets`, `waivers`)"""
    )


def test_a_mistaken_descriptor(failure: Callable[..., str]) -> None:
    """Rules between keys are told beside what each key breaks by itself."""
    data = {
        **DESCRIPTOR,
        "version": 16.4,
        "name": "x" * 64,
        "scope": "clustr",
        "computed": "yes",
        "namespaces": "one",
        "dependencies": {
            "Certs": {"package": "security/cert-manager"},
            "both": {"package": "a/b", "api": "v1/Pod"},
            "neither": {},
            "api": {
                "api": "v1/Pod",
                "version": "^1",
                "use": "call",
                "default": "a/b",
                "optional": True,
            },
            "given": {"package": "a/b", "with": {"a": 1}, "optional": True},
            "odd": {"package": "a b", "version": "1.x.x.x", "use": False, "when": None},
        },
        "conflicts": [{"version": "1"}, "x"],
    }

    assert (
        failure(document.convert, data, Descriptor, file="a.json", reference="bad")
        == """\
bad: `a.json` has 19 mistakes
  a.json: computed: expected `true` or `false`, found a text
  a.json: conflicts[0]: `package` is missing
  a.json: conflicts[1]: expected a mapping, found a text
  a.json: dependencies.Certs: `Certs` does not fit; write lower-case letters, digits and `-`, beginning with a letter
  a.json: dependencies.api: `default` and `optional` exclude each other
  a.json: dependencies.api: `use` goes with `package`, not with `api`
  a.json: dependencies.api: `version` goes with `package`, not with `api`
  a.json: dependencies.both: a dependency has exactly one of `package` and `api`
  a.json: dependencies.given: `optional` goes with `api`, not with `package`
  a.json: dependencies.given: `with` goes with `use: call`; what is installed has its inputs from the environment
  a.json: dependencies.neither: a dependency has exactly one of `package` and `api`
  a.json: dependencies.odd.package: `a b` is not a package: write `GROUP/NAME` or `REGISTRY/GROUP/NAME` in lower case
  a.json: dependencies.odd.use: expected `install` or `call`, found `false`
  a.json: dependencies.odd.version: `1.x.x.x` is not a range: at character 1, nothing can follow `x` in `1.x.x.x`
  a.json: dependencies.odd.when: nothing is written here; expected a text
  a.json: name: `xxxxxxxxxxxxxxxxxxxx…` is longer than 63 characters
  a.json: namespaces: expected a list, found a text
  a.json: scope: `clustr` is not one of `namespace`, `cluster` (did you mean `cluster`?)
  a.json: version: 16.4 is a number; write it in quotes: "16.4\""""
    )


def test_what_yanked_may_be(failure: Callable[..., str]) -> None:
    """A choice of two types is named as such."""
    line = document.to_json({**INDEX_LINE, "yanked": 1, "size": "12"})

    assert (
        "bad: `a.jsonl:3` has 2 mistakes\n"
        "  a.jsonl:3: size: expected a whole number, found a text\n"
        '  a.jsonl:3: yanked: 1 is a number; write it in quotes: "1"'
    ) == failure(document.from_json, line, IndexLine, file="a.jsonl:3", reference="bad")


def test_what_is_no_json(failure: Callable[..., str]) -> None:
    """JSON that is broken is told from JSON that is wrong."""
    assert (
        "bad: `x.json` cannot be read\n"
        "  x.json: this is no JSON: JSON is malformed: expected ',' or '}' (byte 8)"
    ) == failure(document.from_json, b'{"a": 1 "b"}', IndexLine, file="x.json", reference="bad")


def test_an_empty_file(failure: Callable[..., str]) -> None:
    """Where a mapping belongs, nothing is a mistake that says so."""
    assert (
        "bad: `mistpm.yaml` has a mistake\n"
        "  mistpm.yaml: nothing is written here; expected a mapping"
    ) == failure(document.read, "", Environment, file="mistpm.yaml", reference="bad")


def test_lines_of_what_is_aliased_or_given_as_json(failure: Callable[..., str]) -> None:
    """A problem in an alias is told where the alias stands; JSON has lines as well."""
    text = """\
apiVersion: mistpm.dev/v1
kind: Environment
name: a
releases:
  one: &one
    package: 1
  two: *one
"""

    assert (
        failure(document.read, text, Environment, file="f", reference="bad")
        == """\
bad: `f` has 2 mistakes
  f:6: releases.one.package: 1 is a number; write it in quotes: "1"
  f:6: releases.two.package: 1 is a number; write it in quotes: "1\""""
    )
    assert (
        failure(
            document.read,
            '{"apiVersion": "mistpm.dev/v1",\n"name": 5}',
            Environment,
            file="f",
            reference="b",
        )
        == """\
b: `f` has 2 mistakes
  f:1: `kind` is missing
  f:2: name: 5 is a number; write it in quotes: "5\""""
    )


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((), ""),
        (("releases", "shop", "version"), "releases.shop.version"),
        (("provides", "apis", 0, "x"), "provides.apis[0].x"),
        (("settings", "starter/data/redis", "a.b", ""), 'settings.starter/data/redis."a.b".""'),
        (("a\nb",), '"a\\nb"'),
    ],
)
def test_places(place: tuple[str | int, ...], expected: str) -> None:
    """A place reads as the user would write it."""
    assert expected == shown_place(place)


def test_equal_values_have_equal_bytes() -> None:
    """What is at its default is left out, whether it was written or not."""
    short = {key: DESCRIPTOR[key] for key in ("apiVersion", "kind", "group", "name", "version")}
    long = {
        **short,
        "scope": "namespace",
        "computed": False,
        "upgrades": {"from": "*"},
        "inputs": {},
    }
    long = {key: long[key] for key in reversed(long)} | {
        "dependencies": {},
        "provides": {"apis": []},
    }

    assert document.to_json(document.convert(short, Descriptor, file="x", reference="r")) == (
        document.to_json(document.convert(long, Descriptor, file="x", reference="r"))
    )


def test_what_has_no_form_in_a_document() -> None:
    """A programming mistake is told as one."""
    with pytest.raises(TypeError) as caught:
        document.to_builtins({"a": object()})

    assert "object has no form in a document" == str(caught.value)


def test_only_what_is_wrong_is_composed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a right document never asks for lines."""

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("yaml.compose", fail)

    read = document.read(document.dump(ENVIRONMENT), Environment, file="x", reference="r")

    assert "shop" == read.name


def test_a_document_error_has_its_problems() -> None:
    """Callers can tell the problems apart without reading the text."""
    with pytest.raises(DocumentError) as caught:
        document.read("name: 1\n", Environment, file="f", reference="bad")

    assert [(1, ""), (1, ""), (1, "name")] == [(p.line, p.path) for p in caught.value.problems]
