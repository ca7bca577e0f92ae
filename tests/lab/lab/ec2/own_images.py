"""Images of anybody's own, in any state: what an account may have registered over the years.

It deliberately copies nothing: the volumes of such an image are empty ones of their size.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from .. import ACCOUNT

# Members of the API's Image, and what Moto, and the lab's own image, call them.
_MEMBERS = {
    "Architecture": "architecture",
    "CreationDate": "creation_date",
    "DeprecationTime": "deprecation_time",
    "ImageOwnerAlias": "owner_alias",
    "Name": "name",
    "OwnerId": "owner_id",
    "Platform": "platform",
    "RootDeviceName": "root_device_name",
    "RootDeviceType": "root_device_type",
    "State": "state",
    "VirtualizationType": "virtualization_type",
}
_USUAL = {
    "Architecture": "x86_64",
    "Name": "mine",
    "OwnerId": ACCOUNT,
    "RootDeviceName": "/dev/xvda",
    "RootDeviceType": "ebs",
    "State": "available",
    "VirtualizationType": "hvm",
}


def put_image(region: str, BlockDeviceMappings: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, str]:
    """Adds an image to a region; what is not said is as of an ordinary one."""
    from moto.ec2.models import ec2_backends

    from .image import ROOT_GIB, LabAmi

    unknown = set(members) - set(_MEMBERS)
    if unknown:
        raise ValueError(f"an image has no {', '.join(sorted(unknown))}")
    backend = ec2_backends[ACCOUNT][region]
    wanted = {**_USUAL, **members}
    devices = BlockDeviceMappings or []
    of_root = [device["Ebs"] for device in devices if device["DeviceName"] == wanted["RootDeviceName"]]
    root = of_root[0] if of_root else {}
    image_id = "ami-0" + uuid4().hex[:16]
    backend.amis[image_id] = LabAmi(
        backend,
        image_id,
        root_gib=root.get("VolumeSize", ROOT_GIB),
        root_type=root.get("VolumeType", "gp3"),
        devices=[device for device in devices if device["DeviceName"] != wanted["RootDeviceName"]],
        **{_MEMBERS[name]: value for name, value in wanted.items()},
    )
    return {"ImageId": image_id}
