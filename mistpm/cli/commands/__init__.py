"""One command a file; each holds `app`, which is loaded when the command is used."""

from __future__ import annotations

SECTIONS: dict[str, dict[str, str]] = {
    "Environment": {
        "init": "Make an environment here.",
        "add": "Add a release to the environment's file.",
        "remove": "Take a release out of the environment's file.",
        "rename": "Give a release another name.",
        "registry": "Add, list, remove and index registries.",
        "provided": "Show or find out what is there already and managed by somebody else.",
    },
    "Releases": {
        "install": "Install the environment, or one release with everything it needs.",
        "uninstall": "Uninstall a release, and what nobody needs any more.",
        "upgrade": "Move releases to the newest versions that fit together.",
        "rollback": "Apply an earlier revision of the environment on a cluster again.",
        "lock": "Solve the environment and pin it in mistpm.lock.",
        "plan": "Show what install would do, changing nothing.",
        "apply": "Apply a saved plan: exactly what it showed, or nothing.",
        "diff": "Show what install would change, field by field.",
        "check": "Check manifests against Kubernetes versions: an environment's, files, a cluster's.",
        "render": "Render manifests to standard output or a folder.",
    },
    "Questions": {
        "list": "List the releases of the environment.",
        "status": "Show whether the target is as the environment wants it.",
        "history": "Show what was applied to a cluster, when, and with which inputs.",
        "tree": "Show releases and what they depend on.",
        "why": "Explain why a package or release is there, at this version.",
        "why-not": "Explain why something is not at another version, or what would change.",
        "outdated": "Show what is not at its newest version, and what blocks it.",
        "graph": "Draw releases and what they need: dot, Mermaid, SVG.",
        "search": "Search the registries for packages.",
        "info": "Show what is known of a package.",
    },
    "Packages": {
        "pack": "Make a package from package.yaml.",
        "inspect": "Show what is inside a package's module.",
    },
    "mistpm itself": {
        "cache": "Show and clear what mistpm keeps.",
        "completion": "Print the completion script for a shell.",
    },
}
"""Every command with its summary, in the order of `mistpm --help`."""

HIDDEN = {"generate": "render"}
"""Names that Mistletoe's users know, and what they are called here."""

MEANT = {
    "delete": "uninstall",
    "drift": "status --drift",
    "explain": "why",
    "get": "list",
    "get all": "history latest --output yaml",
    "get manifest": "history latest --manifests",
    "get values": "history latest",
    "lint": "check",
    "ls": "list",
    "package": "pack",
    "repo": "registry",
    "revisions": "history",
    "rm": "remove",
    "set": "add",
    "show": "info",
    "sync": "install",
    "template": "render",
    "undo": "rollback",
    "update": "upgrade",
    "validate": "check",
    "values": "info",
    "version": "--version",
}
"""Commands of other package managers, and what does their work here."""
