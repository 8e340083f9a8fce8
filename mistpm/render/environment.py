"""Rendering an environment: its releases in the lock's order, each from its package and its inputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from mistpm.errors import MistError, RenderError
from mistpm.model.finding import Finding
from mistpm.model.rendered import WARNING, Rendered, RenderFailure
from mistpm.model.resource import RenderedRelease
from mistpm.parallel import in_parallel
from mistpm.render.configuration import Configuration
from mistpm.render.finish import Answered, finish_release
from mistpm.render.inputs import Inputs, prepare_inputs, require_fit
from mistpm.render.manifests import read_manifests
from mistpm.render.memo import LogEntry, Record
from mistpm.render.progress import Progress
from mistpm.render.release import ReleaseRender
from mistpm.render.scopes import Scopes
from mistpm.render.secrets import SecretOwner
from mistpm.render.shared import Shared, title

WORKERS = 2
_ERROR = 3
T = TypeVar("T")


class EnvironmentRender:
    """The render of one environment; `specs/rendering.md`, "An environment", has the steps.

    With `keep_going` a release that fails is left out, with all that need it; otherwise the first step
    in which something fails raises everything that failed in it.  With `only` no other
    release is run.  `log` gets what guests log, in an order that does not depend on threads; `progress` hears of each release as soon as it was run, in the
    thread that ran it.  To be used once.
    """

    def __init__(
        self,
        shared: Shared,
        configurations: Mapping[str, Configuration],
        *,
        keep_going: bool = False,
        only: Collection[str] | None = None,
        workers: int = WORKERS,
        log: Callable[[LogEntry], None] = lambda _entry: None,
        progress: Progress | None = None,
    ) -> None:
        self._shared = shared
        self._configurations = configurations
        self._keep_going = keep_going
        self._only = only
        self._workers = workers
        self._log = log
        self._progress = progress or Progress()
        self._failures: dict[str, MistError] = {}

    def render(self) -> Rendered:
        """Render all releases; raises `MistError`, as an error of one release or `render-failed`."""
        stages = [
            [name for name in stage if self._only is None or name in self._only]
            for stage in self._shared.lock.order
        ]
        order = [name for stage in stages for name in stage]
        inputs = self._each(order, self._prepare)
        secrets = [secret for prepared in inputs.values() for secret in prepared.secrets]
        self._shared.issued.update((secret.placeholder, secret) for secret in secrets)

        answers: dict[str, Answered] = {}
        for stage in stages:
            outputs = {name: answered.result.outputs for name, answered in answers.items()}
            renders = {
                name: ReleaseRender(self._shared, name, inputs[name].data, outputs)
                for name in stage
                if name in inputs and not self._lacking(name)
            }
            for answered, record in self._run_all(stage, renders).values():
                answers[answered.name] = answered
                secrets += record.secrets.values()

        scopes = Scopes(data for found in answers.values() for data, _ in found.documents)
        finished = self._each(order, lambda name: self._finish(answers[name], scopes))
        return Rendered(
            releases=tuple(release for release, _ in finished.values()),
            findings=tuple(finding for _, found in finished.values() for finding in found),
            secrets=tuple(sorted(secrets, key=lambda secret: secret.placeholder)),
            failures=tuple(
                RenderFailure(release=name, error=self._failures[name])
                for name in order
                if name in self._failures
            ),
        )

    def _prepare(self, name: str) -> Inputs:
        """Make a release's inputs ready; raises `DocumentError` with all that is wrong in them."""
        pin = self._shared.lock.releases[name]
        owner = SecretOwner(
            environment_id=self._shared.environment_id,
            release=name,
            namespace=self._shared.namespaces[name],
        )
        given = self._configuration(name).inputs
        inputs = prepare_inputs(self._shared.schema(pin, "inputs"), given, owner)
        require_fit(inputs, release=name, package=title(pin))
        return inputs

    def _run_all(
        self, stage: Sequence[str], renders: Mapping[str, ReleaseRender]
    ) -> dict[str, tuple[Answered, Record]]:
        """Run what is not remembered; tell what the guests have logged, also where one failed."""

        def tell() -> None:
            for render in renders.values():
                for entry in render.record.log:
                    self._log(entry)

        # what is remembered is told on this thread: another one takes longer to begin
        unknown = {name for name, render in renders.items() if not render.recall()}
        try:
            found = self._each(stage, partial(self._run, renders), apart=unknown)
        except MistError:
            tell()
            raise
        tell()
        return found

    def _run(self, renders: Mapping[str, ReleaseRender], name: str) -> tuple[Answered, Record]:
        """Run a release's package and read what it answers; raises `RenderError`, `PackageError`."""
        pin = self._shared.lock.releases[name]
        render = renders[name]
        result = render.run()
        self._progress.rendered(name)
        answered = Answered(
            name=name,
            namespace=self._shared.namespaces[name],
            pin=pin,
            descriptor=self._shared.package(pin).descriptor,
            result=result,
            documents=read_manifests(result, package=title(pin)),
            findings=(
                *self._stored_as_given(name),
                *(
                    _warning(name, _logged(level, text), code="guest-log", path=who)
                    for who, level, text in render.record.log
                    if level >= WARNING
                ),
                *(_warning(name, text, code="package-warning") for text in result.warnings),
            ),
        )
        return answered, render.record

    def _finish(
        self, answered: Answered, scopes: Scopes
    ) -> tuple[RenderedRelease, tuple[Finding, ...]]:
        return finish_release(
            answered,
            scopes=scopes,
            patches=self._configuration(answered.name).patches,
            issued=self._shared.issued,
        )

    def _stored_as_given(self, name: str) -> Iterable[Finding]:
        """Warn of inputs of a package without a schema: nothing tells which of them are secret."""
        descriptor = self._shared.package(self._shared.lock.releases[name]).descriptor
        if self._configuration(name).inputs and not (descriptor and descriptor.inputs):
            yield Finding(
                severity="info",
                code="inputs-stored-as-given",
                message="the package has no schema, so its inputs are stored as they are given",
                release=name,
                hint="do not give it secrets",
            )

    def _configuration(self, name: str) -> Configuration:
        return self._configurations.get(name, Configuration())

    def _each(
        self, names: Iterable[str], work: Callable[[str], T], *, apart: Collection[str] = ()
    ) -> dict[str, T]:
        """Do one step for releases that have not failed and need none that has; keep the order.

        Those `apart` are done on several threads, and after the others.
        """
        ready = [name for name in names if name not in self._failures]
        attempts = {name: self._attempt(work, name) for name in ready if name not in apart}
        attempts |= self._in_parallel(work, [name for name in ready if name in apart])
        found: dict[str, T] = {}
        for name in ready:
            result = attempts[name]
            if isinstance(result, MistError):
                self._failures[name] = result
            else:
                found[name] = result
        if self._failures and not self._keep_going:
            raise _together(self._failures)
        return found

    def _attempt(self, work: Callable[[str], T], name: str) -> T | MistError:
        """Give a release's result, or its error."""
        if lacking := self._lacking(name):
            return _blocked(name, lacking)
        try:
            return work(name)
        except MistError as error:
            return error

    def _in_parallel(self, work: Callable[[str], T], names: list[str]) -> dict[str, T | MistError]:
        """Attempt several releases, on threads that are good for running modules."""
        guest, attempt = self._shared.guest, partial(self._attempt, work)
        if len(names) < 2 or self._workers == 1:
            return {name: attempt(name) for name in names}
        outcomes = in_parallel(attempt, names, threads=self._workers, start=guest.start)
        try:
            return {name: _told(outcome) for name, outcome in zip(names, outcomes, strict=True)}
        except BaseException:
            # Ctrl-C waits for nobody: a thread may be reading a large answer
            guest.interrupt()
            raise

    def _lacking(self, name: str) -> str:
        """Give a release that `name` needs and that failed, or nothing."""
        edges = self._shared.lock.releases[name].dependencies.values()
        return next((e.target for e in edges if e.target in self._failures and e.use != "call"), "")


