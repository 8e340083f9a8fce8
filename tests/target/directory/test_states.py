"""Random lives of a directory: whatever came before, it holds what is desired and nothing else of ours."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from desired_states import apply, desired, manifest, release, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from mistpm.model.resource import Manifest, RenderedRelease
from mistpm.target.protocol import Desired, Permissions

NAMESPACES = ("a", "a-b")
FOREIGN = {"README.md": b"mine", "x/notes.txt": b"mine", ".mistpm.txt": b"mine", "z/y/x": b"mine"}

manifests = st.builds(
    manifest,
    st.sampled_from(["ConfigMap", "Deployment.apps", "Role.rbac.authorization.k8s.io", "X.a.b"]),
    st.sampled_from(["c", "b-c", "system:C", "system:c", "n" * 200]),
    st.sampled_from(NAMESPACES),
    secrets=st.sampled_from([(), (), (), ("mistpm_secret_" + "0" * 40,)]),
    data=st.dictionaries(st.sampled_from("kl"), st.sampled_from(["1", "yes"])),
)


@st.composite
def states(draw: st.DrawFn) -> Desired:
    """Give what may be desired: no resource twice, namespaces made by the host or by a package."""
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(["x", "y", "con", "z.yaml"]), manifests),
            max_size=8,
            unique_by=lambda pair: pair[1].id,
        )
    )
    rendered = draw(st.sets(st.sampled_from(NAMESPACES)))
    drawn += [("x", manifest("Namespace", name, "")) for name in sorted(rendered)]
    made = draw(st.sets(st.sampled_from(NAMESPACES))) - rendered
    order = draw(st.permutations(sorted({name for name, _ in drawn})))
    return desired(
        *(_release(name, drawn) for name in order),
        namespaces=tuple(sorted(made)),
        environment=draw(st.sampled_from([None, b"kind: Environment\n"])),
        lock=draw(st.sampled_from([b"1", b"2"])),
    )


def _release(name: str, drawn: list[tuple[str, Manifest]]) -> RenderedRelease:
    return release(name, *(each for owner, each in drawn if owner == name))


def fresh(state: Desired) -> dict[str, bytes | None]:
    """Give what applying to an empty directory leaves."""
    with tempfile.TemporaryDirectory() as folder:
        apply(Path(folder), state)
        return tree(Path(folder))


def put_foreign_files(root: Path) -> dict[str, bytes | None]:
    """Put files that are not ours into a directory, some into folders that ours go to."""
    for place, data in FOREIGN.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(data)
    return tree(root)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(states(), min_size=1, max_size=4))
def test_the_directory_forgets_its_history(life: list[Desired]) -> None:
    """After each apply the directory equals a fresh one; in the end nothing is left; foreign files stay."""
    with tempfile.TemporaryDirectory() as folder, patch("os.fsync"):
        root = Path(folder)
        foreign = put_foreign_files(root)
        for state in life:
            apply(root, state, Permissions(delete_namespaces=True))
            assert fresh(state) | foreign == tree(root)
        apply(root, desired(lock=b""), Permissions(delete_namespaces=True))

        assert foreign == tree(root)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(states(), min_size=1, max_size=4))
def test_only_namespaces_are_kept(life: list[Desired]) -> None:
    """Without leave to delete namespaces, theirs are the only files that a fresh directory has not."""
    with tempfile.TemporaryDirectory() as folder, patch("os.fsync"):
        root = Path(folder)
        for state in life:
            apply(root, state)
            expected = {
                place for place in fresh(state) if not place.startswith((".mistpm", "kust"))
            }
            extra = {place for place in tree(root) if not place.startswith((".mistpm", "kust"))}

            assert expected <= extra
            assert extra - expected <= {f"00-namespace-{name}.yaml" for name in NAMESPACES}


@pytest.mark.slow
@settings(max_examples=50)
@given(states(), states())
def test_what_is_shown_is_what_is_done(before: Desired, after: Desired) -> None:
    """Each change's text is what is in its place afterwards; applied twice there is nothing to do."""
    with tempfile.TemporaryDirectory() as folder, patch("os.fsync"):
        root = Path(folder)
        apply(root, before)
        old = tree(root)
        diff = apply(root, after)
        new = tree(root)
        for change in diff.changes:
            assert (change.after and change.after.encode()) == new.get(change.place)
            if not change.reason:
                assert (change.before and change.before.encode()) == old.get(change.place)
        shown = {change.place for change in diff.changes if change.action != "delete"}
        ours = {path for path in new if path.endswith(".yaml") and not path.startswith(".mistpm")}

        assert shown == ours - {"kustomization.yaml"}
        assert apply(root, after).is_empty
