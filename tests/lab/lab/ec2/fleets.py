"""CreateFleet of type `instant`: pools tried in their order, as many machines as they have room for, and why not more.

It deliberately leaves the other types to Moto, weighs no pools against each other, and keeps no fleet: DescribeFleets tells
of none of these.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instant-fleet.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ..errors import AwsError
from .lists import invalid

_UNFULFILLED = (
    "UnfulfillableCapacity",
    "Unable to fulfill capacity due to your request configuration. Please adjust your request and try again.",
)
_STRATEGIES = {
    "spot": ("lowest-price", "diversified", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"),
    "on-demand": ("lowest-price", "prioritized"),
}
_MOST_LEAST = 1000


@dataclass
class Pool:
    """An override and what it is laid over."""

    specification: dict[str, Any]
    data: dict[str, Any]
    override: dict[str, Any]

    @property
    def instance_type(self) -> str:
        return str(self.override.get("InstanceType") or self.data.get("InstanceType"))

    @property
    def place(self) -> tuple[Any, ...]:
        names = ("InstanceType", "SubnetId", "AvailabilityZone", "AvailabilityZoneId")
        return tuple(self.override.get(name) for name in names)

    def told(self) -> dict[str, Any]:
        return {"LaunchTemplateSpecification": self.specification, "Overrides": self.override}

    def launch_parameters(self, market: str, count: int) -> dict[str, Any]:
        """What RunInstances would be asked."""
        wish = copy.deepcopy(self.data)
        if wish.get("UserData") is not None:
            wish["UserData"] = str(wish["UserData"])
        wish |= {"InstanceType": self.instance_type, "MinCount": 1, "MaxCount": count}
        zones = {name: self.override[name] for name in ("AvailabilityZone", "AvailabilityZoneId") if name in self.override}
        if zones:
            wish["Placement"] = wish.get("Placement", {}) | zones
        if subnet_id := self.override.get("SubnetId"):
            interfaces = wish.get("NetworkInterfaces", [])
            for interface in interfaces:
                interface["SubnetId"] = subnet_id
            if not interfaces:
                wish["SubnetId"] = subnet_id
        if market == "spot":
            price = self.override.get("MaxPrice")
            options = {"SpotInstanceType": "one-time"} | ({"MaxPrice": price} if price else {})
            wish["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": options}
        return wish


@dataclass
class FleetWish:
    market: str
    total: int
    least: int
    single_type: bool
    single_zone: bool
    strategy: str
    pools: list[Pool]


def read(ec2: Any, params: dict[str, Any]) -> FleetWish:
    """What is asked for; what can't be is refused as a whole."""
    capacity = params.get("TargetCapacitySpecification", {})
    market = capacity.get("DefaultTargetCapacityType") or "on-demand"
    if market not in _STRATEGIES:
        raise invalid(f"Invalid value '{market}' for DefaultTargetCapacityType.")
    options = params.get("SpotOptions" if market == "spot" else "OnDemandOptions", {})
    wish = FleetWish(
        market,
        int(capacity["TotalTargetCapacity"]),
        int(options.get("MinTargetCapacity") or 0),
        bool(options.get("SingleInstanceType")),
        bool(options.get("SingleAvailabilityZone")),
        options.get("AllocationStrategy") or "lowest-price",
        _pools(ec2, params.get("LaunchTemplateConfigs", [])),
    )
    if wish.strategy not in _STRATEGIES[market]:
        raise invalid(f"Invalid value '{wish.strategy}' for AllocationStrategy.")
    if wish.least and not (wish.single_type or wish.single_zone):
        raise invalid("MinTargetCapacity requires SingleInstanceType or SingleAvailabilityZone.")
    if wish.least > min(_MOST_LEAST, wish.total):
        raise invalid(f"Invalid value '{wish.least}' for MinTargetCapacity.")
    return wish


def _pools(ec2: Any, configs: list[dict[str, Any]]) -> list[Pool]:
    pools = []
    for config in configs:
        named = config["LaunchTemplateSpecification"]
        template = (
            ec2.get_launch_template(named["LaunchTemplateId"])
            if "LaunchTemplateId" in named
            else ec2.get_launch_template_by_name(named["LaunchTemplateName"])
        )
        version = template.get_version(named.get("Version", "$Default"))
        told = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": str(version.number)}
        if "InstanceMarketOptions" in version.data:
            raise AwsError(400, "InvalidFleetConfig", "A launch template of a fleet may not have InstanceMarketOptions.")
        pools += [Pool(told, version.data, override) for override in config.get("Overrides") or [{}]]
    for pool in pools:
        if "AvailabilityZone" in pool.override and "AvailabilityZoneId" in pool.override:
            raise invalid("Either AvailabilityZone or AvailabilityZoneId must be specified in the request, but not both.")
        if "," in pool.override.get("SubnetId", ""):
            raise invalid("A request of type instant can have only one subnet ID.")
    places = [pool.place for pool in pools]
    if len(set(places)) < len(places):
        raise AwsError(400, "InvalidFleetConfig", "The fleet configuration contains duplicate instance pools.")
    return pools


def in_order(wish: FleetWish, price: Any) -> list[Pool]:
    """Spot pools by their price, those on demand by their priority; the lowest first, what has none last."""
    last = float("inf")
    if wish.market == "spot":
        return sorted(wish.pools, key=lambda pool: price(pool) or last)
    if wish.strategy == "prioritized":
        return sorted(wish.pools, key=lambda pool: float(pool.override.get("Priority", last)))
    return wish.pools


def error_of(pool: Pool, market: str, code: str | None, message: str | None) -> dict[str, Any]:
    return {
        "LaunchTemplateAndOverrides": pool.told(),
        "Lifecycle": market,
        "ErrorCode": code,
        "ErrorMessage": message,
    }


def machines_of(pool: Pool, market: str, machines: list[Any]) -> dict[str, Any]:
    first = machines[0]
    return {
        "LaunchTemplateAndOverrides": pool.told(),
        "Lifecycle": market,
        "InstanceIds": [machine.id for machine in machines],
        "InstanceType": first.instance_type,
        "AvailabilityZone": first.placement.zone,
        "AvailabilityZoneId": first.placement.availability_zone_id,
        "SubnetId": first.subnet_id,
    }


def unfulfilled(pool: Pool, market: str) -> dict[str, Any]:
    """A pool that was not to blame."""
    return error_of(pool, market, *_UNFULFILLED)
