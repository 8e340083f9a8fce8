"""What holds of every question, however large: laws that need no oracle.

Each law takes a case and draws what else it needs; what breaks it fails as an assertion.  It tells
whether the case said anything about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from brute_force_comparison import MISTAKES, resolution_of
from msgspec.structs import replace
from random_worlds import Case, Chance, random_case
from renamed_worlds import Names, beside, renamed
from small_worlds import World
from smaller_worlds import copied, smaller_candidates

from mistpm.errors import ResolutionError
from mistpm.lock.from_resolution import held_by, lock_resolution
from mistpm.lock.lockfile_document import format_lockfile
from mistpm.lock.question_digest import Asked
from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.lockfile import Lockfile
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution
from mistpm.model.version import parse_version
from mistpm.resolve import Effort, resolve

T = TypeVar("T")
Law = Callable[[Case, Chance], bool]


def lock_text(case: Case) -> str:
    """Give the lock that a case leads to, or the error that it ends in."""
    resolution = resolution_of(case)
    if isinstance(resolution, ResolutionError):
        return str(resolution)
    return format_lockfile(lock_of(case, resolution))


def lock_of(case: Case, resolution: Resolution, before: Lockfile | None = None) -> Lockfile:
    """Give the lock that an answer to a case is written as."""
    return lock_resolution(resolution, Asked(question=case.question), before)


def solved(case: Case) -> Resolution | None:
    """Resolve a case; nothing if a part of it has no solution, or if it runs into a mistake."""
    resolution = resolution_of(case)
    if isinstance(resolution, ResolutionError) or resolution.unresolved:
        return None
    return resolution


def told(resolution: Resolution) -> dict[str, str]:
    """Give every chosen version with its edges."""
    chosen = {**resolution.releases, **resolution.called}
    return {name: f"{one.candidate} {one.edges} {one.when}" for name, one in chosen.items()}


def versions(resolution: Resolution) -> dict[str, str]:
    """Give every chosen version."""
    chosen = {**resolution.releases, **resolution.called}
    return {name: str(one.candidate.version) for name, one in chosen.items()}


# --- what must not matter ------------------------------------------------------------------------


def orders_do_not_matter(case: Case, chance: Chance) -> bool:
    """Registries, versions and the keys of every mapping may come in any order: same bytes."""
    question, held = case.question, case.held
    other = Case(
        _shuffled_world(case.world, chance),
        replace(
            question,
            releases=tuple(
                replace(
                    wanted,
                    bind=_shuffled(wanted.bind, chance),
                    inputs=_shuffled(wanted.inputs, chance),
                )
                for wanted in question.releases
            ),
            settings=tuple(_in_other_order(question.settings, chance)),
            provided_apis=tuple(_in_other_order(question.provided_apis, chance)),
            provided_packages=_shuffled(question.provided_packages, chance),
        ),
        replace(
            held,
            releases=_shuffled(held.releases, chance),
            called=_shuffled(held.called, chance),
            calls=_shuffled(held.calls, chance),
            providers=_shuffled(held.providers, chance),
        ),
    )
    assert lock_text(case) == lock_text(other)
    return True


def _shuffled_world(world: World, chance: Chance) -> World:
    other = World()
    for package, candidates in _shuffled(world.packages, chance).items():
        other.packages[package] = [
            replace(
                candidate,
                descriptor=replace(
                    candidate.descriptor,
                    dependencies=_shuffled(candidate.descriptor.dependencies, chance),
                    inputs=_shuffled(candidate.descriptor.inputs, chance),
                ),
            )
            for candidate in _in_other_order(candidates, chance)
        ]
    other.answers = {key: _shuffled(needs, chance) for key, needs in world.answers.items()}
    return other


def _shuffled(mapping: dict[Any, T], chance: Chance) -> dict[Any, T]:
    return dict(_in_other_order(list(mapping.items()), chance))


def _in_other_order(things: Any, chance: Chance) -> list[Any]:
    waiting, found = list(things), []
    while waiting:
        found.append(waiting.pop(chance.pick(range(len(waiting)))))
    return found


def names_of_releases_do_not_matter(case: Case, chance: Chance) -> bool:
    """Releases that are called otherwise, in the same order, get the same versions."""
    del chance
    backwards = {f"r{number}": f"s{9 - number}" for number in range(10)}
    names = Names(releases=lambda name: backwards.get(name, name))
    _check_renamed(case, names)
    return True


def names_matter_by_their_order_alone(case: Case, chance: Chance) -> bool:
    """Find that other names of packages and aliases do nothing, as long as they sort alike."""
    del chance
    _check_renamed(case, Names(packages=lambda name: f"p1.{name}", aliases=lambda a: f"a-{a}"))
    return True


def _check_renamed(case: Case, names: Names) -> None:
    resolution, other = resolution_of(case), resolution_of(renamed(case, names))
    if isinstance(resolution, ResolutionError) or isinstance(other, ResolutionError):
        assert getattr(resolution, "reference", None) == getattr(other, "reference", None)
        return
    expected = {names.place(name): text for name, text in versions(resolution).items()}
    assert expected == versions(other)
    failed = [tuple(map(names.release, part.releases)) for part in resolution.unresolved]
    assert failed == [part.releases for part in other.unresolved]


def the_objective_does_not_read_names(case: Case, chance: Chance) -> bool:
    """Whatever packages are called, as much changes, the file's releases are as new, and series as few."""
    backwards = {f"p{number}": f"p{9 - number}" for number in range(10)}
    names = Names(packages=lambda name: backwards.get(name, name))
    del chance
    resolution, other = solved(case), solved(renamed(case, names))
    if resolution is None or other is None:
        return False
    assert _value(case, resolution) == _value(renamed(case, names), other)
    return True


