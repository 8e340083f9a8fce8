"""A choice: one version for every node that is needed, and how the nodes are used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mistpm.model.presence import Api
from mistpm.resolve.world.node import Context, Decision, Gap, Node, Option, Requirement


class Choice:
    """A solution of a part, or of everything.

    `places` has the needed nodes in breadth-first order, `contexts` how they are used, `picked` the
    series that each caller uses.
    """

    def __init__(
        self,
        places: dict[Node, int],
        contexts: Iterable[Context],
        picked: dict[Decision, Option],
    ) -> None:
        self.places = places
        self.contexts = tuple(contexts)
        self.picked = picked
        self._providers: dict[Api, Option] = {}
        for node, place in places.items():
            for api in node.candidate(place).descriptor.provides.apis:
                mask = node.listing.providing(api)
                self._providers.setdefault(api, Option(node=node, mask=mask))

    @property
    def asked(self) -> list[str]:
        """The releases of the file that are in it."""
        return [node.name for node in self.places if node.kind == "asked"]

    def requirements(self, context: Context) -> tuple[Requirement, ...]:
        """Give what the chosen version requires in a context."""
        return context.at(self.places[context.node])

    def target(self, requirement: Requirement) -> Option | None:
        """Give the option that meets a requirement; None for what is given, mistaken or unmet."""
        if requirement.api is not None:
            return self._providers.get(requirement.api)
        picked = self.picked.get(requirement.decision)
        options = requirement.options if picked is None else (picked,)
        return next((option for option in options if self.meets(option)), None)

    def links(self) -> Iterator[tuple[Context, Requirement, Option]]:
        """Give every requirement of a chosen version that another node meets."""
        for context in self.contexts:
            for requirement in self.requirements(context):
                option = self.target(requirement) if requirement.constrains else None
                if option is not None:
                    yield context, requirement, option

    def open_releases(self) -> dict[str, Gap]:
        """Give the releases of the file that need what nobody can tell, each with the first such."""
        users: dict[Node, list[Node]] = {}
        for context, _, option in self.links():
            users.setdefault(option.node, []).append(context.node)
        found = {
            node.name: Gap(error=node.silences[place])
            for node, place in self.places.items()
            if node.kind == "asked" and place in node.silences
        }
        for holder, gap in self._gaps():
            waiting, seen = [holder], {holder}
            while waiting:
                node = waiting.pop()
                if node.kind == "asked":
                    found.setdefault(node.name, gap)
                new = [user for user in users.get(node, ()) if user not in seen]
                seen.update(new)
                waiting += new
        return found

    def _gaps(self) -> Iterator[tuple[Node, Gap]]:
        """Give what nobody can tell, with the node that needs it."""
        for context in self.contexts:
            for requirement in self.requirements(context):
                if requirement.gap is not None and self.target(requirement) is None:
                    yield context.node, Gap(needs=requirement.text, error=requirement.gap)
        for node, place in self.places.items():
            if place in node.silences:
                yield node, Gap(needs=str(node.candidate(place)), error=node.silences[place])

    def meets(self, option: Option) -> bool:
        """Tell whether an option's node is there, at one of its versions."""
        place = self.places.get(option.node)
        return place is not None and bool(option.mask >> place & 1)


def joined(choices: Iterable[Choice]) -> Choice:
    """Put the choices of several parts together."""
    places: dict[Node, int] = {}
    contexts: list[Context] = []
    picked: dict[Decision, Option] = {}
    for choice in choices:
        places |= choice.places
        contexts += choice.contexts
        picked |= choice.picked
    return Choice(places, contexts, picked)
