"""Rendering for its own sake, as Mistletoe's `generate` does: nothing is written, no target is asked."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mistpm import document
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.errors import CheckError, UsageError
from mistpm.model.environment import Environment
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.model.minors import newest_minor
from mistpm.model.ranges import parse_range
from mistpm.model.resource import RenderedRelease
from mistpm.ops.failing import require_solved
from mistpm.ops.leaving_out import failure_findings
from mistpm.ops.lock_graph import find_nodes, with_needed
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.rendering import render_locked
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.adding import Addition, draft_release
from mistpm.ops.settings.registries import with_registries
from mistpm.ops.workspace import Workspace, find_document, open_workspace

NOBODY = "0" * 32
"""The id of the environment that is made up for one render."""


class RenderReport(Struct, frozen=True, kw_only=True):
    """What was rendered, what was noticed on the way, and which releases `--keep-going` left out."""

    releases: tuple[RenderedRelease, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()


def render_package(
    options: Options, addition: Addition, reporter: Reporter, *, registry: str = ""
) -> RenderReport:
    """Render one package as a release of this name, with what it calls and what it depends on.

    `registry` is the local alias of the one that a package given by its path is taken for one of.
    Registries, Kubernetes versions, settings, policy and what is provided come from the environment's
    file where there is one, otherwise registries from the user's configuration; the file's releases,
    targets and lock play no part.  Raises what solving, fetching and rendering raise.
    """
    workspace = with_registries(_alone(options, reporter), addition.registries)
    if registry:
        workspace.home = workspace.registries.own_name(registry)
    workspace = workspace.drafted(draft_release(workspace, addition))
    solved = solve(workspace)
    require_solved(solved, keep_going=False)
    rendered = render_locked(workspace, solved.lockfile, solved.asking)
    return RenderReport(
        releases=tuple(each for each in rendered.releases if each.name == addition.name),
        findings=tuple(each for each in rendered.findings if each.release in {"", addition.name}),
    )


def render_environment(
    options: Options, names: tuple[str, ...], reporter: Reporter
) -> RenderReport:
    """Render the environment's releases from its lock or a solution that is not kept.

    With `names` no others are run than those and what they need.  Raises `UsageError` for a name that means no release, and what solving, fetching and rendering raise.
    """
    workspace = open_workspace(options, reporter)
    solved = solve(workspace)
    if not names:
        require_solved(solved, keep_going=options.keep_going)
    try:
        wanted = _named(solved.lockfile, names)
    except UsageError:
        require_solved(solved, keep_going=options.keep_going)  # it may be called so
        raise
    only = with_needed(solved.lockfile, wanted) if names else None
    rendered = render_locked(workspace, solved.lockfile, solved.asking, only=only)
    findings = (*failure_findings(rendered), *rendered.findings)
    failed = {failure.release for failure in rendered.failures}
    return RenderReport(
        releases=tuple(each for each in rendered.releases if each.name in wanted),
        findings=tuple(each for each in findings if each.release in {"", *wanted}),
        left_out=tuple(sorted(failed & wanted)),
    )


def require_rendered(report: RenderReport) -> None:
    """Raise `CheckError` when releases were left out, after everything else was written."""
    if report.left_out:
        names = ", ".join(f"`{name}`" for name in report.left_out)
        raise CheckError("incomplete", f"{names} could not be rendered", hint="the rest is there")


def _named(lockfile: Lockfile, names: tuple[str, ...]) -> set[str]:
    """Give the releases that names mean, all of them where there are none."""
    wanted: set[str] = set()
    for name in names:
        meant = lockfile.releases.keys() & find_nodes(lockfile, name)
        if not meant:
            raise UsageError(
                "not-a-release",
                f"`{name}` is no release: it is called while others are rendered",
                hint=f"`mistpm why {name}` shows by whom",
            )
        wanted |= meant
    return wanted or {
        *lockfile.releases,
        *(name for part in lockfile.unresolved for name in part.releases),
    }


def _alone(options: Options, reporter: Reporter) -> Workspace:
    """Give the workspace of an environment that has no releases yet, and no target."""
    found = find_document(options)
    made_up = Environment(api_version="mistpm.dev/v1", kind="Environment", name="render", id=NOBODY)
    if found is not None:
        settings = found.environment.settings.items()
        made_up = replace(
            found.environment,
            id=NOBODY,
            releases={},
            # what is bound to is not there
            settings={key: replace(setting, bind={}) for key, setting in settings},
            target=None,
            targets={},
            goal=None,
        )
    if made_up.kubernetes is None:
        made_up = replace(made_up, kubernetes=parse_range(str(newest_minor())))
    text = document.dump(document.to_builtins(made_up))
    workspace = Workspace(
        EnvironmentDocument(text, None, title="the package to render"),
        replace(options, target=""),
        reporter,
    )
    workspace.preset(base=found.folder if found else Path(), lockfile=None)
    if found is not None:
        workspace.preset(registry_entries=found.environment.registries)
    return workspace
