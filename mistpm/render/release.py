"""One release's package, run with its inputs, and the packages that it calls meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from msgspec import Struct, structs

from mistpm.errors import RenderError
from mistpm.model.answer import BAD_REQUEST, DEPENDENCY_FAILED, NAME_TAKEN, UNKNOWN_ALIAS, Answer
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LockedEdge, LockedPackage
from mistpm.render.call import Call, Refusal, is_name, read_call, with_fixed
from mistpm.render.command import command_input, read_component_answer, read_stdout
from mistpm.render.envelope import check, write
from mistpm.render.inputs import NAME, prepare_inputs
from mistpm.render.memo import Record, digest_of, memo_key
from mistpm.render.result import API_VERSION, PackageRefusedError, Result, read_result
from mistpm.render.secrets import SecretOwner
from mistpm.render.shared import Package, Shared, title

ABI = 1
_INFO = 1
_MOST_FAILED_SHOWN, _LONGEST_TOLD = 3, 500
"""Of calls that failed before a render did; what they tell may hold what others told."""

_DEPENDENCY_FAULTS = frozenset(
    {
        "guest-exit",
        "guest-trap",
        "invalid-file-name",
        "invalid-input",
        "invalid-output",
        "invalid-pointer",
        "invalid-utf8",
        "package-failed",
    }
)
"""What a called package can do wrong by itself; anything else is the host's failure and ends all."""


class Part(Struct, frozen=True, kw_only=True):
    """One package inside a release's render: the release's own, or one that is called.

    `aliases` lead to it from the release's own package, which has none; `name` is the release's, or
    the call's.
    """

    aliases: tuple[str, ...]
    name: str
    pin: LockedPackage
    package: Package


class Asked(Struct, frozen=True, kw_only=True):
    """What a package is asked: the document, as it is written, and the key of the answer."""

    part: Part
    document: dict[str, Any]
    envelope: bytes
    key: str


