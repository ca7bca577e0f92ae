"""EC2's calls about the spot market: the price history and the placement scores.

It deliberately scores lists of instance types only, not requirements that types are to be found by.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from ..errors import AwsError
from ..optin import REGIONS
from .lists import check_size, cut, invalid, kept_in, matching, missing, not_together, now, time_of
from .placement_scores import SCORES
from .region_actions import partition_regions
from .spot_history import HISTORY, Search, on_spot, shapes
from .spot_prices import KEPT, OTHER_PRODUCTS, PRODUCTS, SPOT_PRICES

_UNITS = ("vcpu", "memory-mib", "units")
_BEST = 10
_PRICE_FILTERS = {
    "availability-zone": "AvailabilityZone",
    "availability-zone-id": "AvailabilityZoneId",
    "instance-type": "InstanceType",
    "product-description": "ProductDescription",
    "spot-price": "SpotPrice",
    "timestamp": "Timestamp",
}
_HISTORY, _SCORES = "spot-prices", "placement-scores"


class MarketActions:
    """Mixed into the answers of EC2, of which it uses the parameters and the region."""

    def describe_spot_price_history(self: Any) -> ActionResult:
        size = check_size(self._get_param("MaxResults"), 1, 1000)
        token = self._get_param("NextToken")
        # New prices must not push what is still to come onto another page, so the window stays as it was.
        start, end = [datetime.fromisoformat(moment) for moment in kept_in(_HISTORY, token) or self._window()]
        filters = self._filters_from_querystring()
        types, products = self._get_param("InstanceTypes", []), self._get_param("ProductDescriptions", [])
        for name in types:
            if name not in INSTANCE_TYPES:
                raise invalid(f"Invalid value '{name}' for InstanceType.")
        for name in products:
            if name not in (*PRODUCTS, *OTHER_PRODUCTS):
                raise invalid(f"Invalid value '{name}' for ProductDescription.")
        types = types or _literal(filters.get("instance-type", []))
        products = products or _literal(filters.get("product-description", []))
        zone = self._asked_zone()
        self.error_on_dryrun()
        search = Search(self.region, zone, tuple(types), tuple(products), start, end, SPOT_PRICES.version)
        found: list[Any] = HISTORY.find(search)
        if filters:
            found = matching(shapes(self.region, found), filters, _PRICE_FILTERS)
        found, following = cut(_HISTORY, found, token, size, (start.isoformat(), end.isoformat()))
        told = found if filters else shapes(self.region, found)
        return ActionResult({"SpotPriceHistory": told, "NextToken": following or ""})

    def get_spot_placement_scores(self: Any) -> ActionResult:
        types, regions = self._get_param("InstanceTypes", []), self._get_param("RegionNames", [])
        size = check_size(self._get_param("MaxResults"), 10, 1000)
        unit, single = self._get_param("TargetCapacityUnitType", "units"), self._get_param("SingleAvailabilityZone")
        capacity = self._get_param("TargetCapacity")
        self._check_scored(types, regions, capacity, unit)
        self.error_on_dryrun()
        SCORES.count(repr((sorted(types), sorted(regions), capacity, unit, bool(single))))
        regions = regions or list(partition_regions(self.region))
        scored = [
            {"Region": region, "Score": SCORES.score(types, region, zone_id)}
            | ({"AvailabilityZoneId": zone_id} if zone_id else {})
            for region in regions
            if REGIONS.enabled(region)
            for zone_id in _places(region, set(types), bool(single))
        ]
        best = sorted(scored, key=lambda one: -one["Score"])[:_BEST]
        found, following = cut(_SCORES, best, self._get_param("NextToken"), size)
        return ActionResult({"SpotPlacementScores": found, "NextToken": following})

    def _window(self: Any) -> tuple[str, str]:
        """From when to when, in the past and not longer back than prices are kept."""
        present = now()
        asked_start, asked_end = self._get_param("StartTime"), self._get_param("EndTime")
        end = min(time_of(asked_end), present) if asked_end else present
        start = max(time_of(asked_start), present - KEPT) if asked_start else present - KEPT
        if asked_start and asked_end and time_of(asked_start) > time_of(asked_end):
            raise invalid("StartTime must be before EndTime.")
        return min(start, present).isoformat(), end.isoformat()

    def _asked_zone(self: Any) -> str | None:
        name, zone_id = self._get_param("AvailabilityZone"), self._get_param("AvailabilityZoneId")
        if name and zone_id:
            raise not_together("Either AvailabilityZone or AvailabilityZoneId can be specified, but not both.")
        if not name and not zone_id:
            return None
        for zone in RegionsAndZonesBackend.zones.get(self.region, []):
            if name == zone.name or zone_id == zone.zone_id:
                return zone.name
        raise invalid(f"Invalid availability zone: [{name or zone_id}]")

    def _check_scored(self: Any, types: list[str], regions: list[str], capacity: int | None, unit: str) -> None:
        if self._get_param("InstanceRequirementsWithMetadata"):
            if types:
                raise not_together("InstanceTypes and InstanceRequirementsWithMetadata cannot both be specified.")
            raise AwsError(501, "NotImplemented", "The lab scores InstanceTypes only")
        if not types:
            raise missing("InstanceTypes")
        if capacity is None:
            raise missing("TargetCapacity")
        if not 1 <= capacity <= 2_000_000_000:
            raise invalid(f"Invalid value '{capacity}' for TargetCapacity. Must be between 1 and 2000000000.")
        if len(regions) > 10:
            raise invalid("The number of RegionNames must be at most 10.")
        if len(types) > 1000:
            raise invalid("The number of InstanceTypes must be at most 1000.")
        if unit not in _UNITS:
            raise invalid(f"Invalid value '{unit}' for TargetCapacityUnitType.")
        known = partition_regions(self.region)
        for name in types:
            if name not in INSTANCE_TYPES:
                raise invalid(f"Invalid value '{name}' for InstanceType.")
        for name in regions:
            if name not in known:
                raise invalid(f"Invalid region name: {name}")


def _places(region: str, types: set[str], single: bool) -> list[str | None]:
    """The ids of the zones that have one of the types, or None for a region that has."""
    offers = INSTANCE_TYPE_OFFERINGS["availability-zone-id"].get(region, [])
    wanted = {name for name in types if on_spot(name)}
    zones = sorted({offer["Location"] for offer in offers if offer["InstanceType"] in wanted})
    if single:
        return list(zones)
    return [None] if zones else []


def _literal(patterns: list[str]) -> list[str]:
    """What a filter names without wildcards; with any, everything has to be looked through."""
    return [] if any(sign in pattern for pattern in patterns for sign in "*?") else patterns
