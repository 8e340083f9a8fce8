"""Rendering what a lock pins, with the inputs that the environment gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mistpm.errors import UsageError
from mistpm.lock.question_digest import read_inputs
from mistpm.model.environment import Patch, SettingEntry
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.rendered import Rendered
from mistpm.ops.asking import Asking
from mistpm.ops.fetching import fetch_locked
from mistpm.ops.given_inputs import merge
from mistpm.ops.workspace import Workspace
from mistpm.package import PackageFile
from mistpm.render import Configuration, EnvironmentRender, LogEntry, Shared

_LEVELS = ("debug", "info", "warning", "error")


def render_locked(workspace: Workspace, lockfile: Lockfile, asking: Asking) -> Rendered:
    """Fetch every pinned module and render all releases in the lock's order.

    Raises `RegistryError`, `DigestError`, `RenderError`, `CheckError`.
    """
    if not lockfile.releases:
        return Rendered(releases=())
    packages = fetch_locked(workspace, lockfile, asking)
    workspace.reporter.start("rendering", len(lockfile.releases))
    question = asking.asked.question
    shared = Shared(
        lockfile,
        environment_id=workspace.environment.id,
        packages=packages,
        guest=workspace.runtime,
        namespaces={
            name: namespace_of(workspace, name, pin, packages)
            for name, pin in lockfile.releases.items()
        },
        provided_apis=question.provided_apis,
        provided_packages={
            str(package): version for package, version in question.provided_packages.items()
        },
    )
    configurations = {
        name: configuration_of(workspace, name, pin) for name, pin in lockfile.releases.items()
    }

    def log(entry: LogEntry) -> None:
        level = _LEVELS[entry.level] if 0 <= entry.level < len(_LEVELS) else str(entry.level)
        workspace.reporter.detail(f"{level}: {' -> '.join(entry.path)}: {entry.message}")

    render = EnvironmentRender(
        shared, configurations, keep_going=workspace.options.keep_going, log=log
    )
    return render.render()


def configuration_of(workspace: Workspace, name: str, pin: LockedPackage) -> Configuration:
    """Give a release's inputs and patches: the file's, or the settings', with the target's upon them.

    Raises `UsageError` when a target changes an input that decides which packages are needed.
    """
    environment = workspace.environment
    inputs: dict[str, Any] = {}
    patches: tuple[Patch, ...] = ()
    if name in environment.releases:
        entry = environment.releases[name]
        inputs, patches = entry.inputs, entry.patches
    else:
        for setting in _settings(workspace, pin):
            inputs, patches = setting.inputs, setting.patches
    target = workspace.chosen_target.entry if workspace.has_target else None
    if target is None:
        return Configuration(inputs=inputs, patches=patches)
    over = target.inputs.get(name, {})
    decided = read_inputs(over, pin.reads)
    if decided:
        paths = ", ".join(f"`{path}`" for path in decided)
        raise UsageError(
            "target-input-decides",
            f"the target changes {paths} of `{name}`, which decides which packages are needed",
            hint=f"set it under `releases.{name}.inputs`, where it is part of the lock",
        )
    return Configuration(
        inputs=merge(inputs, over), patches=(*patches, *target.patches.get(name, ()))
    )


def namespace_of(
    workspace: Workspace, name: str, pin: LockedPackage, packages: Mapping[str, PackageFile]
) -> str:
    """Give a release's namespace: what the environment says, else the package's own, else `default`."""
    environment = workspace.environment
    said = environment.releases[name].namespace if name in environment.releases else ""
    if name not in environment.releases:
        said = "".join(setting.namespace for setting in _settings(workspace, pin))
    descriptor = packages[pin.digest].descriptor
    own = descriptor.default_namespace if descriptor else ""
    return said or own or "default"


def _settings(workspace: Workspace, pin: LockedPackage) -> list[SettingEntry]:
    return [
        setting
        for key, setting in workspace.environment.settings.items()
        if workspace.identity_of(key) == pin.package
    ]
