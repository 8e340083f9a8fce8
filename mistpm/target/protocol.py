"""The seam between what is rendered and where it lives: what every kind of target can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from mistpm.model.change import ApplyReport, Diff
from mistpm.model.progress import Progress, unheard
from mistpm.model.resource import RenderedRelease, ResourceId
from mistpm.model.secrets import SecretInput


class Owned(Struct, frozen=True, kw_only=True):
    """One line of the inventory: a resource that this environment put there.

    `release` is empty for a namespace that the host made.  `place` is where it is kept (a file in a
    directory), `digest` is over the text that was written there.
    """

    resource: ResourceId
    release: str
    place: str
    digest: str


class TargetState(Struct, frozen=True, kw_only=True):
    """What a target remembers of the environment that was applied to it.

    All empty where nothing was applied yet.  `environment` is the whole environment document where no
    file holds it (`mistpm install` in an empty folder), `lock` the lockfile that was applied last.
    """

    environment_id: str = ""
    environment_name: str = ""
    environment: bytes | None = None
    lock: bytes | None = None
    owned: tuple[Owned, ...] = ()


class Desired(Struct, frozen=True, kw_only=True):
    """What should be there.  `namespaces` must exist and are rendered by nobody, sorted.

    `document` is the whole environment document, `is_remembered` whether the target is to remember it,
    for as long as the environment has anything there, because no file holds it.  Uninstalling is desiring
    no releases.  What `left_alone` releases own stays as it is: they are wanted, but cannot be rendered
    now.  `needs` are the releases that must be ready before one, `secrets` what the placeholders in
    manifests stand for, `inputs` what each release was given, `reason` the command that desires this
    (`install shop`).
    """

    environment_id: str
    environment_name: str
    releases: tuple[RenderedRelease, ...]
    namespaces: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    needs: dict[str, tuple[str, ...]] = {}
    secrets: tuple[SecretInput, ...] = ()
    inputs: dict[str, dict[str, Any]] = {}
    document: bytes = b""
    is_remembered: bool = False
    lock: bytes
    reason: str = ""


class Permissions(Struct, frozen=True, kw_only=True):
    """What the user allowed beyond the ordinary."""

    adopt: bool = False
    delete_namespaces: bool = False
    force_conflicts: bool = False


class Waiting(Struct, frozen=True, kw_only=True):
    """How long to wait for what was applied to get ready: `seconds` at most, or not at all."""

    wanted: bool = True
    seconds: float = 600.0


class Target(Protocol):
    """A place where an environment is applied."""

    @property
    def title(self) -> str:
        """How messages call it: `directory ./deploy`."""

    def state(self) -> TargetState:
        """Read what is remembered; finishes what a killed run left half done.

        Raises `TargetError` when it cannot be read.
        """

    def diff(self, desired: Desired, permissions: Permissions) -> Diff:
        """Compare with what is there, changing nothing.

        Raises `TargetError`, also when the target belongs to another environment.
        """

    def drift(self) -> Diff:
        """Compare what is there with what was applied last; raises `TargetError`."""

    def apply(
        self,
        desired: Desired,
        diff: Diff,
        permissions: Permissions,
        *,
        waiting: Waiting = Waiting(),  # noqa: B008 - frozen
        hear: Callable[[Progress], None] = unheard,
    ) -> ApplyReport:
        """Make it so, exactly as `diff` shows; raises `TargetError` when the target moved since.

        `hear` is told of everything as it happens, from any thread, one at a time.

        Killed at any point and called again, the result is as if it had not been killed.
        """
