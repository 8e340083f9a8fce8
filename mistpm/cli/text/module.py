"""A module as code, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mistpm.cli.terminal import bold, count, dim, one_line, printable

if TYPE_CHECKING:
    from mistpm.ops.packages.inspecting_module import Function, ModuleInspection, Refusal, SizeOf

_FORMS = {
    "library": "library: Mistletoe's functions",
    "reactor": "reactor: Mistletoe's functions, on WASI or with a start of its own",
    "command": "command: a program for WASI, as Yoke's flights are",
    "component": "component: for the world `mistpm:abi/guest`",
    "unknown": "not known",
}
_MOST = 100


def module_lines(report: ModuleInspection) -> Iterator[str]:
    """Show a module: what it is, its parts, what it wants and offers, why it would be refused."""
    yield f"{bold(report.file)}  {report.size:,} bytes"
    yield f"  {report.digest}"
    yield f"{bold('Form')}  {_FORMS[report.form]}"
    said = report.descriptor
    yield f"{bold('Descriptor')}  " + (
        f"{said.group}/{said.name} {said.version}" if said else "none"
    )
    yield f"{bold('Code')}  {count(report.functions, 'function')}, {report.code_digest}"
    for memory in report.memories:
        most = "no maximum of its own" if memory.maximum is None else f"{memory.maximum:,} at most"
        yield f"{bold('Memory')}  {memory.minimum:,} bytes, {most}"
    yield from _sizes(report.sections)
    yield from _functions("Imports", report.imports)
    yield from _functions("Exports", report.exports)
    yield from _verdict(report.refusals)


def _sizes(sections: tuple[SizeOf, ...]) -> Iterator[str]:
    if sections:
        yield bold("Sections")
    for section in sections[:_MOST]:
        yield f"  {one_line(section.name)}  {dim(f'{section.bytes:,} bytes')}"
    yield from _more(len(sections))


def _functions(title: str, functions: tuple[Function, ...]) -> Iterator[str]:
    if functions:
        yield bold(title)
    for function in functions[:_MOST]:
        kind = f"  {dim(printable(function.type))}" if function.type else ""
        yield f"  {one_line(function.name)}{kind}"
    yield from _more(len(functions))


def _more(number: int) -> Iterator[str]:
    if number > _MOST:
        yield f"  and {number - _MOST:,} more"


def _verdict(refusals: tuple[Refusal, ...]) -> Iterator[str]:
    if not refusals:
        yield bold("mistpm runs it")
        return
    yield bold(f"mistpm refuses it, for {count(len(refusals), 'reason')}")
    for refusal in refusals:
        yield f"  {printable(refusal.message)} [{refusal.reference}]"
        yield from (f"    {printable(line)}" for line in refusal.context)
        if refusal.note:
            yield f"    note: {printable(refusal.note)}"
        yield from (f"    hint: {line}" for line in printable(refusal.hint).split("\n") if line)
