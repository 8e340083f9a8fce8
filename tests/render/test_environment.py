"""Rendering environments: what packages are given, and what becomes of their answers."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from guest_modules import answering, err, ok
from scripted_modules import INPUT, LOOP, around, call, log, result, scripted, value

from mistpm.errors import DocumentError, PackageError, RenderError
from mistpm.model.environment import Patch, Selector
from mistpm.model.minor import Minor
from mistpm.model.presence import parse_api
from mistpm.model.rendered import Rendered
from mistpm.model.version import parse_version
from mistpm.render import Configuration, Memo
from mistpm.wasm import Runtime

CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a": "1"}}


def mirror() -> bytes:
    """Make a package whose only output, `given`, is its own input."""
    before, after = around(result(outputs={"given": "HOLE"}))
    return scripted(before, INPUT, after)


def given(world: Any, release: str = "web", **options: Any) -> Any:
    """Give what the package of a release was given."""
    rendered = world.render(**options)
    return next(found for found in rendered.releases if found.name == release).outputs["given"]


def test_a_package_becomes_manifests(world: Any) -> None:
    """Files and objects become manifests with identity, namespace and origin."""
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
    world.package("web", scripted(result({"b.yaml": text}, objects=[CONFIG])))
    world.release("web", namespace="shop")

    [release] = world.render().releases

    assert [
        ("Service shop/web", "starter/test/web@1.0.0: b.yaml"),
        ("ConfigMap shop/web", "starter/test/web@1.0.0: objects"),
    ] == [(str(manifest.id), manifest.origin) for manifest in release.manifests]
    assert {**CONFIG, "metadata": {"name": "web", "namespace": "shop"}} == release.manifests[1].data


def test_a_package_is_given_the_envelope(world: Any) -> None:
    """The input has the document of specs/rendering.md, completed inputs and all."""
    schema = {"type": "object", "properties": {"size": {"type": "integer", "default": 3}}}
    world.package("web", mirror(), inputs=schema, assets={"a.txt": "A"}, default_namespace="apps")
    world.release("web", inputs={"color": "red"})

    document = given(world)
    capabilities = document["mistpm"].pop("capabilities")

    assert {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistInput",
        "data": {"name": "web", "color": "red", "size": 3},
        "mistpm": {
            "abi": 1,
            "release": {"name": "web", "namespace": "apps"},
            "package": {"name": "starter/test/web", "version": "1.0.0"},
            "dependencies": {},
            "assets": {"a.txt": "A"},
        },
    } == document
    assert "1.33" == capabilities["kubernetesVersion"]
    assert {"apps/v1", "apps/v1/Deployment", "v1", "v1/Pod"} <= set(capabilities["apiVersions"])


def test_dependencies_are_told_by_alias(world: Any) -> None:
    """A package is told what meets each dependency, with outputs where they are known already."""
    world.package("db", answering(ok(outputs={"port": 5432})))
    world.package("web", mirror())
    world.called("db")
    world.release("db", namespace="data")
    world.release(
        "web",
        stage=1,
        edges={
            "db": "install db",
            "pods": "api db",
            "cache": "call starter/test/db@1",
            "core": "api kubernetes",
            "monitors": "api provided",
            "ca": "install provided",
            "later": "install late",
            "off": "install db",
            "below.db": "install db",
        },
        when={"off": False, "db": True},
    )
    world.release("late", "db", stage=2)
    told = given(world, provided_packages={"starter/test/ca": parse_version("1.2.3")})
    db = {"package": "starter/test/db", "version": "1.0.0", "release": "db", "namespace": "data"}

    assert {
        "db": {"use": "install", **db, "outputs": {"port": 5432}},
        "pods": {"use": "api", **db, "outputs": {"port": 5432}},
        "cache": {"use": "call", "package": "starter/test/db", "version": "1.0.0"},
        "core": {"use": "api"},
        "monitors": {"use": "api"},
        "ca": {"use": "install", "package": "starter/test/ca", "version": "1.2.3"},
        "later": {
            "use": "install",
            "package": "starter/test/db",
            "version": "1.0.0",
            "release": "late",
            "namespace": "default",
        },
    } == told["mistpm"]["dependencies"]


def test_an_optional_api_that_nobody_provides_is_not_there(world: Any) -> None:
    """What nothing meets is not told."""
    world.package("web", mirror())
    world.release("web", edges={"monitors": "api "})

    assert {} == given(world)["mistpm"]["dependencies"]


def test_capabilities_are_decided_by_lock_and_file(world: Any) -> None:
    """Provided APIs and those of packages are among the capabilities, and the minor can be chosen."""
    world.package("shop", answering(ok()), provides=("shop.example.org/v1/Shop",))
    world.package("web", mirror())
    world.release("shop")
    world.release("web")
    monitors = parse_api("monitoring.coreos.com/v1/ServiceMonitor")
    told = given(world, provided_apis=(monitors,), minor=Minor(34))["mistpm"]["capabilities"]

    assert "1.34" == told["kubernetesVersion"]
    assert sorted(told["apiVersions"]) == told["apiVersions"]
    assert {
        "monitoring.coreos.com/v1",
        "monitoring.coreos.com/v1/ServiceMonitor",
        "shop.example.org/v1",
        "shop.example.org/v1/Shop",
    } <= set(told["apiVersions"])


def test_the_name_is_the_release_s(world: Any) -> None:
    """The input `name` cannot be chosen, though a schema may speak of it."""
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
    world.package("web", mirror(), inputs=schema)
    world.release("web", inputs={"name": "web"})
    world.release("other", "web", inputs={"name": "mine"})

    with pytest.raises(DocumentError) as caught:
        world.render()

    assert (
        "the inputs of `other` do not fit `starter/test/web@1.0.0`\n"
        "  inputs.name: is always the release's name, `other` (leave it out)" == str(caught.value)
    )


def test_a_schema_without_name_need_not_allow_it(world: Any) -> None:
    """`additionalProperties: false` does not refuse what the host adds."""
    world.package("web", mirror(), inputs={"additionalProperties": False, "type": "object"})
    world.release("web")

    assert {"name": "web"} == given(world)["data"]


def test_inputs_without_a_schema_are_stored_as_given(world: Any) -> None:
    """A Mistletoe package gets its inputs untouched, and a finding warns once."""
    world.package("web", mirror(), has_descriptor=False)
    world.release("web", inputs={"password": {"fromEnv": "X"}, "a": 1})
    rendered = world.render()

    assert {"name": "web", "password": {"fromEnv": "X"}, "a": 1} == (
        rendered.releases[0].outputs["given"]["data"]
    )
    assert [
        "info: web: the package has no schema, so its inputs are stored as they are given"
    ] == list(map(str, rendered.findings))


def failing(world: Any) -> None:
    """Put together five releases of which `bad` and `wrong` fail, and `needs` needs `bad`."""
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    world.package("good", answering(ok(objects=[good])))
    world.package("bad", answering(err("no")))
    world.package("wrong", answering(ok()), inputs={"properties": {"size": {"type": "integer"}}})
    world.release("good", namespace="a")
    world.release("bad")
    world.release("needs", "good", edges={"b": "install bad"}, stage=1)
    world.release("wrong", inputs={"size": "x"})
    world.release(
        "patched", "good", patches=(Patch(select=Selector(kind="X"), merge={"a": 1}),), stage=1
    )


def test_the_first_step_that_fails_ends_rendering(world: Any) -> None:
    """Inputs of all releases are looked at before any package runs."""
    failing(world)

    with pytest.raises(DocumentError) as caught:
        world.render()

    assert (
        "the inputs of `wrong` do not fit `starter/test/wrong@1.0.0`\n"
        '  inputs.size: "x" is not an integer' == str(caught.value)
    )


def test_several_failures_are_told_together(world: Any) -> None:
    """What fails in the same step is one error with all of them."""
    world.package("bad", answering(err("no")))
    world.release("one", "bad")
    world.release("two", "bad")

    with pytest.raises(RenderError) as caught:
        world.render()

    assert "render-failed" == caught.value.reference
    assert (
        "2 releases cannot be rendered\n"
        "  `starter/test/bad@1.0.0` says: no [package-failed]\n"
        "    while rendering `one` (starter/test/bad@1.0.0)\n"
        "  `starter/test/bad@1.0.0` says: no [package-failed]\n"
        "    while rendering `two` (starter/test/bad@1.0.0)" == str(caught.value)
    )


def test_rendering_can_go_on_without_what_fails(world: Any) -> None:
    """With `keep_going` the rest is rendered, and every failure is told with its release."""
    failing(world)
    rendered = world.render(keep_going=True)

    assert ["good"] == [release.name for release in rendered.releases]
    assert [
        ("bad", "`starter/test/bad@1.0.0` says: no"),
        ("wrong", "the inputs of `wrong` do not fit `starter/test/wrong@1.0.0`"),
        ("needs", "`needs` is not rendered, because it needs `bad`"),
        ("patched", "patch 1 of `patched` matches none of its manifests"),
    ] == [(failure.release, failure.error.message) for failure in rendered.failures]


def large(world: Any) -> Rendered:
    """Render twelve releases in three stages that take outputs, secrets and calls from each other."""
    secret = {"properties": {"password": {"writeOnly": True, "default": {"generate": 16}}}}
    config = {**CONFIG, "metadata": {"name": "HOLE"}}
    before, after = result(objects=[config], outputs={"a": "b"}, warnings=["w"]).split("HOLE")
    named = scripted(log(2, "l"), before, value("name"), after)
    request = call({"op": "call", "alias": "part"})
    world.package("part", named, inputs=secret)
    world.package("web", scripted(*request, log(1, "m"), before, value("name"), after))
    world.called("part")
    for number in range(12):
        edges = {"part": "call starter/test/part@1"}
        if number >= 4:
            edges["below"] = f"install r{number - 4}"
        world.release(f"r{number}", "web", edges=edges, stage=number // 4)
    return world.render()  # type: ignore[no-any-return]


def test_threads_change_nothing(new_world: Any) -> None:
    """One worker or eight, the memo empty or full: the result is the same."""
    first = new_world()
    expected = large(first)
    heard: list[list[Any]] = []
    memo = Memo()
    for workers in (1, 8, 8):
        heard.append([])
        assert expected == first.render(workers=workers, memo=memo, log=heard[-1].append)

    assert heard[0] == heard[1] == heard[2]
    assert 12 == len(expected.releases)


def test_a_package_that_fails_has_logged_something(new_world: Any) -> None:
    """What guests log is told in the order of the stage, also of those that fail, whatever becomes of others."""
    world, refusal = new_world(), json.dumps(err("no"))
    world.package("good", scripted(log(2, "fine"), result()))
    world.package("bad", scripted(log(2, "about to fail"), refusal))
    world.package("part", scripted(log(1, "within"), result()))
    request = call({"op": "call", "alias": "part"})
    world.package("caller", scripted(*request, log(1, "then"), refusal))
    world.called("part")
    world.release("a", "bad")
    world.release("b", "good")
    world.release("c", "caller", edges={"part": "call starter/test/part@1"})
    expected = [
        ("a", 2, "about to fail"),
        ("b", 2, "fine"),
        ("c -> part", 1, "within"),
        ("c", 1, "then"),
    ]
    for options in ({"keep_going": True}, {"keep_going": True, "workers": 1}):
        heard: list[Any] = []
        world.render(log=heard.append, **options)
        assert expected == heard
    heard = []
    with pytest.raises(RenderError):
        world.render(log=heard.append)

    assert expected == heard


def test_what_is_remembered_needs_no_thread(
    new_world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads are for what has to run: the first time all of it, then what has changed, if that is not alone."""
    started: list[object] = []
    start = Runtime.start

    def counted(self: Runtime, work: Callable[[], None]) -> None:
        started.append(work)
        start(self, work)

    monkeypatch.setattr(Runtime, "start", counted)
    world, memo = new_world(), Memo()
    expected = large(world)
    assert expected == world.render(memo=memo)
    some = len(started)
    assert expected == world.render(memo=memo)
    assert some == len(started)
    world.configurations["r0"] = Configuration(inputs={"more": 1})
    world.configurations["r1"] = Configuration(inputs={"more": 1})
    world.render(memo=memo)

    assert 0 < some < len(started)


