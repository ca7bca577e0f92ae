"""The calls for fleets and their launch templates, each done once for a client token.

It deliberately launches by what RunInstances goes by, so that a fleet is held to the same rules.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.responses._base_response import EC2BaseResponse
from moto.ec2.utils import random_fleet_id

from ..errors import AwsError
from . import fleets
from .fleet_errors import FLEET_ERRORS
from .lists import now
from .room import full_words
from .spot_prices import SPOT_PRICES


class FleetActions(EC2BaseResponse):
    def create_launch_template(self) -> ActionResult:
        return self._once(self.ec2_backend.template_requests, super().create_launch_template)

    def delete_launch_template(self) -> ActionResult:
        """Moto asks for a name where it does not know the one that was given."""
        name = self._get_param("LaunchTemplateName")
        if name and not self._get_param("LaunchTemplateId"):
            self.ec2_backend.get_launch_template_by_name(name)
        return super().delete_launch_template()

    def create_fleet(self) -> ActionResult:
        if self._get_param("Type") != "instant":
            return super().create_fleet()
        self.error_on_dryrun()
        return self._once(self.ec2_backend.fleet_requests, self._create_instant_fleet)

    def _once(self, requests: Any, action: Any) -> ActionResult:
        parameters = {name: values[0] for name, values in self.querystring.items()}
        return requests.once(self._get_param("ClientToken"), parameters, action)

    def _create_instant_fleet(self) -> ActionResult:
        asked = self.params
        wish = fleets.read(self.ec2_backend, asked)
        tags = {spec["ResourceType"]: spec["Tags"] for spec in asked.get("TagSpecifications", [])}
        before, fleet_id = set(self.ec2_backend.reservations), random_fleet_id()
        launched, errors, kept = [], [], None
        remaining = wish.total
        try:
            for pool in fleets.in_order(wish, self._price):
                if not remaining:
                    break
                if kept and self._differs(wish, pool, kept):
                    continue
                machines, error = self._launch_from(pool, wish.market, remaining)
                if machines:
                    launched.append((pool, machines))
                    kept = kept or machines[0]
                    remaining -= len(machines)
                errors += [error] if error else []
        finally:
            self.params = asked
        if wish.total - remaining < wish.least:
            self.ec2_backend._undo_launch(before)
            told = [error["LaunchTemplateAndOverrides"] for error in errors]
            blameless = [pool for pool in wish.pools if pool.told() not in told]
            return _answer(fleet_id, [], errors + [fleets.unfulfilled(pool, wish.market) for pool in blameless])
        for pool, machines in launched:
            for machine in machines:
                named = {tag["Key"]: tag["Value"] for tag in tags.get("instance", [])}
                version = pool.specification
                machine.add_tags(
                    named
                    | {"aws:ec2:fleet-id": fleet_id}
                    | {"aws:ec2launchtemplate:id": version["LaunchTemplateId"]}
                    | {"aws:ec2launchtemplate:version": version["Version"]}
                )
        found = [fleets.machines_of(pool, wish.market, machines) for pool, machines in launched]
        return _answer(fleet_id, found, errors)

    def _launch_from(self, pool: fleets.Pool, market: str, count: int) -> tuple[list[Any], dict[str, Any] | None]:
        """As many machines as the pool has room for, and why there are no more."""
        self.params = pool.launch_parameters(market, count)
        try:
            FLEET_ERRORS.strike(self.region, pool.instance_type, market)
            machines = self._launch(_flat(self.params)).instances
        except AwsError as error:
            return [], fleets.error_of(pool, market, error.code, error.message)
        except ServiceException as error:
            return [], fleets.error_of(pool, market, error.code, error.message)
        if len(machines) == count:
            return machines, None
        words = full_words(pool.instance_type, machines[0].placement.zone, market)
        return machines, fleets.error_of(pool, market, "InsufficientInstanceCapacity", words)

    def _differs(self, wish: fleets.FleetWish, pool: fleets.Pool, kept: Any) -> bool:
        if wish.single_type and pool.instance_type != kept.instance_type:
            return True
        return wish.single_zone and self._zone(pool) not in (None, kept.placement.zone)

    def _zone(self, pool: fleets.Pool) -> str | None:
        """The name of its zone, where it has one of its own."""
        if subnet_id := pool.override.get("SubnetId"):
            return str(self.ec2_backend.get_subnet(subnet_id).availability_zone)
        if zone_id := pool.override.get("AvailabilityZoneId"):
            zones = self.ec2_backend.describe_availability_zones()
            return next((str(zone.name) for zone in zones if zone.zone_id == zone_id), None)
        return pool.override.get("AvailabilityZone")

    def _price(self, pool: fleets.Pool) -> float | None:
        zone = self._zone(pool)
        if zone is None or pool.instance_type not in INSTANCE_TYPES:
            return None
        size = INSTANCE_TYPES[pool.instance_type]["VCpuInfo"]["DefaultVCpus"]
        changes = SPOT_PRICES.changes(pool.instance_type, zone, "Linux/UNIX", now(), now(), size)
        return float(changes[-1][1]) if changes else None


def _answer(fleet_id: str, launched: list[dict[str, Any]], errors: list[dict[str, Any]]) -> ActionResult:
    return ActionResult({"FleetId": fleet_id, "Instances": launched, "Errors": errors})


def _flat(value: Any, name: str = "") -> dict[str, str]:
    """Parameters as they are sent: `NetworkInterface.1.SubnetId` goes by its member's name here."""
    if isinstance(value, dict):
        parts = [_flat(part, f"{name}.{key}" if name else key) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [_flat(part, f"{name}.{index}") for index, part in enumerate(value, 1)]
    else:
        return {name: str(value).lower() if isinstance(value, bool) else str(value)}
    return {key: text for part in parts for key, text in part.items()}
