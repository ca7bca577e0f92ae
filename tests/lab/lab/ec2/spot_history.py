"""The price changes that a search finds, newest first, kept for the pages that follow the first.

It deliberately makes each search whole, so that one through every type and all of the 90 days takes its time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from .spot_prices import PRODUCTS, SPOT_PRICES

_KEPT_CHANGES = 1_000_000


class Found(NamedTuple):
    """One change of one price."""

    moment: datetime
    type: str
    zone: str
    product: str
    price: str


@dataclass(frozen=True)
class Search:
    """What is looked for; `version` is that of the prices it is looked for in."""

    region: str
    zone: str | None
    types: tuple[str, ...]
    products: tuple[str, ...]
    start: datetime
    end: datetime
    version: int


class History:
    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Search, list[Found]] = OrderedDict()

    def find(self, search: Search) -> list[Found]:
        """Old searches are forgotten when there are too many changes, the newest one stays whatever its size."""
        with self._lock:
            if search in self._kept:
                return self._kept[search]
        found = _find(search)
        with self._lock:
            self._kept[search] = found
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_CHANGES:
                self._kept.popitem(last=False)
        return found


HISTORY = History()


def on_spot(instance_type: str) -> bool:
    return "spot" in INSTANCE_TYPES.get(instance_type, {}).get("SupportedUsageClasses", ())


def shapes(region: str, found: list[Found]) -> list[dict[str, Any]]:
    """As DescribeSpotPriceHistory tells them."""
    ids = {zone.name: zone.zone_id for zone in RegionsAndZonesBackend.zones.get(region, [])}
    return [
        {
            "AvailabilityZone": one.zone,
            "AvailabilityZoneId": ids.get(one.zone),
            "InstanceType": one.type,
            "ProductDescription": one.product,
            "SpotPrice": one.price,
            "Timestamp": one.moment,
        }
        for one in found
    ]


def _find(search: Search) -> list[Found]:
    found = [
        Found(moment.replace(microsecond=0), name, zone, product, price)
        for name, zone, product in _series(search)
        for moment, price in SPOT_PRICES.changes(name, zone, product, search.start, search.end, _vcpus(name))
    ]
    found.sort(key=lambda one: (one.type, one.zone, one.product))
    found.sort(key=lambda one: one.moment, reverse=True)
    return found


def _series(search: Search) -> Iterator[tuple[str, str, str]]:
    for offer in INSTANCE_TYPE_OFFERINGS["availability-zone"].get(search.region, []):
        name, zone = offer["InstanceType"], offer["Location"]
        if search.zone in (None, zone) and (not search.types or name in search.types) and on_spot(name):
            yield from ((name, zone, product) for product in search.products or PRODUCTS)


def _vcpus(name: str) -> int:
    return INSTANCE_TYPES[name]["VCpuInfo"]["DefaultVCpus"]
