"""Making packages of what authors write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wasmtime import wat2wasm

from mistpm import document
from mistpm.errors import DocumentError, MistError, PackageError
from mistpm.package import pack, read_assets, read_descriptor, read_package
from mistpm.package.sections import read_sections, with_section, without_sections
from mistpm.readiness.mistakes import readiness_mistakes
from mistpm.resolve.world.conditions import paths_read

Write = Callable[..., Path]

TEMPLATES = """\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: gitea
version: 1.2.0
build: {module: template}
"""
ENGINE = "dependencies: {engine: {package: engines/jinja, version: '^1', use: call}}\n"


def refused(folder: Path, **named: Any) -> str:
    """Pack what cannot be packed, and give the error without the folder's name."""
    with pytest.raises(MistError) as caught:
        pack(folder, **named)
    return f"{caught.value.reference}: {caught.value}".replace(f"{folder}/", "")


def test_what_is_packed_is_read_again(write: Write, tmp_path: Path) -> None:
    """A package has its descriptor and assets inside, and its module's code unchanged."""
    source = write(
        "description: PostgreSQL\nmistpm: '>=0.1'\ninputs: {type: object}\n",
        whole="",
        wat='(module (memory (export "memory") 1))',
        **{"files/a.txt": "one\n", "files/b/c.txt": "zwei: ü", "files/.hidden": "x"},
    )
    (source / "package.yaml").write_text(
        (source / "package.yaml").read_text().replace("module.wasm", "module.wasm, assets: files")
    )
    packed = pack(source)
    path = tmp_path / packed.name
    path.write_bytes(packed.data)
    package = read_package(path)

    assert "postgresql-16.4.0.mist-pack.wasm" == packed.name
    assert packed.descriptor == package.descriptor
    assert "data/postgresql 16.4.0" == (
        f"{packed.descriptor.group}/{packed.descriptor.name} {packed.descriptor.version}"
    )
    assert {"a.txt": "one\n", "b/c.txt": "zwei: ü"} == package.assets
    assert len(packed.data) == package.size
    assert (source / "module.wasm").read_bytes() == without_sections(packed.data)
    assert ["mistpm.descriptor", "mistpm.assets"] == [s.name for s in read_sections(packed.data)]
    assert (
        b'{"apiVersion":"mistpm.dev/v1","description":"PostgreSQL","group":"data",'
        b'"inputs":{"type":"object"},"kind":"Package","mistpm":">=0.1","name":"postgresql",'
        b'"version":"16.4.0"}'
    ) == read_sections(packed.data)[0].payload


def test_the_same_files_give_the_same_bytes(write: Write, tmp_path: Path) -> None:
    """Neither the order of keys and files, nor their times, nor the folder's name shows."""
    files = {f"templates/{name}.yaml": name for name in "cab"}
    first = write(whole=TEMPLATES + ENGINE + "computed: false\n", **files)
    module = first / "module.wasm"
    second = tmp_path / "elsewhere"
    shutil.copytree(first, second)
    (second / "templates" / "b.yaml").unlink()
    (second / "templates" / "b.yaml").write_bytes(b"b")
    lines = (second / "package.yaml").read_text().splitlines(keepends=True)
    (second / "package.yaml").write_text("# upside down\n" + "".join(reversed(lines)))

    assert pack(first, template=module).data == pack(second / "package.yaml", template=module).data


def test_packing_again_leaves_nothing_of_before(write: Write) -> None:
    """A module that was packed before gets new sections in the place of the old ones."""
    source = write(whole=TEMPLATES + ENGINE, **{"templates/a.yaml": "a"})
    packed = pack(source, template=source / "module.wasm")
    (source / "module.wasm").write_bytes(packed.data)
    (source / "package.yaml").write_text(
        TEMPLATES.replace("module: template", "module: module.wasm").replace("gitea", "other")
    )
    again = pack(source).data

    assert {} == read_assets(again, source="x")
    assert [2, "other"] == [
        len(read_sections(again)),
        getattr(read_descriptor(again, source="x"), "name", ""),
    ]


def test_line_ends_do_not_show(write: Write) -> None:
    """A template that git gave Windows' line ends makes the same package."""
    source = write(whole=TEMPLATES + ENGINE, **{"templates/a.yaml": "a\nb\n"})
    plain = pack(source, template=source / "module.wasm")
    (source / "templates" / "a.yaml").write_bytes(b"a\r\nb\r\n")

    assert plain.data == pack(source, template=source / "module.wasm").data


