"""What Kubernetes serves at which minor, against rows known from its release notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.kinds import FILE, Kind, kind_table
from mistpm.model.minors import Minor, known_minors
from mistpm.model.presence import (
    Api,
    InvalidApiError,
    apis,
    find_kind,
    is_built_in,
    is_namespaced,
    parse_api,
)

SERVED = [
    ("v1/Pod", 16, 37),
    ("apps/v1/Deployment", 16, 37),
    ("batch/v1/CronJob", 21, 37),
    ("batch/v1beta1/CronJob", 16, 24),
    ("autoscaling/v2/HorizontalPodAutoscaler", 23, 37),
    ("autoscaling/v2beta2/HorizontalPodAutoscaler", 16, 25),
    ("networking.k8s.io/v1/Ingress", 19, 37),
    ("networking.k8s.io/v1beta1/Ingress", 16, 21),
    ("extensions/v1beta1/Ingress", 16, 21),
    ("policy/v1/PodDisruptionBudget", 21, 37),
    ("policy/v1beta1/PodSecurityPolicy", 16, 24),
    ("policy/v1/Eviction", 22, 37),
    ("policy/v1beta1/Eviction", 16, 24),
    ("apiextensions.k8s.io/v1beta1/CustomResourceDefinition", 16, 21),
    ("rbac.authorization.k8s.io/v1beta1/Role", 16, 21),
    ("discovery.k8s.io/v1/EndpointSlice", 21, 37),
    ("discovery.k8s.io/v1beta1/EndpointSlice", 17, 24),
    ("storage.k8s.io/v1beta1/CSIStorageCapacity", 21, 26),
    ("flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema", 23, 28),
    ("flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema", 26, 31),
    ("flowcontrol.apiserver.k8s.io/v1/FlowSchema", 29, 37),
    ("admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy", 30, 37),
    ("resource.k8s.io/v1/ResourceClaim", 34, 37),
]

PRESENT_BUT_OFF = [
    ("apps/v1beta1/Deployment", 16, 15),
    ("apps/v1beta2/StatefulSet", 16, 15),
    ("extensions/v1beta1/Deployment", 16, 15),
    ("rbac.authorization.k8s.io/v1alpha1/Role", 16, 22),
    ("admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicy", 28, 33),
    ("authentication.k8s.io/v1beta1/SelfSubjectReview", 27, 32),
    ("networking.k8s.io/v1beta1/IPAddress", 31, 36),
    ("resource.k8s.io/v1beta1/ResourceClaim", 32, 37),
]


@pytest.mark.parametrize(("text", "first", "last"), SERVED)
def test_served(text: str, first: int, last: int) -> None:
    """An API is built in from the minor that brought it to the one before its removal."""
    api = parse_api(text)
    found = [minor.number for minor in known_minors() if is_built_in(api, minor)]

    assert list(range(first, last + 1)) == found
    assert found == [minor.number for minor in known_minors() if text in apis(minor)]


@pytest.mark.parametrize(("text", "first", "last"), PRESENT_BUT_OFF)
def test_present_but_off(text: str, first: int, last: int) -> None:
    """What a server has but serves only when told to is present and not built in."""
    api = parse_api(text)
    kind = find_kind(api)

    assert kind is not None
    assert list(range(first, last + 1)) == [m.number for m in known_minors() if kind.present(m)]
    assert not any(is_built_in(api, minor) for minor in known_minors())
    assert not any(text in apis(minor) for minor in known_minors())


@pytest.mark.parametrize(
    "text",
    [
        "metrics.k8s.io/v1beta1/PodMetrics",
        "monitoring.coreos.com/v1/ServiceMonitor",
        "apps.example.com/v1/Deployment",
        "apps/v2/Deployment",
        "v1/Deployment",
    ],
)
def test_not_kubernetes_own(text: str) -> None:
    """What Kubernetes never had, in exactly this group and version, is not built in."""
    assert find_kind(parse_api(text)) is None
    assert not any(is_built_in(parse_api(text), minor) for minor in known_minors())


def test_apis_of_a_minor() -> None:
    """The list has versions as well as kinds, sorted, the core group without a slash."""
    listed = apis(Minor(33))

    assert sorted(set(listed)) == list(listed)
    assert {"v1", "v1/Pod", "apps/v1", "apps/v1/Deployment", "autoscaling/v2"} <= set(listed)
    assert not [text for text in listed if "alpha" in text or "v1beta" in text]
    assert "flowcontrol.apiserver.k8s.io/v1beta3" in apis(Minor(31))
    assert "extensions/v1beta1" in apis(Minor(16))
    assert "extensions/v1beta1/Deployment" not in apis(Minor(16))


@pytest.mark.parametrize(
    ("group", "kind", "expected"),
    [
        ("", "Pod", True),
        ("", "Namespace", False),
        ("", "PersistentVolume", False),
        ("", "PersistentVolumeClaim", True),
        ("rbac.authorization.k8s.io", "Role", True),
        ("rbac.authorization.k8s.io", "ClusterRole", False),
        ("apiextensions.k8s.io", "CustomResourceDefinition", False),
        ("apiregistration.k8s.io", "APIService", False),
        ("policy", "PodSecurityPolicy", False),
        ("policy", "Eviction", True),
        ("gateway.networking.k8s.io", "Gateway", None),
        ("apps", "Pod", None),
    ],
)
def test_scope(group: str, kind: str, *, expected: bool | None) -> None:
    """A kind lives in a namespace or not; of what is not Kubernetes' own nothing is known."""
    assert expected is is_namespaced(group, kind)


