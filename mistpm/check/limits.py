"""What an API server asks of values beyond what its schemas say, laid over their definitions.

Only what a server refuses for certain, at every minor, stands here: `specs/checks.md#values`.  An
empty text and, where it means "not set", the number 0 are never refused.
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
_PORT_NAME: Final = "^([a-z0-9-]*[a-z][a-z0-9-]*)?$"
_QUANTITY_TEXT: Final = (
    r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\s*$"
)
_BASE64: Final = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}(=[\r\n]*){2}|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)

_TIME_TEXT: Final = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
_TEXTS: Final = {
    _META + "Time": _TIME_TEXT,
    _META + "MicroTime": _TIME_TEXT,
}

PATTERNS: Final = {
    DNS_LABEL: "at most 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit",
    f"^({_LABEL})?$": "at most 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit",
    DNS_SUBDOMAIN: "of `a-z`, `0-9`, `-` and `.`, every part beginning and ending with a letter or digit",
    PATH_SEGMENT: "without `/` and `%`",
    _LABEL_KEY: "`name` or `prefix/name`, as keys of labels are",
    _LABEL_VALUE: "at most 63 of letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit",
    _ANNOTATION_KEY: "`name` or `prefix/name`, as keys of annotations are",
    _DATA_KEY: "of letters, digits, `-`, `_` and `.`",
    _PORT_NAME: "a number, or a name of `a-z`, `0-9` and `-` with a letter",
    _QUANTITY_TEXT: "a quantity such as `500m` or `2Gi`",
    _BASE64: "base64",
    _TIME_TEXT: "a time such as `2026-01-31T12:00:00Z`",
    "^[^=]+$": "a name without `=`",
}
"""Each pattern, of here or of the schemas, in words that continue "must be"."""


def _choice(*options: str) -> Schema:
    return {"enum": [*options, "", None]}


_PORT_NAMES: Final[Schema] = {"pattern": _PORT_NAME, "maxLength": 15}
_PORT: Final[Schema] = {"minimum": 1, "maximum": 65535}
_PORT_OR_UNSET: Final[Schema] = {"minimum": 0, "maximum": 65535}
_PORT_OR_NAME: Final[Schema] = {**_PORT, **_PORT_NAMES}
_TARGET_PORT: Final[Schema] = {**_PORT_OR_UNSET, **_PORT_NAMES}
_NOT_NEGATIVE: Final[Schema] = {"minimum": 0}
_FILE_MODE: Final[Schema] = {"minimum": 0, "maximum": 0o777}
_WEIGHT: Final[Schema] = {"minimum": 1, "maximum": 100}
_NAMED_LABEL: Final[Schema] = {"pattern": DNS_LABEL}
BYTES: Final[Schema] = {"pattern": _BASE64}
_DATA_KEYS: Final[Schema] = {"propertyNames": {"pattern": _DATA_KEY, "maxLength": 253}}
_LABELS: Final[Schema] = {
    "propertyNames": {"pattern": _LABEL_KEY},
    "additionalProperties": {"type": ["string", "null"], "pattern": _LABEL_VALUE},
}
_PROTOCOL: Final = _choice("TCP", "UDP", "SCTP")
_CONTAINER: Final[dict[str, Schema]] = {
    "name": _NAMED_LABEL,
    "image": {"minLength": 1},
    "imagePullPolicy": _choice("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": _choice("File", "FallbackToLogsOnError"),
}
_PROBE: Final[dict[str, Schema]] = {
    "failureThreshold": _NOT_NEGATIVE,
    "initialDelaySeconds": _NOT_NEGATIVE,
    "periodSeconds": _NOT_NEGATIVE,
    "successThreshold": _NOT_NEGATIVE,
    "timeoutSeconds": _NOT_NEGATIVE,
}
_ACCESS_MODES: Final[Schema] = {
    "minItems": 1,
    "items": {"enum": ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]},
}
_VOLUME_MODE: Final = _choice("Filesystem", "Block")
_WEBHOOK: Final[dict[str, Schema]] = {
    "failurePolicy": _choice("Ignore", "Fail"),
    "matchPolicy": _choice("Exact", "Equivalent"),
}
_SELECTOR_OPERATOR: Final[dict[str, Schema]] = {
    "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist"]}
}
_PATHS: Final[dict[str, Schema]] = {
    "pathType": _choice("Exact", "Prefix", "ImplementationSpecific")
}

_PROPERTIES: Final[dict[str, dict[str, Schema]]] = {
    _META + "ObjectMeta": {
        "namespace": {"pattern": f"^({_LABEL})?$"},
        "labels": _LABELS,
        "annotations": {"propertyNames": {"pattern": _ANNOTATION_KEY}},
    },
    _META + "LabelSelector": {"matchLabels": _LABELS},
    _META + "LabelSelectorRequirement": _SELECTOR_OPERATOR,
    _API + "core.v1.ConfigMap": {
        "data": _DATA_KEYS,
        "binaryData": _DATA_KEYS,
    },
    _API + "core.v1.Secret": {"data": _DATA_KEYS, "stringData": _DATA_KEYS},
    _API + "core.v1.Container": _CONTAINER,
    _API + "core.v1.EphemeralContainer": _CONTAINER,
    _API + "core.v1.ContainerPort": {
        "containerPort": _PORT,
        "hostPort": _PORT_OR_UNSET,
        "name": _PORT_NAMES,
        "protocol": _PROTOCOL,
    },
    _API + "core.v1.EnvVar": {"name": {"pattern": "^[^=]+$"}},
    _API + "core.v1.HTTPGetAction": {
        "port": _PORT_OR_NAME,
        "scheme": _choice("HTTP", "HTTPS"),
    },
    _API + "core.v1.TCPSocketAction": {"port": _PORT_OR_NAME},
    _API + "core.v1.Probe": _PROBE,
    _API + "core.v1.PodSpec": {
        "containers": {"minItems": 1},
        "restartPolicy": _choice("Always", "OnFailure", "Never"),
        "dnsPolicy": _choice("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        "preemptionPolicy": _choice("Never", "PreemptLowerPriority"),
    },
    _API + "core.v1.Volume": {"name": _NAMED_LABEL},
    _API + "core.v1.VolumeMount": {
        "mountPropagation": _choice("None", "HostToContainer", "Bidirectional")
    },
    _API + "core.v1.KeyToPath": {"mode": _FILE_MODE},
    **{
        _API + f"core.v1.{name}": {"defaultMode": _FILE_MODE}
        for name in (
            "ConfigMapVolumeSource", "DownwardAPIVolumeSource", "ProjectedVolumeSource", "SecretVolumeSource",
        )
    },
    _API + "core.v1.WeightedPodAffinityTerm": {"weight": _WEIGHT},
    _API + "core.v1.PreferredSchedulingTerm": {"weight": _WEIGHT},
    _API + "core.v1.NodeSelectorRequirement": {
        "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]}
    },
    _API + "core.v1.Toleration": {"effect": _choice("NoSchedule", "PreferNoSchedule", "NoExecute")},
    _API + "core.v1.TopologySpreadConstraint": {
        "whenUnsatisfiable": {"enum": ["DoNotSchedule", "ScheduleAnyway"]},
        "maxSkew": {"minimum": 1},
    },
    _API + "core.v1.SeccompProfile": {"type": {"enum": ["Localhost", "RuntimeDefault", "Unconfined"]}},
    _API + "core.v1.ServiceSpec": {
        "type": _choice("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "sessionAffinity": _choice("ClientIP", "None"),
        "externalTrafficPolicy": _choice("Cluster", "Local"),
        "internalTrafficPolicy": _choice("Cluster", "Local"),
        "ipFamilyPolicy": _choice("SingleStack", "PreferDualStack", "RequireDualStack"),
    },
    _API + "core.v1.ServicePort": {
        "port": _PORT,
        "nodePort": _PORT_OR_UNSET,
        "protocol": _PROTOCOL,
        "targetPort": _TARGET_PORT,
    },
    _API + "core.v1.PersistentVolumeClaimSpec": {
        "accessModes": _ACCESS_MODES,
        "volumeMode": _VOLUME_MODE,
    },
    _API + "core.v1.PersistentVolumeSpec": {
        "accessModes": _ACCESS_MODES,
        "volumeMode": _VOLUME_MODE,
        "persistentVolumeReclaimPolicy": _choice("Retain", "Delete", "Recycle"),
    },
    _API + "core.v1.ReplicationControllerSpec": {"replicas": _NOT_NEGATIVE},
    _API + "apps.v1.DeploymentSpec": {
        "replicas": _NOT_NEGATIVE,
        "revisionHistoryLimit": _NOT_NEGATIVE,
        "minReadySeconds": _NOT_NEGATIVE,
    },
    _API + "apps.v1.DeploymentStrategy": {"type": _choice("Recreate", "RollingUpdate")},
    _API + "apps.v1.DaemonSetUpdateStrategy": {"type": _choice("RollingUpdate", "OnDelete")},
    _API + "apps.v1.StatefulSetSpec": {
        "replicas": _NOT_NEGATIVE,
        "podManagementPolicy": _choice("OrderedReady", "Parallel"),
    },
    _API + "apps.v1.StatefulSetUpdateStrategy": {"type": _choice("RollingUpdate", "OnDelete")},
    _API + "apps.v1.ReplicaSetSpec": {"replicas": _NOT_NEGATIVE},
    _API + "batch.v1.JobSpec": {
        "parallelism": _NOT_NEGATIVE,
        "completions": _NOT_NEGATIVE,
        "backoffLimit": _NOT_NEGATIVE,
        "activeDeadlineSeconds": _NOT_NEGATIVE,
        "ttlSecondsAfterFinished": _NOT_NEGATIVE,
        "completionMode": _choice("NonIndexed", "Indexed"),
    },
    **{
        _API + f"batch.{version}.CronJobSpec": {
            "concurrencyPolicy": _choice("Allow", "Forbid", "Replace"),
            "successfulJobsHistoryLimit": _NOT_NEGATIVE,
            "failedJobsHistoryLimit": _NOT_NEGATIVE,
        }
        for version in ("v1", "v1beta1")
    },
    **{
        _API + f"autoscaling.{version}.HorizontalPodAutoscalerSpec": {
            "maxReplicas": {"minimum": 1},
            "minReplicas": _NOT_NEGATIVE,
        }
        for version in ("v1", "v2", "v2beta1", "v2beta2")
    },
    _API + "networking.v1.HTTPIngressPath": _PATHS,
    _API + "networking.v1beta1.HTTPIngressPath": _PATHS,
    _API + "networking.v1.NetworkPolicyPort": {
        "port": _PORT_OR_NAME,
        "protocol": _PROTOCOL,
    },
    _API + "networking.v1.NetworkPolicySpec": {
        "policyTypes": {"items": {"enum": ["Ingress", "Egress"]}}
    },
    _API + "rbac.v1.Subject": {"kind": {"enum": ["User", "Group", "ServiceAccount"]}},
    _API + "rbac.v1.RoleRef": {"kind": {"enum": ["Role", "ClusterRole"]}},
    _API + "storage.v1.StorageClass": {
        "reclaimPolicy": _choice("Retain", "Delete"),
        "volumeBindingMode": _choice("Immediate", "WaitForFirstConsumer"),
    },
    _API + "admissionregistration.v1.MutatingWebhook": {
        **_WEBHOOK,
        "sideEffects": {"enum": ["None", "NoneOnDryRun"]},
        "reinvocationPolicy": _choice("Never", "IfNeeded"),
    },
    _API + "admissionregistration.v1.ValidatingWebhook": {
        **_WEBHOOK,
        "sideEffects": {"enum": ["None", "NoneOnDryRun"]},
    },
}  # fmt: skip
"""Further keywords for the properties of definitions."""

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    _API + "core.v1.Container": ("image",),
    _API + "core.v1.PersistentVolumeClaimSpec": ("accessModes", "resources"),
}
"""What the schema does not require, and the server does."""

_NOT_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    _API + "apps.v1.StatefulSetSpec": ("serviceName",),
    _API + "networking.v1.NetworkPolicySpec": ("podSelector",),
    _API + "rbac.v1.ClusterRole": ("rules",),
    _API + "rbac.v1.Role": ("rules",),
    _API + "discovery.v1.EndpointSlice": ("endpoints",),
}
"""What the schema requires, and the server makes up or does without."""


def with_limits(document: Schema) -> Schema:
    """Lay the limits over a kind's schema; what it shares with the given one is not copied."""
    definitions = {
        name: _limited(name, definition) for name, definition in document.get("$defs", {}).items()
    }
    return {**document, "$defs": definitions}


def _limited(name: str, definition: Schema) -> Schema:
    if name in _TEXTS:
        return {**definition, "pattern": _TEXTS[name]}
    limits = _PROPERTIES.get(name, {})
    needed, lenient = _REQUIRED.get(name, ()), _NOT_REQUIRED.get(name, ())
    if not limits and not needed and not lenient:
        return definition
    properties = {
        key: {**schema, **limits[key]} if key in limits else schema
        for key, schema in definition.get("properties", {}).items()
    }
    for key in lenient:
        properties[key] = _or_null(properties.get(key, {}))
    required = [key for key in definition.get("required", ()) if key not in lenient]
    return {**definition, "properties": properties, "required": [*required, *needed]}


def _or_null(schema: Schema) -> Schema:
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else schema