def test_computing_requirements_is_said_and_done(write: Write) -> None:
    """`computed` and the module's export go together."""
    exports = '(module (func (export "__mistpm_requirements")))'

    assert refused(write("computed: true\n")) == (
        "invalid-descriptor: `package.yaml` has a mistake\n"
        "  package.yaml:7: computed: the module does not export `__mistpm_requirements`"
    )
    assert refused(write(wat=exports)) == (
        "invalid-descriptor: `package.yaml` has a mistake\n"
        "  package.yaml:1: the module exports `__mistpm_requirements`, which nobody will ask"
        " (write `computed: true`)"
    )
    assert pack(write("computed: true\n", wat=exports)).descriptor.computed


def test_a_component_is_packed_as_a_module_is(write: Write, tmp_path: Path) -> None:
    """Its descriptor is a section of its own; what computes requirements has another name there."""
    computing = """(component
      (core module $m (func (export "f")))
      (core instance $m (instantiate $m))
      (func (export "requirements") (canon lift (core func $m "f"))))"""
    assert refused(write("computed: true\n", wat="(component)")) == (
        "invalid-descriptor: `package.yaml` has a mistake\n"
        "  package.yaml:7: computed: the module does not export `requirements`"
    )
    source = write("computed: true\n", wat=computing)
    packed = pack(source)
    path = tmp_path / packed.name
    path.write_bytes(packed.data)

    assert packed.descriptor == read_package(path).descriptor
    assert (source / "module.wasm").read_bytes() == without_sections(
        packed.data, keep=("component-name",)
    )


def test_every_broken_rule_is_told_at_once(write: Write) -> None:
    """Rules beyond the shape come together, each with its line."""
    source = write(
        """\
mistpm: "^1"
kubernetes: ">=2 <1"
namespaces: [a, b, a]
upgrades: {from: ">2 <1"}
dependencies:
  self: {package: data/postgresql}
  metrics: {api: metrics.k8s.io/v1beta1/PodMetrics, default: data/postgresql}
  mine: {api: example.org/v1/Cluster}
  none: {package: a/b, version: ">1 <1"}
conflicts:
- {package: data/postgresql}
- {package: a/b, version: "<1 >1"}
provides:
  apis: [example.org/v1/Cluster, apps/v1/Deployment, example.org/v1/Cluster]
inputs:
  type: array
outputs:
  type: strin
"""
    )

    expected = """\
invalid-descriptor: `package.yaml` has 15 mistakes
  package.yaml:7: mistpm: `^1` is not a specifier of versions; write one as `>=0.1,<1`
  package.yaml:8: kubernetes: `>=2 <1` admits no version at all
  package.yaml:9: namespaces[2]: `a` is written twice
  package.yaml:10: upgrades.from: `>2 <1` admits no version at all
  package.yaml:12: dependencies.self.package: `data/postgresql` cannot depend on itself
  package.yaml:13: dependencies.metrics.default: `data/postgresql` cannot depend on itself
  package.yaml:14: dependencies.mine.api: `data/postgresql` provides `example.org/v1/Cluster` itself (leave it out)
  package.yaml:15: dependencies.none.version: `>1 <1` admits no version at all
  package.yaml:17: conflicts[0].package: `data/postgresql` cannot conflict with itself (`scope: cluster` allows one release of a package in an environment)
  package.yaml:18: conflicts[1].version: `<1 >1` admits no version at all
  package.yaml:20: provides.apis[1]: `apps/v1/Deployment` is Kubernetes' own; a package cannot provide it
  package.yaml:20: provides.apis[2]: `example.org/v1/Cluster` is written twice
  package.yaml:22: inputs.type: `inputs` are a mapping: the type is `object`
  package.yaml:24: outputs.type: "strin" is no type of JSON Schema
  package.yaml:24: outputs.type: `outputs` are a mapping: the type is `object`"""

    assert expected == refused(source)


