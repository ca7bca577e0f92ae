"""What RunInstances refuses before anything is made, in AWS's words, and what it fills in from image and zone.

It deliberately makes nothing; quotas are looked at in `vcpu_limits`, reserved capacity in `reserved_launch`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from ..errors import AwsError

USER_DATA_LIMIT_BYTES = 16384


@dataclass
class Wish:
    """The parameters of a launch that are looked at here."""

    instance_type: str
    image_id: str | None
    key_name: str | None
    zone_name: str | None
    zone_id: str | None
    subnet_ids: list[str]
    group_ids: list[str]
    user_data: str
    devices: list[dict[str, Any]]


@dataclass
class Checked:
    """What the wish comes to: the zone, its default subnet if none was named, and every device with all its figures."""

    zone: str
    platform: str
    subnet_id: str | None
    devices: list[dict[str, Any]]


def check(ec2: Any, wish: Wish) -> Checked:
    """`ec2` is the region's backend."""
    if wish.instance_type not in INSTANCE_TYPES:
        raise _invalid(f"Invalid value '{wish.instance_type}' for InstanceType.")
    _check_user_data(wish.user_data)
    if not wish.image_id:
        raise AwsError(400, "MissingParameter", "The request must contain the parameter ImageId")
    image = _image(ec2, wish.image_id)
    _check_architecture(wish.instance_type, image)
    if wish.key_name:
        ec2.describe_key_pairs(key_names=[wish.key_name])
    for group_id in wish.group_ids:
        if ec2.get_security_group_from_id(group_id) is None:
            raise AwsError(400, "InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    zone, subnet_id = _zone_and_subnet(ec2, wish)
    platform = "Windows" if image.platform == "windows" else "Linux/UNIX"
    return Checked(zone, platform, subnet_id, _devices(image, wish.devices))


def _invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterValue", message)


def _check_user_data(encoded: str) -> None:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise AwsError(400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from None
    if len(raw) > USER_DATA_LIMIT_BYTES:
        raise AwsError(400, "InvalidUserData.Malformed", f"User data is limited to {USER_DATA_LIMIT_BYTES} bytes")


def _image(ec2: Any, image_id: str) -> Any:
    if not re.fullmatch("ami-([0-9a-f]{8}|[0-9a-f]{17})", image_id) and image_id not in ec2.amis:
        raise AwsError(400, "InvalidAMIID.Malformed", f'Invalid id: "{image_id}"')
    image = ec2.describe_images(ami_ids=[image_id])[0]
    if image.state != "available":
        raise AwsError(400, "InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available")
    return image


def _check_architecture(instance_type: str, image: Any) -> None:
    of_type = INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]
    if image.architecture not in of_type:
        raise _invalid(
            f"The architecture '{','.join(of_type)}' of the specified instance type does not match the architecture "
            f"'{image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching "
            "architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the "
            "architecture of the instance type or AMI."
        )


def _zone_and_subnet(ec2: Any, wish: Wish) -> tuple[str, str | None]:
    """The zone that was asked for, or the first that has the type, and its default subnet if the wish names none."""
    offered = sorted(zones_with(ec2.region_name, wish.instance_type))
    asked = _asked_zone(ec2, wish)
    if not offered:
        raise AwsError(
            400,
            "Unsupported",
            "The requested configuration is currently not supported. Please check the documentation for supported "
            "configurations.",
        )
    if asked is not None and asked not in offered:
        raise AwsError(
            400,
            "Unsupported",
            f"Your requested instance type ({wish.instance_type}) is not supported in your requested Availability "
            f"Zone ({asked}). Please retry your request by not specifying an Availability Zone or choosing "
            f"{', '.join(offered)}.",
        )
    if asked is not None and wish.subnet_ids:
        return asked, None
    if ec2.get_default_vpc() is None:
        raise AwsError(400, "VPCIdNotSpecified", "No default VPC for this user")
    subnets = ec2.get_default_subnets()
    zone = asked or next((zone for zone in offered if zone in subnets), None)
    if zone is None or zone not in subnets:
        raise AwsError(400, "MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
    return zone, subnets[zone].id


def zones_with(region: str, instance_type: str) -> list[str]:
    offerings = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
    return [offer["Location"] for offer in offerings if offer["InstanceType"] == instance_type]


def _asked_zone(ec2: Any, wish: Wish) -> str | None:
    """The zone's name, whether a subnet, a name or an id said it."""
    for subnet_id in wish.subnet_ids:
        return ec2.get_subnet(subnet_id).availability_zone
    zones = ec2.describe_availability_zones()
    if wish.zone_id:
        found = next((zone.name for zone in zones if zone.zone_id == wish.zone_id), None)
        if found is None:
            raise _invalid(f"Invalid Availability Zone Id: [{wish.zone_id}]")
        return found
    if wish.zone_name and all(zone.name != wish.zone_name for zone in zones):
        raise _invalid(f"Invalid availability zone: [{wish.zone_name}]")
    return wish.zone_name


def _devices(image: Any, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The image's devices with what was asked of them, then those that the image does not have."""
    of_image = {device["DeviceName"]: device["Ebs"] for device in image.block_device_mappings}
    of_wish = {device["DeviceName"]: device for device in asked}
    devices = []
    for name in [*of_image, *(name for name in of_wish if name not in of_image)]:
        wished = of_wish.get(name, {})
        if "NoDevice" in wished or wished.get("VirtualName"):
            continue
        devices.append({"DeviceName": name, "Ebs": _volume(of_image.get(name), dict(wished.get("Ebs", {})))})
    return devices


def _volume(of_image: dict[str, Any] | None, wished: dict[str, Any]) -> dict[str, Any]:
    _check_speed(wished)
    if of_image is None:
        if not wished.get("VolumeSize") and not wished.get("SnapshotId"):
            raise AwsError(400, "MissingParameter", "The request must contain the parameter size or snapshotId")
        return wished
    smallest, size = of_image["VolumeSize"], int(wished.get("VolumeSize") or of_image["VolumeSize"])
    if size < smallest:
        raise AwsError(
            400,
            "InvalidBlockDeviceMapping",
            f"Volume of size {size}GB is smaller than snapshot '{of_image['SnapshotId']}', expect size>= {smallest}GB",
        )
    kind = wished.get("VolumeType", of_image["VolumeType"])
    kept = of_image if kind == of_image["VolumeType"] else _without_speed(of_image)
    return {**kept, **wished, "VolumeSize": size, "VolumeType": kind}


def _check_speed(wished: dict[str, Any]) -> None:
    """How many operations a GiB carries: <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>"""
    most = {"gp3": 500, "io1": 50, "io2": 1000}.get(wished.get("VolumeType", ""))
    iops, size = int(wished.get("Iops") or 0), int(wished.get("VolumeSize") or 0)
    if most and size and iops > 3000 and iops > most * size:
        raise _invalid(f"Iops to volume size ratio of {iops / size:.6f} is too high; maximum is {most}")


def _without_speed(volume: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in volume.items() if name not in ("Iops", "Throughput")}
