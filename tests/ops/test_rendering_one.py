"""Rendering for its own sake: nothing is written, no target is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_shop import Shop

from mistpm.errors import CheckError, MistError
from mistpm.ops.options import Options
from mistpm.ops.packages.rendering_one import (
    RenderReport,
    render_environment,
    render_package,
    require_rendered,
)
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.adding import Addition

RELEASES: dict[str, Any] = {
    "app": {"package": "toy/apps/app"},
    "text": {"package": "toy/apps/lonely", "inputs": {"text": "hi"}},
}


def package(name: str, text: str, **given: Any) -> RenderReport:
    """Render one package."""
    return render_package(Options(), Addition(name=name, package=text, **given), Reporter())


def environment(*names: str, **options: Any) -> RenderReport:
    """Render releases of the environment."""
    return render_environment(Options(**options), names, Reporter())


def told(report: RenderReport) -> dict[str, dict[str, str]]:
    """Give the data of each release's ConfigMap."""
    return {
        release.name: manifest.data["data"]
        for release in report.releases
        for manifest in release.manifests
        if manifest.id.kind == "ConfigMap"
    }


def test_one_package_is_rendered_with_what_it_needs(shop: Shop) -> None:
    """Only its own manifests are given; nothing of the file's releases plays a part."""
    shop.write(releases={"other": {"package": "toy/nowhere/at-all"}})

    assert {"mine": {"db": "db", "version": "1.1.0"}} == told(package("mine", "toy/apps/app"))
    assert not shop.lock.exists()
    assert not shop.deploy.exists()


def test_a_version_and_inputs_are_given_on_the_command_line(shop: Shop) -> None:
    """As for `install`."""
    shop.write()

    assert {"mine": {"text": "yes"}} == told(
        package("mine", "toy/apps/lonely:1.0.0", settings=("text: 'yes'",))
    )


def test_the_files_settings_and_kubernetes_count(shop: Shop) -> None:
    """What is pulled in is configured, and must fit the environment's Kubernetes versions."""
    shop.write(settings={"toy/data/db": {"name": "store", "bind": {"backup": "gone"}}})

    assert {"mine": {"db": "store", "version": "1.1.0"}} == told(package("mine", "toy/apps/app"))
    with pytest.raises(MistError) as caught:
        package("mine", "toy/watch/meter:2.0.0")
    assert "version-conflict" == caught.value.reference


def test_a_package_is_rendered_without_an_environment(shop: Shop, packages: Path) -> None:
    """From a file that needs nothing of a registry."""
    [module] = packages.glob("engines/jinja/*.wasm")
    (shop.folder / "mine.wasm").write_bytes(module.read_bytes())
    with pytest.raises(MistError) as caught:
        package("mine", "./mine.wasm")

    assert caught.value.reference in {"package-failed", "render-failed"}
    assert not shop.file.exists()


def test_the_environment_is_rendered_from_its_lock(shop: Shop) -> None:
    """Or from a solution that is not kept."""
    shop.write(releases=RELEASES)
    whole = told(environment())

    assert {"app", "db", "meter", "text"} == set(whole)
    assert not shop.lock.exists()

    shop.install()
    shop.edit("text: hi", "text: there")

    assert {**whole, "text": {"text": "there"}} == told(environment())


def test_releases_are_named_in_any_way(shop: Shop) -> None:
    """By their own name or their package's."""
    shop.write(releases=RELEASES)

    assert {"db", "text"} == set(told(environment("data/db", "text")))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "engines/jinja",
            "`engines/jinja` is no release: it is called while others are rendered\n"
            "hint: `mistpm why engines/jinja` shows by whom",
        ),
        (
            "appp",
            "nothing in the lock is called `appp`\n"
            "  did you mean `app`?\n"
            "hint: `mistpm tree` shows everything that is there",
        ),
    ],
)
def test_what_is_no_release_cannot_be_rendered(shop: Shop, name: str, expected: str) -> None:
    """A name that means something else, or nothing."""
    shop.write(releases=RELEASES)
    with pytest.raises(MistError) as caught:
        environment(name)

    assert expected == str(caught.value)


def test_what_fails_is_left_out_where_that_is_allowed(shop: Shop) -> None:
    """The rest is given, and it is an error in the end."""
    shop.write(
        releases={**RELEASES, "text": {"package": "toy/apps/lonely", "inputs": {"text": "fail"}}}
    )
    with pytest.raises(MistError):
        environment()
    report = environment(keep_going=True)

    assert ({"app", "db", "meter"}, ("text",)) == (set(told(report)), report.left_out)
    assert ["left-out"] == [f.code for f in report.findings if f.release == "text"]
    with pytest.raises(CheckError) as caught:
        require_rendered(report)
    assert "`text` could not be rendered\nhint: the rest is there" == str(caught.value)
    require_rendered(environment("app", keep_going=True))


def test_no_others_are_run_than_those_that_are_named(shop: Shop) -> None:
    """What fails elsewhere, or has no solution, is no matter of theirs; what they need is rendered first."""
    failing = {"package": "toy/apps/lonely", "inputs": {"text": "fail"}}
    shop.write(releases=RELEASES)
    whole = told(environment())
    shop.write(releases={**RELEASES, "bad": failing, "worse": failing})
    assert {"app": whole["app"]} == told(environment("app"))
    assert ((), ()) == (environment("app").left_out, environment("app").findings)
    with pytest.raises(MistError) as caught:
        environment("text", "bad")
    assert "package-failed" == caught.value.reference

    unsolved = {"package": "toy/apps/lonely", "version": "^7"}
    shop.write(releases={**RELEASES, "bad": unsolved})

    assert {"text": whole["text"]} == told(environment("text"))
    for names in ((), ("bad",), ("app", "bad")):
        with pytest.raises(MistError) as caught:
            environment(*names)
        assert "`bad` cannot be resolved" == caught.value.message
