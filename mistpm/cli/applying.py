"""Showing a proposal, asking, and carrying it out: what install, uninstall, upgrade and rollback have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from mistpm.cli.apply_view import ApplyView, BarView
from mistpm.cli.events import Events, EventView
from mistpm.cli.finding_data import findings_data
from mistpm.cli.option_groups import Consenting
from mistpm.cli.options import Output
from mistpm.cli.progress import TerminalReporter
from mistpm.cli.terminal import Terminal, count
from mistpm.cli.text.proposal import show_messages, show_proposal
from mistpm.model.change import ApplyReport
from mistpm.model.progress import Progress
from mistpm.ops.installing import Consent, carry_out, require_complete, require_consent
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal, Wishes, propose
from mistpm.ops.workspace import Workspace, open_or_make_workspace, open_workspace

CarryOut = Callable[[Callable[[Progress], None]], ApplyReport]
"""Does what was shown, telling somebody of everything as it happens."""


class Flags(Struct, frozen=True, kw_only=True):
    """What the command line says about asking and printing."""

    consenting: Consenting = Consenting()
    diff: bool = False
    output: Output = Output.TEXT
    verbose: int = 0

    @property
    def consent(self) -> Consent:
        """What was confirmed beforehand."""
        said = self.consenting
        return Consent(
            yes=said.yes, remove_unneeded=said.remove_unneeded, delete_data=said.delete_data
        )


class Screen:
    """The two streams of one command, with how far it is; `events` is None where text is wanted.

    Where a plan alone is printed, which has no events, `is_text` says whether that is for people.
    """

    def __init__(self, flags: Flags, *, is_text: bool | None = None) -> None:
        self.flags = flags
        self.terminal = Terminal(verbose=flags.verbose)
        told = flags.output is Output.TEXT
        self.reporter = TerminalReporter(self.terminal, tells=told if is_text is None else is_text)
        self.events = None if told else Events(self.terminal, flags.output)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Take the bar away when work ends, however it ends."""
        try:
            yield
        finally:
            self.reporter.finish()

    def view(self, workspace: Workspace, proposal: Proposal) -> ApplyView:
        """Give what shows the carrying out."""
        is_cluster = workspace.chosen_target.is_cluster
        waits = is_cluster and workspace.options.waiting.wanted
        if self.events is not None:
            return EventView(self.terminal, proposal.diff, self.events, waits=waits)
        if not is_cluster:
            return BarView(self.terminal, proposal.diff, self.reporter)
        if self.reporter.is_animated and not self.flags.verbose:
            from mistpm.cli.live_tree import TreeView

            return TreeView(self.terminal, proposal.diff, waits=waits)
        from mistpm.cli.apply_lines import LineView

        return LineView(self.terminal, proposal.diff, waits=waits)


def apply(
    options: Options,
    flags: Flags,
    draft: Callable[[Workspace], Workspace],
    *,
    wishes: Callable[[Workspace], Wishes] = lambda _workspace: Wishes(),
    make: bool = False,
) -> None:
    """Open the workspace, draft the change, propose it, show it, and do it."""
    screen = Screen(flags)
    with told(screen):
        with screen.working():
            opened = (open_or_make_workspace if make else open_workspace)(options, screen.reporter)
            workspace = draft(opened)
            proposal = propose(workspace, wishes(opened))
        perform(screen, workspace, proposal, lambda hear: carry_out(workspace, proposal, hear))
        require_complete(proposal)


@contextmanager
def told(screen: Screen) -> Iterator[None]:
    """Make what goes wrong an event too, where events are wanted."""
    if screen.events is None:
        yield
        return
    with screen.events.failing():
        yield


def perform(
    screen: Screen,
    workspace: Workspace,
    proposal: Proposal,
    do: CarryOut,
    more: Callable[[], Mapping[str, object]] = dict,
) -> None:
    """Show a proposal, get every confirmation that it needs, and do it.

    `more` is what the last event tells besides; it is asked when everything is done.
    """
    if screen.events is None:
        show_proposal(screen.terminal, proposal, diff=screen.flags.diff)
    done = do_proposed(screen, workspace, proposal, do)
    if screen.events is not None:
        data = {"target": proposal.target, "changes": len(done.changes)}
        screen.events.tell("done", {**data, **more()})


def do_proposed(
    screen: Screen, workspace: Workspace, proposal: Proposal, do: CarryOut, *, step: str = ""
) -> ApplyReport:
    """Get every confirmation that a proposal needs, do it, and tell so; `step` names the one of several that it is."""
    terminal, flags = screen.terminal, screen.flags
    if screen.events is not None:
        screen.events.tell("proposed", report(proposal, diff=flags.diff))
    require_consent(proposal, flags.consent, terminal.confirm, step=step)
    with screen.view(workspace, proposal) as view:
        done = do(view.hear)
    is_news = not proposal.diff.is_empty or proposal.diff.is_unfinished
    if screen.events is None and is_news:
        waited = workspace.chosen_target.is_cluster and workspace.options.waiting.wanted
        ready = "; everything is ready" if waited and proposal.desired.releases else ""
        terminal.show(f"Applied {count(len(done.changes), 'change')} to {proposal.target}{ready}.")
        show_messages(terminal, proposal, {change.release for change in done.changes})
    return done


def report(proposal: Proposal, *, diff: bool = False) -> dict[str, object]:
    """Give the part of a proposal that is printed as data: no lock, and what differs only with `diff`."""
    from mistpm.diff import unified
    from mistpm.diff.fields import changed_fields

    return {
        "target": proposal.target,
        "moves": proposal.moves,
        "heldBack": proposal.held_back,
        "unneeded": proposal.unneeded,
        "dataLost": [str(change.resource) for change in proposal.data],
        "changes": [
            {
                "action": change.action,
                "resource": str(change.resource),
                "release": change.release,
                "place": change.place,
                "reason": change.reason,
                **({"diff": unified(change), "fields": changed_fields(change)} if diff else {}),
            }
            for change in proposal.diff.changes
        ],
        "findings": findings_data(proposal.findings),
    }