def test_schemas_are_looked_through(write: Write) -> None:
    """Schemas are checked for what a package's schema must be, beyond the standard."""
    source = write(
        """\
inputs:
  type: object
  propertys: {}
  properties:
    replicas: {type: integer, default: "1"}
    password: {type: string, writeOnly: true, default: secret}
    key: {type: integer, writeOnly: true}
    storage: {$ref: "#/$defs/size", default: 3}
    far: {$ref: "https://example.org/schema.json"}
    nowhere: {$ref: "#/$defs/other"}
    hosts: {type: array, items: {type: string, example: a.example.org}, default: [a, 1]}
    named: {$id: x}
    self: {$ref: "#"}
    fine: {type: string, x-order: 1, default: a}
    made: {type: string, writeOnly: true, default: {generate: 24}}
  $defs:
    size: {type: string, pattern: "^[0-9]+Gi$"}
"""
    )

    expected = """\
invalid-descriptor: `package.yaml` has 10 mistakes
  package.yaml:9: inputs.propertys: `propertys` is no keyword of JSON Schema (did you mean `properties`?)
  package.yaml:11: inputs.properties.replicas.default: the default does not fit: "1" is not of type "integer"
  package.yaml:12: inputs.properties.password.default: a secret (`writeOnly`) has no `default`: everybody can read this (write `{generate: 24}`)
  package.yaml:13: inputs.properties.key.type: a secret (`writeOnly`) is a string
  package.yaml:14: inputs.properties.storage.default: the default does not fit: 3 is not of type "string"
  package.yaml:15: inputs.properties.far.$ref: `https://example.org/schema.json` is not inside the schema (write references as `#/$defs/NAME`)
  package.yaml:16: inputs.properties.nowhere.$ref: `#/$defs/other` is not inside the schema (write references as `#/$defs/NAME`)
  package.yaml:17: inputs.properties.hosts.default[1]: the default does not fit: 1 is not of type "string"
  package.yaml:17: inputs.properties.hosts.items.example: `example` is no keyword of JSON Schema (did you mean `examples`?)
  package.yaml:18: inputs.properties.named.$id: `$id` is not supported (write references as `#/$defs/NAME`)"""

    assert expected == refused(source)


def test_what_is_not_there(write: Write) -> None:
    """A module, a folder or a source that is missing is named."""
    source = write()
    (source / "module.wasm").unlink()

    assert refused(source) == (
        "invalid-descriptor: `package.yaml` has a mistake\n"
        "  package.yaml:6: build.module: there is no file `module.wasm` (build the module first)"
    )
    source = write(whole=TEMPLATES)
    assert refused(source, template=source / "module.wasm") == (
        "invalid-descriptor: `package.yaml` has 2 mistakes\n"
        "  package.yaml:1: dependencies: a package of templates calls its engine by the alias `engine`"
        " (write `engine: {package: engines/jinja, version: ..., use: call}`)\n"
        "  package.yaml:6: build.assets: there are no files in `templates`"
    )
    (source / "package.yaml").unlink()
    assert refused(source) == (
        "no-package-source: `package.yaml` cannot be read: No such file or directory\n"
        "hint: a package is packed from a folder with a `package.yaml`"
    )


def test_a_template_module_must_be_given(write: Write) -> None:
    """Templates alone make no package."""
    assert refused(write(whole=TEMPLATES + ENGINE)) == (
        "no-template-module: `package.yaml` is a package of templates, and there is no module for"
        " them\nhint: name one with --template-module"
    )


def test_assets_are_texts(write: Write) -> None:
    """A file that is no text is named, and so are all others."""
    source = write(whole=TEMPLATES + ENGINE, **{"templates/ok.yaml": "a"})
    for name in ("one.png", "two.png"):
        (source / "templates" / name).write_bytes(b"\xff\xfe\x00")

    assert refused(source, template=source / "module.wasm") == (
        "invalid-descriptor: `package.yaml` has 2 mistakes\n"
        "  package.yaml:6: build.assets: `templates/one.png` is no text\n"
        "  package.yaml:6: build.assets: `templates/two.png` is no text"
    )


def test_a_module_that_is_none(write: Write) -> None:
    """What is no module is refused as such."""
    source = write()
    (source / "module.wasm").write_text("not wasm")
    with pytest.raises(PackageError) as caught:
        pack(source)

    assert "not-wasm" == caught.value.reference


def test_a_source_that_is_no_text(write: Write) -> None:
    """A `package.yaml` in another encoding is refused with its name."""
    source = write()
    (source / "package.yaml").write_bytes(b"\xff\xfe")

    assert refused(source) == (
        "invalid-yaml: `package.yaml` cannot be read\n  package.yaml: this is no text in UTF-8"
    )


def test_shape_and_lines(write: Write) -> None:
    """Mistakes of shape have their lines too."""
    assert refused(write(whole=TEMPLATES.replace("1.2.0", "1.30") + "scop: cluster\n")) == (
        "invalid-descriptor: `package.yaml` has 2 mistakes\n"
        '  package.yaml:5: version: 1.30 is a number; write it in quotes: "1.30"\n'
        "  package.yaml:7: scop: `scop` is not known here (did you mean `scope`?)"
    )


def test_modules_for_another_mistpm() -> None:
    """A descriptor that only a newer mistpm can read says which."""
    for payload in (
        b'{"mistpm": ">=99", "apiVersion": "mistpm.dev/v9", "novel": true}',
        document.to_json(
            {"apiVersion": "mistpm.dev/v1", "kind": "Package", "group": "a", "name": "b"}
            | {"version": "1.0.0", "mistpm": ">=99"}
        ),
    ):
        data = _with_descriptor(payload)
        with pytest.raises(PackageError) as caught:
            read_descriptor(data, source="b.wasm")

        assert str(caught.value) == (
            "`b.wasm` needs mistpm >=99, and this is 0.1.0\n"
            "hint: install a mistpm of that range, or choose another version of the package"
        )