def _value(case: Case, resolution: Resolution) -> tuple[int, list[str], int]:
    """Give what the first three levels of the objective compare."""
    held, chosen = case.held, {**resolution.releases, **resolution.called}
    before = {
        name: version
        for name, (package, version) in held.releases.items()
        if name in chosen and chosen[name].candidate.package == package
    }
    changes = sum(
        chosen[name].candidate.version != version
        for name, version in {**before, **held.called}.items()
        if name in chosen and name not in held.free
    )
    asked = [str(resolution.releases[w.name].candidate.version) for w in case.question.releases]
    return changes, asked, len(resolution.called)


def what_cannot_be_chosen_does_not_matter(case: Case, chance: Chance) -> bool:
    """Versions that Kubernetes or their registry rule out leave everything as it is."""
    resolution = resolution_of(case)
    world = copied(case.world)
    for package, candidates in case.world.packages.items():
        added = [
            _out_of_reach(candidate, chance)
            for candidate in candidates
            if not candidate.version.is_prerelease and not candidate.version.build
        ]
        world.packages[package] = candidates + added
    other = resolution_of(case._replace(world=world))
    if isinstance(resolution, ResolutionError) or isinstance(other, ResolutionError):
        assert str(resolution) == str(other)
        return True
    if not resolution.unresolved:
        assert told(resolution) == told(other)
    return not resolution.unresolved


def _out_of_reach(candidate: Candidate, chance: Chance) -> Candidate:
    """Give a newer build of a version, so that every range has both or none, for nobody to choose."""
    version = parse_version(f"{candidate.version}+9")
    world = World().add(candidate.package, str(version), {"x": "x/nowhere", "y": "call x/other"})
    (other,) = world.packages[candidate.package]
    if chance.one_in(2):
        return replace(other, yanked="nobody wants it")
    never = World().add(candidate.package, "1.0.0", kubernetes="<1.0").packages[candidate.package]
    needed = never[0].descriptor.kubernetes
    return replace(other, descriptor=replace(other.descriptor, kubernetes=needed))


# --- less is never too much ----------------------------------------------------------------------


def less_is_never_too_much(case: Case, chance: Chance) -> bool:
    """Find that less to meet can be met as well, where nobody lives on what others bring along."""
    plain = _without_apis(case)
    if solved(plain) is None:
        return False
    for _ in range(3):
        package = chance.pick(sorted(plain.world.packages))
        candidates = list(plain.world.packages[package])
        place = chance.pick(range(len(candidates)))
        lesser = list(smaller_candidates(candidates[place]))
        if lesser:
            candidates[place] = chance.pick(lesser)
            world = copied(plain.world)
            world.packages[package] = candidates
            resolution = resolution_of(plain._replace(world=world))
            assert isinstance(resolution, ResolutionError) or () == resolution.unresolved
    return True


def _without_apis(case: Case) -> Case:
    """Leave out what requires an API, and conditions, which may hold because something is missing."""
    world = copied(case.world)
    for package, candidates in world.packages.items():
        world.packages[package] = [
            replace(
                candidate,
                descriptor=replace(
                    candidate.descriptor,
                    dependencies=_packages_alone(candidate.descriptor.dependencies),
                ),
            )
            for candidate in candidates
        ]
    world.answers = {key: _packages_alone(needs) for key, needs in world.answers.items()}
    return case._replace(world=world)


def _packages_alone(needs: dict[str, Dependency]) -> dict[str, Dependency]:
    return {
        alias: replace(need, when="") for alias, need in needs.items() if need.package is not None
    }


