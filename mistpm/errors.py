"""What can go wrong, as one tree.

MistError                     a mistake that the user can understand and mend
├─ UsageError            64   the command line says something impossible
├─ RefusedError          77   something needs a confirmation that was not given
├─ DocumentError         65   a file of ours or of an author's is not as it must be
├─ PackageError          65   a package's module or descriptor is not usable
├─ RegistryError         69   a registry or a package in it cannot be had
│  └─ DigestError        65   bytes are not what was promised
├─ ResolutionError       65   the requirements cannot be met together
│  └─ SolvingTimeoutError 75  whether they can was not found out in the time that was allowed
├─ LockError             65   the lockfile is missing, stale, corrupt or from the future
├─ PlanError             65   the order cannot be made, or a plan cannot be carried out
├─ RenderError           65   a module failed, or its answer is not usable
├─ CheckError            65   findings of severity error
└─ TargetError           74   the target cannot be read or written
   └─ TargetTimeoutError 75   what was applied did not get ready in the time that was allowed

Every error names a `reference` (kebab-case, listed in `specs/messages.md`), says what
happened (`message`), to what (`context`), and what to do (`hint`).  The command line
renders them; nothing else prints.  An exception that is no `MistError` is a bug.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that is wrong in a document; a document reports all of them at once.

    `file` is the path as the user gave it, `line` counts from 1 (0: not known), `path` is the place
    inside the document (`releases.shop.version`).
    """

    file: str = ""
    line: int = 0
    path: str = ""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Give `file:line: path: message (hint)`, leaving out what is not known."""
        where = f"{self.file}:{self.line}" if self.file and self.line else self.file
        parts = [part for part in (where, self.path, self.message) if part]
        return ": ".join(parts) + (f" ({self.hint})" if self.hint else "")


class MistError(Exception):
    """A mistake that is shown to the user without a traceback.

    `context` holds further lines in the order in which they are shown; `note` is background, `hint`
    is something that the user can do, a line for each.  `backtrace` are a guest's functions, innermost
    first, and `several` the errors that one stands for.
    """

    exit_code: ClassVar[int] = 65
    backtrace: tuple[str, ...] = ()
    several: tuple[MistError, ...] = ()

    def __init__(
        self,
        reference: str,
        message: str,
        *,
        context: tuple[str, ...] = (),
        note: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.reference = reference
        self.message = message
        self.context = context
        self.note = note
        self.hint = hint

    def __str__(self) -> str:
        """Give the whole text as it is shown, the reference left out."""
        lines = [self.message, *(f"  {line}" for line in self.context)]
        if self.note:
            lines.append(f"note: {self.note}")
        lines += [f"hint: {hint}" for hint in self.hint.split("\n") if hint]
        return "\n".join(lines)

    def lines(self, *, callers: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give all that it says where it is one of several: what happened, then the rest.

        `callers` are a guest's functions that are told of besides.
        """
        return (
            f"{self.message} [{self.reference}]",
            *self.context,
            *(f"called by {caller}" for caller in callers),
            *((f"note: {self.note}",) if self.note else ()),
            *(f"hint: {hint}" for hint in self.hint.split("\n") if hint),
        )


class UsageError(MistError):
    """The command line says something impossible."""

    exit_code = 64


class RefusedError(MistError):
    """Something needs a confirmation, or a flag, that was not given; nothing was changed."""

    exit_code = 77


_MOST_PROBLEMS = 100


class DocumentError(MistError):
    """A document is not as it must be; carries every problem found in it, and shows so many."""

    def __init__(
        self,
        reference: str,
        message: str,
        problems: tuple[Problem, ...] = (),
        *,
        note: str = "",
        hint: str = "",
    ) -> None:
        shown = tuple(str(problem) for problem in problems[:_MOST_PROBLEMS])
        more = len(problems) - len(shown)
        context = (*shown, f"and {more:,} more") if more else shown
        super().__init__(reference, message, context=context, note=note, hint=hint)
        self.problems = problems


class PackageError(MistError):
    """A package's module or descriptor cannot be used."""


class RegistryError(MistError):
    """A registry, or something in it, cannot be had."""

    exit_code = 69


class DigestError(RegistryError):
    """Bytes differ from what the lockfile or the index promised."""

    exit_code = 65


class ResolutionError(MistError):
    """The requirements cannot be met together."""


class SolvingTimeoutError(ResolutionError):
    """Whether the requirements can be met was not found out in the time that was allowed."""

    exit_code = 75


class LockError(MistError):
    """The lockfile is missing, stale, corrupt or written by a newer mistpm."""


class PlanError(MistError):
    """The releases cannot be put in order, or what was planned cannot be carried out any more."""


class RenderError(MistError):
    """A module failed, or what it answered cannot be used.

    `path` names the releases and aliases that led to the module: `("shop", "cache")`.
    """

    def __init__(
        self,
        reference: str,
        message: str,
        *,
        path: tuple[str, ...] = (),
        context: tuple[str, ...] = (),
        note: str = "",
        hint: str = "",
        backtrace: tuple[str, ...] = (),
        several: tuple[MistError, ...] = (),
    ) -> None:
        super().__init__(reference, message, context=context, note=note, hint=hint)
        self.path = path
        self.backtrace = backtrace
        self.several = several


class CheckError(MistError):
    """There are findings of severity error."""


class TargetError(MistError):
    """The target cannot be read or written."""

    exit_code = 74


class TargetTimeoutError(TargetError):
    """What was applied did not get ready, or gone, in the time that was allowed."""

    exit_code = 75
