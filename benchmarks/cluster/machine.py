"""The control plane of the tests, for benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from control_plane import ControlPlane
from fault_proxy import FaultProxy

__all__ = ["ControlPlane", "FaultProxy"]
