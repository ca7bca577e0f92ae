"""Holds Service Quotas, and RunInstances held to them."""

from __future__ import annotations

from typing import Any

from harness import REGION, LabTest, client, fetch, shared

STANDARD, STANDARD_SPOT = "L-1216C47A", "L-34B43A08"


def quotas(region: str = REGION, access_key: str = "any") -> Any:
    return client("service-quotas", region, access_key)


class Reading(LabTest):
    def test_a_quota_has_its_name_value_and_usage_metric(self) -> None:
        quota = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(quota["QuotaName"], "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances")
        self.assertEqual(quota["QuotaArn"], f"arn:aws:servicequotas:us-east-1:123456789012:ec2/{STANDARD}")
        self.assertEqual((quota["Unit"], quota["Adjustable"], quota["GlobalQuota"]), ("None", True, False))
        self.assertEqual(quota["UsageMetric"]["MetricDimensions"]["Class"], "Standard/OnDemand")
        spot = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD_SPOT)["Quota"]
        self.assertEqual(spot["QuotaName"], "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests")

    def test_the_default_is_that_of_a_new_account(self) -> None:
        defaults = quotas().list_aws_default_service_quotas(ServiceCode="ec2", MaxResults=100)["Quotas"]
        values = {quota["QuotaCode"]: quota["Value"] for quota in defaults}
        self.assertEqual((values[STANDARD], values["L-DB2E81BA"], values["L-0263D0A3"]), (5.0, 0.0, 5.0))
        one = quotas().get_aws_default_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(one["Value"], 5.0)
        applied = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertGreater(applied["Value"], 1000)

    def test_both_spot_quotas_of_p_and_the_capacity_blocks_are_there(self) -> None:
        listed = quotas().list_service_quotas(ServiceCode="ec2", MaxResults=100)["Quotas"]
        names = {quota["QuotaCode"]: quota["QuotaName"] for quota in listed}
        self.assertEqual(names["L-7212CCBC"], "All P4, P3 and P2 Spot Instance Requests")
        self.assertEqual(names["L-C4BD4855"], "All P5 Spot Instance Requests")
        self.assertEqual(names["L-DA6814F2"], "Concurrent P5 Capacity Blocks per account")
        self.assertEqual(len(names), 32)

    def test_a_list_comes_in_pages(self) -> None:
        first = quotas().list_service_quotas(ServiceCode="ec2")
        self.assertEqual((len(first["Quotas"]), "NextToken" in first), (20, True))
        self.control("POST", "/paging", {"largest": 3})
        pages = list(quotas().get_paginator("list_service_quotas").paginate(ServiceCode="ec2"))
        self.assertEqual({len(page["Quotas"]) for page in pages}, {3, 2})
        codes = [quota["QuotaCode"] for page in pages for quota in page["Quotas"]]
        self.assertEqual((len(codes), len(set(codes))), (32, 32))

    def test_a_token_is_of_one_kind_of_list(self) -> None:
        token = quotas().list_service_quotas(ServiceCode="ec2", MaxResults=1)["NextToken"]
        for wrong in (token, "bm9uc2Vuc2U=", "x"):
            with self.refused("InvalidPaginationTokenException", 400):
                quotas().list_aws_default_service_quotas(ServiceCode="ec2", NextToken=wrong)

    def test_what_does_not_exist(self) -> None:
        with self.refused("NoSuchResourceException", 400):
            quotas().get_service_quota(ServiceCode="EC2", QuotaCode=STANDARD)
        with self.refused("NoSuchResourceException", 400):
            quotas().get_service_quota(ServiceCode="ec2", QuotaCode="L-5480EFD2")

    def test_bounds(self) -> None:
        unchecked = client("service-quotas", checked=False)
        for size in (0, 101):
            with self.refused("IllegalArgumentException", 400):
                unchecked.list_service_quotas(ServiceCode="ec2", MaxResults=size)
        with self.refused("IllegalArgumentException", 400):
            unchecked.get_service_quota(ServiceCode="ec2")

    def test_of_a_quota_that_is_not_applied_the_default_alone_is_known(self) -> None:
        self.control("POST", "/quotas", {"region": REGION, "code": STANDARD, "value": None, "applied": False})
        listed = quotas().list_service_quotas(ServiceCode="ec2", MaxResults=100)["Quotas"]
        self.assertNotIn(STANDARD, [quota["QuotaCode"] for quota in listed])
        with self.assertRaises(quotas().exceptions.NoSuchResourceException):
            quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)
        default = quotas().get_aws_default_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(default["Value"], 5.0)
        self.control("POST", "/quotas", {"region": REGION, "code": STANDARD, "value": 7})
        applied = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(applied["Value"], 7.0)

    def test_values_are_of_their_region(self) -> None:
        self.control("POST", "/quotas", {"region": "eu-west-1", "code": STANDARD, "value": 7})
        for region, least in (("eu-west-1", 7.0), ("us-east-1", 4096.0)):
            quota = quotas(region).get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
            self.assertEqual(quota["Value"], least)
            self.assertIn(f":{region}:", quota["QuotaArn"])
        answer = fetch(shared()["control"] + "/quotas", "POST", b'{"region": "r", "code": "L-0", "value": 1}')
        self.assertEqual(answer.status, 404)


