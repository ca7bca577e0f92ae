"""EC2's answers: Moto's, with launches checked, done once per client token, and shown as they stand.

It deliberately overrides only the actions whose requests Moto reads too thinly.
"""

from __future__ import annotations

import sys
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.ec2.responses import EC2Response

from ..errors import AwsError
from ..spot_role import SPOT_ROLE
from . import hibernation
from .capacity_actions import CapacityActions
from .console_actions import ConsoleActions
from .deaths import DEATHS
from .fleet_actions import FleetActions
from .instance_profiles import PROFILES
from .interface_rules import check_interfaces, check_ipv6, check_place
from .launch_rules import Wish, check
from .lists import check_size, cut, matching
from .market_actions import MarketActions
from .region_actions import RegionActions
from .reservations import held_by_account
from .reserved_launch import Claim, places
from .room import ROOM, with_room
from .spot_limit import check_max_price
from .vcpu_limits import check_limit

_OFFERING_FILTERS = {"instance-type": "InstanceType", "location": "Location"}
_FORCED_STATE = "RunInstances.Reservation.Instances.Instance.State"


class LabEc2Response(CapacityActions, ConsoleActions, FleetActions, MarketActions, RegionActions, EC2Response):
    # Moto shows every answer of RunInstances as pending, also the one to a token of long ago.
    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        path: change for path, change in EC2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER.items() if path != _FORCED_STATE
    }

    def error_on_dryrun(self) -> None:
        if self._get_param("DryRun", False):
            raise AwsError(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")

    def run_instances(self) -> ActionResult:
        parameters = {name: values[0] for name, values in self.querystring.items()}
        reservation = self.ec2_backend.launches.once(
            self._get_param("ClientToken"), parameters, lambda: self._launch(parameters)
        )
        return ActionResult(reservation)

    def describe_instance_types(self) -> ActionResult:
        return self._page(super().describe_instance_types(), "InstanceTypes", 5, 100)

    def describe_instance_type_offerings(self) -> ActionResult:
        """Moto knows no wildcards in these filters."""
        kind = self._get_param("LocationType", "region")
        self.error_on_dryrun()
        offers = INSTANCE_TYPE_OFFERINGS.get(kind, {}).get(self.region, [])
        shapes = [{**offer, "LocationType": kind} for offer in offers]
        found = matching(shapes, self._filters_from_querystring(), _OFFERING_FILTERS)
        return self._page(ActionResult({"InstanceTypeOfferings": found}), "InstanceTypeOfferings", 5, 1000)

    def describe_instances(self) -> ActionResult:
        asked = {name: self.params.pop(name, None) for name in ("MaxResults", "NextToken")}
        self.params["MaxResults"] = sys.maxsize
        everything = super().describe_instances()
        if self._get_param("InstanceIds"):
            return everything
        self.params.update({name: value for name, value in asked.items() if value is not None})
        if asked["MaxResults"] is None:
            del self.params["MaxResults"]
        return self._page(everything, "Reservations", 5, 1000)

    def terminate_instances(self) -> ActionResult:
        return self._with_current_states(super().terminate_instances(), "TerminatingInstances")

    def stop_instances(self) -> ActionResult:
        machines = self.ec2_backend.get_multi_instances_by_id(self._get_param("InstanceIds", []))
        hibernate = bool(self._get_param("Hibernate"))
        for machine in machines:
            hibernation.check_stop(machine, hibernate)
        answer = super().stop_instances()
        for machine in machines:
            machine.hibernated = hibernate
        return self._with_current_states(answer, "StoppingInstances")

    def start_instances(self) -> ActionResult:
        return self._with_current_states(super().start_instances(), "StartingInstances")

    def modify_instance_attribute(self) -> ActionResult:
        behavior = self._get_param("InstanceInitiatedShutdownBehavior.Value")
        if behavior is None:
            return super().modify_instance_attribute()
        self.error_on_dryrun()
        machine = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        machine.instance_initiated_shutdown_behavior = behavior
        return EmptyResult()

    def _launch(self, parameters: dict[str, str]) -> Any:
        interfaces, wish = self._get_param("NetworkInterfaces", []), self._wish()
        check_interfaces(interfaces, self._get_param("SubnetId"), self._get_param("SecurityGroupIds", []))
        check_ipv6(self.ec2_backend, interfaces)
        self._checked = check(self.ec2_backend, wish)
        check_place(
            self.ec2_backend,
            wish.subnet_ids,
            wish.group_ids,
            wish.zone_name or wish.zone_id,
            int(self._get_param("MinCount") or 1),
        )
        PROFILES.check(self.current_account, self.partition, dict(self._get_param("IamInstanceProfile") or {}))
        if parameters.get("HibernationOptions.Configured") == "true":
            hibernation.check_launch(self._wish().instance_type, self._checked.devices[0]["Ebs"])
        market = self._get_param("InstanceMarketOptions.MarketType")
        if not self._get_param("DryRun"):
            SPOT_ROLE.check_launch(market)
        self._find_room(market)
        self._take_subnet(self._checked.subnet_id)
        reserved = self._reserve_places(market)
        # Moto makes as few as it may, EC2 as many as it can.
        self.params["MinCount"] = len(reserved)
        reservation = super().run_instances().result
        for machine, reservation_id in zip(reservation.instances, reserved):
            machine.lifecycle = market
            machine.capacity_reservation_id = reservation_id
            machine.capacity_reservation_specification = self._reservation_wish() or {
                "CapacityReservationPreference": "open"
            }
            machine.launch_parameters = parameters
            machine.disable_api_termination = bool(self._get_param("DisableApiTermination"))
            machine.client_token = self._get_param("ClientToken")
            if machine is not reservation.instances[0]:
                self._give_profile(machine)
            if death := DEATHS.strike(self.region, parameters):
                machine.die_at_start(death.code, death.message)
        return reservation

    def associate_iam_instance_profile(self) -> ActionResult:
        PROFILES.check(self.current_account, self.partition, self._get_param("IamInstanceProfile", {}))
        return super().associate_iam_instance_profile()

    def _give_profile(self, machine: Any) -> None:
        """Moto gives it to the first machine alone."""
        named = self._get_param("IamInstanceProfile", {})
        if named:
            self.ec2_backend.associate_iam_instance_profile(
                instance_id=machine.id,
                iam_instance_profile_name=named.get("Name"),
                iam_instance_profile_arn=named.get("Arn"),
            )

    def _find_room(self, market: str | None) -> None:
        """Room that is reserved is not looked for here, and a dry run asks for permission alone."""
        if self._get_param("DryRun") or "CapacityReservationTarget" in self._reservation_wish():
            return
        wish = self._wish()
        least = int(self._get_param("MinCount") or 1)
        self._checked = with_room(self.ec2_backend, wish, self._checked, market, least)
        if market == "spot":
            highest = self._get_param("InstanceMarketOptions.SpotOptions.MaxPrice")
            check_max_price(highest, wish.instance_type, self._checked.zone, self._checked.platform)

    def _reserve_places(self, market: str | None) -> list[str | None]:
        """The capacity reservation of each machine to be made, none for most; the others must fit the quota."""
        wish, specified = self._wish(), self._reservation_wish()
        claim = Claim(
            wish.instance_type,
            self._checked.zone,
            self._checked.platform,
            market,
            specified.get("CapacityReservationTarget", {}).get("CapacityReservationId"),
            specified.get("CapacityReservationPreference"),
            int(self._get_param("MinCount") or 1),
            int(self._get_param("MaxCount") or 1),
        )
        if self._get_param("DryRun"):
            # A dry run asks for permission, not for room.
            return [None] * claim.most
        found = places(self.ec2_backend, claim)
        outside = found.count(None)
        if outside:
            held = held_by_account(self.region)
            check_limit(self.ec2_backend, wish.instance_type, outside, market == "spot", held)
        with_room_for = ROOM.take(wish.instance_type, self._checked.zone, market or "on-demand", outside)
        return [one for one in found if one is not None] + [None] * with_room_for

    def _reservation_wish(self) -> dict[str, Any]:
        return dict(self._get_param("CapacityReservationSpecification") or {})

    def _take_subnet(self, subnet_id: str | None) -> None:
        """Without a subnet Moto would make a machine of EC2-Classic, with an address of no network."""
        interfaces = self._get_param("NetworkInterfaces", [])
        if subnet_id and not interfaces:
            self.params["SubnetId"] = subnet_id
        for interface in interfaces:
            if subnet_id and "NetworkInterfaceId" not in interface:
                interface["SubnetId"] = subnet_id

    def _wish(self) -> Wish:
        interfaces = self._get_param("NetworkInterfaces", [])
        subnets = [self._get_param("SubnetId")] + [self._subnet_of(interface) for interface in interfaces]
        groups = [group for interface in interfaces for group in interface.get("Groups") or []]
        template = self._template()
        return Wish(
            instance_type=self._get_param("InstanceType") or template.get("InstanceType", "m1.small"),
            image_id=self._get_param("ImageId") or template.get("ImageId"),
            key_name=self._get_param("KeyName") or template.get("KeyName"),
            zone_name=self._get_param("Placement.AvailabilityZone"),
            zone_id=self._get_param("Placement.AvailabilityZoneId"),
            subnet_ids=[subnet for subnet in subnets if subnet],
            group_ids=groups + self._get_param("SecurityGroupIds", []),
            user_data=str(self._get_param("UserData") or template.get("UserData") or ""),
            devices=self._get_param("BlockDeviceMappings") or template.get("BlockDeviceMappings", []),
        )

    def _template(self) -> dict[str, Any]:
        named = self._get_param("LaunchTemplate")
        return self.ec2_backend._get_template_from_args(named).data if named else {}

    def _subnet_of(self, interface: Any) -> str | None:
        if made_before := interface.get("NetworkInterfaceId"):
            return self.ec2_backend.get_network_interface(made_before).subnet.id
        return interface.get("SubnetId")

    def _parse_block_device_mapping(self) -> list[dict[str, Any]]:
        return self._checked.devices

    def _page(self, answer: ActionResult, items: str, least: int, most: int) -> ActionResult:
        """Moto writes all at once, and at some milliseconds for each type of machine that takes seconds."""
        size = check_size(self._get_param("MaxResults"), least, most)
        found, token = cut(items, answer.result[items], self._get_param("NextToken"), size)
        answer.result.update({items: found, "NextToken": token})
        return answer

    def _with_current_states(self, answer: ActionResult, changes: str) -> ActionResult:
        """Moto names the state that a change leads to, even where nothing changed."""
        for change in answer.result[changes]:
            state = self.ec2_backend.get_instance(change["InstanceId"])._state
            change["CurrentState"] = {"Code": state.code, "Name": state.name}
        return answer
