"""What packages answered, kept between runs: exact, private, bounded, and never a reason to fail."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_shop import Shop

from mistpm.model.environment import SecretSource
from mistpm.model.secrets import SecretInput
from mistpm.ops.caching import clear_cache
from mistpm.ops.options import Options
from mistpm.ops.packages.rendering_one import render_environment
from mistpm.ops.render_store import RenderStore
from mistpm.ops.reporter import Reporter
from mistpm.render.memo import Memo, Record
from mistpm.render.result import Result
from mistpm.wasm import Runtime

KEY = "a" * 64


@pytest.fixture
def store(tmp_path: Path) -> RenderStore:
    """Give an empty store."""
    return RenderStore(tmp_path / "renders")


def entries(folder: Path) -> list[Path]:
    """Give the files of a store."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_written_is_read(store: RenderStore, tmp_path: Path) -> None:
    """By another store in the same folder too; under another key there is nothing."""
    store.write(KEY, b"answer")

    assert b"answer" == store.read(KEY) == RenderStore(tmp_path / "renders").read(KEY)
    assert store.read("b" * 64) is None


def test_only_the_user_may_look(store: RenderStore, tmp_path: Path) -> None:
    """A package without a schema may have put a secret into its answer."""
    before = os.umask(0)
    try:
        store.write(KEY, b"answer")
    finally:
        os.umask(before)
    [path] = entries(tmp_path)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [0o700, 0o700] == [
        stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)
    ]


def flip(path: Path) -> None:
    """Change a bit."""
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def cut(path: Path) -> None:
    """Lose the end."""
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    """Lose everything."""
    path.write_bytes(b"")


def exchange(path: Path) -> None:
    """Have another entry's bytes."""
    other = RenderStore(path.parents[1])
    other.write("b" * 64, b"another answer")
    [found] = [each for each in entries(path.parents[1]) if each != path]
    path.write_bytes(found.read_bytes())


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


def folder(path: Path) -> None:
    """Be no file."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "harm", [flip, cut, empty, exchange, open_to_all, open_folder, pipe, folder]
)
def test_what_may_not_be_trusted_is_not_used(
    store: RenderStore, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """A damaged, foreign or open entry is as good as none; writing again never fails."""
    store.write(KEY, b"answer")
    harm(entries(tmp_path)[0])

    assert store.read(KEY) is None
    store.write(KEY, b"answer")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("")
    store = RenderStore(tmp_path / "file")
    store.write(KEY, b"answer")

    assert store.read(KEY) is None


def test_other_limits_are_another_question(tmp_path: Path) -> None:
    """What was rendered within some limits says nothing about others."""
    RenderStore(tmp_path, limits="memory=1GiB").write(KEY, b"answer")

    assert RenderStore(tmp_path).read(KEY) is None
    assert b"answer" == RenderStore(tmp_path, limits="memory=1GiB").read(KEY)


@pytest.mark.slow
def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    """Each folder has its share of the limit."""
    store = RenderStore(tmp_path, limit_bytes=256 * 3 * 100)
    keys = [f"{number}" for number in range(3000)]
    for key in keys:
        store.write(key, bytes(68))
    sizes = [sum(path.stat().st_size for path in each.iterdir()) for each in tmp_path.iterdir()]

    assert max(sizes) <= 300
    assert 256 == len(sizes)
    kept = [key for key in keys if store.read(key) is not None]
    assert kept[-1] == keys[-1]
    assert len(kept) <= 3 * 256


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
    store = RenderStore(tmp_path_factory.mktemp("renders"))
    result = Result(outputs=outputs, objects=tuple(objects), files={"a": "b"}, warnings=("w",))
    record = Record()
    record.names = {"b", "a"}
    record.log = [("shop -> cache", 2, "told")]
    secret = SecretInput(
        placeholder="mistpm_secret_0", release="shop", path="x", source=SecretSource(from_env="A")
    )
    record.secrets = {secret.placeholder: secret}
    Memo(store).put(KEY, result, record, lasting=True)
    found = Memo(store).get(KEY, lasting=True)

    assert Memo(store).get(KEY) is None
    if found is not None:
        assert repr(result) == repr(found[0])
        assert (record.names, record.log, record.secrets) == (
            found[1].names,
            found[1].log,
            found[1].secrets,
        )


def test_what_is_not_exact_is_not_kept(store: RenderStore) -> None:
    """NaN and numbers of more than 64 bits would not come back; nor may what depended on other calls."""
    inexact = Record()
    inexact.is_exact = False
    memo = Memo(store)
    memo.put("1", Result(outputs={"x": float("nan")}), Record(), lasting=True)
    memo.put("2", Result(outputs={"x": 2**70}), Record(), lasting=True)
    memo.put("3", Result(), inexact, lasting=True)
    memo.put("4", Result(), Record())

    assert [None] * 4 == [Memo(store).get(key, lasting=True) for key in "1234"]


def test_nonsense_in_the_store_is_nothing(store: RenderStore) -> None:
    """An entry that is whole, and no result, is as good as none."""
    for data in (b"", b"\xc1", b"\x93", bytes(100)):
        store.write(KEY, data)

        assert Memo(store).get(KEY, lasting=True) is None


def test_rendering_again_opens_no_runtime(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run gives the same without running anything; what changed is run."""
    shop.write(releases={"one": {"package": "toy/apps/lonely"}})
    first = render_environment(Options(), (), Reporter())

    def closed() -> Runtime:
        raise AssertionError("a runtime was opened")

    monkeypatch.setattr("mistpm.ops.workspace.open_runtime", closed)

    assert first == render_environment(Options(), (), Reporter())
    monkeypatch.setenv("MISTPM_LIMITS", "time=1m")
    with pytest.raises(AssertionError, match="a runtime was opened"):
        render_environment(Options(), (), Reporter())
    monkeypatch.delenv("MISTPM_LIMITS")
    clear_cache("renders")
    with pytest.raises(AssertionError, match="a runtime was opened"):
        render_environment(Options(), (), Reporter())
