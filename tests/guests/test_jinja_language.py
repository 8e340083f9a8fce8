"""What the templates of `engines/jinja` can say: one line of it per case."""

from __future__ import annotations

from typing import Any

import pytest
from template_modules import Engine

INPUTS: dict[str, Any] = {
    "name": "shop",
    "replicas": 3,
    "tls": True,
    "nothing": None,
    "price": 1.5,
    "ports": [80, 443, 8080],
    "labels": {"team": "web", "app": "shop"},
    "hosts": [
        {"name": "b.example.org", "zone": "eu", "up": True},
        {"name": "a.example.org", "zone": "us", "up": False},
        {"name": "c.example.org", "zone": "eu", "up": True},
    ],
    "config": '{"a": [1, true]}',
}

CASES = {
    # control
    "for": ("{% for p in ports %}{{ p }};{% endfor %}", "80;443;8080;"),
    "for else": ("{% for p in [] %}x{% else %}none{% endfor %}", "none"),
    "for if": ("{% for p in ports if p > 100 %}{{ p }};{% endfor %}", "443;8080;"),
    "break": ("{% for p in ports %}{{ p }}{% if p == 443 %}{% break %}{% endif %},{% endfor %}", "80,443"),
    "continue": ("{% for p in ports %}{% if p == 443 %}{% continue %}{% endif %}{{ p }};{% endfor %}", "80;8080;"),
    "loop": (
        "{% for p in ports %}{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ',' }}{% endfor %}",
        "1/3,2/3,3/3",
    ),
    "loop neighbours": ("{% for p in ports %}{{ loop.previtem|default(0) }}<{{ p }} {% endfor %}", "0<80 80<443 443<8080 "),
    "loop changed": ("{% for h in hosts %}{{ loop.changed(h.zone) }} {% endfor %}", "true true true "),
    "recursive": (
        "{% for x in [[1, [2]], 3] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}",
        "123",
    ),
    "unpacking": ("{% for k, v in labels|items %}{{ k }}={{ v }} {% endfor %}", "app=shop team=web "),
    "if": ("{% if tls %}a{% endif %}{% if ports %}b{% endif %}{% if '' %}c{% endif %}", "ab"),
    "if undefined": ("{% if other %}a{% else %}b{% endif %}{% if not labels.other %}c{% endif %}", "bc"),
    "elif": ("{% if replicas < 2 %}a{% elif replicas < 4 %}b{% else %}c{% endif %}", "b"),
    "ternary": ("{{ 'yes' if tls else 'no' }}{{ 'x' if not tls }}", "yes"),
    "logic": ("{{ tls and replicas > 2 or fail('no') }}", "true"),
    "comparison": ("{{ 1 < 2 }} {{ 'a' != 'b' }} {{ 80 in ports }} {{ 'x' not in labels }}", "true true true true"),
    "set": ("{% set x = replicas + 1 %}{{ x }}", "4"),
    "set block": ("{% set x %}a {{ replicas }}{% endset %}{{ x }}", "a 3"),
    "with": ("{% with x = 1, y = 2 %}{{ x + y }}{% endwith %}", "3"),
    "namespace": (
        "{% set n = namespace(sum=0) %}{% for p in ports %}{% set n.sum = n.sum + p %}{% endfor %}{{ n.sum }}",
        "8603",
    ),
    "macro": ("{% macro env(k, v='-') %}{{ k }}={{ v }};{% endmacro %}{{ env('a') }}{{ env('b', v=1) }}", "a=-;b=1;"),
    "call": ("{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}in{% endcall %}", "[in]"),
    "filter block": ("a:\n{% filter indent(2, first=true) %}b\nc\n{% endfilter %}", "a:\n  b\n  c"),
    "do": ("{% set _ = 1 %}{% do warn('x') %}a", "a"),
    "raw": ("{% raw %}{{ not }}{% endraw %}", "{{ not }}"),
    "comment": ("a{# not\nthere #}b", "ab"),
    # white space
    "trimmed blocks": ("{% if tls %}\n  a: 1\n  {% if tls %}\n  b: 2\n  {% endif %}\n{% endif %}\n", "  a: 1\n  b: 2\n"),
    "minus": ("a  {{- 1 -}}  b", "a1b"),
    # values
    "booleans": ("{{ tls }} {{ not tls }} {{ [1] == [1] }}", "true false true"),
    "numbers": ("{{ replicas }} {{ price }} {{ 1_000 }} {{ 18446744073709551615 }}", "3 1.5 1000 18446744073709551615"),
    "maths": ("{{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 10 }} {{ 7 / 2 }} {{ -replicas }} {{ (1 + 2) * 3 }}", "3 3 1024 3.5 -3 9"),
    "joined texts": ("{{ name ~ '-' ~ replicas }}{{ 'a' + 'b' }}{{ 'ab' * 2 }}", "shop-3ababab"),
    "slices": ("{{ name[:2] }} {{ name[-1] }} {{ ports[1:]|join('+') }} {{ name[::-1] }}", "sh p 443+8080 pohs"),
    "subscripts": ("{{ labels.team }} {{ labels['team'] }} {{ hosts[1].name }}", "web web a.example.org"),
    "literals": ("{{ [1, {'a': (2, 3)}][1].a[1] }}", "3"),
    "dict": ("{{ dict(a=1, b=labels.app)|tojson }}", '{"a":1,"b":"shop"}'),
    "format": ("{{ '%s-%02d %.1f'|format(name, replicas, price) }}", "shop-03 1.5"),
    "unicode": ("{{ 'größe: 火' }} {{ 'É'|lower }} {{ '火火'|length }}", "größe: 火 é 2"),
    # filters of Jinja
    "default": ("{{ other|default('d') }} {{ ''|default('d', true) }} {{ labels.other|d(1) }}", "d d 1"),
    "texts": ("{{ ' a b '|trim }} {{ 'a'|upper }} {{ 'aXb'|replace('X', '-') }} {{ 'my app'|title }}", "a b A a-b My App"),
    "trim letters": ("{{ '-a-b-'|trim('-') }}", "a-b"),
    "split": ("{{ 'a,b'|split(',')|join('|') }} {{ 'a\nb'|lines|length }}", "a|b 2"),
    "join": ("{{ [tls, none, 1, 'x']|join(',') }}", "true,null,1,x"),
    "dictsort": ("{% for k, v in labels|dictsort(by='value') %}{{ k }} {% endfor %}", "app team "),
    "map": ("{{ hosts|map(attribute='name')|join(' ') }} {{ ports|map('string')|join }}", "b.example.org a.example.org c.example.org 804438080"),
    "select": ("{{ ports|select('>', 100)|list|tojson }} {{ ports|reject('odd')|join(' ') }}", "[443,8080] 80 8080"),
    "selectattr": ("{{ hosts|selectattr('up')|map(attribute='name')|first }}", "b.example.org"),
    "sort": ("{{ hosts|sort(attribute='name')|map(attribute='name')|first }} {{ ports|sort(reverse=true)|first }}", "a.example.org 8080"),
    "unique": ("{{ hosts|map(attribute='zone')|unique|join(' ') }}", "eu us"),
    "groupby": ("{% for zone, found in hosts|groupby('zone') %}{{ zone }}:{{ found|length }} {% endfor %}", "eu:2 us:1 "),
    "chain": ("{{ {'a': 1, 'b': 1}|chain({'b': 2})|tojson }}", '{"a":1,"b":2}'),
    "batch": ("{% for row in ports|batch(2) %}{{ row|join('-') }} {% endfor %}", "80-443 8080 "),
    "sums": ("{{ ports|sum }} {{ ports|min }} {{ ports|max }} {{ [3]|first }} {{ 2.6|round|int }} {{ -1|abs }}", "8603 80 8080 3 3 1"),
    "conversions": ("{{ '3'|int + 1 }} {{ '1.5'|float }} {{ replicas|string ~ 'x' }} {{ 0|bool }}", "4 1.5 3x false"),
    "zip": ("{% for a, b in [1, 2]|zip(['x', 'y']) %}{{ a }}{{ b }} {% endfor %}", "1x 2y "),
    # tests
    "tests": (
        "{{ other is defined }} {{ nothing is none }} {{ name is string }} {{ ports is iterable }}"
        " {{ labels is mapping }} {{ 4 is divisibleby(2) }} {{ 'abc' is startingwith('ab') }}",
        "false true true true true true true",
    ),
    # what Jinja has not
    "text of values": ("{{ tls|string }} {{ nothing|string }} {{ price|string }}", "true null 1.5"),
    "quote": ("{{ name|quote }} {{ tls|quote }} {{ 'a\"b\\\\'|quote }} {{ nothing|quote }}", '"shop" "true" "a\\"b\\\\" "null"'),
    "tojson": ("{{ labels|tojson }} {{ '<&>'|tojson }} {{ nothing|tojson }}", '{"app":"shop","team":"web"} "<&>" null'),
    "tojson indented": ("{{ {'a': [1, {}], 'b': []}|tojson(indent=2) }}", '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'),
    "fromjson": ("{{ (config|fromjson).a[1] }}", "true"),
    "toyaml": ("{{ {'a': [1, {'b': 'no'}], 'c': {}}|toyaml }}", 'a:\n- 1\n- b: "no"\nc: {}'),
    "toyaml lines": ("{{ {'a': 'x\\ny\\n', 'b': '1.0'}|toyaml }}", 'a: |\n  x\n  y\nb: "1.0"'),
    "nindent": ("labels:{{ labels|toyaml|nindent(2) }}", "labels:\n  app: shop\n  team: web"),
    "required": ("{{ name|required('no name') }} {{ 0|required('no number') }}", "shop 0"),
    "tpl": ("{{ tpl('{{ name }}-{{ extra }}', extra=1) }}", "shop-1"),
    "tpl nested": ("{{ tpl(\"{{ tpl('{{ replicas }}') }}\") }}", "3"),
    "base64": ("{{ 'grüße'|b64encode }} {{ 'Z3LDvMOfZQ=='|b64decode }}", "Z3LDvMOfZQ== grüße"),
    "sha256": ("{{ ''|sha256 }}", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    "regex_match": ("{{ name|regex_match('^s.o') }} {{ name is matching('^x') }}", "true false"),
    "regex_replace": ("{{ 'My App 1'|lower|regex_replace('[^a-z0-9]+', '-') }} {{ 'a=b'|regex_replace('(.)=(.)', '$2=$1') }}", "my-app-1 b=a"),
    "at_least": (
        "{{ '1.31' is at_least('1.9') }} {{ 'v1.31.2+k3s1' is at_least '1.32' }} {{ '1.30' is at_least('1.30.0') }}",
        "true false true",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_language(engine: Engine, source: str, expected: str) -> None:
    """A template says this."""
    assert expected == engine.text(source, **INPUTS)


def test_templates_use_each_other(engine: Engine) -> None:
    """Templates include, import and extend others, in whatever folder."""
    templates = {
        "web/deployment.yaml": (
            "{% extends '_base.yaml' %}{% import 'lib/_names.yaml' as names %}"
            "{% block body %}name: {{ names.full('web') }}\n{{ super() }}{% endblock %}"
        ),
        "web/service.yaml": (
            "{% from 'lib/_names.yaml' import full as f %}{{ f('api') }}{% include '_tail' %}"
            "{% include ['_none', '_tail'] %}{% include '_none' ignore missing %}"
        ),
        "_base.yaml": "kind: X\n{% block body %}replicas: {{ replicas }}\n{% endblock %}",
        "lib/_names.yaml": "{% macro full(x) %}{{ 'app-' ~ x }}{% endmacro %}",
        "_tail": "<{{ replicas }}>",
    }

    assert {
        "web/deployment.yaml": "kind: X\nname: app-web\nreplicas: 2\n",
        "web/service.yaml": "app-api<2><2>",
    } == engine.files(templates, {"replicas": 2})


def test_a_file_is_read_as_it_is(engine: Engine) -> None:
    """A partial that is only read may hold anything, templates' marks included."""
    templates = {"a.yaml": "text:{{ read('files/_nginx.conf') | toyaml | nindent(2) }}\n"}
    templates["files/_nginx.conf"] = "{{ {% \n"

    assert {"a.yaml": "text:\n  |\n    {{ {% \n"} == engine.files(templates)
