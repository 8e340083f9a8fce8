"""Rendering one package on its own, as Mistletoe's `generate` does: nothing is written, no target is asked."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.model.finding import Finding
from mistpm.model.resource import RenderedRelease
from mistpm.ops.adding import Addition, draft_release
from mistpm.ops.locking import require_solved, solve
from mistpm.ops.options import Options
from mistpm.ops.rendering import render_locked
from mistpm.ops.reporter import Reporter
from mistpm.ops.workspace import Workspace, find_document, open_workspace

NOBODY = "0" * 32
"""The id of the environment that is made up for one render."""

ALONE = f"""\
apiVersion: mistpm.dev/v1
kind: Environment
name: render
id: "{NOBODY}"
"""


class RenderReport(Struct, frozen=True, kw_only=True):
    """What was rendered, and what was noticed on the way."""

    releases: tuple[RenderedRelease, ...]
    findings: tuple[Finding, ...]


def render_package(options: Options, addition: Addition, reporter: Reporter) -> RenderReport:
    """Render one package as a release of this name, with what it calls and what it depends on.

    Registries and Kubernetes versions come from the environment's file where there is one, otherwise
    from the user's configuration.  Raises what solving, fetching and rendering raise.
    """
    workspace = _alone(options, reporter)
    workspace = workspace.drafted(draft_release(workspace, addition))
    solved = solve(workspace)
    require_solved(solved.lockfile, keep_going=False)
    rendered = render_locked(workspace, solved.lockfile, solved.asking)
    mine = tuple(release for release in rendered.releases if release.name == addition.name)
    findings = tuple(each for each in rendered.findings if each.release in {"", addition.name})
    return RenderReport(releases=mine, findings=findings)


def render_environment(
    options: Options, names: tuple[str, ...], reporter: Reporter
) -> RenderReport:
    """Render the environment's releases, or those named, from its lock or a solution that is not kept."""
    from mistpm.ops.lock_graph import find_node

    workspace = open_workspace(options, reporter)
    solved = solve(workspace)
    require_solved(solved.lockfile, keep_going=options.keep_going)
    wanted = {find_node(solved.lockfile, name) for name in names} or set(solved.lockfile.releases)
    rendered = render_locked(workspace, solved.lockfile, solved.asking)
    return RenderReport(
        releases=tuple(release for release in rendered.releases if release.name in wanted),
        findings=tuple(each for each in rendered.findings if each.release in {"", *wanted}),
    )


def _alone(options: Options, reporter: Reporter) -> Workspace:
    found = find_document(options)
    text = ALONE
    if found is not None and found.environment.kubernetes is not None:
        text += f'kubernetes: "{found.environment.kubernetes.text}"\n'
    document = EnvironmentDocument(text, None, title="the package to render")
    workspace = Workspace(document, options, reporter)
    base = found.folder if found is not None else Path()
    workspace.preset(base=base, lockfile=None)
    if found is not None:
        workspace.preset(registry_entries=found.environment.registries)
    return workspace
