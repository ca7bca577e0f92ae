"""Machines that end while they start: EC2 has accepted the request and cannot keep it.

It deliberately draws no chances: the next matching machines die, as often as was said.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass
class Death:
    """`params` must be those of the launch; `times` counts down to nothing, None strikes until the reset."""

    code: str
    message: str = ""
    region: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    times: int | None = 1

    def strikes(self, region: str, parameters: dict[str, str]) -> bool:
        return self.region in (None, region) and self.params.items() <= parameters.items() and self.times != 0


class Deaths:
    def __init__(self) -> None:
        self._lock = Lock()
        self._deaths: list[Death] = []

    def add(self, **description: Any) -> None:
        """A further death; the members are those of `Death`."""
        death = Death(**description)
        with self._lock:
            self._deaths.append(death)

    def reset(self) -> None:
        with self._lock:
            self._deaths.clear()

    def strike(self, region: str, parameters: dict[str, str]) -> Death | None:
        """The first death that is meant for this launch, counted down."""
        with self._lock:
            death = next((one for one in self._deaths if one.strikes(region, parameters)), None)
            if death and death.times is not None:
                death.times -= 1
            return death


DEATHS = Deaths()
