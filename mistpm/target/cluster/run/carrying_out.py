"""One run: note what is intended, write, wait, delete, note how it ended (`specs/cluster-target.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from msgspec import Struct

from mistpm.apply import InterruptedAgain
from mistpm.errors import TargetError
from mistpm.model.object_order import ObjectOrder
from mistpm.model.progress import Progress
from mistpm.model.resource import ResourceId
from mistpm.plan.after import read_after
from mistpm.plan.objects import OrderedObject, order_deletions, order_objects
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.comparing.comparison import Comparison
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.memory.state import ClusterState, Remembered
from mistpm.target.cluster.run.applying import Applying
from mistpm.target.cluster.run.book import Book
from mistpm.target.cluster.run.pruning import Pruning
from mistpm.target.cluster.run.run_settings import RunSettings
from mistpm.target.cluster.secrets.secret_values import SecretValues
from mistpm.target.protocol import Desired, Permissions


class Compared(Struct, frozen=True, kw_only=True):
    """A comparison, what it was made of, and the order in which it is carried out."""

    desired: Desired
    permissions: Permissions
    remembered: Remembered
    values: SecretValues
    comparison: Comparison
    order: ObjectOrder

    @property
    def is_there(self) -> bool:
        """Tell whether nothing is to be done: all is as it is desired, and remembered so."""
        state, latest, desired = self.remembered.state, self.remembered.latest, self.desired
        if not self.comparison.diff.is_empty:
            return False
        if latest is None:
            return not (desired.releases or desired.left_alone)
        if latest.status != "applied":
            return False
        document = desired.document if desired.is_remembered else None
        return (state.environment_name, state.lock or b"", state.environment) == (
            desired.environment_name,
            desired.lock,
            document,
        ) and self._inventory() == self.remembered.inventory

    def book(self) -> Book:
        """Begin to keep the inventory."""
        return Book(self.remembered.inventory, self.comparison.steps)

    def _inventory(self) -> tuple[OwnedObject, ...]:
        """Give the inventory of a run that does nothing."""
        book = self.book()
        book.keep_only(step.resource for step in self.comparison.steps)
        return book.lines()


def order_of(desired: Desired, steps: Iterable[ObjectStep]) -> ObjectOrder:
    """Put in order what is wanted; raises `PlanError` where that cannot be."""
    after = {
        resource: before
        for release in desired.releases
        for resource, before in read_after(release).items()
    }
    return order_objects(
        (
            OrderedObject(
                resource=step.resource, release=step.release, after=after.get(step.resource, ())
            )
            for step in steps
            if step.action not in {"delete", "keep"}
        ),
        desired.needs,
    )


class Run:
    """One run, for which the lease is held."""

    def __init__(self, settings: RunSettings, state: ClusterState, compared: Compared) -> None:
        self._settings = settings
        self._state = state
        self._compared = compared
        self._book = compared.book()
        self._steps = compared.comparison.steps

    def carry_out(self) -> frozenset[ResourceId]:
        """Do all of it, and give what was written or deleted.

        Raises what `ClusterTarget.apply` raises; how far it came is noted then, if that can be.
        """
        needs = self._old_needs()
        number = self._state.begin(self._compared.desired, self._book.lines())
        try:
            gone = self._change(number, needs)
        except InterruptedAgain:
            raise
        except (TargetError, KeyboardInterrupt) as error:
            why = error.message if isinstance(error, TargetError) else "interrupted"
            with suppress(TargetError):
                self._state.fail(number, why, self._book.lines())
            raise
        self._state.finish(number, self._book.lines())
        written = {step.resource for step in self._steps if step.body is not None}
        return frozenset(written | gone)

    def _change(self, number: int, needs: Mapping[str, tuple[str, ...]]) -> set[ResourceId]:
        """Write everything, then delete what is no longer wanted, and give what is gone."""
        try:
            self._compared.values.keep()
            self._write(number)
            return self._prune(needs)
        except ApiError as error:
            raise describe(error, title=self._settings.title) from error

    def _write(self, number: int) -> None:
        latest = self._compared.remembered.latest
        desired = self._compared.desired
        Applying(
            self._settings,
            [step for step in self._steps if step.resource in self._compared.order.waits],
            self._compared.order,
            conditions={release.name: release.readiness for release in desired.releases},
            book=self._book,
            revision=number,
            is_settled=latest is not None and latest.status == "applied",
        ).run()

    def _prune(self, needs: Mapping[str, tuple[str, ...]]) -> set[ResourceId]:
        """Delete what is no longer wanted; forget what was owned and is not there any more."""
        self._book.keep_only(step.resource for step in self._steps)
        steps = [step for step in self._steps if step.action == "delete"]
        for step in self._steps:
            if step.action == "keep":
                self._settings.hear(
                    Progress(
                        phase="kept",
                        resource=step.resource,
                        release=step.release,
                        message=step.why,
                    )
                )
        if not steps:
            return set()
        order = order_deletions(
            (OrderedObject(resource=each.resource, release=each.release) for each in steps),
            {**needs, **self._compared.desired.needs},
        )
        return Pruning(self._settings, steps, order, book=self._book).run()

    def _old_needs(self) -> dict[str, tuple[str, ...]]:
        """Give what needed what when it was applied, where that matters for the order of deletions."""
        releases = {step.release for step in self._steps if step.action == "delete"}
        if len(releases) < 2:
            return {}
        applied = [each for each in self._state.revisions() if each.status == "applied"]
        try:
            return dict(self._state.load(applied[-1].number).needs) if applied else {}
        except TargetError:  # the order of kinds is enough then
            return {}
