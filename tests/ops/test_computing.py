"""Computed requirements through whole operations: asked when needed, kept in the lock, never asked twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from computing_modules import TRAP, computing, requiring
from made_shop import Shop
from made_storage import StorageRegistry, publish_storage

from mistpm.errors import LockError, MistError, RenderError, UsageError
from mistpm.model.lockfile import LockedEdge
from mistpm.ops.failing import require_solved
from mistpm.ops.locking import Solved, solve, write_lock
from mistpm.ops.packages.default_requirements import DefaultRequirements
from mistpm.ops.packages.packing import inspect_file, pack_package
from mistpm.wasm import Runtime


@pytest.fixture
def storage(folder: Path) -> StorageRegistry:
    """Publish the packages."""
    return publish_storage(folder / "toy")


@pytest.fixture
def web(folder: Path, storage: StorageRegistry, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Begin in the folder of an environment, `toy` lying beside it."""
    assert storage.folder == folder / "toy"
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("MISTPM_CACHE_DIR", str(folder / "cache"))
    return Shop(work)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a list that grows with every module that is asked."""
    names: list[str] = []
    ask = Runtime.requirements

    def recorded(self: Runtime, module: object, envelope: bytes, **others: object) -> bytes:
        names.append(str(module))
        return ask(self, module, envelope, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(Runtime, "requirements", recorded)
    return names


def write(web: Shop, **inputs: object) -> None:
    """Ask for one release with inputs."""
    web.write(releases={"web": {"package": "toy/apps/web", "inputs": inputs}})


def lock(web: Shop, *, always: bool = False, **options: bool) -> Solved:
    """Do what `mistpm lock` does."""
    workspace = web.open(**options)
    solved = solve(workspace, always=always)
    write_lock(workspace, solved.lockfile)
    return solved


def pins(solved: Solved) -> dict[str, str]:
    """Give what is locked."""
    return {name: str(pin.version) for name, pin in solved.lockfile.releases.items()}


def failure(web: Shop) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Give why `web` has no solution."""
    (part,) = lock(web).unresolved

    assert ("web",) == part.releases
    return part.reference, (*part.explanation, *part.needs), part.hints


def test_an_input_decides_what_is_needed(web: Shop, asked: list[str]) -> None:
    """With another storage another package is installed, or none."""
    write(web, storage="s3")
    s3 = lock(web)
    write(web)
    local = lock(web)

    assert {"cache": "1.0.0", "minio": "1.1.0", "web": "1.0.0"} == pins(s3)
    assert {"cache": "1.0.0", "web": "1.0.0"} == pins(local)
    assert ["toy/apps/web@1.0.0"] * 2 == asked


def test_the_lock_keeps_the_answer(web: Shop) -> None:
    """With the digest of what was asked; edges say that they were computed; only what decides stands there."""
    write(web, storage="s3", password={"fromEnv": "PASSWORD"})
    release = lock(web).lockfile.releases["web"]
    text = web.lock.read_text()

    assert {
        "cache": LockedEdge(use="install", requires="toy/data/cache", target="cache"),
        "store": LockedEdge(
            use="install", requires="toy/data/minio ^1", target="minio", computed=True
        ),
    } == release.dependencies
    assert release.computed is not None
    assert (
        f"""\
    computed:
      asked: {release.computed.asked}
      requirements:
        store:
          package: data/minio
          version: ^1
      secrets:
      - password
"""
        in text
    )
    assert "PASSWORD" not in text


def test_a_fresh_lock_asks_nobody(web: Shop, folder: Path, asked: list[str]) -> None:
    """Neither the registry nor a module, also under `--locked`; not a byte changes."""
    write(web, storage="s3")
    first = lock(web)
    before = web.lock.read_bytes()
    asked.clear()
    shutil.rmtree(folder / "toy")
    shutil.rmtree(folder / "cache")

    assert first.lockfile == lock(web, locked=True).lockfile == lock(web, offline=True).lockfile
    assert before == web.lock.read_bytes()
    assert [] == asked


def test_what_the_lock_knows_is_not_asked_again(web: Shop, asked: list[str]) -> None:
    """Solving again for another reason takes the answer that is there."""
    write(web, storage="s3")
    lock(web)
    asked.clear()
    web.edit("releases:", "releases:\n  more: {package: toy/data/cache}")
    again = lock(web)

    assert {"minio": "1.1.0", "more": "1.0.0", "web": "1.0.0"} == pins(again)
    assert [] == asked
    assert lock(web, always=True).lockfile == again.lockfile
    assert [] == asked


@pytest.mark.parametrize("always", [False, True])
def test_locking_twice_changes_nothing(web: Shop, always: bool) -> None:
    """`lock(lock(x)) = lock(x)`."""
    write(web, storage="s3")
    lock(web)
    before = web.lock.read_bytes()
    again = lock(web, always=always)

    assert not again.is_new
    assert before == web.lock.read_bytes()


