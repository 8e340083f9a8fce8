"""What an API server asks of values beyond what its schemas say, laid over their definitions.

Only what a server refuses for certain, at every minor, stands here: `specs/checks.md#values`.  Where the
number 0 means "not set" it is not refused.
"""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

_API: Final = "io.k8s.api."
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."

_LABEL: Final = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_WORD: Final = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"

DNS_LABEL: Final = f"^{_LABEL}$"
DNS_SUBDOMAIN: Final = f"^{_SUBDOMAIN}$"
PATH_SEGMENT: Final = "^[^/%]+$"
_LABEL_KEY: Final = f"^({_SUBDOMAIN}/)?{_WORD}$"
_LABEL_VALUE: Final = f"^({_WORD})?$"
_ANNOTATION_KEY: Final = f"^((?i:{_SUBDOMAIN})/)?{_WORD}$"
_DATA_KEY: Final = "^[-._A-Za-z0-9]+$"
_NAMESPACE: Final = f"^({_LABEL})?$"
_VARIABLE: Final = "^[^=]+$"
_PORT_NAME: Final = "^([a-z0-9-]*[a-z][a-z0-9-]*)?$"
_QUANTITY: Final = (
    r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\s*$"
)
_BASE64: Final = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}(=[\r\n]*){2}|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)
_TIME: Final = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
"""These three are the schemas' own."""

_DAY: Final = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DATE: Final = f"^{_DAY}$"
DATE_TIME: Final = (
    f"^{_DAY}[Tt]([01][0-9]|2[0-3])(:[0-5][0-9]){{2}}(.[0-9]+)?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$"
)
"""What an API server asks of the formats `date` and `date-time` at least."""

PATTERNS: Final = {
    DNS_LABEL: "at most 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit",
    _NAMESPACE: "at most 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit",
    DNS_SUBDOMAIN: "of `a-z`, `0-9`, `-` and `.`, every part beginning and ending with a letter or digit",
    PATH_SEGMENT: "without `/` and `%`",
    _LABEL_KEY: "`name` or `prefix/name`, as keys of labels are",
    _LABEL_VALUE: "at most 63 of letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit",
    _ANNOTATION_KEY: "`name` or `prefix/name`, as keys of annotations are",
    _DATA_KEY: "of letters, digits, `-`, `_` and `.`",
    _PORT_NAME: "a number, or a name of `a-z`, `0-9` and `-` with a letter",
    _QUANTITY: "a quantity such as `500m` or `2Gi`",
    _BASE64: "base64",
    DATE: "a date such as `2026-01-31`",
    DATE_TIME: "a time such as `2026-01-31T12:00:00Z`",
    _TIME: "a time such as `2026-01-31T12:00:00Z`",
    _VARIABLE: "a name without `=`",
}
"""Each pattern, of here or of the schemas, in words that continue "must be"."""


_PORT_NAMES: Final[Schema] = {"pattern": _PORT_NAME, "maxLength": 15}
_PORT: Final[Schema] = {"minimum": 1, "maximum": 65535}
_PORT_OR_UNSET: Final[Schema] = {"minimum": 0, "maximum": 65535}
_PORT_OR_NAME: Final[Schema] = {**_PORT, **_PORT_NAMES}
_TARGET_PORT: Final[Schema] = {**_PORT_OR_UNSET, **_PORT_NAMES}
_NOT_NEGATIVE: Final[Schema] = {"minimum": 0}
_FILE_MODE: Final[Schema] = {"minimum": 0, "maximum": 0o777}
_WEIGHT: Final[Schema] = {"minimum": 1, "maximum": 100}
_NOT_EMPTY: Final[Schema] = {"minItems": 1}
_NAMED_LABEL: Final[Schema] = {"pattern": DNS_LABEL}
BYTES: Final[Schema] = {"pattern": _BASE64}
_DATA_KEYS: Final[Schema] = {"propertyNames": {"pattern": _DATA_KEY, "maxLength": 253}}
_LABELS: Final[Schema] = {
    "propertyNames": {"pattern": _LABEL_KEY},
    "additionalProperties": {"type": ["string", "null"], "pattern": _LABEL_VALUE},
}
_CONTAINER: Final[dict[str, Schema]] = {"name": _NAMED_LABEL, "image": {"minLength": 1}}
_PATHS: Final[dict[str, Schema]] = {
    "pathType": {"enum": ["Exact", "ImplementationSpecific", "Prefix", "", None]}
}
_SIDE_EFFECTS: Final[Schema] = {"enum": ["None", "NoneOnDryRun"]}
_CRON_JOB: Final[dict[str, Schema]] = {
    "concurrencyPolicy": {"enum": ["Allow", "Forbid", "Replace", "", None]},
    "failedJobsHistoryLimit": _NOT_NEGATIVE,
    "successfulJobsHistoryLimit": _NOT_NEGATIVE,
}
_AUTOSCALER: Final[dict[str, Schema]] = {
    "maxReplicas": {"minimum": 1},
    "minReplicas": _NOT_NEGATIVE,
}