def _told(outcome: T | BaseException) -> T | MistError:
    """Give a result or what failed; raises anything else."""
    if isinstance(outcome, BaseException) and not isinstance(outcome, MistError):
        raise outcome
    return outcome


def _blocked(name: str, lacking: str) -> RenderError:
    return RenderError(
        "dependency-not-rendered",
        f"`{name}` is not rendered, because it needs `{lacking}`",
        path=(name,),
    )


def _together(failures: Mapping[str, MistError]) -> MistError:
    """Give the one error, or one that holds them all."""
    if len(failures) == 1:
        return next(iter(failures.values()))
    errors = tuple(failures.values())
    return RenderError(
        "render-failed",
        f"{len(errors)} releases cannot be rendered",
        context=tuple(line for error in errors for line in _listed(error.lines())),
        several=errors,
    )


def _listed(lines: tuple[str, ...]) -> Iterable[str]:
    """Give one error of several: what happened, and the rest below it."""
    head, *rest = lines
    return (head, *(f"  {line}" for line in rest))


def _logged(level: int, text: str) -> str:
    """Give what a guest logged; an error of its own forbids nothing, so its finding is a warning."""
    return f"it logged an error: {text}" if level >= _ERROR else text


def _warning(release: str, message: str, *, code: str, path: str = "") -> Finding:
    return Finding(severity="warning", code=code, message=message, release=release, path=path)
