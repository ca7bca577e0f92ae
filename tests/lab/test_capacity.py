"""Holds capacity reservations, and launches into them."""

from __future__ import annotations

from typing import Any

from harness import REGION, LabTest, client, fetch, shared, wait_until

ZONE = {"AvailabilityZone": "us-east-1a"}


class Reserved(LabTest):
    def put(self, **members: Any) -> str:
        """A reservation of two small machines, by the control API."""
        body = {"region": REGION, "InstanceType": "t3.micro", "TotalInstanceCount": 2, **ZONE, **members}
        return self.control("POST", "/capacity-reservations", body)["CapacityReservationId"]

    def described(self, **wish: Any) -> list[dict[str, Any]]:
        return client("ec2").describe_capacity_reservations(**wish)["CapacityReservations"]

    def free(self, reservation: str) -> int:
        return self.described(CapacityReservationIds=[reservation])[0]["AvailableInstanceCount"]

    def into(self, reservation: str, **wish: Any) -> dict[str, Any]:
        target = {"CapacityReservationTarget": {"CapacityReservationId": reservation}}
        return self.launch(**{"Placement": ZONE, "CapacityReservationSpecification": target, **wish})


class Describing(Reserved):
    def test_one_that_was_made_by_the_api(self) -> None:
        tag = {"ResourceType": "capacity-reservation", "Tags": [{"Key": "a", "Value": "b"}]}
        wish = {"InstanceType": "t3.micro", "InstancePlatform": "Linux/UNIX", "InstanceCount": 3}
        call = client("ec2").create_capacity_reservation
        made = call(**wish, AvailabilityZoneId="use1-az6", TagSpecifications=[tag], ClientToken="one")
        again = call(**wish, AvailabilityZoneId="use1-az6", TagSpecifications=[tag], ClientToken="one")
        self.assertEqual(made["CapacityReservation"], again["CapacityReservation"])
        found = self.described()
        self.assertEqual(found, [made["CapacityReservation"]])
        expected = {
            "OwnerId": "123456789012",
            "AvailabilityZone": "us-east-1a",
            "AvailabilityZoneId": "use1-az6",
            "InstanceMatchCriteria": "open",
            "ReservationType": "default",
            "State": "active",
            "TotalInstanceCount": 3,
            "AvailableInstanceCount": 3,
            "EndDateType": "unlimited",
            "Tags": tag["Tags"],
        }
        self.assertEqual({name: found[0][name] for name in expected}, expected)
        client("ec2").cancel_capacity_reservation(CapacityReservationId=found[0]["CapacityReservationId"])
        self.assertEqual(self.described()[0]["State"], "cancelled")

    def test_what_cannot_be_made(self) -> None:
        good = {"InstanceType": "t3.micro", "InstancePlatform": "Linux/UNIX", "InstanceCount": 3, **ZONE}
        for change, code in (
            ({"InstanceCount": 1001}, "InvalidParameterValue"),
            ({"InstanceType": "x99.huge"}, "InvalidParameterValue"),
            ({"AvailabilityZone": "us-east-1z"}, "InvalidParameterValue"),
            ({"EndDateType": "limited"}, "MissingParameter"),
            ({"DryRun": True}, "DryRunOperation"),
        ):
            with self.refused(code):
                client("ec2").create_capacity_reservation(**good | change)
        self.assertEqual(self.described(), [])

    def test_any_state_kind_and_owner_can_be_set(self) -> None:
        shared_one = self.put(OwnerId="210987654321", State="active", AvailableInstanceCount=1)
        block = self.put(ReservationType="capacity-block", State="payment-pending", EndDate="2031-01-01T11:30:00Z")
        self.put(EndDate="2020-01-01T00:00:00Z")
        self.put(StartDate="2031-01-01T00:00:00Z")
        found = {one["CapacityReservationId"]: one for one in self.described()}
        self.assertEqual(found[shared_one]["OwnerId"], "210987654321")
        self.assertIn(":210987654321:capacity-reservation/", found[shared_one]["CapacityReservationArn"])
        self.assertEqual(found[shared_one]["AvailableInstanceCount"], 1)
        self.assertEqual((found[block]["InstanceMatchCriteria"], found[block]["EndDateType"]), ("targeted", "limited"))
        states = [one["State"] for one in self.described()]
        self.assertEqual(states, ["active", "payment-pending", "expired", "scheduled"])
        self.assertEqual([one["AvailableInstanceCount"] for one in self.described()], [1, 0, 0, 0])
        change = {"region": REGION, "CapacityReservationId": block, "State": "active"}
        self.control("POST", "/capacity-reservations", change)
        self.assertEqual(self.free(block), 2)

    def test_filters_and_pages(self) -> None:
        ids = [self.put(State=state) for state in ("active", "expired", "active", "pending")]
        only = [{"Name": "state", "Values": ["active"]}, {"Name": "instance-type", "Values": ["t3.*"]}]
        self.assertEqual([one["CapacityReservationId"] for one in self.described(Filters=only)], [ids[0], ids[2]])
        page = client("ec2").describe_capacity_reservations(MaxResults=3)
        rest = client("ec2").describe_capacity_reservations(MaxResults=3, NextToken=page["NextToken"])
        found = page["CapacityReservations"] + rest["CapacityReservations"]
        self.assertEqual([one["CapacityReservationId"] for one in found], ids)
        self.assertNotIn("NextToken", rest)
        self.assertEqual(client("ec2", "eu-west-1").describe_capacity_reservations()["CapacityReservations"], [])
        with self.refused("InvalidParameterValue"):
            self.described(Filters=[{"Name": "colour", "Values": ["red"]}])
        with self.refused("InvalidParameterValue"):
            self.described(MaxResults=1001)
        with self.refused("InvalidNextToken"):
            self.described(NextToken="nonsense")
        with self.refused("InvalidCapacityReservationId.NotFound"):
            self.described(CapacityReservationIds=["cr-00000000000000000"])
        with self.refused("InvalidCapacityReservationId.Malformed"):
            self.described(CapacityReservationIds=["reservation"])

    def test_the_control_wants_what_a_reservation_has(self) -> None:
        for body in (b'{"region": "us-east-1", "Colour": "red"}', b'{"region": "us-east-1"}'):
            self.assertEqual(fetch(shared()["control"] + "/capacity-reservations", "POST", body).status, 400)