_PROPERTIES: Final[dict[str, dict[str, Schema]]] = {
    _META + "LabelSelector": {"matchLabels": _LABELS},
    _META + "LabelSelectorRequirement": {
        "operator": {"enum": ["DoesNotExist", "Exists", "In", "NotIn"]}
    },
    _META + "ObjectMeta": {
        "annotations": {"propertyNames": {"pattern": _ANNOTATION_KEY}},
        "labels": _LABELS,
        "namespace": {"pattern": _NAMESPACE},
    },
    _API + "admissionregistration.v1.MutatingWebhook": {"sideEffects": _SIDE_EFFECTS},
    _API + "admissionregistration.v1.ValidatingWebhook": {"sideEffects": _SIDE_EFFECTS},
    _API + "apps.v1.DeploymentSpec": {
        "minReadySeconds": _NOT_NEGATIVE,
        "replicas": _NOT_NEGATIVE,
        "revisionHistoryLimit": _NOT_NEGATIVE,
    },
    _API + "apps.v1.ReplicaSetSpec": {"replicas": _NOT_NEGATIVE},
    _API + "apps.v1.StatefulSetSpec": {"replicas": _NOT_NEGATIVE},
    _API + "autoscaling.v1.HorizontalPodAutoscalerSpec": _AUTOSCALER,
    _API + "autoscaling.v2.HorizontalPodAutoscalerSpec": _AUTOSCALER,
    _API + "autoscaling.v2beta1.HorizontalPodAutoscalerSpec": _AUTOSCALER,
    _API + "autoscaling.v2beta2.HorizontalPodAutoscalerSpec": _AUTOSCALER,
    _API + "batch.v1.CronJobSpec": _CRON_JOB,
    _API + "batch.v1beta1.CronJobSpec": _CRON_JOB,
    _API + "batch.v1.JobSpec": {
        "activeDeadlineSeconds": _NOT_NEGATIVE,
        "backoffLimit": _NOT_NEGATIVE,
        "completions": _NOT_NEGATIVE,
        "parallelism": _NOT_NEGATIVE,
        "ttlSecondsAfterFinished": _NOT_NEGATIVE,
    },
    _API + "core.v1.ConfigMap": {"binaryData": _DATA_KEYS, "data": _DATA_KEYS},
    _API + "core.v1.ConfigMapVolumeSource": {"defaultMode": _FILE_MODE},
    _API + "core.v1.Container": _CONTAINER,
    _API + "core.v1.ContainerPort": {
        "containerPort": _PORT,
        "hostPort": _PORT_OR_UNSET,
        "name": _PORT_NAMES,
    },
    _API + "core.v1.DownwardAPIVolumeSource": {"defaultMode": _FILE_MODE},
    _API + "core.v1.EnvVar": {"name": {"pattern": _VARIABLE}},
    _API + "core.v1.EphemeralContainer": _CONTAINER,
    _API + "core.v1.HTTPGetAction": {"port": _PORT_OR_NAME},
    _API + "core.v1.KeyToPath": {"mode": _FILE_MODE},
    _API + "core.v1.PersistentVolumeClaimSpec": {"accessModes": _NOT_EMPTY},
    _API + "core.v1.PersistentVolumeSpec": {"accessModes": _NOT_EMPTY},
    _API + "core.v1.PodSpec": {"containers": _NOT_EMPTY},
    _API + "core.v1.PreferredSchedulingTerm": {"weight": _WEIGHT},
    _API + "core.v1.Probe": {
        "failureThreshold": _NOT_NEGATIVE,
        "initialDelaySeconds": _NOT_NEGATIVE,
        "periodSeconds": _NOT_NEGATIVE,
        "successThreshold": _NOT_NEGATIVE,
        "timeoutSeconds": _NOT_NEGATIVE,
    },
    _API + "core.v1.ProjectedVolumeSource": {"defaultMode": _FILE_MODE},
    _API + "core.v1.ReplicationControllerSpec": {"replicas": _NOT_NEGATIVE},
    _API + "core.v1.Secret": {"data": _DATA_KEYS, "stringData": _DATA_KEYS},
    _API + "core.v1.SecretVolumeSource": {"defaultMode": _FILE_MODE},
    _API + "core.v1.ServicePort": {
        "nodePort": _PORT_OR_UNSET,
        "port": _PORT,
        "targetPort": _TARGET_PORT,
    },
    _API + "core.v1.TCPSocketAction": {"port": _PORT_OR_NAME},
    _API + "core.v1.TopologySpreadConstraint": {"maxSkew": {"minimum": 1}},
    _API + "core.v1.Volume": {"name": _NAMED_LABEL},
    _API + "core.v1.WeightedPodAffinityTerm": {"weight": _WEIGHT},
    _API + "networking.v1.HTTPIngressPath": _PATHS,
    _API + "networking.v1beta1.HTTPIngressPath": _PATHS,
    _API + "networking.v1.NetworkPolicyPort": {"port": _PORT_OR_NAME},
    _API + "rbac.v1.RoleRef": {"kind": {"enum": ["ClusterRole", "Role"]}},
    _API + "rbac.v1.Subject": {"kind": {"enum": ["Group", "ServiceAccount", "User"]}},
    _API + "storage.v1.StorageClass": {"reclaimPolicy": {"enum": ["Delete", "Retain", "", None]}},
}
"""Further keywords for the properties of definitions."""

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    _API + "core.v1.Container": ("image",),
    _API + "core.v1.PersistentVolumeClaimSpec": ("accessModes", "resources"),
}
"""What the schema does not require, and the server does."""


def with_limits(document: Schema) -> Schema:
    """Lay the limits over a kind's schema; what it shares with the given one is not copied."""
    definitions = {
        name: _limited(name, definition) for name, definition in document.get("$defs", {}).items()
    }
    return {**document, "$defs": definitions}


def _limited(name: str, definition: Schema) -> Schema:
    limits, needed = _PROPERTIES.get(name, {}), _REQUIRED.get(name, ())
    if not limits and not needed:
        return definition
    properties = {
        key: {**schema, **limits[key]} if key in limits else schema
        for key, schema in definition.get("properties", {}).items()
    }
    required = [*definition.get("required", ()), *needed]
    return {**definition, "properties": properties, "required": required}