@pytest.mark.parametrize(
    ("inputs", "stale"),
    [
        ({"storage": "s3"}, False),
        ({"storage": "s3", "replicas": 2}, True),
        ({"storage": "local"}, True),
        ({"storage": "s3", "password": {"fromEnv": "OTHER"}}, True),
    ],
)
def test_every_input_but_secrets_makes_a_lock_stale(
    web: Shop, inputs: dict[str, object], stale: bool
) -> None:
    """The package may read any of them; of a secret it sees only that there is one."""
    write(web, storage="s3")
    lock(web)
    write(web, **inputs)
    if stale:
        with pytest.raises(LockError) as caught:
            lock(web, locked=True)

        assert "lock-stale" == caught.value.reference
    else:
        lock(web, locked=True)


def test_the_source_of_a_secret_makes_no_lock_stale(web: Shop) -> None:
    """Another variable is no other question."""
    write(web, password={"fromEnv": "ONE"})
    lock(web)
    write(web, password={"fromFile": "two"})

    assert not lock(web, locked=True).is_new


def test_a_namespace_makes_no_lock_stale(web: Shop) -> None:
    """A package is not told where its release goes when it is asked."""
    write(web, storage="s3")
    lock(web)
    web.write(
        releases={
            "web": {
                "package": "toy/apps/web",
                "namespace": "elsewhere",
                "inputs": {"storage": "s3"},
            }
        }
    )

    assert not lock(web, locked=True).is_new


def test_another_input_is_told_why(web: Shop) -> None:
    """What `--locked` says names the inputs that changed."""
    write(web, storage="s3")
    lock(web)
    write(web)
    with pytest.raises(LockError) as caught:
        lock(web, locked=True)

    assert ("`releases.web.inputs`: what requirements depend on changed",) == caught.value.context


def test_what_was_computed_is_installed(web: Shop) -> None:
    """The whole way to the target, in an order that knows the edge, and back."""
    write(web, storage="s3")
    web.install()
    lockfile = web.open().lockfile
    assert lockfile is not None

    assert {"cache", "minio", "web"} <= {path.name for path in web.deploy.iterdir()}
    assert (("cache", "minio"), ("web",)) == lockfile.order
    write(web)
    web.install()
    assert not (web.deploy / "minio").exists()


def test_a_target_may_change_inputs_that_decide_nothing(web: Shop) -> None:
    """The package is asked again; only another answer is refused."""
    write(web, storage="s3")
    web.edit("target: {directory: ./deploy}", "targets: {a: {directory: ./a, inputs: INPUTS}}")
    web.edit("INPUTS", "{web: {replicas: 3}}")

    assert {"cache", "minio", "web"} == {
        each.name for each in web.propose(target="a").desired.releases
    }
    web.edit("{web: {replicas: 3}}", "{web: {storage: local}}")
    with pytest.raises(UsageError) as caught:
        web.propose(target="a")
    assert """\
the target changes inputs of `web`, and with them it requires other packages
hint: set it under `releases.web.inputs`, where it is part of the lock""" == str(caught.value)


def test_offline(web: Shop, folder: Path) -> None:
    """A module that is in the store is asked; one that is not is an error that says so."""
    write(web)
    lock(web)
    (folder / "toy").rename(folder / "gone")
    write(web, storage="s3")
    (part,) = lock(web, offline=True).unresolved

    assert "registry-unreachable" == part.reference


@pytest.mark.parametrize(
    ("value", "reference", "line"),
    [
        ("none", "package-failed", "`toy/apps/web@1.0.0` says: there is no storage at all"),
        (
            "odd",
            "invalid-requirements",
            "what `toy/apps/web@1.0.0` says that it requires cannot be used",
        ),
        (
            "clash",
            "invalid-requirements",
            "what `toy/apps/web@1.0.0` says that it requires cannot be used",
        ),
    ],
)
def test_who_fails_is_told(web: Shop, value: str, reference: str, line: str) -> None:
    """The part has no solution, with the package's name and what was wrong."""
    write(web, storage=value)
    found, explanation, _ = failure(web)

    assert (reference, line) == (found, explanation[0])
    assert "while asking `web` (toy/apps/web@1.0.0) what it requires" == explanation[1]


def test_an_input_that_does_not_fit(web: Shop) -> None:
    """The package is not asked with it."""
    write(web, storage=3)
    reference, explanation, _ = failure(web)

    assert "invalid-inputs" == reference
    assert (
        "the inputs of `web` do not fit `toy/apps/web@1.0.0`",
        "inputs.storage: 3 is not a string",
    ) == explanation


def test_others_go_on_without_it(web: Shop) -> None:
    """One package that fails blocks nobody else, and `install` refuses without `--keep-going`."""
    write(web, storage="none")
    web.edit("releases:", "releases:\n  other: {package: toy/data/minio}")
    solved = lock(web)

    assert {"other": "1.1.0"} == pins(solved)
    with pytest.raises(MistError):
        require_solved(solved, keep_going=False)
    require_solved(solved, keep_going=True)


