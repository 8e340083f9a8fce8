"""What an environment consists of."""

from __future__ import annotations

from made_shop import Shop

from mistpm.ops.views.listing import ListedRelease, list_releases

RELEASES = {
    "store": {"package": "toy/data/db", "version": "^1"},
    "app": {"package": "toy/apps/app"},
}


def rows(shop: Shop) -> list[str]:
    """List the releases in a line each."""
    return [
        f"{each.release} {each.package} {each.version or '-'} {each.needed_by or 'you'}"
        for each in list_releases(shop.open())
    ]


def test_what_was_not_locked_yet_has_no_version(shop: Shop) -> None:
    """The file's releases in its order, and nothing else is known."""
    shop.write(releases=RELEASES)

    assert ["store toy/data/db - you", "app toy/apps/app - you"] == rows(shop)


def test_what_was_pulled_in_comes_after(shop: Shop) -> None:
    """With those that need it."""
    shop.write(releases={**RELEASES, "other": {"package": "toy/apps/app"}})
    shop.install()

    assert [
        "store toy/data/db 1.1.0 you",
        "app toy/apps/app 1.1.0 you",
        "other toy/apps/app 1.1.0 you",
        "meter toy/watch/meter 1.1.0 app, other",
    ] == rows(shop)


def test_what_the_file_does_not_ask_for_any_more_is_told(shop: Shop) -> None:
    """The lock has it until it is solved again."""
    shop.write(releases=RELEASES)
    shop.install()
    shop.write(releases={"store": RELEASES["store"]})

    assert [
        "store toy/data/db 1.1.0 you",
        "app toy/apps/app 1.1.0 nobody any more",
        "meter toy/watch/meter 1.1.0 app",
    ] == rows(shop)


def test_an_environment_may_be_empty(shop: Shop) -> None:
    """Then there is nothing to list."""
    shop.write()

    assert () == list_releases(shop.open())


def test_a_release_is_listed_with_all_that_is_known(shop: Shop) -> None:
    """As programs read it."""
    shop.write(releases={"db": {"package": "toy/data/db"}})
    shop.install()

    assert (
        ListedRelease(release="db", package="toy/data/db", version="2.0.0", needed_by=""),
    ) == list_releases(shop.open())
