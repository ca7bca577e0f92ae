"""Capacity reservations of all kinds, own and shared: who holds how many machines of a type, where, and until when.

It deliberately makes no capacity scarce: a reservation is always granted, and matters only to those who launch into it.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock
from typing import Any
from uuid import uuid4

from .. import ACCOUNT
from .lists import now, time_of

_DATES = ("StartDate", "EndDate", "CreateDate")
_MEMBERS = {
    "CapacityReservationId", "OwnerId", "InstanceType", "InstancePlatform", "AvailabilityZone", "AvailabilityZoneId",
    "Tenancy", "TotalInstanceCount", "AvailableInstanceCount", "EbsOptimized", "EphemeralStorage", "State", "StartDate",
    "EndDate", "EndDateType", "InstanceMatchCriteria", "CreateDate", "Tags", "ReservationType", "CapacityBlockId",
    "PlacementGroupArn", "CommitmentInfo", "DeliveryPreference", "Interruptible",
}  # fmt: skip
_HOLDING = ("pending", "running", "stopping", "shutting-down")


class Reservation:
    """`members` are those of the API's CapacityReservation; a state that is set stays, else it follows the clock."""

    def __init__(self, region: str, members: dict[str, Any]) -> None:
        self.region = region
        self.members = members
        self._taken_elsewhere: int | None = None

    @property
    def id(self) -> str:
        return self.members["CapacityReservationId"]

    @property
    def own(self) -> bool:
        return self.members["OwnerId"] == ACCOUNT

    @property
    def state(self) -> str:
        if "State" in self.members:
            return self.members["State"]
        if "EndDate" in self.members and self.members["EndDate"] <= now():
            return "expired"
        return "scheduled" if self.members["StartDate"] > now() else "active"

    def is_for(self, instance_type: str, zone: str, platform: str) -> bool:
        mine = (self.members["InstanceType"], self.members["AvailabilityZone"], self.members["InstancePlatform"])
        return mine == (instance_type, zone, platform)

    def set_free(self, count: int, used: int) -> None:
        """So many are free; what neither is nor was launched by this account runs in other accounts."""
        self._taken_elsewhere = self.members["TotalInstanceCount"] - count - used

    def free(self, used: int) -> int:
        if self._taken_elsewhere is None and self.state != "active":
            return 0
        return max(0, self.members["TotalInstanceCount"] - (self._taken_elsewhere or 0) - used)

    def shape(self, used: int) -> dict[str, Any]:
        """As DescribeCapacityReservations tells it."""
        owner, own_id = self.members["OwnerId"], self.id
        return self.members | {
            "CapacityReservationArn": f"arn:aws:ec2:{self.region}:{owner}:capacity-reservation/{own_id}",
            "State": self.state,
            "AvailableInstanceCount": self.free(used),
            "CapacityAllocations": [{"AllocationType": "used", "Count": used}] if used else [],
        }


class Reservations:
    def __init__(self) -> None:
        self._lock = RLock()
        self._all: dict[str, Reservation] = {}

    def put(self, region: str, **members: Any) -> dict[str, str]:
        """A new reservation, or changes to the one with this id; null takes a member away."""
        unknown = members.keys() - _MEMBERS
        if unknown:
            raise ValueError(f"a reservation has no {', '.join(sorted(unknown))}")
        free = members.pop("AvailableInstanceCount", None)
        members = {name: time_of(value) if name in _DATES and value else value for name, value in members.items()}
        with self._lock:
            found = self._all.get(members.get("CapacityReservationId", ""))
            if found is None:
                found = Reservation(region, _with_defaults(region, members))
                self._all[found.id] = found
            else:
                found.members |= members
            found.members = {name: value for name, value in found.members.items() if value is not None}
            if free is not None:
                found.set_free(free, used_of(found.id, _machines(region)))
        return {"CapacityReservationId": found.id}

    def of(self, region: str) -> list[Reservation]:
        with self._lock:
            return [one for one in self._all.values() if one.region == region]

    def reset(self) -> None:
        with self._lock:
            self._all.clear()


RESERVATIONS = Reservations()


def used_of(reservation_id: str, machines: Iterable[Any]) -> int:
    """How many of the machines hold a place in it; one that has stopped or ended gave it back."""
    return sum(machine.capacity_reservation_id == reservation_id and machine.state in _HOLDING for machine in machines)


def held_by_account(region: str) -> dict[str, int]:
    """The machines of each type that own reservations hold, launched or not; capacity blocks are not charged."""
    held: dict[str, int] = {}
    for one in RESERVATIONS.of(region):
        if one.own and one.state == "active" and one.members["ReservationType"] == "default":
            name = one.members["InstanceType"]
            held[name] = held.get(name, 0) + one.members["TotalInstanceCount"]
    return held


def new_id(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:17]}"


def both_zones(region: str, name: str | None, zone_id: str | None) -> tuple[str, str]:
    """Name and id of the zone that one of them says; raises LookupError."""
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    for zone in RegionsAndZonesBackend.zones.get(region, []):
        if zone.name == name or (name is None and zone.zone_id == zone_id):
            return zone.name, zone.zone_id
    raise LookupError(f"there is no zone {name or zone_id} in {region}")


def _machines(region: str) -> list[Any]:
    from moto.ec2.models import ec2_backends

    known = ec2_backends[ACCOUNT]
    return known[region].machines() if region in list(known) else []


def _with_defaults(region: str, members: dict[str, Any]) -> dict[str, Any]:
    for name in ("InstanceType", "TotalInstanceCount"):
        if name not in members:
            raise ValueError(f"{name} is needed")
    zone, zone_id = both_zones(region, members.get("AvailabilityZone"), members.get("AvailabilityZoneId"))
    block = members.get("ReservationType") == "capacity-block"
    return {
        "CapacityReservationId": new_id("cr"),
        "OwnerId": ACCOUNT,
        "InstancePlatform": "Linux/UNIX",
        "Tenancy": "default",
        "EbsOptimized": False,
        "EphemeralStorage": False,
        "EndDateType": "limited" if members.get("EndDate") else "unlimited",
        "InstanceMatchCriteria": "targeted" if block else "open",
        "ReservationType": "default",
        "StartDate": now(),
        "CreateDate": now(),
        "Tags": [],
        **members,
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id,
    }
