"""The spot price of every type in every zone over the last 90 days: what the control API set, else invented.

It deliberately draws nothing at random: an invented series follows from type, zone and product alone, so it is the
same in every run. The products for EC2-Classic and for a VPC have one series, as they have one price.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-history.html
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from .lists import now, time_of
from .reservations import both_zones

KEPT = timedelta(days=90)
PRODUCTS = ("Linux/UNIX", "Linux/UNIX (Amazon VPC)", "Windows", "Windows (Amazon VPC)")
OTHER_PRODUCTS = (
    "Red Hat Enterprise Linux",
    "Red Hat Enterprise Linux (Amazon VPC)",
    "SUSE Linux",
    "SUSE Linux (Amazon VPC)",
)
_VPC = " (Amazon VPC)"
_HOURS_BETWEEN = (8, 24)
Change = tuple[datetime, str]


class SpotPrices:
    def __init__(self) -> None:
        self._lock = Lock()
        self._set: dict[tuple[str, str, str], list[Change]] = {}
        self.version = 0

    def set(
        self,
        region: str,
        type: str,
        zone: str,
        series: list[dict[str, Any]],
        product: str = "Linux/UNIX",
    ) -> None:
        """The changes `{"at": time, "price": "0.01"}`, or with `hours_ago`; none at all is a type without a price."""
        if product not in (*PRODUCTS, *OTHER_PRODUCTS):
            raise ValueError(f"there is no product {product}")
        try:
            name, _ = both_zones(region, zone, None)
        except LookupError:
            name, _ = both_zones(region, None, zone)
        changes = sorted((_moment(change), str(change["price"])) for change in series)
        with self._lock:
            self._set[type, name, product.removesuffix(_VPC)] = changes
            self.version += 1

    def changes(self, type: str, zone: str, product: str, start: datetime, end: datetime, size: int) -> list[Change]:
        """Those between the times, and the last one before; `size` is the vCPUs, by which a price is invented."""
        base = product.removesuffix(_VPC)
        with self._lock:
            told = self._set.get((type, zone, base))
        if told is None:
            told = [] if product in OTHER_PRODUCTS else list(_invented(type, zone, base, start, end, size))
        before = [change for change in told if change[0] <= start]
        return before[-1:] + [change for change in told if start < change[0] <= end]

    def reset(self) -> None:
        with self._lock:
            self._set.clear()
            self.version += 1


SPOT_PRICES = SpotPrices()


def _moment(change: dict[str, Any]) -> datetime:
    if "hours_ago" in change:
        return now() - timedelta(hours=change["hours_ago"])
    return time_of(change["at"])


def _invented(type: str, zone: str, product: str, start: datetime, end: datetime, size: int) -> Iterator[Change]:
    """The last change before the start, and on to the end."""
    seed = zlib.crc32(f"{type} {zone} {product}".encode())
    least, more = _HOURS_BETWEEN
    step = (least + seed % more) * 3600
    phase = seed % step
    level = size * (0.012 + 0.008 * (seed % 997) / 997) + (0.046 * size if product == "Windows" else 0)
    index = math.floor((start.timestamp() - phase) / step)
    while (moment := index * step + phase) <= end.timestamp():
        wave = zlib.crc32(f"{seed} {index}".encode()) % 1000 / 1000
        yield datetime.fromtimestamp(moment, start.tzinfo), f"{level * (0.85 + 0.3 * wave):.6f}"
        index += 1
