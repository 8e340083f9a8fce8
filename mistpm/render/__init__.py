"""Running packages: inputs in, manifests out.  Knows modules only through the protocol `Guest`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from mistpm.model.identity import PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.rendered import Rendered
from mistpm.model.version import Version
from mistpm.render.configuration import Configuration
from mistpm.render.environment import WORKERS, EnvironmentRender
from mistpm.render.guest import Guest
from mistpm.render.memo import LogEntry, Memo
from mistpm.render.progress import Progress
from mistpm.render.shared import Package, Shared

__all__ = ["Configuration", "Guest", "Memo", "Package", "Progress", "render_environment"]


def render_environment(
    lock: Lockfile,
    *,
    environment_id: str,
    configurations: Mapping[str, Configuration],
    packages: Mapping[str, Package],
    guest: Guest,
    provided_apis: tuple[Api, ...] = (),
    provided_packages: Mapping[PackageId, Version] | None = None,
    minor: Minor | None = None,
    memo: Memo | None = None,
    keep_going: bool = False,
    only: Collection[str] | None = None,
    workers: int = WORKERS,
    log: Callable[[LogEntry], None] = lambda _entry: None,
    progress: Progress | None = None,
) -> Rendered:
    """Render all releases of a lock, each after what it needs.

    `configurations` are by release, `packages` by digest (`sha256:…`).  `minor` is the Kubernetes
    version that packages are told, otherwise the lock's lowest.  With `only`, which has all that these need,
    no other release is run, and each is told the same as in a render of all.  `progress` hears of what is
    compiled and of each release that was run, from several threads.  Equal arguments give equal results,
    whatever the number of `workers`.  Raises `MistError`, unless `keep_going` puts it into the
    result: `DocumentError` for inputs, `PackageError`, `RenderError`.
    """
    shared = Shared(
        lock,
        environment_id=environment_id,
        packages=packages,
        guest=guest,
        configurations=configurations,
        provided_apis=provided_apis,
        provided_packages=provided_packages,
        minor=minor,
        memo=memo,
        progress=progress,
    )
    return EnvironmentRender(
        shared,
        configurations,
        keep_going=keep_going,
        only=only,
        workers=workers,
        log=log,
        progress=progress,
    ).render()
