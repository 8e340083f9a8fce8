"""Writes the tables of specs/messages.md from the code: every reference, what is said, and what to do.

`--check` fails when the page is not what would be written.  What varies stands as `…`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from mistpm import errors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "specs" / "messages.md"
BEGIN = "<!-- below: written by scripts/list_messages.py -->\n"
NO_EXIT_CODE = "-"
KEBAB = re.compile(r"[a-z]+(-[a-z0-9]+)*")


IN_WORDS = {
    "api-not-yet": ("", "write it in what it was called before, which is named"),
    "changes-refused": ("", "each change is listed with what is against it"),
    "data-loss-not-confirmed": ("", "`--delete-data` confirms it"),
    "deprecated-api": ("", "write it in what replaces it, which is named"),
    "environment-busy": (
        "",
        "run the command again when that is done, or wait longer: --lock-timeout 10m",
    ),
    "environment-unreadable": ("", "check the path and the permissions"),
    "findings": ("… findings forbid applying", ""),
    "existing-field-lost": (
        "… existing objects lose what they have there: …",
        "bring it to where the new version has it, before the definition changes",
    ),
    "field-dropped": (
        "the field is gone, and values in it get lost",
        "bring what stands there to where the new version has it",
    ),
    "folder-unwritable": ("", "check the path, the permissions and the free space"),
    "foreign-kustomization": (
        "`kustomization.yaml` was not written by mistpm, or changed since",
        "",
    ),
    "guest-log": ("what a package logged as a warning or an error", ""),
    "guest-stack": ("", "this is a fault in the package: tell its author"),
    "guest-trap": ("", "this is a fault in the package: tell its author"),
    "inputs-unreadable": ("", "check the path and the permissions"),
    "invalid-assets": ("the assets in `…` cannot be used", "pack it again with `mistpm pack`"),
    "invalid-condition": ("", "the package's author mends its `when`"),
    "invalid-descriptor": ("`…` has mistakes", "each is listed with its line and path"),
    "invalid-edit": ("", "what would be wrong is listed: give another name or value"),
    "invalid-field": ("", "the closest known field is named, or when there is one"),
    "invalid-index": ("", "`mistpm registry index DIR` writes what is missing"),
    "invalid-input": ("", "give another value"),
    "invalid-yaml": ("", "what is wrong is listed with its line"),
    "left-out": ("", "what it says of the release that was left out"),
    "missing-export": ("", "`specs/host-abi.md` lists what a package exports"),
    "missing-field": ("", "write the field"),
    "no-manifests": ("there is no manifest in …", "check the path"),
    "not-rendered": ("what went wrong when something was rendered for one Kubernetes version", ""),
    "removed-api": ("", "write it in what replaces it, which is named"),
    "renders-differently": ("it is rendered otherwise than for 1.…", ""),
    "namespace-left-out": ("… has the namespace `…`, but its kind has none; it was left out", ""),
    "not-a-directory": ("", "name another target"),
    "not-confirmed": ("", "`--yes` confirms it"),
    "not-wasm": ("", "check what was downloaded, or build the package again"),
    "other-namespace": ("… goes to the namespace `…`, not to the release's", ""),
    "package-failed": ("", "what the package says; often an input is missing"),
    "package-unwritable": ("", "check the path, the permissions and the free space"),
    "package-warning": ("what a package warns of", ""),
    "registry-unreachable": (
        "",
        "check the address and the network; `--offline` uses what is there",
    ),
    "required-field-added": (
        "it is required now",
        "set the field in every object before, or give it a default in the definition",
    ),
    "rule-added": (
        "a rule, format or key of lists is new",
        "see before that every object keeps to it; the API server alone can judge that",
    ),
    "rule-violated": ("what the rule of a definition says", "the rule is told"),
    "schema-narrowed": (
        "what was valid is not any more: …",
        "change the objects that have other values before the definition changes",
    ),
    "removal-not-confirmed": ("", "`--remove-unneeded` confirms it"),
    "render-failed": ("", "each release is listed with what is wrong"),
    "secret-absent": ("… secrets have no value", ""),
    "secret-literal": (
        "the inputs of `…` do not fit `…`",
        "give the source of a secret: `{fromEnv: NAME}`, `{generate: 24}`, …",
    ),
    "secret-not-written": (
        "it holds secret values and is not written to a directory",
        "create it in the cluster",
    ),
    "secret-unusable": ("", "generate it, or ask the package's author"),
    "server-warning": ("what the API server warns of, such as an API that goes away", ""),
    "target-failed": ("", "check the folder and its permissions"),
    "unknown-command": ("", "`mistpm --help` lists the commands"),
    "unknown-package": ("", "check the name"),
    "unknown-scope": ("… was put into `…`: nothing tells whether its kind has a namespace", ""),
    "unknown-version": ("", "check the version"),
    "unreadable-file": ("", "check the path and the permissions"),
    "usage": ("", "`mistpm COMMAND --help` shows what it takes"),
    "version-conflict": ("", "what clashes is listed: change one of it"),
    "version-not-served": (
        "the definition of `…` has no version `…`",
        "those that are served are named",
    ),
    "wrong-type": ("`…` must be …, not …", "quotes make a text of a number"),
}
"""What the code puts together from several parts: said, and what to do, each only where it is needed."""


class Message(Struct, frozen=True, order=True):
    """One place in the code that says something under a reference."""

    reference: str
    kind: str
    said: str
    hint: str


def messages() -> list[Message]:
    """Find every error and finding in the code, sorted."""
    found = {
        message
        for path in (ROOT / "mistpm").rglob("*.py")
        for message in _in_file(ast.parse(path.read_text(encoding="utf-8")))
    }
    return sorted(found)


def table() -> str:
    """Give the table: one row a reference, with the first of what tells most under it."""
    rows: dict[str, Message] = {}
    for message in messages():
        known = rows.get(message.reference)
        if known is None or _told(message) > _told(known):
            rows[message.reference] = message
    lines = ["| Reference | Exit code | Says | What to do |", "|---|---|---|---|"]
    lines += [
        f"| `{row.reference}` | {exit_code(row.kind)} | {_cell(row.said) or said} | {_cell(row.hint) or hint} |"
        for row in rows.values()
        for said, hint in (IN_WORDS.get(row.reference, ("", "")),)
    ]
    return "\n".join(lines) + "\n"


def _told(message: Message) -> int:
    return bool(_cell(message.said)) * 2 + bool(_cell(message.hint))


def page() -> str:
    """Give the whole page: what people wrote, and the table."""
    written, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return written + BEGIN + "\n" + table()


def main() -> None:
    """Write the page, or check it."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit("specs/messages.md is not up to date: run `python -m scripts.list_messages`")