def test_what_is_in_the_memo_does_not_run_again(world: Any, tmp_path: Path) -> None:
    """Rendering the same again loads no module; other outputs of a dependency do."""
    world.package("db", mirror())
    world.package("web", scripted(log(2, "again"), result()))
    world.release("db")
    world.release("web", edges={"db": "install db"}, stage=1)
    memo = Memo()
    first = world.render(memo=memo)
    (tmp_path / "web-1.0.0.mist-pack.wasm").unlink()

    assert first == world.render(memo=memo)
    world.configurations["db"] = Configuration(inputs={"size": 2})
    with pytest.raises(PackageError, match="cannot be read"):
        world.render(memo=memo)


def test_ctrl_c_ends_what_runs_in_threads(world: Any) -> None:
    """An interrupt ends guests in all threads, and arrives where rendering was asked for."""
    world.package("loop", scripted(LOOP))
    for name in ("one", "two", "three"):
        world.release(name, "loop")

    with pytest.raises(KeyboardInterrupt), ctrl_c_soon():
        world.render()


@contextmanager
def ctrl_c_soon() -> Iterator[None]:
    """Have Ctrl-C pressed while the block runs."""
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    yield


def test_a_package_that_is_not_there_is_told(world: Any) -> None:
    """A pin whose file was not fetched is an error, not a bug."""
    world.package("web", answering(ok()))
    world.release("web")
    world.packages.clear()

    with pytest.raises(RenderError, match="is not there"):
        world.render()
