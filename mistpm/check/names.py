"""What an object may be called, by its kind.

Source: the `NameIsDNS…` rules that each kind's strategy uses in Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mistpm.check.limits import DNS_LABEL, DNS_SUBDOMAIN, PATH_SEGMENT, PATTERNS
from mistpm.check.problem import Problem, shortened
from mistpm.model.resource import ResourceId

_NAME: Final = ("metadata", "name")
_SUBDOMAIN: Final = (DNS_SUBDOMAIN, 253)
_LABEL: Final = (DNS_LABEL, 63)
_SEGMENT: Final = (PATH_SEGMENT, 0)

_GROUPS: Final = {
    "apps": _SUBDOMAIN,
    "autoscaling": _SUBDOMAIN,
    "batch": _SUBDOMAIN,
    "networking.k8s.io": _SUBDOMAIN,
    "policy": _SUBDOMAIN,
    "rbac.authorization.k8s.io": _SEGMENT,
    "scheduling.k8s.io": _SUBDOMAIN,
    "storage.k8s.io": _SUBDOMAIN,
}
_KINDS: Final = {
    ("", "ConfigMap"): _SUBDOMAIN,
    ("", "LimitRange"): _SUBDOMAIN,
    ("", "Namespace"): _LABEL,
    ("", "PersistentVolume"): _SUBDOMAIN,
    ("", "PersistentVolumeClaim"): _SUBDOMAIN,
    ("", "Pod"): _SUBDOMAIN,
    ("", "ReplicationController"): _SUBDOMAIN,
    ("", "ResourceQuota"): _SUBDOMAIN,
    ("", "Secret"): _SUBDOMAIN,
    ("", "Service"): _LABEL,  # before 1.34 it must even begin with a letter
    ("", "ServiceAccount"): _SUBDOMAIN,
    ("batch", "CronJob"): (DNS_SUBDOMAIN, 52),
    ("networking.k8s.io", "IPAddress"): _SEGMENT,
}
_WITHOUT_NAME: Final = {"authentication.k8s.io", "authorization.k8s.io"}


def name_problems(resource: ResourceId, *, is_custom: bool, is_made: bool) -> Iterator[Problem]:
    """Tell what is wrong with a name; `is_made` says that the server makes one (`generateName`)."""
    if not resource.name:
        if not is_made and resource.group not in _WITHOUT_NAME:
            yield Problem(code="missing-field", path=_NAME, message="`name` is missing")
        return
    rule = _KINDS.get((resource.group, resource.kind), _GROUPS.get(resource.group))
    if rule is None:
        rule = _SUBDOMAIN if is_custom else _SEGMENT
    pattern, longest = rule
    shown = shortened(resource.name)
    if resource.name in {".", ".."} or re.search(pattern, resource.name) is None:
        message = f"the name of a `{resource.kind}` must be {PATTERNS[pattern]}, not `{shown}`"
        yield Problem(code="invalid-value", path=_NAME, message=message)
    elif longest and len(resource.name) > longest:
        message = f"the name of a `{resource.kind}` must be at most {longest} characters long"
        hint = f"`{shown}` has {len(resource.name)}"
        yield Problem(code="invalid-value", path=_NAME, message=message, hint=hint)
