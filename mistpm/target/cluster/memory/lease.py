"""One run at a time: a Lease for each environment (`specs/cluster-state.md#lease`)."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.model.progress import Phase, Progress, unheard
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import MANAGER, Client
from mistpm.target.cluster.memory import state_layout as layout
from mistpm.target.cluster.memory.author import this_process
from mistpm.target.cluster.memory.sign_of_life import SignOfLife, clear, is_surely_dead
from mistpm.target.cluster.memory.state_store import create_in, describe_state_error

SECONDS: Final = 30
"""How long a lease holds when it is not renewed."""

HOLDING_ANNOTATION: Final = "mistpm.dev/holding"
_REQUEST_SECONDS: Final = 5.0
_clock_id: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Give seconds that only go forward, also while the machine sleeps."""
    return time.clock_gettime(_clock_id)


class _Version(Struct, frozen=True):
    """One version of one Lease, as metadata names it.

    The server makes a Lease anew that is put but not there, whatever `resourceVersion` says, unless
    the `uid` is that of another one.
    """

    uid: str = ""
    resource_version: str = ""

    @property
    def metadata(self) -> dict[str, str]:
        """What says, in a request, that it is about this version only."""
        return {"uid": self.uid, "resourceVersion": self.resource_version}


class _Found(Struct, frozen=True, kw_only=True):
    """A lease as somebody wrote it."""

    version: _Version
    holder: str
    holding: str
    renewed: str
    seconds: float
    transitions: int

    @property
    def beat(self) -> tuple[str, str, str]:
        """What changes whenever its holder shows that it lives."""
        return (self.holder, self.holding, self.renewed)


