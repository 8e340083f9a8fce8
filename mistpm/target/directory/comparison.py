"""What is desired against what lies in a directory: changes to show, operations to carry out."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from mistpm.diff import in_order
from mistpm.errors import TargetError
from mistpm.model.change import Action, Change, Diff
from mistpm.model.finding import Finding
from mistpm.target.directory.files import File, unwritten_secrets
from mistpm.target.directory.inventory import Inventory, make_inventory, write_inventory
from mistpm.target.directory.journal import Operation
from mistpm.target.directory.kustomization import (
    KUSTOMIZATION_ID,
    Kustomization,
    decide_kustomization,
)
from mistpm.target.directory.layout import ENVIRONMENT, INVENTORY, KUSTOMIZATION, LOCK
from mistpm.target.directory.storage import Seen, Storage, fingerprint
from mistpm.target.protocol import Desired, Owned, Permissions

_MISSING: Final = "its file is missing"
_EDITED: Final = "edited by hand since it was written"


class Comparison(Struct, frozen=True):
    """A diff, and the operations that carry it out."""

    diff: Diff
    operations: list[Operation]


def compare(
    storage: Storage,
    inventory: Inventory | None,
    desired: Desired,
    files: tuple[File, ...],
    permissions: Permissions,
) -> Comparison:
    """See every place that matters.

    `inventory` is None where nothing was applied yet; `files` are what `desired` comes to.
    Raises `TargetError` `other-environment` or `file-in-the-way`.  Costs reading each file once.
    """
    if inventory is not None and inventory.id != desired.environment_id:
        raise TargetError(
            "other-environment",
            f"the {storage.title} belongs to another environment",
            context=(
                f"it holds `{inventory.environment}` with the id `{inventory.id}`",
                f"this is `{desired.environment_name}` with the id `{desired.environment_id}`",
            ),
            hint="name another target; one directory holds one environment",
        )
    return _Comparing(storage, inventory, desired, files, permissions).compare()


def drifted(storage: Storage, inventory: Inventory) -> Diff:
    """Compare the files that are there with what was written; costs reading each file once."""
    return Diff(
        changes=tuple(_since_written(line, storage.look(line.place)) for line in inventory.owned)
    )


def _since_written(line: Owned, seen: Seen) -> Change:
    text = _text(seen)
    action: Action = "update"
    reason = _EDITED
    if seen.fingerprint == line.digest:
        action, reason = "unchanged", ""
    elif not seen.fingerprint:
        action, reason = "create", _MISSING
    return Change(
        action=action,
        resource=line.resource,
        release=line.release,
        place=line.place,
        before=text,
        after=text if action == "unchanged" else None,
        reason=reason,
    )


class _Comparing:
    """One comparison in the making."""

    def __init__(
        self,
        storage: Storage,
        inventory: Inventory | None,
        desired: Desired,
        files: tuple[File, ...],
        permissions: Permissions,
    ) -> None:
        self._storage = storage
        self._desired = desired
        self._permissions = permissions
        self._kustomized = inventory.kustomization if inventory else ""
        self._seen: dict[str, Seen] = {}
        self._findings = list(unwritten_secrets(desired))
        self._files = files
        self._owned = {line.place: line for line in inventory.owned} if inventory else {}
        places = {file.place for file in self._files}
        resources = {file.resource for file in self._files}
        gone = [line for line in self._owned.values() if line.place not in places]
        self._moved = {
            line.resource: line
            for line in gone
            if line.resource in resources and self._is_there(line)
        }
        self._kept = [line for line in gone if self._is_kept(line)]
        self._removed = [line for line in gone if not self._is_kept(line) and self._is_there(line)]

    def compare(self) -> Comparison:
        """Put it together."""
        self._refuse_what_is_in_the_way()
        changes = [self._change(file) for file in self._files]
        changes += [self._keeping(line) for line in self._kept]
        changes += [self._deletion(line) for line in self._removed if not self._is_moved(line)]
        for line in self._removed:
            self._note_an_edit(line, "removed")
        kustomization = decide_kustomization(
            [file.place for file in self._files] + [line.place for line in self._kept],
            written=self._kustomized,
            look=self._look,
        )
        if kustomization.finding:
            self._findings.append(kustomization.finding)
        changes += self._lost(kustomization)
        ordered = in_order(changes, [release.name for release in self._desired.releases])
        return Comparison(
            Diff(changes=ordered, findings=tuple(self._findings), basis=self._basis()),
            [
                Operation(place=place, before=self._look(place).fingerprint, data=data)
                for place, data in self._contents(ordered, kustomization)
                if self._look(place).fingerprint != ("" if data is None else fingerprint(data))
            ],
        )

    def _look(self, place: str) -> Seen:
        if place not in self._seen:
            self._seen[place] = self._storage.look(place)
        return self._seen[place]

    def _is_there(self, line: Owned) -> bool:
        """Tell whether a file is where one was written; a folder in its place is somebody else's."""
        seen = self._look(line.place)
        return bool(seen.fingerprint) and not seen.is_folder

    def _is_moved(self, line: Owned) -> bool:
        """Tell whether the resource is desired still, in another place."""
        return line.resource in self._moved

    def _is_kept(self, line: Owned) -> bool:
        """Tell whether this stays though it is not desired: a release's that is left alone, or a namespace of the host's."""
        if line.release:
            stays = line.release in self._desired.left_alone
        else:
            stays = not self._permissions.delete_namespaces or self._is_lived_in(line)
        return stays and not self._is_moved(line) and self._is_there(line)

    def _is_lived_in(self, namespace: Owned) -> bool:
        """Tell whether something of a release that is left alone is in a namespace."""
        return any(
            line.release in self._desired.left_alone
            and line.resource.namespace == namespace.resource.name
            for line in self._owned.values()
        )

    def _refuse_what_is_in_the_way(self) -> None:
        places = [file.place for file in self._files] + [LOCK, INVENTORY, ENVIRONMENT]
        blocked = [place for place in places if self._look(place).is_folder]
        if blocked:
            raise self._in_the_way(blocked, "folder", "move it away")
        strangers = [file.place for file in self._files if self._is_stranger(file)]
        if strangers and not self._permissions.adopt:
            raise self._in_the_way(
                strangers, "file", "move it away, or take it over with `--adopt`"
            )

    def _is_stranger(self, file: File) -> bool:
        """Tell whether a file is in the place that this environment did not put there.

        Equal bytes carry this environment's own marks: they count as ours, whatever became of the
        inventory.
        """
        return file.place not in self._owned and self._look(file.place).fingerprint not in {
            "",
            fingerprint(file.text.encode()),
        }

    def _in_the_way(self, places: list[str], what: str, hint: str) -> TargetError:
        found = f"a {what} is" if len(places) == 1 else f"{len(places)} {what}s are"
        return TargetError(
            "file-in-the-way",
            f"in the {self._storage.title} {found} in the way that mistpm did not write",
            context=tuple(f"`{place}`" for place in places),
            hint=hint,
        )

    def _change(self, file: File) -> Change:
        """Tell what becomes of a desired resource."""
        seen, owned = self._look(file.place), self._owned.get(file.place)
        before, reason = _text(seen), ""
        action: Action = "update"
        if seen.fingerprint == fingerprint(file.text.encode()):
            action = "unchanged"
        elif not seen.fingerprint and (moved := self._moved.get(file.resource)):
            before, reason = _text(self._look(moved.place)), f"moved from `{moved.place}`"
        elif not seen.fingerprint:
            action, reason = "create", _MISSING if owned else ""
        elif owned is None:
            action, reason = "adopt", "mistpm did not write this file"
        else:
            reason = self._note_an_edit(owned, "overwritten")
        return Change(
            action=action,
            resource=file.resource,
            release=file.release,
            place=file.place,
            before=before,
            after=file.text,
            reason=reason,
        )

    def _lost(self, kustomization: Kustomization) -> list[Change]:
        """Tell of a kustomization that was written and is gone: otherwise it only follows the manifests."""
        if (
            not self._kustomized
            or kustomization.data is None
            or self._look(KUSTOMIZATION).fingerprint
        ):
            return []
        return [
            Change(
                action="create",
                resource=KUSTOMIZATION_ID,
                release="",
                place=KUSTOMIZATION,
                after=kustomization.data.decode(),
                reason=_MISSING,
            )
        ]

    def _keeping(self, line: Owned) -> Change:
        text = _text(self._look(line.place))
        return Change(
            action="keep",
            resource=line.resource,
            release=line.release,
            place=line.place,
            before=text,
            after=text,
            reason="its release cannot be rendered now"
            if line.release or self._is_lived_in(line)
            else "a namespace is deleted only with `--delete-namespace`",
        )

    def _deletion(self, line: Owned) -> Change:
        manifests = (each for release in self._desired.releases for each in release.manifests)
        is_secret_now = any(manifest.id == line.resource for manifest in manifests)
        return Change(
            action="delete",
            resource=line.resource,
            release=line.release,
            place=line.place,
            before=_text(self._look(line.place)),
            reason="it holds secret values now" if is_secret_now else "",
        )

    def _note_an_edit(self, line: Owned, fate: str) -> str:
        """Note that a file is not as it was written, if so, and give the reason for its change."""
        if self._look(line.place).fingerprint == line.digest:
            return ""
        self._findings.append(
            Finding(
                severity="warning",
                code="edited-by-hand",
                message=f"its file was edited by hand; the edit is {fate}",
                release=line.release,
                resource=line.resource,
                path=line.place,
                hint="change the release's inputs or `patches` instead",
            )
        )
        return _EDITED

    def _contents(
        self, changes: Sequence[Change], kustomization: Kustomization
    ) -> list[tuple[str, bytes | None]]:
        """Give what is to be at each place, None for nothing, in the order of putting it there.

        The environment with its id comes first, the inventory last.
        """
        desired = self._desired
        remembered = bool(desired.releases or self._files or self._kept or desired.left_alone)
        text = desired.document if remembered and desired.is_remembered else None
        environment: list[tuple[str, bytes | None]] = [(ENVIRONMENT, text)]
        contents = environment if text is not None else []
        contents += [(file.place, file.text.encode()) for file in self._files]
        if not kustomization.is_foreign:
            contents.append((KUSTOMIZATION, kustomization.data))
        contents += [(line.place, None) for line in self._removed if self._is_moved(line)]
        contents += [(change.place, None) for change in changes if change.action == "delete"]
        contents += environment if text is None else []
        contents.append((LOCK, desired.lock if remembered else None))
        contents.append((INVENTORY, self._inventory(kustomization) if remembered else None))
        return contents

    def _inventory(self, kustomization: Kustomization) -> bytes:
        written = [
            Owned(
                resource=file.resource,
                release=file.release,
                place=file.place,
                digest=fingerprint(file.text.encode()),
            )
            for file in self._files
        ]
        return write_inventory(
            make_inventory(
                environment=self._desired.environment_name,
                id_=self._desired.environment_id,
                kustomization=fingerprint(kustomization.data) if kustomization.data else "",
                owned=(*written, *self._kept),
            )
        )

    def _basis(self) -> str:
        """Give a digest of what the directory remembers."""
        seen = [self._look(place).fingerprint for place in (INVENTORY, LOCK, ENVIRONMENT)]
        return f"sha256:{sha256(' '.join(seen).encode()).hexdigest()}"


def _text(seen: Seen) -> str | None:
    """Give a file's text to show; what is no UTF-8 is replaced, a link is shown as one."""
    if seen.data is None:
        return seen.fingerprint or None
    return seen.data.decode(errors="replace")
