"""What packages answered, kept between runs: exact, private, bounded, and never a reason to fail."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_shop import Shop

import mistpm
from mistpm.model.environment import SecretSource
from mistpm.model.secrets import SecretInput
from mistpm.ops.caching import clear_cache
from mistpm.ops.options import Options
from mistpm.ops.packages.rendering_one import render_environment
from mistpm.ops.render_store import RenderStore, code, libraries
from mistpm.ops.reporter import Reporter
from mistpm.render.memo import Memo, Record
from mistpm.render.result import Result
from mistpm.wasm import Runtime

KEY, OTHER = "a" * 64, "b" * 64
HEADER = 40
LINE = 72


def keep(store: RenderStore, **answers: bytes) -> None:
    """Have a store write answers."""
    for key, data in answers.items():
        store.write(key, data)
    store.keep()


@pytest.fixture
def renders(tmp_path: Path) -> Path:
    """Give where stores are, which is not there yet."""
    return tmp_path / "cache" / "renders"


@pytest.fixture
def pack(renders: Path) -> Path:
    """Give the file of the environment `shop`, with two answers."""
    keep(RenderStore(renders, "shop"), **{KEY: b"answer", OTHER: b"another answer"})
    [path] = renders.iterdir()
    return path


def test_what_was_kept_is_read(renders: Path, pack: Path) -> None:
    """By any store of the environment; under another key there is nothing, nor in another environment."""
    store = RenderStore(renders, "shop")

    assert (b"answer", b"another answer", None) == tuple(
        store.read(key) for key in (KEY, OTHER, "c" * 64)
    )
    assert RenderStore(renders, "test").read(KEY) is None
    assert [pack] == list(renders.iterdir())


def test_one_file_for_a_run(renders: Path, pack: Path) -> None:
    """Whatever is new joins what was there; nothing new, and nothing is written."""
    before = pack.stat().st_ino
    store = RenderStore(renders, "shop")
    assert b"answer" == store.read(KEY)
    store.keep()
    assert before == pack.stat().st_ino
    keep(store, new=b"a third")

    assert [pack] == list(renders.iterdir())
    assert before != pack.stat().st_ino
    assert (b"a third", b"answer", b"another answer") == tuple(
        store.read(key) for key in ("new", KEY, OTHER)
    )


def test_runs_at_the_same_time(renders: Path, pack: Path) -> None:
    """Each keeps what it has made, with what the others have kept since it began."""
    first, second = RenderStore(renders, "shop"), RenderStore(renders, "shop")
    assert first.read(KEY) == second.read(KEY) == b"answer"
    keep(first, one=b"1")
    keep(second, two=b"2")
    third = RenderStore(renders, "shop")

    assert (b"1", b"2", b"answer") == tuple(third.read(key) for key in ("one", "two", KEY))
    assert [pack] == list(renders.iterdir())


def test_only_the_user_may_look(renders: Path) -> None:
    """A package without a schema may have put a secret into its answer."""
    before = os.umask(0)
    try:
        keep(RenderStore(renders, "shop"), **{KEY: b"answer"})
    finally:
        os.umask(before)
    [path] = renders.iterdir()

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(renders.stat().st_mode)


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Change some bytes where they stand."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def harm_answers(path: Path) -> None:
    """Change a bit of each answer."""
    overwrite(path, HEADER + 2 * LINE, b"A")
    overwrite(path, HEADER + 2 * LINE + len("answer"), b"A")


def exchange_answers(path: Path) -> None:
    """Have one answer where the other is expected."""
    overwrite(path, HEADER + 2 * LINE, b"another answeranswer")


def harm_index(path: Path) -> None:
    """Have a key that was not written."""
    overwrite(path, HEADER, b"key")


def long_index(path: Path) -> None:
    """Have an index that is longer than the file."""
    overwrite(path, 0, b"\xff")


def uneven_index(path: Path) -> None:
    """Have an index that ends within a line, and is whole."""
    index = bytes(LINE + 1)
    path.write_bytes((LINE + 1).to_bytes(8, "big") + hashlib.sha256(index).digest() + index)


def far_answers(path: Path) -> None:
    """Have a whole index whose answers would be longer than any file."""
    data = path.read_bytes()
    lines = [data[HEADER + at * LINE :][: LINE - 8] + b"\xff" * 8 for at in range(2)]
    index = b"".join(lines)
    path.write_bytes(len(index).to_bytes(8, "big") + hashlib.sha256(index).digest() + index)


def cut(path: Path) -> None:
    """Lose the answers."""
    os.truncate(path, HEADER + 2 * LINE)


def cut_header(path: Path) -> None:
    """Lose nearly everything."""
    os.truncate(path, 7)


def empty(path: Path) -> None:
    """Lose everything."""
    path.write_bytes(b"")


def open_to_all(path: Path) -> None:
    """Let others write."""
    path.chmod(0o666)


def open_folder(path: Path) -> None:
    """Let others put files there."""
    path.parent.chmod(0o777)


def pipe(path: Path) -> None:
    """Wait for ever, for somebody to write."""
    path.unlink()
    os.mkfifo(path, 0o600)


def no_file(path: Path) -> None:
    """Be a folder."""
    path.unlink()
    path.mkdir()


def lead_away(path: Path) -> None:
    """Be a link to what others could have written."""
    other = path.parents[1] / "other"
    path.rename(other)
    other.chmod(0o666)
    path.symlink_to(other)


HARMS = [
    *(harm_answers, exchange_answers, harm_index, long_index, uneven_index, far_answers),
    *(cut, cut_header, empty, open_to_all, open_folder, pipe, no_file, lead_away),
]
LASTING = {open_folder, no_file}


@pytest.mark.parametrize("harm", HARMS)
def test_what_may_not_be_trusted_is_not_used(
    renders: Path, pack: Path, harm: Callable[[Path], None]
) -> None:
    """A damaged, foreign or open file is as good as none; the next run puts a good one in its place."""
    harm(pack)
    store = RenderStore(renders, "shop")

    assert [None, None] == [store.read(key) for key in (KEY, OTHER)]
    keep(store, **{KEY: b"answer"})
    found = RenderStore(renders, "shop").read(KEY)
    assert (None if harm in LASTING else b"answer") == found


def test_an_answer_is_read_though_others_are_damaged(renders: Path, pack: Path) -> None:
    """Each has a digest of its own; the damaged one is not taken along."""
    overwrite(pack, HEADER + 2 * LINE, b"A")
    store = RenderStore(renders, "shop")
    assert (None, b"another answer") == (store.read(KEY), store.read(OTHER))
    keep(store, new=b"new")
    after = RenderStore(renders, "shop")

    assert (None, b"another answer") == (after.read(KEY), after.read(OTHER))
    assert b"Answer" not in pack.read_bytes()


def test_a_file_that_is_replaced_while_it_is_used(renders: Path, pack: Path) -> None:
    """A run goes on with what it has opened; what is cut off under it is nothing."""
    store = RenderStore(renders, "shop")
    assert b"answer" == store.read(KEY)
    keep(RenderStore(renders, "shop"), new=b"new")
    assert b"another answer" == store.read(OTHER)
    after = RenderStore(renders, "shop")
    assert b"new" == after.read("new")
    empty(pack)

    assert after.read(OTHER) is None


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("")
    store = RenderStore(tmp_path / "file", "shop")
    keep(store, **{KEY: b"answer"})

    assert store.read(KEY) is None


def test_a_disk_that_is_full(renders: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays."""

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    store = RenderStore(renders, "shop")
    monkeypatch.setattr(os, "fsync", full)
    keep(store, new=b"new")
    monkeypatch.undo()

    assert b"answer" == RenderStore(renders, "shop").read(KEY)
    assert [pack] == list(renders.iterdir())


