"""Holds the spot market: price history and placement scores."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from harness import REGION, LabTest, client, fetch, shared

THREE = ["m5.large", "c5.large", "r5.large"]


def moment(**ago: float) -> datetime:
    return datetime.now(timezone.utc) - timedelta(**ago)


class Prices(LabTest):
    def put(self, *series: tuple[float, str], **where: Any) -> None:
        changes = [{"hours_ago": hours, "price": price} for hours, price in series]
        body = {"region": REGION, "type": "m5.large", "zone": "us-east-1a", "series": changes, **where}
        self.control("POST", "/spot-prices", body)

    def page(self, **wish: Any) -> dict[str, Any]:
        wish = {"InstanceTypes": ["m5.large"], "ProductDescriptions": ["Linux/UNIX"], **wish}
        return client("ec2").describe_spot_price_history(**wish)

    def prices(self, **wish: Any) -> list[str]:
        return [one["SpotPrice"] for one in self.page(AvailabilityZone="us-east-1a", **wish)["SpotPriceHistory"]]

    def test_newest_first_with_the_last_change_before_the_start(self) -> None:
        self.put((1, "0.03"), (5, "0.02"), (9, "0.01"))
        self.assertEqual(self.prices(), ["0.03", "0.02", "0.01"])
        self.assertEqual(self.prices(StartTime=moment(hours=3)), ["0.03", "0.02"])
        self.assertEqual(self.prices(StartTime=moment()), ["0.03"])
        self.assertEqual(self.prices(StartTime=moment(hours=7), EndTime=moment(hours=3)), ["0.02", "0.01"])
        self.assertEqual(self.prices(StartTime=moment(hours=10), EndTime=moment(hours=9.5)), [])
        with self.refused("InvalidParameterValue"):
            self.prices(StartTime=moment(hours=3), EndTime=moment(hours=4))

    def test_ninety_days_are_kept(self) -> None:
        self.put((1, "0.03"), (91 * 24, "0.02"), (95 * 24, "0.01"))
        self.assertEqual(self.prices(StartTime=moment(days=200)), ["0.03", "0.02"])

    def test_a_type_may_have_no_price(self) -> None:
        self.put()
        self.assertEqual(self.prices(), [])

    def test_products(self) -> None:
        self.put((1, "0.03"))
        self.put((1, "0.08"), product="Windows")
        for product, price in (
            ("Linux/UNIX", "0.03"),
            ("Linux/UNIX (Amazon VPC)", "0.03"),
            ("Windows", "0.08"),
            ("Windows (Amazon VPC)", "0.08"),
        ):
            found = self.page(AvailabilityZone="us-east-1a", ProductDescriptions=[product])["SpotPriceHistory"]
            self.assertEqual([(one["ProductDescription"], one["SpotPrice"]) for one in found], [(product, price)])
        with self.refused("InvalidParameterValue"):
            self.page(ProductDescriptions=["linux"])

    def test_zones_by_name_id_and_filter(self) -> None:
        self.put((1, "0.03"), zone="use1-az6")
        by_id = self.page(AvailabilityZoneId="use1-az6")["SpotPriceHistory"][0]
        self.assertEqual((by_id["AvailabilityZone"], by_id["AvailabilityZoneId"]), ("us-east-1a", "use1-az6"))
        only = [{"Name": "availability-zone", "Values": ["us-east-1a"]}]
        self.assertEqual([one["SpotPrice"] for one in self.page(Filters=only)["SpotPriceHistory"]], ["0.03"])
        with self.refused("InvalidParameterCombination"):
            self.page(AvailabilityZone="us-east-1a", AvailabilityZoneId="use1-az6")
        with self.refused("InvalidParameterValue"):
            self.page(AvailabilityZone="us-east-1z")
        with self.refused("InvalidParameterValue"):
            self.page(InstanceTypes=["x99.huge"])

    def test_invented_prices_are_the_same_each_time(self) -> None:
        first = self.page(StartTime=moment())["SpotPriceHistory"]
        self.control("POST", "/reset")
        self.assertEqual(self.page(StartTime=moment())["SpotPriceHistory"], first)
        self.assertEqual({one["AvailabilityZone"] for one in first}, {f"us-east-1{zone}" for zone in "abcdf"})
        whole = self.page(AvailabilityZone="us-east-1a")["SpotPriceHistory"]
        times = [one["Timestamp"] for one in whole]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertGreater(times[0] - times[-1], timedelta(days=85))

    def test_pages(self) -> None:
        whole = self.page()["SpotPriceHistory"]
        pages = client("ec2").get_paginator("describe_spot_price_history")
        found = pages.paginate(
            InstanceTypes=["m5.large"], ProductDescriptions=["Linux/UNIX"], PaginationConfig={"PageSize": 200}
        )
        found = [page["SpotPriceHistory"] for page in found]
        self.assertEqual([one for page in found for one in page][: len(whole)], whole)
        self.assertEqual({len(page) for page in found[:-1]}, {200})
        for size in (0, 1001):
            with self.refused("InvalidParameterValue"):
                self.page(MaxResults=size)
        with self.refused("InvalidNextToken"):
            self.page(NextToken="nonsense")

    def test_a_series_is_checked(self) -> None:
        for body, status in (
            (b'{"region": "us-east-1", "type": "m5.large", "zone": "us-east-1z", "series": []}', 404),
            (b'{"region": "us-east-1", "type": "m5.large", "zone": "us-east-1a", "series": [], "product": "x"}', 400),
        ):
            self.assertEqual(fetch(shared()["control"] + "/spot-prices", "POST", body).status, status)


class Scores(LabTest):
    def scores(self, **wish: Any) -> dict[str, int]:
        wish = {"InstanceTypes": THREE, "TargetCapacity": 5, **wish}
        found = client("ec2").get_spot_placement_scores(**wish)["SpotPlacementScores"]
        return {one.get("AvailabilityZoneId", one["Region"]): one["Score"] for one in found}

    def test_regions_best_first_and_ten_at_most(self) -> None:
        self.control("POST", "/placement-scores", {"region": "us-west-2", "score": 10})
        self.control("POST", "/placement-scores", {"region": "eu-west-1", "score": 1})
        found = self.scores()
        self.assertEqual((len(found), found["us-west-2"], "eu-west-1" in found), (10, 10, False))
        self.assertEqual(list(found.values()), sorted(found.values(), reverse=True))
        self.assertEqual(self.scores(), found)
        self.assertEqual(self.scores(RegionNames=["eu-west-1", "us-west-2"]), {"us-west-2": 10, "eu-west-1": 1})

    def test_zones(self) -> None:
        self.control("POST", "/placement-scores", {"region": REGION, "zone_id": "use1-az6", "score": 9})
        found = self.scores(SingleAvailabilityZone=True, RegionNames=[REGION])
        self.assertEqual((found["use1-az6"], "use1-az3" in found, REGION in found), (9, False, False))

    def test_few_types_score_low(self) -> None:
        self.control("POST", "/placement-scores", {"region": REGION, "score": 9})
        self.assertEqual(self.scores(RegionNames=[REGION]), {REGION: 9})
        for types in (["m5.large"], THREE[:2], ["m5.large", "m5d.large", "r5.large"]):
            self.assertLessEqual(self.scores(InstanceTypes=types, RegionNames=[REGION])[REGION], 3)

    def test_regions_that_are_not_enabled_have_none(self) -> None:
        self.assertEqual(self.scores(RegionNames=["af-south-1"]), {})
        self.control("POST", "/regions", {"region": "af-south-1", "opt_in_status": "opted-in"})
        self.assertEqual(list(self.scores(RegionNames=["af-south-1"])), ["af-south-1"])

    def test_bounds(self) -> None:
        unchecked = client("ec2", checked=False)
        regions = [region["RegionName"] for region in client("ec2").describe_regions()["Regions"]]
        for wish in (
            {"RegionNames": regions[:11]},
            {"RegionNames": ["mars-1"]},
            {"TargetCapacity": 0},
            {"TargetCapacity": 2_000_000_001},
            {"TargetCapacityUnitType": "gpus"},
            {"InstanceTypes": ["x99.huge"]},
            {"MaxResults": 9},
        ):
            with self.refused("InvalidParameterValue", 400):
                unchecked.get_spot_placement_scores(**{"InstanceTypes": THREE, "TargetCapacity": 5, **wish})
        with self.refused("MissingParameter"):
            self.scores(InstanceTypes=[])
        with self.refused("DryRunOperation"):
            self.scores(DryRun=True)

    def test_pages(self) -> None:
        self.control("POST", "/paging", {"largest": 4})
        pages = client("ec2").get_paginator("get_spot_placement_scores")
        found = [page["SpotPlacementScores"] for page in pages.paginate(InstanceTypes=THREE, TargetCapacity=5)]
        self.assertEqual([len(page) for page in found], [4, 4, 2])

    def test_one_configuration_too_many(self) -> None:
        self.control("POST", "/placement-scores", {"most_configurations": 1})
        self.scores()
        self.scores()
        with self.refused("MaxConfigLimitExceeded", 400):
            self.scores(TargetCapacity=6)
