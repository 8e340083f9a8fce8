"""What is to be done with one wanted object: what is there, what the server would make of it, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from mistpm.diff.fields import field_changes, is_within
from mistpm.diff.immutable import immutable_changes
from mistpm.diff.manifest import meaningful
from mistpm.diff.overlay import overlaid, overlaid_definition
from mistpm.model.change import Action, Change
from mistpm.model.finding import Finding
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.comparing.adoption import (
    abandoned,
    adopted,
    former_owner,
    is_applier,
    needs_migration,
)
from mistpm.target.cluster.comparing.case import Case, Decision, show
from mistpm.target.cluster.comparing.drift import DELETED, DRIFTED, drift, moving
from mistpm.target.cluster.comparing.dry_run import (
    Conflict,
    DryRun,
    conflicts_of,
    dotted,
    dry_run,
    is_about_fixed_fields,
    server_words,
)
from mistpm.target.cluster.comparing.field_sets import without
from mistpm.target.cluster.comparing.intent import (
    forced_paths,
    may_be_replaced,
    own_entry,
    own_fields,
    shown,
)
from mistpm.target.cluster.comparing.live import LiveObject, read_one
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.refusals import Reference, Refusal
from mistpm.target.cluster.comparing.surroundings import is_definition
from mistpm.target.protocol import Permissions

_ADOPT: Final = ("--adopt",)
_FORCE: Final = ("--force-conflicts",)


class Deciding:
    """Decides about objects one by one; may be used from several threads.

    `values` are secret values, which are never shown; `with_data` puts live objects into the steps.
    """

    def __init__(
        self,
        client: Client,
        environment_id: str,
        permissions: Permissions,
        *,
        values: Collection[str] = (),
        with_data: bool = False,
    ) -> None:
        self._client = client
        self._environment_id = environment_id
        self._permissions = permissions
        self._values = values
        self._with_data = with_data

    def decide(self, case: Case) -> Decision:
        """Compare one object; costs a dry run, and a few more requests where it is not ours or conflicts.

        Raises `ApiError` for what is no matter of this object.
        """
        live = case.live
        if live is not None and live.is_terminating:
            return self._creation(case, why="the one that is there is being deleted", uid=live.uid)
        if case.wanted.run_version and (decision := self._running_once(case)):
            return decision
        if case.api is None or case.comes_with:
            why = f"waits for `{case.comes_with}`"
            return self._creation(case) if live is None else self._overlay(case, live, why)
        return self._asked(case, case.api.path(case.resource.namespace, case.resource.name))

    def unchanged(self, case: Case, live: LiveObject | None) -> Decision:
        """Decide that an object stays as it is; None where it need not be there."""
        step = self._step(
            case,
            "unchanged",
            live,
            body=None,
            fields=live.fields if live else "",
            revision=live.revision if live else 0,
        )
        return Decision(step=step, change=self._change(case, "unchanged", None, None))

    def _running_once(self, case: Case) -> Decision | None:
        """Decide about what runs once per version; None where it is made like anything else."""
        live, line, version = case.live, case.line, case.wanted.run_version
        if live is None:
            has_run = line is not None and bool(line.uid) and line.intent == case.wanted.intent
            return self.unchanged(case, None) if has_run else None
        has_failed = _has_failed(live.data)
        if live.run_version == version and not has_failed:
            return self.unchanged(case, live)
        why = "it failed the last time" if has_failed else f"runs again for {version}"
        return self._replacement(case, live, f"is made anew: {why}")

    def _asked(self, case: Case, path: str, tries: int = 3) -> Decision:
        """Decide by a dry run, made again where somebody writes between it and our reading."""
        run = dry_run(self._client, path, case.body)
        conflicts: tuple[Conflict, ...] = ()
        if run.obstacle == "conflict" and run.error is not None:
            conflicts = conflicts_of(run.error)
            run = dry_run(self._client, path, case.body, force=True)
        if run.obstacle is not None and run.error is not None:
            return self._hindered(case, run, run.error)
        live = None if run.is_new else self._read(case)
        if live is None:
            return _with_warnings(self._creation(case), run.warnings)
        if live.resource_version != run.data["metadata"].get("resourceVersion") and tries:
            current = None if case.api is None else read_one(self._client, case.api, case.resource)
            return self._asked(msgspec.structs.replace(case, live=current), path, tries - 1)
        if self._is_ours(case, live):
            decision = self._update(case, live, run.data, conflicts)
        else:
            decision = self._adoption(case, live, run.data, conflicts, path)
        return _with_warnings(decision, run.warnings)

    def _hindered(self, case: Case, run: DryRun, error: ApiError) -> Decision:
        """Decide where a dry run gave nothing."""
        if run.obstacle in {"no-right", "unavailable"}:
            return self._approximate(case, error)
        if run.obstacle == "no-namespace":
            return self._refused(case, "namespace-missing", (_why_no_namespace(error),))
        if run.obstacle == "not-served":
            return self._refused(case, "kind-not-served", (_kind(case),))
        live = self._read(case)
        if live is not None and (fixed := _fixed_fields(case, live, error)):
            return self._replacement(case, live, _must_be_replaced(fixed))
        if case.may_mistake:
            return self._approximate(case, error)
        return self._refused(case, "manifest-refused", server_words(error), live)

    def _read(self, case: Case) -> LiveObject | None:
        """Give the live object in the version that the manifest is written in, None where it is gone."""
        if case.api is None:
            return case.live
        if (
            case.live is not None
            and case.live.raw
            and case.live.api_version == case.api.api_version
        ):
            return case.live
        return read_one(self._client, case.api, case.resource)

    def _is_ours(self, case: Case, live: LiveObject) -> bool:
        """Tell whether the environment owns an object, though somebody may have taken its label."""
        if live.environment:
            return live.environment == self._environment_id
        return case.line is not None and case.line.uid == live.uid

    def _creation(self, case: Case, *, why: str = "", uid: str = "") -> Decision:
        was_there = case.line is not None and bool(case.line.uid) and case.live is None
        is_drift = was_there and case.was_applied
        if was_there:
            why = f"{DRIFTED}{DELETED}" if is_drift else f"{DELETED} since it was applied"
        step = self._step(case, "create", None, why=why, uid=uid, is_drift=is_drift)
        return Decision(step=step, change=self._change(case, "create", None, case.wanted.body, why))

    def _update(
        self,
        case: Case,
        live: LiveObject,
        answer: dict[str, Any],
        conflicts: tuple[Conflict, ...],
    ) -> Decision:
        if _stays_headless(case, live, answer):
            return self._replacement(case, live, _must_be_replaced((".spec.clusterIP",)))
        before = live.data
        changes = field_changes(meaningful(before), meaningful(answer))
        if not changes and own_fields(answer["metadata"]) == live.fields:
            return self.unchanged(case, live)
        refusals = self._conflict_refusals(case, conflicts)
        taken = [each for each in conflicts if not refusals]
        is_drift = case.has_drifted(live)
        reasons = [moving(case, live), drift(case, live, changes)]
        reasons += [f"takes `{each.field}` from `{each.manager}`" for each in taken]
        if not changes:
            reasons.append("takes up fields that have the wanted values already")
        why = "; ".join(reason for reason in reasons if reason)
        step = self._step(
            case,
            "update",
            live,
            why=why,
            force=bool(taken),
            confirmed=shown(answer),
            is_drift=is_drift,
        )
        change = self._change(case, "update", before, answer, why)
        flags = _FORCE if self._not_declared(case, conflicts) else ()
        return Decision(
            step=step,
            change=msgspec.structs.replace(change, flags=flags),
            refusals=refusals,
        )

    def _adoption(
        self,
        case: Case,
        live: LiveObject,
        answer: dict[str, Any],
        conflicts: tuple[Conflict, ...],
        path: str,
    ) -> Decision:
        """Take over what somebody else made, or refuse to."""
        before = live.data
        migrates = needs_migration(before)
        after = adopted(self._client, path, before, answer) if migrates else answer
        rest = tuple(each for each in conflicts if not is_applier(each.manager))
        refusals = self._ownership_refusals(case, live) or self._conflict_refusals(case, rest)
        reasons = [former_owner(before)]
        if not refusals:
            reasons += [f"takes `{each.field}` from `{each.manager}`" for each in rest]
        why = "; ".join(reasons)
        step = self._step(
            case,
            "adopt",
            live,
            why=why,
            force=bool(rest) and not refusals,
            migrates=migrates,
            confirmed=shown(after),
        )
        change = self._change(case, "adopt", before, after, why)
        flags = (*_ADOPT, *(_FORCE if self._not_declared(case, rest) else ()))
        return Decision(
            step=step, change=msgspec.structs.replace(change, flags=flags), refusals=refusals
        )

    def _approximate(self, case: Case, error: ApiError) -> Decision:
        """Decide without the server: the fields that the manifest sets against what is there."""
        reason = self._told(error)
        try:
            live = self._read(case)
        except ApiError as unreadable:
            if not unreadable.is_right_missing:
                raise
            return self.unseen(case, self._told(unreadable))
        if live is None:
            return msgspec.structs.replace(self._creation(case), approximate=reason)
        return self._overlay(case, live, reason)

    def _told(self, error: ApiError) -> str:
        """Say why the server was not asked; for many objects of a kind in the same words."""
        if error.is_right_missing:
            return describe(error, title=self._client.title).message
        return error.message

    def _overlay(self, case: Case, live: LiveObject, reason: str) -> Decision:
        """Lay the manifest over what is there, less what it does not have any more of what is ours."""
        before = live.data
        is_ours = self._is_ours(case, live)
        after = self._laid_over(case, live)
        changes = field_changes(meaningful(before), meaningful(after))
        if is_ours and not changes and case.was_applied:
            decision = self.unchanged(case, live)
        elif fixed := immutable_changes(case.resource, before, changes):
            decision = self._replacement(case, live, _must_be_replaced(fixed))
        else:
            action: Action = "update" if is_ours else "adopt"
            reasons = [moving(case, live), drift(case, live, changes)]
            reasons += [] if changes else ["no difference can be seen"]
            why = "; ".join(filter(None, reasons)) if is_ours else former_owner(before)
            step = self._step(
                case,
                action,
                live,
                why=why,
                is_drift=is_ours and case.has_drifted(live),
                migrates=not is_ours and needs_migration(before),
            )
            decision = Decision(
                step=step,
                change=self._change(case, action, before, after, why),
                refusals=self._ownership_refusals(case, live),
            )
        return msgspec.structs.replace(decision, approximate=reason)

    def _laid_over(self, case: Case, live: LiveObject) -> dict[str, Any]:
        """Say roughly what comes of an object: what others set, and defaults, stay or come back."""
        migrates = not self._is_ours(case, live) and needs_migration(live.data)
        gone = abandoned(live.data, case.body, migrates=migrates)
        return _overlaid(case, without(live.data, gone))

    def unseen(self, case: Case, reason: str) -> Decision:
        """Decide about what may not be looked at: it is as it was applied, or it changes."""
        if case.was_applied:
            decision = self.unchanged(case, case.live)
        else:
            action: Action = "update" if case.line is not None else "create"
            step = self._step(case, action, case.live)
            decision = Decision(
                step=step, change=self._change(case, action, None, case.wanted.body)
            )
        return msgspec.structs.replace(decision, approximate=reason)

    def _replacement(self, case: Case, live: LiveObject, why: str) -> Decision:
        """Decide that an object is deleted and made again, if that is allowed."""
        refusals = self._ownership_refusals(case, live)
        may = case.wanted.run_version or may_be_replaced(case.wanted.manifest.data)
        if not may:
            refusals = refusals or (self._refusal(case, "must-be-replaced", why),)
        action: Action = "update" if self._is_ours(case, live) else "adopt"
        step = self._step(
            case, action, live, why=why, replaces=True, is_drift=case.has_drifted(live)
        )
        after = self._laid_over(case, live)
        change = self._change(case, action, live.data, after, why, replaced=True)
        return Decision(step=step, change=change, refusals=refusals)

    def _refused(
        self,
        case: Case,
        reference: Reference,
        reasons: Collection[str],
        live: LiveObject | None = None,
    ) -> Decision:
        """Decide that an object cannot be as it is wanted."""
        action: Action = "create" if live is None else "update"
        before = None if live is None else live.data
        after = case.wanted.body if before is None else _overlaid(case, before)
        return Decision(
            step=self._step(case, action, live),
            change=self._change(case, action, before, after),
            refusals=tuple(self._refusal(case, reference, why) for why in reasons),
        )

    def missing_kind(self, case: Case, *, is_silent: bool) -> Decision:
        """Decide about an object whose kind nobody provides, or whose API does not answer."""
        version = case.wanted.manifest.api_version
        why = f"the server of `{version}` does not answer" if is_silent else _kind(case)
        return self._refused(case, "kind-not-served", (why,))

    def missing_namespace(self, case: Case) -> Decision:
        """Decide about an object whose namespace nobody makes."""
        why = f"the namespace `{case.resource.namespace}` does not exist"
        return self._refused(case, "namespace-missing", (why,))

    def _ownership_refusals(self, case: Case, live: LiveObject) -> tuple[Refusal, ...]:
        if self._is_ours(case, live) or self._permissions.adopt:
            return ()
        return (self._refusal(case, "resource-not-owned", former_owner(live.data)),)

    def _conflict_refusals(
        self, case: Case, conflicts: tuple[Conflict, ...]
    ) -> tuple[Refusal, ...]:
        """Refuse every conflict about a field that may not be taken."""
        if self._permissions.force_conflicts:
            return ()
        return tuple(
            self._refusal(case, "field-conflicts", f"`{each.field}` is owned by `{each.manager}`")
            for each in self._not_declared(case, conflicts)
        )

    def _not_declared(self, case: Case, conflicts: tuple[Conflict, ...]) -> list[Conflict]:
        """Give the conflicts about fields that the manifest itself does not say to take."""
        declared = forced_paths(case.wanted.manifest.data)
        return [
            each for each in conflicts if not any(is_within(each.field, path) for path in declared)
        ]

    def _refusal(self, case: Case, reference: Reference, why: str) -> Refusal:
        return Refusal(
            reference=reference,
            resource=case.resource,
            release=case.wanted.release,
            why=why,
            origin=case.wanted.manifest.origin if reference == "manifest-refused" else "",
        )

    def _step(self, case: Case, action: Action, live: LiveObject | None, **more: Any) -> ObjectStep:
        facts: dict[str, Any] = {
            "body": case.body,
            "uid": live.uid if live else "",
            "resource_version": live.resource_version if live else "",
            "data": live.data if live and self._with_data and live.raw else None,
        }
        return ObjectStep(
            action=action,
            resource=case.resource,
            api_version=case.wanted.manifest.api_version,
            release=case.wanted.release,
            manifest=case.wanted.manifest,
            intent=case.wanted.intent,
            **(facts | more),
        )

    def _change(
        self,
        case: Case,
        action: Action,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        why: str = "",
        *,
        replaced: bool = False,
    ) -> Change:
        return show(
            action,
            case.resource,
            case.wanted.release,
            before=before,
            after=after,
            why=why,
            replaced=replaced,
            values=self._values,
        )


def _must_be_replaced(fixed: Sequence[str]) -> str:
    named = ", ".join(f"`{path}`" for path in fixed)
    return f"must be replaced: {named} cannot change"


def _stays_headless(case: Case, live: LiveObject, answer: dict[str, Any]) -> bool:
    """Tell whether a Service that we made without an address silently stays so, though it should no more.

    The server keeps a `clusterIP` that nobody sets any more, so that addresses stay: also `None`.
    """
    if (case.resource.group, case.resource.kind) != ("", "Service"):
        return False
    entry = own_entry(live.data["metadata"]) or {}
    owned = (entry.get("fieldsV1") or {}).get("f:spec") or {}
    wanted, kept = case.body.get("spec") or {}, answer.get("spec") or {}
    return "f:clusterIP" in owned and "clusterIP" not in wanted and kept.get("clusterIP") == "None"


def _fixed_fields(case: Case, live: LiveObject, error: ApiError) -> tuple[str, ...]:
    """Give the fields for which an object must be replaced; none where the server means something else."""
    before = meaningful(live.data)
    changes = field_changes(before, meaningful(overlaid(live.data, case.body)))
    known = immutable_changes(case.resource, before, changes)
    if is_about_fixed_fields(error):
        return known or tuple(sorted({dotted(cause.field) for cause in error.causes}))
    return ()


def _has_failed(data: dict[str, Any]) -> bool:
    """Tell whether a Job ended without success."""
    conditions = (data.get("status") or {}).get("conditions") or ()
    return any((each.get("type"), each.get("status")) == ("Failed", "True") for each in conditions)


def _kind(case: Case) -> str:
    return f"nothing provides `{case.wanted.manifest.api_version} {case.resource.kind}`"


def _why_no_namespace(error: ApiError) -> str:
    return (
        "its namespace is being deleted"
        if error.is_forbidden
        else f"the namespace `{error.name}` does not exist"
    )


def _with_warnings(decision: Decision, warnings: Sequence[str]) -> Decision:
    """Add what the server warns of, such as an API that goes away."""
    step = decision.step
    findings = tuple(
        Finding(
            severity="warning",
            code="server-warning",
            message=warning,
            release=step.release,
            resource=step.resource,
        )
        for warning in warnings
    )
    return msgspec.structs.replace(decision, findings=findings) if findings else decision


def _overlaid(case: Case, live: dict[str, Any]) -> dict[str, Any]:
    """Say roughly what the server would make of an object."""
    if is_definition(case.resource):
        return overlaid_definition(live, case.body)
    after: dict[str, Any] = overlaid(live, case.body)
    return after
