"""What is desired against what is on a cluster: changes to show, steps to carry out.

What is as it was applied costs nothing but its kind's list; everything else is a dry run, several at a time.
See `specs/cluster-target.md`, "Comparing".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from mistpm.diff import in_order
from mistpm.errors import TargetError
from mistpm.model.change import Diff
from mistpm.model.finding import Finding
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.case import Case, Decision
from mistpm.target.cluster.comparing.deciding import Deciding
from mistpm.target.cluster.comparing.filling import Values, holds
from mistpm.target.cluster.comparing.intent import marked, numbered, shown
from mistpm.target.cluster.comparing.live import Live, LiveObject, read_live
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.refusals import Refusal, refusal_error
from mistpm.target.cluster.comparing.removal import Removing
from mistpm.target.cluster.comparing.surroundings import (
    Surroundings,
    is_definition,
    is_namespace,
    namespace_id,
)
from mistpm.target.cluster.comparing.wanted import Wanted, wanted_objects
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.protocol import Desired, Permissions

__all__ = ["Comparison", "ObjectStep", "compare", "shown"]


class Comparison(Struct, frozen=True, kw_only=True):
    """A diff, the steps that carry it out (in its order), and what the cluster will not take of it.

    `missing_apis` are those that manifests are written for and nobody provides.  `unreadable` is why
    secret values could not be had: what holds them is compared without them, and cannot be applied.
    """

    title: str
    diff: Diff
    steps: tuple[ObjectStep, ...]
    refusals: tuple[Refusal, ...] = ()
    missing_apis: tuple[Api, ...] = ()
    unreadable: TargetError | None = None

    def require(self) -> None:
        """Raise one `ChangesRefusedError` with all refusals, if there are any."""
        if self.refusals:
            raise refusal_error(self.title, self.refusals, self.missing_apis, self.diff)


def compare(
    client: Client,
    resources: Resources,
    desired: Desired,
    permissions: Permissions,
    *,
    owned: Iterable[OwnedObject],
    secrets: Values,
    revision: int,
    basis: str = "",
    is_unfinished: bool = False,
) -> Comparison:
    """Look at everything that matters; changes nothing.

    `owned` is the inventory, `revision` the number that what changes gets, `basis` goes into the diff;
    `is_unfinished` tells that the last run did not end well: then the live objects of all steps are put into
    them.  Raises `TargetError` where the cluster cannot be asked or a secret cannot be had; what the cluster
    will not take is in the comparison.
    """
    comparing = _Comparing(
        client,
        resources,
        desired,
        permissions,
        owned=owned,
        secrets=secrets,
        revision=revision,
        is_unfinished=is_unfinished,
    )
    try:
        return comparing.compare(basis)
    except ApiError as error:
        raise describe(error, title=client.title) from error


class _Comparing:
    """One comparison in the making."""

    def __init__(
        self,
        client: Client,
        resources: Resources,
        desired: Desired,
        permissions: Permissions,
        *,
        owned: Iterable[OwnedObject],
        secrets: Values,
        revision: int,
        is_unfinished: bool,
    ) -> None:
        self._client = client
        self._resources = resources
        self._desired = desired
        self._permissions = permissions
        self._lines = {line.resource: line for line in owned}
        self._secrets = secrets
        self._revision = revision
        self._is_unfinished = is_unfinished
        self._wanted = {each.resource: each for each in wanted_objects(desired)}
        self._around = Surroundings(client, resources, self._wanted)
        self._live = Live({}, frozenset())
        self._unreadable: TargetError | None = None
        self._made: frozenset[ResourceId] = frozenset()

    def compare(self, basis: str) -> Comparison:
        """Put it together."""
        self._live = read_live(
            self._client,
            self._kinds(),
            self._desired.environment_id,
            is_settled=self._is_settled,
        )
        self._prepare_secrets()
        values = frozenset(self._secrets.hidden)
        foreign = self._around.look_for_namespaces(
            self._live, self._lines, self._desired.namespaces
        )
        deciding = Deciding(
            self._client,
            self._desired.environment_id,
            self._permissions,
            values=values,
            with_data=self._is_unfinished,
        )
        taken = {namespace_id(name) for name in foreign}
        decisions = self._decide(
            deciding, [each for each in self._wanted.values() if each.resource not in taken]
        )
        removing = Removing(
            self._client,
            self._resources,
            self._desired,
            self._permissions,
            live=self._live,
            lines=self._lines,
            values=values,
        )
        decisions += removing.decide(set(self._wanted))
        return self._comparison(decisions, basis)

    def _comparison(self, decisions: Sequence[Decision], basis: str) -> Comparison:
        """Put decisions in order."""
        releases = [release.name for release in self._desired.releases]
        changes = in_order((each.change for each in decisions), releases)
        by_resource = {each.step.resource: each for each in decisions}
        ordered = [by_resource[change.resource] for change in changes]
        refusals = tuple(refusal for each in ordered for refusal in each.refusals)
        missing = {
            _api(each.step)
            for each in ordered
            for refusal in each.refusals
            if refusal.reference == "kind-not-served"
            and not self._around.is_silent(each.step.api_version)
        }
        return Comparison(
            title=self._client.title,
            diff=Diff(
                changes=changes,
                findings=self._secrets.findings + _findings(ordered),
                basis=basis,
                is_unfinished=self._is_unfinished,
            ),
            steps=tuple(each.step for each in ordered),
            refusals=refusals,
            missing_apis=tuple(sorted(missing)),
            unreadable=self._unreadable,
        )

    def _kinds(self) -> dict[ApiResource, set[str]]:
        """Give what is to be listed, each kind in one version, and the namespaces that matter."""
        kinds: dict[tuple[str, str], ApiResource] = {}
        namespaces: dict[ApiResource, set[str]] = {}
        versions = {each.resource: each.manifest.api_version for each in self._wanted.values()}
        versions |= {
            line.resource: line.api_version
            for line in self._lines.values()
            if line.resource not in versions
        }
        for resource, api_version in versions.items():
            sort = (resource.group, resource.kind)
            api = kinds.get(sort) or self._around.any_api(resource, api_version)
            if api is not None:
                kinds[sort] = api
                namespaces.setdefault(api, set()).add(resource.namespace)
        return {api: found - {""} for api, found in namespaces.items()}

    def _is_as_applied(self, live: LiveObject) -> bool:
        """Tell whether an object is what was applied, and that is what is wanted.

        The fields that are ours tell of everybody else, the revision of runs of our own that did not
        come to note what they did.
        """
        wanted, line = self._wanted.get(live.resource), self._lines.get(live.resource)
        return (
            wanted is not None
            and line is not None
            and not live.is_terminating
            and not wanted.run_version
            and bool(line.fields)
            and line.intent == wanted.intent
            and (line.uid, line.fields, line.revision) == (live.uid, live.fields, live.revision)
        )

    def _is_settled(self, live: LiveObject) -> bool:
        """Tell whether nobody will look into an object again."""
        return (
            not self._is_unfinished
            and self._is_as_applied(live)
            and not self._wanted[live.resource].manifest.secrets
        )

    def _prepare_secrets(self) -> None:
        """Get the values of all placeholders, at once, so that what is absent is told at once.

        Who may not read them sees a diff all the same.
        """
        holding = [each.manifest for each in self._wanted.values() if each.manifest.secrets]
        try:
            self._secrets.prepare((each, self._live_data(each.id)) for each in holding)
        except TargetError as error:
            if error.reference != "cluster-forbidden":
                raise
            self._unreadable = error

    def _lacks_values(self, wanted: Wanted) -> bool:
        """Tell whether the values of an object's secrets may not be read."""
        return self._unreadable is not None and bool(wanted.manifest.secrets)

    def _live_data(self, resource: ResourceId) -> dict[str, Any] | None:
        live = self._live.objects.get(resource)
        return live.data if live else None

    def _body(self, wanted: Wanted) -> dict[str, Any]:
        """Give what is applied, secret values in it, without its revision."""
        is_secret = (wanted.resource.group, wanted.resource.kind) == ("", "Secret")
        if not is_secret or self._lacks_values(wanted):
            return wanted.body
        return marked(
            self._secrets.fill(wanted.manifest, self._live_data(wanted.resource)),
            environment_id=self._desired.environment_id,
            release=wanted.release,
            run_version=wanted.run_version,
        )

    def _decide(self, deciding: Deciding, wanted: Sequence[Wanted]) -> list[Decision]:
        """Decide about everything, CRDs before their instances."""
        definitions = [each for each in wanted if is_definition(each.resource)]
        others = [each for each in wanted if not is_definition(each.resource)]
        first = self._decide_about(deciding, frozenset(), definitions)
        self._made = frozenset(each.step.resource for each in first if _is_made(each))
        self._forget_instances()
        changing = frozenset(
            each.step.resource for each in first if each.step.action != "unchanged"
        )
        return first + self._decide_about(deciding, changing, others)

    def _decide_about(
        self, deciding: Deciding, changing: frozenset[ResourceId], wanted: Sequence[Wanted]
    ) -> list[Decision]:
        """Decide about some: at once where no request is needed; `changing` are CRDs that are about to change."""
        settled = {each.resource: self._without_asking(deciding, each) for each in wanted}
        asked = [each for each in wanted if settled[each.resource] is None]
        decided = [each for each in settled.values() if each is not None]
        return decided + at_once(partial(self._ask, deciding, changing), asked)

    def _forget_instances(self) -> None:
        """Forget live objects whose CRD is not there: they went with it while lists were being read."""
        if not self._made:
            return
        gone = {
            each.resource
            for each in self._live.objects.values()
            if self._around.provider(each.api_version, each.resource.kind) in self._made
        }
        there = {name: each for name, each in self._live.objects.items() if name not in gone}
        self._live = Live(there, self._live.unseen)

    def _without_asking(self, deciding: Deciding, wanted: Wanted) -> Decision | None:
        """Decide about what is as it was applied; None about everything else."""
        live = self._live.objects.get(wanted.resource)
        if live is None or not self._is_as_applied(live):
            return None
        if self._lacks_values(wanted):
            return None
        if wanted.manifest.secrets and not holds(live.data, self._body(wanted)):
            return None
        line = self._lines.get(wanted.resource)
        return deciding.unchanged(Case(wanted=wanted, live=live, line=line), live)

    def _ask(self, deciding: Deciding, changing: frozenset[ResourceId], wanted: Wanted) -> Decision:
        """Decide about one object with the server's help; `changing` are CRDs that are about to change."""
        resource, api_version = wanted.resource, wanted.manifest.api_version
        live = self._live.objects.get(resource)
        if live is None and is_namespace(resource):
            live = self._around.namespace(resource.name)
        api = self._around.api(api_version, resource.kind)
        provider = self._around.provider(api_version, resource.kind)
        namespace = namespace_id(resource.namespace)
        is_homeless = self._around.is_homeless(resource)
        is_coming = api is None or provider in self._made  # it may still be served for a moment
        waits_for = namespace if is_homeless else provider if is_coming else None
        case = Case(
            wanted=wanted,
            body=numbered(self._body(wanted), self._revision),
            api=api,
            live=live,
            line=self._lines.get(resource),
            comes_with=str(waits_for or ""),
            may_mistake=provider in changing,
        )
        if self._unreadable is not None and self._lacks_values(wanted):
            return deciding.unseen(case, self._unreadable.message)
        if api is None and provider is None:
            return deciding.missing_kind(case, is_silent=self._around.is_silent(api_version))
        if is_homeless and namespace not in self._wanted:
            return deciding.missing_namespace(case)
        return deciding.decide(case)


def _is_made(decision: Decision) -> bool:
    return decision.step.action == "create" and not decision.refusals


def _api(step: ObjectStep) -> Api:
    group, _, version = step.api_version.rpartition("/")
    return Api(group, version, step.resource.kind)


def _findings(decisions: Sequence[Decision]) -> tuple[Finding, ...]:
    """Give what was noticed, each only once; what was compared without the server by its reasons."""
    found = {finding: None for each in decisions for finding in each.findings}
    reasons: dict[str, list[ResourceId]] = {}
    for each in decisions:
        if each.approximate:
            reasons.setdefault(each.approximate, []).append(each.step.resource)
    approximate = [
        Finding(
            severity="info",
            code="diff-approximate",
            message=f"compared without the server: {reason}",
            resource=resources[0] if len(resources) == 1 else None,
        )
        for reason, resources in reasons.items()
    ]
    return (*found, *approximate)
