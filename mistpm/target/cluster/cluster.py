"""An environment on a Kubernetes cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from mistpm.errors import TargetError
from mistpm.model.change import ApplyReport, Diff
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.progress import Progress, unheard
from mistpm.model.revision import RevisionSummary
from mistpm.model.version import Version
from mistpm.target.cluster.api.access import forbidden, missing_rights
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.resources import ApiResource, Resources, server_minor, server_version
from mistpm.target.cluster.comparing.comparison import compare
from mistpm.target.cluster.comparing.needed_rights import needed_rights
from mistpm.target.cluster.evidence import Evidence, Unseen, find_evidence
from mistpm.target.cluster.evidence_definitions import (
    LiveDefinition,
    custom_objects,
    read_definition,
    read_definitions,
)
from mistpm.target.cluster.evidence_requests import RequestedApi, requested_deprecated
from mistpm.target.cluster.memory.lease import EnvironmentLease
from mistpm.target.cluster.memory.state import (
    ClusterState,
    Remembered,
    RememberedEnvironment,
    environments,
)
from mistpm.target.cluster.memory.state_layout import DEFAULT_NAMESPACE
from mistpm.target.cluster.observation import Observed, observe
from mistpm.target.cluster.run.carrying_out import Compared, Run, order_of
from mistpm.target.cluster.run.run_settings import RunSettings
from mistpm.target.cluster.secrets.secret_values import SecretValues
from mistpm.target.cluster.watch.expectation import Graces
from mistpm.target.protocol import Desired, Permissions, TargetState, Waiting

AT_ONCE: Final = 8
"""How many objects are written at a time: more only wait for the server."""


class ClusterTarget:
    """A cluster, and what it remembers of one environment in the namespace `state_namespace`.

    `environment_id` is empty where it is not known yet; then only `environments`, `minor` and
    `served` can be asked.  Files that secret values come from are found from `base`.  `patience` is how
    many seconds another run is waited for that changes the environment; `note` hears of requests that
    are tried again; `graces` is how long trouble may last before it counts as a failure, `at_once` how
    many objects are written at a time; `clock` is what the time to wait is measured with.  Nothing is
    asked before a method is called.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        environment_id: str = "",
        state_namespace: str = DEFAULT_NAMESPACE,
        base: Path = Path(),
        patience: float = 60.0,
        note: Callable[[str], None] = lambda _line: None,
        graces: Graces = Graces(),  # noqa: B008 - frozen
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title = connection.title
        self.address = connection.server
        self.context = connection.context
        self._client = Client(connection, hear=note)
        self._resources = Resources(self._client)
        self._id = environment_id
        self._namespace = state_namespace
        self._base = base
        self._patience = patience
        self._graces = graces
        self._at_once = at_once
        self._clock = clock
        self._lease: EnvironmentLease | None = None
        self._state = ClusterState(
            self._client,
            namespace=state_namespace,
            environment_id=environment_id,
            check=self._check,
        )
        self._compared: Compared | None = None

    def state(self) -> TargetState:
        """Read what is remembered; raises `TargetError`."""
        return self._state.read().state if self._id else TargetState()

    def diff(self, desired: Desired, permissions: Permissions) -> Diff:
        """Compare with what is there, changing nothing.

        Costs a list for each kind, and a dry run for each object that is not as it was applied.
        Raises `TargetError` with everything that the cluster would refuse, `PlanError` where a package asks
        for an order that cannot be.
        """
        with self._explained():
            compared = self._compare(desired, permissions)
        compared.comparison.require()
        self._compared = compared
        return compared.comparison.diff

    def apply(
        self,
        desired: Desired,
        diff: Diff,
        permissions: Permissions,
        *,
        waiting: Waiting = Waiting(),  # noqa: B008 - frozen
        hear: Callable[[Progress], None] = unheard,
    ) -> ApplyReport:
        """Make it so: write, wait until it is ready, and only then delete what is no longer desired.

        Raises `TargetError`: `cluster-forbidden` with every right that is missing, before anything is
        changed; `target-moved` where something is not what `diff` shows (what another run did of it while
        this one waited for it is left out), `environment-busy`,
        `lease-lost`, `not-applied` and `not-deleted` with everything that failed and why; and
        `TargetTimeoutError`.  What was done is remembered in any case, and another run goes on from there.
        Ctrl-C lets what is being written end, and passes on; a second one does not wait for that.
        """
        with self._explained():
            compared = self._same_as(diff, desired, permissions)
            if compared.is_there:
                return ApplyReport(changes=(), findings=diff.findings)
            self._require_rights(compared)
            if compared.comparison.unreadable is not None:
                raise compared.comparison.unreadable
            with self._locked(hear):
                if self._state.read().basis != compared.remembered.basis:
                    compared = self._what_is_left(compared)
                    if compared.is_there:
                        return ApplyReport(changes=(), findings=diff.findings)
                settings = RunSettings(
                    client=self._client,
                    resources=self._resources,
                    environment_id=self._id,
                    waiting=waiting,
                    graces=self._graces,
                    at_once=self._at_once,
                    check=self._check,
                    watch=self._watch,
                    hear=hear,
                    clock=self._clock,
                )
                done = Run(settings, self._state, compared).carry_out()
        self._compared = None
        changes = diff.having("create", "update", "adopt", "delete")
        return ApplyReport(
            changes=tuple(change for change in changes if change.resource in done),
            findings=diff.findings,
        )

    def history(self) -> tuple[RevisionSummary, ...]:
        """Give the revisions that are kept, newest first; raises `TargetError`."""
        return tuple(reversed(self._state.revisions()))

    def revision(self, number: int) -> Desired:
        """Read what a revision desired; raises `TargetError` (`unknown-revision`)."""
        return self._state.load(number)

    def observe(self, desired: Desired | None = None) -> tuple[Observed, ...]:
        """Tell how everything that is owned is now; raises `TargetError`.

        `desired` says when packages call their objects ready; without it, what was applied last does.
        """
        with self._explained():
            remembered = self._state.read()
            desired = desired or self._last_desired(remembered)
            releases = desired.releases if desired else ()
            return observe(
                self._client,
                self._resources,
                remembered.inventory,
                {release.name: release.readiness for release in releases},
                environment_id=self._id,
            )

    def drift(self) -> Diff:
        """Compare what is there with what was applied last; what the cluster would refuse is in the findings.

        Raises `TargetError`: `unknown-revision` where nothing was applied.
        """
        with self._explained():
            remembered = self._state.read()
            desired = self._state.load(remembered.latest.number if remembered.latest else 0)
            comparison = self._compare(desired, Permissions(force_conflicts=True)).comparison
        refused = tuple(
            Finding(
                severity="warning",
                code=refusal.reference,
                message=refusal.why,
                release=refusal.release,
                resource=refusal.resource,
            )
            for refusal in comparison.refusals
        )
        findings = (*comparison.diff.findings, *refused)
        return msgspec.structs.replace(comparison.diff, findings=findings)

    def environments(self) -> tuple[RememberedEnvironment, ...]:
        """List the environments that the state namespace remembers; raises `TargetError`."""
        return environments(self._client, self._namespace)

    def minor(self) -> Minor:
        """Ask which minor of Kubernetes this is; raises `TargetError`."""
        with self._explained():
            return server_minor(self._client)

    def version(self) -> Version | None:
        """Ask which exact version this is, None where that cannot be told; raises `TargetError`."""
        with self._explained():
            return server_version(self._client)

    def identity(self) -> str:
        """Give what tells this cluster from every other, whatever its address; one request.

        It is the uid of the namespace `kube-system`, empty where the user may not read that.  Raises
        `TargetError`.
        """
        try:
            uid: str = self._client.get("/api/v1/namespaces/kube-system")["metadata"]["uid"]
        except ApiError as error:
            if error.is_forbidden or error.is_not_found:
                return ""
            raise describe(error, title=self.title) from error
        return uid

    def served(self) -> tuple[ApiResource, ...]:
        """List every kind in every version that is served; raises `TargetError`."""
        with self._explained():
            return self._resources.every()

    def evidence(self, apis: Iterable[Api]) -> Evidence:
        """Find who wrote objects in one of these versions of their APIs; raises `TargetError`.

        Rights that are missing, and APIs that do not answer, are told in the answer.
        """
        with self._explained():
            return find_evidence(self._client, self._resources, frozenset(apis))

    def requested_deprecated(self) -> tuple[RequestedApi, ...] | Unseen:
        """List the deprecated APIs that the API server was asked for; raises `TargetError`."""
        with self._explained():
            return requested_deprecated(self._client)

    def definitions(self) -> tuple[LiveDefinition, ...] | Unseen:
        """List the definitions of custom resources; raises `TargetError`."""
        with self._explained():
            return read_definitions(self._client)

    def definition(self, name: str) -> dict[str, Any] | None:
        """Read one definition as it is there, None where it is not; raises `TargetError`."""
        with self._explained():
            return read_definition(self._client, name)

    def custom_objects(self, definition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Read all objects of a definition, 500 at a time; raises `TargetError`."""
        with self._explained():
            yield from custom_objects(self._client, definition)

    def _last_desired(self, remembered: Remembered) -> Desired | None:
        """Read what was desired last, None where nothing was, or where the user may not read it."""
        if remembered.latest is None:
            return None
        try:
            return self._state.load(remembered.latest.number)
        except TargetError as error:
            if error.reference != "cluster-forbidden":
                raise
            return None

    def _compare(self, desired: Desired, permissions: Permissions) -> Compared:
        remembered = self._state.read()
        latest = remembered.latest
        values = SecretValues(
            self._client,
            namespace=self._namespace,
            environment_id=self._id,
            base=self._base,
            secrets=desired.secrets,
            check=self._check,
        )
        comparison = compare(
            self._client,
            self._resources,
            desired,
            permissions,
            owned=remembered.inventory,
            secrets=values,
            revision=remembered.next_number,
            basis=remembered.basis,
            is_unfinished=latest is not None and latest.status != "applied",
        )
        return Compared(
            desired=desired,
            permissions=permissions,
            remembered=remembered,
            values=values,
            comparison=comparison,
            order=order_of(desired, comparison.steps),
        )

    def _same_as(self, diff: Diff, desired: Desired, permissions: Permissions) -> Compared:
        """Give the comparison that a diff came from; makes it again where that was another process."""
        compared = self._compared
        if (
            compared is None
            or compared.comparison.diff is not diff
            or compared.permissions != permissions
        ):
            compared = self._compare(desired, permissions)
        same = compared.comparison.diff is diff and compared.desired is desired
        if not same and (compared.comparison.diff, compared.desired) != (diff, desired):
            raise self._moved()
        return compared

    def _what_is_left(self, compared: Compared) -> Compared:
        """Compare again after another run; raises `target-moved` where more would be done than was shown."""
        self._resources.refresh()
        again = self._compare(compared.desired, compared.permissions)
        again.comparison.require()
        changes = again.comparison.diff.having("create", "update", "adopt", "delete")
        if not set(changes) <= set(compared.comparison.diff.changes):
            raise self._moved()
        return again

    def _require_rights(self, compared: Compared) -> None:
        """Make sure, before anything is changed, that the user may do all of it."""
        rights = needed_rights(
            self._resources, compared.comparison.steps, state_namespace=self._namespace
        )
        if missing := missing_rights(self._client, rights):
            raise forbidden(self.title, missing)

    def _moved(self) -> TargetError:
        return TargetError(
            "target-moved",
            f"the {self.title} changed since the changes were shown",
            hint="run the command again to see what would change now",
        )

    @contextmanager
    def _locked(self, hear: Callable[[Progress], None]) -> Iterator[None]:
        """Hold the lease."""
        with EnvironmentLease(
            self._client, self._namespace, self._id, patience=self._patience, hear=hear
        ) as lease:
            self._lease = lease
            try:
                yield
            finally:
                self._lease = None

    def _check(self) -> None:
        if self._lease is not None:
            self._lease.check()

    def _watch(self) -> None:
        if self._lease is not None:
            self._lease.check_unlost()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the server refuses into words."""
        try:
            yield
        except ApiError as error:
            raise describe(error, title=self.title) from error
