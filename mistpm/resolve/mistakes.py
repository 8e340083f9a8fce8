"""Mistakes in a file or a descriptor that matter only because of what was chosen."""

from __future__ import annotations

from difflib import get_close_matches

from mistpm.errors import ResolutionError
from mistpm.resolve.answer import Answer, Way
from mistpm.resolve.world.binding import Binder
from mistpm.resolve.world.node import Mistake, Node, Requirement


def check(answer: Answer, binder: Binder) -> None:
    """Raise `ResolutionError` for the first mistake that a choice runs into.

    `ambiguous-binding`, `invalid-binding`, `invalid-condition`, `release-name-clash`.
    """
    releases = [node for node in answer.choice.places if node.kind != "called"]
    for node in releases:
        _check_aliases(node, answer)
        for way in answer.ways(node):
            for requirement in answer.choice.requirements(way.context):
                mistake = requirement.mistake
                if mistake is not None and mistake.kind == "invalid-condition":
                    raise _invalid_condition(node, way, requirement, answer)
                if mistake is not None:
                    raise _misbound(node, way.path + requirement.alias, mistake, binder)
    _check_names(releases)


def _invalid_condition(
    node: Node, way: Way, requirement: Requirement, answer: Answer
) -> ResolutionError:
    mistake, holder = requirement.mistake, way.context.node
    candidate = holder.candidate(answer.choice.places[holder])
    told = (f"when: {mistake.expression}", mistake.reason) if mistake is not None else ()
    return ResolutionError(
        "invalid-condition",
        f"the condition of `{way.path}{requirement.alias}` in `{candidate}`"
        f" cannot be used for `{node.name}`",
        context=told,
    )


def _misbound(node: Node, path: str, mistake: Mistake, binder: Binder) -> ResolutionError:
    package = mistake.package
    if package is None:
        return ResolutionError(
            "invalid-binding",
            f"`{node.name}` binds `{path}`, which is called and not installed",
            hint=f"leave `{path}` out of `bind` under `{_place(node)}` in mistpm.yaml",
        )
    releases = binder.releases_of(package)
    names = ", ".join(f"`{name}`" for name in releases)
    if mistake.kind == "ambiguous-binding":
        return ResolutionError(
            "ambiguous-binding",
            f"`{node.name}` requires `{package}` as `{path}`, which has several releases: {names}",
            hint=f"write `bind: {{{path}: {releases[0]}}}` under `{_place(node)}` in mistpm.yaml",
        )
    return ResolutionError(
        "invalid-binding",
        f"`{node.name}` binds `{path}`, a dependency on `{package}`, to `{mistake.release}`,"
        f" a release of `{binder.packages[mistake.release]}`",
        hint=f"releases of `{package}`: {names}" if names else "",
    )


def _place(node: Node) -> str:
    return f"releases.{node.name}" if node.kind == "asked" else f"settings.{node.package}"


def _check_aliases(node: Node, answer: Answer) -> None:
    """Refuse bindings of aliases that the chosen version does not have: they would do nothing."""
    candidate = node.candidate(answer.choice.places[node])
    if candidate.descriptor.computed:
        return  # with other inputs it may have the alias
    aliases = sorted(candidate.descriptor.dependencies)
    for path, _ in node.contexts[0].binding.entries:
        alias = path.split(".")[0]
        if alias not in aliases:
            near = get_close_matches(alias, aliases, n=1)
            names = ", ".join(f"`{name}`" for name in aliases) or "none"
            raise ResolutionError(
                "invalid-binding",
                f"`{node.name}` binds `{path}`, but `{candidate}` has no dependency `{alias}`",
                context=(f"its dependencies: {names}",),
                hint=f"did you mean `{near[0]}`?" if near else "",
            )


def _check_names(releases: list[Node]) -> None:
    """Refuse two releases of one name; only what is pulled in is named by its package."""
    first: dict[str, Node] = {}
    for node in sorted(releases, key=lambda node: (node.kind != "asked", node.key)):
        other = first.setdefault(node.name, node)
        if other is not node:
            how = "a release in mistpm.yaml" if other.kind == "asked" else "pulled in as well"
            raise ResolutionError(
                "release-name-clash",
                f"two releases would be called `{node.name}`:"
                f" `{node.package}`, which is pulled in, and `{other.package}`, {how}",
                hint=f"name it in mistpm.yaml: `settings: {{{node.package}: {{name: NAME}}}}`",
            )
