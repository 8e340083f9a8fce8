"""What is told of who uses which versions of APIs on a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from mistpm.check.lifecycle import advice, successor
from mistpm.model.finding import Finding, Severity
from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.evidence import LiveUse, Unseen
from mistpm.target.cluster.evidence_definitions import CustomVersion, LiveDefinition
from mistpm.target.cluster.evidence_requests import RequestedApi

_MIGRATE = (
    "write every object again, so that it is stored in the present version, then take the old one out of"
    " `status.storedVersions`"
)


def use_findings(
    uses: Iterable[LiveUse], rows: Mapping[Api, Kind], minor: Minor, minors: tuple[Minor, ...]
) -> Iterator[Finding]:
    """Tell who wrote objects in versions that Kubernetes drops, one finding for each object and version.

    What is gone already at `minor`, the cluster's own, breaks nothing more: it is a warning.
    """
    for (resource, api), written in _by_object(uses).items():
        row = rows.get(api)
        if row is None:
            continue
        gone = tuple(each for each in minors if row.gone(each))
        deprecated = tuple(
            each
            for each in minors
            if each not in gone and row.deprecated is not None and row.deprecated <= each.number
        )
        common = _Common(
            resource,
            api,
            written,
            replacement=_instead(row, minors),
            otherwise=advice(row, minors[-1]),
        )
        if gone:
            is_over = row.gone(minor)
            yield common.finding(
                severity="warning" if is_over else "error",
                code="removed-api",
                why=f"which Kubernetes 1.{row.removed} removed",
                minors=gone,
            )
        if deprecated:
            end = f", and 1.{row.removed} does not have it" if row.removed is not None else ""
            yield common.finding(
                severity="warning",
                code="deprecated-api",
                why=f"which is deprecated since Kubernetes 1.{row.deprecated}{end}",
                minors=deprecated,
            )


def custom_findings(
    uses: Iterable[LiveUse], definitions: Iterable[LiveDefinition]
) -> Iterator[Finding]:
    """Tell who wrote custom resources in versions that their definitions call deprecated, or do not serve."""
    by_object = _by_object(uses)
    for definition in definitions:
        better = _better(definition)
        outdated = {each.api: each for each in definition.versions if _is_outdated(each)}
        for (resource, api), written in by_object.items():
            if api not in outdated:
                continue
            version = outdated[api]
            said = f" (it says: {version.warning})" if version.warning else ""
            common = _Common(resource, api, written, replacement=better)
            if version.is_served:
                yield common.finding(
                    severity="warning",
                    code="deprecated-api",
                    why=f"which its definition calls deprecated{said}",
                )
            else:
                yield common.finding(
                    severity="warning",
                    code="version-not-served",
                    why="which its definition does not serve any more",
                )
        names = {each.api.version: each for each in outdated.values()}
        for stored in definition.stored:
            if stored in names:
                yield _stored(definition, names[stored])


def requested_findings(
    requested: Iterable[RequestedApi], minors: tuple[Minor, ...]
) -> Iterator[Finding]:
    """Tell which versions somebody asks for, who that is the API server does not count.

    What is deprecated with no end in sight is left out: Kubernetes itself asks for it.
    """
    for each in requested:
        row = _row(each)
        end = _removal(each, row)
        if end is None:
            continue
        gone = tuple(minor for minor in minors if end <= minor)
        name = str(row) if row else f"{each.group}/{each.version} {each.plural}".lstrip("/")
        yield Finding(
            severity="warning" if gone else "info",
            code="requested-api",
            message=f"somebody asked the API server for `{name}` since it started, which"
            f" Kubernetes {end} does not have; it does not count who",
            api_version=f"{each.group}/{each.version}".lstrip("/"),
            minors=gone,
            hint='the audit log names who: its entries have the annotation `k8s.io/deprecated: "true"`',
            replacement=_instead(row, minors) if row else "",
        )


def told_by_the_server(warnings: Mapping[Api, str], known: Collection[Api]) -> Iterator[Finding]:
    """Pass on what the API server warned of, where nothing else tells it."""
    for api, warning in sorted(warnings.items()):
        if api not in known:
            yield Finding(
                severity="warning",
                code="deprecated-api",
                message=f"the API server warns of `{api}`: {warning}",
                api_version=f"{api.group}/{api.version}".lstrip("/"),
            )


def unseen_findings(unseen: Iterable[Unseen]) -> Iterator[Finding]:
    """Tell what was not looked at, one finding for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in sorted(set(unseen)):
        reasons.setdefault(each.why, []).append(f"`{each.what}`")
    for why, names in sorted(reasons.items()):
        yield Finding(
            severity="info",
            code="not-looked-at",
            message=f"{', '.join(names)} {'was' if len(names) == 1 else 'were'} not looked at: {why}",
            hint="ask for a role that allows it" if why.startswith("the right") else "",
        )


