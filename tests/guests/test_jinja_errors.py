"""What a template of `engines/jinja` fails with: always where, in which expression, and why."""

from __future__ import annotations

from typing import Any

import pytest
from template_modules import Engine, envelope

MISTAKES = {
    # the source of template `it`, from its second line on, and the message after the place
    "undefined": ("{{ inputs.image.tag }}", "`inputs.image.tag` is undefined"),
    "undefined parent": ("{{ inputs.a.b.c }}", "`inputs.a` is undefined"),
    "undefined in a filter": ("{{ inputs.size | int }}", "`inputs.size` is undefined"),
    "undefined in a loop": ("{% for x in hosts %}", "`hosts` is undefined"),
    "undefined argument": ("{{ 'x' ~ inputs.y }}", "`inputs.y` is undefined"),
    "null": ("{{ none }}", "null is not printed: give a default, or write it with tojson"),
    "map": ("{{ inputs }}", "a map or list is not printed: write it with toyaml or tojson"),
    "list": ("{{ [1] }}", "a map or list is not printed: write it with toyaml or tojson"),
    "required": ("{{ inputs.host|required('`host` must be given') }}", "`host` must be given"),
    "required empty": ("{{ ''|required('say it') }}", "say it"),
    "fail": ("{{ fail('no more than 3 replicas') }}", "no more than 3 replicas"),
    "unknown filter": ("{{ 1|nope }}", "filter nope is unknown"),
    "unknown test": ("{{ 1 is nope }}", "test nope is unknown"),
    "unknown function": ("{{ lookup('v1') }}", "unknown function: lookup is unknown"),
    "unknown template": ("{% include '_x' %}", "tried to include non-existing template '_x'"),
    "unknown base": ("{% extends '_x' %}", 'template "_x" does not exist'),
    "unknown file": ("{{ read('x') }}", "there is no file `x` to read"),
    "types": ("{{ 'a' + 1 }}", "tried to use + operator on unsupported types string and number"),
    "division": ("{{ 1 / 0 }}", "unable to calculate 1 / 0"),
    "too many items": ("{% for x in range(100001) %}", "range has too many elements"),
    "missing argument": ("{{ inputs|required }}", "missing argument"),
    "json": ("{{ '{\"a\": [1,]}'|fromjson }}", 'not JSON: a value is missing in line 1: {"a": [1,]}'),
    "base64": ("{{ '%'|b64decode }}", "not base64"),
    "binary": ("{{ '/w=='|b64decode }}", "what base64 gave is not UTF-8"),
    "pattern": ("{{ 'x' is matching('(') }}", "not a pattern: `(`: found open group without closing ')'"),
    "version": ("{{ 'latest' is at_least('1.30') }}", "not a version: `latest`"),
    "not a text": ("{{ inputs|nindent(2) }}", "value is not a string"),
}  # fmt: skip

