"""What Kubernetes plans for its APIs: since when one is deprecated, when it ends, what replaces it.

The facts are methods that Kubernetes generates into its Go modules, and that its own API server takes the warnings
from that it answers with.  A type's methods go when the type goes, so one version of each module is read for each minor;
the newest that has a type says what holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from scripts.packages import go_module

MODULES: Final = {
    "k8s.io/api": (
        *("v0.19.16", "v0.20.15", "v0.21.14", "v0.22.17", "v0.23.17", "v0.24.17", "v0.25.16"),
        *("v0.26.15", "v0.27.16", "v0.28.15", "v0.29.15", "v0.30.14", "v0.31.14", "v0.32.13"),
        *("v0.33.13", "v0.34.13", "v0.35.10", "v0.36.6", "v0.37.2"),
    ),
    "k8s.io/apiextensions-apiserver": ("v0.21.14", "v0.37.2"),
    "k8s.io/kube-aggregator": ("v0.21.14", "v0.37.2"),
}
"""Versions read, oldest first.  0.19 is the first with these facts; the last two modules have had no change of kinds
but the end of their betas in 1.22."""

GENERATED: Final = "zz_generated.prerelease-lifecycle.go"
GROUP_NAME: Final = re.compile(r'\bGroupName\s*=\s*"(.*)"')
METHOD: Final = re.compile(
    r"^func \(in \*(\w+)\) APILifecycle(\w+)\(\) .*? \{\n\treturn (.*?)\n\}",
    re.MULTILINE | re.DOTALL,
)
MINOR: Final = re.compile(r"1, (\d+)")
REPLACEMENT: Final = re.compile(r'Group: "(.*?)", Version: "(.*?)", Kind: "(.*?)"')

Api: TypeAlias = tuple[str, str, str]


class Lifecycle(NamedTuple):
    """What Kubernetes says about one kind: minors, and `group/version/Kind`, if anything."""

    deprecated: int | None
    removed: int | None
    replacement: str


def sources() -> list[str]:
    """Give the modules and versions that are read."""
    return [f"{module} {version}" for module in MODULES for version in MODULES[module]]


def lifecycles() -> dict[Api, Lifecycle]:
    """Fetch the modules and give what the newest version that has a kind says about it."""
    return {
        api: lifecycle
        for module, versions in MODULES.items()
        for version in versions
        for api, lifecycle in read_module(go_module(module, version))
    }


def read_module(folder: Path) -> Iterator[tuple[Api, Lifecycle]]:
    """Give what one version of a module says about its kinds."""
    for file in sorted(folder.rglob(GENERATED)):
        group = GROUP_NAME.search((file.parent / "register.go").read_text(encoding="utf-8"))
        facts: dict[str, dict[str, str]] = {}
        for kind, what, value in METHOD.findall(file.read_text(encoding="utf-8")):
            facts.setdefault(kind, {})[what] = value
        for kind, values in facts.items():
            replacement = REPLACEMENT.search(values.get("Replacement", ""))
            yield (
                (group[1] if group else "", file.parent.name, kind),
                Lifecycle(
                    deprecated=minor_in(values.get("Deprecated", "")),
                    removed=minor_in(values.get("Removed", "")),
                    replacement="/".join(replacement.groups()) if replacement else "",
                ),
            )


def minor_in(value: str) -> int | None:
    """Read `1, 22`."""
    match = MINOR.fullmatch(value)
    return int(match[1]) if match else None
