"""Capacity blocks that are for sale, as the control API put them up, and what becomes of one that is bought.

It deliberately invents none: without them every search finds nothing, which at AWS is common too.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from .lists import now, time_of
from .reservations import both_zones, new_id

_MEMBERS = {
    "CapacityBlockOfferingId", "InstanceType", "InstanceCount", "AvailabilityZone", "AvailabilityZoneId", "StartDate",
    "EndDate", "CapacityBlockDurationHours", "CapacityBlockDurationMinutes", "UpfrontFee", "CurrencyCode", "Tenancy",
    "UltraserverType", "UltraserverCount", "ZoneType", "PurchasedState",
}  # fmt: skip
_DAY, _WEEK = 24, 168
_DAYS_UP_TO, _LONGEST = 14 * _DAY, 26 * _WEEK


class Offerings:
    def __init__(self) -> None:
        self._lock = Lock()
        self._all: list[tuple[str, dict[str, Any]]] = []

    def put(self, region: str, **members: Any) -> dict[str, str]:
        """One more; members are those of the API's CapacityBlockOffering, and the state that buying it leads to."""
        unknown = members.keys() - _MEMBERS
        if unknown:
            raise ValueError(f"an offering has no {', '.join(sorted(unknown))}")
        offering = _complete(region, members)
        with self._lock:
            self._all.append((region, offering))
        return {"CapacityBlockOfferingId": offering["CapacityBlockOfferingId"]}

    def of(self, region: str) -> list[dict[str, Any]]:
        with self._lock:
            return [offering for where, offering in self._all if where == region]

    def take(self, region: str, offering_id: str) -> dict[str, Any] | None:
        """The offering, which nobody else can buy from now on."""
        with self._lock:
            for where, offering in self._all:
                if (where, offering["CapacityBlockOfferingId"]) == (region, offering_id):
                    self._all.remove((where, offering))
                    return offering
        return None

    def reset(self) -> None:
        with self._lock:
            self._all.clear()


OFFERINGS = Offerings()


def duration_is_sold(hours: int) -> bool:
    """In steps of a day up to fourteen, in steps of a week up to 182 days."""
    step = _DAY if hours <= _DAYS_UP_TO else _WEEK
    return 0 < hours <= _LONGEST and hours % step == 0


def answers(offering: dict[str, Any], types: list[str], count: int | None, hours: int) -> bool:
    """A block ends at a fixed time of day, so that the first one may be some hours shorter than was asked for."""
    length = offering["CapacityBlockDurationHours"] + offering["CapacityBlockDurationMinutes"] / 60
    step = _DAY if length <= _DAYS_UP_TO else _WEEK
    return (
        offering["InstanceType"] in types
        and count in (None, offering["InstanceCount"])
        and math.ceil(length / step) * step == hours
        and offering["EndDate"] > now()
    )


def _complete(region: str, members: dict[str, Any]) -> dict[str, Any]:
    for name in ("InstanceType", "UpfrontFee"):
        if name not in members:
            raise ValueError(f"{name} is needed")
    zone, zone_id = both_zones(region, members.get("AvailabilityZone"), members.get("AvailabilityZoneId"))
    start = time_of(members["StartDate"]) if "StartDate" in members else _tomorrow()
    hours, minutes = members.get("CapacityBlockDurationHours", _DAY), members.get("CapacityBlockDurationMinutes", 0)
    end = time_of(members["EndDate"]) if "EndDate" in members else start + timedelta(hours=hours, minutes=minutes)
    whole_minutes = int((end - start).total_seconds()) // 60
    return {
        "CapacityBlockOfferingId": new_id("cbr"),
        "InstanceCount": 1,
        "CurrencyCode": "USD",
        "Tenancy": "default",
        **members,
        "UpfrontFee": str(members["UpfrontFee"]),
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id,
        "StartDate": start,
        "EndDate": end,
        "CapacityBlockDurationHours": whole_minutes // 60,
        "CapacityBlockDurationMinutes": whole_minutes % 60,
    }


def _tomorrow() -> datetime:
    """Blocks begin and end at 11:30 UTC."""
    return (now() + timedelta(days=1)).replace(hour=11, minute=30, second=0, microsecond=0)
