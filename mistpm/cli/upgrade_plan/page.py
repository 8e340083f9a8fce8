"""An upgrade plan as one HTML page that needs nothing else: no network, no scripts.

Everything that packages, registries and clusters say is escaped by `mistpm.cli.text.html`; the page's own policy
forbids scripts and all that would be loaded, should anything ever come through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mistpm.cli.terminal import count
from mistpm.cli.text.html import Html, element, joined, prose, text
from mistpm.cli.upgrade_plan.page_style import STYLE
from mistpm.cli.upgrade_plan.words import (
    ACTIONS,
    BLOCKED,
    DISAPPEARING,
    FINDINGS,
    FIXED,
    HELD_BACK,
    LOST,
    NEXT,
    NO_RESTARTS,
    RESOURCES,
    RESTARTS,
    basis,
    ending,
    finding_text,
    headline,
    next_steps,
    outcome,
    reaches,
    split_apis,
    step_support,
    step_title,
    tally,
    value,
)
from mistpm.diff import unified
from mistpm.diff.fields import FieldChange, changed_fields
from mistpm.draw.svg import svg
from mistpm.model.change import Change
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.ops.locking import Move
from mistpm.ops.upgrade.plan import Contents, Restart, UpgradePlan, UpgradeStep

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def plan_page(plan: UpgradePlan) -> str:
    """Give a plan as a page; equal plans give equal bytes."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: UpgradePlan) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield element("title", headline(plan))
    yield f"<style>\n{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield "<header>"
    yield element("p", "mistpm plan", class_="brand")
    yield element("h1", headline(plan))
    is_bad = plan.blocked is not None or any(step.needs_mending for step in plan.steps)
    state = "outcome blocked" if is_bad else "outcome"
    if result := outcome(plan):
        yield element("p", result, class_=state)
    yield "</header>"
    if plan.steps:
        yield from _path(plan)
        yield from _glance(plan)
    yield "<main>"
    if plan.findings:
        yield '<section class="about">'
        yield from _findings("h2", plan.findings)
        yield "</section>"
    for number, step in enumerate(plan.steps, start=1):
        yield from _step(number, step)
    yield from _ending(plan)
    yield from _next(plan)
    yield from _held_back(plan)
    yield from _graphs(plan)
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _path(plan: UpgradePlan) -> Iterator[str]:
    """Draw the way: where the cluster is, each step, where it ends."""
    yield '<nav aria-label="Steps">'
    yield '<ol class="path">'
    if plan.start:
        yield _stop("begin kubernetes", "", f"Kubernetes {plan.start}", "now")
    is_end = False
    for number, step in enumerate(plan.steps, start=1):
        is_cluster = step.kind == "kubernetes"
        is_end = number == len(plan.steps) and step.after == plan.goal and is_cluster
        title = f"Kubernetes {step.after}" if is_cluster else "Packages"
        under = "the cluster moves" if is_cluster else count(len(step.moves), "change")
        dot = element("span", str(number), class_="dot", aria_hidden="true")
        link = element(
            "a",
            dot,
            element("b", title),
            element("small", "the goal" if is_end else under),
            href=f"#step-{number}",
        )
        yield element("li", link, class_="end" if is_end else step.kind)
    if plan.blocked:
        yield _stop("end blocked", "✕", f"Kubernetes {plan.goal}", "cannot be reached")
    elif plan.goal and not is_end:
        yield _stop("end", "✓", f"Kubernetes {plan.goal}", "the goal")
    yield "</ol>"
    yield "</nav>"


def _stop(kind: str, sign: str, title: str, under: str) -> Html:
    dot = element("span", sign, class_="dot", aria_hidden="true")
    stop = element("span", dot, element("b", title), element("small", under), class_="stop")
    return element("li", stop, class_=kind)


def _glance(plan: UpgradePlan) -> Iterator[str]:
    """Count what to be careful with."""
    all_contents = [step.contents for step in plan.steps]
    counts = (
        (LOST, sum(len(each.data) for each in all_contents), "bad"),
        (FIXED, sum(len(each.fixed) for each in all_contents), "bad"),
        (RESTARTS, sum(len(each.restarts) for each in all_contents), "careful"),
        (
            f"{DISAPPEARING}, and are used",
            sum(len(split_apis(each)[0]) for each in all_contents),
            "careful",
        ),
    )
    yield '<ul class="glance" aria-label="At a glance">'
    for title, number, kind in counts:
        yield element(
            "li", element("b", str(number or "none")), title, class_=kind if number else "none"
        )
    yield "</ul>"