class Increases(LabTest):
    def ask(self, value: float, code: str = STANDARD) -> dict[str, Any]:
        call = quotas().request_service_quota_increase
        return call(ServiceCode="ec2", QuotaCode=code, DesiredValue=value)["RequestedQuota"]

    def history(self, **wish: Any) -> list[tuple[str, str]]:
        call = quotas().list_requested_service_quota_change_history
        return [(one["QuotaCode"], one["Status"]) for one in call(ServiceCode="ec2", **wish)["RequestedQuotas"]]

    def test_a_request_is_pending_and_the_value_stays(self) -> None:
        self.control("POST", "/quotas", {"region": REGION, "code": STANDARD, "value": 5})
        asked = self.ask(64)
        self.assertEqual((asked["Status"], asked["DesiredValue"], asked["QuotaCode"]), ("PENDING", 64.0, STANDARD))
        found = quotas().get_requested_service_quota_change(RequestId=asked["Id"])["RequestedQuota"]
        self.assertEqual(found, asked)
        quota = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(quota["Value"], 5.0)

    def test_one_open_request_per_quota(self) -> None:
        asked = self.ask(5000)
        with self.refused("ResourceAlreadyExistsException", 400):
            self.ask(6000)
        self.control("POST", "/quota-requests", {"id": asked["Id"], "status": "CASE_OPENED"})
        with self.refused("ResourceAlreadyExistsException", 400):
            self.ask(6000)
        self.ask(5000, STANDARD_SPOT)
        self.control("POST", "/quota-requests", {"id": asked["Id"], "status": "DENIED"})
        self.ask(6000)
        self.assertEqual(self.history(), [(STANDARD, "PENDING"), (STANDARD_SPOT, "PENDING"), (STANDARD, "DENIED")])
        self.assertEqual(self.history(Status="DENIED"), [(STANDARD, "DENIED")])

    def test_a_value_that_is_not_above_the_current_one(self) -> None:
        self.control("POST", "/quotas", {"region": REGION, "code": STANDARD, "value": 5})
        for value in (4, 5):
            with self.refused("IllegalArgumentException", 400):
                self.ask(value)

    def test_an_approved_request_is_the_new_value(self) -> None:
        asked = self.ask(5000)
        self.control("POST", "/quota-requests", {"id": asked["Id"], "status": "APPROVED"})
        quota = quotas().get_service_quota(ServiceCode="ec2", QuotaCode=STANDARD)["Quota"]
        self.assertEqual(quota["Value"], 5000.0)

    def test_the_history_of_a_quota(self) -> None:
        asked = self.ask(5000)
        self.ask(5000, STANDARD_SPOT)
        self.control("POST", "/quota-requests", {"id": asked["Id"], "status": "CASE_OPENED"})
        by_quota = quotas().list_requested_service_quota_change_history_by_quota
        found = by_quota(ServiceCode="ec2", QuotaCode=STANDARD)["RequestedQuotas"]
        self.assertEqual([(one["Status"], "CaseId" in one) for one in found], [("CASE_OPENED", True)])
        with self.refused("NoSuchResourceException"):
            by_quota(ServiceCode="ec2", QuotaCode="L-00000000")
        elsewhere = quotas("eu-west-1").list_requested_service_quota_change_history()
        self.assertEqual(elsewhere["RequestedQuotas"], [])


class Enforcement(LabTest):
    def limit(self, code: str, value: float) -> None:
        self.control("POST", "/quotas", {"region": REGION, "code": code, "value": value})

    def test_on_demand_counts_vcpus(self) -> None:
        self.limit(STANDARD, 5)
        self.launch(InstanceType="m5.xlarge")
        with self.assertRaisesRegex(Exception, "your current vCPU limit of 5 allows for the instance bucket"):
            self.launch(InstanceType="t3.micro")
        with self.refused("VcpuLimitExceeded", 400):
            self.launch(InstanceType="m5.large")
        with self.refused("DryRunOperation", 412):
            self.launch(InstanceType="m5.large", DryRun=True)
        self.assertEqual(len(self.control("GET", "/machines")), 1)

    def test_spot_is_charged_to_spot_alone(self) -> None:
        self.limit(STANDARD, 2)
        self.limit(STANDARD_SPOT, 2)
        spot = {"MarketType": "spot"}
        self.launch(InstanceMarketOptions=spot)
        self.launch()
        with self.refused("MaxSpotInstanceCountExceeded", 400):
            self.launch(InstanceMarketOptions=spot)

    def test_another_class_another_region_and_no_limit(self) -> None:
        self.limit(STANDARD, 0)
        self.launch(InstanceType="g4dn.xlarge")
        image = self.image(region="eu-west-1")
        client("ec2", "eu-west-1").run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        self.control("POST", "/quotas", {"region": REGION, "code": STANDARD, "value": None})
        self.launch()

    def test_a_terminated_machine_is_not_counted(self) -> None:
        self.limit(STANDARD, 2)
        machine_id = self.launch()["InstanceId"]
        client("ec2").terminate_instances(InstanceIds=[machine_id])
        self.launch()

    def test_reset_takes_limits_away(self) -> None:
        self.limit(STANDARD, 0)
        self.control("POST", "/reset")
        self.launch()


class Disturbed(LabTest):
    def test_its_own_shape_of_errors(self) -> None:
        with self.refused("ExpiredTokenException", 400):
            quotas(access_key="EXPIRED").list_services()
        with self.refused("UnrecognizedClientException", 400):
            quotas(access_key="INVALID").list_services()
        with self.refused("AccessDeniedException", 400):
            quotas(access_key="DENIED").list_services()
        self.control("POST", "/faults", {"kind": "throttle", "service": "servicequotas", "times": 1})
        with self.refused("TooManyRequestsException", 400):
            quotas().list_services()
        self.assertEqual(quotas().list_services()["Services"][0]["ServiceCode"], "ec2")
        logged = self.control("GET", "/requests")[-1]
        self.assertEqual((logged["service"], logged["action"]), ("servicequotas", "ListServices"))
        self.assertFalse(logged["mutating"])
