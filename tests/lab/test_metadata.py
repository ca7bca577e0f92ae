"""Holds the metadata service of a machine."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

from harness import Answer, LabTest, client, fetch, wait_until

TOKEN = "X-aws-ec2-metadata-token"
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


class MetadataTest(LabTest):
    def open(self, **wish: Any) -> None:
        wish = {"MetadataOptions": {"InstanceMetadataTags": "enabled", "HttpTokens": "required"}, **wish}
        self.machine = self.launch(**wish)
        self.id = self.machine["InstanceId"]
        self.endpoint = self.control("POST", f"/machines/{self.id}/metadata")["endpoint"]
        self.token = self.session().body.decode()

    def session(self, ttl: str | None = "60") -> Answer:
        headers = {} if ttl is None else {TTL: ttl}
        return fetch(f"{self.endpoint}/latest/api/token", "PUT", headers=headers)

    def get(self, path: str) -> Answer:
        return fetch(f"{self.endpoint}/latest/{path}", headers={TOKEN: self.token})

    def text(self, path: str) -> str:
        answer = self.get(path)
        self.assertEqual(answer.status, 200, path)
        return answer.body.decode()


class Sessions(MetadataTest):
    def test_no_answer_without_a_session(self) -> None:
        self.open()
        self.assertEqual(fetch(f"{self.endpoint}/latest/meta-data/").status, 401)
        self.token = "forged"
        self.assertEqual(self.get("meta-data/").status, 401)

    def test_how_long_a_session_may_be(self) -> None:
        self.open()
        for ttl in ("1", "21600"):
            self.assertEqual(self.session(ttl).headers[TTL], ttl)
        for ttl in (None, "0", "21601", "-1", "a"):
            self.assertEqual(self.session(ttl).status, 400, ttl)

    def test_a_session_ends(self) -> None:
        self.open()
        self.token = self.session("1").body.decode()
        wait_until(lambda: self.get("meta-data/").status == 401)

    def test_a_connection_is_closed_after_its_answer(self) -> None:
        self.open()
        self.assertEqual(self.session().headers["Connection"], "close")
        self.assertEqual(self.get("meta-data/").headers["Connection"], "close")

    def test_one_listener_for_each_machine(self) -> None:
        self.open()
        again = self.control("POST", f"/machines/{self.id}/metadata")["endpoint"]
        self.assertEqual(again, self.endpoint)
        self.open()
        self.assertNotEqual(again, self.endpoint)

    def test_a_disabled_endpoint(self) -> None:
        self.open(MetadataOptions={"HttpEndpoint": "disabled"})
        self.assertEqual(self.session().status, 403)

    def test_sessions_that_are_optional(self) -> None:
        self.open(MetadataOptions={"HttpTokens": "optional"})
        self.assertEqual(fetch(f"{self.endpoint}/latest/meta-data/instance-id").body.decode(), self.id)
        self.token = "forged"
        self.assertEqual(self.get("meta-data/").status, 401)
        self.control("POST", f"/machines/{self.id}/metadata-options", {"HttpTokens": "required"})
        self.assertEqual(fetch(f"{self.endpoint}/latest/meta-data/instance-id").status, 401)
        self.control("POST", f"/machines/{self.id}/metadata-options", {"HttpTokens": "optional"})
        self.assertEqual(fetch(f"{self.endpoint}/latest/meta-data/instance-id").status, 200)

    def test_after_the_end_of_the_machine_nobody_answers(self) -> None:
        self.open()
        self.control("POST", "/timing", {"ending_ms": 0})
        client("ec2").terminate_instances(InstanceIds=[self.id])
        with self.assertRaises((urllib.error.URLError, ConnectionError)):
            self.get("meta-data/")


class Contents(MetadataTest):
    def test_facts(self) -> None:
        self.open()
        for path, value in {
            "instance-id": self.id,
            "ami-id": self.machine["ImageId"],
            "instance-type": "t3.micro",
            "instance-life-cycle": "on-demand",
            "local-ipv4": self.machine["PrivateIpAddress"],
            "public-ipv4": "127.0.0.1",
            "hostname": self.machine["PrivateDnsName"],
            "mac": self.machine["NetworkInterfaces"][0]["MacAddress"],
            "placement/region": "us-east-1",
            "placement/availability-zone": self.machine["Placement"]["AvailabilityZone"],
            "placement/availability-zone-id": self.machine["Placement"]["AvailabilityZoneId"],
        }.items():
            self.assertEqual(self.text(f"meta-data/{path}"), value, path)
        identity = json.loads(self.text("dynamic/instance-identity/document"))
        self.assertEqual((identity["instanceId"], identity["accountId"]), (self.id, "123456789012"))

    def test_a_spot_machine_says_so(self) -> None:
        self.open(InstanceMarketOptions={"MarketType": "spot"})
        self.assertEqual(self.text("meta-data/instance-life-cycle"), "spot")

    def test_interfaces(self) -> None:
        self.open()
        macs = "meta-data/network/interfaces/macs"
        mac = self.machine["NetworkInterfaces"][0]["MacAddress"]
        self.assertEqual(self.text(f"{macs}/"), f"{mac}/")
        self.assertEqual(self.text(f"{macs}/{mac}/device-number"), "0")
        self.assertEqual(self.text(f"{macs}/{mac}/local-ipv4s"), self.machine["PrivateIpAddress"])

    def test_versions(self) -> None:
        self.open()
        for version, status in {"2021-03-23": 200, "2009-04-04": 200, "1066-10-14": 404}.items():
            answer = fetch(f"{self.endpoint}/{version}/meta-data/instance-id", headers={TOKEN: self.token})
            self.assertEqual(answer.status, status, version)

    def test_folders_are_listed(self) -> None:
        self.open()
        self.assertEqual(self.text("").splitlines(), ["dynamic/", "meta-data/"])
        self.assertIn("placement/", self.text("meta-data/").splitlines())
        placement = ["availability-zone", "availability-zone-id", "region"]
        self.assertEqual(self.text("meta-data/placement/").splitlines(), placement)
        self.assertEqual(self.get("meta-data/placement/no-such").status, 404)

    def test_user_data_is_bytes(self) -> None:
        self.open()
        self.assertEqual(self.get("user-data").status, 404)
        self.open(UserData=b"\x1f\x8b\x00\xff")
        self.assertEqual(self.get("user-data").body, b"\x1f\x8b\x00\xff")

    def test_tags_are_live(self) -> None:
        self.open()
        self.assertEqual(self.get("meta-data/tags/instance").status, 404)
        client("ec2").create_tags(Resources=[self.id], Tags=[{"Key": "a b", "Value": "1"}])
        self.control("POST", f"/machines/{self.id}/tags", {"c": "2"})
        self.assertEqual(self.text("meta-data/tags/instance").splitlines(), ["a b", "c"])
        self.assertEqual(self.text("meta-data/tags/instance/a%20b"), "1")
        self.assertEqual(self.get("meta-data/tags/instance/d").status, 404)

    def test_tags_are_shown_only_if_asked_for(self) -> None:
        self.open(MetadataOptions={"InstanceMetadataTags": "disabled"})
        self.control("POST", f"/machines/{self.id}/tags", {"a": "1"})
        self.assertEqual(self.get("meta-data/tags/instance").status, 404)


class Steered(MetadataTest):
    def test_notices_come_and_go(self) -> None:
        self.open()
        action = {"action": "terminate", "time": "2030-01-01T00:00:00Z"}
        for path in ("spot/instance-action", "events/recommendations/rebalance"):
            self.assertEqual(self.get(f"meta-data/{path}").status, 404)
            self.control("POST", f"/machines/{self.id}/notices", {path: action})
            self.assertEqual(json.loads(self.text(f"meta-data/{path}")), action)
            self.control("POST", f"/machines/{self.id}/notices", {path: None})
            self.assertEqual(self.get(f"meta-data/{path}").status, 404)

    def test_failures_are_counted(self) -> None:
        self.open()
        for status in (500, 401):
            self.control("POST", f"/machines/{self.id}/misbehaviour", {"status": status, "times": 2})
            statuses = [self.get("meta-data/instance-id").status for _ in range(3)]
            self.assertEqual(statuses, [status, status, 200])

    def test_it_can_hang(self) -> None:
        self.open()
        self.control("POST", f"/machines/{self.id}/misbehaviour", {"hang_ms": 30_000})
        with self.assertRaises(TimeoutError):
            fetch(f"{self.endpoint}/latest/meta-data/", timeout=0.1)
