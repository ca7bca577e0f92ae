"""Holds what the lab adds to Moto's EC2."""

from __future__ import annotations

import base64
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness import LabTest, client, fetch, shared, wait_until

NEEDED = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"}


def tags(of: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in of}


class Lifecycle(LabTest):
    def reason(self, machine_id: str) -> Any:
        found = client("ec2").describe_instances(InstanceIds=[machine_id])["Reservations"][0]["Instances"][0]
        return found.get("StateReason", {}).get("Code")

    def test_a_machine_is_pending_and_then_runs(self) -> None:
        machine = self.launch()
        self.assertEqual(machine["State"], {"Code": 0, "Name": "pending"})
        self.assertEqual(machine["StateReason"]["Code"], "pending")
        wait_until(lambda: self.state(machine["InstanceId"]) == "running")
        self.assertIsNone(self.reason(machine["InstanceId"]))

    def test_how_long_it_takes_is_set(self) -> None:
        self.control("POST", "/timing", {"pending_ms": 60_000, "ending_ms": 0})
        machine_id = self.launch()["InstanceId"]
        self.assertEqual(self.state(machine_id), "pending")
        client("ec2").terminate_instances(InstanceIds=[machine_id])
        self.assertEqual(self.state(machine_id), "terminated")

    def test_a_terminated_machine_shuts_down_first(self) -> None:
        machine_id = self.launch()["InstanceId"]
        for _ in range(2):
            change = client("ec2").terminate_instances(InstanceIds=[machine_id])["TerminatingInstances"][0]
            self.assertEqual(change["CurrentState"]["Name"], "shutting-down")
        wait_until(lambda: self.state(machine_id) == "terminated")
        self.assertEqual(self.reason(machine_id), "Client.UserInitiatedShutdown")
        change = client("ec2").terminate_instances(InstanceIds=[machine_id])["TerminatingInstances"][0]
        self.assertEqual(change["CurrentState"]["Name"], "terminated")

    def test_stop_and_start(self) -> None:
        machine_id = self.launch()["InstanceId"]
        change = client("ec2").stop_instances(InstanceIds=[machine_id])["StoppingInstances"][0]
        self.assertEqual(change["CurrentState"]["Name"], "stopping")
        wait_until(lambda: self.state(machine_id) == "stopped")
        change = client("ec2").start_instances(InstanceIds=[machine_id])["StartingInstances"][0]
        self.assertEqual(change["CurrentState"]["Name"], "pending")
        wait_until(lambda: self.state(machine_id) == "running")

    def test_power_off_does_what_the_shutdown_behaviour_says(self) -> None:
        for behaviour, end in (("terminate", "terminated"), ("stop", "stopped")):
            machine_id = self.launch(InstanceInitiatedShutdownBehavior=behaviour)["InstanceId"]
            self.control("POST", f"/machines/{machine_id}/power-off")
            wait_until(lambda ended=end, of=machine_id: self.state(of) == ended)
            self.assertEqual(self.reason(machine_id), "Client.InstanceInitiatedShutdown")

    def test_nothing_is_left_of_a_terminated_machine(self) -> None:
        machine_id = self.launch()["InstanceId"]
        left = self.control("GET", "/account")["regions"]["us-east-1"]
        self.assertEqual((left["machines"], len(left["volumes"])), ([machine_id], 1))
        client("ec2").terminate_instances(InstanceIds=[machine_id])
        wait_until(lambda: self.state(machine_id) == "terminated")
        self.assertEqual(self.control("GET", "/account")["regions"], {})

    def test_a_volume_that_is_to_stay_stays(self) -> None:
        extra = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5, "DeleteOnTermination": False}}
        machine_id = self.launch(BlockDeviceMappings=[extra])["InstanceId"]
        client("ec2").terminate_instances(InstanceIds=[machine_id])
        left = client("ec2").describe_volumes()["Volumes"]
        self.assertEqual([(volume["Size"], volume["State"]) for volume in left], [(5, "available")])