def test_other_circumstances_are_another_question(
    renders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was rendered within some limits, or by another mistpm, says nothing; all may stand in one file."""
    keep(RenderStore(renders, "shop", limits="memory=1GiB"), **{KEY: b"answer"})

    assert RenderStore(renders, "shop").read(KEY) is None
    keep(RenderStore(renders, "shop"), **{KEY: b"without"})
    monkeypatch.setattr("mistpm.__version__", "99")
    assert RenderStore(renders, "shop").read(KEY) is None
    monkeypatch.undo()
    assert b"without" == RenderStore(renders, "shop").read(KEY)
    assert b"answer" == RenderStore(renders, "shop", limits="memory=1GiB").read(KEY)


def test_the_code_that_renders_is_a_circumstance() -> None:
    """In a checkout any file of the rooms that rendering passes through counts, however deep it lies."""
    here = Path(mistpm.__file__).parent
    rooms = ("document", "model", "package", "render", "wasm")
    files = {str(path) for room in rooms for path in (here / room).rglob("*.py")}
    told = {line.split(" ")[0] for line in code()}

    assert files == told
    assert len(told) == len(list(code()))
    assert ["msgspec", "pyyaml", "wasmtime"] == sorted(
        name.lower().partition("-")[0] for name in libraries()
    )


def test_what_was_not_used_goes_first(renders: Path) -> None:
    """A file has half of the limit: for what this run used, what it made, and others, the newest first."""
    size = 2 * 3 * (100 + LINE)
    store = RenderStore(renders, "shop", limit_bytes=size)
    keep(store, a=bytes(100), b=bytes(100))
    keep(RenderStore(renders, "shop", limit_bytes=size), c=bytes(100))
    again = RenderStore(renders, "shop", limit_bytes=size)
    assert again.read("a")
    keep(again, d=bytes(100))
    after = RenderStore(renders, "shop", limit_bytes=size)

    assert ["a", "c", "d"] == [key for key in "abcd" if after.read(key)]
    assert size // 2 >= sum(path.stat().st_size for path in renders.iterdir()) - HEADER


def test_what_cannot_be_kept_is_not_written_again_and_again(renders: Path) -> None:
    """Where everything that is used fills the file already, what is new changes nothing."""
    size = 2 * 2 * (100 + LINE)
    keep(RenderStore(renders, "shop", limit_bytes=size), a=bytes(100), b=bytes(100))
    [path] = renders.iterdir()
    before = path.stat().st_ino
    store = RenderStore(renders, "shop", limit_bytes=size)
    assert store.read("a")
    assert store.read("b")
    keep(store, c=bytes(100))
    keep(store, huge=bytes(size))

    assert before == path.stat().st_ino


def test_the_environment_used_longest_ago_goes_first(renders: Path) -> None:
    """All files together keep to the limit; the newest always stays."""
    size = 3 * (HEADER + LINE + 100)
    for name in ("one", "two", "three"):
        keep(RenderStore(renders, name, limit_bytes=size), **{KEY: bytes(100)})
    for path in renders.iterdir():
        os.utime(path, ns=(1, 1))
    assert RenderStore(renders, "one", limit_bytes=size).read(KEY)  # a use
    keep(RenderStore(renders, "four", limit_bytes=size), **{KEY: bytes(200)})
    left = {name for name in ("one", "two", "three") if RenderStore(renders, name).read(KEY)}

    assert RenderStore(renders, "four").read(KEY)
    assert {"one"} == left


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.slow
@given(
    outputs=st.dictionaries(st.text(), json_like),
    objects=st.lists(st.dictionaries(st.text(), json_like), max_size=3),
)
def test_a_kept_result_is_the_result(
    tmp_path_factory: pytest.TempPathFactory,
    outputs: dict[str, object],
    objects: list[dict[str, object]],
) -> None:
    """Whatever it holds, it comes back as it was, types and all, or it is not kept."""
    store = RenderStore(tmp_path_factory.mktemp("renders"), "shop")
    result = Result(outputs=outputs, objects=tuple(objects), files={"a": "b"}, warnings=("w",))
    record = Record()
    record.names = {"b", "a"}
    record.log = [("shop -> cache", 2, "told")]
    secret = SecretInput(
        placeholder="mistpm_secret_0", release="shop", path="x", source=SecretSource(from_env="A")
    )
    record.secrets = {secret.placeholder: secret}
    memo = Memo(store)
    memo.put(KEY, result, record, lasting=True)
    memo.keep()
    found = Memo(store).get(KEY, lasting=True)

    assert Memo(store).get(KEY) is None
    if found is not None:
        assert repr(result) == repr(found[0])
        assert (record.names, record.log, record.secrets) == (
            found[1].names,
            found[1].log,
            found[1].secrets,
        )


def test_what_is_not_exact_is_not_kept(renders: Path) -> None:
    """NaN and numbers of more than 64 bits would not come back; nor may what depended on other calls."""
    store = RenderStore(renders, "shop")
    inexact = Record()
    inexact.is_exact = False
    memo = Memo(store)
    memo.put("1", Result(outputs={"x": float("nan")}), Record(), lasting=True)
    memo.put("2", Result(outputs={"x": 2**70}), Record(), lasting=True)
    memo.put("3", Result(), inexact, lasting=True)
    memo.put("4", Result(), Record())
    memo.keep()

    assert [None] * 4 == [Memo(store).get(key, lasting=True) for key in "1234"]


def test_nonsense_in_the_store_is_nothing(renders: Path) -> None:
    """An entry that is whole, and no result, is as good as none."""
    for data in (b"\xc1", b"\x93", bytes(100)):
        store = RenderStore(renders, "shop")
        keep(store, **{KEY: data})
        assert data == store.read(KEY)

        assert Memo(store).get(KEY, lasting=True) is None


def test_rendering_again_opens_no_runtime(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run gives the same without running anything; what changed is run."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    first = render_environment(Options(), (), Reporter())

    def closed(_limits: tuple[str, ...]) -> Runtime:
        raise AssertionError("a runtime was opened")

    monkeypatch.setattr("mistpm.ops.workspace.open_runtime", closed)

    assert first == render_environment(Options(), (), Reporter())
    monkeypatch.setenv("MISTPM_LIMITS", "time=1m")
    with pytest.raises(AssertionError, match="a runtime was opened"):
        render_environment(Options(), (), Reporter())
    monkeypatch.delenv("MISTPM_LIMITS")
    with pytest.raises(AssertionError, match="a runtime was opened"):
        render_environment(Options(limits=("time=1m",)), (), Reporter())

    assert first == render_environment(Options(), (), Reporter())
    clear_cache("renders")
    with pytest.raises(AssertionError, match="a runtime was opened"):
        render_environment(Options(), (), Reporter())
