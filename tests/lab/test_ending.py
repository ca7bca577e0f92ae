"""Holds what the lab knows of instance profiles and of hibernation."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from harness import LabTest, client, wait_until

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


class Profiles(LabTest):
    def profile(self, with_role: bool = True) -> None:
        iam = client("iam")
        iam.create_instance_profile(InstanceProfileName="trainer", Path="/team/", Tags=[{"Key": "a", "Value": "b"}])
        if with_role:
            iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)
            iam.add_role_to_instance_profile(InstanceProfileName="trainer", RoleName="trainer")

    def refused_because(self, why: str) -> Any:
        return self.assertRaisesRegex(ClientError, f"InvalidParameterValue.*{why}")

    def test_a_profile_that_is_not_there_is_refused(self) -> None:
        with self.refused_because("Invalid IAM Instance Profile name"):
            self.launch(IamInstanceProfile={"Name": "trainer"})

    def test_a_new_profile_is_unknown_for_a_while(self) -> None:
        self.profile()
        self.control("POST", "/instance-profiles", {"unknown_launches": 1})
        with self.refused("InvalidParameterValue"):
            self.launch(IamInstanceProfile={"Name": "trainer"})
        self.launch(IamInstanceProfile={"Name": "trainer"})
        self.launch()

    def test_a_profile_without_a_role_is_refused(self) -> None:
        self.profile(with_role=False)
        with self.refused_because("has no associated IAM Roles"):
            self.launch(IamInstanceProfile={"Name": "trainer"})

    def test_what_is_left_of_iam_is_told(self) -> None:
        self.profile()
        left: Any = self.control("GET", "/account")["regions"]["global"]
        self.assertEqual(left["instance_profiles"], [{"name": "trainer", "path": "/team/", "tags": {"a": "b"}}])
        self.assertEqual([role["name"] for role in left["roles"]], ["trainer"])


class Hibernation(LabTest):
    def hibernating(self, instance_type: str = "m5.large", gib: int = 20, encrypted: bool = True) -> Any:
        root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": gib, "Encrypted": encrypted}}
        wish = {"HibernationOptions": {"Configured": True}, "BlockDeviceMappings": [root]}
        return self.launch(InstanceType=instance_type, **wish)

    def test_a_machine_that_was_launched_for_it_hibernates(self) -> None:
        machine_id = self.hibernating()["InstanceId"]
        wait_until(lambda: self.state(machine_id) == "running")
        client("ec2").stop_instances(InstanceIds=[machine_id], Hibernate=True)
        wait_until(lambda: self.state(machine_id) == "stopped")
        machine = next(one for one in self.control("GET", "/machines") if one["id"] == machine_id)
        self.assertTrue(machine["hibernated"])

    def test_one_that_was_not_is_refused(self) -> None:
        machine_id = self.launch()["InstanceId"]
        with self.refused("UnsupportedHibernationConfiguration"):
            client("ec2").stop_instances(InstanceIds=[machine_id], Hibernate=True)

    def test_what_can_not_hold_the_memory_is_refused(self) -> None:
        for instance_type, gib, encrypted in (
            ("m5.large", 20, False),
            ("m5.4xlarge", 20, True),
            ("m7i.metal-24xl", 999, True),
        ):
            with self.refused("UnsupportedHibernationConfiguration"):
                self.hibernating(instance_type, gib, encrypted)

    def test_a_one_time_spot_machine_is_not_stopped(self) -> None:
        machine_id = self.launch(InstanceMarketOptions={"MarketType": "spot"})["InstanceId"]
        with self.refused("UnsupportedOperation"):
            client("ec2").stop_instances(InstanceIds=[machine_id])
