"""`mistpm check` of an environment: what it renders for each Kubernetes version that it supports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from mistpm.check import duplicate_resources
from mistpm.diff.fields import field_changes
from mistpm.document import Positions
from mistpm.errors import UsageError
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor, parse_minor
from mistpm.model.minors import supports
from mistpm.model.rendered import Rendered
from mistpm.model.resource import Manifest, ResourceId
from mistpm.ops.checks.checking import CheckReport, manifest_findings
from mistpm.ops.checks.cluster_kinds import ask_for_kinds
from mistpm.ops.checks.kubernetes_versions import parse_kubernetes_versions
from mistpm.ops.checks.order import in_order, merged
from mistpm.ops.checks.unused import unused_entries
from mistpm.ops.checks.waiving import waive
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Solved, solve
from mistpm.ops.options import Options
from mistpm.ops.rendering import render_locked
from mistpm.ops.reporter import Reporter
from mistpm.ops.workspace import Workspace, open_workspace

_MOST_PATHS = 3


def check_environment(
    options: Options, kubernetes: Sequence[str], reporter: Reporter
) -> CheckReport:
    """Render the environment for each of its minors, or those named, and check all of it; writes nothing.

    What is rendered for a minor is what is applied once that is the lowest one, so it is checked for that
    minor and those after it.  What cannot be solved or rendered is told, and hides nothing else.  Where every
    version that is named is unknown, nothing is checked.  Raises what opening the environment raises.
    """
    versions = parse_kubernetes_versions(kubernetes)
    if versions.findings and not versions.minors:
        return CheckReport(minors=(), findings=versions.findings, resources=0)
    workspace = _opened(replace(options, keep_going=True), reporter)
    solved = solve(workspace)
    minors = versions.minors or tuple(map(parse_minor, solved.lockfile.kubernetes))
    first, *later = minors
    rendered = render_locked(workspace, solved.lockfile, solved.asking, minor=first)
    kinds = ask_for_kinds(workspace, rendered)
    findings = [
        *versions.findings,
        *kinds.findings,
        *_failures(rendered, first),
        *unused_entries(workspace.document, solved),
        *duplicate_resources(rendered.releases),
        *rendered.findings,
        *manifest_findings(workspace, minors, rendered, kinds),
        *_unsupported(rendered, versions.minors),
    ]
    renderings = {first: rendered}
    for minor in later:
        other = render_locked(workspace, solved.lockfile, solved.asking, minor=minor)
        findings += _failures(other, minor)
        renderings[minor] = other
        if _manifests(other) != _manifests(rendered):
            rest = tuple(each for each in minors if each >= minor)
            findings += duplicate_resources(other.releases)
            findings += manifest_findings(workspace, rest, other, kinds)
    findings += _differences(renderings, first)
    told = waive(
        merged(findings),
        workspace.document,
        today=options.today,
        tells_unused=not kubernetes,
    )
    return CheckReport(
        minors=minors,
        findings=in_order(told),
        resources=sum(len(release.manifests) for release in rendered.releases),
        source=workspace.document.title,
        places=_places(workspace, solved),
    )


def _opened(options: Options, reporter: Reporter) -> Workspace:
    try:
        return open_workspace(options, reporter)
    except UsageError as error:
        if error.reference not in {"no-environment", "nothing-installed"}:
            raise
        hint = "`mistpm check -f FILE` checks files, `mistpm check --cluster` a cluster"
        raise UsageError(error.reference, error.message, hint=f"{error.hint}\n{hint}") from error


def _unsupported(rendered: Rendered, minors: Iterable[Minor]) -> Iterator[Finding]:
    """Tell of packages that do not support minors for which they were not solved."""
    for release, range_ in rendered.kubernetes.items():
        lacking = tuple(minor for minor in minors if not supports(range_, minor))
        if lacking:
            yield Finding(
                severity="error",
                code="kubernetes-unsupported",
                message=f"its package supports Kubernetes `{range_}` only",
                release=release,
                minors=lacking,
                hint=f"`mistpm upgrade --kubernetes {lacking[-1]} --plan` looks for versions that do",
            )


def _failures(rendered: Rendered, minor: Minor) -> Iterator[Finding]:
    """Tell of the releases that cannot be rendered for a minor, or for which there is no solution."""
    for failure in rendered.failures:
        yield Finding(
            severity="error",
            code="not-rendered",
            message=": ".join((failure.error.message, *failure.error.context)),
            release=failure.release,
            minors=(minor,),
            hint=failure.error.hint,
        )


def _manifests(rendered: Rendered) -> dict[tuple[str, ResourceId], Manifest]:
    return {
        (release.name, manifest.id): manifest
        for release in rendered.releases
        for manifest in release.manifests
    }


def _differences(renderings: dict[Minor, Rendered], first: Minor) -> Iterator[Finding]:
    """Tell how what is rendered for other minors differs from what is rendered for the first."""
    before = _manifests(renderings[first])
    minors: dict[tuple[str, ResourceId, str], list[Minor]] = {}
    for minor, rendered in renderings.items():
        after = _manifests(rendered)
        failed = {each.release for each in (*rendered.failures, *renderings[first].failures)}
        for release, resource in sorted(before.keys() | after.keys()):
            if release in failed:
                continue
            old, new = before.get((release, resource)), after.get((release, resource))
            if said := _difference(old, new, first):
                minors.setdefault((release, resource, said), []).append(minor)
    for (release, resource, said), found in minors.items():
        yield Finding(
            severity="info",
            code="renders-differently",
            message=said,
            release=release,
            resource=resource,
            minors=tuple(found),
            hint=f"what is applied is rendered for the lowest version, {first}",
        )


def _difference(old: Manifest | None, new: Manifest | None, first: Minor) -> str:
    if old is None:
        return f"it is rendered for these versions, and not for {first}"
    if new is None:
        return f"it is rendered for {first}, and not for these versions"
    paths = [change.path.removeprefix(".") for change in field_changes(old.data, new.data)]
    if not paths:
        return ""
    listed = ", ".join(f"`{path}`" for path in paths[:_MOST_PATHS])
    more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
    return f"it is rendered otherwise than for {first}: {listed}{more}"


def _places(workspace: Workspace, solved: Solved) -> dict[str, tuple[str, int]]:
    """Give where releases are written; under an empty name where the file says for which Kubernetes versions.

    What is pulled in stands where the settings configure it, else where a release is asked for that needs it.
    """
    if not workspace.has_file:
        return {}
    environment, lockfile = workspace.environment, solved.lockfile
    lines, file = Positions(workspace.document.text), workspace.document.title
    found = {"": lines.line(("kubernetes",))}
    for name in environment.releases:
        found[name] = lines.line(("releases", name))
    for name in environment.releases:
        found = {**dict.fromkeys(_pulled_in(lockfile, name), found[name]), **found}
    settings = solved.asking.asked.question.settings
    keys = dict(zip((each.package for each in settings), environment.settings, strict=True))
    for name, pin in lockfile.releases.items():
        if not pin.requested and pin.package in keys:
            found[name] = lines.line(("settings", keys[pin.package]))
    return {name: (file, line) for name, line in found.items()}


def _pulled_in(lockfile: Lockfile, release: str) -> Iterator[str]:
    """Give what a release needs and nobody asked for, directly or not."""
    known, waiting, seen = nodes(lockfile), [release], {release}
    while waiting:
        pin = known.get(waiting.pop())
        for edge in pin.dependencies.values() if pin else ():
            needed = known.get(edge.target)
            if needed is not None and not needed.requested and edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
                if edge.target in lockfile.releases:
                    yield edge.target
