"""`python -m benchmarks.resolve` as a process: its JSON is fixed, its text is for people."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.resolve.__main__ import main

pytestmark = pytest.mark.slow  # each test starts processes

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "resolve" / "cases"

SHOP = {
    "shop": {
        "1.0.0": {"deps": {"database": "<2.0.0"}},
        "2.0.0": {"deps": {"database": ">=2.0.0"}, "k8s": ">=1.28.0-0"},
    },
    "database": {"1.5.0": {"deps": {}}, "2.0.0": {"deps": {}}},
}
PHASES = ["encode", "solve", "build", "explain", "total"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the module as users do."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.resolve", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def told(*arguments: str | Path) -> dict[str, Any]:
    """Run with JSON; times are looked at and taken out."""
    done = run(*arguments, "--output", "json")
    assert (0, "") == (done.returncode, done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    totals = []
    for case in report["cases"]:
        ms = case.pop("ms")
        assert list(ms) == PHASES
        assert all(isinstance(ms[phase], float) and ms[phase] >= 0 for phase in PHASES)
        assert ms["total"] >= sum(ms[phase] for phase in PHASES[:-1]) - 0.01
        assert case.pop("sat_calls") >= (case["verdict"] == "unsat")
        totals.append(ms["total"])
    spread = report["summary"].pop("ms")
    assert ["p50", "p90", "max"] == list(spread)
    assert max(totals, default=0.0) == spread["max"]
    assert spread["p50"] <= spread["p90"] <= spread["max"]
    return report


def written(folder: Path, document: object, name: str = "cases.json") -> Path:
    """Write a file of cases."""
    path = folder / name
    data = json.dumps(document).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def case(**changed: object) -> dict[str, object]:
    """Give a case, some of its keys changed."""
    return {"name": "shop", "universe": SHOP, "roots": {"shop": "*"}, **changed}


def test_json(tmp_path: Path) -> None:
    """The form is fixed, down to the order of keys."""
    path = written(
        tmp_path,
        [
            case(name="newest", k8s="1.30.0"),
            case(name="too old", k8s="1.27.9", roots={"shop": ">=2.0.0"}),
            case(
                name="against each other",
                k8s=None,
                roots={"database": "=1.5.0", "shop": ">1.0.0 || =7.0.0"},
            ),
        ],
    )

    expected = {
        "cases": [
            {
                "name": "newest",
                "verdict": "sat",
                "solution": {"shop": "2.0.0", "database": "2.0.0"},
                "causes": [],
                "minimal": True,
            },
            {
                "name": "too old",
                "verdict": "unsat",
                "solution": {},
                "causes": [
                    {"root": "shop", "range": ">=2.0.0"},
                    {"package": "shop", "kubernetes": ">=1.28.0-0"},
                ],
                "minimal": True,
            },
            {
                "name": "against each other",
                "verdict": "unsat",
                "solution": {},
                "causes": [
                    {"root": "database", "range": "=1.5.0"},
                    {"root": "shop", "range": ">1.0.0 || =7.0.0"},
                    {"package": "shop", "requires": "database", "range": ">=2.0.0"},
                ],
                "minimal": True,
            },
        ],
        "summary": {"cases": 3, "sat": 1, "unsat": 2, "budget": 0},
    }
    assert json.dumps(expected) == json.dumps(told("--cases", path))


def test_equal_bytes(tmp_path: Path) -> None:
    """But for the times, and whatever the hash seed, the output is the same every time."""
    first, second = told("--cases", CASES / "small.json"), told("--cases", CASES / "small.json")

    assert json.dumps(first) == json.dumps(second)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("roots", "names"),
    [
        pytest.param(["one", "lone", "other"], {"one", "other"}, id="later-but-begun-first"),
        pytest.param(["lone", "one", "other"], {"lone"}, id="first"),
        pytest.param(["fine", "other", "lone", "one"], {"other", "one"}, id="behind-what-is-fine"),
    ],
)
def test_the_first_impossible_part(tmp_path: Path, roots: list[str], names: set[str]) -> None:
    """Parts go by their first roots: what stands between two roots of a part comes after it."""
    universe = {
        "one": {"1.0.0": {"deps": {"shared": "<2.0.0"}}},
        "other": {"1.0.0": {"deps": {"shared": ">=2.0.0"}}},
        "shared": {"1.0.0": {"deps": {}}, "2.0.0": {"deps": {}}},
        "lone": {"1.0.0": {"deps": {"nowhere": "*"}}},
        "fine": {"1.0.0": {"deps": {}}},
    }
    path = written(tmp_path, case(universe=universe, roots=dict.fromkeys(roots, "*")))

    (outcome,) = told("--cases", path)["cases"]

    assert "unsat" == outcome["verdict"]
    assert names == {cause["root"] for cause in outcome["causes"] if "root" in cause}


def test_text() -> None:
    """A line for each case, the totals at the end."""
    done = run("--cases", CASES / "shop_rootsets.json.gz")

    assert (0, "") == (done.returncode, done.stderr)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["case", "verdict", *PHASES[-1:], *PHASES[:-1], "calls", "answer"] == lines[0]
    assert ["shop/alone", "sat"] == lines[1][:2]
    assert ["3", "packages"] == lines[1][-2:]
    assert "7 cases: 5 sat, 2 unsat, 0 budget;" == " ".join(lines[-1][:8])


def test_only_one_case() -> None:
    """One case is told with its whole answer."""
    found = run("--cases", CASES / "shop_rootsets.json.gz", "--only", "shop/alone")
    conflict = run("--cases", CASES / "shop_rootsets.json.gz", "--only", "database/too new")

    assert "    shop 2.0.0\n    cache 2.1.0\n    database 3.0.0\n" in found.stdout
    assert (
        "    database is asked for at =3.0.0\n    database needs Kubernetes >=1.31.2\n"
        in conflict.stdout
    )


def test_a_single_case_and_a_list_are_the_same(tmp_path: Path) -> None:
    """A file may hold one case instead of a list, gzipped or not."""
    alone = told("--cases", written(tmp_path, case(k8s="1.30.0"), "alone.json.gz"))
    listed = told("--cases", written(tmp_path, [case(k8s="1.30.0")], "listed.json"))

    assert listed == alone


def test_a_universe_is_queried(tmp_path: Path) -> None:
    """A file with a universe and no roots is asked for each version of each package."""
    path = written(
        tmp_path, {"name": "shop", "universe": SHOP, "roots": {}, "root_sets": "every pair"}
    )

    found = {case["name"]: case["solution"] for case in told("--cases", path)["cases"]}

    assert {
        "shop/shop@1.0.0": {"shop": "1.0.0", "database": "1.5.0"},
        "shop/shop@2.0.0": {"shop": "2.0.0", "database": "2.0.0"},
        "shop/database@1.5.0": {"database": "1.5.0"},
        "shop/database@2.0.0": {"database": "2.0.0"},
    } == found


@pytest.mark.parametrize("sets", [{"0": {"shop": "*"}, "1": {}}, [{"shop": "*"}, {}]])
def test_root_sets(tmp_path: Path, sets: object) -> None:
    """A universe may carry the questions that it is asked."""
    path = written(tmp_path, [{"name": "shop", "universe": SHOP, "root_sets": sets}])

    found = [(case["name"], len(case["solution"])) for case in told("--cases", path)["cases"]]

    assert [("shop/0", 2), ("shop/1", 0)] == found


def test_one_query_of_a_universe(tmp_path: Path) -> None:
    """`--only` takes the name of a question, or of the universe that all of them are about."""
    path = written(tmp_path, {"name": "shop", "universe": SHOP})

    one, all_ = told("--cases", path, "--only", "shop/shop@1.0.0"), told("--cases", path)

    assert ["shop/shop@1.0.0"] == [case["name"] for case in one["cases"]]
    assert all_ == told("--cases", path, "--only", "shop")


def test_no_time_at_all() -> None:
    """A case that is not decided in time is counted as such; the others go on."""
    done = run("--family", "pigeonhole", "--seconds", "0", "--output", "json")
    report = json.loads(done.stdout)

    assert (0, "") == (done.returncode, done.stderr)
    assert [("budget", {}, [], False)] * 3 == [
        (case["verdict"], case["solution"], case["causes"], case["minimal"])
        for case in report["cases"]
    ]
    assert 3 == report["summary"]["budget"]


def test_no_cases(tmp_path: Path) -> None:
    """An empty list is answered with zeros."""
    report = told("--cases", written(tmp_path, []))

    assert {"cases": [], "summary": {"cases": 0, "sat": 0, "unsat": 0, "budget": 0}} == report


MISTAKES: dict[str, tuple[object, int, str]] = {
    "no list of cases": (
        "cases",
        65,
        "`PATH` is not a file of cases: Expected `object`, got `str`",
    ),
    "no universe": (
        {"name": "a", "roots": {}},
        65,
        "`PATH` cannot be used: `a` has neither `universe` nor `universe_file`",
    ),
    "no roots": (
        [{"name": "a", "universe": {}, "expect": {"sat": True}}],
        65,
        "`PATH` cannot be used: `a` has no `roots`",
    ),
    "no name": (
        [{"universe": {}, "roots": {}}],
        65,
        "`PATH` cannot be used: case 1 has no `name`",
    ),
    "no dependencies": (
        [case(universe={"shop": {"1.0.0": {}}})],
        65,
        "`PATH` is not a file of cases: Object missing required field `deps` - at `$[0].universe[...][...]`",
    ),
    "a range of the roots": (
        [case(roots={"shop": "^1"})],
        65,
        "`PATH` cannot be used: the roots of `shop` cannot be read:"
        " `^1` is not a range: `^1` is not a version: it has no numbers in front.",
    ),
    "a range of a package": (
        [case(universe={"shop": {"1.0.0": {"deps": {"database": ">=1.0.0 ||"}}}})],
        65,
        "the package `shop` of `shop` in `PATH` cannot be read:"
        " `>=1.0.0 ||` is not a range: nothing stands beside `||`.",
    ),
    "a bound without a version": (
        [case(roots={"shop": ">=1.0.0 <"})],
        65,
        "`PATH` cannot be used: the roots of `shop` cannot be read:"
        " `>=1.0.0 <` is not a range: `<` is not a bound.",
    ),
    "a version": (
        [case(universe={"shop": {"1.0.x": {"deps": {}}}})],
        65,
        "the package `shop` of `shop` in `PATH` cannot be read:"
        " `1.0.x` is not a version: it has no numbers in front.",
    ),
    "Kubernetes": (
        [case(k8s="new")],
        65,
        "`PATH` cannot be used: `k8s` of `shop` cannot be read:"
        " `new` is not a version: it has no numbers in front.",
    ),
    "a number for a range": (
        [case(roots={"shop": 1})],
        65,
        "`PATH` is not a file of cases: Expected `str`, got `int` - at `$[0].roots[...]`",
    ),
    "no universe beside": (
        [{"name": "a", "universe_file": "b.json.gz", "roots": {}}],
        64,
        "`FOLDER/b.json.gz` cannot be read: no such file or directory",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mistake: tuple[object, int, str]
) -> None:
    """What cannot be read is named, and nothing is solved."""
    document, code, message = mistake
    path = written(tmp_path, document)
    found = main(["--cases", str(path)])

    message = message.replace("PATH", str(path)).replace("FOLDER", str(tmp_path))
    assert (code, ("", f"error: {message}\n")) == (found, capsys.readouterr())


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, that is no JSON, or that is cut off."""
    absent = run("--cases", tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("[{", encoding="utf-8")
    broken = run("--cases", tmp_path / "bad.json")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"[]" * 100)[:20])
    cut = run("--cases", tmp_path / "cut.json.gz")

    assert (64, f"error: `{tmp_path}/none.json` cannot be read: no such file or directory\n") == (
        absent.returncode,
        absent.stderr,
    )
    assert (
        65,
        f"error: `{tmp_path}/bad.json` is not a file of cases: Input data was truncated\n",
    ) == (broken.returncode, broken.stderr)
    assert (65, "") == (cut.returncode, cut.stdout)
    assert cut.stderr.startswith(f"error: `{tmp_path}/cut.json.gz` is not a file of cases: ")
    assert 1 == cut.stderr.count("\n")


def test_an_unknown_name() -> None:
    """A name that nothing has is answered with those that are like it."""
    done = run("--cases", CASES / "shop_rootsets.json.gz", "--only", "shop/alon")

    assert 64 == done.returncode
    assert "error: no case is called `shop/alon`\nhint: did you mean `shop/alone`?\n" == done.stderr


def test_families() -> None:
    """Synthetic cases are named after their sizes."""
    report = told("--family", "shared_tail")

    assert [
        ("shared_tail/d2w3", "unsat", 6),
        ("shared_tail/d4w3", "unsat", 10),
        ("shared_tail/d100w10", "unsat", 202),
    ] == [(case["name"], case["verdict"], len(case["causes"])) for case in report["cases"]]