@pytest.mark.parametrize(
    ("text", "plural", "stability"),
    [
        ("networking.k8s.io/v1/Ingress", "ingresses", "stable"),
        ("v1/Endpoints", "endpoints", "stable"),
        ("networking.k8s.io/v1/NetworkPolicy", "networkpolicies", "stable"),
        ("resource.k8s.io/v1beta2/DeviceClass", "deviceclasses", "beta"),
        ("internal.apiserver.k8s.io/v1alpha1/StorageVersion", "storageversions", "alpha"),
        ("policy/v1/Eviction", "", "stable"),
    ],
)
def test_plural_and_stability(text: str, plural: str, stability: str) -> None:
    """A kind has the name in the resource's path, and the stability that its version says."""
    kind = find_kind(parse_api(text))

    assert kind is not None
    assert (plural, stability) == (kind.plural, kind.stability)
    assert text == str(kind)


def test_table_is_sound() -> None:
    """Rows are sorted, have different APIs, and end after they begin; sources are named."""
    table = kind_table()
    rows = [(kind.group, kind.version, kind.kind) for kind in table.kinds]

    assert sorted(set(rows)) == rows
    assert {True} == {table.oldest <= kind.first <= table.newest for kind in table.kinds}
    assert {"lightkube-models 1.37.0.8", "k8s.io/api v0.37.2"} < set(table.sources)
    assert FILE.stat().st_size < 30_000


def test_lives_are_sound() -> None:
    """A kind ends after it began, or was gone by the oldest minor; it is deprecated before it goes."""
    table = kind_table()
    for kind in table.kinds:
        end = kind.removed or table.newest + 1

        assert kind.first < end or kind.first == table.oldest
        assert kind.deprecated is None or kind.deprecated < end
        assert kind.planned is None or kind.removed is None
        assert kind.planned is None or kind.planned > table.newest


def test_replacements_lead_somewhere() -> None:
    """A replacement is another API of the table that outlives what it replaces; none goes in circles."""
    for kind in kind_table().kinds:
        if kind.replacement:
            successor = find_kind(parse_api(kind.replacement))

            assert successor is not None
            assert (successor.removed or 99) > (kind.removed or 38)
            assert str(kind) != str(successor)


def test_scope_is_the_same_in_all_versions() -> None:
    """A group's kind has one scope, so that the version need not be known."""
    kinds = kind_table().kinds

    assert [] == [kind for kind in kinds if is_namespaced(kind.group, kind.kind) != kind.namespaced]


def test_minor_beyond_the_table() -> None:
    """A minor that is too new to be known has what the newest known one has."""
    assert apis(Minor(37)) == apis(Minor(99))
    assert () == apis(Minor(15))


@given(st.sampled_from(kind_table().kinds))
def test_api_text_survives(kind: Kind) -> None:
    """Every API of the table is read from its text, and prints it."""
    api = parse_api(str(kind))

    assert Api(kind.group, kind.version, kind.kind) == api
    assert str(kind) == str(api)
    assert kind == find_kind(api)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pod",
        "apps/v1",
        "apps/Deployment",
        "apps/v1/Deployment/scale",
        "v2/Pod",
        "/v1/Pod",
        "Apps/v1/Deployment",
        "apps/V1/Deployment",
        "apps/v1/deployment",
        "apps/v1/ Deployment",
        "apps/v1/Deployment\n",
        "-apps/v1/Deployment",
    ],
)
def test_no_api(text: str) -> None:
    """What names no kind of a group's version is refused, with the way to write it."""
    with pytest.raises(InvalidApiError) as caught:
        parse_api(text)

    assert (
        f"`{text}` is not an API; write `group/version/Kind`, such as `apps/v1/Deployment`,"
        " or `v1/Pod` for the core group."
    ) == str(caught.value)


def test_apis_sort_and_hash() -> None:
    """APIs sort by group, version and kind, and equal ones are one in a set."""
    texts = ["v1/Pod", "apps/v1/Deployment", "apps/v1/DaemonSet", "apps/v1beta1/Deployment"]
    listed = sorted(parse_api(text) for text in texts)

    assert [texts[0], texts[2], texts[1], texts[3]] == [str(api) for api in listed]
    assert 1 == len({parse_api("v1/Pod"), Api("", "v1", "Pod")})
