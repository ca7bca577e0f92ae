"""What this account has of each quota in each region, and the increases it asked for.

It deliberately grants nothing by itself: a request waits until the control API settles it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from uuid import uuid4

from .catalog import QUOTAS

OPEN = ("PENDING", "CASE_OPENED")
STATUSES = (*OPEN, "APPROVED", "DENIED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST")


@dataclass
class Increase:
    """A request for a higher value."""

    region: str
    code: str
    value: float
    status: str = "PENDING"
    case_id: str | None = None
    id: str = field(default_factory=lambda: uuid4().hex + uuid4().hex[:8])
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)


class Book:
    def __init__(self) -> None:
        self._lock = Lock()
        self._values: dict[tuple[str, str], float] = {}
        self._never_applied: set[tuple[str, str]] = set()
        self._increases: list[Increase] = []

    def value(self, region: str, code: str) -> float:
        return self._values.get((region, code), QUOTAS[code].generous)

    def limit(self, region: str, code: str | None) -> float | None:
        """The value that launches are held to; None where nobody set one."""
        return self._values.get((region, code)) if code else None

    def is_applied(self, region: str, code: str) -> bool:
        return (region, code) not in self._never_applied

    def set(self, region: str, code: str, value: float | None, applied: bool = True) -> None:
        """From now on launches in the region are held to it; null takes the value away again.

        Of a quota that is not applied Service Quotas knows the default alone.
        """
        if code not in QUOTAS:
            raise LookupError(f"there is no quota {code}")
        with self._lock:
            if applied:
                self._never_applied.discard((region, code))
            else:
                self._never_applied.add((region, code))
            if value is None:
                self._values.pop((region, code), None)
            else:
                self._values[region, code] = float(value)

    def ask(self, region: str, code: str, value: float) -> Increase | None:
        """A new request; None while another one for the same quota is open."""
        with self._lock:
            if any((one.region, one.code) == (region, code) and one.status in OPEN for one in self._increases):
                return None
            self._increases.append(Increase(region, code, value))
            return self._increases[-1]

    def increases(self, region: str) -> list[Increase]:
        """Newest first."""
        with self._lock:
            return [one for one in reversed(self._increases) if one.region == region]

    def settle(self, id: str, status: str) -> None:
        """What AWS makes of a request; approved, its value is the account's."""
        if status not in STATUSES:
            raise ValueError(f"status must be one of {', '.join(STATUSES)}")
        with self._lock:
            found = next((one for one in self._increases if one.id == id), None)
            if found is None:
                raise LookupError(f"there is no request {id}")
            found.status, found.updated = status, time.time()
            if status == "CASE_OPENED":
                found.case_id = found.case_id or str(int(found.created * 1000))
        if status == "APPROVED":
            self.set(found.region, found.code, found.value)

    def reset(self) -> None:
        with self._lock:
            self._values.clear()
            self._never_applied.clear()
            self._increases.clear()


BOOK = Book()