class _Common:
    """What all findings about one object and version have in common."""

    def __init__(
        self,
        resource: ResourceId,
        api: Api,
        written: list[LiveUse],
        *,
        replacement: str,
        otherwise: str = "nothing replaces it",
    ) -> None:
        self._resource = resource
        self._api = api
        self._first = written[0]
        self._replacement = replacement
        self._otherwise = otherwise
        self._writers = _listed([_writer(each) for each in written])

    def finding(
        self, *, severity: Severity, code: str, why: str, minors: tuple[Minor, ...] = ()
    ) -> Finding:
        owner = f"; it belongs to the {self._first.owner}" if self._first.owner else ""
        return Finding(
            severity=severity,
            code=code,
            message=f"{self._writers} wrote it as `{self._api}`, {why}{owner}",
            release=self._first.release,
            resource=self._resource,
            api_version=f"{self._api.group}/{self._api.version}".lstrip("/"),
            minors=minors,
            hint=self._hint(),
            replacement=self._replacement,
        )

    def _hint(self) -> str:
        if not self._replacement:
            return self._otherwise
        if self._first.release:
            return f"`mistpm upgrade` moves to a version of its package that writes `{self._replacement}`"
        if self._first.owner:
            return f"upgrade it to a chart that writes `{self._replacement}`, before the cluster"
        return (
            f"let it write `{self._replacement}`;"
            " the object itself stays, and is there in that version already"
        )


def _instead(row: Kind, minors: tuple[Minor, ...]) -> str:
    """Give what to write instead: what Kubernetes says, or else the version of the group that stays."""
    if found := successor(row, minors[-1]):
        return str(found)
    staying = [
        str(each)
        for each in kind_table().kinds
        if (each.group, each.kind) == (row.group, row.kind)
        and each.deprecated is None
        and all(map(each.served, minors))
    ]
    return staying[0] if staying else ""


def _by_object(uses: Iterable[LiveUse]) -> dict[tuple[ResourceId, Api], list[LiveUse]]:
    found: dict[tuple[ResourceId, Api], list[LiveUse]] = {}
    for use in uses:
        found.setdefault((use.resource, use.api), []).append(use)
    return found


def _writer(use: LiveUse) -> str:
    """Give `helm` (2024-05-02), `operator` (its status, 2024-05-02)."""
    about = [f"its {use.part}" if use.part else "", use.time[:10]]
    said = ", ".join(part for part in about if part)
    return f"`{use.manager or 'somebody'}`" + (f" ({said})" if said else "")


def _stored(definition: LiveDefinition, version: CustomVersion) -> Finding:
    state = "is deprecated" if version.is_served else "is not served any more"
    return Finding(
        severity="info",
        code="stored-version-deprecated",
        message=f"objects of it may still be stored as `{version.api.version}`, which {state}:"
        " a definition without that version will be refused",
        resource=ResourceId(
            "apiextensions.k8s.io", "CustomResourceDefinition", "", definition.name
        ),
        api_version="apiextensions.k8s.io/v1",
        hint=_MIGRATE,
    )


def _better(definition: LiveDefinition) -> str:
    """Give the version to write instead: the first that is served and not deprecated."""
    return next((str(each.api) for each in definition.versions if not _is_outdated(each)), "")


def _is_outdated(version: CustomVersion) -> bool:
    return version.is_deprecated or not version.is_served


def _row(requested: RequestedApi) -> Kind | None:
    plural = requested.plural.partition("/")[0]
    place = (requested.group, requested.version, plural)
    rows = kind_table().kinds
    return next((row for row in rows if (row.group, row.version, row.plural) == place), None)


def _removal(requested: RequestedApi, row: Kind | None) -> Minor | None:
    """Give the minor that goes without it: what the table says, or else the server."""
    if row is not None and row.removed is not None:
        return Minor(row.removed)
    number = requested.removed.partition(".")[2]
    return Minor(int(number)) if number.isdigit() else None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
