"""Following an order: what begins when, and what is left when something goes wrong."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.apply import Event, Failure, Following, InterruptedAgain, Outcome
from mistpm.errors import TargetError
from mistpm.model.object_order import Gate, Node, ObjectOrder, Wait
from mistpm.model.resource import ResourceId

LONG = 1e9


def thing(name: str) -> ResourceId:
    """Give an object."""
    return ResourceId("", "ConfigMap", "shop", name)


A, B, C, D = map(thing, "abcd")


def order_of(**waits: str) -> ObjectOrder:
    """Give an order: `b="a"` waits until a is ready, `b="a?"` until it is written."""
    return ObjectOrder(
        {
            thing(name): tuple(
                Wait(thing(each.rstrip("?")), "written" if each.endswith("?") else "ready")
                for each in text.split()
            )
            for name, text in waits.items()
        }
    )


class Play:
    """A cluster in which every object does at once what is said of it: nothing said means it gets ready."""

    def __init__(self, order: ObjectOrder, *, deadline: float = LONG, **settings: object) -> None:
        self.acts: dict[ResourceId, Callable[[ResourceId], None]] = {}
        self.heard: list[Event] = []
        self.begun: list[ResourceId] = []
        self.on_event: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        self.following = Following(
            order,
            self.begin,
            hear=self.hear,
            deadline=deadline,
            **settings,  # type: ignore[arg-type]
        )

    def hear(self, event: Event) -> None:
        """Remember an event."""
        self.heard.append(event)
        self.on_event()

    def begin(self, resource: ResourceId) -> None:
        """Do what is said of an object."""
        with self._lock:
            self.begun.append(resource)
        self.acts.get(resource, self.ready)(resource)

    def ready(self, resource: ResourceId) -> None:
        """Be written, then ready."""
        self.written(resource)
        self.following.tell(Event(state="ready", resource=resource))

    def written(self, resource: ResourceId) -> None:
        """Be written and never ready."""
        self.following.tell(Event(state="written", resource=resource))

    def stuck(self, resource: ResourceId) -> None:
        """Be written and say what is waited for."""
        self.written(resource)
        self.following.tell(Event(state="waiting", resource=resource, why="0 of 1 ready"))

    def fails(self, resource: ResourceId) -> None:
        """Be written and fail."""
        self.written(resource)
        self.following.tell(Event(state="failed", resource=resource, why="it crashes"))


def test_all_is_done_in_order() -> None:
    """Each object begins when what it waits for has happened, and every event is heard once."""
    play = Play(order_of(a="", b="a", c="b"))

    outcome = play.following.follow()

    assert Outcome(written=(A, B, C)) == outcome
    assert outcome.is_complete
    assert [A, B, C] == play.begun
    assert [("written", A), ("ready", A), ("written", B)] == [
        (each.state, each.resource) for each in play.heard
    ][:3]


def test_written_is_enough_where_ready_is_not_asked_for() -> None:
    """An object that waits until another is written does not wait until that is ready."""
    play = Play(order_of(a="", b="a?"), is_patient=False)
    play.acts[A] = play.written

    assert Outcome(written=(A, B)) == play.following.follow()


def test_impatience_still_waits_for_what_others_need() -> None:
    """Not to wait means not to wait for what nobody needs."""
    play = Play(order_of(a="", b="a", c=""), is_patient=False)
    play.acts[C] = play.written
    play.acts[B] = play.written

    assert Outcome(written=(A, B, C)) == play.following.follow()


def test_a_failure_bars_what_depends_on_it() -> None:
    """The rest is written all the same, and is not waited for at the end."""
    play = Play(order_of(a="", b="a", c="b", d=""))
    play.acts[A] = play.fails
    play.acts[D] = play.written

    expected = Outcome(
        written=(A, D),
        failures=(Failure(resource=A, why="it crashes"),),
        untouched={B: (A,), C: (A,)},
    )
    assert expected == play.following.follow()


def test_what_is_no_longer_ready_in_time_is_told() -> None:
    """When time runs out the outcome names what was waited for and why, and what did not begin."""
    now = 0.0
    play = Play(order_of(a="", b="a"), deadline=10, clock=lambda: now)

    def stuck(resource: ResourceId) -> None:
        nonlocal now
        play.stuck(resource)
        now = 11

    play.acts[A] = stuck

    expected = Outcome(
        written=(A,),
        unready={A: "0 of 1 ready"},
        untouched={B: (A,)},
        is_late=True,
    )
    assert expected == play.following.follow()


def test_no_time_at_all() -> None:
    """Nothing begins where time was over before."""
    play = Play(order_of(a=""), deadline=0, clock=lambda: 0.0)

    assert Outcome(untouched={A: ()}, is_late=True) == play.following.follow()


def test_what_gets_ready_at_the_last_moment_is_ready() -> None:
    """What was told when time ran out still counts."""
    now = 0.0
    play = Play(order_of(a=""), deadline=10, clock=lambda: now)

    def last_moment(resource: ResourceId) -> None:
        nonlocal now
        now = 11
        play.ready(resource)

    play.acts[A] = last_moment

    assert play.following.follow().is_complete


def test_interrupting_begins_nothing_more() -> None:
    """Ctrl-C lets what is being written end."""
    play = Play(order_of(a="", b="a", c=""), limit=1)

    def interrupted(resource: ResourceId) -> None:
        _press_control_c()
        play.ready(resource)

    play.acts[A] = interrupted
    before = signal.getsignal(signal.SIGINT)
    outcome = play.following.follow()

    assert (True, (A,), {B, C}) == (
        outcome.is_interrupted,
        outcome.written,
        set(outcome.untouched),
    )
    assert before is signal.getsignal(signal.SIGINT)


def test_interrupting_twice_ends_at_once() -> None:
    """The second Ctrl-C does not wait for what is being written."""
    play = Play(order_of(a=""))
    end = threading.Event()

    def hangs(resource: ResourceId) -> None:
        _press_control_c()
        play.written(resource)
        end.wait()

    play.acts[A] = hangs
    play.on_event = lambda: signal.raise_signal(signal.SIGINT)

    with pytest.raises(InterruptedAgain):
        play.following.follow()

    end.set()


def test_an_error_ends_everything() -> None:
    """What `begin` raises is raised when all that was being written has ended."""
    play = Play(order_of(a="", b="a", c="b"))

    def raises(_resource: ResourceId) -> None:
        raise ValueError("the lease is lost")

    play.acts[B] = raises

    with pytest.raises(ValueError, match="the lease is lost"):
        play.following.follow()

    assert [A, B] == play.begun


def test_as_many_at_once_as_allowed() -> None:
    """Four that wait for each other are at work at once, and a fifth is not."""
    names = [f"n{number}" for number in range(5)]
    play = Play(order_of(**dict.fromkeys(names, "")), limit=4)
    together = threading.Barrier(4)

    def meets(resource: ResourceId) -> None:
        together.wait(120)
        play.ready(resource)

    play.acts = {thing(name): meets for name in names[:4]}

    outcome = play.following.follow()

    assert outcome.is_complete
    assert thing("n4") == play.begun[4]


def _press_control_c() -> None:
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


@st.composite
def orders(draw: st.DrawFn) -> tuple[ObjectOrder, dict[ResourceId, str]]:
    """Make an order with gates, and say of each object whether it is to fail, and when."""
    waits: dict[Node, tuple[Wait, ...]] = {}
    for number in range(draw(st.integers(0, 10))):
        node: Node = Gate(f"g{number}") if draw(st.booleans()) else thing(f"n{number}")
        chosen = (
            draw(st.lists(st.sampled_from(list(waits)), unique=True, max_size=3)) if waits else []
        )
        waits[node] = tuple(
            Wait(each, draw(st.sampled_from(["written", "ready"]))) for each in chosen
        )
    ends = {
        node: draw(st.sampled_from(["ready", "ready", "fails", "refused"]))
        for node in waits
        if isinstance(node, ResourceId)
    }
    return ObjectOrder(waits), ends


def test_what_watches_ends_the_waiting() -> None:
    """Who may not go on does not wait for the deadline, even if nothing happens any more."""
    lost: list[TargetError] = []

    def watch() -> None:
        if lost:
            raise lost[0]

    play = Play(order_of(a="", b="a"), watch=watch)
    play.acts[thing("a")] = play.stuck
    play.on_event = lambda: lost.append(TargetError("lease-lost", "somebody took over"))
    with pytest.raises(TargetError, match="somebody took over"):
        play.following.follow()

    assert [thing("a")] == play.begun


@pytest.mark.slow
@given(orders(), st.sampled_from([1, 3]))
def test_what_is_done_is_what_can_be_done(
    made: tuple[ObjectOrder, dict[ResourceId, str]], limit: int
) -> None:
    """Exactly those objects are written of which everything before them happened, whatever the timing."""
    order, ends = made
    play = Play(order, limit=limit)

    def refused(resource: ResourceId) -> None:
        play.following.tell(Event(state="failed", resource=resource, why="refused"))

    play.acts = {
        node: {"ready": play.ready, "fails": play.fails, "refused": refused}[how]
        for node, how in ends.items()
    }
    outcome = play.following.follow()

    happened: set[tuple[Node, str]] = set()
    begun: set[Node] = set()
    for node, waits in order.waits.items():
        if all((each.on, each.until) in happened for each in waits):
            begun.add(node)
            how = ends.get(node, "ready") if isinstance(node, ResourceId) else "ready"
            happened |= {(node, "written")} if how != "refused" else set()
            happened |= {(node, "ready")} if how == "ready" else set()
    assert set(play.begun) == {node for node in begun if isinstance(node, ResourceId)}
    assert set(outcome.untouched) == set(ends) - begun
    assert {each.resource for each in outcome.failures} == {
        node for node in ends if node in begun and ends[node] != "ready"
    }
    for node in play.begun:
        place = play.begun.index(node)
        direct = {each.on for each in order.waits[node]}
        assert all(
            play.begun.index(each) < place for each in direct if isinstance(each, ResourceId)
        )