UNFINISHED = {
    "no end": ("{% if inputs %}", "syntax error: unexpected end of input, expected end of block"),
    "no expression": ("{% if %}", "syntax error: unexpected end of block"),
    "not closed": ("{{ inputs", "syntax error: unexpected end of input, expected end of variable block"),
    "unknown statement": ("{% lookup %}", "syntax error: unknown statement lookup"),
    "no string": ("{{ 'x }}", "syntax error: unexpected end of string"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes(engine: Engine, source: str, reason: str) -> None:
    """A mistake is told with template, line, expression and reason."""
    end = "{% endfor %}" if source.startswith("{% for") else ""
    templates = {"it": f"kind: X\n  {source}{end}\nspec: {{}}\n"}

    message = engine.failure(templates, {"inputs": {"image": {}}})

    assert f"template `it`, line 2, at `{source}`: {reason}" == message


@pytest.mark.parametrize(("source", "reason"), UNFINISHED.values(), ids=UNFINISHED.keys())
def test_syntax(engine: Engine, source: str, reason: str) -> None:
    """What is no template is refused with its place."""
    message = engine.failure(f"a\n{source}")

    assert f"template `it`, line 2, at `{source}`: {reason}" == message


def test_the_way_to_a_mistake(engine: Engine) -> None:
    """An error in an included template is told with the templates that led to it."""
    templates = {
        "all.yaml": "a: 1\n{% include '_middle' %}\n",
        "_middle": "\n\n{{ tpl('{{ x }}') }}",
    }

    assert (
        "template `tpl in _middle`, line 1, at `{{ x }}`: `x` is undefined\n"
        "from template `_middle`, line 3\n"
        "from template `all.yaml`, line 2"
    ) == engine.failure(templates)


def test_a_mistake_in_a_macro(engine: Engine) -> None:
    """An error in a macro is told where it is written."""
    templates = {
        "all.yaml": "{% from '_lib' import m %}\n{{ m(1) }}",
        "_lib": "{% macro m(x) %}\n{{ x.y.z }}{% endmacro %}",
    }

    message = engine.failure(templates)

    assert "template `_lib`, line 2, at `{{ x.y.z }}`: `x.y` is undefined" == message


DEEP_LIST = (
    "{% set n = namespace(x=[]) %}{% for i in range(300) %}{% set n.x = [n.x] %}{% endfor %}"
)
DEEP_MACRO = (
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% else %}{{ tpl(source) }}{% endif %}{% endmacro %}"
    "{{ m(14) }}"
)

ENDLESS = {
    "include": ("{% include 'it' %}", "recursion limit exceeded"),
    "include in turns": ("{% include '_other' %}", "recursion limit exceeded"),
    "macro": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion limit exceeded"),
    "extends": (
        "{% extends 'it' %}",
        'cycle in template inheritance. "it" was referenced more than once',
    ),
    "tpl": ("{{ tpl(source) }}", "tpl is nested more than 10 times"),
    "macros in tpl": (DEEP_MACRO, "tpl is nested more than 10 times"),
    "parentheses": (
        "{{ " + "(" * 200 + "1" + ")" * 200 + " }}",
        "syntax error: template exceeds maximum recursion limits",
    ),
    "lists": (
        "{{ " + "[" * 2000 + "]" * 2000 + " }}",
        "syntax error: template exceeds maximum recursion limits",
    ),
    "blocks": (
        "{% if 1 %}" * 2000,
        "syntax error: template exceeds maximum recursion limits",
    ),
    "tojson": (DEEP_LIST + "{{ n.x|tojson }}", "lists and maps nest too deep"),
    "toyaml": (DEEP_LIST + "{{ n.x|toyaml }}", "lists and maps nest too deep"),
    "fromjson": ("{{ ('[' * 200)|fromjson }}", "not JSON: lists and maps nest too deep in line 1: " + "[" * 200),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_nesting(engine: Engine, source: str, reason: str) -> None:
    """Nothing that nests without end overflows a stack: it is an error with a place."""
    templates = {"it": source, "_other": "{% include 'it' %}"}

    place, _, message = engine.failure(templates, {"source": source}).partition("`: ")

    assert place.startswith("template `")
    assert reason == message.split("\nfrom ")[0]


INPUTS = {
    "no templates": ({}, "`templates` is not a map of names to texts"),
    "list": ({"templates": ["x"]}, "`templates` is not a map of names to texts"),
    "number": ({"templates": {"a": 1}}, "the template `a` is not text"),
    "options": ({"templates": {}, "options": []}, "`options` is not a map"),
    "unknown option": ({"templates": {}, "options": {"trim": 1}}, "there is no option `trim`"),
    "text for a flag": (
        {"templates": {}, "options": {"trim_blocks": "yes"}},
        "the option `trim_blocks` is true or false",
    ),
    "undefined": (
        {"templates": {}, "options": {"undefined": "lax"}},
        "the option `undefined` is `error`, `strict` or `empty`",
    ),
}


@pytest.mark.parametrize(("inputs", "message"), INPUTS.values(), ids=INPUTS.keys())
def test_bad_inputs(engine: Engine, inputs: dict[str, Any], message: str) -> None:
    """Inputs that the engine cannot take are named."""
    expected = f'"data":{{"result":"Err","message":"{message}"}}}}'

    assert engine.raw(envelope(inputs)).decode().endswith(expected)


def test_an_input_that_is_no_json(engine: Engine) -> None:
    """A host that sends something else is told so."""
    for document, message in (
        (b"\xff", "the input is not UTF-8"),
        (b"{]", "the input is not JSON: a string is missing in line 1: {]"),
        (b"", "the input is not JSON: a value is missing in line 1: "),
    ):
        assert f'"message":"{message}"' in engine.raw(document).decode()
