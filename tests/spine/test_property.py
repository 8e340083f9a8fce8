"""Whatever anybody does with whatever packages: the target is what the lock and the inputs say."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import yaml
from desired_states import tree
from hypothesis import event, given, note, settings
from hypothesis import strategies as st
from msgspec import Struct
from worlds import KUBERNETES, NAMES, NAMESPACES, RANGES, World, WorldRegistry, worlds

from mistpm.errors import MistError
from mistpm.lock.lockfile_document import format_lockfile
from mistpm.ops.caching import MACHINE_CODE
from mistpm.ops.installing import Consent, carry_out, require_consent
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal, Wishes, propose, propose_solved
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.adding import Addition, draft_release
from mistpm.ops.settings.configuring import draft_without, rename_release
from mistpm.ops.upgrade.request import UpgradeRequest
from mistpm.ops.upgrade.upgrading import plan_upgrade
from mistpm.ops.workspace import Workspace, open_or_make_workspace
from mistpm.target.protocol import Permissions
from mistpm.wasm import Runtime

pytestmark = pytest.mark.filterwarnings("ignore:The recursion limit will not be reset")
"""The library that reads conditions raises that limit, and Hypothesis notices."""

CONSENT = Consent(yes=True, remove_unneeded=True, delete_data=True)


class Install(Struct, frozen=True, kw_only=True):
    """Add or change a release, as `mistpm install NAME -p PACKAGE` does; 0 is the last package."""

    name: str
    package: int
    range: str
    namespace: str
    size: int
    flag: bool
    bind: bool


class Upgrade(Struct, frozen=True, kw_only=True):
    """Move one node of the lock, or everything."""

    node: int | None


class Uninstall(Struct, frozen=True, kw_only=True):
    """Uninstall a release of the file, or the one that is not there."""

    release: int


class Rename(Struct, frozen=True, kw_only=True):
    """Give a release of the file another name."""

    release: int
    new: str


class Edit(Struct, frozen=True, kw_only=True):
    """Change the file by hand, then install: Kubernetes, a setting, what is provided."""

    key: str
    value: Any


class Meddle(Struct, frozen=True, kw_only=True):
    """Edit or delete a file of the target by hand, then install."""

    file: int
    text: bytes


class Publish(Struct, frozen=True, kw_only=True):
    """The registry gets its late versions, and the environment is solved again."""


Action = Install | Upgrade | Uninstall | Rename | Edit | Meddle | Publish


@st.composite
def actions(draw: st.DrawFn, kinds: str = "IIIIUUXREEEMP") -> Action:
    """Draw something that somebody does; numbers are meant modulo how many there are."""
    number = draw(st.integers(0, 5))
    kind = draw(st.sampled_from(kinds))
    if kind == "I":
        return Install(
            name=draw(st.sampled_from(NAMES)),
            package=number,
            range=draw(st.sampled_from(RANGES)),
            namespace=draw(st.sampled_from(NAMESPACES)),
            size=draw(st.integers(1, 2)),
            flag=draw(st.booleans()),
            bind=draw(st.booleans()),
        )
    if kind == "U":
        return Upgrade(node=draw(st.sampled_from((None, number))))
    if kind == "X":
        return Uninstall(release=number)
    if kind == "R":
        return Rename(release=number, new=draw(st.sampled_from(NAMES)))
    if kind == "P":
        return Publish()
    if kind == "M":
        return Meddle(file=number, text=draw(st.sampled_from((b"", b"kind: Pod\n", b"\xff"))))
    package = f"toy/lib/p{number}"
    setting = {
        "namespace": "west",
        "version": draw(st.sampled_from(RANGES)),
        "inputs": {"size": 3, "flag": draw(st.booleans())},
    }
    return draw(
        st.sampled_from(
            (
                Edit(key="kubernetes", value=draw(st.sampled_from(KUBERNETES))),
                Edit(key="settings", value={package: setting}),
                Edit(key="settings", value={}),
                Edit(key="provided", value={"packages": {package: "1.1.0"}}),
                Edit(key="provided", value={"apis": [f"p{number}.example.org/v1/Thing"]}),
                Edit(key="provided", value={}),
            )
        )
    )


class Life(Struct, frozen=True, kw_only=True):
    """A world, and what is done in it."""

    world: World
    has_file: bool
    actions: tuple[Action, ...]


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a life that begins with two installations."""
    begin = draw(st.tuples(actions("I"), actions("I")))
    return Life(
        world=draw(worlds()),
        has_file=draw(st.sampled_from((True, True, False))),
        actions=(*begin, *draw(st.lists(actions(), min_size=2, max_size=6))),
    )


