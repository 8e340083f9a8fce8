"""What is shown of releases that failed, where one error does not end the command or stands for several."""

from __future__ import annotations

import pytest

from mistpm.cli.terminal import Terminal
from mistpm.cli.text.proposal import show_finding
from mistpm.errors import MistError, RenderError
from mistpm.model.rendered import Rendered, RenderFailure
from mistpm.ops.leaving_out import failure_findings


def failure() -> RenderError:
    """Give an error with everything that there may be."""
    return RenderError(
        "guest-fuel",
        "`p@1.0.0` ran out of fuel",
        context=("while rendering `ok -> dep` (p@1.0.0)", "in `inner`"),
        note="the limit `fuel` is 2",
        hint="give it less to do\nallow more",
        backtrace=("`inner`", "`outer`"),
    )


LINES = """\
  while rendering `ok -> dep` (p@1.0.0)
  in `inner`
"""
REST = """\
  note: the limit `fuel` is 2
  hint: give it less to do
  hint: allow more
"""


@pytest.mark.parametrize(("verbose", "callers"), [(0, ""), (1, "  called by `outer`\n")])
def test_what_is_left_out_tells_its_whole_error(
    verbose: int, callers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the error itself would, below the release; with `-v` also where in the package."""
    rendered = Rendered(releases=(), failures=(RenderFailure(release="ok", error=failure()),))
    (finding,) = failure_findings(rendered)
    show_finding(Terminal(verbose=verbose), finding)
    head = "error: ok: left out: `p@1.0.0` ran out of fuel [guest-fuel]\n"

    assert f"{head}{LINES}{callers}{REST}" == capsys.readouterr().err
    assert (
        "left out: `p@1.0.0` ran out of fuel [guest-fuel]; while rendering `ok -> dep` (p@1.0.0);"
        " in `inner`; note: the limit `fuel` is 2" == finding.message
    )


@pytest.mark.parametrize(("verbose", "callers"), [(0, ""), (1, "  called by `outer`\n")])
def test_several_errors_are_told_whole(
    verbose: int, callers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its reference, limit and hints; with `-v` also where in the package."""
    errors = (failure(), MistError("other", "it broke"))
    context = (
        "`p@1.0.0` ran out of fuel [guest-fuel]",
        *(f"  {line}" for line in failure().lines()[1:]),
        "it broke [other]",
    )
    several = RenderError("render-failed", "2 releases failed", context=context, several=errors)
    Terminal(verbose=verbose).error(several)
    below = "".join(f"  {line}\n" for line in f"{LINES}{callers}{REST}".splitlines())

    assert (
        "error: 2 releases failed [render-failed]\n  `p@1.0.0` ran out of fuel [guest-fuel]\n"
        f"{below}  it broke [other]\n" == capsys.readouterr().err
    )
