"""Mistakes in a file or a descriptor that only matter because of what was chosen."""

from __future__ import annotations

from difflib import get_close_matches

from mistpm.errors import ResolutionError
from mistpm.resolve.answer import Answer, Way
from mistpm.resolve.binding import Binder
from mistpm.resolve.node import Node, Requirement


def check(answer: Answer, binder: Binder) -> None:
    """Raise `ResolutionError` for the first mistake that a choice runs into.

    `ambiguous-binding`, `invalid-binding`, `invalid-condition`, `release-name-clash`.
    """
    releases = [node for node in answer.choice.places if node.kind != "called"]
    for node in releases:
        for way in answer.ways(node):
            for requirement in answer.choice.requirements(way.context):
                if requirement.mistake is not None:
                    raise _mistake(node, way, requirement, binder)
        _check_aliases(node, answer)
    _check_names(releases)


def _mistake(node: Node, way: Way, requirement: Requirement, binder: Binder) -> ResolutionError:
    path = way.path + requirement.alias
    mistake = requirement.mistake
    if mistake is not None and mistake.kind == "invalid-condition":
        holder = way.context.node
        version = holder.listing.candidates[0].version
        del version
        return ResolutionError(
            "invalid-condition",
            f"the condition of `{path}` in `{holder.package}` cannot be decided",
            context=(mistake.reason,),
        )
    package = requirement.package
    releases = binder.releases_of(package) if package is not None else []
    names = ", ".join(f"`{name}`" for name in releases)
    if mistake is not None and mistake.kind == "ambiguous-binding":
        return ResolutionError(
            "ambiguous-binding",
            f"`{node.name}` needs `{package}` as `{path}`,"
            f" and {len(releases)} releases are of it: {names}",
            hint=f"write `bind: {{{path}: {releases[0]}}}` under `{_place(node)}` in mistpm.yaml",
        )
    if requirement.use == "call":
        return ResolutionError(
            "invalid-binding",
            f"`{node.name}` binds `{path}`, which is called, not installed",
            hint=f"leave `{path}` out of `bind` under `{_place(node)}` in mistpm.yaml",
        )
    wrong = mistake.reason if mistake is not None else ""
    return ResolutionError(
        "invalid-binding",
        f"`{node.name}` binds `{path}` to `{wrong}`,"
        f" a release of `{binder.packages[wrong]}`; it must be one of `{package}`",
        hint=f"releases of `{package}`: {names}" if names else "",
    )


def _place(node: Node) -> str:
    return f"releases.{node.name}" if node.kind == "asked" else f"settings.{node.package}"


def _check_aliases(node: Node, answer: Answer) -> None:
    """Refuse bindings of aliases that the chosen version does not have: they would do nothing."""
    candidate = node.candidate(answer.choice.places[node])
    aliases = sorted(candidate.descriptor.dependencies)
    for path, _ in node.contexts[0].binding.entries:
        alias = path.split(".")[0]
        if alias not in aliases:
            near = get_close_matches(alias, aliases, n=1)
            raise ResolutionError(
                "invalid-binding",
                f"`{node.name}` binds `{path}`, but `{candidate}` has no dependency `{alias}`",
                context=(f"its dependencies: {', '.join(f'`{a}`' for a in aliases)}",)
                if aliases
                else (),
                hint=f"did you mean `{near[0]}`?" if near else "",
            )


def _check_names(releases: list[Node]) -> None:
    """Refuse two releases of one name; only what is pulled in is named by its package."""
    first: dict[str, Node] = {}
    for node in sorted(releases, key=lambda node: (node.kind != "asked", node.key)):
        other = first.setdefault(node.name, node)
        if other is not node:
            kind = "a release in mistpm.yaml" if other.kind == "asked" else "pulled in as well"
            raise ResolutionError(
                "release-name-clash",
                f"two releases would be called `{node.name}`:"
                f" `{node.package}`, which is pulled in, and `{other.package}`, {kind}",
                hint=f"name it in mistpm.yaml: `settings: {{{node.package}: {{name: NAME}}}}`",
            )