class Launch(LabTest):
    def test_a_machine_is_what_was_asked_for(self) -> None:
        machine = self.launch(
            ClientToken="one",
            MetadataOptions=NEEDED | {"HttpEndpoint": "enabled"},
            Placement={"AvailabilityZoneId": "use1-az2"},
            UserData="#!/bin/sh",
        )
        self.assertEqual(machine["PublicIpAddress"], "127.0.0.1")
        self.assertEqual(machine["ClientToken"], "one")
        self.assertEqual(machine["Placement"]["AvailabilityZoneId"], "use1-az2")
        self.assertEqual(machine["RootDeviceName"], "/dev/xvda")
        options = machine["MetadataOptions"]
        self.assertEqual({name: options[name] for name in NEEDED}, NEEDED)
        self.assertEqual((options["State"], options["HttpEndpoint"]), ("applied", "enabled"))
        subnet = client("ec2").describe_subnets(SubnetIds=[machine["SubnetId"]])["Subnets"][0]
        self.assertEqual((subnet["AvailabilityZoneId"], subnet["DefaultForAz"]), ("use1-az2", True))

    def test_control_says_where_a_machine_is(self) -> None:
        self.control("POST", "/timing", {"pending_ms": 0, "ending_ms": 0})
        machine_id, ec2 = self.launch()["InstanceId"], client("ec2")
        self.control("POST", f"/machines/{machine_id}/address", {"address": "10.0.0.15"})
        machine = ec2.describe_instances(InstanceIds=[machine_id])["Reservations"][0]["Instances"][0]
        self.assertEqual((machine["PublicIpAddress"], machine.get("PublicDnsName", "")), ("10.0.0.15", ""))
        self.assertEqual(machine["NetworkInterfaces"][0]["Association"]["PublicIp"], "10.0.0.15")
        self.assertEqual(self.control("GET", "/machines")[0]["public_address"], "10.0.0.15")
        ec2.stop_instances(InstanceIds=[machine_id])
        ec2.start_instances(InstanceIds=[machine_id])
        self.assertEqual(self.control("GET", "/machines")[0]["public_address"], "127.0.0.1")

    def test_an_address_is_one_and_is_for_machines_that_have_one(self) -> None:
        public, private = (
            self.launch(NetworkInterfaces=[{"DeviceIndex": 0, "AssociatePublicIpAddress": is_public}])["InstanceId"]
            for is_public in (True, False)
        )
        for machine_id, address in ((public, "there"), (private, "10.0.0.15")):
            body = json.dumps({"address": address}).encode()
            answer = fetch(f"{shared()['control']}/machines/{machine_id}/address", "POST", body)
            self.assertEqual(answer.status, 400, answer.body)

    def test_metadata_options_are_changed_one_by_one(self) -> None:
        machine_id = self.launch(MetadataOptions=NEEDED)["InstanceId"]
        client("ec2").modify_instance_metadata_options(InstanceId=machine_id, HttpEndpoint="disabled")
        options = self.control("GET", "/machines")[0]["metadata_options"]
        self.assertEqual(options, NEEDED | {"HttpEndpoint": "disabled"})

    def test_a_launch_template_fills_in(self) -> None:
        data = {"ImageId": self.image("arm64"), "InstanceType": "t4g.nano", "UserData": "IyEvYmluL3No"}
        client("ec2").create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)
        template = {"LaunchTemplateName": "t"}
        machine = client("ec2").run_instances(LaunchTemplate=template, MinCount=1, MaxCount=1)["Instances"][0]
        self.assertEqual((machine["InstanceType"], machine["ImageId"]), ("t4g.nano", data["ImageId"]))
        self.assertEqual(self.control("GET", "/machines")[0]["user_data_base64"], data["UserData"])

    def test_tags_reach_machine_volume_and_interface(self) -> None:
        kinds = ("instance", "volume", "network-interface")
        specifications = [{"ResourceType": kind, "Tags": [{"Key": "kind", "Value": kind}]} for kind in kinds]
        self.assertEqual(tags(self.launch(TagSpecifications=specifications)["Tags"]), {"kind": "instance"})
        self.assertEqual(tags(client("ec2").describe_volumes()["Volumes"][0]["Tags"]), {"kind": "volume"})
        interface = client("ec2").describe_network_interfaces()["NetworkInterfaces"][0]
        self.assertEqual(tags(interface["TagSet"]), {"kind": "network-interface"})

    def test_the_root_volume_has_the_images_figures_but_for_what_was_asked(self) -> None:
        asked = {"Encrypted": True, "VolumeSize": 20, "Iops": 4000, "Throughput": 250}
        self.launch(BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": asked}])
        volume = client("ec2").describe_volumes()["Volumes"][0]
        self.assertEqual((volume["Size"], volume["VolumeType"], volume["Encrypted"]), (20, "gp3", True))
        self.assertEqual((volume["Iops"], volume["Throughput"]), (4000, 250))
        self.assertTrue(volume["SnapshotId"].startswith("snap-"))

    def test_as_many_are_made_as_may_be(self) -> None:
        reservation = client("ec2").run_instances(ImageId=self.image(), InstanceType="t3.micro", MinCount=1, MaxCount=3)
        self.assertEqual(len(reservation["Instances"]), 3)

    def test_filters(self) -> None:
        tag = {"ResourceType": "instance", "Tags": [{"Key": "owner", "Value": "me"}]}
        machine_id = self.launch(ClientToken="one", TagSpecifications=[tag])["InstanceId"]
        self.launch(ClientToken="two")
        for name, value in {
            "client-token": "one",
            "instance-id": machine_id,
            "tag-key": "owner",
            "tag:owner": "m*",
        }.items():
            filters = [
                {"Name": name, "Values": [value]},
                {"Name": "instance-state-name", "Values": ["pending", "running"]},
            ]
            found = client("ec2").describe_instances(Filters=filters)["Reservations"]
            ids = [machine["InstanceId"] for reservation in found for machine in reservation["Instances"]]
            self.assertEqual(ids, [machine_id], name)

    def test_a_security_group_on_the_interface_is_shown_on_the_machine(self) -> None:
        group = client("ec2").create_security_group(GroupName="g", Description="g")["GroupId"]
        interface = {"DeviceIndex": 0, "Groups": [group], "AssociatePublicIpAddress": True}
        machine = self.launch(NetworkInterfaces=[interface])
        self.assertEqual([group["GroupId"] for group in machine["SecurityGroups"]], [group])
        self.assertEqual(machine["PublicIpAddress"], "127.0.0.1")
        client("ec2").terminate_instances(InstanceIds=[machine["InstanceId"]])
        self.assertNotIn("network_interfaces", self.control("GET", "/account")["regions"]["us-east-1"])

    def test_a_security_group_in_use_stays(self) -> None:
        self.control("POST", "/timing", {"ending_ms": 0})
        group = client("ec2").create_security_group(GroupName="g", Description="g")["GroupId"]
        machine_id = self.launch(SecurityGroupIds=[group])["InstanceId"]
        with self.refused("DependencyViolation", 400):
            client("ec2").delete_security_group(GroupId=group)
        client("ec2").terminate_instances(InstanceIds=[machine_id])
        client("ec2").delete_security_group(GroupId=group)

    def test_nothing_stays_of_a_refused_launch(self) -> None:
        with self.refused("InvalidGroup.NotFound"):
            self.launch(SecurityGroupIds=["sg-00000000000000000"])
        with self.refused("InvalidParameterDependency"):
            self.launch(BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "io2"}}])
        self.assertEqual(self.control("GET", "/machines"), [])
        self.assertEqual(self.control("GET", "/account")["regions"], {})