class EnvironmentLease:
    """The right to change one environment, held from `with` to its end.

    Entering waits up to `patience` seconds while somebody alive holds it, and tells `hear` who.
    Somebody is dead who did not renew for as long as the lease holds, measured with our own clock from
    when we saw the last renewal: other machines' clocks do not matter.  A process of this machine that
    ended is known to be dead at once (`sign_of_life.py`).  `taken_over_from` then tells whose it was.

    While it is held, a thread renews it.  Raises `TargetError`: `environment-busy` with who holds it,
    or what keeps the Lease from being written.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        environment_id: str,
        *,
        holder: str = "",
        patience: float = 60.0,
        seconds: int = SECONDS,
        hear: Callable[[Progress], None] = unheard,
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._id = environment_id
        self._name = layout.state_name(environment_id)
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._holder = holder or this_process()
        self._holding = secrets.token_hex(8)
        self._patience = patience
        self._seconds = seconds
        self._hear = hear
        self._version = _Version()
        self._renewed = 0.0
        self._acquired = ""
        self._transitions = 0
        self._lost = ""
        self._failed: tuple[float, str] | None = None
        self._checking = threading.Lock()
        self._renewing = threading.Lock()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._keep_renewing, daemon=True)
        self._sign = SignOfLife("")
        self.taken_over_from = ""

    def __enter__(self) -> Self:
        self._sign = SignOfLife(self._holding)
        try:
            self._acquire()
        except ApiError as error:
            self._sign.end()
            raise describe_state_error(error, self._client) from error
        except BaseException:
            self._sign.end()
            raise
        self._thread.start()
        message = f"taken over from {self.taken_over_from}" if self.taken_over_from else ""
        self._tell("locked", message)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._thread.join()
        if self._lost or self._is_deleted():
            self._sign.end()
        else:  # it runs out by itself, and runs on this machine need not wait for that
            self._sign.abandon()

    def check(self) -> None:
        """Make sure, before a write, that nobody else can have taken over.

        Costs nothing while renewing goes well.  Where it did not for a while, the lease is renewed here
        and now, and whoever writes waits.  Raises `TargetError` `lease-lost`.
        """
        if not self._lost and self._age() <= self._seconds * 2 / 3:
            return
        asked = clock()
        with self._checking:  # many writers wait for one of them
            if self._failed is None or self._failed[0] < asked:
                self._failed = self._renew_now()
        if self._failed is not None:
            raise self._stopped(
                "its lease on the environment could not be renewed", self._failed[1]
            )
        if self._lost:
            raise self._stopped(self._lost)

    def check_unlost(self) -> None:
        """Make sure, while nothing is written, that nobody is known to have taken over; costs nothing.

        Raises `TargetError` `lease-lost`.
        """
        if self._lost:
            raise self._stopped(self._lost)

    def _age(self) -> float:
        return clock() - self._renewed

    def _renew_now(self) -> tuple[float, str] | None:
        """Renew, with the patience that every request has; gives when and why that failed, if it did."""
        try:
            self._renew()
        except ApiError as error:
            return clock(), describe_state_error(error, self._client).message
        return None

    def _stopped(self, why: str, *context: str) -> TargetError:
        return TargetError(
            "lease-lost",
            f"this run may not go on: {why}",
            context=context,
            hint="run the command again: it goes on where this one stopped",
        )

    def _keep_renewing(self) -> None:
        """Renew until released; what fails is tried again at the next turn, or by `check`."""
        while not self._released.wait(self._seconds / 6):
            with suppress(ApiError, TargetError):
                self._renew(patience=0)
            if self._lost:
                return

    def _renew(self, *, patience: float | None = None) -> None:
        """Renew, unless somebody just did; notes when it is lost.  Raises `ApiError`, `TargetError`."""
        with self._renewing:
            while not self._lost and self._age() > self._seconds / 12:
                try:
                    self._put(self._version, patience=patience)
                except ApiError as error:
                    if not error.is_conflict and not error.is_not_found:
                        raise
                    self._look_again()

    def _look_again(self) -> None:
        """See whether the lease is still ours after another version was found."""
        found = self._find()
        if found is None:
            self._lost = "its lease on the environment was removed"
        elif found.holding != self._holding:
            self._lost = f"{found.holder or 'somebody'} took over its lease on the environment"
        else:
            self._version = found.version

    def _acquire(self) -> None:
        """Get the lease; raises `ApiError`, `TargetError`."""
        start = seen = clock()
        before: _Found | None = None
        while not self._try_to_create():
            found = self._find()
            if found is None:
                continue
            if before is None or found.beat != before.beat:
                seen = clock()
            if found.holder and (before is None or found.holder != before.holder):
                self._tell("waiting", f"{found.holder} is changing this environment")
            before = found
            if self._is_over(found, silent=clock() - seen):
                if self._try_to_take(found):
                    return
            elif clock() - start >= self._patience:
                raise self._busy(found, silent=clock() - seen)
            self._released.wait(min(1.0, self._seconds / 10))

    def _is_over(self, found: _Found, *, silent: float) -> bool:
        """Tell whether nobody holds a lease any more: or we do, by a try that got no answer."""
        return (
            not found.holder
            or found.holding == self._holding
            or silent >= found.seconds
            or is_surely_dead(found.holding)
        )

    def _try_to_create(self) -> bool:
        started, self._acquired = clock(), _now()
        try:
            made = create_in(self._client, self._namespace, self._path, self._body())
        except ApiError as error:
            if error.is_already_there:
                return False
            raise
        self._version, self._renewed = _version(made), started
        return True

    def _try_to_take(self, found: _Found) -> bool:
        """Put ourselves in the place of whoever held this version of the lease."""
        self._acquired, self._transitions = _now(), found.transitions + 1
        try:
            self._put(found.version)
        except ApiError as error:
            if error.is_conflict or error.is_not_found:
                return False
            raise
        if found.holding != self._holding:
            self.taken_over_from = found.holder
            clear(found.holding)
        return True

    def _put(self, version: _Version, *, patience: float | None = None) -> None:
        started = clock()
        answer = self._client.request(
            "PUT",
            f"{self._path}/{self._name}",
            query={"fieldManager": MANAGER},
            body=self._body(version),
            seconds=_REQUEST_SECONDS,
            patience=patience,
        )
        self._version, self._renewed = _version(answer.data), started

    def _find(self) -> _Found | None:
        try:
            data = self._client.get(f"{self._path}/{self._name}")
        except ApiError as error:
            if error.is_not_found:
                return None
            raise
        metadata, spec = data["metadata"], data.get("spec") or {}
        return _Found(
            version=_version(data),
            holder=spec.get("holderIdentity") or "",
            holding=(metadata.get("annotations") or {}).get(HOLDING_ANNOTATION, ""),
            renewed=spec.get("renewTime") or "",
            seconds=spec.get("leaseDurationSeconds") or self._seconds,
            transitions=spec.get("leaseTransitions") or 0,
        )

    def _is_deleted(self) -> bool:
        """Remove the lease, unless it is somebody else's by now; tell whether it is ours no more."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": self._version.metadata,
        }
        path = f"{self._path}/{self._name}"
        try:
            self._client.request("DELETE", path, body=options, seconds=_REQUEST_SECONDS, patience=2)
        except ApiError as error:
            return error.is_not_found or error.is_conflict
        except TargetError:
            return False
        return True

    def _body(self, version: _Version | None = None) -> dict[str, Any]:
        metadata = layout.state_metadata(
            self._name,
            self._namespace,
            self._id,
            layout.LEASE,
            annotations={HOLDING_ANNOTATION: self._holding},
        )
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": metadata | (version.metadata if version else {}),
            "spec": {
                "holderIdentity": self._holder,
                "leaseDurationSeconds": self._seconds,
                "acquireTime": self._acquired,
                "renewTime": _now(),
                "leaseTransitions": self._transitions,
            },
        }

    def _busy(self, found: _Found, *, silent: float) -> TargetError:
        left = found.seconds - silent
        is_silent = silent > found.seconds / 2
        return TargetError(
            "environment-busy",
            f"{found.holder} is changing this environment",
            context=(f"it has given no sign of life for {silent:.0f} s",) if is_silent else (),
            hint=f"run the command again in {left:.0f} s: then it counts as dead"
            if is_silent
            else "run the command again when that is done, or wait longer: --lock-timeout 10m",
        )

    def _tell(self, phase: Phase, message: str) -> None:
        self._hear(Progress(phase=phase, message=message))


def _version(data: dict[str, Any]) -> _Version:
    return _Version(data["metadata"]["uid"], data["metadata"]["resourceVersion"])


def _now() -> str:
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
