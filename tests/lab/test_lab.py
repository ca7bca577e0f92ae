"""Holds the lab as a process, its AWS endpoint as a whole, and its control API."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import socket
import threading
import time
import unittest
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ConnectionClosedError
from harness import LIMIT_SECONDS, LabTest, client, fetch, shared, start, stop


class Process(unittest.TestCase):
    def test_it_tells_where_it_is_and_ends_with_its_input(self) -> None:
        process, places = start()
        self.assertEqual(sorted(places), ["account", "aws", "check_ip", "control", "feeds", "ssh_port"])
        self.assertEqual(stop(process), 0)
        with self.assertRaises(urllib.error.URLError):
            fetch(places["check_ip"])

    def test_it_ends_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            process, _ = start()
            process.send_signal(number)
            self.assertEqual(process.wait(LIMIT_SECONDS), 0)
            stop(process)

    def test_the_owners_settings_do_not_leak_in(self) -> None:
        process, places = start(os.environ | {"AWS_PROFILE": "no-such-profile", "AWS_REGION": "eu-west-1"})
        self.addCleanup(stop, process)
        self.assertEqual(fetch(places["control"] + "/machines").body, b"[]")


class Log(LabTest):
    def test_a_request_is_logged_with_all_that_is_known_of_it(self) -> None:
        client("ssm").put_parameter(Name="/a", Value="b", Type="String")
        client("ec2", "eu-west-1").describe_regions(RegionNames=["eu-west-1"])
        put, described = self.control("GET", "/requests?since=0")
        self.assertEqual((put["n"], put["service"], put["action"], put["mutating"]), (1, "ssm", "PutParameter", True))
        self.assertEqual(put["params"]["Name"], "/a")
        body = base64.b64decode(put["body_base64"])
        self.assertEqual(json.loads(body)["Value"], "b")
        self.assertEqual(hashlib.sha256(body).hexdigest(), put["body_sha256"])
        self.assertEqual((put["status"], put["error"]), (200, None))
        self.assertEqual((described["region"], described["mutating"]), ("eu-west-1", False))
        self.assertEqual(described["params"]["RegionName.1"], "eu-west-1")
        self.assertIsNone(described["body_base64"])
        self.assertEqual(described["access_key"], "AKIAIOSFODNN7EXAMPLE")

    def test_since_leaves_out_what_was_seen(self) -> None:
        for _ in range(3):
            client("sts").get_caller_identity()
        self.assertEqual([entry["n"] for entry in self.control("GET", "/requests?since=2")], [3])

    def test_calls_that_wait_for_each_other_are_told_from_those_that_do_not(self) -> None:
        self.control("POST", "/latency", {"ms": 300})
        ec2 = client("ec2")
        with ThreadPoolExecutor() as together:
            for answer in [together.submit(ec2.describe_vpcs), together.submit(ec2.describe_subnets)]:
                answer.result()
        ec2.describe_regions()
        depths = {request["action"]: request["depth"] for request in self.control("GET", "/requests?since=0")}
        self.assertEqual(depths, {"DescribeVpcs": 1, "DescribeSubnets": 1, "DescribeRegions": 2})

    def test_an_error_is_logged_by_its_code(self) -> None:
        with self.refused("InvalidAMIID.NotFound"):
            client("ec2").describe_images(ImageIds=["ami-00000000"])
        with self.refused("ParameterNotFound"):
            client("ssm").get_parameter(Name="/none")
        errors = [(entry["status"], entry["error"]) for entry in self.control("GET", "/requests")]
        self.assertEqual(errors, [(400, "InvalidAMIID.NotFound"), (400, "ParameterNotFound")])


class Disturbed(LabTest):
    def fault(self, **fault: Any) -> None:
        self.control("POST", "/faults", fault)

    def test_throttling_strikes_so_often(self) -> None:
        self.fault(kind="throttle", action="DescribeRegions", times=2)
        for _ in range(2):
            with self.refused("RequestLimitExceeded", 503):
                client("ec2").describe_regions()
        client("ec2").describe_regions()

    def test_throttling_of_some_calls_of_each_operation(self) -> None:
        self.fault(kind="throttle", of_ten=2)
        for _ in range(2):
            for _ in range(2):
                with self.refused("RequestLimitExceeded", 503):
                    client("ec2").describe_regions()
            for _ in range(8):
                client("ec2").describe_regions()
        with self.refused("RequestLimitExceeded", 503):
            client("ec2").describe_vpcs()

    def test_a_fault_may_spare_the_first_changes(self) -> None:
        self.fault(kind="error", changes=True, spare=1, code="Odd")
        for _ in range(2):
            client("ec2").describe_regions()
        self.make_key("first")
        with self.refused("Odd", 500):
            self.make_key("second")
        client("ec2").describe_regions()

    def make_key(self, name: str) -> None:
        client("ec2").create_key_pair(KeyName=name)

    def test_an_error_strikes_in_its_region_until_cleared(self) -> None:
        self.fault(kind="error", action="*", region="eu-west-1", status=500, code="InternalError", message="no")
        for _ in range(2):
            with self.refused("InternalError", 500):
                client("ec2", "eu-west-1").describe_regions()
        client("ec2").describe_regions()
        self.control("DELETE", "/faults")
        client("ec2", "eu-west-1").describe_regions()

    def test_a_fault_may_want_parameters(self) -> None:
        pool = {"InstanceType": "t3.micro", "Placement.AvailabilityZone": "us-east-1a"}
        self.fault(kind="error", action="RunInstances", params=pool, code="InsufficientInstanceCapacity")
        with self.refused("InsufficientInstanceCapacity", 500):
            self.launch(Placement={"AvailabilityZone": "us-east-1a"})
        self.launch(Placement={"AvailabilityZone": "us-east-1b"})

    def test_each_service_has_its_shape(self) -> None:
        self.fault(kind="error", status=400, code="Odd", message="a < b")
        calls = (
            client("ec2").describe_regions,
            client("sts").get_caller_identity,
            client("iam").list_roles,
            client("ssm").describe_parameters,
            client("s3").list_buckets,
        )
        for call in calls:
            with self.refused("Odd", 400):
                call()

    def test_a_lost_answer_is_of_a_call_that_was_done(self) -> None:
        self.fault(kind="lost-answer", action="RunInstances", times=1)
        with self.assertRaises(ConnectionClosedError):
            self.launch(ClientToken="one")
        made = self.control("GET", "/machines")
        self.assertEqual(self.launch(ClientToken="one")["InstanceId"], made[0]["id"])
        statuses = [entry["status"] for entry in self.control("GET", "/requests") if entry["action"] == "RunInstances"]
        self.assertEqual(statuses, [None, 200])

    def test_a_dropped_call_was_not_done(self) -> None:
        self.fault(kind="drop", action="RunInstances", times=1)
        with self.assertRaises(ConnectionClosedError):
            self.launch()
        self.assertEqual(self.control("GET", "/machines"), [])

    def test_a_hanging_call_is_done_in_the_end(self) -> None:
        self.fault(kind="hang", action="DescribeRegions", ms=50, times=1)
        started = time.monotonic()
        client("ec2").describe_regions()
        self.assertGreaterEqual(time.monotonic() - started, 0.05)

    def test_a_late_answer_is_of_a_call_that_is_done(self) -> None:
        self.fault(kind="late-answer", action="RunInstances", ms=2000, times=1)
        launch = threading.Thread(target=self.launch)
        launch.start()
        while not (made := self.control("GET", "/machines")):
            pass
        statuses = [entry["status"] for entry in self.control("GET", "/requests") if entry["action"] == "RunInstances"]
        launch.join()
        self.assertEqual((len(made), statuses), (1, [None]))

    def test_latency_of_one_action_and_of_all(self) -> None:
        self.control("POST", "/latency", {"ms": 80})
        self.control("POST", "/latency", {"ms": 0, "action": "DescribeRegions"})
        started = time.monotonic()
        client("sts").get_caller_identity()
        self.assertGreaterEqual(time.monotonic() - started, 0.08)
        self.control("POST", "/latency", {"ms": 0})

    def test_an_unknown_kind_is_refused(self) -> None:
        answer = fetch(shared()["control"] + "/faults", "POST", b'{"kind": "flood"}')
        self.assertEqual((answer.status, "lost-answer" in answer.body.decode()), (400, True))


class Credentials(LabTest):
    def test_every_key_is_of_the_account(self) -> None:
        for key in ("AKIA1", "AKIAIOSFODNN7OTHER00", "DENIED"):
            self.assertEqual(client("sts", access_key=key).get_caller_identity()["Account"], "123456789012")

    def test_an_expired_key(self) -> None:
        for service, action, code in (
            ("ec2", "describe_regions", "RequestExpired"),
            ("sts", "get_caller_identity", "ExpiredToken"),
            ("iam", "list_roles", "ExpiredToken"),
            ("ssm", "describe_parameters", "ExpiredTokenException"),
            ("s3", "list_buckets", "ExpiredToken"),
        ):
            with self.refused(code):
                getattr(client(service, access_key="EXPIRED"), action)()

    def test_a_key_without_rights(self) -> None:
        for service, action, code in (
            ("ec2", "describe_regions", "UnauthorizedOperation"),
            ("iam", "list_roles", "AccessDenied"),
            ("ssm", "describe_parameters", "AccessDeniedException"),
            ("s3", "list_buckets", "AccessDenied"),
        ):
            with self.refused(code):
                getattr(client(service, access_key="DENIED"), action)()


class Bystanders(LabTest):
    def banner(self) -> bytes:
        with socket.create_connection(("127.0.0.1", shared()["ssh_port"]), LIMIT_SECONDS) as connection:
            return connection.makefile("rb").read()

    def test_the_ssh_port_greets_and_closes(self) -> None:
        self.assertEqual(self.banner(), b"SSH-2.0-OpenSSH_9.6 lab\r\n")
        self.control("POST", "/ssh", {"on": False})
        self.assertEqual(self.banner(), b"")
        self.control("POST", "/ssh", {"on": True})
        self.assertNotEqual(self.banner(), b"")

    def test_the_public_address(self) -> None:
        self.assertEqual(fetch(shared()["check_ip"] + "/").body, b"203.0.113.7\n")
        self.control("POST", "/check-ip", {"address": "198.51.100.1"})
        self.assertEqual(fetch(shared()["check_ip"]).body, b"198.51.100.1\n")
        self.control("POST", "/check-ip", {"status": 503})
        self.assertEqual(fetch(shared()["check_ip"]).status, 503)


class Account(LabTest):
    def test_what_is_left_is_told(self) -> None:
        ec2 = client("ec2")
        group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
        ec2.create_key_pair(KeyName="key")
        ec2.allocate_address(Domain="vpc")
        data = {"ImageId": self.image(), "InstanceType": "t3.micro"}
        ec2.create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        ec2.create_network_interface(SubnetId=subnet)
        left = self.control("GET", "/account")["regions"]["us-east-1"]
        self.assertEqual((left["security_groups"], left["key_pairs"]), ([group], ["key"]))
        for kind in ("addresses", "launch_templates", "network_interfaces"):
            self.assertEqual(len(left[kind]), 1, kind)

    def test_reset_is_a_fresh_account(self) -> None:
        self.launch(ClientToken="one")
        client("s3").create_bucket(Bucket="box")
        self.control("POST", "/reset")
        self.assertEqual(self.control("GET", "/account"), {"account": "123456789012", "regions": {}})
        self.assertEqual((self.control("GET", "/machines"), self.control("GET", "/requests")), ([], []))
        client("s3").create_bucket(Bucket="box")
        self.launch(ClientToken="one", InstanceType="t3.small")

    def test_reset_takes_back_what_was_set_and_asked_for(self) -> None:
        ec2, quotas = client("ec2"), client("service-quotas")
        types = {"InstanceTypes": ["m5.large", "c5.large", "r5.large"], "TargetCapacity": 1}
        prices = {"InstanceTypes": ["m5.large"], "AvailabilityZone": "us-east-1a", "MaxResults": 5}
        self.assertEqual(len(ec2.describe_spot_price_history(**prices)["SpotPriceHistory"]), 5)
        best = ec2.get_spot_placement_scores(**types)["SpotPlacementScores"]
        place = {"region": "us-east-1", "zone": "us-east-1a"}
        self.control("POST", "/spot-prices", {**place, "type": "m5.large", "series": []})
        self.control("POST", "/placement-scores", {"region": best[0]["Region"], "score": 1, "most_configurations": 0})
        self.control("POST", "/paging", {"largest": 1})
        block = {"InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a", "UpfrontFee": "1"}
        self.control("POST", "/capacity-block-offerings", {"region": "us-east-1", **block})
        quotas.request_service_quota_increase(ServiceCode="ec2", QuotaCode="L-1216C47A", DesiredValue=9999)
        self.control("POST", "/feeds/faults", {"kind": "drop"})
        self.control("POST", "/reset")
        self.assertEqual(len(ec2.describe_spot_price_history(**prices)["SpotPriceHistory"]), 5)
        self.assertEqual(ec2.get_spot_placement_scores(**types)["SpotPlacementScores"], best)
        search = {"InstanceType": "p5.48xlarge", "CapacityDurationHours": 24}
        self.assertEqual(ec2.describe_capacity_block_offerings(**search)["CapacityBlockOfferings"], [])
        self.assertEqual(quotas.list_requested_service_quota_change_history()["RequestedQuotas"], [])
        self.assertEqual(fetch(shared()["feeds"] + "/").status, 404)

    def test_unknown_routes_and_machines(self) -> None:
        for path in ("/nowhere", "/machines/i-0123456789abcdef0/metadata"):
            self.assertEqual(fetch(shared()["control"] + path, "POST", b"{}").status, 404)
