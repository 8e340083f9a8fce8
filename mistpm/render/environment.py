"""Rendering an environment: its releases in the lock's order, each from its package and its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from mistpm.errors import MistError, RenderError
from mistpm.model.finding import Finding
from mistpm.model.rendered import Rendered, RenderFailure
from mistpm.model.resource import RenderedRelease
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
_WARNING = 2
T = TypeVar("T")


class EnvironmentRender:
    """The render of one environment; `specs/rendering.md`, "An environment", has the steps.

    With `keep_going` a release that fails is left out, with all that need it; otherwise the first step
    in which something fails raises everything that failed in it.  `log` gets what guests log, in an
    order that does not depend on threads; `progress` hears of each release as soon as it was run, in the
    thread that ran it.  To be used once.
    """

    def __init__(
        self,
        shared: Shared,
        configurations: Mapping[str, Configuration],
        *,
        keep_going: bool = False,
        workers: int = WORKERS,
        log: Callable[[LogEntry], None] = lambda _entry: None,
        progress: Progress | None = None,
    ) -> None:
        self._shared = shared
        self._configurations = configurations
        self._keep_going = keep_going
        self._workers = workers
        self._log = log
        self._progress = progress or Progress()
        self._failures: dict[str, MistError] = {}

    def render(self) -> Rendered:
        """Render all releases; raises `MistError`, as an error of one release or `render-failed`."""
        stages = self._shared.lock.order
        order = [name for stage in stages for name in stage]
        inputs = self._each(order, self._prepare)
        secrets = [secret for prepared in inputs.values() for secret in prepared.secrets]
        self._shared.issued.update((secret.placeholder, secret) for secret in secrets)

        answers: dict[str, Answered] = {}
        for stage in stages:
            outputs = {name: answered.result.outputs for name, answered in answers.items()}
            run = partial(self._run, inputs, outputs)
            ran = self._each(stage, run, workers=self._workers)
            for answered, record in ran.values():
                answers[answered.name] = answered
                secrets += record.secrets.values()
                for entry in record.log:
                    self._log(entry)

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

    def _run(
        self, inputs: Mapping[str, Inputs], outputs: Mapping[str, dict[str, Any]], name: str
    ) -> tuple[Answered, Record]:
        """Run a release's package and read what it answers; raises `RenderError`, `PackageError`."""
        pin = self._shared.lock.releases[name]
        render = ReleaseRender(self._shared, name, outputs)
        result = render.run(inputs[name].data)
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
                    _warning(name, text, code="guest-log", path=who)
                    for who, level, text in render.record.log
                    if level >= _WARNING
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
        self, names: Iterable[str], work: Callable[[str], T], *, workers: int = 1
    ) -> dict[str, T]:
        """Do one step for releases that have not failed and need none that has; keep the order."""
        found: dict[str, T] = {}
        ready = [name for name in names if name not in self._failures]
        for name, result in zip(ready, self._in_parallel(ready, work, workers), strict=True):
            if isinstance(result, MistError):
                self._failures[name] = result
            else:
                found[name] = result
        if self._failures and not self._keep_going:
            raise _together(self._failures)
        return found

    def _in_parallel(
        self, names: list[str], work: Callable[[str], T], workers: int
    ) -> list[T | MistError]:
        """Give each release's result, or its error."""

        def attempt(name: str) -> T | MistError:
            if lacking := self._lacking(name):
                return _blocked(name, lacking)
            try:
                return work(name)
            except MistError as error:
                return error

        if workers == 1 or len(names) == 1:
            return [attempt(name) for name in names]
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(workers)
        try:
            futures = [pool.submit(attempt, name) for name in names]
            return [future.result() for future in futures]
        except BaseException:
            # Ctrl-C waits for nobody: a thread may be reading a large answer
            pool.shutdown(wait=False, cancel_futures=True)
            self._shared.guest.interrupt()
            raise
        finally:
            pool.shutdown(wait=False)

    def _lacking(self, name: str) -> str:
        """Give a release that `name` needs and that failed, or nothing."""
        edges = self._shared.lock.releases[name].dependencies.values()
        return next((e.target for e in edges if e.target in self._failures and e.use != "call"), "")


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
    lines: list[str] = []
    for error in failures.values():
        lines += (error.message, *(f"  {line}" for line in error.context))
    return RenderError(
        "render-failed", f"{len(failures)} releases cannot be rendered", context=tuple(lines)
    )


def _warning(release: str, message: str, *, code: str, path: str = "") -> Finding:
    return Finding(severity="warning", code=code, message=message, release=release, path=path)
