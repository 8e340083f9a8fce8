"""The texts that an environment begins with."""

from __future__ import annotations

import secrets

from mistpm import document

_FILE = """\
# What runs here, and where. `mistpm install` makes it so; keep this file and mistpm.lock in Git.
apiVersion: mistpm.dev/v1
kind: Environment
name: {name}
id: {id}
kubernetes: {kubernetes}
target:
  {place}: {where}
registries: {{}}
releases: {{}}
"""

_REMEMBERED = """\
apiVersion: mistpm.dev/v1
kind: Environment
name: {name}
id: {id}
"""


def new_id() -> str:
    """Give a random id for an environment: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_file(*, name: str, kubernetes: str, directory: str = "", context: str = "") -> str:
    """Give the text of a new `mistpm.yaml`, with a new id; its target is the directory or the context."""
    return _FILE.format(
        name=document.dump_inline(name),
        id=document.dump_inline(new_id()),
        kubernetes=document.dump_inline(kubernetes),
        place="context" if context else "directory",
        where=document.dump_inline(context or directory),
    )


def new_remembered(*, name: str) -> str:
    """Give the text of a new environment that a target is to remember, with a new id."""
    return _REMEMBERED.format(name=document.dump_inline(name), id=document.dump_inline(new_id()))
