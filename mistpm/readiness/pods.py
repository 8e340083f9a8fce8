"""When a Pod is ready, and what keeps one from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from msgspec import Struct

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import condition, has_condition, items, number, shortened, text

TroubleKind = Literal["crash", "image", "image-name", "configuration", "scheduling"]

_REASONS: Final[dict[str, TroubleKind]] = {
    "CrashLoopBackOff": "crash",
    "ErrImagePull": "image",
    "ImagePullBackOff": "image",
    "ImageInspectError": "image",
    "RegistryUnavailable": "image",
    "InvalidImageName": "image-name",
    "ErrImageNeverPull": "image-name",
    "CreateContainerConfigError": "configuration",
    "CreateContainerError": "configuration",
    "RunContainerError": "configuration",
    "PreCreateHookError": "configuration",
    "PreStartHookError": "configuration",
    "PostStartHookError": "configuration",
}
"""What a kubelet says of a container that it cannot run, and what kind of trouble that is."""


class Trouble(Struct, frozen=True, kw_only=True):
    """What keeps a Pod from getting ready; `container` is empty where it is about the Pod as a whole.

    `image-name` does not mend by itself; the others may, and who waits decides for how long.
    """

    kind: TroubleKind
    why: str
    container: str = ""
    restarts: int = 0


def pod(data: dict[str, Any]) -> Assessment:
    """Wait for a Pod to be ready, or done; what may still mend is waited for."""
    phase = text(data, "status", "phase")
    if phase == "Succeeded":
        return ready("it is done")
    if phase == "Failed":
        return failed(_failure(data))
    if phase == "Running" and has_condition(data, "Ready"):
        return ready("it is ready")
    found = trouble(data)
    return waiting(found.why if found is not None else _progress(data))


def trouble(data: dict[str, Any]) -> Trouble | None:
    """Give the first thing that keeps a Pod from getting ready, None where it is just not done."""
    scheduled = condition(data, "PodScheduled")
    if scheduled is not None and scheduled.status == "False":
        if scheduled.reason == "Unschedulable":
            return Trouble(kind="scheduling", why=f"no node takes it: {scheduled.words}")
        return None  # held back on purpose: a scheduling gate
    for status in _containers(data):
        reason = text(status, "state", "waiting", "reason")
        kind = _REASONS.get(reason)
        if kind is not None:
            return Trouble(
                kind=kind,
                why=_in_words(kind, reason, status),
                container=text(status, "name"),
                restarts=number(status, "restartCount"),
            )
    return None


def _in_words(kind: TroubleKind, reason: str, status: dict[str, Any]) -> str:
    name = f"container `{text(status, 'name')}`"
    said = text(status, "state", "waiting", "message")
    if kind == "crash":
        restarts = number(status, "restartCount")
        end = _end(status.get("lastState"))
        again = f", {restarts} restart{'s' if restarts != 1 else ''}"
        return f"{name} crashes ({end}{again})"
    words = f"{reason}: {shortened(said)}" if said else reason
    if kind == "configuration":
        return f"{name} cannot be made ({words})"
    return f"the image `{text(status, 'image')}` of {name} cannot be pulled ({words})"


def _end(state: Any) -> str:
    """Tell how a container ended, from its `state` or `lastState`."""
    code = number(state, "terminated", "exitCode", default=-1)
    reason = text(state, "terminated", "reason")
    shown = [] if code < 0 else [f"exit code {code}"]
    if reason not in {"", "Error", "Completed"} or not shown:
        shown.append(reason or "it ended")
    return ", ".join(shown)


def _failure(data: dict[str, Any]) -> str:
    """Tell why a Pod failed as a whole."""
    for status in _containers(data):
        if number(status, "state", "terminated", "exitCode"):
            return f"container `{text(status, 'name')}` failed ({_end(status.get('state'))})"
    reason = text(data, "status", "reason")
    said = text(data, "status", "message")
    shown = ": ".join(each for each in (reason, shortened(said)) if each)
    return shown or "it ended, and does not say why"


def _progress(data: dict[str, Any]) -> str:
    """Tell what a Pod without trouble is at."""
    if condition(data, "PodScheduled") is None or text(data, "spec", "nodeName") == "":
        scheduled = condition(data, "PodScheduled")
        gated = scheduled is not None and scheduled.reason == "SchedulingGated"
        return "a scheduling gate holds it back" if gated else "it is not scheduled yet"
    for status in items(data, "status", "initContainerStatuses"):
        if not status.get("ready") and not status.get("started"):
            return f"init container `{text(status, 'name')}` is not done"
    for status in items(data, "status", "containerStatuses"):
        name = f"container `{text(status, 'name')}`"
        if text(status, "state", "waiting", "reason") in {"ContainerCreating", "PodInitializing"}:
            return f"{name} is being made"
        if not status.get("ready"):
            return f"{name} is not ready"
    return "it is not ready yet"


def _containers(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from items(data, "status", "initContainerStatuses")
    yield from items(data, "status", "containerStatuses")
