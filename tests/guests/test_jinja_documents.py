"""What `engines/jinja` gives besides files, and what it leaves out."""

from __future__ import annotations

import pytest
from template_modules import Engine, envelope


def test_files_and_partials(engine: Engine) -> None:
    """Each template is a file, but for those whose last part starts with `_`."""
    templates = {"a.yaml": "1\n", "b/c.yaml": "2\n", "_p": "3", "b/_q.yaml": "4", "_d/e": "5\n"}

    assert {"_d/e": "5\n", "a.yaml": "1\n", "b/c.yaml": "2\n"} == engine.files(templates)


def test_a_template_that_leaves_nothing_is_no_file(engine: Engine) -> None:
    """Where a condition spans a whole template, the file is there or it is not."""
    templates = {"a.yaml": "{% if tls %}\na: 1\n{% endif %}\n", "b.yaml": "b: 1\n"}

    assert ["b.yaml"] == list(engine.files(templates, {"tls": False}))
    assert ["a.yaml", "b.yaml"] == list(engine.files(templates, {"tls": True}))


def test_outputs_message_and_warnings(engine: Engine) -> None:
    """Two names are no files, and warnings are collected from all templates, each once."""
    templates = {
        "a.yaml": "{{ warn('low on replicas') }}a: 1\n",
        "b.yaml": "{{ warn('low on replicas') }}b: 1\n{{ warn('no backup') }}",
        "outputs.json": '{"host": {{ host|tojson }},\n "ports": [80, 1.5, null, true]}\n',
        "message.txt": "open {{ host }}\n",
    }

    assert {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistResult",
        "data": {
            "result": "Ok",
            "message": 'open "x"\n',
            "files": {"a.yaml": "a: 1\n", "b.yaml": "b: 1\n"},
        },
        "mistpm": {
            "outputs": {"host": '"x"', "ports": [80, 1.5, None, True]},
            "warnings": ["low on replicas", "no backup"],
        },
    } == engine.result(templates, {"host": '"x"'})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{\n'a': 1}", "gave no JSON: a string is missing in line 2: 'a': 1}"),
        ("{}\n{}", "gave no JSON: text after the end in line 2: {}"),
        ('{"a": "{{ x }}"', 'gave no JSON: `,` or `}` is missing in line 1: {"a": "1"'),
        ("[1]", "gave no JSON object"),
        ('{"a": 01}', 'gave no JSON: `,` or `}` is missing in line 1: {"a": 01}'),
        ('{"a": 1e999}', 'gave no JSON: a number is too large in line 1: {"a": 1e999}'),
        ('{"a": "\\ud800"}', 'gave no JSON: half of a surrogate pair in line 1: {"a": "\\ud800"}'),
    ],
)  # fmt: skip
def test_outputs_that_are_no_json(engine: Engine, source: str, message: str) -> None:
    """Outputs must be a JSON object; the line is that of what the template gave."""
    assert f"template `outputs.json` {message}" == engine.failure(
        {"outputs.json": source}, {"x": 1}
    )


def test_outputs_may_be_left_out(engine: Engine) -> None:
    """A template `outputs.json` that gives nothing gives no outputs."""
    found = engine.result({"outputs.json": "{% if x is defined %}{}{% endif %}\n"})

    assert {"warnings": []} == found["mistpm"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "  a\n"),
        ({"trim_blocks": False}, "\n  a\n\n"),
        ({"lstrip_blocks": False}, "    a\n  "),
        ({"keep_trailing_newline": False, "trim_blocks": False}, "\n  a\n"),
        (None, "  a\n"),
    ],
)
def test_white_space_options(
    engine: Engine, options: dict[str, bool] | None, expected: str
) -> None:
    """The options for text around tags are Jinja's, with other defaults."""
    templates = {"it": "  {% if 1 %}\n  a\n  {% endif %}\n"}

    assert {"it": expected} == engine.files(templates, options=options)


def test_what_undefined_values_do(engine: Engine) -> None:
    """An undefined value is an error unless it is asked about; stricter, or not at all."""
    asked = "{% if a %}1{% else %}0{% endif %}"

    assert {"it": "0"} == engine.files({"it": asked})
    assert {"it": "0"} == engine.files(
        {"it": asked + "{{ a.b.c }}"}, options={"undefined": "empty"}
    )
    assert "template `it`, line 1, at `{% if a %}`: `a` is undefined" == engine.failure(
        {"it": asked}, options={"undefined": "strict"}
    )


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(engine: Engine) -> None:
    """Nothing but the input counts: a thousand renders, one result."""
    document = envelope(
        {
            "templates": {
                f"{number}.yaml": (
                    "{{ data|toyaml }}\n{% for k, v in data|items %}{{ k }}{% endfor %}"
                    "{{ data|tojson|sha256 }}{{ warn(k) }}"
                )
                for number in "3142"
            },
            "data": {"data": {letter: [letter, {"x": 1.5}] for letter in "hdaxqzb"}, "k": "w"},
        }
    )
    first = engine.raw(document)

    assert b'"result":"Ok"' in first
    assert {first} == {engine.raw(document) for _ in range(1000)}


def test_info(engine: Engine) -> None:
    """The module tells its name as Mistletoe's packages do."""
    assert (
        b'{"apiVersion":"mistletoe.dev/v1alpha1","kind":"MistPackage","metadata":{"name":"jinja",'
        b'"labels":{"mistletoe.dev/group":"engines"}}}'
    ) == engine.info()