def _in_file(tree: ast.Module) -> Iterator[Message]:
    constants = dict(_constants(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        kind = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        words = {keyword.arg: keyword.value for keyword in node.keywords}
        hint = _text(words.get("hint"))
        if kind.endswith("Error") and node.args:
            said = _text(node.args[1]) if len(node.args) > 1 else ""
            named: ast.AST | None = node.args[0]
        else:
            said = _text(words.get("message"))
            named = words.get("reference") or words.get("code")
            kind = "DocumentError" if "reference" in words else kind
        reference = constants.get(named.id, "") if isinstance(named, ast.Name) else _text(named)
        if KEBAB.fullmatch(reference):
            yield Message(reference, kind, said, hint)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the texts that the module itself has a name for."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant):
                    yield target.id, str(node.value.value)


def _text(node: ast.AST | None) -> str:
    """Give what an expression says, `…` for what it works out."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part) if isinstance(part, ast.Constant) else "…" for part in node.values
        )
    return "" if node is None else "…"


@cache
def bases() -> dict[str, str]:
    """Give the class from which each class in the code is made."""
    return {
        node.name: node.bases[0].id
        for path in (ROOT / "mistpm").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.bases and isinstance(node.bases[0], ast.Name)
    }


def exit_code(kind: str) -> str:
    """Give the exit code of an error class by its name, a dash for a finding."""
    while not hasattr(errors, kind) and kind in bases():
        kind = bases()[kind]
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, errors.MistError):
        return str(found.exit_code)
    return NO_EXIT_CODE


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") if text != "…" else ""


if __name__ == "__main__":
    main()