# --- what was held -------------------------------------------------------------------------------


def an_answer_as_lock_stays(case: Case, chance: Chance) -> bool:
    """Solved again with the answer held, a new question changes nothing, and is mostly not searched."""
    del chance
    new = case._replace(held=Held())
    resolution = solved(new)
    if resolution is None:
        return False
    effort = Effort()
    held = held_by(lock_of(new, resolution))
    again = resolve(new.question, new.world, held, computing=new.world, effort=effort)
    assert told(resolution) == told(again)
    if not (resolution.called or case.world.answers):
        assert effort.sat_calls == 0
    return True


def a_lock_of_a_lock_is_the_same(case: Case, chance: Chance) -> bool:
    """Solving again with the answer held gives the same bytes, whatever was held before.

    What is said of a part without a solution may depend on what was free or withdrawn before; from the
    second lock on it stays as well.
    """
    del chance
    first = _lock_after(case, None)
    second = _lock_after(case, first) if first is not None else None
    if first is None or second is None:
        assert first is None
        return False
    if not first.unresolved:
        assert format_lockfile(first) == format_lockfile(second)
    third = _lock_after(case, second)
    assert third is not None
    assert format_lockfile(second) == format_lockfile(third)
    return not first.unresolved


def _lock_after(case: Case, before: Lockfile | None) -> Lockfile | None:
    """Give the lock that follows on one, or on what the case holds; nothing after a mistake."""
    held = case.held if before is None else held_by(before)
    resolution = resolution_of(case._replace(held=held))
    if isinstance(resolution, ResolutionError):
        return None
    return lock_of(case, resolution, before)


def a_lock_moves_by_need_alone(case: Case, chance: Chance) -> bool:
    """Find that an upgrade of some moves nothing else that stays: what was held fits together."""
    resolution = solved(case)
    if resolution is None:
        return False
    before = versions(resolution)
    free = [name for name in sorted(before) if chance.one_in(2)]
    held = held_by(lock_of(case, resolution), frozenset(free))
    other = resolution_of(case._replace(held=held))
    if isinstance(other, ResolutionError):
        return False
    assert () == other.unresolved
    after = versions(other)
    stayed = before.keys() & after.keys() - set(free)
    assert {name: before[name] for name in stayed} == {name: after[name] for name in stayed}
    return True


def an_upgrade_of_everything_is_a_new_beginning(case: Case, chance: Chance) -> bool:
    """Where nothing is yanked, a lock of which all is free says nothing."""
    del chance
    world = copied(case.world)
    for package, candidates in world.packages.items():
        world.packages[package] = [replace(candidate, yanked=False) for candidate in candidates]
    new = Case(world, case.question, Held())
    resolution = solved(new)
    if resolution is None:
        return False
    free = frozenset([*case.held.releases, *case.held.called])
    other = solved(new._replace(held=replace(case.held, free=free)))
    assert other is not None
    assert told(resolution) == told(other)
    return True


# --- parts ---------------------------------------------------------------------------------------


def parts_do_not_see_each_other(case: Case, chance: Chance) -> bool:
    """Two questions that have nothing in common, asked at once, have the answers of each."""
    other = renamed(
        random_case(chance),
        Names(
            packages=lambda name: f"p9{name}",
            releases=lambda name: f"z{name}",
            api_groups=lambda group: f"z.{group}",
        ),
    )
    other = other._replace(question=_agreeing(other.question, case.question))
    both, one, two = map(resolution_of, (beside(case, other), case, other))
    if isinstance(one, ResolutionError) or isinstance(two, ResolutionError):
        assert isinstance(both, ResolutionError)
        assert both.reference in MISTAKES
        return False
    assert isinstance(both, Resolution)
    assert told(one) | told(two) == told(both)
    failed = [part.releases for part in (*one.unresolved, *two.unresolved)]
    assert failed == [part.releases for part in both.unresolved]
    return True


def _agreeing(question: Question, with_: Question) -> Question:
    return replace(question, minors=with_.minors, prereleases=with_.prereleases)


LAWS: Final[tuple[Law, ...]] = (
    orders_do_not_matter,
    names_of_releases_do_not_matter,
    names_matter_by_their_order_alone,
    the_objective_does_not_read_names,
    what_cannot_be_chosen_does_not_matter,
    less_is_never_too_much,
    an_answer_as_lock_stays,
    a_lock_of_a_lock_is_the_same,
    a_lock_moves_by_need_alone,
    an_upgrade_of_everything_is_a_new_beginning,
    parts_do_not_see_each_other,
)
