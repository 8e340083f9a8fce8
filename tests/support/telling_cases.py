"""Cases made by hand, each of which hangs on something that random ones seldom do."""

from __future__ import annotations

from itertools import combinations

from random_worlds import Case
from small_worlds import World, asking, dependency, holding, using

from mistpm.model.descriptor import Dependency
from mistpm.model.question import Held

API = "a.b/v1/K"


def telling_cases() -> list[Case]:
    """Give all of them."""
    return [
        one_way_of_calling_is_impossible(),
        *who_holds_only_itself_up(),
        *many_have_to_move(),
        few_series_do_for_many(),
        a_default_beside_another(),
        *owners_conflicts_and_clusters(),
        a_fixed_version_stays(),
        *what_comes_after_the_file(),
        *what_is_not_there(),
        packages_come_before_aliases(),
        *what_comes_into_sight_late(),
        a_pick_stays(),
        *each_version_suits_some(),
        *what_stays_goes_on_to_use(),
        seen_in_another_context(),
        more_versions_than_are_tried(),
    ]


def one_way_of_calling_is_impossible() -> Case:
    """Call a package in two ways, of which one requires what is not there."""
    world = World()
    world.add("x/a", "1.0.0", {"l": _calling(on=False)})
    world.add("x/a", "2.0.0", {"l": _calling(on=True)})
    world.add("x/lib", "1.0.0", {"d": dependency("x/gone", when="inputs.on")})
    return Case(world, asking({"a": "x/a"}), Held())


def seen_in_another_context() -> Case:
    """Let all versions of a called package be tried before somebody calls it in a way that none of them bears."""
    world = World().add("x/first", "1.0.0", {"l": _calling(on=False)})
    for version, gone in (("1.0.0", "x/gone"), ("1.1.0", "x/lost")):
        world.add("x/lib", version, {"d": dependency(gone, when="inputs.on")})
    other = dependency("call x/lib =1.1.0", with_={"on": False})
    world.add("x/second", "1.0.0").add("x/second", "2.0.0", {"l": other, "r": "x/refuses"})
    world.add("x/refuses", "1.0.0", conflicts=["x/first"])
    world.add("x/third", "1.0.0").add("x/third", "2.0.0", {"d": "x/deep"})
    world.add("x/deep", "1.0.0", {"l": "x/last <3"}).add("x/deep", "2.0.0", conflicts=["x/third"])
    world.add("x/last", "1.0.0 3.0.0").add("x/last", "2.0.0", {"l": _calling(on=True)})
    names = ("first", "second", "third", "last")
    return Case(world, asking({name: f"x/{name}" for name in names}), Held())


def who_holds_only_itself_up() -> list[Case]:
    """Make two that need each other, one of which would provide an API; a ring; an unneeded call."""
    world = World()
    world.add("x/shop", "0.9.0").add("x/shop", "1.0.0", {"k": f"api {API}"})
    world.add("x/other", "1.0.0", {"x": "x/one"}).add("x/other", "2.0.0")
    world.add("x/one", "1.0.0", {"two": "x/two"}, provides=[API])
    world.add("x/two", "1.0.0", {"one": "x/one"})
    ring = World()
    ring.add("x/shop", "0.9.0").add("x/shop", "1.0.0", {"k": f"api {API}"})
    ring.add("x/other", "1.0.0", {"c": "call x/way"}).add("x/other", "2.0.0")
    ring.add("x/way", "1.0.0 2.0.0", {"x": "x/one", "way": "call x/way ^1"})
    ring.add("x/one", "1.0.0", {"c": "call x/way"}, provides=[API])
    call = World()
    call.add("x/shop", "0.9.0").add("x/shop", "1.0.0", {"k": f"api {API}"})
    call.add("x/other", "1.0.0", {"u": "x/user"}).add("x/other", "2.0.0", {"l": _calling(on=False)})
    call.add("x/user", "1.0.0", {"l": _calling(on=True), "n": "x/gone"})
    call.add("x/lib", "1.0.0", {"p": dependency("x/one", when="inputs.on")})
    call.add("x/one", "1.0.0", provides=[API])
    orders = ({"shop": "x/shop", "other": "x/other"}, {"other": "x/other", "shop": "x/shop"})
    return [Case(each, asking(order), Held()) for each in (world, ring, call) for order in orders]


