"""Looking at a release's bindings before they are written down."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.errors import UsageError
from mistpm.model.descriptor import Candidate
from mistpm.model.environment import Environment
from mistpm.ops.did_you_mean import did_you_mean


def check_bindings(
    environment: Environment, name: str, bind: dict[str, str], candidates: Sequence[Candidate]
) -> None:
    """Refuse bindings of release `name` that can mean nothing, whichever candidate is chosen.

    Raises `UsageError` (`invalid-binding`): for an alias that no candidate has, unless one computes what it
    requires, and for a release that the environment does not have.
    """
    package = environment.releases[name].package
    aliases = {alias for each in candidates for alias in each.descriptor.dependencies}
    computed = any(each.descriptor.computed for each in candidates)
    releases = environment.releases.keys() - {name}
    for path, release in bind.items():
        alias = path.partition(".")[0]
        if alias not in aliases and not computed:
            raise UsageError(
                "invalid-binding",
                f"`--bind {path}={release}`: `{package}` has no dependency `{alias}`",
                context=did_you_mean(alias, aliases) or ("it has no dependencies",),
                hint=f"`mistpm info {package}` lists them",
            )
        if release not in releases:
            raise UsageError(
                "invalid-binding",
                f"`--bind {path}={release}`: there is no release `{release}` in the environment `{environment.name}`",
                context=did_you_mean(release, releases),
                hint=f"add it first: `mistpm add {release} -p PACKAGE`",
            )
