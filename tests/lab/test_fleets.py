"""Holds fleets of type `instant` and their launch templates: pools, minimums, errors of single pools, client tokens."""

from __future__ import annotations

from typing import Any

from harness import REGION, LabTest, client

DATA = {"UserData": "aGk=", "InstanceInitiatedShutdownBehavior": "terminate"}


class Fleets(LabTest):
    def setUp(self) -> None:
        super().setUp()
        self.ec2 = client("ec2")
        data: Any = {
            **DATA,
            "ImageId": self.image(),
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "a"}]}],
        }
        self.ec2.create_launch_template(LaunchTemplateName="base", LaunchTemplateData=data)

    def fleet(self, total: int, market: str = "spot", *pools: tuple[str, str], **more: Any) -> dict[str, Any]:
        overrides: Any = [
            {"InstanceType": name, "AvailabilityZone": zone, **({} if market == "spot" else {"Priority": float(rank)})}
            for rank, (name, zone) in enumerate(pools or [("t3.micro", "us-east-1a"), ("t3.small", "us-east-1b")])
        ]
        named = {"LaunchTemplateName": "base", "Version": "1"}
        capacity: Any = {"TotalTargetCapacity": total, "DefaultTargetCapacityType": market}
        return dict(
            self.ec2.create_fleet(
                Type="instant",
                TargetCapacitySpecification=capacity,
                LaunchTemplateConfigs=[{"LaunchTemplateSpecification": named, "Overrides": overrides}],
                **more,
            )
        )

    def room(self, name: str, zone: str, room: bool | int, market: str = "spot") -> None:
        self.control("POST", "/room", {"region": REGION, "type": name, "zone": zone, "market": market, "room": room})

    def codes(self, answer: dict[str, Any]) -> dict[str, str]:
        return {
            error["LaunchTemplateAndOverrides"]["Overrides"]["InstanceType"]: error["ErrorCode"]
            for error in answer["Errors"]
        }

    def test_machines_are_of_the_template_and_the_pool(self) -> None:
        answer = self.fleet(3)
        ids = [id for launched in answer["Instances"] for id in launched["InstanceIds"]]
        self.assertEqual(len(ids), 3)
        self.assertEqual(answer["Errors"], [])
        machines = [one for one in self.control("GET", "/machines") if one["id"] in ids]
        for machine in machines:
            self.assertEqual(machine["lifecycle"], "spot")
            self.assertEqual(machine["user_data_base64"], "aGk=")
            self.assertEqual(machine["shutdown_behavior"], "terminate")
            self.assertEqual(machine["tags"]["team"], "a")
            self.assertEqual(machine["tags"]["aws:ec2:fleet-id"], answer["FleetId"])

    def test_on_demand_goes_by_priority_and_on_where_a_pool_is_used_up(self) -> None:
        self.room("t3.micro", "us-east-1a", 2, "on-demand")
        answer = self.fleet(5, "on-demand", OnDemandOptions={"AllocationStrategy": "prioritized"})
        found = {one["InstanceType"]: len(one["InstanceIds"]) for one in answer["Instances"]}
        self.assertEqual(found, {"t3.micro": 2, "t3.small": 3})
        self.assertEqual(self.codes(answer), {"t3.micro": "InsufficientInstanceCapacity"})

    def test_a_minimum_is_all_or_nothing_and_wants_one_type_or_zone(self) -> None:
        options = {"MinTargetCapacity": 3, "AllocationStrategy": "price-capacity-optimized"}
        with self.refused("InvalidParameterValue"):
            self.fleet(3, SpotOptions=options)
        pools = [("t3.micro", "us-east-1a"), ("t3.micro", "us-east-1b")]
        for _, zone in pools:
            self.room("t3.micro", zone, 1)
        single = options | {"SingleInstanceType": True}
        answer = self.fleet(3, "spot", *pools, SpotOptions=single)
        self.assertEqual(answer["Instances"], [])
        self.assertEqual(len(answer["Errors"]), 2)
        self.assertEqual(self.living(), [])
        self.room("t3.micro", "us-east-1a", True)
        self.assertEqual(len(self.fleet(3, "spot", *pools, SpotOptions=single)["Instances"]), 1)

    def living(self) -> list[str]:
        return [one["id"] for one in self.control("GET", "/machines") if one["state"] in ("pending", "running")]

    def test_errors_of_single_pools_leave_the_others(self) -> None:
        fault = {"code": "MaxSpotInstanceCountExceeded", "type": "t3.micro", "market": "spot"}
        self.control("POST", "/fleet-errors", fault)
        answer = self.fleet(2)
        self.assertEqual([one["InstanceType"] for one in answer["Instances"]], ["t3.small"])
        self.assertIn(self.codes(answer).get("t3.micro"), (None, "MaxSpotInstanceCountExceeded"))

    def test_the_same_request_makes_no_further_machines(self) -> None:
        first, again = self.fleet(2, ClientToken="one"), self.fleet(2, ClientToken="one")
        self.assertEqual(first["FleetId"], again["FleetId"])
        self.assertEqual(first["Instances"], again["Instances"])
        self.assertEqual(len(self.living()), 2)
        with self.refused("IdempotentParameterMismatch"):
            self.fleet(3, ClientToken="one")

    def test_what_is_no_fleet_is_refused_as_a_whole(self) -> None:
        with self.refused("InvalidFleetConfig"):
            self.fleet(1, "spot", ("t3.micro", "us-east-1a"), ("t3.micro", "us-east-1a"))
        self.ec2.delete_launch_template(LaunchTemplateName="base")
        with self.refused("InvalidLaunchTemplateName.NotFoundException"):
            self.fleet(1)
        self.assertEqual(self.living(), [])