def _calling(*, on: bool) -> Dependency:
    return dependency("call x/lib", with_={"on": on})


def many_have_to_move() -> list[Case]:
    """Of held releases that cannot stay together, all but one have to move."""
    cases = []
    for count in (3, 5):
        world = World()
        names = [f"p{number}" for number in range(count)]
        for at, name in enumerate(names):
            refused = [f"x/{other} 1.0.0" for other in names[at + 1 :]]
            world.add(f"x/{name}", "1.0.0", conflicts=refused).add(f"x/{name}", "2.0.0")
        held = holding(**{name: f"x/{name} 1.0.0" for name in names})
        cases.append(Case(world, asking({name: f"x/{name}" for name in names}), held))
    return cases


def few_series_do_for_many() -> Case:
    """Callers that can each use several series, of which three are needed at least."""
    world = World()
    world.add("x/lib", "1.0.0 2.0.0 3.0.0 4.0.0 5.0.0")
    names = []
    for one, other in combinations(range(1, 6), 2):
        if (one, other) not in {(1, 5), (2, 4)}:
            names.append(f"c{one}{other}")
            world.add(f"x/{names[-1]}", "1.0.0", {"l": f"call x/lib ^{one} || ^{other}"})
    return Case(world, asking({name: f"x/{name}" for name in names}), Held())


def a_default_beside_another() -> Case:
    """Two APIs with defaults; what provides both is neither's own default of the first."""
    world = World()
    world.add("x/a", "1.0.0", {"k": f"api {API} default x/first"})
    world.add("x/b", "1.0.0", {"l": "api a.b/v1/L default x/second"})
    world.add("x/first", "1.0.0 1.1.0", provides=[API])
    world.add("x/second", "1.0.0 1.1.0", provides=["a.b/v1/L"])
    return Case(world, asking({"a": "x/a", "b": "x/b"}), Held())


def owners_conflicts_and_clusters() -> list[Case]:
    """Newest versions that cannot be chosen, or not together, one reason each."""
    owner = World().add("x/a", "1.0.0").add("x/a", "2.0.0", provides=[API])
    owner.add("x/b", "1.0.0").add("x/b", "2.0.0", provides=["a.b/v2/K"])
    refusing = World().add("x/a", "1.0.0").add("x/a", "2.0.0", conflicts=["x/b >=2"])
    refusing.add("x/b", "1.0.0 2.0.0")
    cluster = World().add("x/a", "1.0.0").add("x/a", "2.0.0", cluster=True)
    old = World().add("x/a", "1.0.0").add("x/a", "2.0.0", kubernetes="<1.33")
    old.add("x/b", "1.0.0").add("x/b", "2.0.0", yanked=True)
    both = asking({"a": "x/a", "b": "x/b"})
    return [
        Case(old, both, Held()),
        Case(old, asking({"b": "x/b >=2"}), Held()),
        Case(owner, both, Held()),
        Case(owner, asking({"a": "x/a"}, provided_apis=[API]), Held()),
        Case(refusing, both, Held()),
        Case(refusing, asking({"a": "x/a"}, provided={"x/b": "2.0.0"}), Held()),
        Case(cluster, asking({"a": "x/a", "b": "x/a"}), Held()),
    ]


def a_fixed_version_stays() -> Case:
    """Decide last what tells apart versions that were alike when theirs was decided."""
    world = World()
    world.add("x/a", "2.0.0 2.1.0").add("x/b", "1.0.0", {"c": "call x/c"})
    world.add("x/c", "1.0.0", {"d": "x/d"}).add("x/c", "2.0.0", {"d": "x/gone"})
    world.add("x/d", "1.0.0").add("x/d", "2.0.0", {"a": "x/a <2.1"})
    return Case(world, asking({"a": "x/a", "b": "x/b"}), Held())


