"""Holds the images that the lab publishes, and those that control adds."""

from __future__ import annotations

from typing import Any

from harness import LabTest, client

CANONICAL = "/aws/service/canonical/ubuntu/server/"
DEEP_LEARNING = "/aws/service/deeplearning/ami/"


class PublicImages(LabTest):
    def current(self, parameter: str, region: str = "us-east-1") -> Any:
        """The image that a public parameter names."""
        found = client("ssm", region).get_parameters(Names=[parameter])
        self.assertEqual(found["InvalidParameters"], [])
        image_id = found["Parameters"][0]["Value"]
        return client("ec2", region).describe_images(ImageIds=[image_id])["Images"][0]

    def test_each_publisher_names_its_current_image(self) -> None:
        for parameter, name, architecture, device, size in (
            (CANONICAL + "24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", "ubuntu-noble-24.04", "x86_64", "/dev/sda1", 8),
            (CANONICAL + "22.04/stable/current/arm64/hvm/ebs-gp2/ami-id", "ubuntu-jammy-22.04", "arm64", "/dev/sda1", 8),
            ("/aws/service/debian/release/12/latest/arm64", "debian-12-arm64", "arm64", "/dev/xvda", 8),
            (
                DEEP_LEARNING + "x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id",
                "GPU AMI (Amazon Linux 2023)",
                "x86_64",
                "/dev/xvda",
                75,
            ),
            (
                "/aws/service/neuron/dlami/base/amazon-linux-2023/latest/image_id",
                "Base Neuron AMI (Amazon Linux 2023)",
                "x86_64",
                "/dev/xvda",
                100,
            ),
        ):
            image = self.current(parameter, "eu-west-1")
            self.assertIn(name, image["Name"])
            self.assertEqual((image["Architecture"], image["RootDeviceName"]), (architecture, device))
            self.assertEqual(image["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"], size)
            self.assertEqual((image["ImageOwnerAlias"], image["State"]), ("amazon", "available"))

    def test_a_parameter_that_nobody_publishes_is_named_as_invalid(self) -> None:
        gone = DEEP_LEARNING + "x86_64/base-oss-nvidia-driver-ubuntu-22.04/latest/ami-id"
        found = client("ssm").get_parameters(Names=[gone])
        self.assertEqual((found["Parameters"], found["InvalidParameters"]), ([], [gone]))

    def test_ids_differ_from_region_to_region(self) -> None:
        parameter = "/aws/service/debian/release/12/latest/amd64"
        here, there = self.current(parameter), self.current(parameter, "eu-west-1")
        self.assertNotEqual(here["ImageId"], there["ImageId"])
        with self.refused("InvalidAMIID.NotFound"):
            self.launch(ImageId=there["ImageId"])

    def test_a_root_volume_smaller_than_a_large_snapshot(self) -> None:
        image = self.current(DEEP_LEARNING + "x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id")
        small = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}
        with self.assertRaisesRegex(Exception, "is smaller than snapshot '.*', expect size>= 75GB"):
            self.launch(ImageId=image["ImageId"], BlockDeviceMappings=[small])


class OwnImages(LabTest):
    def put(self, **members: Any) -> str:
        return self.control("POST", "/images", {"region": "us-east-1", **members})["ImageId"]

    def test_an_image_is_what_control_said(self) -> None:
        extra = {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": False}}
        image_id = self.put(Name="old", DeprecationTime="2024-01-01T00:00:00.000Z", BlockDeviceMappings=[extra])
        image = client("ec2").describe_images(ImageIds=[image_id])["Images"][0]
        self.assertEqual((image["Name"], image["OwnerId"]), ("old", "123456789012"))
        self.assertEqual(image["DeprecationTime"], "2024-01-01T00:00:00.000Z")
        self.assertNotIn("ImageOwnerAlias", image)
        devices = [device["DeviceName"] for device in image["BlockDeviceMappings"]]
        self.assertEqual(devices, ["/dev/xvda", "/dev/sdb"])
        self.launch(ImageId=image_id)
        volumes = client("ec2").describe_volumes()["Volumes"]
        self.assertEqual(sorted(volume["Size"] for volume in volumes), [8, 20])

    def test_what_is_not_available_is_not_launched(self) -> None:
        with self.refused("InvalidAMIID.Unavailable", 400):
            self.launch(ImageId=self.put(State="disabled"))
        with self.refused("InvalidAMIID.Malformed", 400):
            self.launch(ImageId="ami-nonsense")

    def test_a_volume_carries_only_so_many_operations(self) -> None:
        fast = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 10, "VolumeType": "gp3", "Iops": 6000}}
        with self.assertRaisesRegex(Exception, "Iops to volume size ratio of 600.000000 is too high; maximum is 500"):
            self.launch(BlockDeviceMappings=[fast])