class Refusals(LabTest):
    def test_a_dry_run_makes_nothing(self) -> None:
        with self.refused("DryRunOperation", 412):
            self.launch(DryRun=True)
        self.assertEqual(self.control("GET", "/machines"), [])
        call = self.control("GET", "/requests?since=0")[-1]
        self.assertEqual((call["action"], call["mutating"]), ("RunInstances", False))

    def test_unknown_types(self) -> None:
        with self.refused("InvalidParameterValue", 400):
            self.launch(InstanceType="x99.huge")
        with self.refused("InvalidInstanceType", 400):
            client("ec2").describe_instance_types(InstanceTypes=["x99.huge"])

    def test_unknown_image_key_and_zones(self) -> None:
        with self.refused("InvalidAMIID.NotFound"):
            self.launch(ImageId="ami-00000000000000000")
        with self.refused("InvalidKeyPair.NotFound"):
            self.launch(KeyName="nobody's")
        with self.refused("InvalidParameterValue"):
            self.launch(Placement={"AvailabilityZone": "us-east-1z"})
        with self.refused("InvalidParameterValue"):
            self.launch(Placement={"AvailabilityZoneId": "use1-az99"})

    def test_an_architecture_that_is_not_the_images(self) -> None:
        with self.assertRaisesRegex(Exception, "The architecture 'x86_64' of the specified instance type does not"):
            self.launch(ImageId=self.image("arm64"))

    def test_a_type_that_the_zone_has_not_got(self) -> None:
        with self.refused("Unsupported", 400):
            self.launch(
                Placement={"AvailabilityZone": "us-east-1e"}, InstanceType="c7g.large", ImageId=self.image("arm64")
            )

    def test_user_data_over_the_limit(self) -> None:
        self.launch(UserData="x" * 16384)
        with self.refused("InvalidUserData.Malformed", 400):
            self.launch(UserData="x" * 16385)

    def test_a_root_volume_smaller_than_its_snapshot(self) -> None:
        with self.refused("InvalidBlockDeviceMapping", 400):
            self.launch(BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 7}}])


