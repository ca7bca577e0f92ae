"""How long machines take to start and to end.

It deliberately stands apart from `machine`, which needs Moto loaded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Timing:
    """Milliseconds spent `pending`, and `stopping` or `shutting-down`."""

    pending_ms: int = 300
    ending_ms: int = 300

    def set(self, pending_ms: int = 300, ending_ms: int = 300) -> None:
        self.pending_ms, self.ending_ms = pending_ms, ending_ms


TIMING = Timing()
