"""Ranges: what every spelling means, what is refused, and which pre-releases are eligible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from mistpm.model.ranges import ANY, InvalidRangeError, eligible, parse_range
from mistpm.model.version import parse_version
from mistpm.model.version_set import EVERYTHING

SETS = [
    # any version
    ("", "*"),
    ("  ", "*"),
    ("*", "*"),
    ("x", "*"),
    ("X.x.*", "*"),
    ("v*", "*"),
    (">=*", "*"),
    ("^*", "*"),
    ("~x", "*"),
    ("=*", "*"),
    ("==*", "*"),
    ("<=*", "*"),
    ("!=*", "<0.0.0"),
    ("<*", "<0.0.0"),
    (">*", "<0.0.0"),
    # complete versions
    ("1.2.3", "=1.2.3"),
    ("=1.2.3", "=1.2.3"),
    ("==1.2.3", "=1.2.3"),
    ("v1.2.3", "=1.2.3"),
    ("=v1.2.3", "=1.2.3"),
    ("1.2.3-rc.1", "=1.2.3-rc.1"),
    ("!=1.2.3", "<=1.2.3 !=1.2.3 || >1.2.3"),
    (">1.2.3", ">1.2.3"),
    (">=1.2.3", ">=1.2.3"),
    ("=>1.2.3", ">=1.2.3"),
    ("<1.2.3", "<1.2.3"),
    ("<=1.2.3", "<1.2.4"),
    ("=<1.2.3", "<1.2.4"),
    # versions that end early
    ("1", ">=1.0.0-0 <2.0.0"),
    ("1.2", ">=1.2.0-0 <1.3.0"),
    ("=1.2", ">=1.2.0-0 <1.3.0"),
    ("1.x", ">=1.0.0-0 <2.0.0"),
    ("1.2.x", ">=1.2.0-0 <1.3.0"),
    ("1.2.X", ">=1.2.0-0 <1.3.0"),
    ("1.2.*", ">=1.2.0-0 <1.3.0"),
    ("1.x.x", ">=1.0.0-0 <2.0.0"),
    ("==1.2.*", ">=1.2.0-0 <1.3.0"),
    ("!=1.2.*", "<1.2.0 || >=1.3.0-0"),
    ("==1.2", "=1.2.0"),
    ("==1", "=1.0.0"),
    ("!=1", "<=1.0.0 !=1.0.0 || >1.0.0"),
    ("!=1.2", "<=1.2.0 !=1.2.0 || >1.2.0"),
    (">1", ">=2.0.0-0"),
    (">1.2", ">=1.3.0-0"),
    (">1.2.x", ">=1.3.0-0"),
    (">=1.2", ">=1.2.0"),
    (">=1.x", ">=1.0.0"),
    ("<1.2", "<1.2.0"),
    ("<2", "<2.0.0"),
    ("<2.0.0", "<2.0.0"),
    ("<2.x", "<2.0.0"),
    ("<=1", "<2.0.0"),
    ("<=1.2", "<1.3.0"),
    ("<=1.2.x", "<1.3.0"),
    # tilde
    ("~1.2.3", ">=1.2.3 <1.3.0"),
    ("~1.2", ">=1.2.0 <1.3.0"),
    ("~1.2.x", ">=1.2.0 <1.3.0"),
    ("~1", ">=1.0.0 <2.0.0"),
    ("~1.x", ">=1.0.0 <2.0.0"),
    ("~0", ">=0.0.0 <1.0.0"),
    ("~0.0.1", ">=0.0.1 <0.1.0"),
    ("~>1.2.3", ">=1.2.3 <1.3.0"),
    ("~1.2.3-beta.2", ">=1.2.3-beta.2 <1.3.0"),
    # caret
    ("^1.2.3", ">=1.2.3 <2.0.0"),
    ("^1.2", ">=1.2.0 <2.0.0"),
    ("^1", ">=1.0.0 <2.0.0"),
    ("^1.x", ">=1.0.0 <2.0.0"),
    ("^1.2.x", ">=1.2.0 <2.0.0"),
    ("^0.2.3", ">=0.2.3 <0.3.0"),
    ("^0.2", ">=0.2.0 <0.3.0"),
    ("^0.0.3", "=0.0.3"),
    ("^0.0.0", "=0.0.0"),
    ("^0.0", ">=0.0.0 <0.1.0"),
    ("^0.0.x", ">=0.0.0 <0.1.0"),
    ("^0", ">=0.0.0 <1.0.0"),
    ("^0.x", ">=0.0.0 <1.0.0"),
    ("^1.2.3-beta.2", ">=1.2.3-beta.2 <2.0.0"),
    ("^0.0.3-beta", ">=0.0.3-beta <0.0.4"),
    # PEP 440's compatible release
    ("~=1.2", ">=1.2.0 <2.0.0"),
    ("~=1.2.3", ">=1.2.3 <1.3.0"),
    ("~=0.0.3", ">=0.0.3 <0.1.0"),
    ("~=1.2-rc.1", ">=1.2.0-rc.1 <2.0.0"),
    # spans
    ("1.2 - 1.4", ">=1.2.0 <1.5.0"),
    ("1.2.3 - 2.3.4", ">=1.2.3 <2.3.5"),
    ("1.2.3 - 2.3", ">=1.2.3 <2.4.0"),
    ("1.2.3 - 2", ">=1.2.3 <3.0.0"),
    ("1.2 - 1.4.5", ">=1.2.0 <1.4.6"),
    ("1 - *", ">=1.0.0"),
    ("v1.2.3-rc.1  -  v1.2.3", ">=1.2.3-rc.1 <1.2.4"),
    ("2 - 1", "<0.0.0"),
    # several bounds
    (">=1.2 <2", ">=1.2.0 <2.0.0"),
    (">=1.2,<2", ">=1.2.0 <2.0.0"),
    (" >= 1.2 , < 2 ", ">=1.2.0 <2.0.0"),
    (">=1.2<2", ">=1.2.0 <2.0.0"),
    ("^1.2 !=1.4.0", ">=1.2.0 <=1.4.0 !=1.4.0 || >1.4.0 <2.0.0"),
    (">2 <1", "<0.0.0"),
    ("1 - 3, !=2.*", ">=1.0.0 <2.0.0 || >=3.0.0-0 <4.0.0"),
    ("1.x || >=2.5 <3", ">=1.0.0-0 <2.0.0 || >=2.5.0 <3.0.0"),
    ("1.x||2.x", ">=1.0.0-0 <3.0.0"),
    ("^1 || ^3 || ^2", ">=1.0.0 <2.0.0 || >=2.0.0 <3.0.0 || >=3.0.0 <4.0.0"),
    ("<1 || *", "*"),
    # pre-releases
    (">=1.2.3-rc.1", ">=1.2.3-rc.1"),
    (">1.2.3-rc.1", ">=1.2.3-rc.1.0"),
    ("<1.2.3-rc.1", "<1.2.3-rc.1"),
    ("<=1.2.3-rc.1", "<1.2.3-rc.1.0"),
    (">=1.19.0-0", ">=1.19.0-0"),
    (">= 1.19-0", ">=1.19.0-0"),
    (">=1-0", ">=1.0.0-0"),
    ("<2.0.0-0", "<2.0.0"),
    ("==1.2-1.4", "=1.2.0-1.4"),
    # builds: a bound without one covers them all
    ("=1.2.3+5", "=1.2.3+5"),
    ("1.2.3+5", "=1.2.3+5"),
    ("!=1.2.3+5", "<1.2.3+5 || >=1.2.3+5.0"),
    (">1.2.3+5", ">=1.2.3+5.0"),
    (">=1.2.3+5", ">=1.2.3+5"),
    ("<1.2.3+5", "<1.2.3+5"),
    ("<=1.2.3+5", "<1.2.3+5.0"),
    ("^1.2.3+5", ">=1.2.3+5 <2.0.0"),
    ("~1.2+5", ">=1.2.0+5 <1.3.0"),
]


@pytest.mark.parametrize(("text", "versions"), SETS)
def test_spellings(text: str, versions: str) -> None:
    """Every spelling of the grammar means this set, given in the set's own notation."""
    assert versions == str(parse_range(text).versions)


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ("*", "0.0.0 1.2.3 1.2.3+4", "1.0.0-rc.1"),
        ("1.2.3", "1.2.3 1.2.3+4 v1.2.3", "1.2.4 1.2.2 1.2.3-rc.1"),
        ("<2", "1.9.9 0.0.0 1.0.0+1", "2.0.0 2.0.0-rc.1 1.0.0-rc.1"),
        ("^1", "1.0.0 1.99.0", "2.0.0-rc.1 2.0.0 0.9.9 1.0.0-rc.1"),
        (">1.2.3", "1.2.4", "1.2.3 1.2.3+5 1.2.4-rc.1"),
        ("<=1.2.3", "1.2.3 1.2.3+5 1.2.2", "1.2.4"),
        (">=1.2.3-rc.1", "1.2.3-rc.1 1.2.3-rc.2 1.2.3 1.3.0", "1.2.3-beta 1.3.0-rc.1"),
        ("^1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.9.0", "1.2.3-beta.1 1.2.4-beta.2 2.0.0"),
        ("<2.0.0-rc.2", "2.0.0-rc.1 2.0.0-alpha 1.9.0", "2.0.0-rc.2 2.0.0 1.9.0-rc.1"),
        ("<2.0.0-0", "1.9.0", "2.0.0-rc.1 2.0.0"),
        ("1.2.3-rc.1 - 1.4", "1.2.3-rc.2 1.4.9", "1.4.0-rc.1 1.2.3-beta"),
        ("1.2 - 1.4.0-rc.2", "1.2.0 1.3.9 1.4.0-rc.1", "1.4.0 1.4.0-rc.3 1.2.0-rc.1"),
        ("!=1.2.3-rc.1", "1.2.3 1.0.0", "1.2.3-rc.1 1.2.3-rc.2"),
        (">=1.0.0-rc.1 <2 || >=3", "1.0.0-rc.1 1.5.0 3.0.0", "1.0.0-beta 3.0.0-rc.1 2.5.0"),
        (">=1.2.3-rc.1 <1.3 || >=1 <3", "1.2.3-rc.2 2.0.0", "1.2.3-rc.0"),
        ("=1.2.3+5", "1.2.3+5", "1.2.3 1.2.3+4 1.2.3+5.0"),
        (">=1.2.3+5", "1.2.3+5 1.2.3+6 1.2.4", "1.2.3 1.2.3+4"),
        ("=1.2.3-rc.1", "1.2.3-rc.1 1.2.3-rc.1+7", "1.2.3-rc.2 1.2.3-rc.1.0 1.2.3"),
        (">1.2.3-rc.1", "1.2.3-rc.1.0 1.2.3", "1.2.3-rc.1 1.2.3-rc.1+7"),
    ],
)
def test_admits(text: str, admitted: str, refused: str) -> None:
    """A range admits what it matches; a pre-release, only where a bound of its numbers names one."""
    range_ = parse_range(text)

    assert [] == [word for word in admitted.split() if not range_.admits(parse_version(word))]
    assert [] == [word for word in refused.split() if range_.admits(parse_version(word))]


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("^1", "0.9.0 1.0.0 1.1.0-rc.1 1.1.0 2.0.0", "1.0.0 1.1.0"),
        ("^1", "0.9.0 1.1.0-rc.1 1.1.0-rc.2 2.0.0", "1.1.0-rc.1 1.1.0-rc.2"),
        ("*", "1.0.0-rc.1", "1.0.0-rc.1"),
        ("*", "1.0.0-rc.1 0.1.0", "0.1.0"),
        ("1.x", "1.0.0-rc.1", "1.0.0-rc.1"),
        ("^1", "1.0.0-rc.1", ""),
        ("<2", "2.0.0-rc.1", ""),
        (">=1.0.0-rc.1", "1.0.0-rc.2 1.1.0-rc.1 1.0.0-rc.1 1.2.0", "1.0.0-rc.2 1.0.0-rc.1 1.2.0"),
        (">=1.0.0-rc.1", "1.0.0-rc.2 1.1.0-rc.1", "1.0.0-rc.2 1.1.0-rc.1"),
        ("^3", "1.0.0 2.0.0", ""),
        ("^3", "", ""),
    ],
)
def test_eligible(text: str, published: str, expected: str) -> None:
    """Where a range matches nothing but pre-releases they are all eligible, in the order given."""
    versions = [parse_version(word) for word in published.split()]

    assert expected == " ".join(str(version) for version in eligible(parse_range(text), versions))