def what_comes_after_the_file() -> list[Case]:
    """Versions and series that are decided last, the newest of which some other thing forbids."""
    world = World()
    world.add("x/a", "1.0.0", {"c": "x/c", "l": "call x/lib"})
    world.add("x/b", "1.0.0", {"c": "x/c <3", "l": "call x/lib <3", "m": "call x/more"})
    world.add("x/c", "1.0.0 3.0.0").add("x/c", "2.0.0 2.5.0", {"d": "x/d"})
    world.add("x/d", "1.0.0").add("x/d", "2.0.0", {"e": "x/e <2"}).add("x/d", "3.0.0", {"e": "x/e"})
    world.add("x/e", "1.0.0 1.1.0").add("x/e", "2.0.0", conflicts=["x/more >=2"])
    world.add("x/lib", "1.0.0 1.1.0 2.0.0 3.0.0").add("x/more", "1.0.0 2.0.0 3.0.0")
    defaults = World()
    defaults.add("x/a", "1.0.0", {"k": f"api {API} default x/first", "z": "x/z"})
    defaults.add("x/z", "1.0.0", {"k": "api a.b/v1/L default x/other"})
    defaults.add("x/first", "1.0.0 1.1.0", {"n": "x/n"}, provides=[API])
    defaults.add("x/first", "2.0.0", {"n": "x/n <2"}, provides=[API]).add("x/first", "3.0.0")
    defaults.add("x/other", "1.0.0", {"n": "x/n >=2"}, provides=["a.b/v1/L"])
    defaults.add("x/other", "0.9.0", provides=["a.b/v1/L"]).add("x/n", "1.0.0 2.0.0 2.1.0")
    both = asking({"a": "x/a", "b": "x/b"})
    held = holding(c="x/c 1.0.0", d="x/d 2.0.0", lib="x/lib@1 1.0.0", more="x/more@2 2.0.0")
    return [
        Case(world, both, Held()),
        Case(world, both, held),
        Case(world, asking({"b": "x/b", "e": "x/e"}), Held()),
        Case(defaults, asking({"a": "x/a"}), Held()),
        Case(defaults, asking({"first": "x/first", "a": "x/a"}), Held()),
    ]


def what_is_not_there() -> list[Case]:
    """Ask for a range that nothing is in, for what nobody has, and call what is not to be called."""
    world = World().add("x/a", "1.0.0")
    world.add("x/b", "1.0.0", {"l": "call x/lib"})
    world.add("x/lib", "1.0.0").add("x/lib", "1.1.0", cluster=True)
    world.add("x/lib", "1.2.0", provides=[API]).add("x/lib", "1.3.0", computed=True)
    return [
        Case(world, asking({"a": "x/a >=2"}), Held()),
        Case(world, asking({"a": "x/a", "b": "x/nowhere"}), Held()),
        Case(world, asking({"b": "x/b"}), Held()),
    ]


def what_comes_into_sight_late() -> list[Case]:
    """Offer a newer version that would call, or move, what no solution had so far."""
    calling = World().add("x/a", "1.0.0", {"c": "x/c"})
    calling.add("x/a", "2.0.0", {"c": "x/c <2", "g": "x/gone"}).add("x/lib", "1.0.0")
    calling.add("x/c", "1.0.0").add("x/c", "2.0.0", {"l": "call x/lib"})
    moving = World().add("x/a", "1.0.0", {"c": "x/c"})
    moving.add("x/a", "2.0.0", {"c": "x/c <2", "g": "x/gone"}).add("x/z", "1.0.0 2.0.0")
    moving.add("x/c", "1.0.0").add("x/c", "2.0.0", {"z": "x/z ^2"})
    asked = asking({"a": "x/a"})
    return [Case(calling, asked, Held()), Case(moving, asked, holding(z="x/z 1.0.0"))]


def a_pick_stays() -> Case:
    """Let a caller use either of two series, while something else is still to be decided."""
    world = World()
    world.add("x/a", "1.0.0", {"l": "call x/lib", "z": "x/z"})
    world.add("x/b", "1.0.0", {"l": "call x/lib ^1"}).add("x/d", "1.0.0", {"l": "call x/lib ^2"})
    world.add("x/lib", "1.0.0 1.1.0 2.0.0 2.1.0")
    world.add("x/z", "1.0.0").add("x/z", "2.0.0", {"y": "x/y"}).add("x/z", "3.0.0", {"y": "x/gone"})
    world.add("x/y", "1.0.0").add("x/y", "2.0.0", {"y": "x/gone"})
    return Case(world, asking({"a": "x/a", "b": "x/b", "d": "x/d"}), Held())


