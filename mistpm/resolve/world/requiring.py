"""What a version requires in a context: conditions decided, dependencies bound, options found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from mistpm.errors import RegistryError
from mistpm.model.cause import Requires, RequiresApi
from mistpm.model.descriptor import Dependency
from mistpm.model.inputs import completed, is_secret
from mistpm.model.presence import Api, is_built_in
from mistpm.model.question import Question
from mistpm.model.ranges import ANY
from mistpm.resolve.world.conditions import InvalidConditionError, evaluate, paths_read
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.node import Context, Mistake, Node, Option, Requirement
from mistpm.resolve.world.profile import Profile, Statement, statement
from mistpm.resolve.world.source import is_answer

if TYPE_CHECKING:
    from mistpm.resolve.world.universe import Universe


def require(universe: Universe, context: Context, profile: Profile) -> None:
    """Find what the versions of a profile require in a context, and admit what can meet it.

    What several profiles state alike is one requirement.  Without conditions it holds for all of these
    at once; a condition is decided for each profile by itself.
    """
    conditions: dict[str, bool] = {}
    found: list[Requirement] = []
    inputs: dict[str, Any] | None = None
    schema = profile.descriptor.inputs
    conditional = context.node.listing.is_conditional
    for stated in profile.statements:
        mistake = None
        # the same may be stated with another condition elsewhere, so this profile's own counts
        when = conditional and profile.descriptor.dependencies[stated.alias].when
        if when:
            if inputs is None:
                inputs = completed(context.inputs, schema)
            mistake = _mistake(context, when, inputs, schema)
            conditions[stated.alias] = mistake is not None or _holds(when, inputs)
            if not conditions[stated.alias]:
                continue
        requirement = _requirement(universe, context, stated, mistake)
        requirement.holders |= profile.mask if conditional else stated.mask
        found.append(requirement)
    context.requirements[profile] = tuple(found)
    context.conditions[profile] = conditions


def require_statement(universe: Universe, context: Context, statement: Statement) -> Requirement:
    """Find what one statement requires in a context, of a package without conditions."""
    requirement = _requirement(universe, context, statement, None)
    requirement.holders |= statement.mask
    return requirement


def require_computed(
    universe: Universe, context: Context, place: int, answer: Mapping[str, Dependency]
) -> None:
    """Find what the version at a bit answered that it requires besides, and admit what can meet it."""
    context.computed[place] = answered(universe, context, place, answer)


def answered(
    universe: Universe,
    context: Context,
    place: int,
    answer: Mapping[str, Dependency],
    asked: tuple[int, ...] = (),
) -> tuple[Requirement, ...]:
    """Give the requirements of an answer; `asked` tells apart what was answered to other questions."""
    found = []
    for alias, dependency in sorted(answer.items()):
        registry = context.node.package.registry
        stated = statement(alias, dependency, registry, 1 << place, asked)
        requirement = _requirement(universe, context, stated, None)
        requirement.holders |= stated.mask
        found.append(requirement)
    return tuple(found)


def given(question: Question, api: Api) -> Literal["", "kubernetes", "provided"]:
    """Tell who provides an API without any node: Kubernetes at all minors, or somebody outside."""
    if question.minors and all(is_built_in(api, minor) for minor in question.minors):
        return "kubernetes"
    return "provided" if api in question.provided_apis else ""


def _holds(expression: str, inputs: dict[str, Any]) -> bool:
    """Evaluate a condition; what is undecided counts as true."""
    return evaluate(expression, inputs).holds is not False


def _mistake(
    context: Context, expression: str, inputs: dict[str, Any], schema: dict[str, Any]
) -> Mistake | None:
    """Find what keeps a condition from being decided; calls may leave it undecided."""
    reason = ""
    try:
        secrets = [path for path in paths_read(expression) if is_secret(path, schema)]
        missing = evaluate(expression, inputs).missing
    except InvalidConditionError as error:
        reason = str(error)
    else:
        if secrets:
            reason = f"it reads the secret input `{secrets[0]}`"
        elif missing and context.node.kind != "called":
            reason = f"it reads the input `{missing[0]}`, which is not given and has no default"
    if not reason:
        return None
    return Mistake(kind="invalid-condition", expression=expression, reason=reason)


def _requirement(
    universe: Universe, context: Context, statement: Statement, mistake: Mistake | None
) -> Requirement:
    requirement = context.distinct.get((statement.key, mistake))
    if requirement is None:
        requirement = Requirement(context, statement, mistake)
        context.distinct[statement.key, mistake] = requirement
        if mistake is None:
            _BIND[statement.use](universe, requirement)
    return requirement


def _bind_install(universe: Universe, requirement: Requirement) -> None:
    context, package = requirement.context, requirement.named_package
    range_ = requirement.statement.dependency.version
    bound = universe.binder.bind(context.binding, requirement.alias, package)
    provided, reason = "", ""
    impossible = bound.release in universe.problem.absent
    if bound.to == "ambiguous":
        requirement.mistake = Mistake(kind="ambiguous-binding", package=package)
    elif bound.to == "foreign":
        requirement.mistake = Mistake(
            kind="invalid-binding", package=package, release=bound.release
        )
    elif bound.to == "provided":
        version = universe.question.provided_packages[package]
        provided = version.text
        requirement.given = "provided" if version in range_.versions else ""
    elif bound.release in universe.problem.gaps:
        requirement.leave_open(universe.problem.gaps[bound.release])
    elif impossible:
        reason = f"{bound.release} cannot be had itself"
    else:
        listing = universe.catalogue.listing(package)
        if isinstance(listing, RegistryError):
            reason = _unlisted(requirement, listing)
        else:
            eligible = universe.eligible(listing, range_)
            reason = unmet(listing, eligible)
            if eligible:
                name = bound.release
                node = universe.asked(name) if name else universe.pulled_in(listing)
                universe.admit(node, eligible)
                requirement.options = (Option(node=node, mask=eligible, context=node.contexts[0]),)
    requirement.cause = Requires(
        dependent=context.node.dependent,
        use="install",
        package=package,
        range=str(range_),
        bound=bound.release,
        provided=provided,
        unmet=reason,
        impossible=impossible,
        computed=requirement.computed,
    )


def _bind_call(universe: Universe, requirement: Requirement) -> None:
    caller, package = requirement.context, requirement.named_package
    dependency = requirement.statement.dependency
    if caller.binding.target(requirement.alias):
        requirement.mistake = Mistake(kind="invalid-binding")
    listing = universe.catalogue.listing(package)
    if isinstance(listing, RegistryError):
        reason = _unlisted(requirement, listing)
    else:
        binding = caller.binding.below(requirement.alias)
        eligible = universe.eligible(listing, dependency.version)
        offers = []
        for series, mask in listing.series.items():
            if mask & eligible:
                node = universe.called(listing, series)
                context = universe.context(node, dependency.with_, binding)
                offers.append((node, mask & eligible, context))
        requirement.options = _offer(universe, offers)
        reason = unmet(listing, eligible)
    requirement.cause = Requires(
        dependent=caller.node.dependent,
        use="call",
        package=package,
        range=str(dependency.version),
        unmet=reason,
        computed=requirement.computed,
    )


def _bind_api(universe: Universe, requirement: Requirement) -> None:
    """Leave the providers to the universe, which knows them when it has grown."""
    api, default = requirement.api, requirement.statement.default
    assert api is not None  # noqa: S101 - it requires an API
    requirement.cause = RequiresApi(
        dependent=requirement.context.node.dependent, api=str(api), computed=requirement.computed
    )
    requirement.given = given(universe.question, api)
    if default is not None and requirement.constrains:
        bound = universe.binder.bind(requirement.context.binding, requirement.alias, default)
        if bound.to == "foreign":
            requirement.mistake = Mistake(
                kind="invalid-binding", package=default, release=bound.release
            )
        if universe.is_growing:
            find_default(universe, requirement)


def find_default(universe: Universe, requirement: Requirement) -> None:
    """Find what a required API pulls in; asks for its package, so only where that can matter."""
    api, default = requirement.api, requirement.statement.default
    if api is None or default is None or not requirement.constrains:
        return
    bound = universe.binder.bind(requirement.context.binding, requirement.alias, default)
    listing = universe.catalogue.listing(default) if bound.to == "pulled-in" else None
    if isinstance(listing, RegistryError):
        _unlisted(requirement, listing)
    elif listing is not None:
        eligible = universe.eligible(listing, ANY) & listing.providing(api)
        if eligible:
            node = universe.pulled_in(listing)
            (requirement.default,) = _offer(universe, [(node, eligible, node.contexts[0])])


def _unlisted(requirement: Requirement, error: RegistryError) -> str:
    """Say why a package has no versions; where that is not known, the requirement stays open."""
    if not is_answer(error):
        requirement.leave_open(error)
    meant = (f" ({line})" for line in error.context if line.startswith("did you mean"))
    return error.message + "".join(meant)


def _offer(universe: Universe, offers: list[tuple[Node, int, Context]]) -> tuple[Option, ...]:
    """Make options of eligible versions, and let the universe consider these."""
    for node, eligible, _ in offers:
        universe.admit(node, eligible)
    return tuple(
        Option(node=node, mask=eligible, context=context) for node, eligible, context in offers
    )


_BIND: Final = {"install": _bind_install, "call": _bind_call, "api": _bind_api}


def unmet(listing: Listing, eligible: int) -> str:
    """Say why nothing is eligible, where that is so."""
    if eligible:
        return ""
    if not listing.candidates:
        return "it has no versions"
    newest = listing.candidates[0].version
    return f"the newest is {newest}{', a pre-release' if newest.is_prerelease else ''}"
