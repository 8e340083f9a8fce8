"""What an environment says beside its releases: settings, targets, what is provided."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from made_shop import READING, Shop

from mistpm.errors import DocumentError, MistError, ResolutionError, UsageError
from mistpm.ops.proposing import Proposal

APP = {"app": {"package": "toy/apps/app"}}


def refusal(shop: Shop, **options: Any) -> MistError:
    """Give the error that proposing ends with."""
    with pytest.raises(MistError) as caught:
        shop.propose(**options)
    return caught.value


def resources(proposal: Proposal, release: str) -> list[str]:
    """Give what a release renders."""
    [found] = [each for each in proposal.desired.releases if each.name == release]
    return sorted(str(manifest.id) for manifest in found.manifests)


def test_settings_configure_what_is_pulled_in(shop: Shop) -> None:
    """Its version, name, namespace, inputs and patches."""
    shop.write(
        releases=APP,
        settings={
            "toy/data/db": {
                "version": "1.0.x",
                "name": "store",
                "namespace": "data",
                "inputs": {"size": 7},
                "patches": [{"select": {"kind": "ConfigMap"}, "merge": {"data": {"more": "yes"}}}],
            },
            "toy/apps/lonely": {"inputs": {"text": "nobody"}},
        },
    )
    shop.install()

    assert {"app": "1.1.0", "meter": "1.1.0", "store": "1.0.0"} == shop.versions()
    assert {"size": "7", "version": "1.0.0", "more": "yes"} == shop.config("store")
    assert {"db": "store", "version": "1.1.0"} == shop.config("app")
    assert (shop.deploy / "store" / "31-configmap-data-store.yaml").exists()


def test_settings_do_not_configure_what_is_asked_for(shop: Shop) -> None:
    """A release of the file says everything itself."""
    shop.write(
        releases={"db": {"package": "toy/data/db", "version": "^1"}},
        settings={"toy/data/db": {"version": "1.0.x", "namespace": "data", "inputs": {"size": 7}}},
    )
    proposal = shop.install()

    assert {"size": "1", "version": "1.1.0"} == shop.config("db")
    assert ["ConfigMap default/db", "PersistentVolumeClaim default/db"] == (
        resources(proposal, "db")
    )


def test_settings_bind_what_is_pulled_in(shop: Shop) -> None:
    """Of two releases, the one that is named."""
    shop.write(
        releases={
            "app": {"package": "toy/apps/app"},
            "one": {"package": "toy/data/backup", "version": "1.0.x"},
            "two": {"package": "toy/data/backup"},
        },
        settings={"toy/data/db": {"inputs": {"backup": True}, "bind": {"backup": "two"}}},
    )
    proposal = shop.propose()

    assert "two" == proposal.lockfile.releases["db"].dependencies["backup"].target
    shop.edit("      backup: two", "      backup: three")
    error = refusal(shop)
    assert isinstance(error, ResolutionError)
    assert "invalid-binding" == error.reference


def test_settings_rename_a_clash_away(shop: Shop) -> None:
    """A release of the file has the name that the package's would have."""
    shop.write(releases={**APP, "db": {"package": "toy/apps/lonely"}})

    assert "release-name-clash" == refusal(shop).reference
    shop.edit("releases:", "settings: {toy/data/db: {name: store}}\nreleases:")
    assert "store" in shop.propose().lockfile.releases


def test_a_package_has_one_setting(shop: Shop) -> None:
    """Two aliases of one registry name the same package."""
    shop.write(
        releases=APP,
        settings={"toy/data/db": {"inputs": {"size": 7}}, "mirror/data/db": {"namespace": "x"}},
    )
    shop.edit("../toy}", "../toy}, mirror: {directory: ../toy}")
    error = refusal(shop)

    assert isinstance(error, DocumentError)
    assert (
        "`mistpm.yaml` is not valid\n"
        "  mistpm.yaml: settings.mirror/data/db: this is the same package as `toy/data/db`"
    ) == str(error)


def test_all_packages_that_cannot_be_read_are_told(shop: Shop) -> None:
    """Each by its place."""
    shop.write(
        releases={"a": {"package": "redis"}},
        settings={"Redis/x": {}},
        provided={"packages": {"data/redis": "1.0.0"}},
    )
    error = refusal(shop)

    assert "invalid-environment" == error.reference
    assert [
        "mistpm.yaml: releases.a.package",
        "mistpm.yaml: settings.Redis/x",
        "mistpm.yaml: provided.packages.data/redis",
    ] == [": ".join(line.split(": ")[:2]) for line in error.context]


def test_what_is_provided_is_not_pulled_in(shop: Shop) -> None:
    """Packages and APIs that somebody else manages are facts."""
    shop.write(
        releases=APP,
        provided={"apis": [READING], "packages": {"toy/data/db": "1.0.5"}},
    )
    edges = shop.install().lockfile.releases["app"].dependencies

    assert {"db": "elsewhere", "version": "1.1.0"} == shop.config("app")
    assert {"db": "provided", "meter": "provided"} == {
        alias: edges[alias].target for alias in ("db", "meter")
    }


def test_a_provided_version_must_fit(shop: Shop) -> None:
    """It is fixed: nobody here can move it."""
    shop.write(releases=APP, provided={"packages": {"toy/data/db": "2.0.0"}})
    error = refusal(shop)

    assert "`app` cannot be resolved" == error.message
    assert "2.0.0" in " ".join(error.context)


