"""Metadata is asked for only where it can matter, and what is far away level by level."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest
from made_registries import RegistryFolder, Request, WebServer, serving
from random_worlds import random_case, seeded
from small_worlds import World, asking, dependency, holding, package_id, setting, told

from mistpm.errors import ResolutionError
from mistpm.model.descriptor import Candidate
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import PackageId
from mistpm.model.presence import Api
from mistpm.registry import Registries
from mistpm.resolve import resolve
from mistpm.resolve.world.source import DistantSource, InMemorySource

DEPTH, WIDTH = 5, 6


class Far:
    """A world that is far away: records what it hears beforehand, level by level."""

    distant = True

    def __init__(self, world: World) -> None:
        self._world = world
        self.levels: list[list[str]] = []
        self.unexpected: list[str] = []
        self._expected: set[PackageId] = set()

    def expect(self, packages: Collection[PackageId]) -> None:
        """Take note of a round trip."""
        self.levels.append([str(package).removeprefix("starter/") for package in packages])
        self._expected.update(packages)

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Answer, and take note of what was not told before."""
        if package not in self._expected:
            self.unexpected.append(package)
        return self._world.candidates(package)

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Answer as the world does."""
        return self._world.providers(api)


def asked(world: World) -> list[str]:
    """Give what a world was asked for."""
    return [str(package).removeprefix("starter/") for package in world.asked_for]


def test_nothing_is_asked_for_that_no_choice_leads_to() -> None:
    """Older versions, conditions that do not hold, what is bound or provided: none of it is looked at."""
    world = World()
    world.add("apps/shop", "1.0.0", {"old": "x/old"})
    world.add(
        "apps/shop",
        "2.0.0",
        {
            "db": "data/pg ^16",
            "tls": dependency("x/certs", when="inputs.tls"),
            "cache": "x/provided",
            "api": "api apps/v1/Deployment default x/built-in",
            "log": "api a.b/v1/Log default x/logger",
            "engine": "call e/jinja ^1",
            "maybe": "optional api a.b/v1/Maybe",
        },
        inputs={"properties": {"tls": {"default": False}}},
    )
    world.add("data/pg", "16.0.0 17.0.0").add("x/unbound", "1.0.0").add("e/jinja", "1.0.0")
    question = asking(
        {"shop": "apps/shop", "db": "data/pg ^16"},
        provided={"x/provided": "1.0.0"},
        provided_apis=["a.b/v1/Log"],
        settings=[setting("x/unused")],
    )

    world.resolve(question)

    assert ["apps/shop", "data/pg", "e/jinja"] == asked(world)


def test_what_is_excluded_leads_nowhere_even_in_a_conflict() -> None:
    """Versions that are yanked, out of range or for other minors keep their branches away."""
    world = World()
    world.add("apps/shop", "3.0.0", {"x": "x/of-yanked"}, yanked=True)
    world.add("apps/shop", "2.0.0", {"x": "x/of-new"}, kubernetes=">=1.35")
    world.add("apps/shop", "1.1.0 1.0.0", {"db": "data/pg ^15"})
    world.add("apps/shop", "0.9.0", {"x": "x/of-old"})
    world.add("apps/blog", "1.0.0", {"db": "data/pg <17"})
    world.add("data/pg", "17.0.0", {"x": "x/of-17"})
    world.add("data/pg", "16.0.0", {"x": "x/of-16"})
    world.add("data/pg", "15.0.0").add("x/of-16", "1.0.0").add("x/of-17", "1.0.0")

    resolution = world.resolve(asking({"blog": "apps/blog", "shop": "apps/shop ^1"}))

    assert {"blog": "1.0.0", "pg": "15.0.0", "shop": "1.1.0"} == told(resolution)
    assert ["apps/blog", "apps/shop", "data/pg", "x/of-16"] == sorted(set(asked(world)))


def test_each_package_is_asked_for_once() -> None:
    """However often the search comes by, and whatever it has to explain."""
    world = World()
    world.add("apps/shop", "1.0.0 1.1.0", {"db": "data/pg ^15"})
    world.add("apps/blog", "1.0.0", {"db": "data/pg ^16", "gone": "x/gone"})
    world.add("data/pg", "15.0.0 16.0.0")

    world.resolve(asking({"shop": "apps/shop", "blog": "apps/blog"}))

    assert sorted(set(asked(world))) == sorted(asked(world))


def test_the_default_of_an_api_that_is_provided_is_not_asked_for() -> None:
    """A default matters only where nothing that is there anyway provides the API."""
    world = World()
    world.add("apps/shop", "1.0.0", {"m": "api a.b/v1/Metrics default x/metrics"})
    world.add("x/other", "1.0.0", provides=["a.b/v1/Metrics"])
    world.add("x/metrics", "1.0.0", provides=["a.b/v1/Metrics"])

    world.resolve(asking({"shop": "apps/shop", "other": "x/other"}))
    assert ["apps/shop", "x/other"] == asked(world)

    world.asked_for.clear()
    resolution = world.resolve(asking({"shop": "apps/shop"}))
    assert ["apps/shop", "x/metrics"] == asked(world)
    assert {"metrics": "1.0.0", "shop": "1.0.0"} == told(resolution)


def test_far_away_a_level_is_one_round_trip() -> None:
    """Everything that a level of the graph needs is told beforehand, and asked for afterwards."""
    world = World()
    world.add("apps/shop", "1.0.0", {"a": "x/a", "b": "call x/b", "m": "api a.b/v1/M default x/m"})
    world.add("apps/blog", "1.0.0", {"c": "x/c", "a": "x/a"})
    world.add("x/a", "1.0.0", {"d": "x/d"}).add("x/b", "1.0.0", {"e": "call x/e", "d": "x/d"})
    world.add("x/c", "1.0.0").add("x/d", "1.0.0").add("x/e", "1.0.0")
    world.add("x/m", "1.0.0", {"n": "x/n"}, provides=["a.b/v1/M"]).add("x/n", "1.0.0")
    far = Far(world)

    resolve(asking({"shop": "apps/shop", "blog": "apps/blog"}), far)

    assert isinstance(far, DistantSource)
    assert [
        ["apps/blog", "apps/shop"],
        ["x/a", "x/b", "x/c"],
        ["x/d", "x/e"],
        ["x/m"],
        ["x/n"],
    ] == far.levels
    assert [] == far.unexpected


def test_far_away_in_a_conflict() -> None:
    """Growing the universe goes level by level as well: over all versions, at once."""
    world = World()
    for number in range(9):
        world.add("apps/shop", f"1.{number}.0", {"a": f"x/a{number} ^1", "b": "x/b ^1"})
        world.add(f"x/a{number}", "1.0.0", {"b": "x/b ^2", "more": f"x/more{number}"})
        world.add(f"x/more{number}", "1.0.0")
    world.add("x/b", "1.0.0 2.0.0")
    far = Far(world)

    resolution = resolve(asking({"shop": "apps/shop"}), far)

    assert resolution.unresolved
    assert [] == far.unexpected
    assert 5 >= len(far.levels)
    assert sorted({each for level in far.levels for each in level}) == sorted(
        each for level in far.levels for each in level
    )


def test_the_answer_is_the_same_near_and_far() -> None:
    """Where a source is makes no difference to what comes out."""
    world = World()
    world.add("apps/shop", "1.0.0 1.1.0", {"db": "data/pg ^15", "c": "call x/c"})
    world.add("apps/blog", "1.0.0", {"db": "data/pg >=15", "c": "call x/c <2"})
    world.add("data/pg", "15.0.0 16.0.0").add("x/c", "1.0.0 2.0.0")
    question = asking({"shop": "apps/shop", "blog": "apps/blog"})
    held = holding(shop="apps/shop 1.0.0")

    assert resolve(question, world, held) == resolve(question, Far(world), held)


@pytest.mark.slow
def test_every_answer_is_the_same_near_and_far() -> None:
    """Versions, edges, causes and hints, to the letter."""
    for seed in range(150):
        world, question, held = random_case(seeded(seed))
        answers: list[object] = []
        for source in (world, Far(world)):
            try:
                answers.append(resolve(question, source, held, computing=world))
            except ResolutionError as error:
                answers.append(str(error))

        assert answers[0] == answers[1], seed


def test_a_mapping_is_a_source() -> None:
    """What is in memory needs no registry; it takes note of what was asked for."""
    world = World().add("apps/shop", "1.0.0", {"db": "data/pg"}).add("data/pg", "15.0.0 16.0.0")
    source = InMemorySource(world.packages)

    resolution = resolve(asking({"shop": "apps/shop", "odd": "apps/odd"}), source)

    assert {"pg": "16.0.0", "shop": "1.0.0"} == told(resolution)
    assert ["odd"] == [name for part in resolution.unresolved for name in part.releases]
    assert [package_id(name) for name in ("apps/shop", "apps/odd", "data/pg")] == source.asked


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    """Serve a graph of five levels of six packages, each requiring two of the next level."""
    folder = RegistryFolder(tmp_path / "registry")
    for level in range(DEPTH):
        for number in range(WIDTH):
            below = {
                f"d{step}": {"package": f"x/p{level + 1}-{(number + step) % WIDTH}"}
                for step in (range(2) if level < DEPTH - 1 else ())
            }
            folder.add(f"x/p{level}-{number}", "1.0.0", dependencies=below)
        folder.add(f"x/aside{level}", "1.0.0")
    folder.index()
    with serving(folder.path) as server:
        yield server


def open_web(tmp_path: Path, web: WebServer) -> Registries:
    """Open a served registry, with the cache of earlier runs."""
    return Registries(
        {"starter": RegistryEntry(http=web.url)}, base=tmp_path, cache=tmp_path / "cache"
    )


def meet(web: WebServer) -> None:
    """Let no request of a level be answered before all of that level have come."""
    for level in range(DEPTH):
        barrier = threading.Barrier(WIDTH)

        def wait(request: Request, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(120)
            web.serve(request)

        for number in range(WIDTH):
            web.odd[f"/index/x/p{level}-{number}.jsonl"] = wait


def test_round_trips_over_http_are_levels(tmp_path: Path, web: WebServer) -> None:
    """A web server answers no request of a level alone, and still everything is there in the end."""
    meet(web)
    question = asking({f"r{number}": f"x/p0-{number}" for number in range(WIDTH)})

    resolution = resolve(question, open_web(tmp_path, web))

    assert DEPTH * WIDTH == len(resolution.releases)
    indexes = [path for path in web.seen if path.startswith("/index/")]
    assert sorted(set(indexes)) == sorted(indexes)
    assert DEPTH * WIDTH == len(indexes)
    assert ["/registry.yaml"] == [path for path in web.seen if path not in indexes]


def test_the_next_run_asks_what_changed(tmp_path: Path, web: WebServer) -> None:
    """Every index is asked for once in a run with its ETag, and no body is sent again."""
    meet(web)
    question = asking({f"r{number}": f"x/p0-{number}" for number in range(WIDTH)})
    first = resolve(question, open_web(tmp_path, web))
    before, bodies = sorted(web.seen), web.bodies
    web.seen.clear()
    meet(web)

    assert first == resolve(question, open_web(tmp_path, web))
    assert before == sorted(web.seen)
    assert bodies == web.bodies
