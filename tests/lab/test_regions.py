"""Holds regions that are and are not enabled, lists in pages, and one dead region among many."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ConnectionClosedError
from harness import REGION, LabTest, client, fetch, shared

THREE = ["m5.large", "c5.large", "r5.large"]


def statuses(**wish: Any) -> dict[str, str]:
    return {one["RegionName"]: one["OptInStatus"] for one in client("ec2").describe_regions(**wish)["Regions"]}


class OptIn(LabTest):
    def test_only_enabled_regions_unless_all_are_asked_for(self) -> None:
        self.assertEqual(set(statuses().values()), {"opt-in-not-required"})
        everything = statuses(AllRegions=True)
        self.assertEqual((everything["af-south-1"], everything["us-east-1"]), ("not-opted-in", "opt-in-not-required"))
        self.assertNotIn("cn-north-1", everything)
        self.assertEqual(statuses(RegionNames=["af-south-1"]), {"af-south-1": "not-opted-in"})
        out = [{"Name": "opt-in-status", "Values": ["not-opted-in"]}]
        self.assertEqual(set(statuses(AllRegions=True, Filters=out).values()), {"not-opted-in"})
        with self.refused("InvalidParameterValue"):
            statuses(RegionNames=["mars-1"])

    def test_another_partition_has_its_own(self) -> None:
        found = client("ec2", "cn-north-1").describe_regions()["Regions"]
        self.assertEqual({one["RegionName"] for one in found}, {"cn-north-1", "cn-northwest-1"})

    def test_a_region_is_enabled_and_disabled(self) -> None:
        self.control("POST", "/regions", {"region": "af-south-1", "opt_in_status": "opted-in"})
        self.assertEqual(statuses()["af-south-1"], "opted-in")
        client("ec2", "af-south-1").describe_instances()
        self.control("POST", "/reset")
        self.assertNotIn("af-south-1", statuses())
        body = b'{"region": "af-south-1", "opt_in_status": "maybe"}'
        self.assertEqual(fetch(shared()["control"] + "/regions", "POST", body).status, 400)

    def test_a_call_to_a_region_that_is_not_enabled(self) -> None:
        for service, action, code, status in (
            ("ec2", "describe_instances", "AuthFailure", 401),
            ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
            ("ssm", "describe_parameters", "UnrecognizedClientException", 400),
            ("service-quotas", "list_services", "UnrecognizedClientException", 400),
        ):
            with self.refused(code, status):
                getattr(client(service, "af-south-1"), action)()

    def test_an_unknown_key(self) -> None:
        for service, action, code, status in (
            ("ec2", "describe_regions", "AuthFailure", 401),
            ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
            ("iam", "list_roles", "InvalidClientTokenId", 403),
            ("s3", "list_buckets", "InvalidAccessKeyId", 403),
            ("ssm", "describe_parameters", "UnrecognizedClientException", 400),
        ):
            with self.refused(code, status):
                getattr(client(service, access_key="INVALID"), action)()


class Pages(LabTest):
    def test_instances(self) -> None:
        made = {self.launch()["InstanceId"] for _ in range(3)}
        self.control("POST", "/paging", {"largest": 1})
        pages = list(client("ec2").get_paginator("describe_instances").paginate())
        self.assertEqual([len(page["Reservations"]) for page in pages], [1, 1, 1])
        found = [page["Reservations"][0]["Instances"][0]["InstanceId"] for page in pages]
        self.assertEqual(set(found), made)
        self.assertEqual(len(client("ec2").describe_instances(InstanceIds=found)["Reservations"]), 3)
        with self.refused("InvalidParameterCombination"):
            client("ec2").describe_instances(InstanceIds=found, MaxResults=5)
        with self.refused("InvalidNextToken"):
            client("ec2").describe_instances(NextToken="nonsense")
        for size in (4, 1001):
            with self.refused("InvalidParameterValue"):
                client("ec2").describe_instances(MaxResults=size)

    def test_offerings(self) -> None:
        pages = client("ec2").get_paginator("describe_instance_type_offerings")
        wish = {"LocationType": "availability-zone", "Filters": [{"Name": "instance-type", "Values": ["m5.*"]}]}
        whole = [one for page in pages.paginate(**wish) for one in page["InstanceTypeOfferings"]]
        found = [page["InstanceTypeOfferings"] for page in pages.paginate(**wish, PaginationConfig={"PageSize": 7})]
        self.assertEqual([one for page in found for one in page], whole)
        self.assertEqual({len(page) for page in found[:-1]}, {7})
        for size in (4, 1001):
            with self.refused("InvalidParameterValue"):
                client("ec2", checked=False).describe_instance_type_offerings(MaxResults=size)

    def test_a_page_cannot_be_smaller_than_one(self) -> None:
        self.assertEqual(fetch(shared()["control"] + "/paging", "POST", b'{"largest": 0}').status, 400)


class OneDeadRegion(LabTest):
    def calls(self, region: str) -> dict[str, Any]:
        ec2, quotas = client("ec2", region), client("service-quotas", region)
        return {
            "DescribeSpotPriceHistory": lambda: ec2.describe_spot_price_history(MaxResults=1, InstanceTypes=THREE),
            "GetSpotPlacementScores": lambda: ec2.get_spot_placement_scores(InstanceTypes=THREE, TargetCapacity=1),
            "DescribeCapacityReservations": ec2.describe_capacity_reservations,
            "DescribeCapacityBlockOfferings": lambda: ec2.describe_capacity_block_offerings(
                CapacityDurationHours=24, InstanceType="p5.48xlarge"
            ),
            "ListServiceQuotas": lambda: quotas.list_service_quotas(ServiceCode="ec2"),
        }

    def test_errors_and_dropped_calls(self) -> None:
        self.control("POST", "/faults", {"kind": "drop", "region": "eu-west-1", "times": 5})
        for call in self.calls("eu-west-1").values():
            with self.assertRaises(ConnectionClosedError):
                call()
        self.control("POST", "/faults", {"kind": "error", "region": "eu-west-1", "status": 503, "code": "Unavailable"})
        for call in self.calls("eu-west-1").values():
            with self.refused("Unavailable", 503):
                call()
        for call in self.calls(REGION).values():
            call()

    def test_one_service_of_one_region_is_throttled(self) -> None:
        self.control("POST", "/faults", {"kind": "throttle", "region": "eu-west-1", "service": "ec2"})
        for action, call in self.calls("eu-west-1").items():
            if action == "ListServiceQuotas":
                call()
                continue
            with self.refused("RequestLimitExceeded", 503):
                call()

    def test_hanging_and_slow_calls(self) -> None:
        self.control("POST", "/faults", {"kind": "hang", "region": "eu-west-1", "ms": 50})
        self.control("POST", "/latency", {"ms": 30, "action": "ListServiceQuotas"})
        for action, call in self.calls("eu-west-1").items():
            started = time.monotonic()
            call()
            least = 0.08 if action == "ListServiceQuotas" else 0.05
            self.assertGreaterEqual(time.monotonic() - started, least)

    def test_expired_credentials(self) -> None:
        ec2 = client("ec2", access_key="EXPIRED")
        for call in (ec2.describe_capacity_reservations, ec2.describe_spot_price_history):
            with self.refused("RequestExpired", 400):
                call()
        with self.refused("ExpiredTokenException", 400):
            client("service-quotas", access_key="EXPIRED").list_services()