TARGETS = {
    "targets": {
        "staging": {
            "directory": "./staging",
            "inputs": {"one": {"text": "staging"}, "db": {"size": 9}},
            "patches": {
                "one": [{"select": {"kind": "ConfigMap"}, "merge": {"data": {"where": "there"}}}]
            },
        },
        "prod": {"context": "prod"},
    }
}


def test_a_target_is_chosen_by_its_name(shop: Shop) -> None:
    """Its inputs and patches are laid upon the file's; the lock is the same."""
    shop.write(
        releases={
            "one": {
                "package": "toy/apps/lonely",
                "inputs": {"text": "here"},
                "patches": [{"merge": {"data": {"always": "yes"}}}],
            },
            "db": {"package": "toy/data/db", "version": "^1"},
        },
        **TARGETS,
    )
    shop.install()
    before = shop.lock.read_bytes()
    proposal = shop.install(target="staging")
    [file] = (shop.folder / "staging").glob("one/*.yaml")

    assert {"text": "here", "always": "yes"} == shop.config("one")
    assert {"text": "staging", "always": "yes", "where": "there"} == (
        yaml.safe_load(file.read_text())["data"]
    )
    assert "directory ./staging" == proposal.target
    assert before == shop.lock.read_bytes()
    assert shop.propose(target="staging").diff.is_empty
    assert shop.propose().diff.is_empty


def test_a_directory_can_be_named_on_the_command_line(shop: Shop) -> None:
    """Its path starts where the user is; nothing is laid upon the file's inputs."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}}, **TARGETS)
    shop.install(target="directory:../elsewhere")

    assert (shop.folder.parent / "elsewhere" / "one").is_dir()
    assert not shop.deploy.exists()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "stagign",
            "there is no target `stagign`\n"
            "  did you mean `staging`?\n"
            "hint: write directory:PATH, context:NAME, or a name that stands under `targets:` in mistpm.yaml",
        ),
        (
            "directory:",
            "there is no target `directory:`\n"
            "  known: `prod`, `staging`\n"
            "hint: write directory:PATH, context:NAME, or a name that stands under `targets:` in mistpm.yaml",
        ),
    ],
)
def test_a_target_that_cannot_be_used_is_told(target: str, expected: str, shop: Shop) -> None:
    """A typo, half a directory."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}}, **TARGETS)

    assert expected == str(refusal(shop, target=target))


def test_without_any_target_the_error_says_so(shop: Shop) -> None:
    """Neither the file nor the command line names one."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.edit("target: {directory: ./deploy}\n", "")

    assert (
        "no target is given, and there is no kubeconfig whose current context it could be\n"
        "hint: name one with --target directory:PATH or --context NAME, or write `target:` in mistpm.yaml"
    ) == str(refusal(shop))


def test_a_target_cannot_decide_which_packages_are_needed(shop: Shop) -> None:
    """The lock would not hold for it; an input of the same value changes nothing."""
    overlay = {"staging": {"directory": "./staging", "inputs": {"db": {"backup": True}}}}
    shop.write(releases={"db": {"package": "toy/data/db"}}, targets=overlay)
    error = refusal(shop, target="staging")

    assert isinstance(error, UsageError)
    assert (
        "the target changes `backup` of `db`, which decides which packages are needed\n"
        "hint: set it under `releases.db.inputs`, where it is part of the lock"
    ) == str(error)
    shop.edit("package: toy/data/db\n", "package: toy/data/db\n    inputs: {backup: true}\n")
    assert {"db", "backup"} == set(shop.propose(target="staging").lockfile.releases)


def test_a_target_can_configure_what_is_pulled_in(shop: Shop) -> None:
    """By its release's name, upon the settings."""
    shop.write(releases=APP, settings={"toy/data/db": {"inputs": {"size": 2}}}, **TARGETS)
    shop.install(target="staging")
    [file] = (shop.folder / "staging").glob("db/*-configmap-*.yaml")

    assert "9" == yaml.safe_load(file.read_text())["data"]["size"]


def test_names_that_configure_nothing_are_told(shop: Shop) -> None:
    """Mostly they were mistyped."""
    shop.write(releases={"won": {"package": "toy/apps/lonely"}}, **TARGETS)
    found = [each.path for each in shop.propose().findings if each.code == "unused-entry"]

    assert [
        "targets.staging.inputs.db",
        "targets.staging.inputs.one",
        "targets.staging.patches.one",
    ] == found


def test_what_is_set_or_provided_for_nothing_is_told(shop: Shop) -> None:
    """Packages that nothing pulls in, or requires; an API may be of use to a template."""
    shop.write(
        releases={"won": {"package": "toy/apps/lonely"}},
        settings={"toy/data/d": {"inputs": {"size": 2}}},
        provided={"packages": {"toy/data/db": "1.0.0"}, "apis": ["a.example.org/v1/Thing"]},
    )
    found = [
        f"{each.severity}: {each.message}"
        for each in shop.propose().findings
        if each.code == "unused-entry"
    ]

    assert [
        "info: `settings.toy/data/d` configures nothing: nothing pulls that package in",
        "info: `provided.packages.toy/data/db` meets nothing: nothing requires that package",
    ] == found


def test_a_range_of_unknown_kubernetes_versions_is_told(shop: Shop) -> None:
    """With those that are known."""
    shop.write(releases=APP)
    shop.edit('">=1.31 <1.33"', '"<1.2"')
    error = refusal(shop)

    assert "unknown-kubernetes" == error.reference
    assert (
        "`kubernetes: <1.2` in `mistpm.yaml` admits no Kubernetes version that is known"
        == error.message
    )
