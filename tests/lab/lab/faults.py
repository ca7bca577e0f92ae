"""Faults in a row: added, told, cleared, and counted down as they strike.

It deliberately does not know what they strike or do; that is the business of each kind of fault.
"""

from __future__ import annotations

from dataclasses import asdict
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar


class Strikes(Protocol):
    """A dataclass; `times` counts down to nothing, None strikes until it is cleared."""

    times: int | None

    def strikes(self, what: Any) -> bool: ...


F = TypeVar("F", bound=Strikes)


class Faults(Generic[F]):
    def __init__(self, kind: type[F]) -> None:
        self._kind = kind
        self._lock = Lock()
        self._faults: list[F] = []

    def add(self, **description: Any) -> None:
        """A further fault; the members are those of its kind."""
        fault = self._kind(**description)
        with self._lock:
            self._faults.append(fault)

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]  # type: ignore[call-overload]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def strike(self, what: Any) -> F | None:
        """The first that is meant for this, counted down."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.strikes(what)), None)
            if fault and fault.times is not None:
                fault.times -= 1
            return fault