def test_what_it_had_is_kept(web: Shop) -> None:
    """When it fails later, the pins of the last good lock stay, what was computed among them."""
    write(web, storage="s3")
    good = lock(web)
    write(web, storage="none")
    bad = lock(web)

    assert good.lockfile.releases == bad.lockfile.releases
    assert ("web",) == bad.lockfile.unresolved[0].releases


def test_an_unknown_package(web: Shop) -> None:
    """The conflict names the requirement that was computed, and what may be meant."""
    write(web, storage="disk")
    _, explanation, _ = failure(web)

    assert (
        "Because mistpm.yaml asks for toy/apps/web,",
        "    which requires toy/data/minoi ^1 for its inputs, but the registry `toy` has no package"
        " `data/minoi` (did you mean `data/minio`?),",
        "  web cannot be had.",
    ) == explanation


def test_a_conflict(web: Shop) -> None:
    """A computed requirement that cannot be met makes a conflict."""
    write(web, storage="new")
    reference, explanation, _ = failure(web)

    assert "version-conflict" == reference
    assert (
        "Because mistpm.yaml asks for toy/apps/web,",
        "    which requires toy/data/minio ^2 for its inputs, but the newest is 1.1.0,",
        "  web cannot be had.",
    ) == explanation


def test_interrupted_while_asking(web: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written, and the next run is as if nothing had been."""
    write(web, storage="s3")

    def interrupt(*_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Runtime, "requirements", interrupt)
        with pytest.raises(KeyboardInterrupt):
            lock(web)
    assert not web.lock.exists()
    assert {"cache": "1.0.0", "minio": "1.1.0", "web": "1.0.0"} == pins(lock(web))


def test_killed_while_asking(web: Shop) -> None:
    """A process that dies within a module leaves no lock, and the next one asks again."""
    write(web, storage="s3")
    program = (
        "import os; from mistpm.wasm import Runtime;"
        "Runtime.requirements = lambda *a, **k: os._exit(9);"
        "from mistpm.ops.options import Options; from mistpm.ops.workspace import open_workspace;"
        "from mistpm.ops.locking import solve; solve(open_workspace(Options()))"
    )
    done = subprocess.run((sys.executable, "-c", program), check=False, env=dict(os.environ))

    assert 9 == done.returncode
    assert not web.lock.exists()
    assert {"cache": "1.0.0", "minio": "1.1.0", "web": "1.0.0"} == pins(lock(web))


def test_a_package_given_by_path(web: Shop, folder: Path, asked: list[str]) -> None:
    """Its file is asked where it lies, and again when it is another file."""
    for number, range_ in enumerate(("1.0.0", "^1"), start=1):
        module = computing(requiring(store=f"toy/data/minio {range_}"))
        source = packed_source(folder / str(number), module)
        pack_package(source, web.folder / "web.wasm")
        asked.clear()
        web.write(releases={"web": {"package": "./web.wasm"}})
        lock(web)
        lock(web)

        assert ["file/apps/web@1.0.0"] == asked
    edge = lock(web).lockfile.releases["web"].dependencies["store"]
    assert ("toy/data/minio ^1", True) == (edge.requires, edge.computed)


def test_pack_asks_once(folder: Path) -> None:
    """What it requires with the defaults of its inputs is told; so it is when one looks inside."""
    source = packed_source(folder, computing(('"storage":"local"', requiring(db="data/db ^1"))))
    report = pack_package(source, None)

    assert report.computed is not None
    assert ["db"] == list(report.computed.requirements)
    assert report.computed == inspect_file(Path(report.file)).computed


def test_pack_refuses_a_module_that_fails(folder: Path) -> None:
    """Nothing is written."""
    source = packed_source(folder, computing(TRAP))
    with pytest.raises(RenderError) as caught:
        pack_package(source, None)

    assert "guest-trap" == caught.value.reference
    assert [] == list(folder.glob("*.mist-pack.wasm"))


def test_one_that_fails_can_be_looked_into(folder: Path, storage: StorageRegistry) -> None:
    """What went wrong is told, and the rest is shown."""
    place = storage.put("apps/bad", "1.0.0", computing(TRAP), computed=True)
    found = inspect_file(place)

    assert folder in place.parents
    assert found.descriptor is not None
    assert found.computed is not None
    assert found.computed.unasked[0].startswith("`file/apps/bad@1.0.0` stopped: ")


def test_pack_does_not_ask_without_inputs(folder: Path) -> None:
    """What has no default cannot be made up."""
    source = packed_source(folder, computing(TRAP), "required: [storage], ")
    report = pack_package(source, None)

    assert DefaultRequirements(unasked=("inputs.storage: is missing",)) == report.computed


def packed_source(folder: Path, module: bytes, more: str = "") -> Path:
    """Write the source of a package."""
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "module.wasm").write_bytes(module)
    default = "" if more else ", default: local"
    (source / "package.yaml").write_text(f"""\
apiVersion: mistpm.dev/v1
kind: Package
group: apps
name: web
version: 1.0.0
computed: true
inputs: {{type: object, {more}properties: {{storage: {{type: string{default}}}}}}}
build: {{module: module.wasm}}
""")
    return source
