"""An environment as files in a directory, for GitOps and where no cluster is at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mistpm.errors import TargetError
from mistpm.model.change import ApplyReport, Diff
from mistpm.model.progress import Phase, Progress, unheard
from mistpm.target.directory.comparison import Comparison, compare, drifted
from mistpm.target.directory.files import File, desired_files
from mistpm.target.directory.inventory import Inventory, read_inventory
from mistpm.target.directory.journal import Journal
from mistpm.target.directory.layout import ENVIRONMENT, INVENTORY, LOCK
from mistpm.target.directory.storage import Storage
from mistpm.target.protocol import Desired, Permissions, TargetState, Waiting


class DirectoryTarget:
    """The directory at `path`, which is made by the first `apply`; its parent must exist.

    `title` is how messages call it; `patience` how many seconds another run that is writing is waited
    for.  The format and what holds when a run is killed are in `specs/directory-target.md`.
    """

    def __init__(self, path: Path, *, title: str = "", patience: float = 10.0) -> None:
        self.title = title or f"directory {path}"
        self._storage = Storage(path, self.title)
        self._journal = Journal(self._storage, patience=patience)
        self._files: tuple[Desired, tuple[File, ...]] | None = None

    def state(self) -> TargetState:
        """Read what is remembered; writes only to finish what a killed run left half done.

        Raises `TargetError`.
        """
        if not self._is_settled():
            return TargetState()
        inventory = self._inventory()
        return TargetState(
            environment_id=inventory.id if inventory else "",
            environment_name=inventory.environment if inventory else "",
            environment=self._storage.look(ENVIRONMENT).data,
            lock=self._storage.look(LOCK).data,
            owned=inventory.owned if inventory else (),
        )

    def diff(self, desired: Desired, permissions: Permissions) -> Diff:
        """Compare with the files that are there.

        Raises `TargetError`: `other-environment`, `file-in-the-way`, or what keeps it from being read.
        """
        self._is_settled()
        return self._compare(desired, permissions).diff

    def drift(self) -> Diff:
        """Compare the files that are there with what was written last; raises `TargetError`."""
        inventory = self._inventory() if self._is_settled() else None
        return drifted(self._storage, inventory) if inventory else Diff(changes=())

    def apply(
        self,
        desired: Desired,
        diff: Diff,
        permissions: Permissions,
        *,
        waiting: Waiting = Waiting(),  # noqa: ARG002, B008 - files are there at once
        hear: Callable[[Progress], None] = unheard,
    ) -> ApplyReport:
        """Write the files.

        Raises `TargetError`: `target-moved` when the directory or what is desired is not what `diff`
        was computed from, `target-busy`, `target-read-only`, `disk-full`.  An error before the
        journal is complete leaves the directory as it was, a later one is mended by the next run.
        Costs nothing but reading when there is nothing to do.
        """
        self._is_settled()
        changes = {
            change.place: change for change in diff.having("create", "update", "adopt", "delete")
        }

        def report(place: str) -> None:
            if place in changes:
                change = changes[place]
                phase: Phase = "deleted" if change.action == "delete" else "applied"
                hear(
                    Progress(
                        phase=phase,
                        resource=change.resource,
                        release=change.release,
                        message=change.action,
                    )
                )

        if self._same_as(diff, self._compare(desired, permissions)).operations:
            with self._journal.held():
                comparison = self._same_as(diff, self._compare(desired, permissions))
                self._journal.change(comparison.operations, report)
        return ApplyReport(changes=tuple(changes.values()), findings=diff.findings)

    def _is_settled(self) -> bool:
        """Tell whether the directory is there, after finishing what a killed run left."""
        there = self._storage.is_there()
        if there and self._journal.is_pending:
            with self._journal.held():
                pass
        return there

    def _inventory(self) -> Inventory | None:
        data = self._storage.look(INVENTORY).data
        return None if data is None else read_inventory(data, title=f"the {self.title}")

    def _compare(self, desired: Desired, permissions: Permissions) -> Comparison:
        inventory = self._inventory()
        return compare(self._storage, inventory, desired, self._files_of(desired), permissions)

    def _files_of(self, desired: Desired) -> tuple[File, ...]:
        """Give the files of a desired state; writing their texts is most of a comparison's time."""
        if self._files is None or self._files[0] is not desired:
            self._files = (desired, desired_files(desired))
        return self._files[1]

    def _same_as(self, diff: Diff, comparison: Comparison) -> Comparison:
        if comparison.diff != diff:
            raise TargetError(
                "target-moved",
                f"the {self.title} changed since the changes were shown",
                hint="run the command again to see what would change now",
            )
        return comparison