NUMBERS = st.lists(st.integers(0, 3).map(str), min_size=1, max_size=3).map(".".join)
COMPLETE = st.lists(st.integers(0, 3).map(str), min_size=3, max_size=3).map(".".join)
CANDIDATES = st.sampled_from(["", "-rc.1", "-rc.2"])
CLAUSES = st.one_of(
    st.builds("{}{}{}".format, st.sampled_from(["==", "!=", ">=", "<"]), NUMBERS, CANDIDATES),
    st.builds("{}{}{}".format, st.sampled_from([">", "<="]), COMPLETE, CANDIDATES),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), NUMBERS.filter(lambda n: len(n) < 4)),
    st.builds("~={}{}".format, NUMBERS.filter(lambda n: len(n) > 1), CANDIDATES),
)


def pep440(text: str) -> str:
    """Write SemVer's pre-releases as PEP 440 does."""
    return text.replace("-rc.", "rc")


@pytest.mark.slow
@given(st.lists(CLAUSES, min_size=1, max_size=3).map(",".join), COMPLETE, CANDIDATES)
def test_agreement_with_packaging(text: str, numbers: str, candidate: str) -> None:
    """`packaging` reads every spelling that is PEP 440's too as the same set of versions."""
    specifier = SpecifierSet(pep440(text))
    version = numbers + candidate

    assert specifier.contains(pep440(version), prereleases=True) == (
        parse_version(version) in parse_range(text).versions
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (">=", "at character 3, a version is missing after `>=`"),
        (">= <2", "at character 4, a version is missing after `>=` before `<`"),
        (">=1.2 <", "at character 8, a version is missing after `<`"),
        ("|| 1", "at character 1, a bound is missing before `||`"),
        ("1 ||", "at character 5, a bound is missing"),
        ("1 || || 2", "at character 6, a bound is missing before `||`"),
        ("1,,2", "at character 3, a bound is missing before `,`"),
        ("1,", "at character 3, a bound is missing"),
        ("1 | 2", "at character 3, a bound is missing before `|`"),
        ("1 -", "at character 4, a version is missing after `-`"),
        ("- 1", "at character 1, a bound is missing before `-`"),
        (">1 - 2", "at character 4, a bound is missing before `-`"),
        ("1 - >2", "at character 5, a version is missing after `-` before `>`"),
        ("1 - 2 - 3", "at character 7, a bound is missing before `-`"),
        ("1.2-1.4", "at character 1, a span needs spaces, as in `1.2 - 1.4`"),
        (">>1", "at character 1, `>>` is not an operator"),
        ("^~1", "at character 1, `^~` is not an operator"),
        ("===1.2.3", "at character 1, `===` is not an operator"),
        ("~=1", "at character 1, `~=` needs at least two numbers and no wildcard"),
        ("~=1.2.*", "at character 1, `~=` needs at least two numbers and no wildcard"),
        ("~=*", "at character 1, `~=` needs at least two numbers and no wildcard"),
        ("*-0", "at character 1, nothing can follow `*` in `*-0`"),
        ("1.x.3", "at character 1, nothing can follow `x` in `1.x.3`"),
        ("1.x-rc.1", "at character 1, nothing can follow `x` in `1.x-rc.1`"),
        ("*.*.*.*", "at character 1, nothing can follow `*` in `*.*.*.*`"),
        ("latest", "at character 1, `latest` is not a version: `latest` is not a number"),
        (
            ">=1.2 <1.2.3.4",
            "at character 8, `1.2.3.4` is not a version: it has more than three numbers",
        ),
        (">=01.2", "at character 3, `01.2` is not a version: the number `01` has a leading zero"),
        ("1.2rc1", "at character 1, `1.2rc1` is not a version: `2rc1` is not a number"),
        ("1.2.3-", "at character 1, `1.2.3-` is not a version: an identifier after `-` is empty"),
        (">= 1 and <2", "at character 6, `and` is not a version: `and` is not a number"),
        ("^", "at character 2, a version is missing after `^`"),
    ],
)
def test_refusals(text: str, fault: str) -> None:
    """What is no range is refused with the place and the reason."""
    with pytest.raises(InvalidRangeError) as caught:
        parse_range(text)

    assert f"`{text}` is not a range: {fault}." == str(caught.value)


def test_too_long_a_range() -> None:
    """A range of more characters than anybody writes is refused without being read."""
    with pytest.raises(InvalidRangeError) as caught:
        parse_range("1 || " * 1000)

    assert (
        "`1 || 1 || 1 || 1 || 1 || 1 || 1 || 1 || …` is not a range:"
        " it has more than 2000 characters."
    ) == str(caught.value)


@given(st.text("v019.-+x*<>=!~^|, ", max_size=14) | st.text(max_size=8))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text does anything but give a range that prints it, or a refusal that names the place."""
    try:
        outcome = parse_range(text).text
    except InvalidRangeError as error:
        outcome = text if str(error).startswith(f"`{text}` is not a range: at character ") else ""

    assert text == outcome


def test_range_is_kept_as_written() -> None:
    """A range prints as it was written; an empty one, and `ANY`, as `*`."""
    assert " >=1.2 , <2" == str(parse_range(" >=1.2 , <2"))
    assert "*" == str(parse_range(""))
    assert ANY == parse_range("*")
    assert EVERYTHING == ANY.versions
    assert parse_range("^1") != parse_range(">=1 <2")
