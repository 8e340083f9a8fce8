"""Words of findings that several commands print."""

from __future__ import annotations

from mistpm.model.finding import Finding


def said(finding: Finding) -> str:
    """Give what a finding says, with the place in its resource where the words do not name it."""
    if finding.resource is None or not finding.path or f"`{finding.path}`" in finding.message:
        return finding.message
    return f"{finding.path}: {finding.message}"