class ReleaseRender:
    """The render of one release on its prepared inputs.  To be used once, from one thread at a time.

    `outputs` are those of the releases that are rendered already.
    """

    def __init__(
        self,
        shared: Shared,
        release: str,
        data: Mapping[str, Any],
        outputs: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.record = Record()
        self._shared = shared
        self._release = release
        self._namespace = shared.namespaces[release]
        self._pin = shared.lock.releases[release]
        self._outputs = outputs
        self._names = {release}
        self._data = data
        self._part = Part(
            aliases=(), name=release, pin=self._pin, package=shared.package(self._pin)
        )
        self._recalled: Result | None = None

    def recall(self) -> bool:
        """Look whether the answer is known already, without running anything; raises nothing."""
        with suppress(RenderError):
            self._recalled = self._known(self._asked, self.record)
        return self._recalled is not None

    def run(self) -> Result:
        """Run the release's package, or give what is known; raises `RenderError`, `PackageError`."""
        return self._recalled or self._run(self._asked, self.record, self._budget)

    @cached_property
    def _asked(self) -> Asked:
        """What the release's own package is asked; raises `RenderError`."""
        return self._ask(self._part, self._data)

    def _budget(self) -> Any:
        """Give the budget of the whole render, whose time begins when everything is compiled."""
        for pin in self._callable.values():
            self._shared.module(pin)
        return self._shared.guest.budget()

    def _ask(self, part: Part, data: Mapping[str, Any]) -> Asked:
        """Put together what a package is asked; raises `RenderError`."""
        try:
            check(data, ("data",))
        except RenderError as error:
            self._locate(error, part)
            raise
        document = self._envelope(part, data)
        envelope = write(document)
        key = memo_key(envelope, part.pin.digest, self._surroundings)
        return Asked(part=part, document=document, envelope=envelope, key=key)

    def _known(self, asked: Asked, record: Record) -> Result | None:
        """Take what was answered to the same before; what is called is kept with its caller."""
        known = self._shared.memo.get(asked.key, lasting=not asked.part.aliases)
        if known is None or not self._names.isdisjoint(known[1].names):
            return None
        self._names |= known[1].names
        self._shared.issued.update(known[1].secrets)
        record.take(known[1])
        return known[0]

    def _run(self, asked: Asked, record: Record, make_budget: Callable[[], Any]) -> Result:
        """Run one package; raises `RenderError`, `PackageError`."""
        part, envelope, guest = asked.part, asked.envelope, self._shared.guest
        try:
            module, budget = self._shared.module(part.pin), make_budget()
            host: dict[str, Any] = {
                "budget": budget,
                "answer": lambda request: self._answer(part, request, record, budget),
                "log": lambda level, text: record.log.append((self._path(part), level, text)),
            }
            if guest.is_command(module):
                given = structs.asdict(command_input(asked.document, envelope))
                raw = guest.command(module, **given, **host)
                result = read_stdout(raw, package=title(part.pin))
            else:
                raw = guest.generate(module, envelope, **host)
                is_component = guest.is_component(module)
                read = read_component_answer if is_component else read_result
                result = read(raw, package=title(part.pin))
            self._check_outputs(part, result)
        except RenderError as error:
            self._locate(error, part, record)
            raise
        self._shared.memo.put(asked.key, result, record, lasting=not part.aliases)
        return result

    def _answer(self, caller: Part, request: bytes, record: Record, budget: Any) -> Answer:
        """Answer one request of a guest: the only one that there is, rendering a dependency."""
        try:
            call = read_call(request)
            return Answer(status=0, body=self._call(caller, call, record, budget))
        except Refusal as refusal:
            return refusal.answer

    def _call(self, caller: Part, call: Call, record: Record, budget: Any) -> bytes:
        """Render a dependency inside this release and give its result document.

        Raises `Refusal` for what the caller may survive.
        """
        pin = self._callee(caller, call.alias)
        name = call.name or f"{caller.name}-{call.alias}"
        if not is_name(name):
            raise Refusal(BAD_REQUEST, f"`{name}` is too long for a name: give the call one")
        if name in self._names:
            record.is_exact &= name in {caller.name, *record.names}
            raise Refusal(
                NAME_TAKEN, f"there is a call `{name}` already: give this one another name"
            )
        part = Part(
            aliases=(*caller.aliases, call.alias),
            name=name,
            pin=pin,
            package=self._shared.package(pin),
        )
        inner = Record()
        self._names.add(name)
        try:
            data = self._call_inputs(caller, part, call, inner)
            asked = self._ask(part, data)
            result = self._known(asked, inner) or self._run(asked, inner, budget.deeper)
            response = result.encoded()
        except RenderError as error:
            self._names -= {name, *inner.names}
            record.take_failed(inner)
            if error.reference not in _DEPENDENCY_FAULTS:
                raise
            refusal = Refusal(DEPENDENCY_FAILED, _told(error))
            self._note_failed(part, refusal, record)
            raise refusal from None
        except Refusal as refusal:
            self._names.remove(name)
            self._note_failed(part, refusal, record)
            raise
        record.take(inner)
        record.names.add(name)
        return response

    def _callee(self, caller: Part, alias: str) -> LockedPackage:
        """Find the package that an alias of the caller's means; raises `Refusal`."""
        edge = caller.pin.dependencies.get(alias)
        if edge and edge.use == "call" and caller.pin.when.get(alias, True):
            return self._shared.lock.called[edge.target]
        what = "a dependency that it may call"
        if edge is None:
            what = "a dependency"
        elif edge.use == "call":
            what = "a dependency under these inputs"
        called = sorted(a for a, e in caller.pin.dependencies.items() if e.use == "call")
        known = f"; there are {', '.join(called)}" if called else ""
        raise Refusal(UNKNOWN_ALIAS, f"`{alias}` is not {what} of `{title(caller.pin)}`{known}")

    def _call_inputs(self, caller: Part, part: Part, call: Call, record: Record) -> dict[str, Any]:
        """Make a call's inputs ready; raises `Refusal`."""
        descriptor, computed = caller.package.descriptor, caller.pin.computed
        said = {**(descriptor.dependencies if descriptor else {})}
        said |= computed.requirements if computed else {}
        dependency = said.get(call.alias)
        given = with_fixed(call.inputs, dependency.with_ if dependency else {})
        inputs = prepare_inputs(
            self._shared.schema(part.pin, "inputs"),
            given,
            SecretOwner(
                environment_id=self._shared.environment_id,
                release=self._release,
                namespace=self._namespace,
                call=part.name,
                issued=self._shared.issued,
            ),
        )
        if inputs.problems:
            problems = "; ".join(map(str, inputs.problems))
            raise Refusal(
                DEPENDENCY_FAILED, f"the inputs do not fit `{title(part.pin)}`: {problems}"
            )
        made = {secret.placeholder: secret for secret in inputs.secrets}
        record.secrets.update(made)
        self._shared.issued.update(made)
        return inputs.data

    def _envelope(self, part: Part, data: Mapping[str, Any]) -> dict[str, Any]:
        """Put together what a package is given (`specs/rendering.md`, "The envelope").

        Inputs and outputs have been checked; the rest is ours, or was read from a package.
        """
        return {
            "apiVersion": API_VERSION,
            "kind": "MistInput",
            "data": {**data, NAME: part.name},
            "mistpm": {
                "abi": ABI,
                "release": {"name": self._release, "namespace": self._namespace},
                "package": {"name": str(part.pin.package), "version": str(part.pin.version)},
                "capabilities": self._shared.capabilities,
                "dependencies": self._dependencies(part),
                "assets": dict(part.package.assets),
            },
        }

    def _dependencies(self, part: Part) -> dict[str, Any]:
        """Give what a package is told of its dependencies, by alias.

        What a called package needs to be installed was bound by the release, under the path of aliases
        that leads there (`cache.metrics`).
        """
        found = {
            alias: self._told(edge)
            for alias, edge in part.pin.dependencies.items()
            if "." not in alias and part.pin.when.get(alias, True)
        }
        if part.aliases:
            before = ".".join((*part.aliases, ""))
            found |= {
                path.removeprefix(before): self._told(edge)
                for path, edge in self._pin.dependencies.items()
                if path.startswith(before)
                and "." not in path.removeprefix(before)
                and self._pin.when.get(path, True)
            }
        return {alias: told for alias, told in found.items() if told}

    def _told(self, edge: LockedEdge) -> dict[str, Any]:
        """Give what a package is told of one dependency; empty where nothing meets it."""
        lock = self._shared.lock
        if edge.use == "call":
            called = lock.called[edge.target]
            return {"use": "call", "package": called.package, "version": str(called.version)}
        if edge.target in lock.releases:
            met = lock.releases[edge.target]
            told: dict[str, Any] = {
                "use": edge.use,
                "package": met.package,
                "version": str(met.version),
                "release": edge.target,
                "namespace": self._shared.namespaces[edge.target],
            }
            if edge.target in self._outputs:
                told["outputs"] = self._outputs[edge.target]
            return told
        if not edge.target:
            return {}
        if edge.use == "api":
            return {"use": "api"}
        package = edge.requires.split(" ")[0]
        version = self._shared.provided_packages.get(PackageId(package))
        return {"use": "install", "package": package, "version": str(version or "")}

    @cached_property
    def _callable(self) -> dict[str, LockedPackage]:
        """The packages that may be called in this render, directly or not, by called key."""
        found: dict[str, LockedPackage] = {}
        pending = [self._pin]
        while pending:
            edges = pending.pop().dependencies.values()
            for key in sorted({edge.target for edge in edges if edge.use == "call"} - found.keys()):
                found[key] = self._shared.lock.called[key]
                pending.append(found[key])
        return found

    @cached_property
    def _surroundings(self) -> str:
        """The digest of everything that may reach a package of this render besides its envelope."""
        told = {path: self._told(edge) for path, edge in self._pin.dependencies.items()}
        called = {
            key: [
                pin.digest,
                {a: [edge.target, self._told(edge)] for a, edge in pin.dependencies.items()},
                pin.when,
            ]
            for key, pin in self._callable.items()
        }
        return digest_of([self._shared.environment_id, self._pin.when, told, called])

    def _check_outputs(self, part: Part, result: Result) -> None:
        check(result.outputs, ("outputs",))
        schema = self._shared.schema(part.pin, "outputs")
        if problems := schema.problems(result.outputs):
            raise RenderError(
                "invalid-output",
                f"the outputs of `{title(part.pin)}` do not fit its own schema",
                context=tuple(map(str, problems)),
                hint="this is a fault in the package: tell its author",
            )

    def _path(self, part: Part) -> str:
        """Write the way to a package as messages do: `shop -> cache -> metrics`."""
        return " -> ".join((self._release, *part.aliases))

    def _note_failed(self, part: Part, refusal: Refusal, record: Record) -> None:
        """Keep that a call failed, which its caller may hide; the log tells it at once."""
        record.log.append((self._path(part), _INFO, f"the call failed: {refusal.message}"))
        if len(record.failed_calls) < _MOST_FAILED_SHOWN:
            record.failed_calls.append((self._path(part), refusal.message))

    def _locate(self, error: RenderError, part: Part, record: Record | None = None) -> None:
        """Say where an error happened, unless it comes from further down, and after which failed calls."""
        if not error.path:
            error.path = (self._release, *part.aliases)
            where = f"while rendering `{self._path(part)}` ({title(part.pin)})"
            hidden = _not_told(record.failed_calls, error) if record else ()
            error.context = (where, *error.context, *hidden)


def _not_told(failed: Iterable[tuple[str, str]], error: RenderError) -> tuple[str, ...]:
    """Tell of calls that had failed, where the error of their caller does not."""
    return tuple(
        f"its call of `{path}` had failed: {told[:_LONGEST_TOLD]}{'…' * (len(told) > _LONGEST_TOLD)}"
        for path, told in failed
        if told not in error.message
    )


def _told(error: RenderError) -> str:
    """Write what a caller is told of its dependency's failure: the package's own words, if it has any."""
    if isinstance(error, PackageRefusedError):
        return error.words
    return "; ".join((error.message, *error.context[1:]))