class Launching(Reserved):
    def test_a_target_gives_places_until_there_are_none(self) -> None:
        reservation = self.put(InstanceMatchCriteria="targeted")
        machine = self.into(reservation)
        self.assertEqual(machine["CapacityReservationId"], reservation)
        target = machine["CapacityReservationSpecification"]["CapacityReservationTarget"]
        self.assertEqual(target["CapacityReservationId"], reservation)
        self.assertEqual(self.free(reservation), 1)
        self.into(reservation)
        with self.refused("ReservationCapacityExceeded", 400):
            self.into(reservation)
        client("ec2").terminate_instances(InstanceIds=[machine["InstanceId"]])
        wait_until(lambda: self.free(reservation) == 1)

    def test_as_many_as_there_are_places_above_the_least(self) -> None:
        reservation = self.put(AvailableInstanceCount=1)
        wish = {"CapacityReservationTarget": {"CapacityReservationId": reservation}}
        run = client("ec2").run_instances
        asked = {"ImageId": self.image(), "InstanceType": "t3.micro", "Placement": ZONE, "MaxCount": 2}
        with self.refused("ReservationCapacityExceeded"):
            run(**asked, MinCount=2, CapacityReservationSpecification=wish)
        made = run(**asked, MinCount=1, CapacityReservationSpecification=wish)["Instances"]
        self.assertEqual(len(made), 1)

    def test_what_does_not_fit_the_target(self) -> None:
        reservation = self.put()
        for wish in ({"InstanceType": "t3.small"}, {"Placement": {"AvailabilityZone": "us-east-1b"}}):
            with self.refused("ReservationCapacityExceeded"):
                self.into(reservation, **wish)
        with self.refused("ReservationCapacityExceeded"):
            self.into(self.put(State="expired"))
        with self.refused("InvalidCapacityReservationId.NotFound"):
            self.into("cr-00000000000000000")

    def test_a_block_wants_its_market_type(self) -> None:
        block = self.put(ReservationType="capacity-block")
        with self.assertRaisesRegex(Exception, "InvalidParameterValue.*market type .purchasing. option is not valid"):
            self.into(block)
        machine = self.into(block, InstanceMarketOptions={"MarketType": "capacity-block"})
        self.assertEqual((machine["InstanceLifecycle"], self.free(block)), ("capacity-block", 1))
        with self.refused("InvalidParameterValue"):
            self.into(self.put(), InstanceMarketOptions={"MarketType": "capacity-block"})

    def test_an_open_one_is_taken_by_itself_unless_declined(self) -> None:
        reservation = self.put()
        none = {"CapacityReservationPreference": "none"}
        self.assertNotIn("CapacityReservationId", self.launch(Placement=ZONE, CapacityReservationSpecification=none))
        self.assertEqual(self.launch(Placement=ZONE)["CapacityReservationId"], reservation)
        only = {"CapacityReservationPreference": "capacity-reservations-only"}
        self.launch(Placement=ZONE, CapacityReservationSpecification=only)
        with self.refused("ReservationCapacityExceeded"):
            self.launch(Placement=ZONE, CapacityReservationSpecification=only)
        self.assertNotIn("CapacityReservationId", self.launch(Placement=ZONE))

    def test_what_is_reserved_is_charged_to_the_quota_once(self) -> None:
        reservation = self.put()
        self.control("POST", "/quotas", {"region": REGION, "code": "L-1216C47A", "value": 4})
        self.into(reservation)
        with self.refused("VcpuLimitExceeded"):
            self.launch(Placement={"AvailabilityZone": "us-east-1b"})
        self.into(reservation)

    def test_reset_forgets_them(self) -> None:
        self.put()
        self.control("POST", "/reset")
        self.assertEqual(self.described(), [])