def _step(number: int, step: UpgradeStep) -> Iterator[str]:
    contents = step.contents
    yield f'<section id="step-{number}" class="step {step.kind}" aria-labelledby="step-{number}-title">'
    yield "<details open>"
    yield element(
        "summary",
        element("span", str(number), class_="dot", aria_hidden="true"),
        element("h2", step_title(step), id=f"step-{number}-title"),
        element("span", tally(contents), class_="soft"),
    )
    yield '<div class="body">'
    if support := step_support(step):
        yield element("p", f"{support[0].upper()}{support[1:]}.", class_="soft")
    if step.moves:
        yield from _moves(step)
    yield from _loud_sections(contents)
    yield from _changes(contents)
    yield from _restarts(RESTARTS, contents.restarts)
    yield from _restarts(NO_RESTARTS, contents.no_restarts)
    yield from _findings("h3", contents.findings)
    yield "</div>"
    yield "</details>"
    yield "</section>"


def _moves(step: UpgradeStep) -> Iterator[str]:
    yield from _table(
        "packages",
        ("Release", "Package", "From", "To", "Why"),
        (
            (
                element("span", "called", class_="soft")
                if "@" in move.node
                else element("span", move.node, class_="name"),
                element("code", move.package),
                *_versions(move),
                _sentences(step.reasons.get(move.node, ())),
            )
            for move in step.moves
        ),
    )


def _versions(move: Move) -> tuple[Html, Html]:
    return (
        element("del", element("code", move.before)) if move.before else text("new"),
        element("ins", element("code", move.after)) if move.after else text("removed"),
    )


def _loud_sections(contents: Contents) -> Iterator[str]:
    if contents.data:
        yield _loud(
            "bad",
            LOST,
            (
                joined(_owner(each.resource, each.release), ": ", prose(each.reason))
                for each in contents.data
            ),
        )
    if contents.fixed:
        yield _loud(
            "bad",
            FIXED,
            (
                joined(
                    _owner(each.resource, each.release),
                    element(
                        "div", *(element("code", path) for path in each.paths), class_="fields"
                    ),
                    element("p", prose(each.way_out)),
                )
                for each in contents.fixed
            ),
        )
    used, others = split_apis(contents)
    if used:
        yield _loud(
            "careful",
            DISAPPEARING,
            (
                joined(
                    element("code", str(each.api)),
                    ": ",
                    prose(each.advice),
                    "; used by ",
                    *_between(
                        ", ",
                        [_owner(resource, release) for release, resource in each.users]
                        + [
                            joined(element("b", manager), " (", element("code", str(resource)), ")")
                            for manager, resource in each.others
                        ],
                    ),
                )
                for each in used
            ),
        )
    if others:
        summary = f"{count(len(others), 'API')} that nobody was seen to use {'is' if len(others) == 1 else 'are'} gone too"
        yield element(
            "details",
            element("summary", summary, class_="soft"),
            _items(element("code", str(each.api)) for each in others),
        )


def _changes(contents: Contents) -> Iterator[str]:
    changes = contents.diff.having(*ACTIONS)
    heading = joined(RESOURCES, " ", element("span", f"({basis(contents)})", class_="soft"))
    if changes:
        yield element("h3", heading)
    for change in changes:
        yield from _change(change)


def _change(change: Change) -> Iterator[str]:
    yield '<details class="change">'
    yield element(
        "summary",
        element("span", ACTIONS[change.action], class_=f"tag {change.action}"),
        element("span", str(change.resource), class_="name"),
        element("span", change.release, class_="soft"),
        element("span", prose(change.reason), class_="soft"),
    )
    yield '<div class="inside">'
    if change.action in {"update", "adopt"} and (fields := changed_fields(change)):
        yield from _table(
            "fields",
            ("Field", "Before", "After"),
            ((element("code", field.path), *_values(field)) for field in fields),
        )
    if difference := unified(change):
        lines = difference.removesuffix("\n").split("\n")
        yield element("pre", *_between("\n", [_line(line) for line in lines]))
    yield "</div>"
    yield "</details>"


