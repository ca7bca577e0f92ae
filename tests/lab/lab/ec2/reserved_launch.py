"""Which machines of a launch take a place in a capacity reservation.

It deliberately knows no reservation groups: a target is one reservation.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-launch.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..errors import AwsError
from .lists import invalid, not_together
from .reservations import RESERVATIONS, Reservation, used_of

_ID = re.compile("cr-[0-9a-f]{8,17}")
_PREFERENCES = (None, "open", "none", "capacity-reservations-only")


@dataclass
class Claim:
    """What the launch says of reservations, and what it asks for."""

    instance_type: str
    zone: str
    platform: str
    market: str | None
    target: str | None
    preference: str | None
    least: int
    most: int


def places(ec2: Any, claim: Claim) -> list[str | None]:
    """The reservation of each machine, at most as many as were asked for; None is a machine outside of any."""
    if claim.preference not in _PREFERENCES:
        raise invalid(f"Invalid value '{claim.preference}' for CapacityReservationPreference.")
    if claim.target:
        if claim.preference in ("open", "none"):
            raise not_together("CapacityReservationPreference and CapacityReservationTarget cannot both be specified.")
        return _targeted(ec2, claim, claim.target)
    if claim.market == "capacity-block":
        raise not_together("A Capacity Block must be specified as the CapacityReservationTarget.")
    found: list[str | None] = []
    if claim.market is None and claim.preference != "none":
        found += [one.id for one in _open_to(ec2, claim) for _ in range(_free(ec2, one))][: claim.most]
    if claim.preference == "capacity-reservations-only":
        return _enough(found, claim)
    return found + [None] * (claim.most - len(found))


def _targeted(ec2: Any, claim: Claim, target: str) -> list[str | None]:
    reservation = find(ec2.region_name, target)
    block = reservation.members["ReservationType"] == "capacity-block"
    if claim.market != ("capacity-block" if block else None):
        raise invalid("The market type (purchasing) option is not valid. Choose a different market type and try again")
    fits = reservation.state == "active" and reservation.is_for(claim.instance_type, claim.zone, claim.platform)
    free = _free(ec2, reservation) if fits else 0
    return _enough([target] * min(free, claim.most), claim)


def find(region: str, reservation_id: str) -> Reservation:
    if not _ID.fullmatch(reservation_id):
        raise AwsError(
            400, "InvalidCapacityReservationId.Malformed", "The ID for the Capacity Reservation is malformed."
        )
    for reservation in RESERVATIONS.of(region):
        if reservation.id == reservation_id:
            return reservation
    raise AwsError(
        400, "InvalidCapacityReservationId.NotFound", "The specified Capacity Reservation ID does not exist."
    )


def _open_to(ec2: Any, claim: Claim) -> list[Reservation]:
    return [
        reservation
        for reservation in RESERVATIONS.of(ec2.region_name)
        if reservation.state == "active"
        and reservation.members["InstanceMatchCriteria"] == "open"
        and reservation.is_for(claim.instance_type, claim.zone, claim.platform)
    ]


def _enough(found: list[str | None], claim: Claim) -> list[str | None]:
    """As many as there are places for, unless that is too few."""
    if len(found) < claim.least:
        raise AwsError(
            400,
            "ReservationCapacityExceeded",
            "The requested reservation does not have sufficient compatible and available capacity for this request.",
        )
    return found


def _free(ec2: Any, reservation: Reservation) -> int:
    return reservation.free(used_of(reservation.id, ec2.machines()))