class Household:
    """An environment in a folder, on a made-up registry; each action is followed by every check.

    Without a file the target remembers everything, and there is nothing to edit or rename.
    """

    def __init__(self, world: World, folder: Path, runtime: Runtime, *, has_file: bool) -> None:
        self._size = len(world)
        self._registry = WorldRegistry(world, folder / "toy")
        self._runtime = runtime
        self._folder = folder
        self._work = folder / "work"
        self._work.mkdir()
        self._deploy = self._work / "deploy"
        self._file = self._work / "mistpm.yaml" if has_file else None
        self._write(
            {
                "apiVersion": "mistpm.dev/v1",
                "kind": "Environment",
                "name": "household",
                "id": "000102030405060708090a0b0c0d0e0f",
                "kubernetes": KUBERNETES[0],
                "target": {"directory": "./deploy"},
                "registries": {"toy": {"directory": "../toy"}},
            }
        )

    def do(self, action: Action) -> None:
        """Carry an action out; one that is refused must have changed nothing."""
        if self._file is None and isinstance(action, Edit | Rename):
            return
        before = tree(self._work)
        try:
            self._carry_out(action)
        except MistError as error:
            note(f"{action}\n  refused: {error}")
            event(f"{type(action).__name__} refused: {error.reference}")
            if isinstance(action, Edit | Rename):
                self._restore(before)
            assert before == tree(self._work)
            return
        note(f"{action}\n  done: {', '.join(tree(self._deploy))}")
        event(f"{type(action).__name__} done")
        self.check()

    def check(self) -> None:
        """Compare with an empty target, solve again, install again."""
        before = tree(self._work)
        fresh = Path(tempfile.mkdtemp(dir=self._folder)) / "deploy"
        opened = self._open()
        self._apply(self._elsewhere(opened, fresh))
        assert tree(fresh) == tree(self._deploy)
        if opened.lockfile is not None:
            solved = solve(self._open(), always=True)
            assert format_lockfile(opened.lockfile) == format_lockfile(solved.lockfile)
        assert self._apply(self._open(locked=opened.lockfile is not None)).diff.is_empty
        assert before == tree(self._work)

    def leave(self) -> None:
        """Uninstall everything; nothing stays."""
        opened = self._open()
        names = tuple(opened.environment.releases)
        self._apply(draft_without(opened, names), Wishes(named=frozenset(names)))
        assert {"mistpm.yaml", "mistpm.lock", "deploy"} >= set(tree(self._work))
        assert {} == tree(self._deploy)

    def _carry_out(self, action: Action) -> None:
        match action:
            case Install():
                opened = self._open()
                draft = draft_release(opened, self._addition(action))
                self._apply(opened.drafted(draft))
            case Upgrade(node=node):
                opened = self._open()
                known = nodes(opened.lockfile) if opened.lockfile else ()
                names = () if node is None else (_one_of(known, node),)
                self._upgrade(names)
            case Uninstall(release=release):
                opened = self._open()
                name = _one_of(opened.environment.releases, release)
                self._apply(draft_without(opened, (name,)), Wishes(named=frozenset({name})))
            case Rename(release=release, new=new):
                name = _one_of(self._open().environment.releases, release)
                rename_release(self._options(), name, new)
                self._apply(self._open())
            case Edit(key=key, value=value):
                text = (self._work / "mistpm.yaml").read_bytes()
                self._write({**yaml.safe_load(text), key: value})
                self._apply(self._open())
            case Meddle(file=file, text=text):
                self._meddle(file, text)
                self._apply(self._open())
            case Publish():
                self._registry.publish(late=True)
                opened = self._open()
                solved = solve(opened, always=True)
                assert [] == [move for move in solved.moves if move.before and move.after]
                self._do(opened, propose_solved(opened, solved))

    def _meddle(self, number: int, text: bytes) -> None:
        """Change a manifest; those that mistpm keeps for itself are nobody's business."""
        places = [place for place in tree(self._deploy) if "/" in place and place[0] != "."]
        if places:
            path = self._deploy / _one_of(places, number)
            path.unlink()
            if text:
                path.write_bytes(text)

    def _addition(self, action: Install) -> Addition:
        number = self._size - 1 - action.package % self._size
        releases = self._open().environment.releases
        bindings = [
            f"on{release.package[-1]}={name}"
            for name, release in releases.items()
            if int(release.package[-1]) < number and name != action.name
        ]
        return Addition(
            name=action.name,
            package=f"toy/lib/p{number}",
            version=action.range,
            namespace=action.namespace,
            settings=(f"size: {action.size}, flag: {str(action.flag).lower()}",),
            bindings=tuple(bindings[:1]) if action.bind else (),
        )

    def _apply(self, workspace: Workspace, wishes: Wishes = Wishes()) -> Proposal:  # noqa: B008
        proposal = propose(workspace, wishes)
        self._do(workspace, proposal)
        return proposal

    def _do(self, workspace: Workspace, proposal: Proposal) -> None:
        require_consent(proposal, CONSENT, lambda _question: False)
        carry_out(workspace, proposal, lambda _change: None)

    def _upgrade(self, names: tuple[str, ...]) -> None:
        upgrade = plan_upgrade(self._open(), UpgradeRequest(names=names))
        assert upgrade.proposal is not None
        self._do(upgrade.states[0].workspace, upgrade.proposal)

    def _open(self, *, locked: bool = False) -> Workspace:
        return self._ready(open_or_make_workspace(self._options(locked=locked)))

    def _elsewhere(self, opened: Workspace, place: Path) -> Workspace:
        """Give the same file and lock with another target."""
        options = Options(
            environment=self._file,
            target=f"directory:{place}",
            locked=opened.lockfile is not None,
        )
        workspace = Workspace(opened.document, options, Reporter())
        workspace.preset(lockfile=opened.lockfile)
        return self._ready(workspace)

    def _ready(self, workspace: Workspace) -> Workspace:
        workspace.preset(runtime=self._runtime)
        return workspace

    def _options(self, *, locked: bool = False) -> Options:
        target = "" if self._file else f"directory:{self._deploy}"
        return Options(
            environment=self._file,
            target=target,
            locked=locked,
            permissions=Permissions(delete_namespaces=True),
        )

    def _write(self, environment: dict[str, Any]) -> None:
        if self._file is not None:
            text = yaml.safe_dump(environment, sort_keys=False)
            self._file.write_text(text, encoding="utf-8")

    def _restore(self, before: dict[str, bytes | None]) -> None:
        """Put the file and the lock back to where somebody's own edit found them."""
        for name in ("mistpm.yaml", "mistpm.lock"):
            data = before.get(name)
            path = self._work / name
            path.unlink(missing_ok=True)
            if data is not None:
                path.write_bytes(data)


