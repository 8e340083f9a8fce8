"""What packages may use up, as the command line and the environment's variable say it together."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from mistpm.environment.user_configuration import cache_folder

if TYPE_CHECKING:
    from mistpm.wasm import Limits, Runtime

LIMITS: Final = "MISTPM_LIMITS"
"""The variable with the user's limits for packages."""


def said_limits(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Give what is said of limits, each name once and sorted: `texts` win over the variable."""
    said = (*os.environ.get(LIMITS, "").replace(",", " ").split(), *texts)
    return tuple(sorted({text.partition("=")[0]: text for text in said}.values()))


def parse_limits(texts: Iterable[str]) -> Limits:
    """Give the limits that `texts` mean, `NAME=VALUE` each; raises `UsageError` (`invalid-limit`)."""
    from mistpm.wasm.abi.limit_settings import parse_limits

    return parse_limits(texts)


def limit_names() -> tuple[str, ...]:
    """Give what limits are called."""
    from mistpm.wasm.abi.limit_settings import NAMES

    return tuple(NAMES)


def open_runtime(texts: tuple[str, ...] = ()) -> Runtime:
    """Give what modules run in, within the limits of `texts` and of the variable; raises `UsageError` (`invalid-limit`)."""
    from mistpm.ops.caching import MACHINE_CODE
    from mistpm.wasm import Runtime

    said = said_limits(texts)
    limits = parse_limits(said) if said else None
    return Runtime(cache=cache_folder() / MACHINE_CODE, limits=limits)