def each_version_suits_some() -> list[Case]:
    """Hold more than any version of what they share suits."""
    cases = []
    for count in (4, 5):
        world = World().add("x/p", " ".join(f"{number}.0.0" for number in range(1, count + 1)))
        names = []
        for one, other in combinations(range(1, count + 1), 2):
            names.append(f"q{one}{other}")
            world.add(f"x/{names[-1]}", "1.0.0", {"p": f"x/p ^{one} || ^{other}"})
            world.add(f"x/{names[-1]}", "2.0.0", {"p": "x/p"})
        held = holding(**{name: f"x/{name} 1.0.0" for name in names})
        cases.append(Case(world, asking({name: f"x/{name}" for name in names}), held))
    return cases


def more_versions_than_are_tried() -> Case:
    """Let each version require versions of its own, most of which are withdrawn, of one not what it needs."""
    world = World().add("x/alone", "1.0.0")
    for number in range(1, 31):
        version = f"{number}.0.0"
        world.add("x/choosy", version, {"n": f"x/near ={version}", "f": f"x/far ={version}"})
        world.add("x/near", version, yanked=number not in {15, 20})
        world.add("x/far", version, {"g": "x/gone"} if number == 20 else {})
    return Case(world, asking({"choosy": "x/choosy", "alone": "x/alone"}), Held())


def what_stays_goes_on_to_use() -> list[Case]:
    """Hold what calls, and what requires an API, where something else could meet that by now."""
    calling = World().add("x/a", "1.0.0", {"l": "call x/lib >=1"}).add("x/lib", "1.0.0 1.1.0 2.0.0")
    calling.add("x/b", "1.0.0", {"l": "call x/lib >=1"}).add("x/b", "2.0.0", {"l": "call x/lib ^2"})
    calling.add("x/b", "3.0.0", conflicts=["x/lib <1.1"])
    pins = holding(a="x/a 1.0.0", lib="x/lib@1 1.0.0")
    before = using(pins, {"a.l": "x/lib@1"})
    orders = ({"a": "x/a"}, {"a": "x/a", "b": "x/b <3"}, {"b": "x/b", "a": "x/a"})
    cases = [Case(calling, asking(order), before) for order in orders]
    cases.append(Case(calling, asking({"b": "x/b >=3", "a": "x/a"}), before))
    return [*cases, *_what_provides_goes_on_to()]


def _what_provides_goes_on_to() -> list[Case]:
    """Hold a provider beside which another comes first, or is brought along by a newcomer."""
    watched = World()
    for name in ("first", "second"):
        watched.add(f"x/{name}", "1.0.0", provides=[API])
        watched.add(f"x/by-{name}", "1.0.0", {"k": f"api {API} default x/{name}"})
    watched.add("x/new", "1.0.0").add("x/new", "2.0.0", {"f": "x/first"})
    watched.add("x/calls", "1.0.0", {"l": _calling(on=False)})
    watched.add("x/calls", "2.0.0", {"l": _calling(on=True), "n": "x/gone"})
    need = dependency(f"api {API} default x/second", when="inputs.on")
    watched.add("x/lib", "1.0.0", {"k": need})
    pins = holding(
        one="x/by-first 1.0.0",
        two="x/by-second 1.0.0",
        second="x/second 1.0.0",
        lib="x/lib@1 1.0.0",
    )
    before = using(pins, providers={API: "second"})
    both = {"one": "x/by-first", "two": "x/by-second"}
    return [
        Case(watched, asking(both), before),
        Case(watched, asking({"new": "x/new", **both}), before),
        Case(watched, asking({"calls": "x/calls", "new": "x/new"}), before),
    ]


def packages_come_before_aliases() -> Case:
    """Require two whose newest versions exclude each other, by aliases that sort the other way."""
    world = World().add("x/a", "1.0.0", {"first": "x/z", "second": "x/b"})
    world.add("x/b", "1.0.0").add("x/b", "2.0.0", conflicts=["x/z >=2"]).add("x/z", "1.0.0 2.0.0")
    return Case(world, asking({"a": "x/a"}), Held())
