"""The only place that prints: data to standard output, everything else to standard error."""

from __future__ import annotations

import io
import os
import re
import select
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Final

import typer

from mistpm.cli.columns import columns
from mistpm.cli.same_environment import same_environment
from mistpm.errors import MistError, RenderError, TargetError

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

_LONGEST_NAME: Final = 100
_ANSWERS: Final = {"y": True, "yes": True, "n": False, "no": False, "": False}


class Terminal:
    """What the user sees; colour only where the stream is a terminal and `NO_COLOR` is not set."""

    def __init__(self, *, verbose: int = 0) -> None:
        self.verbose = verbose
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self._colour = not plain and sys.stdout.isatty()
        self._error_colour = not plain and sys.stderr.isatty()

    @property
    def is_interactive(self) -> bool:
        """Whether a question can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def width(self) -> int | None:
        """How many characters fit into a line; None where nobody looks at a screen."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    def show(self, text: str = "") -> None:
        """Print a line of the answer; raises `TargetError` when standard output takes no more."""
        with _writing():
            typer.echo(text, color=self._colour)

    def show_bytes(self, data: bytes) -> None:
        """Print data exactly as it is; raises `TargetError` when standard output takes no more."""
        with _writing():
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def say(self, text: str) -> None:
        """Tell something that is not the answer; where nobody reads it, work goes on all the same."""
        try:
            typer.echo(text, err=True, color=self._error_colour)
        except OSError:
            drop_standard_error()

    def detail(self, text: str) -> None:
        """Tell something that only `-v` asks for; lines after the first are indented."""
        if self.verbose:
            self.say(dim(_indented(text)))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows in columns, as wide as their widest cells or as fits; nothing when there are no rows."""
        if not rows:
            return
        rows = [[printable(cell).replace("\n", " ") for cell in row] for row in rows]
        for number, line in enumerate(columns(header, rows, self.width)):
            self.show(line if number else dim(line))

    def confirm(self, question: str) -> bool:
        """Ask a question: True for yes, False where nobody can answer.  Raises `typer.Abort` for no."""
        if not self.is_interactive:
            return False
        answer = None
        while answer not in _ANSWERS:
            try:
                typer.echo(f"{question} [y/N]: ", nl=False, err=True)
                answer = _read_line().strip().lower()
            except (EOFError, KeyboardInterrupt):
                self.say("")
                raise typer.Abort from None
        if not _ANSWERS[answer]:
            raise typer.Abort
        return True

    def error(self, error: MistError) -> None:
        """Show an error: what happened, to what, why, what to do; with `-v` where in a package."""
        head, *rest = printable(error.message).split("\n")
        self.say(f"{typer.style('error', fg='red', bold=True)}: {head} [{error.reference}]")
        context = error.context
        if self.verbose and error.several:
            context = tuple("\n  ".join(self.lines(each)) for each in error.several)
        for line in (*rest, *map(printable, context)):
            self.say("\n".join(f"  {part}" for part in line.split("\n")))
        if self.verbose and isinstance(error, RenderError):
            for line in _callers(error.backtrace):
                self.say(dim(f"  called by {printable(line)}"))
        if error.note:
            self.say(f"{typer.style('note', bold=True)}: {printable(error.note)}")
        for hint in filter(None, error.hint.split("\n")):
            self.hint(hint)

    def lines(self, error: MistError) -> tuple[str, ...]:
        """Give all that an error says, where it is one of several; with `-v` where in a package."""
        return error.lines(callers=tuple(_callers(error.backtrace)) if self.verbose else ())

    def hint(self, text: str) -> None:
        """Tell what the user can do."""
        self.say(
            f"{typer.style('hint', fg='cyan', bold=True)}: {printable(same_environment(text))}"
        )

    def finding(self, severity: str, text: str) -> None:
        """Show a finding on standard error."""
        colour = {"error": "red", "warning": "yellow"}.get(severity, "cyan")
        self.say(f"{typer.style(severity, fg=colour, bold=True)}: {_indented(text)}")


def printable(text: str) -> str:
    """Show what would steer the terminal, or turn the direction of writing, as an escape.

    Packages and registries are strangers, and what they say is shown.
    """
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(name: str) -> str:
    """Show a name that a stranger chose: as much of it as fits into a line, which it cannot end."""
    return printable(name[:_LONGEST_NAME]).replace("\n", "\\n")


def _indented(text: str) -> str:
    """Show a text in which no line but the first looks like one of ours."""
    return printable(text).replace("\n", "\n  ")


def _read_line() -> str:
    """Read a line of standard input; raises `EOFError` where there is none any more.

    Whoever reads looks for Ctrl-C first, and notices one that comes between the two only with the next key.  So
    this waits for a line or a signal, whichever comes first, and then reads.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake)
    try:
        while sys.stdin not in select.select([sys.stdin, woken], [], [])[0]:
            os.read(woken, 1)
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wake)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def open_standard_streams() -> None:
    """Make sure that the three standard streams are there and can take every character.

    Where one is closed (`mistpm list >&-`) the next file that is opened would take its number, and
    what is printed would go into that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            setattr(
                sys,
                name,
                os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False),
            )
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop_standard_output() -> None:
    """Let what is printed from now on, and what waits to be written, go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def drop_standard_error() -> None:
    """Let what is told from now on go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def bold(text: str) -> str:
    """Make a text stand out."""
    return typer.style(text, bold=True)


def dim(text: str) -> str:
    """Make a text stand back."""
    return typer.style(text, dim=True)


def coloured(text: str) -> str:
    """Give a text the colour of the sign that it begins with: what comes, goes, or changes."""
    colour = {"+": "green", "-": "red", "~": "yellow", "<": "yellow"}.get(text[:1])
    return typer.style(text, fg=colour) if colour else text


def count(number: int, noun: str, plural: str = "") -> str:
    """Give `1 file`, `2 files`, `no files`."""
    word = noun if number == 1 else (plural or f"{noun}s")
    return f"{number or 'no'} {word}"


def size(number: int) -> str:
    """Give a number of bytes as people say it: `0 B`, `15.7 KB`, `2.4 MB`."""
    for unit, many in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if number >= many:
            return f"{number / many:.1f} {unit}"
    return f"{number} B"


def _callers(backtrace: tuple[str, ...]) -> Iterator[str]:
    """Give a line for each function but the first, which the error's context has; one for many of the same.

    A backtrace of many is cut, so nobody knows how often the outermost was called.
    """
    runs = [(function, len(list(same))) for function, same in groupby(backtrace[1:])]
    for number, (function, times) in enumerate(runs, 1):
        least = "at least " if number == len(runs) else ""
        yield f"{function} ({least}{times} times)" if times > 1 else function


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_standard_output()
        raise TargetError(
            "output-unwritable",
            f"standard output cannot be written: {error.strerror}",
            hint="make room, or send it somewhere else",
        ) from error
