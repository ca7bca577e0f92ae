"""Holds pools without room, machines that die at their start, and the highest price of a spot launch."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from harness import REGION, LabTest, client, wait_until

SPOT = {"MarketType": "spot"}


class Room(LabTest):
    def empty(self, zone: str | None = None, **more: Any) -> None:
        self.control("POST", "/room", {"region": REGION, "type": "t3.micro", "zone": zone, **more})

    def zone_of(self, **wish: Any) -> str:
        return self.launch(**wish)["Placement"]["AvailabilityZone"]

    def words(self, **wish: Any) -> str:
        with self.assertRaises(ClientError) as caught:
            self.launch(**wish)
        response = caught.exception.response
        self.assertEqual(response["Error"]["Code"], "InsufficientInstanceCapacity")
        self.assertEqual(response["ResponseMetadata"]["HTTPStatusCode"], 500)
        return response["Error"]["Message"]

    def test_a_zone_without_room_names_those_with_some(self) -> None:
        self.empty("us-east-1a")
        self.empty("use1-az6")
        words = self.words(Placement={"AvailabilityZone": "us-east-1a"})
        self.assertIn("zone you requested (us-east-1a)".lower(), words.lower())
        self.assertIn("or choosing us-east-1b, us-east-1c, us-east-1d, us-east-1f.", words)
        self.assertEqual(self.zone_of(Placement={"AvailabilityZone": "us-east-1b"}), "us-east-1b")
        self.assertEqual(self.zone_of(), "us-east-1b")

    def test_a_region_without_room(self) -> None:
        self.empty()
        self.assertNotIn("choosing", self.words())
        self.assertNotIn("choosing", self.words(Placement={"AvailabilityZone": "us-east-1a"}))
        self.empty("us-east-1c", room=True)
        self.assertEqual(self.zone_of(), "us-east-1c")

    def test_markets_have_rooms_of_their_own(self) -> None:
        self.empty(market="spot")
        self.assertIn("no Spot capacity", self.words(InstanceMarketOptions=SPOT))
        self.launch()

    def test_a_dry_run_asks_for_permission_alone(self) -> None:
        self.empty()
        with self.refused("DryRunOperation"):
            self.launch(DryRun=True)


class Deaths(LabTest):
    def test_a_machine_ends_while_it_starts_and_says_why(self) -> None:
        self.control("POST", "/deaths", {"code": "Server.InsufficientInstanceCapacity", "message": "No room"})
        dying, living = self.launch(), self.launch()
        self.assertEqual(dying["State"]["Name"], "pending")
        wait_until(lambda: self.state(dying["InstanceId"]) == "terminated")
        wait_until(lambda: self.state(living["InstanceId"]) == "running")
        found = client("ec2").describe_instances(InstanceIds=[dying["InstanceId"]])
        reason = found["Reservations"][0]["Instances"][0]["StateReason"]
        self.assertEqual(reason["Code"], "Server.InsufficientInstanceCapacity")
        self.assertEqual(reason["Message"], "Server.InsufficientInstanceCapacity: No room")
        client("ec2").terminate_instances(InstanceIds=[dying["InstanceId"], living["InstanceId"]])

    def test_only_what_matches_dies(self) -> None:
        self.control("POST", "/deaths", {"code": "Client.InternalError", "params": {"InstanceType": "t3.small"}})
        machine = self.launch()
        wait_until(lambda: self.state(machine["InstanceId"]) == "running")


class HighestPrice(LabTest):
    def spot(self, price: str) -> dict[str, Any]:
        return self.launch(InstanceMarketOptions={**SPOT, "SpotOptions": {"MaxPrice": price}})

    def test_it_is_held_against_the_price(self) -> None:
        for letter in "abcdf":
            self.control("POST", "/spot-prices", {
                "region": REGION, "type": "t3.micro", "zone": f"us-east-1{letter}",
                "series": [{"hours_ago": 1, "price": "0.0031"}],
            })  # fmt: skip
        with self.refused("SpotMaxPriceTooLow", 400):
            self.spot("0.0030")
        with self.refused("InvalidParameterValue"):
            self.spot("0.001")
        self.spot("0.0031")