def test_descriptors_that_are_wrong() -> None:
    """A descriptor in a module is told with all its mistakes."""
    with pytest.raises(DocumentError) as caught:
        read_descriptor(_with_descriptor(b'{"mistpm": 3, "kind": "Pack"}'), source="b.wasm")

    assert str(caught.value) == (
        "`b.wasm` has 6 mistakes\n"
        "  b.wasm: `apiVersion` is missing\n"
        "  b.wasm: `group` is missing\n"
        "  b.wasm: `name` is missing\n"
        "  b.wasm: `version` is missing\n"
        "  b.wasm: kind: `Pack` is not one of `Package` (did you mean `Package`?)\n"
        '  b.wasm: mistpm: 3 is a number; write it in quotes: "3"'
    )
    with pytest.raises(DocumentError) as caught:
        read_descriptor(_with_descriptor(b"\xff{"), source="b.wasm")

    assert "`b.wasm` cannot be read" in str(caught.value)


def _with_descriptor(payload: bytes) -> bytes:
    return with_section(bytes(wat2wasm("(module)")), "mistpm.descriptor", payload)


def test_schemas_that_are_none(write: Write) -> None:
    """Where a schema breaks the standard, that is told first."""
    source = write(
        """\
inputs:
  properties:
    a: {type: [string, nul], minLength: "3"}
    b: {pattern: "("}
  required: b
"""
    )
    expected = """\
invalid-descriptor: `package.yaml` has 4 mistakes
  package.yaml:9: inputs.properties.a.minLength: "3" is not of type "integer"
  package.yaml:9: inputs.properties.a.type: ["string", "nul"] is no type of JSON Schema
  package.yaml:10: inputs.properties.b.pattern: "(" is not a "regex"
  package.yaml:11: inputs.required: "b" is not of type "array\""""

    assert expected == refused(source)


def test_conditions_are_read(write: Write) -> None:
    """A `when` is readable, and reads inputs that are there and that everybody may see."""
    source = write(
        """\
dependencies:
  plain: {package: a/b, when: "inputs.tls.enabled && inputs.free.anything"}
  broken: {package: a/b, when: "inputs.tls &&"}
  misspelt: {package: a/b, when: "inputs.tsl.enabled || inputs.tls.enabeld"}
  secret: {package: a/b, when: "inputs.tls.key == 'a'"}
inputs:
  type: object
  additionalProperties: false
  properties:
    free: {type: object}
    tls:
      type: object
      additionalProperties: false
      properties:
        enabled: {type: boolean}
        key: {type: string, writeOnly: true}
"""
    )
    expected = """\
invalid-descriptor: `package.yaml` has 4 mistakes
  package.yaml:9: dependencies.broken.when: it cannot be read: inputs.tls &&
  package.yaml:10: dependencies.misspelt.when: it reads `inputs.tls.enabeld`, and there is no such input (did you mean `enabled`?)
  package.yaml:10: dependencies.misspelt.when: it reads `inputs.tsl.enabled`, and there is no such input (did you mean `tls`?)
  package.yaml:11: dependencies.secret.when: it reads `inputs.tls.key`, which is a secret"""

    assert expected == refused(source, paths_read=paths_read)


def test_readiness_conditions_are_checked(write: Write) -> None:
    """Every one can be read, and is of a kind that there may be."""
    source = write(
        """\
readiness:
  - {kind: Cluster.postgresql.example.org, condition: Ready}
  - {kind: deployment, condition: Available}
  - {kind: Deploymnt.apps, condition: Available=yes}
  - kind: Job
    jsonPath: "{.status..phase}"
    value: Done
  - kind: Job
    name: migrate-*
    cel: "status.done"
"""
    )
    expected = """\
invalid-descriptor: `package.yaml` has 5 mistakes
  package.yaml:9: readiness[1].kind: `deployment` is no kind (write `Kind` or `Kind.group`, such as `Certificate.cert-manager.io`)
  package.yaml:10: readiness[2].condition: `yes` is no status of a condition (a status is `True`, `False` or `Unknown`)
  package.yaml:10: readiness[2].kind: Kubernetes has no kind `Deploymnt` in `apps` (did you mean `Deployment.apps`?)
  package.yaml:12: readiness[3].jsonPath: `{.status..phase}` cannot be read: `..` is not supported: a condition says where to look
  package.yaml:16: readiness[4].cel: it does not read the object, which is `self`"""

    assert expected == refused(source, read_readiness=readiness_mistakes)
