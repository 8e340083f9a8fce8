"""Findings that the environment's file accepts: `specs/check-command.md#waivers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from mistpm.document import Positions
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.model.environment import Waiver
from mistpm.model.finding import Finding


def waive(
    findings: Iterable[Finding],
    document: EnvironmentDocument,
    *,
    today: str,
    tells_unused: bool = False,
) -> tuple[Finding, ...]:
    """Give findings with those marked that a waiver accepts, and tell of waivers that are over.

    `today` is a day as waivers write it; empty, and none is over.  `tells_unused` is for checks that look
    at everything: then a waiver that nothing needs is a finding too.
    """
    findings = tuple(findings)
    waivers = document.environment.waivers
    if not waivers:
        return findings
    valid = tuple(waiver for waiver in waivers if waiver.until >= today)
    marked = tuple(_marked(finding, valid) for finding in findings)
    return (*marked, *_about_waivers(findings, document, today, tells_unused=tells_unused))


def _marked(finding: Finding, waivers: Iterable[Waiver]) -> Finding:
    for waiver in waivers:
        if _covers(waiver, finding):
            return replace(finding, waived=waiver.reason)
    return finding


def _covers(waiver: Waiver, finding: Finding) -> bool:
    within = not waiver.path or finding.path.startswith(waiver.path)
    rest = finding.path[len(waiver.path) :]
    return (
        waiver.code == finding.code
        and waiver.release in {"", finding.release}
        and (
            waiver.resource.selects(finding.resource)
            if finding.resource
            else waiver.resource.is_any
        )
        and within
        and (not waiver.path or rest[:1] in {"", ".", "["})
    )


def _about_waivers(
    findings: tuple[Finding, ...], document: EnvironmentDocument, today: str, *, tells_unused: bool
) -> Iterator[Finding]:
    lines = Positions(document.text)
    for number, waiver in enumerate(document.environment.waivers):
        covered = sum(_covers(waiver, finding) for finding in findings)
        line = lines.line(("waivers", number)) if document.path else 0
        if covered and waiver.until < today:
            yield Finding(
                severity="warning",
                code="waiver-expired",
                message=f"the waiver of `{waiver.code}` was good until {waiver.until}, so what it"
                f" accepted counts again: {waiver.reason}",
                path=f"waivers[{number}]",
                hint="mend what it is about, or give it another day",
                file=document.title,
                line=line,
            )
        if not covered and tells_unused:
            yield Finding(
                severity="info",
                code="waiver-unused",
                message=f"the waiver of `{waiver.code}` accepts nothing that was found",
                path=f"waivers[{number}]",
                hint=f"take it out of `{document.title}`",
                file=document.title,
                line=line,
            )
