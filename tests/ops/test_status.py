"""Whether the target is as the environment wants it, and what the environment consists of."""

from __future__ import annotations

import pytest
from made_shop import Shop

from mistpm.errors import MistError
from mistpm.ops.options import Options
from mistpm.ops.settings.configuring import remove_releases
from mistpm.ops.status import ReleaseStatus, Status, status
from mistpm.ops.views.listing import list_releases

APP = {"app": {"package": "toy/apps/app", "version": "=1.0.0"}}


def states(shop: Shop) -> dict[str, str]:
    """Give the state of each release."""
    return {each.release: each.state for each in status(shop.open()).releases}


def test_before_the_first_installation_nothing_is_applied(shop: Shop) -> None:
    """Asking writes nothing."""
    shop.write(releases=APP)
    found = status(shop.open())

    assert (False, "shop", "directory ./deploy") == (
        found.is_current,
        found.environment,
        found.target,
    )
    assert dict.fromkeys(("app", "db", "meter"), "not applied") == states(shop)
    assert [shop.file] == list(shop.folder.iterdir())


def test_after_an_installation_everything_is_as_wanted(shop: Shop) -> None:
    """With the version that is locked and the one that was applied."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()

    assert Status(
        environment="shop",
        target="directory ./deploy",
        is_current=True,
        releases=(
            ReleaseStatus(
                release="one",
                package="toy/apps/lonely",
                version="1.0.0",
                applied="1.0.0",
                state="as wanted",
                resources=1,
            ),
        ),
    ) == status(shop.open())


def test_a_file_that_was_edited_by_hand_is_drift(shop: Shop) -> None:
    """So is one that is gone; the others are as wanted."""
    shop.write(releases=APP)
    shop.install()
    [edited] = shop.deploy.glob("app/*.yaml")
    edited.write_text(edited.read_text() + "# mine\n")
    [gone] = shop.deploy.glob("db/*-configmap-*")
    gone.unlink()
    found = status(shop.open())

    assert {"app": "differs", "db": "differs", "meter": "as wanted"} == states(shop)
    assert not found.is_current
    assert [
        ("update ConfigMap default/app: edited by hand since it was written",),
        ("create ConfigMap default/db: its file is missing",),
        (),
    ] == [each.differences for each in found.releases]
    assert "# mine" in edited.read_text()


def test_a_changed_environment_differs_from_what_is_applied(shop: Shop) -> None:
    """Another version, another release, one that is gone with all that it needed."""
    shop.write(releases=APP)
    shop.install()
    shop.edit("version: =1.0.0", "version: =1.1.0")
    shop.edit("releases:\n", "releases:\n  one: {package: toy/apps/lonely}\n")

    assert {"app": "differs", "db": "as wanted", "meter": "as wanted", "one": "not applied"} == (
        states(shop)
    )
    [app, *_] = status(shop.open()).releases
    assert ("1.1.0", "1.0.0") == (app.version, app.applied)
    remove_releases(Options(), ("app",))
    assert {
        "app": "to be removed",
        "db": "to be removed",
        "meter": "to be removed",
        "one": "not applied",
    } == states(shop)
    [app, *_] = status(shop.open()).releases
    assert ("toy/apps/app", "", "1.0.0") == (app.package, app.version, app.applied)


def test_a_release_without_a_solution_has_no_status(shop: Shop) -> None:
    """The error says why."""
    shop.write(releases={"db": {"package": "toy/data/db", "version": "^7"}})
    with pytest.raises(MistError) as caught:
        status(shop.open())

    assert "version-conflict" == caught.value.reference


def listed(shop: Shop) -> list[tuple[str, str, str, str]]:
    """Give what `mistpm list` shows."""
    return [
        (each.release, each.package, each.version, each.needed_by)
        for each in list_releases(shop.open())
    ]


def test_releases_are_listed_in_the_file_s_order(shop: Shop) -> None:
    """Then those that were pulled in; before the lock nothing has a version."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}, **APP})

    assert [("one", "toy/apps/lonely", "", ""), ("app", "toy/apps/app", "", "")] == listed(shop)
    shop.install()
    assert [
        ("one", "toy/apps/lonely", "1.0.0", ""),
        ("app", "toy/apps/app", "1.0.0", ""),
        ("db", "toy/data/db", "1.1.0", "app"),
        ("meter", "toy/watch/meter", "1.1.0", "app"),
    ] == listed(shop)


def test_what_nobody_needs_any_more_is_listed_until_it_is_gone(shop: Shop) -> None:
    """The file changed, the lock did not yet."""
    shop.write(releases=APP)
    shop.install()
    remove_releases(Options(), ("app",))

    assert [("app", "nobody any more"), ("db", "app"), ("meter", "app")] == [
        (release, needed_by) for release, _, _, needed_by in listed(shop)
    ]


def test_a_kustomization_that_is_gone_is_no_matter_of_a_release(shop: Shop) -> None:
    """The releases are as wanted, the environment is not."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    shop.install()
    (shop.deploy / "kustomization.yaml").unlink()
    found = status(shop.open())

    assert {"one": "as wanted"} == states(shop)
    assert not found.is_current
    assert (
        "create Kustomization.kustomize.config.k8s.io kustomization.yaml: its file is missing",
    ) == found.differences
    shop.install()
    assert status(shop.open()).is_current


def test_what_is_wanted_may_not_be_known(shop: Shop) -> None:
    """Then files are compared with what was written last, as on a cluster."""
    shop.write(releases=APP)
    shop.install()
    [edited] = shop.deploy.glob("app/*.yaml")
    edited.write_text(edited.read_text() + "# mine\n")
    [gone] = shop.deploy.glob("db/*-configmap-*")
    gone.unlink()
    shop.edit("=1.0.0", "=7")
    found = status(shop.open())

    assert [
        ("app", "", "1.0.0", "differs"),
        ("db", "", "1.1.0", "differs"),
        ("meter", "", "1.1.0", "as applied"),
    ] == [(each.release, each.version, each.applied, each.state) for each in found.releases]
    assert [
        ("update ConfigMap default/app: edited by hand since it was written",),
        ("create ConfigMap default/db: its file is missing",),
        (),
    ] == [each.differences for each in found.releases]
    assert (False, "`app` cannot be resolved") == (found.is_current, found.unknown_because[0])


def test_what_could_not_be_rendered_was_not_applied(shop: Shop) -> None:
    """The lock has it, the target does not; once nobody asks for it, it is not told of."""
    lonely = {"package": "toy/apps/lonely", "inputs": {"text": "fail"}}
    shop.write(releases={"bad": lonely, "good": {"package": "toy/apps/app"}, "worse": lonely})
    shop.install(keep_going=True)
    before = status(shop.open())
    remove_releases(Options(), ("worse",))
    after = status(shop.open())

    rest = [(name, "1.1.0", "as applied") for name in ("db", "good", "meter")]
    assert [("bad", "", "not applied"), *rest, ("worse", "", "not applied")] == told(before)
    assert [("bad", "", "not applied"), *rest] == told(after)
    assert "2 releases cannot be rendered" == before.unknown_because[0]


def told(found: Status) -> list[tuple[str, str, str]]:
    """Give of each release what was applied, and how it is."""
    return [(each.release, each.applied, each.state) for each in found.releases]
