"""Rendering what a lock pins, with the inputs that the environment gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from mistpm.errors import MistError, UsageError
from mistpm.lock.question_digest import read_inputs
from mistpm.model.environment import ReleaseEntry, SettingEntry, TargetEntry
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.minor import Minor
from mistpm.model.rendered import Rendered, RenderFailure
from mistpm.ops.asking import Asking
from mistpm.ops.computing import answers_otherwise
from mistpm.ops.fetching import fetch_locked
from mistpm.ops.late_runtime import late_runtime
from mistpm.ops.leaving_out import left_out, without
from mistpm.ops.log_lines import log_lines
from mistpm.ops.render_progress import RenderProgress
from mistpm.ops.settings.given_inputs import merge
from mistpm.ops.workspace import Workspace
from mistpm.render import Configuration, render_environment


def render_locked(
    workspace: Workspace,
    lockfile: Lockfile,
    asking: Asking,
    *,
    minor: Minor | None = None,
    only: Collection[str] | None = None,
) -> Rendered:
    """Fetch every pinned module and render all releases in the lock's order, or `only` some.

    Those have to be there with all that they need: `with_needed`.

    `minor` is the Kubernetes version that packages are told, otherwise the lock's lowest.  Releases
    without a solution are never rendered; others that fail are left out under `--keep-going`, and raise
    `RegistryError`, `DigestError`, `DocumentError`, `PackageError` or `RenderError` without.
    """
    fetched = fetch_locked(workspace, lockfile, asking)
    leaving = left_out(lockfile, fetched.errors)
    lockfile = without(lockfile, leaving)
    if not lockfile.releases:
        return Rendered(releases=(), failures=_failures(leaving))
    question = asking.asked.question

    log: list[tuple[str, int, str]] = []
    told: set[str] = set()
    configurations = {
        name: configuration_of(workspace, asking, name, pin)
        for name, pin in lockfile.releases.items()
    }
    try:
        rendered = render_environment(
            lockfile,
            environment_id=workspace.environment.id,
            configurations=configurations,
            packages=fetched.packages,
            guest=late_runtime(lambda: workspace.runtime),
            memo=workspace.memo,
            provided_apis=question.provided_apis,
            provided_packages=question.provided_packages,
            minor=minor,
            keep_going=workspace.options.keep_going,
            only=only,
            log=log.append,
            progress=RenderProgress(
                workspace.reporter, len(lockfile.releases if only is None else only)
            ),
        )
        told = {release.name for release in rendered.releases}
    except MistError:
        workspace.memo.keep()  # not after Ctrl-C, which waits for no disk
        raise
    finally:
        for line in log_lines(log, told):
            workspace.reporter.detail(line)
    workspace.memo.keep()
    descriptors = {
        name: fetched.packages[pin.digest].descriptor for name, pin in lockfile.releases.items()
    }
    return msgspec.structs.replace(
        rendered,
        failures=(*_failures(leaving), *rendered.failures),
        kubernetes={
            name: each.kubernetes for name, each in descriptors.items() if each and each.kubernetes
        },
        inputs={name: each.inputs for name, each in configurations.items() if each.inputs},
    )


def _deciding(name: str, what: str) -> UsageError:
    return UsageError(
        "target-input-decides",
        f"the target changes {what}",
        hint=f"set it under `releases.{name}.inputs`, where it is part of the lock",
    )


def _failures(leaving: Mapping[str, MistError]) -> tuple[RenderFailure, ...]:
    return tuple(RenderFailure(release=name, error=error) for name, error in leaving.items())


def configuration_of(
    workspace: Workspace, asking: Asking, name: str, pin: LockedPackage
) -> Configuration:
    """Give a release's inputs and patches: the file's, or the settings', with the target's upon them.

    Raises `UsageError` when a target changes an input that decides which packages are needed; a
    package that computes requirements is asked again where the target changes any.
    """
    releases = workspace.environment.releases
    said: ReleaseEntry | SettingEntry = (
        releases[name] if name in releases else asking.settings.get(pin.package, SettingEntry())
    )
    target = workspace.chosen_target.entry or TargetEntry(directory=".")
    inputs = merge(said.inputs, target.inputs.get(name, {}))
    before, after = read_inputs(said.inputs, pin.reads), read_inputs(inputs, pin.reads)
    if before != after:
        paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        listed = ", ".join(f"`{path}`" for path in sorted(paths))
        raise _deciding(name, f"{listed} of `{name}`, which decides which packages are needed")
    if inputs != said.inputs and answers_otherwise(workspace, asking, name, pin, inputs):
        raise _deciding(name, f"inputs of `{name}`, and with them it requires other packages")
    return Configuration(
        namespace=said.namespace,
        inputs=inputs,
        patches=(*said.patches, *target.patches.get(name, ())),
    )