def _values(field: FieldChange) -> tuple[Html, Html]:
    return (
        text("not there")
        if field.action == "add"
        else element("del", element("code", value(field.before))),
        text("gone")
        if field.action == "remove"
        else element("ins", element("code", value(field.after))),
    )


def _line(line: str) -> Html:
    name = {"+": "ins", "-": "del", "@": "i"}.get(line[:1])
    return element(name, line) if name else text(line)


def _restarts(title: str, workloads: tuple[Restart, ...]) -> Iterator[str]:
    if workloads:
        yield element("h3", title)
        yield _items(
            joined(_owner(each.resource, each.release), ": ", prose(each.how)) for each in workloads
        )


def _findings(heading: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    if findings:
        yield element(heading, FINDINGS)
        yield _items(
            joined(
                element("span", finding.severity, class_=f"tag {finding.severity}"),
                " ",
                prose(finding_text(finding)),
            )
            for finding in findings
        )


def _ending(plan: UpgradePlan) -> Iterator[str]:
    if lines := ending(plan):
        yield '<section class="panel">'
        yield element("h2", f"{BLOCKED} than Kubernetes {reaches(plan)}")
        yield element("pre", "\n".join(lines))
        yield "</section>"


def _next(plan: UpgradePlan) -> Iterator[str]:
    if lines := next_steps(plan):
        yield '<section class="panel">'
        yield element("h2", NEXT)
        yield element("ol", *(element("li", prose(line)) for line in lines), class_="next")
        yield "</section>"


def _held_back(plan: UpgradePlan) -> Iterator[str]:
    if not plan.held_back:
        return
    yield '<section class="panel">'
    yield element("h2", HELD_BACK)
    yield from _table(
        "packages",
        ("Release", "Package", "Stays at", "Newest", "Because"),
        (
            (
                element("b", each.release),
                element("code", each.package),
                element("code", each.version),
                element("code", each.newest),
                _sentences(each.because),
            )
            for each in plan.held_back
        ),
    )
    yield "</section>"


def _graphs(plan: UpgradePlan) -> Iterator[str]:
    if plan.graphs is None:
        return
    yield '<section class="panel">'
    yield element("h2", "What needs what")
    yield '<div class="graphs">'
    nodes = [set(graph.nodes) for graph in plan.graphs]
    marked = {node.id for node in nodes[0] ^ nodes[1]}
    for name, graph in zip(("before", "after"), plan.graphs, strict=True):
        drawing = Html(svg(graph, identity=f"graph-{name}", marked=marked))
        note = element("span", " with a dot where they differ" if marked else "", class_="soft")
        caption = element("figcaption", name.capitalize(), note)
        yield element(
            "figure",
            caption,
            element(
                "div",
                drawing,
                class_="scroll",
                tabindex="0",
                role="group",
                aria_label=f"Graph {name}",
            ),
        )
    yield "</div>"
    yield "</section>"


def _loud(kind: str, title: str, items: Iterable[str]) -> Html:
    return element("section", element("h3", title), _items(items), class_=f"loud {kind}")


def _items(items: Iterable[str]) -> Html:
    return element("ul", *(element("li", each) for each in items), class_="plain")


def _table(kind: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f'<div class="scroll"><table class="{kind}-table">'
    heads = (element("th", each, scope="col") for each in header)
    yield element("thead", element("tr", *heads))
    yield "<tbody>"
    for row in rows:
        yield element("tr", *(element("td", cell) for cell in row))
    yield "</tbody></table></div>"


def _owner(resource: ResourceId, release: str) -> Html:
    name = element("code", str(resource))
    return joined(name, " of ", element("b", release)) if release else name


def _sentences(lines: Iterable[str]) -> Html:
    return joined(*_between(Html("<br>"), [prose(line) for line in lines]))


def _between(separator: str, parts: list[Html]) -> Iterator[str]:
    for at, part in enumerate(parts):
        if at:
            yield separator
        yield part
