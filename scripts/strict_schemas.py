"""The form in which Kubernetes' definitions are kept: one for all minors, refusing what an API server refuses.

Each rule and the reason for it: `specs/kubernetes-data.md#schemas`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple, TypeAlias

Schema: TypeAlias = dict[str, Any]
Definitions: TypeAlias = dict[str, Schema]
Texts: TypeAlias = dict[tuple[str, str], tuple[str, ...]]
"""The texts that a field of a definition may have."""

ANYTHING: Final[Schema] = {}
QUANTITY: Final = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\s*$"
BASE64: Final = (
    r"^[\r\n]*(([A-Za-z0-9+/][\r\n]*){4})*"
    r"(([A-Za-z0-9+/][\r\n]*){2}(=[\r\n]*){2}|([A-Za-z0-9+/][\r\n]*){3}=[\r\n]*)?$"
)
TIME: Final = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"
)
WRITTEN_DIFFERENTLY: Final[Definitions] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer", "null"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "type": ["string", "number", "null"],
        "pattern": QUANTITY,
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": ANYTHING,
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": {
        "type": ["string", "null"],
        "pattern": TIME,
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": {"type": ["string", "null"], "pattern": TIME},
    "io.k8s.apimachinery.pkg.runtime.RawExtension": ANYTHING,
}
"""Types of which the documents do not tell the truth, since they read their JSON themselves."""


class OptionalFields(NamedTuple):
    """Fields that the documents call required, while servers accept objects without them."""

    definition: str
    fields: str
    reason: str


EMPTY: Final = "nothing is a value: an empty text, list or mapping, zero, or false"
DEFAULT: Final = "has a default"
OPTIONAL: Final = (
    OptionalFields("api.apps.v1.ControllerRevision", "revision", EMPTY),
    OptionalFields("api.apps.v1.StatefulSetSpec", "serviceName", "only wanted for names of Pods"),
    OptionalFields("api.authentication.v1.TokenRequestSpec", "audiences", DEFAULT),
    OptionalFields("api.batch.v1.PodFailurePolicy", "rules", EMPTY),
    OptionalFields("api.batch.v1.PodFailurePolicyOnPodConditionsPattern", "status", DEFAULT),
    OptionalFields("api.batch.v1.PodFailurePolicyRule", "onPodConditions", "or `onExitCodes`"),
    OptionalFields("api.core.v1.HTTPHeader", "value", EMPTY),
    OptionalFields("api.core.v1.ISCSI*VolumeSource", "lun", EMPTY),
    OptionalFields("api.core.v1.LimitRangeSpec", "limits", EMPTY),
    OptionalFields("api.core.v1.PreferredSchedulingTerm", "preference", EMPTY),
    OptionalFields("api.core.v1.ProjectedVolumeSource", "sources", EMPTY),
    OptionalFields("api.core.v1.SleepAction", "seconds", EMPTY),
    OptionalFields("api.core.v1.Sysctl", "value", EMPTY),
    OptionalFields("api.core.v1.TypedLocalObjectReference", "kind", "servers do not look"),
    OptionalFields("api.discovery.*.EndpointSlice", "endpoints", EMPTY),
    OptionalFields("api.discovery.*.ForZone", "name", "servers do not look"),
    OptionalFields("api.discovery.*.ForNode", "name", "servers do not look"),
    OptionalFields("api.networking.v1.NetworkPolicySpec", "podSelector", "empty: all Pods"),
    OptionalFields("api.policy.v1beta1.*Range", "min max", EMPTY),
    OptionalFields(
        "api.policy.v1beta1.RuntimeClassStrategyOptions", "allowedRuntimeClassNames", EMPTY
    ),
    OptionalFields("api.rbac.*.RoleRef", "apiGroup", DEFAULT),
    OptionalFields("api.resource.*.DeviceClass", "spec", EMPTY),
    OptionalFields("api.resource.v1*.ResourceClaim", "spec", EMPTY),
    OptionalFields("api.resource.v1*.ResourceClaimTemplate*", "spec", EMPTY),
    OptionalFields("api.resource.*.ResourcePool", "generation", EMPTY),
    OptionalFields("api.scheduling.*.PriorityClass", "value", EMPTY),
    OptionalFields("api.storage.*.CSIDriver", "spec", DEFAULT),
    OptionalFields("api.storage.*.CSINode", "spec", EMPTY),
    OptionalFields("api.storage.*.CSINodeSpec", "drivers", EMPTY),
    OptionalFields("api.storage.*.TokenRequest", "audience", "empty: the API server's own"),
    OptionalFields("apimachinery.*.v1.GroupResource", "group", "empty: the core group"),
    OptionalFields(
        "apiextensions-apiserver.*.CustomResourceDefinitionVersion", "served storage", EMPTY
    ),
    OptionalFields("kube-aggregator.*.APIServiceSpec", "service", "none: the server itself"),
)
"""Tried on a server where one of the minors can be had, else as its validation reads."""


def strict_definitions(documents: Definitions, root_names: set[str], texts: Texts) -> Definitions:
    """Give what the roots reach, each in its strict form; `texts` are those that fields may have.

    What only a `status` reaches demands nothing: servers drop the `status` of what is applied.
    """
    without_status = dict(documents)
    for name in root_names:
        properties = dict(documents[name].get("properties", {}))
        properties.pop("status", None)
        without_status[name] = {**documents[name], "properties": properties}
    demanding = reachable(without_status, root_names)
    definitions: Definitions = {}
    for name in sorted(reachable(documents, root_names)):
        schema = documents[name]
        if name in demanding:
            schema = with_texts(schema, name, texts)
        required = required_fields(schema, name) if name in demanding else set()
        definitions[name] = WRITTEN_DIFFERENTLY.get(name, strict(schema, required))
    return definitions


def with_texts(schema: Schema, name: str, texts: Texts) -> Schema:
    """Add to the fields of a definition which texts they may have; an empty one is like none."""
    properties = dict(schema.get("properties", {}))
    for field, value in properties.items():
        if (name, field) in texts:
            known = {"texts": sorted({"", *texts[name, field]})}
            if "items" in value:
                properties[field] = {**value, "items": {**value["items"], **known}}
            else:
                properties[field] = {**value, **known}
    return {**schema, "properties": properties} if properties else schema


def required_fields(schema: Schema, name: str) -> set[str]:
    """Give the fields that a server demands in one definition."""
    required = set(schema.get("required", ()))
    for row in OPTIONAL:
        if fnmatchcase(name, f"io.k8s.{row.definition}"):
            required -= set(row.fields.split())
    return required - {"status"} if "x-kubernetes-group-version-kind" in schema else required


def strict(
    schema: Schema, required: AbstractSet[str] = frozenset(), *, nullable: bool = True
) -> Schema:
    """Give a schema that refuses unknown fields and wrong types, and an object without what is required.

    Null means the same as a missing field: it is refused where a field is required.
    """
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{definition_name(schema)}"}
    result: Schema = {}
    if "type" in schema:
        type_ = schema["type"]
        type_ = type_ if isinstance(type_, str) else next(word for word in type_ if word != "null")
        result["type"] = [type_, "null"] if nullable else type_
    if schema.get("format") == "byte":
        result["pattern"] = BASE64
    if "texts" in schema:
        result["enum"] = [*schema["texts"], None] if nullable else schema["texts"]
    if "properties" in schema:
        result["properties"] = {
            name: strict(value, nullable=name not in required)
            for name, value in schema["properties"].items()
        }
        result["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = strict(schema["additionalProperties"])
    elif "object" in result.get("type", ()):
        result["additionalProperties"] = False  # a type without fields
    if required:
        result["required"] = sorted(required)
    if "items" in schema:
        result["items"] = strict(schema["items"])
    return result


def definition_name(reference: Schema) -> str:
    """Give the name of the definition that a `$ref` points to."""
    text: str = reference["$ref"]
    return text.rpartition("/")[2]


def references(schema: object) -> Iterator[str]:
    """Give the names of the definitions that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield definition_name(schema)
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def reachable(documents: Definitions, names: set[str]) -> set[str]:
    """Give the names of all definitions that these ones need, themselves included."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += references(documents[name])
    return found
