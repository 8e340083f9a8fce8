"""The answer: a choice told in names, with every dependency and what meets it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from mistpm.errors import ResolutionError
from mistpm.model.inputs import secret_paths
from mistpm.model.resolution import Chosen, Computation, Edge
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.conditions import InvalidConditionError, paths_read
from mistpm.resolve.world.node import Context, Node, Requirement

_MOST_WAYS: Final = 10_000


class Way(Struct, frozen=True, kw_only=True, eq=False):
    """How a release comes to use a context: the aliases of the calls up to it, each with a dot."""

    context: Context
    path: str = ""


class Answer:
    """Tells a consistent choice as releases and called packages."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self._answered_for = _answered_for(choice)

    def releases(self) -> dict[str, Chosen]:
        """Give the releases by name."""
        nodes = [node for node in self.choice.places if node.kind != "called"]
        return {node.name: self._release(node) for node in nodes}

    def called(self) -> dict[str, Chosen]:
        """Give the called packages by key."""
        contexts: dict[Node, list[Context]] = {}
        for context in self.choice.contexts:
            if context.node.kind == "called":
                contexts.setdefault(context.node, []).append(context)
        return {node.name: self._called(node, uses) for node, uses in contexts.items()}

    def ways(self, release: Node) -> Iterator[Way]:
        """Walk from a release to everything whose dependencies it answers for, itself first.

        A way that comes back to where it was is not followed further.  Raises `ResolutionError`
        (`too-many-calls`) where calls are so entangled that there are more than ten thousand ways.
        """
        begin = Way(context=release.contexts[0])
        yield begin
        stack = [(begin.context, self._calls(begin))]
        above = {begin.context}
        walked = 0
        while stack:
            way = next(stack[-1][1], None)
            if way is None:
                above.discard(stack.pop()[0])
            elif way.context not in above:
                walked += 1
                if walked > _MOST_WAYS:
                    raise ResolutionError(
                        "too-many-calls",
                        f"`{release.name}` calls packages in more than {_MOST_WAYS} ways",
                        hint="packages that call each other so often have to be joined",
                    )
                yield way
                above.add(way.context)
                stack.append((way.context, self._calls(way)))

    def _calls(self, way: Way) -> Iterator[Way]:
        for requirement in self.choice.requirements(way.context):
            option = self.choice.target(requirement) if requirement.use == "call" else None
            if option is not None and option.context in self._answered_for:
                yield Way(context=option.context, path=f"{way.path}{requirement.alias}.")

    def _release(self, node: Node) -> Chosen:
        edges: list[Edge] = []
        when: dict[str, bool] = {}
        for way in self.ways(node):
            conditions, calls = self._conditions(way.context)
            for alias, holds in conditions.items():
                if not way.path or alias not in calls:
                    when[way.path + alias] = holds
            edges += [
                self._edge(requirement, way.path)
                for requirement in self.choice.requirements(way.context)
                if not way.path or requirement.use != "call"
            ]
        return Chosen(
            candidate=node.candidate(self.choice.places[node]),
            edges=tuple(sorted(edges, key=lambda edge: edge.alias)),
            when=dict(sorted(when.items())),
            reads=_reads(node),
            computation=_computation(node, self.choice.places[node]),
            requested=node.kind == "asked",
        )

    def _called(self, node: Node, contexts: list[Context]) -> Chosen:
        edges: dict[str, Edge] = {}
        when: dict[str, bool] = {}
        for context in contexts:
            conditions, calls = self._conditions(context)
            for alias in calls & conditions.keys():
                when[alias] = when.get(alias, False) or conditions[alias]
            for requirement in self.choice.requirements(context):
                if requirement.use == "call":
                    edges[requirement.alias] = self._edge(requirement, "")
        return Chosen(
            candidate=node.candidate(self.choice.places[node]),
            edges=tuple(edges[alias] for alias in sorted(edges)),
            when=dict(sorted(when.items())),
        )

    def _conditions(self, context: Context) -> tuple[dict[str, bool], set[str]]:
        """Give what a context's conditions decided, and which of its aliases are calls."""
        profile = context.node.listing.profile(self.choice.places[context.node])
        dependencies = profile.descriptor.dependencies
        calls = {
            alias
            for alias, dependency in dependencies.items()
            if dependency.api is None and dependency.use == "call"
        }
        return context.conditions[profile], calls

    def _edge(self, requirement: Requirement, path: str) -> Edge:
        option = self.choice.target(requirement)
        return Edge(
            alias=path + requirement.alias,
            use=requirement.use,
            requires=requirement.text,
            target=option.node.name if option is not None else requirement.given,
            optional=requirement.optional,
            computed=requirement.computed,
        )


def _answered_for(choice: Choice) -> set[Context]:
    """Find the contexts that need a release: they install something, or call what does."""
    callers: dict[Context, list[Context]] = {}
    waiting: deque[Context] = deque()
    for context in choice.contexts:
        for requirement in choice.requirements(context):
            option = choice.target(requirement) if requirement.use == "call" else None
            if option is not None and option.context is not None:
                callers.setdefault(option.context, []).append(context)
        descriptor = context.node.candidate(choice.places[context.node]).descriptor
        if any(
            d.api is not None or d.use == "install" for d in descriptor.dependencies.values()
        ) or any(requirement.mistake for requirement in choice.requirements(context)):
            waiting.append(context)
    found: set[Context] = set()
    while waiting:
        context = waiting.popleft()
        if context not in found:
            found.add(context)
            waiting.extend(callers.get(context, ()))
    return found


def _reads(node: Node) -> tuple[str, ...]:
    """Give the inputs that conditions of the package read, in any version, sorted."""
    paths: set[str] = set()
    for profile in node.listing.profiles:
        for dependency in profile.descriptor.dependencies.values():
            if dependency.when:
                try:
                    paths.update(paths_read(dependency.when))
                except InvalidConditionError:
                    continue  # an error if this version is chosen, else of no interest
    return tuple(sorted(paths))


def _computation(node: Node, place: int) -> Computation | None:
    """Give what the chosen version answered; secrets are what no version that can be asked is told."""
    schemas = [p.descriptor.inputs for p in node.listing.profiles if p.descriptor.computed]
    if not schemas:
        return None
    answer = node.answers.get(place)
    return Computation(
        answer=None if answer is None else dict(answer),
        secrets=tuple(sorted(frozenset.intersection(*map(secret_paths, schemas)))),
    )
