"""Which file a resource is in (`specs/directory-target.md#names`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from mistpm.model.ranks import rank
from mistpm.model.resource import ResourceId

OWN_FOLDER: Final = ".mistpm"
KUSTOMIZATION: Final = "kustomization.yaml"
INVENTORY: Final = f"{OWN_FOLDER}/inventory.yaml"
LOCK: Final = f"{OWN_FOLDER}/mistpm.lock"
ENVIRONMENT: Final = f"{OWN_FOLDER}/environment.yaml"

_LONGEST: Final = 120  # of a file's name; some file systems end at 143, and whole paths at 260
_DIGITS: Final = 12  # of the digest in a name that was cut
_RESERVED: Final = re.compile(r"[^a-z0-9._-]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)")
_PLACE: Final = re.compile(r"(?!\.\.?/)[^/\\\0]+(?:/(?!\.\.?\Z)[^/\\\0]+)?")


def namespace_place(name: str) -> str:
    """Give the file of a namespace that the host made."""
    return file_name(ResourceId("", "Namespace", "", name))


def release_places(release: str, resources: Iterable[ResourceId]) -> dict[ResourceId, str]:
    """Give the file of each resource of a release.

    A name depends on its resource alone, unless two resources of the release would have the same one
    (namespace `a` with name `b-c`, namespace `a-b` with name `c`): those all carry a digest.
    """
    names = {resource: file_name(resource) for resource in resources}
    taken = Counter(names.values())
    folder = release_folder(release)
    return {
        resource: f"{folder}/{name if taken[name] == 1 else _with_digest(name, resource)}"
        for resource, name in names.items()
    }


def release_folder(release: str) -> str:
    """Give the folder of a release: its name, unless some file system or program takes that for something else."""
    if _DEVICE.match(release):
        return f"%{ord(release[0]):02x}{release[1:]}"
    stem, dot, suffix = release.rpartition(".")
    return f"{stem}%2e{suffix}" if dot and suffix in {"yaml", "yml"} else release


def file_name(resource: ResourceId) -> str:
    """Give `NN-kind[.group]-[namespace-]name.yaml`: lower case, reserved characters escaped, cut where too long."""
    kind = f"{resource.kind.lower()}.{resource.group}" if resource.group else resource.kind.lower()
    parts = [f"{rank(resource):02}", kind, resource.namespace, resource.name]
    name = "-".join(_escaped(part) for part in parts if part) + ".yaml"
    return name if len(name) <= _LONGEST else _with_digest(name, resource)


def is_place(text: str) -> bool:
    """Tell whether a text can be a place: a file here or one folder down, never outside."""
    return text not in {".", ".."} and _PLACE.fullmatch(text) is not None


def _escaped(text: str) -> str:
    """Write every character that some file system reserves, and upper case, as `%` and hexadecimal digits.

    No name in Kubernetes holds a `%`, so different names stay different.
    """
    return _RESERVED.sub(lambda found: "".join(f"%{byte:02x}" for byte in found[0].encode()), text)


def _with_digest(name: str, resource: ResourceId) -> str:
    identity = (resource.group, resource.kind, resource.namespace, resource.name)
    digest = sha256("\0".join(identity).encode()).hexdigest()[:_DIGITS]
    stem = name.removesuffix(".yaml")[: _LONGEST - _DIGITS - len("-.yaml")]
    return f"{stem}-{digest}.yaml"