def _one_of(names: Collection[str], number: int) -> str:
    return sorted(names)[number % len(names)] if names else "nothing"


def live(life: Life, folder: Path, runtime: Runtime) -> None:
    """Live through a whole life in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(dir=folder) as name, pytest.MonkeyPatch.context() as patch:
        here = Path(name)
        patch.setenv("MISTPM_CONFIG_DIR", str(here))
        registry = {"registries": {"toy": {"directory": str(here / "toy")}}}
        (here / "config.yaml").write_text(yaml.safe_dump(registry), encoding="utf-8")
        household = Household(life.world, here, runtime, has_file=life.has_file)
        for action in life.actions:
            household.do(action)
        household.leave()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    """Give what all modules run in, with the cache that other tests use too."""
    return Runtime(cache=tmp_path_factory.getbasetemp() / "cache" / MACHINE_CODE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for everything that is made up."""
    return tmp_path_factory.mktemp("lives")


@pytest.mark.slow
@given(life=lives())
@settings(max_examples=4)
def test_a_few_lives(life: Life, folder: Path, runtime: Runtime) -> None:
    """After each step the target is what an empty one would be, and the lock is what it would be."""
    live(life, folder, runtime)


@pytest.mark.slow
@given(life=lives())
@settings(max_examples=100)
def test_many_lives(life: Life, folder: Path, runtime: Runtime) -> None:
    """The same, more often."""
    live(life, folder, runtime)
