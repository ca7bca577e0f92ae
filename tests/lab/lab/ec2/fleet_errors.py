"""What goes wrong with a pool of a fleet: an error among those of its answer, which is a success as a whole.

It deliberately knows nothing of want of room, which is `room`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

from ..errors import AwsError


@dataclass
class FleetError:
    """For the pools of a region, a type and a market, or of any; `times` counts down to nothing, None strikes for ever."""

    code: str
    message: str = "AWS says why."
    region: str | None = None
    type: str | None = None
    market: str | None = None
    times: int | None = None


class FleetErrors:
    def __init__(self) -> None:
        self._lock = Lock()
        self._errors: list[FleetError] = []

    def add(self, **description: Any) -> None:
        error = FleetError(**description)
        with self._lock:
            self._errors.append(error)

    def reset(self) -> None:
        with self._lock:
            self._errors.clear()

    def strike(self, region: str, instance_type: str, market: str) -> None:
        """Raises the first error that is meant for this pool."""
        with self._lock:
            for error in self._errors:
                meant = zip((error.region, error.type, error.market), (region, instance_type, market))
                if error.times != 0 and all(wanted in (None, given) for wanted, given in meant):
                    if error.times is not None:
                        error.times -= 1
                    raise AwsError(400, error.code, error.message)


FLEET_ERRORS = FleetErrors()
