"""Why something does not get ready, in the words of those who know: Pods, warnings, logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mistpm.readiness import Trouble, assess, trouble
from mistpm.readiness.live_object import items, number, shortened, text
from mistpm.target.cluster.api.reader import Reader

_WARNINGS: Final = 3
_LOG_LINES: Final = 10
_LONGEST_LINE: Final = 200
_MOST_LOG: Final = 64 * 1024


def worst_trouble(pods: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], Trouble] | None:
    """Give the Pod in the most hopeless trouble, with it; None where none is in any."""
    found = [(each, told) for each in pods if (told := trouble(each)) is not None]
    return min(found, key=lambda each: _HOPELESS.index(each[1].kind), default=None)


def told_of(pod: dict[str, Any], found: Trouble) -> str:
    """Tell trouble with the name of the Pod that is in it."""
    return f"Pod `{text(pod, 'metadata', 'name')}`: {found.why}"


_HOPELESS: Final = ("image-name", "crash", "configuration", "image", "scheduling")


def explain(
    reader: Reader, data: dict[str, Any], pods: Iterable[dict[str, Any]] = ()
) -> tuple[str, ...]:
    """Tell lines about an object that is not ready: of its worst Pod the trouble, warnings and log.

    Without such a Pod the warnings are about the object itself.  Costs three requests at most; what
    the user may not read is left out.
    """
    unready = [each for each in pods if assess(each).state != "ready"]
    if not unready:
        return tuple(warnings(reader, data))
    worst = worst_trouble(unready)
    pod = worst[0] if worst is not None else _failed_first(unready)
    others = len(unready) - 1
    why = assess(pod).why
    lines = [f"Pod `{text(pod, 'metadata', 'name')}`: {why}"]
    if others:
        lines[0] += f" ({others} more {'is' if others == 1 else 'are'} not ready)"
    if text(data, "kind") == "Pod":
        lines = []  # it was said already
    lines += [each for each in warnings(reader, pod) if each.partition(": ")[2] not in why]
    lines += log(reader, pod)
    return tuple(lines)


def warnings(reader: Reader, data: dict[str, Any]) -> list[str]:
    """Give the last different warnings about an object, oldest first."""
    uid = text(data, "metadata", "uid")
    namespace = text(data, "metadata", "namespace") or "default"
    found = reader.listed(
        f"/api/v1/namespaces/{namespace}/events",
        fieldSelector=f"involvedObject.uid={uid},type=Warning",
        limit="100",
    )
    last: dict[str, str] = {}
    for each in sorted(found, key=_time):
        line = f"{text(each, 'reason')}: {shortened(text(each, 'message'))}"
        last.pop(line, None)
        last[line] = line
    return list(last)[-_WARNINGS:]


def log(reader: Reader, pod: dict[str, Any]) -> list[str]:
    """Give the last lines that the container in trouble logged; of one that ended, before it did."""
    container, has_ended = _container(pod)
    if not container:
        return []
    path = (
        f"/api/v1/namespaces/{text(pod, 'metadata', 'namespace')}"
        f"/pods/{text(pod, 'metadata', 'name')}/log"
    )
    query = {
        "container": container,
        "tailLines": str(_LOG_LINES),
        "limitBytes": str(_MOST_LOG),
    }
    logged = reader.read_text(path, **query, previous="true") if has_ended else ""
    logged = logged or reader.read_text(path, **query)
    lines = logged.strip().splitlines()[-_LOG_LINES:]
    if not lines:
        return []
    return [f"container `{container}` logged at last:", *(f"  {_trimmed(line)}" for line in lines)]


def _failed_first(pods: list[dict[str, Any]]) -> dict[str, Any]:
    return min(pods, key=lambda each: assess(each).state != "failed")


def _container(pod: dict[str, Any]) -> tuple[str, bool]:
    """Give the container whose log tells something, and whether an earlier run of it ended."""
    statuses = [
        *items(pod, "status", "initContainerStatuses"),
        *items(pod, "status", "containerStatuses"),
    ]
    for status in statuses:
        state = status.get("state")
        if number(state, "terminated", "exitCode"):
            return text(status, "name"), False
        if number(status, "restartCount") and not status.get("ready"):
            return text(status, "name"), True
    for status in statuses:
        if not status.get("ready") and "running" in (status.get("state") or {}):
            return text(status, "name"), False
    return "", False


def _time(event: dict[str, Any]) -> str:
    return (
        text(event, "lastTimestamp")
        or text(event, "series", "lastObservedTime")
        or text(event, "eventTime")
        or text(event, "metadata", "creationTimestamp")
    )


def _trimmed(line: str) -> str:
    """Give a line without what a terminal would obey, and not too long."""
    plain = "".join(each if each.isprintable() else " " for each in line.expandtabs(4)).rstrip()
    return plain if len(plain) <= _LONGEST_LINE else f"{plain[: _LONGEST_LINE - 1]}…"
