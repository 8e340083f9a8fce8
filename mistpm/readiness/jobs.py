"""When what runs to its end is ready."""

from __future__ import annotations

from typing import Any

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import condition, has_condition, number, value


def job(data: dict[str, Any]) -> Assessment:
    """Wait for a Job to be done, not merely started; one that is suspended is not waited for."""
    failure = condition(data, "Failed")
    if failure is not None and failure.status == "True":
        reason = f" ({failure.reason})" if failure.reason and failure.message else ""
        return failed(f"{failure.words}{reason}")
    if has_condition(data, "Complete"):
        return ready("it is done")
    if value(data, "spec", "suspend") is True:
        return ready("it is suspended")
    wanted = number(data, "spec", "completions", default=1)
    done = number(data, "status", "succeeded")
    trials = number(data, "status", "failed")
    failures = f"; {trials} failed" if trials else ""
    return waiting(f"{done} of {wanted} Pods are done{failures}")


def cron_job(data: dict[str, Any]) -> Assessment:
    """Never wait: when it runs is not what an install is about."""
    if value(data, "spec", "suspend") is True:
        return ready("it is suspended")
    return ready("it is scheduled")
