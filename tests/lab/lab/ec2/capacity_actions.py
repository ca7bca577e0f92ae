"""EC2's calls about capacity reservations and capacity blocks.

It deliberately has no calls that change, split, move or share a reservation; what they lead to is set by control.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES

from ..errors import AwsError
from .lists import check_size, cut, invalid, matching, missing, not_together, time_of
from .offerings import OFFERINGS, answers, duration_is_sold
from .reservations import RESERVATIONS, both_zones, held_by_account, new_id, used_of
from .reserved_launch import find
from .vcpu_limits import check_limit

_RESERVATION_FILTERS = {
    "instance-type": "InstanceType",
    "owner-id": "OwnerId",
    "instance-platform": "InstancePlatform",
    "availability-zone": "AvailabilityZone",
    "availability-zone-id": "AvailabilityZoneId",
    "tenancy": "Tenancy",
    "outpost-arn": "OutpostArn",
    "state": "State",
    "start-date": "StartDate",
    "end-date": "EndDate",
    "end-date-type": "EndDateType",
    "instance-match-criteria": "InstanceMatchCriteria",
    "placement-group-arn": "PlacementGroupArn",
}
_BLOCK_FILTERS = {
    "capacity-block-id": "CapacityBlockId",
    "ultraserver-type": "UltraserverType",
    "availability-zone": "AvailabilityZone",
    "start-date": "StartDate",
    "end-date": "EndDate",
    "create-date": "CreateDate",
    "state": "State",
}
_BLOCK_MEMBERS = ("CapacityBlockId", "AvailabilityZone", "AvailabilityZoneId", "StartDate", "EndDate", "CreateDate",
                  "State", "Tags")  # fmt: skip


class CapacityActions:
    """Mixed into the answers of EC2, of which it uses the parameters, the region and the backend."""

    def create_capacity_reservation(self: Any) -> ActionResult:
        asked = {name: value for name, value in self.params.items() if value is not None}
        _check_new(self.region, asked)
        self.error_on_dryrun()
        parameters = {name: values[0] for name, values in self.querystring.items()}
        made = self.ec2_backend.reservation_requests.once(
            asked.get("ClientToken"), parameters, lambda: self._reserve(asked)
        )
        return ActionResult({"CapacityReservation": self._shape_of(made)})

    def describe_capacity_reservations(self: Any) -> ActionResult:
        ids = self._get_param("CapacityReservationIds", [])
        size = check_size(self._get_param("MaxResults"), 1, 1000)
        self.error_on_dryrun()
        known = [find(self.region, one) for one in ids] if ids else RESERVATIONS.of(self.region)
        shapes = [self._shape_of(one) for one in known]
        shapes = matching(shapes, self._filters_from_querystring(), _RESERVATION_FILTERS)
        found, token = cut("capacity-reservations", shapes, self._get_param("NextToken"), size)
        return ActionResult({"CapacityReservations": found, "NextToken": token})

    def cancel_capacity_reservation(self: Any) -> ActionResult:
        reservation = find(self.region, self._get_param("CapacityReservationId", ""))
        if reservation.members["ReservationType"] == "capacity-block" or not reservation.own:
            raise AwsError(400, "OperationNotPermitted", "You can't cancel this Capacity Reservation.")
        self.error_on_dryrun()
        RESERVATIONS.put(self.region, CapacityReservationId=reservation.id, State="cancelled")
        return ActionResult({"Return": True})

    def describe_capacity_block_offerings(self: Any) -> ActionResult:
        types, count, hours = self._asked_block()
        size = check_size(self._get_param("MaxResults"), 1, 1000)
        earliest, latest = self._get_param("StartDateRange"), self._get_param("EndDateRange")
        self.error_on_dryrun()
        found = [
            offering
            for offering in OFFERINGS.of(self.region)
            if answers(offering, types, count, hours)
            and (not earliest or offering["StartDate"] >= time_of(earliest))
            and (not latest or offering["EndDate"] <= time_of(latest))
        ]
        found, token = cut("capacity-block-offerings", found, self._get_param("NextToken"), size)
        return ActionResult({"CapacityBlockOfferings": found, "NextToken": token})

    def purchase_capacity_block(self: Any) -> ActionResult:
        offering_id, platform = self._get_param("CapacityBlockOfferingId"), self._get_param("InstancePlatform")
        for name, value in (("CapacityBlockOfferingId", offering_id), ("InstancePlatform", platform)):
            if not value:
                raise missing(name)
        if all(offering["CapacityBlockOfferingId"] != offering_id for offering in OFFERINGS.of(self.region)):
            raise _sold()
        self.error_on_dryrun()
        offering = OFFERINGS.take(self.region, offering_id)
        if offering is None:
            raise _sold()
        bought = RESERVATIONS.put(
            self.region,
            InstanceType=offering["InstanceType"],
            InstancePlatform=platform,
            AvailabilityZone=offering["AvailabilityZone"],
            TotalInstanceCount=offering["InstanceCount"],
            Tenancy=offering["Tenancy"],
            StartDate=offering["StartDate"],
            EndDate=offering["EndDate"],
            ReservationType="capacity-block",
            State=offering.get("PurchasedState", "payment-pending"),
            CapacityBlockId=new_id("cb"),
            Tags=_tags(self._get_param("TagSpecifications", [])),
        )
        shape = self._shape_of(find(self.region, bought["CapacityReservationId"]))
        return ActionResult({"CapacityReservation": shape, "CapacityBlocks": [_block(shape)]})

    def describe_capacity_blocks(self: Any) -> ActionResult:
        ids = self._get_param("CapacityBlockIds", [])
        size = check_size(self._get_param("MaxResults"), 1, 1000)
        self.error_on_dryrun()
        bought = [one for one in RESERVATIONS.of(self.region) if "CapacityBlockId" in one.members]
        blocks = [_block(self._shape_of(one)) for one in bought]
        if unknown := [one for one in ids if all(block["CapacityBlockId"] != one for block in blocks)]:
            raise invalid(f"Invalid Capacity Block Id: [{unknown[0]}]")
        blocks = [block for block in blocks if not ids or block["CapacityBlockId"] in ids]
        blocks = matching(blocks, self._filters_from_querystring(), _BLOCK_FILTERS)
        found, token = cut("capacity-blocks", blocks, self._get_param("NextToken"), size)
        return ActionResult({"CapacityBlocks": found, "NextToken": token})

    def _reserve(self: Any, asked: dict[str, Any]) -> Any:
        count = asked["InstanceCount"]
        check_limit(self.ec2_backend, asked["InstanceType"], count, False, held_by_account(self.region))
        kept = ("InstanceType", "InstancePlatform", "AvailabilityZone", "AvailabilityZoneId", "Tenancy", "EbsOptimized",
                "EphemeralStorage", "EndDate", "InstanceMatchCriteria", "StartDate", "DeliveryPreference",
                "PlacementGroupArn")  # fmt: skip
        members = {name: asked[name] for name in kept if name in asked}
        if "StartDate" in members:
            members |= {"State": "assessing", "CommitmentInfo": {"CommittedInstanceCount": count}}
        tags = _tags(asked.get("TagSpecifications", []))
        made = RESERVATIONS.put(self.region, TotalInstanceCount=count, Tags=tags, **members)
        return find(self.region, made["CapacityReservationId"])

    def _shape_of(self: Any, reservation: Any) -> dict[str, Any]:
        return reservation.shape(used_of(reservation.id, self.ec2_backend.machines()))

    def _asked_block(self: Any) -> tuple[list[str], int | None, int]:
        """The types, the number of machines and the hours that were asked for, within their bounds."""
        hours, count = self._get_param("CapacityDurationHours"), self._get_param("InstanceCount")
        preferred = [one["InstanceType"] for one in self._get_param("InstanceTypePreferences", [])]
        types = preferred or [self._get_param("InstanceType")]
        if hours is None:
            raise missing("CapacityDurationHours")
        if types == [None] and not self._get_param("UltraserverType"):
            raise missing("InstanceType")
        if not duration_is_sold(hours):
            raise invalid(f"Invalid value '{hours}' for CapacityDurationHours.")
        if count is not None and not 1 <= count <= 64:
            raise invalid(f"Invalid value '{count}' for InstanceCount.")
        for name in types:
            if name is not None and name not in INSTANCE_TYPES:
                raise invalid(f"Invalid value '{name}' for InstanceType.")
        return types, count, hours


def _check_new(region: str, asked: dict[str, Any]) -> None:
    for name in ("InstanceType", "InstancePlatform", "InstanceCount"):
        if name not in asked:
            raise missing(name)
    if asked["InstanceType"] not in INSTANCE_TYPES:
        raise invalid(f"Invalid value '{asked['InstanceType']}' for InstanceType.")
    if not 1 <= asked["InstanceCount"] <= 1000:
        raise invalid(f"Invalid value '{asked['InstanceCount']}' for InstanceCount.")
    name, zone_id = asked.get("AvailabilityZone"), asked.get("AvailabilityZoneId")
    if not name and not zone_id:
        raise missing("AvailabilityZone")
    try:
        both_zones(region, name, zone_id)
    except LookupError:
        raise invalid(f"Invalid availability zone: [{name or zone_id}]") from None
    kind = asked.get("EndDateType")
    if kind == "limited" and "EndDate" not in asked:
        raise missing("EndDate")
    if kind == "unlimited" and "EndDate" in asked:
        raise not_together("EndDate can be specified only if EndDateType is limited.")


def _tags(specifications: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [tag for specification in specifications for tag in specification.get("Tags", [])]


def _block(shape: dict[str, Any]) -> dict[str, Any]:
    members = {name: shape[name] for name in _BLOCK_MEMBERS if name in shape}
    return members | {"CapacityReservationIds": [shape["CapacityReservationId"]]}


def _sold() -> AwsError:
    return AwsError(
        400, "InvalidCapacityBlockOfferingId.NotFound", "The specified Capacity Block offering does not exist."
    )