class ClientTokens(LabTest):
    def test_the_same_launch_again_is_the_same_machine(self) -> None:
        first = self.launch(ClientToken="one")["InstanceId"]
        wait_until(lambda: self.state(first) == "running")
        again = self.launch(ClientToken="one")
        self.assertEqual((again["InstanceId"], again["State"]["Name"]), (first, "running"))
        self.assertEqual(len(self.control("GET", "/machines")), 1)

    def test_the_same_launch_at_once_is_one_machine(self) -> None:
        wish = {"ImageId": self.image(), "ClientToken": "one"}
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: self.launch(**wish)["InstanceId"], range(8)))
        self.assertEqual(made, [made[0]] * 8)
        self.assertEqual(len(self.control("GET", "/machines")), 1)

    def test_another_launch_with_the_same_token_is_refused(self) -> None:
        self.launch(ClientToken="one")
        with self.refused("IdempotentParameterMismatch", 400):
            self.launch(ClientToken="one", InstanceType="t3.small")

    def test_a_token_is_of_its_region(self) -> None:
        self.launch(ClientToken="one")
        client("ec2", "eu-west-1").run_instances(
            ImageId=self.image(region="eu-west-1"), InstanceType="t3.micro", MinCount=1, MaxCount=1, ClientToken="one"
        )
        self.assertEqual(
            {machine["region"] for machine in self.control("GET", "/machines")}, {"us-east-1", "eu-west-1"}
        )


class Catalog(LabTest):
    def test_the_public_images_tell_their_root_device(self) -> None:
        for architecture in ("x86_64", "arm64"):
            image = client("ec2").describe_images(ImageIds=[self.image(architecture)])["Images"][0]
            self.assertEqual((image["Architecture"], image["RootDeviceName"]), (architecture, "/dev/xvda"))
            root = image["BlockDeviceMappings"][0]
            self.assertEqual((root["Ebs"]["VolumeSize"], root["Ebs"]["VolumeType"]), (8, "gp3"))
            self.assertTrue(root["Ebs"]["SnapshotId"].startswith("snap-"))

    def test_types_and_offerings_come_in_pages(self) -> None:
        page = client("ec2").describe_instance_types()
        self.assertEqual(len(page["InstanceTypes"]), 100)
        following = client("ec2").describe_instance_types(MaxResults=5, NextToken=page["NextToken"])
        names = {found["InstanceType"] for found in page["InstanceTypes"] + following["InstanceTypes"]}
        self.assertEqual(len(names), 105)
        one = [{"Name": "instance-type", "Values": ["t3.micro"]}]
        page = client("ec2").describe_instance_type_offerings(LocationType="availability-zone-id", Filters=one)
        self.assertIn("use1-az1", {offer["Location"] for offer in page["InstanceTypeOfferings"]})
        self.assertNotIn("NextToken", page)

    def test_zones_have_ids(self) -> None:
        zones = client("ec2").describe_availability_zones()["AvailabilityZones"]
        self.assertIn("use1-az1", {zone["ZoneId"] for zone in zones})

    def test_the_console_is_empty_until_control_writes_on_it(self) -> None:
        machine, ec2 = self.launch()["InstanceId"], client("ec2")
        self.assertNotIn("Output", ec2.get_console_output(InstanceId=machine, Latest=True))
        self.control("POST", f"/machines/{machine}/console", {"text": "x" * 70_000 + "\ngr\u00fc\u00dfe\r\n"})
        told = ec2.get_console_output(InstanceId=machine, Latest=True)["Output"]
        self.assertTrue(told.endswith("x\ngr\u00fc\u00dfe\r\n"))
        self.assertEqual(len(told.encode()), 64 * 1024)

    def test_a_console_may_be_a_file_that_grows(self) -> None:
        machine, ec2 = self.launch()["InstanceId"], client("ec2")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "console"
            self.control("POST", f"/machines/{machine}/console", {"file": str(file)})
            self.assertNotIn("Output", ec2.get_console_output(InstanceId=machine))
            for written in (b"booting", b"booting, booted \xff"):
                file.write_bytes(written)
                told = ec2.get_console_output(InstanceId=machine)["Output"]
                self.assertEqual(told, written.decode(errors="replace"))

    def test_the_latest_console_is_for_nitro(self) -> None:
        machine, ec2 = self.launch(InstanceType="t2.micro")["InstanceId"], client("ec2")
        self.control("POST", f"/machines/{machine}/console", {"text": "booted"})
        with self.refused("UnsupportedOperation", 400):
            ec2.get_console_output(InstanceId=machine, Latest=True)
        self.assertEqual(ec2.get_console_output(InstanceId=machine)["Output"], "booted")

    def test_the_control_shows_what_was_launched(self) -> None:
        self.launch(UserData="#!/bin/sh", MetadataOptions=NEEDED, InstanceInitiatedShutdownBehavior="terminate")
        machine = self.control("GET", "/machines")[0]
        self.assertEqual(base64.b64decode(machine["user_data_base64"]), b"#!/bin/sh")
        self.assertEqual(machine["shutdown_behavior"], "terminate")
        self.assertEqual(machine["metadata_options"]["InstanceMetadataTags"], "enabled")
        self.assertEqual(machine["launch_parameters"]["InstanceType"], "t3.micro")
