"""Putting the values of secrets into Secrets, at the last moment (`specs/cluster-state.md#secrets`)."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from mistpm.errors import TargetError
from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest
from mistpm.model.secrets import SecretInput
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory.state_store import StateStore, decoded, unchecked
from mistpm.target.cluster.secrets.generated_secrets import GeneratedSecrets, generate
from mistpm.target.cluster.secrets.secret_sources import AbsentSourceError, SecretSources
from mistpm.target.cluster.secrets.secret_text import SecretText

Pair: TypeAlias = tuple[Manifest, Mapping[str, Any] | None]
"""A manifest, and the live object where there is one."""


class SecretValues:
    """The values behind the placeholders of one desired state.

    One object serves a desired state from its diff until it is applied, so that what was generated
    stays the same.  Values are in nothing that is shown: neither in errors nor in findings.  `base` is
    where relative paths start, `check` is called before every write.
    """

    def __init__(
        self,
        client: Client,
        *,
        namespace: str,
        environment_id: str,
        base: Path,
        secrets: Iterable[SecretInput],
        environ: Mapping[str, str] = os.environ,
        check: Callable[[], None] = unchecked,
    ) -> None:
        store = StateStore(client, namespace, check=check)
        self._inputs = {each.placeholder: each for each in secrets}
        self._sources = SecretSources(client, base=base, environ=environ)
        self._generated = GeneratedSecrets(store, environment_id)
        self._stored: dict[str, bytes] | None = None
        self._values: dict[str, bytes] = {}
        self._made: dict[str, bytes] = {}
        self._findings: dict[str, Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed: sources that are absent now, so that live values are kept."""
        return tuple(self._findings[placeholder] for placeholder in sorted(self._findings))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The values that are texts, sorted: what must not be shown anywhere."""
        texts = []
        for value in self._values.values():
            try:
                texts.append(value.decode())
            except UnicodeDecodeError:
                continue
        return tuple(sorted(texts))

    def prepare(self, pairs: Iterable[Pair]) -> None:
        """Get the values of all placeholders in some manifests; writes nothing.

        A value whose source is absent is kept as the live object has it.  Costs a request for each
        Secret that a source names, and one where something is generated.  Raises `TargetError`:
        `secret-absent` with all that have no value, `secret-unreadable`, `cluster-forbidden`.
        """
        pairs = [pair for pair in pairs if pair[0].secrets]
        wanted = {each for manifest, _ in pairs for each in manifest.secrets} - {*self._values}
        absent: dict[str, str] = {}
        for placeholder in sorted(wanted):
            source = self._inputs[placeholder].source
            try:
                if not source.generate:
                    self._values[placeholder] = self._sources.read(source)
                elif placeholder in self._kept():
                    self._values[placeholder] = self._kept()[placeholder]
            except AbsentSourceError as error:
                absent[placeholder] = str(error)
        self._keep_live_values(pairs, wanted)
        for placeholder in sorted(wanted - {*self._values} - {*absent}):
            self._values[placeholder] = generate(self._inputs[placeholder].source.generate)
        self._made |= {
            placeholder: self._values[placeholder]
            for placeholder in wanted - {*absent}
            if self._inputs[placeholder].source.generate and placeholder not in self._kept()
        }
        if missing := {name: why for name, why in absent.items() if name not in self._values}:
            raise self._absent(missing)
        self._findings |= {name: self._finding(name, why) for name, why in absent.items()}

    def fill(self, manifest: Manifest, live: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give what is to be applied: the manifest with values in the place of placeholders.

        A Secret's `stringData` becomes `data`: the server does not remove what goes from `stringData`.
        What `prepare` did not see yet is prepared.  Never for showing.
        """
        if (manifest.id.group, manifest.id.kind) != ("", "Secret") or not _is_usable(manifest):
            return manifest.data
        self.prepare([(manifest, live)])
        filled = {key: value for key, value in manifest.data.items() if key != "stringData"}
        plain = manifest.data.get("stringData") or {}
        encoded = {
            key: base64.b64encode(text.filled(self._values)).decode()
            for key, text in _texts(manifest)
            if text.placeholders or key in plain
        }
        if encoded:
            filled["data"] = {**(filled.get("data") or {}), **encoded}
        return filled

    def keep(self) -> None:
        """Keep what was generated, before it is applied; costs nothing where that is nothing.

        Raises `TargetError`, `target-moved` where somebody else kept something meanwhile.
        """
        if self._made:
            self._generated.add(self._made)
            self._stored = {**self._kept(), **self._made}
            self._made = {}

    def _kept(self) -> dict[str, bytes]:
        if self._stored is None:
            self._stored = self._generated.read()
        return self._stored

    def _keep_live_values(self, pairs: Sequence[Pair], wanted: set[str]) -> None:
        """Take what no source gives from live Secrets; a value that is found helps to find others."""
        while missing := wanted - {*self._values}:
            found: dict[str, bytes] = {}
            for manifest, live in pairs:
                if live is None or missing.isdisjoint(manifest.secrets) or not _is_usable(manifest):
                    continue
                there = live.get("data") or {}
                for key, text in _texts(manifest):
                    value = decoded(there.get(key))
                    if value is not None and not missing.isdisjoint(text.placeholders):
                        found |= text.found(value, self._values)
            if missing.isdisjoint(found):
                return
            self._values |= {name: found[name] for name in missing & {*found}}

    def _called(self, placeholder: str) -> str:
        secret = self._inputs[placeholder]
        call = f" of its call `{secret.call}`" if secret.call else ""
        return f"`{secret.path}`{call}"

    def _absent(self, missing: Mapping[str, str]) -> TargetError:
        lines = sorted(
            f"{self._inputs[name].release}: {self._called(name)}: {why}"
            for name, why in missing.items()
        )
        return TargetError(
            "secret-absent",
            "a secret has no value" if len(lines) == 1 else f"{len(lines)} secrets have no value",
            context=tuple(lines),
            note="where a live Secret has the value, and the text around it is the same, that is kept",
            hint="set what is missing, or give the secret another source",
        )

    def _finding(self, placeholder: str, why: str) -> Finding:
        return Finding(
            severity="warning",
            code="secret-kept",
            message=f"{self._called(placeholder)} stays as it is live: {why}",
            release=self._inputs[placeholder].release,
            hint="set what is missing, so that the secret can be made anew",
        )


def _texts(manifest: Manifest) -> Iterator[tuple[str, SecretText]]:
    """Give the values of a Secret by key; `stringData` wins over `data`, as on the server."""
    plain, encoded = (manifest.data.get(field) or {} for field in ("stringData", "data"))
    for key, value in encoded.items():
        data = decoded("".join(value.split()))
        if data is not None and key not in plain:
            yield key, SecretText(data)
    for key, value in plain.items():
        yield key, SecretText(value.encode())


def _is_usable(manifest: Manifest) -> bool:
    """Tell whether the values are texts by key; the server refuses anything else."""
    fields = [manifest.data.get(field) or {} for field in ("stringData", "data")]
    return all(
        isinstance(field, dict) and all(isinstance(value, str) for value in field.values())
        for field in fields
    )
