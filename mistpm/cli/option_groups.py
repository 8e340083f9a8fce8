"""Options that belong together: a command names the group, and gets them as one value."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from mistpm.cli.options import (
    LOCK_TIMEOUT,
    TIMEOUT,
    AdoptOption,
    AsOption,
    ContextOption,
    DeleteDataOption,
    DeleteNamespaceOption,
    EnvironmentOption,
    ForceConflictsOption,
    LockTimeoutOption,
    NoWaitOption,
    RemoveUnneededOption,
    StateNamespaceOption,
    TargetOption,
    TimeoutOption,
    YesOption,
)
from mistpm.cli.today import today
from mistpm.errors import UsageError
from mistpm.ops.options import Options
from mistpm.target.protocol import Permissions, Waiting


class OptionGroup(Struct, frozen=True, kw_only=True):
    """A group: each field is an option, with its default."""


class Where(OptionGroup, frozen=True, kw_only=True):
    """Which environment is meant, and where it is applied."""

    environment: EnvironmentOption = None
    target: TargetOption = ""
    context: ContextOption = ""
    user: AsOption = ""
    state_namespace: StateNamespaceOption = ""

    def options(self, **further: Any) -> Options:
        """Give what operations are told, with `further` options of theirs; raises `UsageError`."""
        return Options(
            environment=self.environment,
            target=meant_target(self.target, self.context),
            user=self.user,
            state_namespace=self.state_namespace,
            today=today(),
            **further,
        )


class Allowing(OptionGroup, frozen=True, kw_only=True):
    """What is allowed beyond the ordinary."""

    delete_namespace: DeleteNamespaceOption = False
    adopt: AdoptOption = False
    force_conflicts: ForceConflictsOption = False

    @property
    def permissions(self) -> Permissions:
        """What operations are told."""
        return Permissions(
            adopt=self.adopt,
            delete_namespaces=self.delete_namespace,
            force_conflicts=self.force_conflicts,
        )


class Consenting(OptionGroup, frozen=True, kw_only=True):
    """What is confirmed beforehand."""

    yes: YesOption = False
    remove_unneeded: RemoveUnneededOption = False
    delete_data: DeleteDataOption = False


class Patience(OptionGroup, frozen=True, kw_only=True):
    """What is waited for on a cluster, and for how long."""

    timeout: TimeoutOption = TIMEOUT
    no_wait: NoWaitOption = False
    lock_timeout: LockTimeoutOption = LOCK_TIMEOUT

    @property
    def waiting(self) -> Waiting:
        """What operations are told."""
        return Waiting(wanted=not self.no_wait, seconds=self.timeout)


def meant_target(target: str, context: str) -> str:
    """Give what `--target` and its shorthand `--context` say together; raises `UsageError` for both."""
    if target and context:
        raise UsageError(
            "two-targets",
            f"`--target {target}` and `--context {context}` both say where",
            hint="give one of them",
        )
    return f"context:{context}" if context else target


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command have groups: a parameter whose type is one becomes the options in it, at its place."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[OptionGroup]] = {
        name: hint
        for name, hint in hints.items()
        if isinstance(hint, type) and issubclass(hint, OptionGroup)
    }
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name in groups:
            parameters += _options(groups[parameter.name])
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name]))

    @wraps(command)
    def spread(**given: Any) -> None:
        gathered = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**gathered, **given)

    spread.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spread.__annotations__ = {each.name: each.annotation for each in parameters}
    return spread


def _options(group: type[OptionGroup]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is NODEFAULT else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    ]
