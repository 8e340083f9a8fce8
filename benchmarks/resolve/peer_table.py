"""mistpm and its peers side by side, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.resolve.outcome import Outcome, spread
from benchmarks.resolve.peers import Answer, Peer


def peer_table(outcomes: Sequence[Outcome], peers: Sequence[Peer]) -> Iterator[str]:
    """Give a line for each case, with the ratio of our time to each peer's, and the totals."""
    asked = [peer for peer in peers if not peer.absent]
    yield f"{'case':50} {'mistpm':>17}" + "".join(
        f" {peer.name:>17} {'ratio':>7}" for peer in asked
    )
    for at, outcome in enumerate(outcomes):
        line = f"{outcome.name:50} {_told(outcome.verdict, outcome.ms.total)}"
        for peer in asked:
            answer = peer.answers[at]
            line += f" {_told(answer.verdict, answer.ms)} {_ratio(outcome, answer)}"
        yield line
    yield ""
    mine = [outcome.ms.total for outcome in outcomes if outcome.verdict != "budget"]
    yield _totals("mistpm", mine, len(outcomes), 0)
    for peer in peers:
        if peer.absent:
            yield f"{peer.name}: {peer.absent}"
            continue
        finished = [answer.ms for answer in peer.answers if answer.verdict in {"sat", "unsat"}]
        wrong = sum(
            {answer.verdict, outcome.verdict} == {"sat", "unsat"}
            for answer, outcome in zip(peer.answers, outcomes, strict=True)
        )
        yield _totals(peer.name, finished, len(outcomes), wrong)


def _told(verdict: str, milliseconds: float) -> str:
    return (
        f"{verdict:>6} {milliseconds:>10.2f}" if verdict in {"sat", "unsat"} else f"{verdict:>17}"
    )


def _ratio(outcome: Outcome, answer: Answer) -> str:
    if answer.verdict in {"sat", "unsat"} and outcome.verdict != "budget" and answer.ms:
        return f"{outcome.ms.total / answer.ms:7.2f}"
    return f"{'':7}"


def _totals(name: str, milliseconds: Sequence[float], cases: int, wrong: int) -> str:
    ms = spread(milliseconds)
    told = f"{name:10} p50 {ms.p50:.2f}, p90 {ms.p90:.2f}, max {ms.max:.2f} ms"
    told += f" in {len(milliseconds)} of {cases} cases that it finished"
    return told + (f", {wrong} of them with another verdict" if wrong else "")
