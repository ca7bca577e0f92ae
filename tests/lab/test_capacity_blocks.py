"""Holds capacity blocks: the search for offerings, and the purchase."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from harness import REGION, LabTest, client, fetch, shared

BLOCK = {"region": REGION, "InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a", "UpfrontFee": "943.33"}


class Blocks(LabTest):
    def put(self, **members: Any) -> str:
        return self.control("POST", "/capacity-block-offerings", BLOCK | members)["CapacityBlockOfferingId"]

    def search(self, hours: int = 24, **wish: Any) -> list[dict[str, Any]]:
        wish = {"InstanceType": "p5.48xlarge", "InstanceCount": 1, **wish}
        found = client("ec2").describe_capacity_block_offerings(CapacityDurationHours=hours, **wish)
        return found["CapacityBlockOfferings"]

    def buy(self, offering: str, **wish: Any) -> dict[str, Any]:
        wish = {"CapacityBlockOfferingId": offering, "InstancePlatform": "Linux/UNIX", **wish}
        return client("ec2").purchase_capacity_block(**wish)


class Offerings(Blocks):
    def test_an_empty_answer_is_an_answer(self) -> None:
        self.assertEqual(self.search(), [])

    def test_one_is_told_with_its_total(self) -> None:
        offering = self.put(CapacityBlockDurationHours=23, CapacityBlockDurationMinutes=30)
        found = self.search()
        self.assertEqual([one["CapacityBlockOfferingId"] for one in found], [offering])
        expected = {"UpfrontFee": "943.33", "CurrencyCode": "USD", "Tenancy": "default", "InstanceCount": 1}
        expected |= {"CapacityBlockDurationHours": 23, "CapacityBlockDurationMinutes": 30}
        self.assertEqual({name: found[0][name] for name in expected}, expected)
        self.assertEqual(found[0]["EndDate"] - found[0]["StartDate"], timedelta(hours=23, minutes=30))

    def test_type_count_and_duration_must_be_those(self) -> None:
        self.put(InstanceCount=2, CapacityBlockDurationHours=48)
        self.assertEqual(len(self.search(48, InstanceCount=2)), 1)
        for wish in ({"hours": 24, "InstanceCount": 2}, {"hours": 48}, {"hours": 48, "InstanceType": "p4d.24xlarge"}):
            self.assertEqual(self.search(**wish), [])

    def test_the_dates_narrow_it_down(self) -> None:
        start = datetime.now(timezone.utc) + timedelta(days=10)
        self.put(StartDate=start.isoformat())
        self.assertEqual(len(self.search(StartDateRange=start - timedelta(days=1))), 1)
        self.assertEqual(self.search(StartDateRange=start + timedelta(days=1)), [])
        self.assertEqual(len(self.search(EndDateRange=start + timedelta(days=1, hours=1))), 1)
        self.assertEqual(self.search(EndDateRange=start), [])

    def test_durations_that_are_sold(self) -> None:
        for hours in (24, 336, 504, 4368):
            self.assertEqual(self.search(hours), [])
        for hours in (0, 12, 25, 360, 4536):
            with self.refused("InvalidParameterValue", 400):
                self.search(hours)

    def test_other_bounds(self) -> None:
        for wish in ({"InstanceCount": 65}, {"InstanceCount": 0}, {"InstanceType": "x99.huge"}, {"MaxResults": 1001}):
            with self.refused("InvalidParameterValue"):
                self.search(**wish)
        with self.refused("MissingParameter"):
            client("ec2").describe_capacity_block_offerings(CapacityDurationHours=24)
        with self.refused("DryRunOperation", 412):
            self.search(DryRun=True)
        body = b'{"region": "us-east-1", "InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a"}'
        self.assertEqual(fetch(shared()["control"] + "/capacity-block-offerings", "POST", body).status, 400)

    def test_pages(self) -> None:
        ids = [self.put() for _ in range(3)]
        self.control("POST", "/paging", {"largest": 1})
        wish = {"InstanceType": "p5.48xlarge", "InstanceCount": 1, "CapacityDurationHours": 24}
        pages = client("ec2").get_paginator("describe_capacity_block_offerings").paginate(**wish)
        found = [page["CapacityBlockOfferings"] for page in pages]
        self.assertEqual([[one["CapacityBlockOfferingId"] for one in page] for page in found], [[one] for one in ids])


class Purchases(Blocks):
    def test_what_is_bought_is_a_reservation_and_a_block(self) -> None:
        offering = self.put(InstanceCount=2)
        tag = {"ResourceType": "capacity-reservation", "Tags": [{"Key": "a", "Value": "b"}]}
        bought = self.buy(offering, TagSpecifications=[tag])
        reservation = bought["CapacityReservation"]
        expected = {"ReservationType": "capacity-block", "State": "payment-pending", "TotalInstanceCount": 2}
        expected |= {"InstanceMatchCriteria": "targeted", "EndDateType": "limited", "Tags": tag["Tags"]}
        self.assertEqual({name: reservation[name] for name in expected}, expected)
        self.assertEqual(client("ec2").describe_capacity_reservations()["CapacityReservations"], [reservation])
        blocks = client("ec2").describe_capacity_blocks()["CapacityBlocks"]
        self.assertEqual(blocks, bought["CapacityBlocks"])
        self.assertEqual(blocks[0]["CapacityReservationIds"], [reservation["CapacityReservationId"]])
        with self.refused("OperationNotPermitted"):
            client("ec2").cancel_capacity_reservation(CapacityReservationId=reservation["CapacityReservationId"])

    def test_a_dry_run_buys_nothing(self) -> None:
        offering = self.put()
        with self.refused("DryRunOperation", 412):
            self.buy(offering, DryRun=True)
        self.assertEqual(client("ec2").describe_capacity_reservations()["CapacityReservations"], [])
        self.assertFalse(self.control("GET", "/requests")[0]["mutating"])
        self.buy(offering)

    def test_an_offering_is_sold_once(self) -> None:
        offering = self.put(PurchasedState="scheduled")
        self.assertEqual(self.buy(offering)["CapacityReservation"]["State"], "scheduled")
        self.assertEqual(self.search(), [])
        with self.refused("InvalidCapacityBlockOfferingId.NotFound", 400):
            self.buy(offering)
